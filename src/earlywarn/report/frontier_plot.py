"""The figure of mitigation: what a list finds, against the gap it leaves; positions here, ink in ``frontier.svg.j2``.

Each is placed twice, for a wide page and for a narrow one, so that its words never shrink. Lines through a
numbered mark are 95 % intervals of its difference to the chosen list; where there are none, none is known. What
leaving out an input moves is small and stands close together: marks without numbers, told in the tables.
"""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from earlywarn.frontier.lists import Frontier, Kind, Step
from earlywarn.groups import EVERYONE, Cell
from earlywarn.report import words as w
from earlywarn.report.curves import Frame, Spot
from earlywarn.report.mitigation_tables import FOUND, GAPS, heading, more_told
from earlywarn.report.reading import Reading

CONCERNS = {
    "recall": ("true_positive_rate_parity", "equalized_odds", "bounded_group_loss"),
    "false_alarm_rate": ("false_positive_rate_parity", "equalized_odds", "bounded_group_loss"),
}
"""Which constraints are drawn over which gap."""


class Mark(StrEnum):
    """The shape of a list: the chosen one, before weighing, a grid's step, of a mixture, without an input, a bound."""

    SOLID = "solid"
    HOLLOW = "hollow"
    DIAMOND = "diamond"
    SQUARE = "square"
    CROSS = "cross"


MARKS = {
    Kind.CHOSEN: Mark.SOLID,
    Kind.AUTOMATIC: Mark.HOLLOW,
    Kind.PLAIN: Mark.HOLLOW,
    Kind.MITIGATED: Mark.HOLLOW,
    Kind.MIXTURE: Mark.DIAMOND,
    Kind.REMOVAL: Mark.SQUARE,
    Kind.BOUND: Mark.CROSS,
}


@dataclass(frozen=True)
class Dot:
    """One list at its place; a number beside it, and the ends of its intervals across and up, where they are drawn."""

    at: Spot
    mark: Mark
    number: str = ""
    label: Spot = (0.0, 0.0)
    across: Spot | None = None
    up: Spot | None = None


@dataclass(frozen=True)
class Key:
    """One line of the key: a mark and words beside it, the first at ``at``."""

    at: Spot
    mark: Mark
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """Measures of a page in units of the drawing: the plot's place, the key's, and its width in characters."""

    name: str
    width: int
    left: float
    right: float
    bottom: float
    key: Spot
    characters: int


WIDE = Layout("wide", 740, 52, 424, 330, (452, 28), 36)
NARROW = Layout("narrow", 360, 40, 352, 290, (8, 366), 44)
TOP = 28.0
LINE = 17


@dataclass(frozen=True)
class Placed:
    """The whole figure with every position known."""

    layout: Layout
    height: float
    frame: Frame
    dots: tuple[Dot, ...]
    paths: tuple[tuple[Spot, ...], ...]
    keys: tuple[Key, ...]
    closed: float
    level: float
    across: tuple[tuple[float, str], ...]
    up: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Plot:
    """All lists that concern one gap of one group, and the same in words."""

    name: str
    title: str
    told: str
    across_words: str
    layouts: tuple[Placed, Placed]


def frontier_plots(reading: Reading, frontier: Frontier) -> tuple[Plot, ...]:
    """Draw a figure for each followed gap that has enough data on the test."""
    held = [(m, cell) for m, cell in frontier.followed.items() if not frontier.chosen.gap(m, cell).reason]
    return tuple(_plot(reading, frontier, measure, cell) for measure, cell in held)


def _plot(reading: Reading, frontier: Frontier, measure: str, cell: Cell) -> Plot:
    steps = [step for step in frontier.steps if _concerns(step, measure)]
    points = [_Point.of(reading, frontier, step, (measure, cell)) for step in steps]
    against = reading.against(frontier.chosen.gap(measure, cell).versus)
    title = f"{GAPS[measure]}: {reading.words(cell)} against {against}"
    told = "; ".join(
        f"{point.words}: gap {w.of_hundred(point.x, point.places)}, found {w.signed(point.y, 0)}" for point in points
    )
    return Plot(
        name=f"frontier_{measure}",
        title=title,
        told=f"{title}: the gap in students of 100, and students found more or fewer than by the chosen list. {told}.",
        across_words=f"gap in 100, {reading.words(cell)} less {against}",
        layouts=(_place(points, WIDE), _place(points, NARROW)),
    )


def _concerns(step: Step, measure: str) -> bool:
    return not step.contender.constraint or step.contender.constraint in CONCERNS[measure]


@dataclass(frozen=True)
class _Point:
    """One list in the figure's own values: gap across, students found more or fewer up."""

    step: Step
    words: str
    number: str
    x: float
    y: float
    across: Spot | None
    up: Spot | None
    places: int

    @property
    def kind(self) -> Kind:
        """What the list stands for."""
        return self.step.contender.kind

    @classmethod
    def of(cls, reading: Reading, frontier: Frontier, step: Step, gap: tuple[str, Cell]) -> "_Point":
        moved, before = step.gap(*gap), frontier.chosen.gap(*gap).value
        found = more_told(reading, frontier, step, FOUND, EVERYONE)
        across = None if moved.change is None else moved.change.interval(0.95)
        return cls(
            step=step,
            words=heading(frontier, step),
            number=str(frontier.steps.index(step)) if step is not frontier.chosen else "",
            x=moved.value,
            y=found.more,
            across=None if across is None else (before + across[0], before + across[1]),
            up=found.ends,
            places=moved.places,
        )


def _place(points: Sequence[_Point], layout: Layout) -> Placed:
    frame = _frame(points, layout)
    named = [point for point in points if _is_named(point, points)]
    keys = _keys([*((MARKS[point.kind], point.words) for point in named), *_removed(points)], layout)
    low = keys[-1].at[1] + LINE * len(keys[-1].lines)
    return Placed(
        layout=layout,
        height=max(layout.bottom + 50, low),
        frame=frame,
        dots=_dots(points, named, frame),
        paths=tuple(tuple(frame.at(point.x, point.y) for point in path) for path in _paths(points)),
        keys=keys,
        closed=frame.at(0.0, 0.0)[0],
        level=frame.at(0.0, 0.0)[1],
        across=tuple((frame.at(tick, 0.0)[0], _tick(100 * tick)) for tick in _ticks(frame.x)),
        up=tuple((frame.at(0.0, tick)[1], _tick(tick)) for tick in _ticks(frame.y)),
    )


def _frame(points: Sequence[_Point], layout: Layout) -> Frame:
    x = [0.0, *(end for point in points for end in (point.x, *(point.across or ())))]
    y = [0.0, *(end for point in points for end in (point.y, *(point.up or ())))]
    return Frame(layout.left, layout.right, TOP, layout.bottom, _span(x, 0.01), _span(y, 5.0))


def _span(values: Sequence[float], least: float) -> Spot:
    room = max(0.05 * (max(values) - min(values)), least)
    return min(values) - room, max(values) + room


def _is_named(point: _Point, points: Sequence[_Point]) -> bool:
    """Tell whether a list has a number and intervals: all but a grid's earlier steps, and those without an input."""
    if point.kind is Kind.MITIGATED:
        return any(point is path[-1] for path in _paths(points))
    return point.kind is not Kind.REMOVAL


def _removed(points: Sequence[_Point]) -> list[tuple[Mark, str]]:
    return [(Mark.SQUARE, "Without one input each")] if any(point.kind is Kind.REMOVAL for point in points) else []


def _paths(points: Sequence[_Point]) -> list[list[_Point]]:
    """Give, for each constraint, the learner before weighing and its grid's steps in order."""
    start = [point for point in points if point.kind is Kind.PLAIN]
    start = start or [point for point in points if point.kind is Kind.CHOSEN]
    steps = [point for point in points if point.kind is Kind.MITIGATED]
    names = dict.fromkeys(point.step.contender.constraint for point in steps)
    return [[*start[:1], *(point for point in steps if point.step.contender.constraint == name)] for name in names]


def _dots(points: Sequence[_Point], named: Sequence[_Point], frame: Frame) -> tuple[Dot, ...]:
    taken = [frame.at(point.x, point.y) for point in points]
    dots = [Dot(frame.at(p.x, p.y), MARKS[p.kind]) for p in points if p not in named]
    for point in named:
        at = frame.at(point.x, point.y)
        label = _free(at, taken)
        taken.append(label)
        across, up = point.across, point.up
        dots.append(
            Dot(
                at,
                MARKS[point.kind],
                point.number,
                label,
                None if across is None else (frame.at(across[0], 0.0)[0], frame.at(across[1], 0.0)[0]),
                None if up is None else (frame.at(0.0, up[0])[1], frame.at(0.0, up[1])[1]),
            )
        )
    return tuple(dots)


def _free(at: Spot, taken: Sequence[Spot]) -> Spot:
    """Give a place for a number beside a mark, as far as can be from all marks and numbers."""
    places = [(at[0] + across, at[1] + up) for across in (14, -14, 0, 22, -22) for up in (-9, 9, -16, 16)]

    def room(place: Spot) -> float:
        return min(math.hypot(place[0] - x, 1.3 * (place[1] - y)) for x, y in taken)

    return next((place for place in places if room(place) >= 13), max(places, key=room))


def _keys(entries: Sequence[tuple[Mark, str]], layout: Layout) -> tuple[Key, ...]:
    keys, y = [], layout.key[1]
    for mark, words in entries:
        lines = tuple(textwrap.wrap(words, layout.characters))
        keys.append(Key((layout.key[0], y), mark, lines))
        y += LINE * len(lines) + 3
    return tuple(keys)


def _ticks(span: Spot) -> list[float]:
    """Give round values within a span, some five of them, 0 among them."""
    rough = (span[1] - span[0]) / 5
    scale = 10 ** math.floor(math.log10(rough))
    step = next(scale * part for part in (1, 2, 5, 10) if scale * part >= rough)
    return [step * place for place in range(math.ceil(span[0] / step), math.floor(span[1] / step) + 1)]


def _tick(value: float) -> str:
    return w.signed(value, 1).removesuffix(".0") if round(value, 1) else "0"
