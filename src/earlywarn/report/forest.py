"""Figures of one value with its interval a group: positions here, ink in ``templates/figures.svg.j2``.

Each is placed twice, for a wide page and for a narrow one, so that its words never shrink. The
thick line is the interval that the gate judges, the thin one goes on to 95 %.
"""

import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from earlywarn.audit.figures import Figure
from earlywarn.columns import Outcome
from earlywarn.estimate import Estimate
from earlywarn.gate import Judgement
from earlywarn.groups import EVERYONE
from earlywarn.report import words as w
from earlywarn.report.reading import Reading
from earlywarn.report.sentences import OUTCOME_WORDS, Question, interval_words

Pair = tuple[float, float]


class Mark(StrEnum):
    """The shape of a value: decided within the limit, not decided, beyond it, or only reported."""

    SOLID = "solid"
    HOLLOW = "hollow"
    DIAMOND = "diamond"


MARKS = {Outcome.PASS: Mark.SOLID, Outcome.PROVISIONAL: Mark.HOLLOW, Outcome.FAIL: Mark.DIAMOND}


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
    size: Text
    numbers: Text
    verdict: Text
    note: tuple[Text, ...]


@dataclass(frozen=True)
class Layout:
    """Measures of a page in units of the drawing; widths of words and notes count characters."""

    name: str
    width: int
    strip: tuple[int, int]
    words: int
    note: int
    stacked: bool
    spots: Callable[[Line, float, int, Sequence[str]], Spots]


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


def gap_forest(reading: Reading, question: Question) -> Forest:
    """Draw the judged gaps of one question, each group against its reference."""
    judged = [j for j in reading.judged(question.measure) if j.cell not in reading.discretion.hidden]
    first = {judgement.cell: judgement for judgement in reversed(judged)}
    lines = tuple(_judged_line(reading, first[cell]) for cell in reading.singles if cell in first)
    limits = judged[0].limits if judged else (None, None)
    span = _span(lines, [limit for limit in limits if limit is not None])
    band = (span[0] if limits[0] is None else limits[0], span[1] if limits[1] is None else limits[1])
    ticks = _ticks([limit for limit in limits if limit is not None], span)
    return Forest(question.measure, question.title, lines, span, band, 0.0, "no difference", ticks)


def recall_forest(reading: Reading) -> Forest:
    """Draw the share found of each group's students who missed the standard."""
    everyone = reading.figure("recall", EVERYONE)
    cells = [cell for cell in reading.singles if cell not in reading.discretion.hidden]
    lines = tuple(_share_line(reading, reading.figure("recall", cell)) for cell in (EVERYONE, *cells))
    title = "Of the students of each group who missed the standard, how many were on the list?"
    ticks = tuple((part, w.percent(part, 0)) for part in (0.0, 0.5, 1.0))
    return Forest("recall_by_group", title, lines, (0.0, 1.0), None, everyone.value, "all students", ticks)


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
    words = textwrap.wrap(line.words, layout.words) or [""]
    return PlacedLine(
        line=line,
        words=tuple(Text(0, top + 16 + 18 * number, text) for number, text in enumerate(words)),
        at=layout.spots(line, top, len(words), textwrap.wrap(line.note, layout.note)),
        value=None if line.value is None else _x(forest, layout, line.value),
        thick=_pair(forest, layout, line.thick),
        thin=_pair(forest, layout, line.thin),
    )


def _beside(line: Line, top: float, words: int, notes: Sequence[str]) -> Spots:
    """On a wide page: words, strip, numbers and verdict side by side, the size under the words."""
    y = top + 9.0 * words + 10
    first = y + 5 - 8 * (len(notes) - 1)
    return Spots(
        y=y,
        height=max(18.0 * words + 24, 17.0 * len(notes) + 10),
        size=Text(0, top + 18.0 * words + 14, line.size),
        numbers=Text(434, y + 5, line.numbers),
        verdict=Text(622, y + 5, line.verdict),
        note=tuple(Text(434, first + 17 * number, text) for number, text in enumerate(notes)),
    )


def _stacked(line: Line, top: float, words: int, notes: Sequence[str]) -> Spots:
    """On a narrow page: words and verdict, the strip below them, numbers and size below that."""
    y = top + 18.0 * words + 18
    drawn = line.value is not None
    return Spots(
        y=y,
        height=18.0 * words + (72 if drawn else 38 + 17 * (len(notes) - 1)),
        size=Text(360, y + 25 if drawn else top + 16, line.size),
        numbers=Text(0, y + 25, line.numbers),
        verdict=Text(360, top + 16, line.verdict),
        note=tuple(Text(0, y + 1 + 17 * number, text) for number, text in enumerate(notes)),
    )


WIDE = Layout("wide", 740, (214, 420), words=25, note=50, stacked=False, spots=_beside)
NARROW = Layout("narrow", 360, (10, 350), words=26, note=50, stacked=True, spots=_stacked)


def _judged_line(reading: Reading, judgement: Judgement) -> Line:
    words, size = reading.words(judgement.cell), f"n {reading.known(judgement.cell)}"
    if judgement.versus:
        size += f", against {reading.against(judgement.versus)}"
    figure = reading.evidence(judgement)
    if figure.estimate is None or judgement.low is None or judgement.high is None:
        return Line(words, size, note=reading.why_not(figure))
    return Line(
        words=words,
        size=size,
        value=judgement.value,
        thick=(judgement.low, judgement.high),
        thin=figure.estimate.interval(0.95),
        numbers=f"{w.of_hundred(judgement.value)} ({interval_words(judgement)})",
        verdict=OUTCOME_WORDS[judgement.outcome],
        mark=MARKS[judgement.outcome],
    )


def _share_line(reading: Reading, figure: Figure) -> Line:
    words, size = reading.words(figure.cell), f"of {reading.known_and_missed(figure.cell)[1]} who missed"
    if figure.estimate is None:
        return Line(words, size, note=reading.why_not(figure))
    ends = figure.estimate.interval(0.95)
    return Line(words, size, figure.value, ends, None, _share_words(figure.estimate, ends))


def _share_words(estimate: Estimate, ends: Pair) -> str:
    return f"{w.percent(estimate.value)} ({w.span(ends, w.bare_percent)})"


def _span(lines: Sequence[Line], limits: Iterable[float]) -> Pair:
    held = [end for line in lines for pair in (line.thick, line.thin) if pair for end in pair]
    low, high = min([0.0, *limits, *held]), max([0.0, *limits, *held])
    room = 0.08 * max(high - low, 0.02)
    return low - room, high + room


def _ticks(limits: Sequence[float], span: Pair) -> tuple[tuple[float, str], ...]:
    """Mark the limits and zero; a mark too close to another keeps its line and loses its words."""
    found: list[tuple[float, str]] = []
    for value in dict.fromkeys((*limits, 0.0)):
        crowded = any(abs(value - other) < 0.15 * (span[1] - span[0]) for other, words in found if words)
        found.append((value, "" if crowded else w.signed(100 * value, 1).removesuffix(".0")))
    return tuple(found)


def _x(forest: Forest, layout: Layout, value: float) -> float:
    low, high = forest.span
    start, end = layout.strip
    return round(start + (value - low) / (high - low) * (end - start), 1)


def _pair(forest: Forest, layout: Layout, pair: Pair | None) -> Pair | None:
    return None if pair is None else (_x(forest, layout, pair[0]), _x(forest, layout, pair[1]))
