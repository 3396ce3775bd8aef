"""The shapes that the desk's templates draw, as plain numbers; refuses what no reader could count or compare.

Templates choose words, colours and sizes on the page. Here stand only positions, in the units of each figure's viewBox.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django import template
from django.core.paginator import Page

register = template.Library()

MOST_LEVELS = 5  # more circles than this are no longer counted at a glance
CIRCLE = 17  # from one centre to the next
DOT = 13
DOTS_PER_ROW = 20
# Room for words around the line of a chart, and the field in which it is drawn.
LEFT, RIGHT, TOP, BOTTOM, BESIDE = 68, 266, 16, 104, 276
CHART_WIDTH, CHART_HEIGHT = 388, 136
# Two words closer than this would touch.
LINE_OF_TEXT = 17


@dataclass(frozen=True)
class Spot:
    """A circle's centre, and whether it is filled."""

    x: int
    y: int
    filled: bool


@dataclass(frozen=True)
class Shape:
    """Circles in a field of `width` x `height`."""

    width: int
    height: int
    spots: tuple[Spot, ...]


@dataclass(frozen=True)
class Moment:
    """One value of a chart: where it lies, when it was, and its words."""

    x: int
    y: int
    when: date
    words: str


@dataclass(frozen=True)
class Chart:
    """A line over time with its words beside it; `typical_y` is None where nothing is typical or it lies elsewhere."""

    width: int
    height: int
    line: str
    moments: tuple[Moment, ...]
    typical_y: int | None
    typical_words: str
    typical_words_y: int
    last_words_y: int
    beside: int = BESIDE

    @property
    def first(self) -> Moment:
        """The earliest value."""
        return self.moments[0]

    @property
    def last(self) -> Moment:
        """The latest value."""
        return self.moments[-1]


@register.simple_tag
@lru_cache
def level_shape(filled: int, of: int) -> Shape:
    """Place one circle a level, the first `filled` of them full.

    Raises
    ------
    ValueError
        If there are not 2 to 5 levels, or `filled` is not one of them.

    Examples
    --------
    >>> [spot.filled for spot in level_shape(2, 3).spots]
    [True, True, False]
    """
    if not 2 <= of <= MOST_LEVELS or not 1 <= filled <= of:
        raise ValueError(f"level {filled} of {of}: a shape has 2 to {MOST_LEVELS} circles, 1 or more full")
    spots = tuple(Spot(9 + CIRCLE * place, 9, place < filled) for place in range(of))
    return Shape(CIRCLE * of + 1, 18, spots)


@register.simple_tag
@lru_cache
def dots(count: int) -> Shape:
    """Place 100 students in rows of twenty, the first `count` of them full.

    Raises
    ------
    ValueError
        If `count` is not 0 to 100.

    Examples
    --------
    >>> sum(spot.filled for spot in dots(61).spots)
    61
    """
    if not 0 <= count <= 100:
        raise ValueError(f"{count} of 100 students: a picture of 100 has 0 to 100 full dots")
    places = (divmod(place, DOTS_PER_ROW) for place in range(100))
    spots = tuple(Spot(8 + DOT * x, 8 + DOT * y, DOTS_PER_ROW * y + x < count) for y, x in places)
    return Shape(DOT * DOTS_PER_ROW + 3, DOT * 5 + 3, spots)


@register.simple_tag
def chart(
    values: Sequence[tuple[date, float, str]], typical: float | None = None, typical_words: str = ""
) -> Chart | None:
    """Draw values over time: days across, to scale; what is typical as a level line.

    Parameters
    ----------
    values : (day, value, words) of each list, in any order; a day without a value is left out by the caller
    typical : the value that is typical, in the unit of the values, or None
    typical_words : its words

    Returns
    -------
    Chart or None
        None of fewer than two values: the page then says so in words.
    """
    if len(values) < 2:
        return None
    ordered = sorted(values, key=lambda value: value[0])
    levels = [value for _, value, _ in ordered] + ([] if typical is None else [typical])
    days = [day.toordinal() for day, _, _ in ordered]
    xs = [_between(day, days[0], days[-1], LEFT, RIGHT) for day in days]
    ys = [_between(value, max(levels), min(levels), TOP, BOTTOM) for value in levels]
    moments = tuple(Moment(x, y, day, words) for x, y, (day, _, words) in zip(xs, ys, ordered, strict=False))
    typical_y = None if typical is None else ys[-1]
    return Chart(
        CHART_WIDTH,
        CHART_HEIGHT,
        " ".join(f"{moment.x},{moment.y}" for moment in moments),
        moments,
        typical_y,
        typical_words,
        *_apart(typical_y, moments[-1].y),
    )


@register.simple_tag
def page_numbers(page: Page[Any]) -> Iterator[int | str]:
    """Give the numbers of a long list's pages, with an ellipsis where many are left out."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


def _between(value: float, low: float, high: float, start: int, end: int) -> int:
    """Give the place of a value between `start` and `end`; the middle where all values are one."""
    return (start + end) // 2 if low == high else round(start + (value - low) / (high - low) * (end - start))


def _apart(typical_y: int | None, last_y: int) -> tuple[int, int]:
    """Give the heights of two words at the right edge, what is typical and the last, apart where they would touch."""
    if typical_y is None or abs(typical_y - last_y) >= LINE_OF_TEXT:
        return (typical_y or 0) + 5, last_y + 5
    step = LINE_OF_TEXT if last_y <= typical_y else -LINE_OF_TEXT
    return last_y + 5 + step, last_y + 5
