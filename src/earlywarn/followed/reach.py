"""Of the students who missed the standard: who had been flagged, reviewed, supported, by group, and where it leaks.

A stage lies within the one before, so that the shares of one stage multiply to what was reached. It names a leak only
where a difference is beyond chance for the number of differences looked at, and never calls a stage nobody told of 0.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from earlywarn.audit import funnel
from earlywarn.audit.figures import Figure
from earlywarn.audit.measures import RECALL
from earlywarn.audit.rounding import Count, Shown
from earlywarn.columns import MISSED, Bools, Ints
from earlywarn.config.experiment import Serving
from earlywarn.followed.desk import Desk
from earlywarn.followed.shares import Sorted, Told, frame_of, roughly, share_figures, tell
from earlywarn.followed.students import Students
from earlywarn.groups import EVERYONE, Cell
from earlywarn.report.findings import Audited

CHANCE = 0.05
"""A leak is named where chance alone would show one as clear among all in fewer than so many funnels."""


@dataclass(frozen=True)
class Stage:
    """One stage: its kind of count, its name for people, and its share of the stage before ("" for the first)."""

    kind: str
    words: str
    share: str


STAGES = (
    Stage("students", "missed the standard", ""),
    Stage("scored", "scored", funnel.SCORED),
    Stage("flagged", "flagged", funnel.FLAGGED),
    Stage("reviewed", "reviewed", funnel.REVIEWED),
    Stage("supported", "supported", funnel.SUPPORTED),
)
WITHOUT_DESK = STAGES[:3]
"""The stages of which something is known without decisions."""

SAME = {"scored": "missed", "flagged": "flagged_missed", "overlooked": "overlooked"}
"""Counts that the audit of scored students tells too -> its name for them."""


@dataclass(frozen=True)
class Leak:
    """The stage and the group where the share falls most below its reference's, as it may be told."""

    stage: Stage
    figure: Figure


@dataclass(frozen=True)
class Reach:
    """The funnel.

    Attributes
    ----------
    told
        The share of each stage in the one before, by group.
    leak
        None where no difference is beyond chance.
    asked
        Among how many differences the leak was sought.
    left
        Differences that could not be judged, though the group's number at the stage may be told.
    """

    stages: tuple[Stage, ...]
    told: Told
    leak: Leak | None
    asked: int
    left: tuple[tuple[Stage, Cell], ...]

    def count(self, stage: Stage, cell: Cell = EVERYONE) -> Count:
        """Give how many students of a group came as far as a stage, as it may be told."""
        known = self.told.audited.suppression
        before = [known.count(cell, each.kind) for each in self.stages[: self.stages.index(stage)]]
        nobody = Count(Shown.EXACT, 0, 0, 0)
        return nobody if nobody in before else known.count(cell, stage.kind)

    @property
    def beside(self) -> Count:
        """How many who missed the standard were supported without a flag, as it may be told."""
        return self.told.audited.suppression.count(EVERYONE, "beside")


def reach_of(students: Students, outcome: Ints, desk: Desk | None, audited: Audited, serving: Serving) -> Reach:
    """Give the funnel of all students in scope who missed the standard.

    Parameters
    ----------
    audited
        The audit of the scored students, before it was made ready to be told: its recall is the share flagged, with an
        interval that knows that the cut was estimated.
    """
    rows = np.flatnonzero(outcome == MISSED)
    atom = _atoms(students, desk)[rows]
    missed = Sorted(funnel.REACH, students.school.take(rows), students.groups.take(rows), atom)
    counts = missed.by_kind()
    stages = WITHOUT_DESK if desk is None else STAGES
    asked = {stage.share for stage in stages} - {"", funnel.FLAGGED}
    titles = {name: funnel.TITLES[name] for name in asked}
    if desk is not None:
        titles[funnel.REACHED] = funnel.TITLES[funnel.REACHED]
    figures = tuple(share_figures(counts, funnel.REACH, titles, frame_of(missed, counts["students"], serving)))
    figures += tuple(_flagged(audited))
    told = tell(figures, roughly(counts, missed, serving, _exact(students, audited)), audited.about, serving)
    leak, judged = _leak(told, stages)
    return Reach(stages, told, leak, judged, tuple(_not_judged(told, stages)))


def _flagged(audited: Audited) -> Iterator[Figure]:
    """Give the audit's recall as the share of a stage."""
    for figure in audited.figures:
        if figure.measure == RECALL.name and figure.is_main:
            yield replace(figure, measure=funnel.FLAGGED, students=figure.events + figure.non_events)


def _exact(students: Students, audited: Audited) -> dict[str, Bools]:
    """Tell which counts the audit tells as they are; where all were scored, that nobody was not tells nothing."""
    known = audited.suppression
    exact = {kind: known.exact[:, known.kinds.place[same]] for kind, same in SAME.items()}
    if students.scored.all():
        exact |= {"students": exact["scored"], "not_scored": np.ones_like(exact["scored"])}
    return exact


def _atoms(students: Students, desk: Desk | None) -> Ints:
    none = np.zeros(len(students), dtype=bool)
    reviewed: Bools = none if desk is None else desk.reviewed | desk.supported
    supported: Bools = none if desk is None else desk.supported
    states = {
        funnel.NOT_SCORED_ATOM: ~students.scored,
        funnel.SUPPORTED_ATOM: students.flagged & supported,
        funnel.UNSUPPORTED_ATOM: students.flagged & reviewed,
        funnel.UNREVIEWED_ATOM: students.flagged,
        funnel.BESIDE_ATOM: supported,
    }
    return np.select(list(states.values()), list(states), funnel.OVERLOOKED_ATOM).astype(np.int64)


def _not_judged(told: Told, stages: tuple[Stage, ...]) -> Iterator[tuple[Stage, Cell]]:
    known = told.audited.suppression
    for stage in stages[1:]:
        for exact, _ in told.gaps(stage.share):
            if exact.estimate is None and known.count(exact.cell, stage.kind).number:
                yield stage, exact.cell


def _leak(told: Told, stages: tuple[Stage, ...]) -> tuple[Leak | None, int]:
    """Find the widest fall that is beyond chance among all that could be judged (Bonferroni)."""
    judged = [
        (exact, Leak(stage, shown))
        for stage in stages
        for exact, shown in told.gaps(stage.share)
        if exact.estimate is not None
    ]
    surely = [
        (exact.value, leak)
        for exact, leak in judged
        if exact.estimate is not None and exact.value < 0 and exact.estimate.p_differs() * len(judged) < CHANCE
    ]
    shown = [(value, leak) for value, leak in surely if leak.figure.estimate is not None]
    return min(shown, key=lambda found: found[0], default=(0.0, None))[1], len(judged)
