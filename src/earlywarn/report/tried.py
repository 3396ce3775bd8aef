"""What a candidate does of all students, as it may be told: no share of which a part is small."""

from dataclasses import replace

from earlywarn.audit.measures import PRECISION, RECALL
from earlywarn.audit.suppression import Suppression
from earlywarn.evaluate import Evaluation
from earlywarn.groups import EVERYONE
from earlywarn.report.findings import Tried

FOUND, RIGHT = f"{RECALL.name}_at_", f"{PRECISION.name}_at_"
"""How the figures of lists of several lengths begin."""

TINY = 1e-6
"""A product of a share and a count is off by less."""


def tried_told(known: Suppression, tried: Tried) -> Tried:
    """Give a candidate as it may be told; where what it finds is not, neither is what the chosen one finds more."""
    test = evaluation_told(known, tried.test)
    return replace(tried, test=test, gain=tried.gain if test.figures.get(f"{FOUND}capacity") else None)


def evaluation_told(known: Suppression, found: Evaluation) -> Evaluation:
    """Give what may be told of all students: lists without the shares of which a part is small.

    No list and no bin where the record does not tell how many missed and met as it is.
    """
    if not all(known.is_exact((EVERYONE, EVERYONE), kind) for kind in ("missed", "met")):
        return Evaluation({name: None if "_at_" in name else figure for name, figure in found.figures.items()}, ())
    lists = (name.removeprefix(FOUND) for name in found.figures if name.startswith(FOUND))
    small = {name: None for each in lists for name in _small(known, found, each)}
    return replace(found, figures={**found.figures, **small})


def _small(known: Suppression, found: Evaluation, name: str) -> set[str]:
    """Give the shares of a list of which a part is small: those on it who missed, who met, and who were overlooked."""
    recall, precision = found.figures[FOUND + name], found.figures[RIGHT + name]
    if recall is None or precision is None or not precision.value:
        return {FOUND + name, RIGHT + name}
    missed = known.parts(EVERYONE, EVERYONE, RECALL.name)[1].number
    flagged = recall.value * missed
    rests = {FOUND + name: missed - flagged, RIGHT + name: flagged / precision.value - flagged}
    return {share for share, rest in rests.items() if min(flagged, rest) < known.minimum - TINY}
