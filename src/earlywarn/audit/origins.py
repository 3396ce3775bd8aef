"""Where a gap comes from: the difference in flags between a group and its reference, split into the scorecard's inputs.

The parts add up to the gap: every input as far as it is known, missing inputs, and the cut (what arises
beyond the points, such as seats by school). It refuses to split what rests on too little data, and to name shares of a
gap that may be none. A part says through which input a gap comes about, not why the input differs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

import numpy as np

from earlywarn.audit.sides import OTHERS
from earlywarn.audit.schools import contrast, without_each_school
from earlywarn.audit.tallies import Binned, Parts, Tally, Those, binned, bins_for, tallies
from earlywarn.columns import MET, MISSED, UNKNOWN, Floats, Ints
from earlywarn.config.sections import Evidence, Groups
from earlywarn.groups import Cell
from earlywarn.histograms import Scored
from earlywarn.inputs import Values
from earlywarn.estimate import Estimate
from earlywarn.intervals import effective_schools, jackknife
from earlywarn.scorecard.table import Scorecard

SURE = 0.95
"""The confidence at which a gap's interval must exclude 0 before shares of it are named."""

NO_INTERVAL = "no interval: a single school, or nothing that varies"


class Gap(StrEnum):
    """What differs between two groups; the names are those of the audit's measures."""

    SHARE_FLAGGED = "share_flagged"
    FALSE_ALARMS = "false_alarm_rate"
    OVERLOOKED = "overlooked_share"


class Source(StrEnum):
    """Where a part of a gap comes from."""

    INPUT = "an input"
    MISSING = "missing inputs"
    CUT = "the cut"


@dataclass(frozen=True)
class Part:
    """One part of a gap.

    Attributes
    ----------
    input
        The name of the input; "" for all missing inputs together and for the cut.
    estimate
        The part, in the gap's unit: a difference of two shares.
    share
        The part as a share of the gap; None where the gap's own interval does not exclude 0.
    """

    source: Source
    input: str
    estimate: Estimate
    share: Estimate | None


@dataclass(frozen=True)
class Origin:
    """One gap between a group and what it is compared with, and its parts.

    Attributes
    ----------
    versus
        The slug of the reference, or "all others".
    total
        The gap; None where ``reason`` says why. Then there are no parts either.
    parts
        One an input in the scorecard's order, then missing inputs, then the cut; they add up to the gap.
    missing
        The part of missing inputs, input by input; only those whose points differ where they are missing.
    """

    gap: Gap
    cell: Cell
    versus: str
    total: Estimate | None
    parts: tuple[Part, ...] = ()
    missing: tuple[Part, ...] = ()
    reason: str = ""


EVERY, KNOWN = (MET, MISSED, UNKNOWN), (MET, MISSED)


@dataclass(frozen=True)
class _Measured:
    """How a gap is told from flags: among students of which outcomes, and whether a flag adds or takes."""

    gap: Gap
    outcomes: tuple[int, ...]
    sign: float


_GAPS = (
    _Measured(Gap.SHARE_FLAGGED, EVERY, 1.0),
    _Measured(Gap.FALSE_ALARMS, (MET,), 1.0),
    _Measured(Gap.OVERLOOKED, (MISSED,), -1.0),
)


def origins(card: Scorecard, values: Values, scored: Scored, groups: Groups, evidence: Evidence) -> tuple[Origin, ...]:
    """Split every gap of every single-attribute group to its reference, else to all other students.

    Parameters
    ----------
    values
        What the scorecard reads of the students in ``scored``, row by row.
    scored
        Its list may be the scorecard's or another; what does not follow the points is the cut's.

    Returns
    -------
    tuple of Origin
        Attribute by attribute and group by group, three gaps each.
    """
    held = binned(card, values, scored.listed, bins_for(len(scored.outcome)))
    asked = [question for tally in tallies(card, values, scored, held) for question in _questions(tally, groups)]
    lacks = [_lack(question, held, evidence, groups.privacy_minimum) for question in asked]
    splits = [
        contrast(question.tally, *question.sides(question.measured.outcomes), held.flagged)
        for question, lack in zip(asked, lacks, strict=True)
        if not lack
    ]
    without = without_each_school(splits, card, values, scored, held)
    found = (_Found(split.value, left, Parts.of(card)) for split, left in zip(splits, without, strict=True))
    return tuple(
        replace(question.bare, reason=lack) if lack else _origin(question, next(found), card)
        for question, lack in zip(asked, lacks, strict=True)
    )


@dataclass(frozen=True)
class _Question:
    """One gap of one group; ``one`` and ``other`` are places of cells in the tally."""

    measured: _Measured
    tally: Tally
    cell: Cell
    versus: str
    one: Ints
    other: Ints

    @property
    def bare(self) -> Origin:
        """The answer before it is known."""
        return Origin(self.measured.gap, self.cell, self.versus, None)

    @property
    def effective_schools(self) -> float:
        """Those of the side with fewer."""
        return min(effective_schools(those.of(self.tally.schools)) for those in self.sides(self.measured.outcomes))

    def sides(self, outcomes: tuple[int, ...]) -> tuple[Those, Those]:
        """Give both sides' students of some outcomes."""
        return Those(self.one, np.array(outcomes)), Those(self.other, np.array(outcomes))

    def smaller(self, outcomes: tuple[int, ...]) -> int:
        """Count the students of some outcomes on the side with fewer."""
        return round(min(float(those.of(self.tally.schools).sum()) for those in self.sides(outcomes)))


def _questions(tally: Tally, groups: Groups) -> Iterator[_Question]:
    for place, cell in enumerate(tally.cells):
        against = _reference(tally, place, groups)
        if against is not None:
            for measured in _GAPS:
                yield _Question(measured, tally, cell, against[0], np.array([place]), against[1])


def _reference(tally: Tally, place: int, groups: Groups) -> tuple[str, Ints] | None:
    """Give what a group is compared with; None for the reference itself."""
    (name,) = tally.cells[place].attributes
    reference = groups.attributes[name].reference
    if reference is None:
        return OTHERS, np.delete(np.arange(len(tally.cells)), place)
    cell = Cell((name,), (reference,))
    if cell == tally.cells[place] or cell not in tally.cells:
        return None
    return cell.slug, np.array([tally.cells.index(cell)])


def _lack(question: _Question, held: Binned, need: Evidence, least: int) -> str:
    """Say why a gap is not split, by the evidence that the audit's figures need; "" if there is enough."""
    outcomes, smallest = question.measured.outcomes, question.smaller(EVERY)
    if smallest < least:
        return f"fewer than {least} students: not shown" if smallest else "nobody in this group"
    if not question.smaller(outcomes):
        return "undefined: no student to take it of"
    sides = [question.tally.side(those) for those in question.sides(outcomes)]
    flagged = [float(side.students @ held.flagged) + side.surplus for side in sides]
    wanted = (
        (question.smaller(EVERY if UNKNOWN in outcomes else KNOWN), need.students, "students with a known outcome"),
        (round(min(flagged)), need.events, "events"),
        (round(min(side.size - on for side, on in zip(sides, flagged, strict=True))), need.non_events, "non-events"),
    )
    lacks = [f"fewer than {number} {what}" for have, number, what in wanted if have < number]
    if question.effective_schools < need.schools:
        lacks.append(f"{question.effective_schools:.1f} effective schools, {need.schools:g} are needed")
    return "too little data: " + "; ".join(lacks) if lacks else ""


@dataclass(frozen=True)
class _Found:
    """The parts of a difference in flags, and without each school; columns are ``parts``, then the cut."""

    value: Floats
    without: Floats
    parts: Parts

    def estimate(self, columns: Sequence[int], question: _Question) -> Estimate | None:
        """Estimate some columns together."""
        sign, held = question.measured.sign, list(columns)
        value, without = sign * self.value[held].sum(), sign * self.without[:, held].sum(axis=1)
        return jackknife(float(value), without, question.effective_schools)

    def share(self, columns: Sequence[int], question: _Question) -> Estimate | None:
        """Estimate some columns as a share of all."""
        held = list(columns)
        value, without = self.value[held].sum() / self.value.sum(), self.without[:, held].sum(axis=1)
        return jackknife(float(value), without / self.without.sum(axis=1), question.effective_schools)


def _origin(question: _Question, found: _Found, card: Scorecard) -> Origin:
    total = found.estimate(range(len(found.value)), question)
    if total is None or total.se <= 0:
        return replace(question.bare, reason=NO_INTERVAL)
    low, high = total.interval(SURE)
    made = partial(_part, found, question, not low <= 0 <= high)
    names, known, all_parts = [spec.name for spec in card.specs], len(found.parts.known), len(found.parts)
    return replace(
        question.bare,
        total=total,
        parts=(
            *(made(Source.INPUT, name, [place]) for place, name in enumerate(names)),
            made(Source.MISSING, "", range(known, all_parts)),
            made(Source.CUT, "", [all_parts]),
        ),
        missing=tuple(
            made(Source.MISSING, names[place], [column])
            for column, place in enumerate(found.parts.missing, start=known)
        ),
    )


def _part(
    found: _Found, question: _Question, has_share: bool, source: Source, name: str, columns: Sequence[int]
) -> Part:  # fmt: skip
    estimate = found.estimate(columns, question)
    if estimate is None:  # the whole has an interval, and it is the sum of its parts
        raise AssertionError(f"no interval for {source.value} {name}")
    return Part(source, name, estimate, found.share(columns, question) if has_share else None)
