"""How roughly a number must be told so that it reads the same were a few students more or fewer in it.

It is told to the finest grain at which that holds; a count below the minimum is only bounded. Which counts
may be told as they are is not for this module: it refuses none that the caller calls exact.
"""

import math
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

LEEWAY = 2
"""So many students more or fewer change no word: what is hidden could then be any of three numbers."""

EXACT_STEPS = 1000
"""A share that is exact is told to so many steps from 0 to 1."""

STEPS = (100, 50, 20, 10, 5, 2)
"""So many steps has the scale of a share that is not exact, from the finest to the roughest."""

CODED_STEPS = 20
"""So many has that of the bounds of shares that are top or bottom coded."""

EDGE = 1e-9
"""Nearer than this to the edge between two steps a number counts as on both sides: it is a float."""


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
        What is told of the exact value: at least this and less than that; None where nothing is.
    ends
        The interval's ends, rounded outward, each to a grain of its own; empty where there are none to tell.
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
            told = f"{100 * self.value:.{1 if self.grain < 0.01 else 0}f} %"
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

    @property
    def span(self) -> tuple[float, float]:
        """The least and the most that it might be without any word changing."""
        leeway = 0 if self.exact else LEEWAY
        return max(self.number - leeway, 0), self.number + leeway


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

    To three decimals where both are exact; else to the finest of STEPS (to three decimals where the whole is
    large) that hides LEEWAY students in both; where the part or the rest is hidden, by a bound that follows
    from the counts as told.
    """
    whole = parts[1]
    told = [count_of(held, minimum) for held in parts]
    if told[1].shown is Shown.HIDDEN or not whole.number:
        return NOT_SHOWN
    if Shown.HIDDEN in (told[0].shown, told[2].shown):
        return _coded(*told)
    return _not_at_the_end(value_of(parts, minimum, ends))


def value_of(parts: Parts, minimum: int, ends: tuple[float, ...] = ()) -> Rate:
    """Tell a share by its value, however few students are in the part or the rest."""
    return figure_of(_spread(parts), ends, finest(parts, minimum), (0.0, 1.0))


def difference_of(one: Parts, other: Parts, minimum: int, ends: tuple[float, ...] = ()) -> Rate:
    """Tell the difference of two shares that are told by value themselves."""
    (low, value, high), (other_low, other_value, other_high) = _spread(one), _spread(other)
    steps = min(finest(one, minimum), finest(other, minimum))
    return figure_of((low - other_high, value - other_value, high - other_low), ends, steps)


def ratio_of(one: Parts, other: Parts, minimum: int, ends: tuple[float, ...] = ()) -> Rate:
    """Tell the ratio of two shares that are told by value themselves; not shown where the second may be 0."""
    (low, value, high), (other_low, other_value, other_high) = _spread(one), _spread(other)
    if not other_low:
        return NOT_SHOWN
    steps = min(finest(one, minimum), finest(other, minimum))
    return figure_of((low / other_high, value / other_value, high / other_low), ends, steps)


def figure_of(
    spread: tuple[float, float, float],
    ends: tuple[float, ...],
    steps: int,
    within: tuple[float, float] = (-math.inf, math.inf),
) -> Rate:
    """Tell a value that might as well be anything from the first to the last of ``spread``, to ``steps`` or fewer.

    ``ends`` are low, high, low, high and so on. Each might lie as much higher or lower, but not beyond ``within``.
    """
    low, value, high = spread
    slack = max(value - low, high - value)
    told = _alike(low, high, steps, (0.5, 0.0))
    if told is None:
        return NOT_SHOWN
    spans = [(max(end - slack, within[0]), min(end + slack, within[1])) for end in ends]
    outward = [
        _alike(*span, told.steps, (0.0, 0.5)) if place % 2 == 0 else _alike(-span[1], -span[0], told.steps, (0.0, 0.5))
        for place, span in enumerate(spans)
    ]
    return Rate(
        shown=Shown.ABOUT if slack else Shown.EXACT,
        value=round(told.low + 0.5 / told.steps, 9),
        grain=1 / told.steps,
        low=told.low,
        high=told.low + 1 / told.steps,
        ends=tuple(step.low * (1 - place % 2 * 2) for place, step in enumerate(outward) if step)
        if all(outward)
        else (),
    )


def finest(parts: Parts, minimum: int) -> int:
    """Give the most steps that say no more of a share than counts told to the nearest minimum do."""
    part, whole, _ = parts
    exact = (part.exact and whole.exact) or whole.number >= minimum * EXACT_STEPS
    return EXACT_STEPS if exact else STEPS[0]


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


def _spread(parts: Parts) -> tuple[float, float, float]:
    """Give a share between the least and the most that it might be; a part is never more than its whole."""
    part, whole, _ = parts
    (least, most), (fewest, greatest) = part.span, whole.span
    return least / greatest, part.number / whole.number, min(most / max(fewest, 1), 1.0)


@dataclass(frozen=True)
class _Step:
    """A step of a scale: where it begins, and how many there are from 0 to 1."""

    low: float
    steps: int


def _alike(low: float, high: float, most: int, shifts: tuple[float, ...]) -> _Step | None:
    """Give the finest step that holds both ends of a span; scales shifted by half a step are for spans on an edge.

    A step holds from its beginning up to the next one's, so a number on an edge belongs to the step above.
    """
    slack = EDGE if high > low else 0.0
    scales = (most, *(fewer for fewer in STEPS if fewer < most))
    for shift, steps in ((shift, steps) for shift in shifts for steps in scales):
        place = math.floor(low * steps - slack + shift)
        if place == math.floor(high * steps + slack + shift):
            return _Step((place - shift) / steps, steps)
    return None


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
    bounds = (1 - rate.grain, 1.0) if rate.value else (0.0, rate.grain)
    return Rate(Shown.HIDDEN, low=bounds[0], high=bounds[1])
