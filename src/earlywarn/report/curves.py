"""Figures of the model itself: risk against what came, and the points of each input.

Positions here, ink in ``templates/figures.svg.j2``; the table beside each figure has its numbers.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from earlywarn.columns import InputType
from earlywarn.evaluate import Bin
from earlywarn.report import words as w
from earlywarn.scorecard.table import Kind, PointsTable

Spot = tuple[float, float]


@dataclass(frozen=True)
class Frame:
    """A plot's place in the drawing and the values at its edges."""

    left: float
    right: float
    top: float
    bottom: float
    x: Spot
    y: Spot

    def at(self, x: float, y: float) -> Spot:
        """Give the place of a point."""
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        return (
            round(self.left + across * (self.right - self.left), 1),
            round(self.bottom - up * (self.bottom - self.top), 1),
        )


@dataclass(frozen=True)
class Dot:
    """One bin of the reliability figure: its place and the ends of its interval."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True)
class Reliability:
    """Risk stated against the share who missed, for students of similar risk."""

    told: str
    frame: Frame
    dots: tuple[Dot, ...]
    ticks: tuple[tuple[Spot, Spot, str], ...]
    width: int = 420
    height: int = 400


@dataclass(frozen=True)
class Missing:
    """Where the points of a missing value stand."""

    x: float
    y: float
    words: str


@dataclass(frozen=True)
class Bar:
    """The points of one category."""

    words: str
    y: float
    start: float
    width: float
    end: float
    points: str
    less: bool


@dataclass(frozen=True)
class Points:
    """The points of one input: a line for pieces and steps, bars for categories."""

    name: str
    title: str
    told: str
    frame: Frame
    zero: float
    path: tuple[Spot, ...]
    knots: tuple[Spot, ...]
    ends: tuple[tuple[Spot, str, str], ...]
    ticks: tuple[tuple[float, str, str], ...]
    unit: str
    bars: tuple[Bar, ...]
    missing: Missing | None
    width: int = 330
    height: int = 214


def reliability(bins: Sequence[Bin]) -> Reliability:
    """Draw the reliability table."""
    frame = Frame(52, 408, 14, 346, (0.0, 1.0), (0.0, 1.0))
    dots, told = [], []
    for one in bins:
        if one.missed is not None:
            low, high = one.missed.interval(0.95)
            x, y = frame.at(one.risk, one.missed.value)
            dots.append(Dot(x, y, frame.at(one.risk, low)[1], frame.at(one.risk, high)[1]))
            told.append(f"risk {w.percent(one.risk, 0)}, missed {w.percent(one.missed.value, 0)}")
    marks = (0.0, 0.25, 0.5, 0.75, 1.0)
    ticks = tuple((frame.at(mark, 0), frame.at(0, mark), w.percent(mark, 0)) for mark in marks)
    words = (
        "Risk stated and share who missed the standard, for students of similar risk: "
        + ("; ".join(told) or "too few to show")
        + "."
    )
    return Reliability(words, frame, tuple(dots), ticks)


def points_figures(tables: Sequence[PointsTable]) -> tuple[Points, ...]:
    """Draw every input on one scale of points, so that heights compare."""
    heights = [p for table in tables for p in (*table.points, *([] if table.missing is None else [table.missing]))]
    low, high = min(0.0, *heights), max(0.0, *heights)
    room = 0.1 * max(high - low, 0.1)
    span = (low - room, high + room)
    return tuple(_bars(table, span) if table.kind is Kind.CATEGORIES else _line(table, span) for table in tables)


def _line(table: PointsTable, span: Spot) -> Points:
    values = [float(value) for value in table.values]
    low, high = _ends(values, table.kind)
    frame = Frame(44, 262 if table.missing is not None else 318, 34, 164, (low, high), span)
    steps = table.kind is Kind.STEPS
    spots = _steps(values, table.points, low, high) if steps else list(zip(values, table.points, strict=True))
    path = tuple(frame.at(x, y) for x, y in spots)
    result = table.spec.type is InputType.RESULT
    middle = {0.0} if result and low < 0 < high else set()
    anchors = {low: "start", high: "end"}
    marks = sorted({low, high} | middle)
    ticks = tuple((frame.at(x, 0)[0], anchors.get(x, "middle"), _tick(x, result)) for x in marks)
    return Points(
        name=table.spec.name,
        title=table.spec.title,
        told=_told(table, [(w.signed(x, 2), y) for x, y in spots]),
        frame=frame,
        zero=frame.at(low, 0)[1],
        path=path,
        knots=() if steps else path,
        ends=_end_words(path, spots),
        ticks=ticks,
        unit="spreads from the standard" if result else table.spec.unit,
        bars=(),
        missing=_missing(table, frame),
    )


def _bars(table: PointsTable, span: Spot) -> Points:
    rows = [(str(value), points) for value, points in zip(table.values, table.points, strict=True)]
    if table.missing is not None:
        rows.append(("not recorded", table.missing))
    frame = Frame(130, 290, 34, 34 + 26 * len(rows), span, (0.0, 1.0))
    told = _told(table, list(zip(map(str, table.values), table.points, strict=True)))
    bars = tuple(_bar(frame, place, words, points) for place, (words, points) in enumerate(rows))
    zero, height = frame.at(0, 0)[0], 54 + 26 * len(rows)
    return Points(table.spec.name, table.spec.title, told, frame, zero, (), (), (), (), "", bars, None, height=height)


def _bar(frame: Frame, place: int, words: str, points: float) -> Bar:
    zero, end = frame.at(0, 0)[0], frame.at(points, 0)[0]
    short = textwrap.shorten(words, 18, placeholder="\N{HORIZONTAL ELLIPSIS}")
    width = round(abs(end - zero), 1)
    return Bar(short, 48 + 26 * place, min(zero, end), width, end, w.signed(points, 2), points < 0)


def _missing(table: PointsTable, frame: Frame) -> Missing | None:
    if table.missing is None:
        return None
    return Missing(296, frame.at(frame.x[0], table.missing)[1], w.signed(table.missing, 2))


def _end_words(path: Sequence[Spot], spots: Sequence[Spot]) -> tuple[tuple[Spot, str, str], ...]:
    """Label the first and the last point, on the side of the line that is free."""
    if len(path) < 2:
        return tuple(((x, y - 9), "start", w.signed(spots[0][1], 2)) for x, y in path)
    (x1, y1), (x2, y2) = path[0], path[-1]
    first = (x1, y1 - 9 if path[1][1] >= y1 else y1 + 19), "start", w.signed(spots[0][1], 2)
    before = path[-max(2, len(path) // 5)]
    last = (x2, y2 - 9 if before[1] >= y2 else y2 + 19), "end", w.signed(spots[-1][1], 2)
    return first, last


def _steps(edges: Sequence[float], points: Sequence[float], low: float, high: float) -> list[Spot]:
    borders = [low, *edges, high]
    return [(x, height) for place, height in enumerate(points) for x in borders[place : place + 2]]


def _ends(values: Sequence[float], kind: Kind) -> Spot:
    """Give the axis; steps go on beyond their edges."""
    if not values:
        return -1.0, 1.0
    low, high = values[0], values[-1]
    room = 1.0 if high == low else 0.06 * (high - low) * (kind is Kind.STEPS)
    return low - room, high + room


def _tick(value: float, result: bool) -> str:
    if result:
        return w.signed(value, 1) if value else "0"
    return w.decimal(value, 2).rstrip("0").rstrip(".")


def _told(table: PointsTable, pairs: Sequence[tuple[str, float]]) -> str:
    shown = [pairs[0], pairs[len(pairs) // 2], pairs[-1]] if len(pairs) > 8 else pairs
    told = "; ".join(f"{value}: {w.signed(points, 2)}" for value, points in shown)
    gone = "" if table.missing is None else f"; missing: {w.signed(table.missing, 2)}"
    return f"Points of {table.spec.title}: {told}{gone}."
