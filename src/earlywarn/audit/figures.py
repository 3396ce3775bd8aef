"""Every figure of an audit: a measure for a group, alone or against another, with its evidence.

A figure without enough evidence keeps its counts and says why there is no interval; it is never 0
and never left out.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

import numpy as np

from earlywarn.audit.sheets import LEAST_ERROR, Counts, Sheet, is_presence
from earlywarn.audit.sides import NOBODY, Sides
from earlywarn.columns import Floats, Ints
from earlywarn.config.sections import Evidence
from earlywarn.estimate import Estimate, Scale, mover
from earlywarn.groups import EVERYONE, Cell
from earlywarn.intervals import LEAST_EVENTS, LEAST_SCHOOLS, jackknife_errors

AT_CAPACITY = "capacity"
"""The cut of the list that is served; others are named by their level or risk."""

FEW_EVENTS = 5
"""Below so many events or non-events on a side the jackknife of a difference is blind: MOVER serves."""


class Form(StrEnum):
    """Whether a figure is a group's own, or how it is held against another's."""

    VALUE = "value"
    DIFFERENCE = "difference"
    RATIO = "ratio"


@dataclass(frozen=True)
class Figure:
    """One row of the audit.

    Attributes
    ----------
    versus
        "" for the group alone, else the slug of the group it is held against, or "all others".
    value
        The point value, NaN where undefined or where the group is below the privacy minimum.
    estimate
        None where ``reason`` says why.
    students, events, non_events, schools
        Of the smaller side of a comparison; schools are effective schools.
    rough
        Where there is too little data to judge: an interval all the same, never for the gate.
    q
        For a difference where groups meet: the p-value after Benjamini and Hochberg; None elsewhere.
    pooled
        The difference drawn towards those of its like, where the plan asks for it; never for the gate.
    bound
        What may be said of a share whose exact value is not published, such as "under 15 %".
    parts
        How far the value moves without each school, shape (schools,); kept for main figures, to compare audits.
    """

    measure: str
    cell: Cell
    versus: str
    value: float
    estimate: Estimate | None
    reason: str
    students: int
    events: int
    non_events: int
    schools: float
    form: Form = Form.VALUE
    cut: str = AT_CAPACITY
    rough: Estimate | None = None
    q: float | None = None
    pooled: Estimate | None = None
    bound: str = ""
    parts: Floats | None = field(default=None, repr=False, compare=False)

    @property
    def is_main(self) -> bool:
        """At the list that is served, and a group's own value or its difference to the reference."""
        compared = self.form is Form.DIFFERENCE and self.versus != EVERYONE.slug
        return self.cut == AT_CAPACITY and (self.form is Form.VALUE or compared)


@dataclass(frozen=True)
class Frame:
    """What holds for every figure of an audit.

    Attributes
    ----------
    sizes
        The students of each column, shape (columns,): what privacy goes by.
    least
        Students below which nothing is shown.
    lack
        A reason why no figure may be judged, such as schools that are not known; "" if none.
    """

    sides: Sides
    evidence: Evidence
    sizes: Floats
    least: int
    lack: str = ""


@dataclass(frozen=True)
class Pairs:
    """Cells held against other columns: places of both, shape (pairs,), and the others' names ("" for nobody).

    Attributes
    ----------
    apart
        The students of the other column who are not in the cell: all others, where it is held against everyone.
    """

    one: Ints
    other: Ints
    apart: Ints
    versus: tuple[str, ...]
    form: Form


def figures_of(sheet: Sheet, frame: Frame, cut: str = AT_CAPACITY) -> tuple[Figure, ...]:
    """Give a measure of every group alone, and as difference and ratio to its reference and to everyone."""

    def told(pairs: Pairs) -> list[Figure]:
        return _held(sheet, Rows(sheet.name, frame, pairs, sheet.counts, cut, sheet.undefined, sheet.unvarying))

    made = told(_alone(frame.sides))
    if sheet.moved is None:
        for pairs in (to_reference(frame.sides), _to_everyone(frame.sides)):
            made += told(pairs)
            if sheet.is_share:
                made += told(replace(pairs, form=Form.RATIO))
    return tuple(made)


@dataclass(frozen=True)
class Rows:
    """The figures of one measure for some pairs; ``counts`` are by column.

    ``undefined`` and ``unvarying`` say why a value is NaN, or has no interval.
    """

    name: str
    frame: Frame
    pairs: Pairs
    counts: Counts
    cut: str = AT_CAPACITY
    undefined: str = Sheet.undefined
    unvarying: str = Sheet.unvarying

    @cached_property
    def smaller(self) -> Counts:
        """What the smaller side of each pair rests on; a group and everyone differ by what all others are."""
        one, other = self.pairs.one, self.pairs.apart
        return Counts(*(np.minimum(part[one], part[other]) for part in vars(self.counts).values()))

    def figure(self, row: int, value: float, found: Estimate | None, parts: Floats) -> Figure:
        """Give one figure, with its estimate or the reason why there is none."""
        counts, pairs, frame = self.smaller, self.pairs, self.frame
        held = (round(counts.students[row]), round(counts.events[row]), round(counts.non_events[row]))
        schools = float(counts.schools[row])
        smallest = min(frame.sizes[pairs.one[row]], frame.sizes[pairs.other[row]])
        reason = (
            f"undefined: {self.undefined}" if np.isnan(value) else _lack(frame, held, schools, is_presence(self.name))
        )
        rough, estimate = (found, None) if reason else (None, found)
        if smallest < frame.least:
            reason = f"fewer than {frame.least} students: not shown" if smallest else "nobody in this group"
            value, rough, estimate, held, schools = float("nan"), None, None, (0, 0, 0), 0.0
        elif estimate is None and not reason:
            reason = self.unvarying if schools >= LEAST_SCHOOLS else Sheet.unvarying
        cell, versus = frame.sides.cells[pairs.one[row]], pairs.versus[row]
        made = Figure(self.name, cell, versus, value, estimate, reason, *held, schools, pairs.form, self.cut, rough)
        return replace(made, parts=parts) if made.is_main and held[0] else made


def _alone(sides: Sides) -> Pairs:
    every = np.arange(len(sides.cells))
    return Pairs(every, every, every, ("",) * len(every), Form.VALUE)


def to_reference(sides: Sides) -> Pairs:
    """Give each cell held against its reference."""
    held = np.flatnonzero(sides.reference != NOBODY)
    other = sides.reference[held]
    return Pairs(held, other, other, tuple(sides.versus[place] for place in held), Form.DIFFERENCE)


def _to_everyone(sides: Sides) -> Pairs:
    others = np.arange(1, len(sides.cells))
    names = (EVERYONE.slug,) * len(others)
    return Pairs(others, np.zeros_like(others), sides.others[others], names, Form.DIFFERENCE)


def _held(sheet: Sheet, rows: Rows) -> list[Figure]:
    value, estimates, without = _BY_FORM[rows.pairs.form](sheet, rows.pairs, rows.smaller)
    moved = np.where(np.isfinite(without), without - value, 0.0)
    every = zip(value.tolist(), estimates, moved.T, strict=True)
    return [rows.figure(row, one, found, parts) for row, (one, found, parts) in enumerate(every)]


Found = tuple[Floats, list[Estimate | None], Floats]
"""Values, estimates, and values without each school, of some pairs."""


def _own(sheet: Sheet, pairs: Pairs, counts: Counts) -> Found:
    value, without = sheet.value[pairs.one], sheet.without[:, pairs.one]
    if sheet.is_share:
        return value, list(sheet.alone[: len(value)]), without
    found = jackknifed(value, without, counts.carriers)
    if sheet.moved is None:
        return value, found, without
    gained, lost = sheet.moved.gained, sheet.moved.lost
    few = (gained.counts.events + lost.counts.events)[pairs.one] < LEAST_EVENTS
    recovered = _recovered((gained, pairs.one), (lost, pairs.one))
    return value, [r if f else e for f, r, e in zip(few, recovered, found, strict=True)], without


def _difference(sheet: Sheet, pairs: Pairs, counts: Counts) -> Found:
    value = sheet.value[pairs.one] - sheet.value[pairs.other]
    sides = _filled(sheet, pairs)
    with np.errstate(invalid="ignore"):  # infinite where one school holds all of both sides: then no interval
        without = sides[0] - sides[1]
    found = jackknifed(value, without, counts.carriers)
    if not sheet.is_share:
        return value, found, without
    few = np.minimum(counts.events, counts.non_events) < FEW_EVENTS
    recovered = _recovered((sheet, pairs.one), (sheet, pairs.other)) if few.any() else found
    return value, [r if f else e for f, r, e in zip(few, recovered, found, strict=True)], without


def _ratio(sheet: Sheet, pairs: Pairs, counts: Counts) -> Found:
    """Give ratios of two shares; the jackknife is taken of their logarithm."""
    sides = _filled(sheet, pairs)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = sheet.value[pairs.one] / sheet.value[pairs.other]
        logs = np.log(sides[0] / sides[1])
        held = (counts.events >= FEW_EVENTS) & np.isfinite(np.log(value))
    without = np.where(np.isnan(sides[0]), np.nan, logs)
    found = jackknifed(value, without, counts.carriers)
    scaled = [replace(e, scale=Scale.LOG) if e is not None and h else None for h, e in zip(held, found, strict=True)]
    return np.where(np.isfinite(value), value, np.nan), scaled, without


_BY_FORM = {Form.VALUE: _own, Form.DIFFERENCE: _difference, Form.RATIO: _ratio}


def _filled(sheet: Sheet, pairs: Pairs) -> tuple[Floats, Floats]:
    """Give both sides without each school; a school on one side only leaves the other as it is."""
    one, other = sheet.without[:, pairs.one], sheet.without[:, pairs.other]
    held = ~(np.isnan(one) & np.isnan(other))
    return tuple(
        np.where(held, np.where(np.isnan(side), sheet.value[places], side), np.nan)
        for side, places in ((one, pairs.one), (other, pairs.other))
    )  # type: ignore[return-value] # two of them


def jackknifed(value: Floats, without: Floats, carried: Floats) -> list[Estimate | None]:
    """Estimate many figures from their values without one school each, on the identity scale.

    None where too few schools carry a figure, or where no school differs from another: no width is no interval.
    """
    every = zip(*(part.tolist() for part in (value, *jackknife_errors(without), carried)), strict=True)
    return [
        Estimate(v, e, c - 1, skew=s) if c >= LEAST_SCHOOLS and e > LEAST_ERROR and np.isfinite(v) else None
        for v, e, s, c in every
    ]


def _recovered(one: tuple[Sheet, Ints], other: tuple[Sheet, Ints]) -> list[Estimate | None]:
    """Give differences of shares by MOVER, with the correlation of the schools' linearised terms."""
    terms = []
    for sheet, places in (one, other):
        without = sheet.without[:, places]
        terms.append(np.where(np.isfinite(without), without - sheet.value[places], 0.0))
    sizes = [np.sqrt(np.sum(term**2, axis=0)) for term in terms]
    varies = np.minimum(*sizes) > LEAST_ERROR  # what a list sets, such as everyone's share flagged, goes with nothing
    together = np.sum(terms[0] * terms[1], axis=0)
    correlation = np.divide(together, sizes[0] * sizes[1], out=np.zeros_like(together), where=varies)
    every = zip(one[1], other[1], correlation.tolist(), strict=True)
    return [_with_width(one[0].alone[i], other[0].alone[j], r) for i, j, r in every]


def _with_width(one: Estimate | None, other: Estimate | None, correlation: float) -> Estimate | None:
    if one is None or other is None:
        return None
    made = mover(one, other, correlation)
    low, high = made.interval(0.5)
    return made if high - low > LEAST_ERROR**0.5 else None  # the width is a root: so is what rounding leaves of it


def _lack(frame: Frame, held: tuple[int, int, int], schools: float, presence: bool) -> str:
    """Say why there is too little data to judge; "" if there is enough."""
    need = frame.evidence
    # That nobody lacks a score or an input needs no events to be known: MOVER says how sure it is.
    events, others = (0, 0) if presence else (need.events, need.non_events)
    wanted = zip(
        held,
        (need.students, events, others),
        ("students with a known outcome", "events", "non-events"),
        strict=True,
    )
    lacks = [f"fewer than {least} {what}" for have, least, what in wanted if have < least]
    if schools < need.schools:
        lacks.append(f"{schools:.1f} effective schools, {need.schools:g} are needed")
    if frame.lack:
        lacks.append(frame.lack)
    return "too little data: " + "; ".join(lacks) if lacks else ""
