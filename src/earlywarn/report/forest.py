"""A figure of one value with its interval a group: positions here, ink in ``templates/figures.svg.j2``.

Each is placed twice, for a wide page and for a narrow one, so that its words never shrink. The
thick line is the interval that the gate judges, the thin one goes on to 95 %.
"""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

Pair = tuple[float, float]


class Mark(StrEnum):
    """The shape of a value: decided within the limit, or only reported; not decided; beyond; too little data."""

    SOLID = "solid"
    HOLLOW = "hollow"
    DIAMOND = "diamond"
    ROUGH = "rough"


@dataclass(frozen=True)
class Line:
    """One group: its words, its size, and either a value with intervals or a note why not."""

    words: str
    size: str
    value: float | None = None
    thick: Pair | None = None
    thin: Pair | None = None
    numbers: str = ""
    verdict: str = ""
    mark: Mark = Mark.SOLID
    note: str = ""

    @property
    def told(self) -> str:
        """The line for those who do not see it."""
        if self.value is None:
            return f"{self.words}: {self.note}"
        return f"{self.words}: {self.numbers}" + (f", {self.verdict}" if self.verdict else "")


@dataclass(frozen=True)
class Forest:
    """The lines, the span of the axis, what is shaded, and the upright line that all are held against."""

    name: str
    title: str
    lines: tuple[Line, ...]
    span: Pair
    band: Pair | None
    upright: float | None
    upright_words: str
    ticks: tuple[tuple[float, str], ...]

    @property
    def told(self) -> str:
        """The whole figure in words, its text alternative."""
        return f"{self.title} " + "; ".join(line.told for line in self.lines) + "."

    @property
    def layouts(self) -> tuple["Placed", "Placed"]:
        """Where everything goes on a wide and on a narrow page."""
        return place(self, WIDE), place(self, NARROW)


@dataclass(frozen=True)
class Text:
    """Words at a place."""

    x: float
    y: float
    words: str


@dataclass(frozen=True)
class Spots:
    """Where the parts of one line go, and how much height it takes; y is the middle of its strip."""

    y: float
    height: float
    size: tuple[Text, ...]
    numbers: Text
    verdict: Text
    note: tuple[Text, ...]


@dataclass(frozen=True)
class Wrapped:
    """The texts of one line, broken to the width of a page."""

    words: Sequence[str]
    size: Sequence[str]
    note: Sequence[str]


@dataclass(frozen=True)
class Layout:
    """Measures of a page in units of the drawing; widths of words, sizes and notes count characters."""

    name: str
    width: int
    strip: tuple[int, int]
    words: int
    size: int
    note: int
    stacked: bool
    spots: Callable[[Line, float, Wrapped], Spots]


@dataclass(frozen=True)
class PlacedLine:
    """One line of the figure with every position known."""

    line: Line
    words: tuple[Text, ...]
    at: Spots
    value: float | None
    thick: Pair | None
    thin: Pair | None


@dataclass(frozen=True)
class Placed:
    """A whole figure with every position known."""

    layout: Layout
    forest: Forest
    height: float
    lines: tuple[PlacedLine, ...]
    band: Pair | None
    upright: float | None
    ticks: tuple[Text, ...]


def place(forest: Forest, layout: Layout) -> Placed:
    """Give every part of a figure its place."""
    top, lines = 26.0, []
    for line in forest.lines:
        lines.append(_place_line(forest, layout, line, top))
        top += lines[-1].at.height
    band = _pair(forest, layout, forest.band)
    upright = None if forest.upright is None else _x(forest, layout, forest.upright)
    ticks = tuple(Text(_x(forest, layout, value), top + 18, words) for value, words in forest.ticks)
    return Placed(layout, forest, top + 26, tuple(lines), band, upright, ticks)


def _place_line(forest: Forest, layout: Layout, line: Line, top: float) -> PlacedLine:
    wrapped = Wrapped(
        words=textwrap.wrap(line.words, layout.words) or [""],
        size=textwrap.wrap(line.size, layout.size),
        note=textwrap.wrap(line.note, layout.note),
    )
    return PlacedLine(
        line=line,
        words=_lines(0, top + 16, wrapped.words, 18),
        at=layout.spots(line, top, wrapped),
        value=None if line.value is None else _x(forest, layout, line.value),
        thick=_pair(forest, layout, line.thick),
        thin=_pair(forest, layout, line.thin),
    )


def _lines(x: float, y: float, texts: Sequence[str], step: float) -> tuple[Text, ...]:
    return tuple(Text(x, y + step * number, text) for number, text in enumerate(texts))


def _beside(line: Line, top: float, wrapped: Wrapped) -> Spots:
    """On a wide page: words, strip, numbers and verdict side by side, the size under the words."""
    words, sizes, notes = len(wrapped.words), len(wrapped.size), len(wrapped.note)
    y = top + 9.0 * words + 10
    return Spots(
        y=y,
        height=max(18.0 * words + 8 + 16 * sizes, 17.0 * notes + 12),
        size=_lines(0, top + 18.0 * words + 14, wrapped.size, 16),
        numbers=Text(434, y + 5, line.numbers),
        verdict=Text(622, y + 5, line.verdict),
        note=_lines(434, max(y + 5 - 8 * (notes - 1), top + 14), wrapped.note, 17),
    )


def _stacked(line: Line, top: float, wrapped: Wrapped) -> Spots:
    """On a narrow page: words and verdict, the strip below them, numbers and size below that."""
    words, sizes = len(wrapped.words), len(wrapped.size)
    y = top + 18.0 * words + 18
    drawn = line.value is not None
    above = max(18.0 * words, 16.0 * sizes)
    return Spots(
        y=y,
        height=18.0 * words + 56 + 16 * sizes if drawn else above + 21 + 17 * len(wrapped.note),
        size=_lines(360, y + 25 if drawn else top + 16, wrapped.size, 16),
        numbers=Text(0, y + 25, line.numbers),
        verdict=Text(360, top + 16, line.verdict),
        note=_lines(0, top + above + 19, wrapped.note, 17),
    )


WIDE = Layout("wide", 740, (214, 420), words=25, size=33, note=50, stacked=False, spots=_beside)
NARROW = Layout("narrow", 360, (10, 350), words=26, size=37, note=50, stacked=True, spots=_stacked)


def _x(forest: Forest, layout: Layout, value: float) -> float:
    """Give the place of a value; what lies beyond the axis, as a rough interval may, ends with it."""
    low, high = forest.span
    start, end = layout.strip
    value = min(max(value, low), high)
    return round(start + (value - low) / (high - low) * (end - start), 1)


def _pair(forest: Forest, layout: Layout, pair: Pair | None) -> Pair | None:
    return None if pair is None else (_x(forest, layout, pair[0]), _x(forest, layout, pair[1]))
