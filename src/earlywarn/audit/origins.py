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

from earlywarn.audit.schools import contrast, without_each_school
from earlywarn.audit.sides import NOBODY, sides
from earlywarn.audit.tallies import Binned, Parts, Tally, Those, binned, bins_for, tallies
from earlywarn.columns import MET, MISSED, UNKNOWN, Floats, InputSpec, Ints
from earlywarn.config.sections import Evidence, Groups
from earlywarn.estimate import Estimate
from earlywarn.groups import Cell
from earlywarn.histograms import Scored
from earlywarn.inputs import Values
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
    enough = [question for question, lack in zip(asked, lacks, strict=True) if not lack]
    splits = [contrast(each.tally, *each.sides(each.measured.outcomes), held.flagged) for each in enough]
    without = without_each_school(splits, card, values, scored, held)
    found = (_Found(each, split.value, left) for each, split, left in zip(enough, splits, without, strict=True))
    return tuple(
        replace(question.bare, reason=lack) if lack else _origin(next(found), card)
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
    compared, every = sides(tally.cells, groups), np.arange(len(tally.cells))
    for place in np.flatnonzero(compared.reference != NOBODY):
        held = every == compared.reference[place]
        other = every[held] if held.any() else np.delete(every, place)
        for measured in _GAPS:
            yield _Question(measured, tally, tally.cells[place], compared.versus[place], every[[place]], other)


def _lack(question: _Question, held: Binned, need: Evidence, least: int) -> str:
    """Say why a gap is not split, by the evidence that the audit's figures need; "" if there is enough."""
    outcomes, smallest = question.measured.outcomes, question.smaller(EVERY)
    if smallest < least:
        return f"fewer than {least} students: not shown" if smallest else "nobody in this group"
    if not question.smaller(outcomes):
        return "undefined: no student to take it of"
    events, others = _events(question, held)
    wanted = (
        (question.smaller(EVERY if UNKNOWN in outcomes else KNOWN), need.students, "students with a known outcome"),
        (events, need.events, "events"),
        (others, need.non_events, "non-events"),
    )
    lacks = [f"fewer than {number} {what}" for have, number, what in wanted if have < number]
    if question.effective_schools < need.schools:
        lacks.append(f"{question.effective_schools:.1f} effective schools, {need.schools:g} are needed")
    return "too little data: " + "; ".join(lacks) if lacks else ""


def _events(question: _Question, held: Binned) -> tuple[int, int]:
    """Count what a gap is about (seats given, or not given) and the rest, each on the side with fewer."""
    both = [question.tally.side(those) for those in question.sides(question.measured.outcomes)]
    given = [float(side.students @ held.flagged) + side.surplus for side in both]
    kept = [side.size - seats for side, seats in zip(both, given, strict=True)]
    events, others = (given, kept) if question.measured.sign > 0 else (kept, given)
    return round(min(events)), round(min(others))


@dataclass(frozen=True)
class _Found:
    """The parts of a difference in flags, and without each school; columns as in Parts, then the cut."""

    question: _Question
    value: Floats
    without: Floats

    def estimate(self, columns: Sequence[int]) -> Estimate | None:
        """Estimate some columns together."""
        sign, held = self.question.measured.sign, list(columns)
        value, without = sign * self.value[held].sum(), sign * self.without[:, held].sum(axis=1)
        return jackknife(float(value), without, self.question.effective_schools)

    def share(self, columns: Sequence[int]) -> Estimate | None:
        """Estimate some columns as a share of all."""
        held = list(columns)
        value, without = self.value[held].sum() / self.value.sum(), self.without[:, held].sum(axis=1)
        return jackknife(float(value), without / self.without.sum(axis=1), self.question.effective_schools)


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
