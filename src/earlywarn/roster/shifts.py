"""What changed between two rosters, and which changes are no usual noise: shares of codes and of missing cells.

Each share is held against the earlier one by a two-proportion z test whose variance is that of chance plus what
schools move from one roster to the next. How much they move is taken from the middle of the schools (by a median
absolute deviation), not from a sum of squares: there one school that misspells a code would hide itself in the noise
that it makes. It is taken from a line over their shares, so that a fault of all schools does not hide itself either,
where some have many students of a code and some few.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from earlywarn.columns import Bools, Floats, Ints
from earlywarn.roster.profile import Profile

FALSE_ALARMS = 0.01
"""Expected share of false ones among the alarms (Benjamini and Hochberg 1995, the step-up rule)."""

LEAST_CHANGE, LEAST_RATIO, LEAST_ROWS = 0.01, 1.25, 30
"""No alarm for less than a point, unless a share grew or shrank by a quarter; nor for fewer rows than these."""

LEAST_BASKETS, BASKET_ROWS = 8, 20
"""Without so many baskets of schools with so many rows each, in both rosters, chance alone is the noise."""

ROWS_CHANGE = 0.10
"""The number of rows is told loudly from here on."""

CAUTION = 1.25
"""A spread from the middle of some forty baskets is itself uncertain by a sixth: one and a half of these are added."""

_TO_DEVIATION = 1.4826
"""The median absolute deviation of a normal distribution times this is its standard deviation."""


@dataclass(frozen=True)
class Shift:
    """One share then and now.

    Attributes
    ----------
    code
        "" for missing cells.
    usual
        How far it may move by chance (one standard error); p is the chance to see a change as large.
    """

    column: str
    code: str
    before: float
    now: float
    rows_before: int
    rows_now: int
    usual: float
    p: float
    is_alarm: bool = False

    @property
    def change(self) -> float:
        """The share now less the share then."""
        return self.now - self.before


@dataclass(frozen=True)
class Changes:
    """Rows and schools then and now, and every share; ``loud`` are in words what no noise explains."""

    before: Profile
    now: Profile
    shifts: tuple[Shift, ...]
    loud: tuple[str, ...]

    @property
    def alarms(self) -> tuple[Shift, ...]:
        """The shares that moved beyond their usual noise, the largest first."""
        return tuple(sorted((s for s in self.shifts if s.is_alarm), key=lambda shift: -abs(shift.change)))


def compare(before: Profile, now: Profile) -> Changes:
    """Hold a roster against an earlier one."""
    shifts = [_shift(*each) for each in _pairs(before, now)]
    return Changes(before, now, tuple(_with_alarms(shifts)), tuple(_loud(before, now)))


def _pairs(before: Profile, now: Profile) -> Iterator[tuple[str, str, Ints, Ints, Ints, Ints]]:
    """Give column, code, and the rows that have it with all rows, then and now, by basket."""
    none = np.zeros_like(now.rows)
    for column in sorted(before.codes.keys() & now.codes.keys()):
        then, today = before.codes[column], now.codes[column]
        for code in sorted(then.keys() | today.keys()):
            yield column, code, then.get(code, none), before.rows, today.get(code, none), now.rows
    for column in sorted(before.missing.keys() & now.missing.keys()):
        yield column, "", before.missing[column], before.rows, now.missing[column], now.rows


def _shift(column: str, code: str, had: Ints, before: Ints, has: Ints, now: Ints) -> Shift:
    """Give change / usual; the square of usual is the variance of chance, p(1-p)(1/n + 1/m), plus that of schools."""
    rows_before, rows_now = max(int(before.sum()), 1), max(int(now.sum()), 1)
    share_before, share_now = had.sum() / rows_before, has.sum() / rows_now
    pooled = (had.sum() + has.sum()) / (rows_before + rows_now)
    chance = pooled * (1 - pooled) * (1 / rows_before + 1 / rows_now)
    usual = math.sqrt(chance + _drift(had, before, has, now))
    p = math.erfc(abs(share_now - share_before) / usual / math.sqrt(2)) if usual else 1.0
    return Shift(column, code, float(share_before), float(share_now), int(had.sum()), int(has.sum()), usual, p)


def _drift(had: Ints, before: Ints, has: Ints, now: Ints) -> float:
    """Give the variance of the whole share that comes of the baskets' own changes beyond chance.

    It is that of one basket times the sum of squared weights, over those baskets alone in which the code could have
    come or gone: a basket without it, or of nothing else, says nothing of how much schools move.
    """
    mixed = (had + has > 0) & (had + has < before + now)
    enough = mixed & (before >= BASKET_ROWS) & (now >= BASKET_ROWS)
    if enough.sum() < LEAST_BASKETS:
        return 0.0
    one, two, x, y = before[enough], now[enough], had[enough], has[enough]
    shares: Floats = (x + y) / (one + two)
    spread = _TO_DEVIATION * float(np.median(np.abs(_off_the_line(shares, y / two - x / one))))
    chance = float(np.median(shares * (1 - shares) * (1 / one + 1 / two)))
    weights: Floats = now[mixed] / max(int(now.sum()), 1)
    return max(0.0, (CAUTION * spread) ** 2 - chance) * float((weights**2).sum())


def _off_the_line(shares: Floats, moved: Floats) -> Floats:
    """Give how far each basket's change lies from a line over its share: the median slope of all pairs (Theil and Sen).

    A fault that strikes everywhere takes or gives the same part of those who have the code, or of those who have not:
    more where there are more of them. The line takes that out, and what is left is the schools' own.
    """
    first, second = np.triu_indices(len(shares), 1)
    apart: Floats = shares[second] - shares[first]
    differ = apart != 0
    slopes = (moved[second] - moved[first])[differ] / apart[differ]
    left: Floats = moved - (float(np.median(slopes)) if len(slopes) else 0.0) * shares
    return left - np.median(left)


def _with_alarms(shifts: Sequence[Shift]) -> Iterator[Shift]:
    found = _discoveries(np.array([shift.p for shift in shifts]))
    for shift, is_beyond in zip(shifts, found.tolist(), strict=True):
        yield replace(shift, is_alarm=is_beyond and _matters(shift))


def _discoveries(p: Floats) -> Bools:
    """Tell which p-values the step-up rule of Benjamini and Hochberg takes at FALSE_ALARMS."""
    if not len(p):
        return np.zeros(0, dtype=bool)
    order = np.argsort(p)
    within = np.flatnonzero(p[order] <= FALSE_ALARMS * np.arange(1, len(p) + 1) / len(p))
    found = np.zeros(len(p), dtype=bool)
    found[order[: within[-1] + 1 if len(within) else 0]] = True
    return found


def _matters(shift: Shift) -> bool:
    small, large = sorted((shift.before, shift.now))
    rows = max(shift.rows_before, shift.rows_now)
    return (large - small >= LEAST_CHANGE or large >= LEAST_RATIO * small) and rows >= LEAST_ROWS


def _loud(before: Profile, now: Profile) -> Iterator[str]:
    then, today = before.counts.rows_in, now.counts.rows_in
    if abs(today - then) > ROWS_CHANGE * then:
        yield f"rows in: {then:,} then, {today:,} now"
    if now.schools < before.schools:
        yield f"schools: {before.schools:,} then, {now.schools:,} now"
    share_then, share_now = (p.counts.quarantined / max(p.counts.rows_in, 1) for p in (before, now))
    if share_now > share_then + LEAST_CHANGE:
        yield f"rows quarantined: {share_then:.1%} then, {share_now:.1%} now"
    for kind, one, two in (("codes", before.codes, now.codes), ("cells", before.missing, now.missing)):
        if other := sorted(one.keys() ^ two.keys()):
            yield f"{kind} of columns in one of the two only, not compared: {', '.join(other)}"
