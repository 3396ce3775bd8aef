"""Where a gap comes from: the difference in flags between a group and its reference, split into the scorecard's inputs.

The parts add up to the gap: every input as far as it is known, missing inputs, and the cut (what arises
beyond the points, such as seats by school). It refuses to split what rests on too little data, and to name shares of a
gap that may be none. A part says through which input a gap comes about, not why the input differs.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

import numpy as np

from earlywarn.audit.figures import Figure
from earlywarn.audit.schools import contrast, without_each_school
from earlywarn.audit.sides import NOBODY, sides
from earlywarn.audit.tallies import Parts, Tally, Those, binned, bins_for, tallies
from earlywarn.columns import MET, MISSED, UNKNOWN, Floats, InputSpec, Ints
from earlywarn.config.sections import Groups
from earlywarn.estimate import Estimate
from earlywarn.groups import Cell
from earlywarn.histograms import Scored
from earlywarn.inputs import Values
from earlywarn.intervals import jackknife
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
    input, title
        The name of the input and the config's words for it; "" for all missing inputs together and for the cut.
    estimate
        The part, in the gap's unit: a difference of two shares.
    share
        The part as a share of the gap; None where the gap's own interval does not exclude 0.
    """

    source: Source
    input: str
    title: str
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


@dataclass(frozen=True)
class _Measured:
    """How a gap is told from flags: among students of which outcomes, and whether a flag adds or takes."""

    gap: Gap
    outcomes: tuple[int, ...]
    sign: float


_GAPS = (
    _Measured(Gap.SHARE_FLAGGED, (MET, MISSED, UNKNOWN), 1.0),
    _Measured(Gap.FALSE_ALARMS, (MET,), 1.0),
    _Measured(Gap.OVERLOOKED, (MISSED,), -1.0),
)


def origins(
    card: Scorecard, values: Values, scored: Scored, groups: Groups, figures: Iterable[Figure]
) -> tuple[Origin, ...]:
    """Split every gap of every single-attribute group to its reference, else to all other students.

    Parameters
    ----------
    values
        What the scorecard reads of the students in ``scored``, row by row.
    scored
        Its list may be the scorecard's or another; what does not follow the points is the cut's.
    figures
        The audit's of the same students and list: they say what has too little data and how many schools carry it.

    Returns
    -------
    tuple of Origin
        Attribute by attribute and group by group, three gaps each.
    """
    gaps = {(f.measure, f.cell): f for f in figures if f.is_main and f.versus}
    held = binned(card, values, scored.listed, bins_for(len(scored.outcome)))
    asked = [each for tally in tallies(card, values, scored, held) for each in _questions(tally, groups, gaps)]
    enough = [question for question in asked if question.figure.estimate is not None]
    splits = [contrast(each.tally, *each.sides, held.flagged) for each in enough]
    without = without_each_school(splits, card, values, scored, held)
    found = (_Found(each, split.value, left) for each, split, left in zip(enough, splits, without, strict=True))
    return tuple(_origin(next(found), card) if each.figure.estimate is not None else each.bare for each in asked)


@dataclass(frozen=True)
class _Question:
    """One gap of one group; ``one`` and ``other`` are places of cells in the tally."""

    measured: _Measured
    tally: Tally
    figure: Figure
    one: Ints
    other: Ints

    @property
    def bare(self) -> Origin:
        """The answer where there is too little data."""
        return Origin(self.measured.gap, self.figure.cell, self.figure.versus, None, reason=self.figure.reason)

    @property
    def sides(self) -> tuple[Those, Those]:
        """Both sides' students whose outcomes the gap is about."""
        outcomes = np.array(self.measured.outcomes)
        return Those(self.one, outcomes), Those(self.other, outcomes)


def _questions(tally: Tally, groups: Groups, gaps: dict[tuple[str, Cell], Figure]) -> Iterator[_Question]:
    compared, every = sides(tally.cells, groups), np.arange(len(tally.cells))
    for place in np.flatnonzero(compared.reference != NOBODY):
        held = every == compared.reference[place]
        other = every[held] if held.any() else np.delete(every, place)
        for measured in _GAPS:
            if figure := gaps.get((measured.gap.value, tally.cells[place])):  # without outcomes only flags are audited
                yield _Question(measured, tally, figure, every[[place]], other)


@dataclass(frozen=True)
class _Found:
    """The parts of a difference in flags, and without each school; columns as in Parts, then the cut."""

    question: _Question
    value: Floats
    without: Floats

    @property
    def carriers(self) -> float:
        """The effective schools that carry the audit's own figure."""
        return self.question.figure.estimate.df + 1  # type: ignore[union-attr] # only those with one are split

    def estimate(self, columns: Sequence[int]) -> Estimate | None:
        """Estimate some columns together."""
        sign, held = self.question.measured.sign, list(columns)
        value, without = sign * self.value[held].sum(), sign * self.without[:, held].sum(axis=1)
        return jackknife(float(value), without, self.carriers)

    def share(self, columns: Sequence[int]) -> Estimate | None:
        """Estimate some columns as a share of all."""
        held = list(columns)
        value, without = self.value[held].sum() / self.value.sum(), self.without[:, held].sum(axis=1)
        return jackknife(float(value), without / self.without.sum(axis=1), self.carriers)


def _origin(found: _Found, card: Scorecard) -> Origin:
    total, parts = found.estimate(range(len(found.value))), Parts.of(card)
    if total is None or total.se <= 0:
        return replace(found.question.bare, reason=NO_INTERVAL)
    low, high = total.interval(SURE)
    made = partial(_part, found, not low <= 0 <= high)
    inputs = (made([place], Source.INPUT, spec) for place, spec in enumerate(card.specs))
    lacking = enumerate(parts.missing, start=len(parts.known))
    together = made(range(len(parts.known), len(parts)), Source.MISSING)
    return replace(
        found.question.bare,
        total=total,
        parts=(*inputs, together, made([len(parts)], Source.CUT)),
        missing=tuple(made([column], Source.MISSING, card.specs[place]) for column, place in lacking),
    )


def _part(
    found: _Found, has_share: bool, columns: Sequence[int], source: Source, spec: InputSpec | None = None
) -> Part:
    estimate, share = found.estimate(columns), found.share(columns) if has_share else None
    if estimate is None:  # the whole has an interval, and it is the sum of its parts
        raise AssertionError(f"no interval for {source.value}")
    return Part(source, spec.name if spec else "", spec.title if spec else "", estimate, share)
