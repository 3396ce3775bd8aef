"""How roughly a number must be told so that it could be told of a few students more or fewer as well.

It is told to the finest grain at which that holds; a count below the minimum is only bounded. A share or another
figure is rounded to a multiple of its grain and stands for all within one grain of it. Which counts
may be told as they are is not for this module: it refuses none that the caller calls exact.
"""

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from itertools import product

LEEWAY = 2
"""For all that is told there may be so many students more or fewer: what is hidden could be any of three numbers."""

STEPS = (1000, 200, 100, 50, 20, 10, 5, 2)
"""So many steps has the scale of a share from 0 to 1, from the finest to the roughest."""

UNIT = 0.01
"""To this the ends of intervals are rounded, and to a tenth of it where the value is told finer."""

CODED_STEPS = 20
"""So many has that of the bounds of shares that are top or bottom coded."""

EDGE = 1e-9
"""Nearer than this to a step a number is on it: it is a float."""


class Shown(IntEnum):
    """How a number is told, or all numbers of a group: as it is, rounded, or by a bound at most."""

    EXACT = 0
    ABOUT = 1
    HIDDEN = 2


@dataclass(frozen=True)
class Count:
    """A count as it may be published: the number, rounded if ABOUT and None if HIDDEN, and what that leaves open.

    ``low`` and ``high`` are the least and the most that it may be for all that is told.
    """

    shown: Shown
    number: int | None
    low: int
    high: int

    @property
    def words(self) -> str:
        """The count in words.

        >>> count_told(1231, 10).words, count_told(3, 10).words
        ('about 1,230', 'fewer than 10')
        """
        if self.number is None:
            return f"fewer than {self.high + 1:,}"
        return f"about {self.number:,}" if self.shown is Shown.ABOUT else f"{self.number:,}"


@dataclass(frozen=True)
class Rate:
    """A share, or another figure, as it may be published.

    Attributes
    ----------
    value
        Rounded to ``grain``; None if HIDDEN.
    low, high
        What is told of the exact value: at least this and at most that; None where nothing is.
    ends
        The interval's ends, rounded outward; empty where there are none to tell.
    """

    shown: Shown
    value: float | None = None
    grain: float | None = None
    low: float | None = None
    high: float | None = None
    ends: tuple[float, ...] = ()

    @property
    def words(self) -> str:
        """The value in words, for a share.

        >>> Rate(Shown.HIDDEN, low=0.0, high=0.15).words, Rate(Shown.ABOUT, 0.48, 0.01).words
        ('under 15 %', 'about 48 %')
        """
        if self.value is not None and self.grain is not None:
            told = f"{100 * self.value:.{1 if self.grain < UNIT else 0}f} %"
            return f"about {told}" if self.shown is Shown.ABOUT else told
        if self.low is None or self.high is None:
            return "not shown"
        return f"under {100 * self.high:.0f} %" if self.high < 1 else f"over {100 * self.low:.0f} %"


NOT_SHOWN = Rate(Shown.HIDDEN)


@dataclass(frozen=True)
class Held:
    """A true count, and whether it may be told as it is; not whole where students share places on a list."""

    number: float
    exact: bool


Parts = tuple[Held, Held, Held]
"""A part, the whole, and the rest of the whole."""


def count_of(held: Held, minimum: int) -> Count:
    """Tell a count, as it is where that is safe."""
    number = round(held.number)
    return Count(Shown.EXACT, number, number, number) if held.exact else count_told(number, minimum)


def count_told(number: int, minimum: int) -> Count:
    """Tell a count that may not be told as it is, to the finest base that hides LEEWAY students more or fewer.

    >>> [count_told(number, 10).words for number in (5, 9, 24, 30)]
    ['fewer than 10', 'fewer than 20', 'about 20', 'about 30']
    """
    least = max(number - LEEWAY, 0)
    told = ((_at(least, *rung), _at(number + LEEWAY, *rung)) for rung in _rungs(minimum))
    return next(one for one, other in told if one == other)


def more_of(one: Held, other: Held, minimum: int) -> tuple[int, int]:
    """Tell how many more one count is than another, and to the nearest of what.

    To the finest base at which LEEWAY more or fewer change no word, unless both counts are exact.

    >>> more_of(Held(34, True), Held(30, True), 10), more_of(Held(27, False), Held(38, True), 10)
    ((4, 1), (-10, 10))
    """
    more = one.number - other.number
    if one.exact and other.exact:
        return round(more), 1
    least, most = more - LEEWAY, more + LEEWAY
    steps = ((math.floor(least / base + 0.5), math.floor(most / base + 0.5), base) for _, base in _rungs(minimum))
    return next((low * base, base) for low, high, base in steps if low == high)


def share_of(parts: Parts, minimum: int, ends: tuple[float, ...] = ()) -> Rate:
    """Tell the share of a part in its whole, with the ends of its interval.

    To three decimals where all is exact; else to the finest of STEPS that hides LEEWAY students; where the part or
    the rest is hidden, by a bound that follows from the counts as told.
    """
    whole = parts[1]
    told = [count_of(held, minimum) for held in parts]
    if told[1].shown is Shown.HIDDEN or not whole.number:
        return NOT_SHOWN
    if Shown.HIDDEN in (told[0].shown, told[2].shown):
        return _coded(*told)
    return _not_at_the_end(value_of(parts, ends))


def value_of(parts: Parts, ends: tuple[float, ...] = ()) -> Rate:
    """Tell a share by its value, however few students are in the part or the rest."""
    return figure_of(_share(parts), _slack(parts), ends, (0.0, 1.0))


def difference_of(one: Parts, other: Parts, ends: tuple[float, ...] = ()) -> Rate:
    """Tell the difference of two shares as that of the values that they are told by: it says no more than they do."""
    return _compared(operator.sub, (one, other), ends)


def ratio_of(one: Parts, other: Parts, ends: tuple[float, ...] = ()) -> Rate:
    """Tell the ratio of two shares likewise; not shown where the second may be 0."""
    second = value_of(other)
    return NOT_SHOWN if second.low is None or second.low <= 0 else _compared(operator.truediv, (one, other), ends)


def figure_of(
    value: float, slack: float, ends: tuple[float, ...] = (), within: tuple[float, float] = (-math.inf, math.inf)
) -> Rate:
    """Tell a value that might as well be ``slack`` more or less.

    The grain is twice that or more: a value lies within half a grain of what is told, so all that it might be lies
    within one. ``ends`` are low, high, low, high and so on, told within ``within``.
    """
    steps = next((steps for steps in STEPS if 1 / steps >= 2 * slack - EDGE), None)
    if steps is None:
        return NOT_SHOWN
    told, grain = round(math.floor(value * steps + 0.5 + EDGE) / steps, 9), 1 / steps
    if not slack:
        return Rate(Shown.EXACT, told, grain, told - grain / 2, told + grain / 2, _outward(ends, grain, within))
    near = told - grain / 2, told + grain / 2
    return Rate(Shown.ABOUT, told, grain, told - grain, told + grain, _moved(ends, value, near, grain, within))


@cache
def hidden_below(minimum: int) -> int:
    """Give the bound below which every count is that may be hidden: said of all, it tells none from another.

    >>> hidden_below(10), hidden_below(20)
    (20, 100)
    """
    told = (count_told(number, minimum) for number in range(10 * minimum))
    return max(count.high + 1 for count in told if count.shown is Shown.HIDDEN)


@cache
def _rungs(minimum: int) -> tuple[tuple[int, int], ...]:
    """Give (hidden below this, else told to the nearest of this), from the finest on."""
    bases = [step * 10**power for power in range(12) for step in (1, 2, 5)]
    first = next(base for base in bases if base >= minimum)
    return ((minimum, first), *((base, base) for base in bases if base > minimum))


def _at(number: int, bound: int, base: int) -> Count:
    if number < bound:
        return Count(Shown.HIDDEN, None, 0, bound - 1)
    nearest = max((number + base // 2) // base, 1) * base
    return Count(Shown.ABOUT, nearest, max(nearest - base // 2, bound), nearest + (base - 1) // 2)


def _share(parts: Parts) -> float:
    return parts[0].number / parts[1].number


def _slack(parts: Parts) -> float:
    """Give by how much LEEWAY students may move a share: into or out of the part, the rest, or from one to the other.

    No exchange moves what is exact; and none takes from the part what it adds to the whole.
    """
    part, whole, rest = parts
    moves = [
        (in_part, in_all)
        for in_part, in_all in ((1, 0), (1, 1), (0, 1))
        if not (part.exact and in_part) and not (whole.exact and in_all) and not (rest.exact and in_part != in_all)
    ]
    near = [
        (part.number + by * in_part) / max(whole.number + by * in_all, 1)
        for in_part, in_all in moves
        for by in (-LEEWAY, LEEWAY)
    ]
    return max((abs(min(max(share, 0.0), 1.0) - _share(parts)) for share in near), default=0.0)


def _compared(of: Callable[[float, float], float], sides: tuple[Parts, Parts], ends: tuple[float, ...]) -> Rate:
    one, other = (value_of(side) for side in sides)
    if one.value is None or other.value is None or one.grain is None or other.grain is None:
        return NOT_SHOWN
    grain = max(one.grain, other.grain)
    value = round(of(one.value, other.value), 3 if grain < UNIT else 2)
    near, bounds = _reach(of, (one, other), 0.5), _reach(of, (one, other), 1.0)
    exact = of(*map(_share, sides))
    if Shown.ABOUT not in (one.shown, other.shown):
        return Rate(Shown.EXACT, value, grain, *near, _outward(ends, grain))
    return Rate(Shown.ABOUT, value, grain, *bounds, _moved(ends, exact, near, grain))


def _reach(of: Callable[[float, float], float], rates: tuple[Rate, Rate], grains: float) -> tuple[float, float]:
    """Give the least and the most of two rates held together that each lie so many grains from what is told."""
    spans = [
        ((rate.value or 0.0) - grains * (rate.grain or 0.0), (rate.value or 0.0) + grains * (rate.grain or 0.0))
        for rate in rates
    ]
    found = [of(one, other) for one, other in product(*spans)]
    return min(found), max(found)


def _moved(
    ends: tuple[float, ...],
    value: float,
    near: tuple[float, float],
    grain: float,
    within: tuple[float, float] = (-math.inf, math.inf),
) -> tuple[float, ...]:
    """Give the ends as far from what is told as they lie from the value: else their middle would tell the value.

    How far they lie hangs on how schools differ, which no reader knows.
    """
    moved = tuple(end - value + near[place % 2] for place, end in enumerate(ends))
    return _outward(moved, grain, within)


def _outward(
    ends: tuple[float, ...], grain: float, within: tuple[float, float] = (-math.inf, math.inf)
) -> tuple[float, ...]:
    unit = round(1 / UNIT) * (10 if grain < UNIT else 1)
    outward = ((math.floor, math.ceil)[place % 2](end * unit) / unit for place, end in enumerate(ends))
    return tuple(min(max(end, within[0]), within[1]) for end in outward)


def _coded(part: Count, whole: Count, rest: Count) -> Rate:
    """Bound a share from above or below by the counts as told, outward to the next step."""
    if part.shown is Shown.HIDDEN:
        bound = _bound(part, whole)
        return NOT_SHOWN if bound >= CODED_STEPS else Rate(Shown.HIDDEN, low=0.0, high=bound / CODED_STEPS)
    bound = CODED_STEPS - _bound(rest, whole)
    return NOT_SHOWN if bound <= 0 else Rate(Shown.HIDDEN, low=bound / CODED_STEPS, high=1.0)


def _bound(part: Count, whole: Count) -> int:
    return -(-(part.high + 1) * CODED_STEPS // max(whole.low, 1))


def _not_at_the_end(rate: Rate) -> Rate:
    """Bound what would round to none or all of a group."""
    if rate.shown is not Shown.ABOUT or rate.grain is None or rate.value not in (0.0, 1.0):
        return rate
    bound = max(rate.grain, UNIT)
    bounds = (1 - bound, 1.0) if rate.value else (0.0, bound)
    return Rate(Shown.HIDDEN, low=bounds[0], high=bounds[1])
