"""Each measure laid out as a sheet: its value for every group, and without each school.

All measures take this one form, so that one loop compares them. What has no value is NaN, never 0.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from earlywarn.audit import measures as m
from earlywarn.audit.fairlearn import METRICS, confusion_measures
from earlywarn.audit.sides import Sides
from earlywarn.columns import MET, MISSED, Floats
from earlywarn.estimate import Estimate
from earlywarn.histograms import STUDENTS, Presence, Scored, Sums, by_school_and_cell, discordance
from earlywarn.intervals import carriers, leave_one_out, ratios

NOT_SCORED = "not_scored_share"
LACKS = "missing:"
"""Before an input's name: the share of a group's students who lack it."""

SET_BY_LENGTH = "no interval: set by the list's length"
"""Of everyone's share flagged, where the cut follows from the list's length."""

LEAST_ERROR = 1e-9
"""A standard error below this is rounding: nothing varies between schools, and no width is no interval."""


@dataclass(frozen=True)
class Counts:
    """What figures rest on, by column, shape (columns,) each.

    Attributes
    ----------
    schools
        Effective schools of the students counted.
    carriers
        Effective schools of the rarest of what a figure rests on.
    """

    students: Floats
    events: Floats
    non_events: Floats
    schools: Floats
    carriers: Floats


@dataclass(frozen=True)
class Sheet:
    """One measure over all columns of :class:`Sides`.

    Attributes
    ----------
    value
        Shape (columns,), NaN where undefined.
    without
        Shape (schools, columns): without each school; NaN where a school holds nothing.
    alone
        For a share, each column's own estimate; for another measure empty: then the jackknife serves.
    moved
        For a paired difference of two lists, what each alone found; else None.
    undefined, unvarying
        Why a value is NaN, and why one that is defined has no interval.
    """

    name: str
    title: str
    value: Floats
    without: Floats
    counts: Counts
    alone: tuple[Estimate | None, ...] = ()
    at_any_cut: bool = False
    moved: "Moved | None" = None
    undefined: str = "no student to take it of"
    unvarying: str = "no interval: a single school, or nothing that varies"

    @property
    def is_share(self) -> bool:
        """Whether it is one ratio within 0 and 1."""
        return bool(self.alone)


@dataclass(frozen=True)
class Moved:
    """Of those who missed the standard, the shares that one list alone and the other alone found."""

    gained: Sheet
    lost: Sheet


def measure_sheets(sums: Sums, sides: Sides, measures: tuple[m.Measure, ...]) -> Iterator[Sheet]:
    """Lay out measures that are sums of ratios; point values of the confusion measures are Fairlearn's."""
    plain, aware = (sides.lay(values.sum(axis=3), 2) for values in (sums.values, sums.knowing_the_cut()))
    told = confusion_measures(plain[STUDENTS, :, : len(sides.cells)].sum(axis=0))
    elsewhere = _carried_elsewhere(sums, plain, sides)
    for measure in measures:
        value, without = m.left_out(measure, plain)[0], m.left_out(measure, aware)[1]
        if measure.name in METRICS:
            value = np.concatenate([told[measure.name].to_numpy(), value[len(sides.cells) :]])
        counts = measure_counts(measure, plain)
        if measure.tells_of_flags:
            counts = replace(counts, carriers=np.minimum(counts.carriers, elsewhere))
        alone = varying(m.shares(measure, plain, aware, counts.carriers)) if measure.is_share else ()
        sheet = Sheet(measure.name, measure.title, value, without, counts, alone, measure.at_any_cut)
        is_set = measure is m.SHARE_FLAGGED and sums.near.any()
        yield replace(sheet, unvarying=SET_BY_LENGTH) if is_set else sheet


def _carried_elsewhere(sums: Sums, plain: Floats, sides: Sides) -> Floats:
    """Give the effective schools of the flagged who are not in a column, where the cut was estimated.

    A list has its length: what a group of nearly everyone has of it is what the few others leave.
    """
    if not sums.near.any():
        return np.full(plain.shape[2], np.inf)
    return carriers(m.by_school(plain, m.SHARE_FLAGGED.events))[sides.others]


def presence_sheets(presence: Presence, sides: Sides) -> Iterator[Sheet]:
    """Lay out the shares of all students in scope who could not be scored or lack an input."""
    everyone = np.ones(len(presence.school), dtype=bool)
    students = sides.lay(by_school_and_cell(presence, everyone), 1)
    for name, lacking in presence.lacks.items():
        lacks = sides.lay(by_school_and_cell(presence, lacking), 1)
        yield share_sheet(name, title_of_lack(name), lacks, students)


def paired_sheet(name: str, title: str, pair: tuple[Sums, Sums], alone: tuple[Floats, Floats], sides: Sides) -> Sheet:
    """Lay out the recall of one list less that of another, on the same students.

    Parameters
    ----------
    alone
        As :func:`earlywarn.histograms.discordance` gives it.
    """
    plain = sides.lay(pair[0].values.sum(axis=3), 2)
    laid = [m.left_out(m.RECALL, sides.lay(sums.knowing_the_cut().sum(axis=3), 2)) for sums in pair]
    values, without = [value for value, _ in laid], [each for _, each in laid]
    missed = m.by_school(plain, m.RECALL.terms[0].denominator)
    gained, lost = (share_sheet(name, title, sides.lay(found, 1), missed) for found in alone)
    counts = measure_counts(m.PREVALENCE, plain)
    moved = Moved(gained, lost)
    return Sheet(name, title, values[0] - values[1], m.joined((1, -1), values, without), counts, moved=moved)


def gain_sheet(name: str, title: str, scored: Scored, other: Scored, sums: tuple[Sums, Sums], sides: Sides) -> Sheet:
    """Lay out how much more of those who missed the standard one list finds than another of equal length."""
    return paired_sheet(name, title, sums, discordance(scored, other), sides)


def is_presence(name: str) -> bool:
    """Tell whether a measure counts who lacks a score or an input, among all students in scope."""
    return name == NOT_SCORED or name.startswith(LACKS)


def title_of_lack(name: str) -> str:
    """Give the title of a presence measure."""
    return "Share not scored" if name == NOT_SCORED else f"Share without {name.removeprefix(LACKS)}"


def share_sheet(name: str, title: str, events: Floats, students: Floats) -> Sheet:
    """Lay out events / students, both of shape (schools, columns)."""
    value, without = leave_one_out(events, students)
    rest = students - events
    counts = counts_of(students, events, rest)
    alone = varying(ratios(events, students, students, counts.carriers))
    return Sheet(name, title, value, without, counts, alone)


def varying(found: tuple[Estimate | None, ...]) -> tuple[Estimate | None, ...]:
    """Leave out estimates without a width."""
    return tuple(None if one is None or one.se <= LEAST_ERROR else one for one in found)


def counts_of(students: Floats, events: Floats, non_events: Floats) -> Counts:
    """Count what figures rest on, from students of each kind by school and column."""
    held, found, rest = (kind.sum(axis=0) for kind in (students, events, non_events))
    return Counts(held, found, rest, carriers(students), carriers(students, events, non_events))


def measure_counts(measure: m.Measure, plain: Floats) -> Counts:
    """Count what a measure rests on; ``plain`` has shape (3, schools, columns, outcomes, 2)."""
    students = m.by_school(plain, measure.terms[0].denominator)
    known = plain[STUDENTS][..., [MET, MISSED], :].sum(axis=(0, -2, -1))
    events, rest = (m.by_school(plain, w).sum(axis=0) for w in (measure.events, measure.non_events))
    held = np.maximum(known, students.sum(axis=0)) if measure.counts_unknown else known
    return Counts(held, events, rest, carriers(students), m.carried(measure, plain))
