"""What each level said and what came, for everyone and by group: which promises held and which were broken.

Support that works makes a level look wrong. So a level is judged both ways on students without support alone; where
support went in, or nobody knows who had it, only "more missed than said" breaks it, and it refuses to call it kept or
broken where fewer missed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from earlywarn import intervals as iv
from earlywarn.audit import rounding as told
from earlywarn.columns import MISSED, UNKNOWN, Bools, Coded, Floats
from earlywarn.config.sections import Evidence
from earlywarn.estimate import Estimate
from earlywarn.groups import EVERYONE, Cell
from earlywarn.histograms import Scored
from earlywarn.scorecard.table import LevelMeaning

CONFIDENCE = 0.95
FEWER = "fewer missed than said: support may have done that, or the level said too much"
FEW = "too few on one side: not shown"


class Among(StrEnum):
    """On whom a promise is judged."""

    ALL = "all students"
    UNSUPPORTED = "students without support"


@dataclass(frozen=True)
class Promise:
    """What one level said and what came: the share who missed, overall or for a group.

    Attributes
    ----------
    students, came
        As they may be told: 0 and None where they may not.
    held
        True if the intervals of what was said and of what came meet; None where there is too little data, and where
        among ALL fewer missed than said.
    """

    level: LevelMeaning
    cell: Cell
    among: Among
    students: int
    came: Estimate | None
    held: bool | None
    reason: str


@dataclass(frozen=True)
class Levels:
    """The levels of a scorecard, and each scored student's, shape (n,)."""

    meanings: tuple[LevelMeaning, ...]
    of: Coded


def promises_of(
    levels: Levels, scored: Scored, supported: Bools | None, evidence: Evidence, least: int
) -> tuple[Promise, ...]:
    """Judge every promise to everyone and to each single group, as it may be told.

    Parameters
    ----------
    supported
        Who had support before the outcome, shape (n,); None where nobody has said.
    least
        The privacy minimum. With ``supported`` no number is told as it is: that of all less that of those without
        support would be the number with it.
    """
    known = scored.outcome != UNKNOWN
    found = list(_judged(levels, scored, known, Among.ALL, evidence))
    if supported is None:
        return _careful(found, least)
    found += _judged(levels, scored, known & ~supported, Among.UNSUPPORTED, evidence)
    return tuple(_roughly(*kept, least) for kept in found)


Kept = tuple[Promise, int]
"""A promise with exact numbers, and how many of its students missed the standard."""


def _judged(levels: Levels, scored: Scored, rows: Bools, among: Among, evidence: Evidence) -> Iterator[Kept]:
    students, missed = _counts(levels, scored, rows)
    flat, events = (part.reshape(len(part), -1) for part in (students, missed))
    came = iv.ratios(events, flat, flat, iv.carriers(flat, events, flat - events))
    names = [(cell, level) for cell in scored.groups.cells if cell.depth <= 1 for level in levels.meanings]
    for column, (cell, level) in enumerate(names):
        size, schools = int(flat[:, column].sum()), _worth(flat[:, column])
        enough = size >= evidence.students and schools >= evidence.schools
        reason = "" if enough and level.low is not None and level.high is not None else _lack(size, schools, evidence)
        made = Promise(level, cell, among, size, None if reason else came[column], None, reason)
        yield _held(made), int(events[:, column].sum())


def _counts(levels: Levels, scored: Scored, rows: Bools) -> tuple[Floats, Floats]:
    """Count the chosen students and those of them who missed: shape (schools, single cells, levels) each."""
    single = [place for place, cell in enumerate(scored.groups.cells) if cell.depth <= 1]
    columns, shape = np.array([*single]), (len(scored.school.names), len(single), len(levels.meanings))
    known = {level.name: place for place, level in enumerate(levels.meanings)}
    level = np.array([known.get(name, -1) for name in levels.of.names] + [-1])[levels.of.codes[rows]]
    school, missed = scored.school.codes[rows].astype(np.int64), scored.outcome[rows] == MISSED
    totals = np.zeros(shape), np.zeros(shape)
    for codes in scored.groups.codes:
        if scored.groups.cells[codes[0]].depth <= 1:
            cell = np.searchsorted(columns, codes[rows])
            place = (school * shape[1] + cell) * shape[2] + level
            for total, chosen in zip(totals, (level >= 0, (level >= 0) & missed), strict=True):
                total += np.bincount(place[chosen], minlength=total.size).reshape(shape)
    return totals


def _worth(students: Floats) -> float:
    return iv.effective_schools(students) if students.any() else 0.0


def _lack(size: int, schools: float, evidence: Evidence) -> str:
    """Say what is lacking; how many there are is told beside it, where it may be."""
    if size < evidence.students:
        return f"too little data: fewer than {evidence.students} students with a known outcome"
    if schools < evidence.schools:
        return f"too little data: {schools:.0f} effective schools, {evidence.schools:g} are needed"
    return "too little data in the test: the level promised nothing"


def _held(promise: Promise) -> Promise:
    """Judge one promise by the intervals."""
    level = promise.level
    if promise.reason or level.low is None or level.high is None:
        return promise
    if promise.came is None:
        return replace(promise, reason="no interval: a single school")
    low, high = promise.came.interval(CONFIDENCE)
    if high < level.low and promise.among is Among.ALL:
        return replace(promise, reason=FEWER)
    return replace(promise, held=low <= level.high and level.low <= high)


def _careful(found: list[Kept], least: int) -> tuple[Promise, ...]:
    """Tell promises as they are; of all groups only about, where a part of one is small, and so of everyone."""
    small = {p.cell == EVERYONE for p, missed in found if p.students and min(missed, p.students - missed) < least}
    return tuple(_roughly(p, missed, least) if (p.cell == EVERYONE) in small else p for p, missed in found)


def _roughly(promise: Promise, missed: int, least: int) -> Promise:
    """Tell a promise so that no word hangs on one or two students."""
    whole = told.count_told(promise.students, least)
    parts = [told.Held(number, exact=False) for number in (missed, promise.students, promise.students - missed)]
    ends = promise.came.interval(CONFIDENCE) if promise.came else ()
    rate = told.share_of((parts[0], parts[1], parts[2]), least, ends)
    kept = replace(promise, students=whole.number or 0)
    if whole.number is None:
        return replace(kept, came=None, held=None, reason=f"{whole.words} students: not shown")
    if promise.came is None or rate.value is None or not rate.ends:
        return replace(kept, came=None, reason=promise.reason or FEW)
    came = Estimate(rate.value, np.nan, promise.came.df, ends=((CONFIDENCE, rate.ends[0], rate.ends[1]),), digits=2)
    return replace(kept, came=came)
