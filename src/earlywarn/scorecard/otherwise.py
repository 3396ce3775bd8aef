"""What would change a student's level: other values of what a school can change, straight from the scorecard.

A possibility read from the table, never a promise. It refuses to guess: no input that is not recorded, none that a
school cannot change, no value that the table does not reach.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from earlywarn.columns import Floats, InputType
from earlywarn.inputs import of_rows
from earlywarn.scorecard.grid import Change, grids
from earlywarn.scorecard.levels import level_of
from earlywarn.scorecard.points import NONE, point_blocks, risk_of, score, total_points
from earlywarn.scorecard.table import Kind, PointsTable, Scorecard

Row = Mapping[str, float | str | None]
"""One student's inputs as scored; None, or not named, is missing."""

MOST = 3
"""Rows in all."""

LEAST = 1e-9
"""A change of log-odds no larger than this is the computer's."""


@dataclass(frozen=True)
class Otherwise:
    """What the level would be at other values.

    Attributes
    ----------
    inputs, values
        Names of the inputs that differ, and their values as the scorecard reads them.
    words
        ``Days absent: 8 %, not 14 %``
    stays
        Whether the level is the present one: the most that one input alone can do.
    """

    inputs: tuple[str, ...]
    values: tuple[float | str, ...]
    words: str
    level: str
    stays: bool


def otherwise(card: Scorecard, values: Row, grade: str | None) -> tuple[Otherwise, ...]:
    """Say at which other values the level would be a lower one, at most MOST of them, the smallest change first.

    Of a number or result: the nearest such value in the direction that helps, no farther than the typical value and the
    standard; the typical value; and for a result below the standard the standard itself. Of a category each other that
    does. Of these the smallest change to each level is told. A value is told as it is shown, rounded away from the
    present one, and the level is that of the rounded value. Where no input alone is enough: two together at their
    typical values, and the most that one alone does at one of these values, marked as one at which the level stays.

    Parameters
    ----------
    values
        The student's inputs as scored; a result is its distance to the standard in spreads.
    grade
        The student's present grade, in whose spread a result is told.
    """
    student = _Student(card, values, grade)
    if student.level == len(card.levels) - 1:
        return ()
    tables = [table for table in card.tables if table.spec.changeable and values.get(table.spec.name) is not None]
    single = [(change,) for table in tables for change in _enough(student, table)]
    rows = _smallest(student, single) if single else _together(student, tables)[:1] + _most_alone(student, tables)[:1]
    return tuple(_told(student, changes) for changes in rows)


def weights(card: Scorecard, values: Row) -> Mapping[str, float]:
    """Give how much each reason and strength of one student weighs, by input: 0 to 100, the heaviest being 100.

    Points are centred at the typical, so a weight is a distance from it whichever way. Who is shown is as
    :func:`~earlywarn.scorecard.points.score` has it.
    """
    row = of_rows(card.specs, [values])
    found, points = score(card, row), _own_points(card, values)
    places = [place for place in (*found.reasons[0].tolist(), *found.strengths[0].tolist()) if place != NONE]
    shown = {card.specs[place].name: abs(points[card.specs[place].name]) for place in places}
    heaviest = max(shown.values(), default=1.0)
    return {name: 100.0 * (weight / heaviest) for name, weight in shown.items()}


_Changes = tuple[Change, ...]
"""Changes that are tried together."""


@dataclass(frozen=True)
class _Student:
    card: Scorecard
    values: Row
    grade: str | None

    @cached_property
    def level(self) -> int:
        """The place of the present level, 0 for the highest."""
        return self.levels([()])[0]

    def levels(self, tried: Sequence[_Changes]) -> list[int]:
        """Give the place of the level after each of some changes."""
        codes: list[int] = level_of(risk_of(self.card, self._points(tried)), self.card.levels).codes.tolist()
        return codes

    def odds(self, tried: Sequence[_Changes]) -> Floats:
        """Give the log-odds after each of some changes: they go on where a risk is 0 or 1 to the last bit."""
        return np.asarray(self.card.shift + self.card.slope * self._points(tried))

    def points_left(self, table: PointsTable) -> float:
        """Give the points of one input at which, all others as they are, the next lower level begins."""
        start = np.float64(self.card.levels[self.level].start)
        with np.errstate(divide="ignore", invalid="ignore"):
            most = (np.log(start / (1 - start)) - self.card.shift) / np.float64(self.card.slope)
        others = self._points([()])[0] - self._own[table.spec.name]
        return float(most - others)

    @cached_property
    def _own(self) -> Mapping[str, float]:
        return _own_points(self.card, self.values)

    def _points(self, tried: Sequence[_Changes]) -> Floats:
        rows = [{**self.values, **{change.table.spec.name: change.value for change in changes}} for changes in tried]
        return total_points(self.card, of_rows(self.card.specs, rows)) if rows else np.empty(0)


def _own_points(card: Scorecard, values: Row) -> Mapping[str, float]:
    _, block, _ = next(point_blocks(card, of_rows(card.specs, [values])))
    return dict(zip([spec.name for spec in card.specs], block[:, 0].tolist(), strict=True))


def _enough(student: _Student, table: PointsTable) -> list[Change]:
    """Give the changes of one input alone that are enough for a lower level."""
    if table.kind is Kind.CATEGORIES:
        return _reaching(student, _categories(student, table))
    return _nearest(student, table) + [change for change in _reaching(student, _marks(student, table)) if change.words]


def _nearest(student: _Student, table: PointsTable) -> list[Change]:
    """Give the nearest value that is enough, in as few decimals as tell it from the present one."""
    turns = _turns(student, table)
    for grid in grids(table, _number(student, table), student.grade):
        found = _reaching(student, _likely(student, table, grid.changes(turns)))[:1]
        if not found or found[0].words:
            return found
    return []


def _likely(student: _Student, table: PointsTable, tried: Sequence[Change]) -> list[Change]:
    """Leave out what goes beyond both the typical value and the standard: nobody would plan for it."""
    marks = [float(table.typical), *([0.0] if table.spec.type is InputType.RESULT else []), _number(student, table)]
    return [change for change in tried if min(marks) <= float(change.value) <= max(marks)]


def _reaching(student: _Student, tried: Sequence[Change]) -> list[Change]:
    levels = student.levels([(change,) for change in tried])
    return [change for change, level in zip(tried, levels, strict=True) if level > student.level]


def _turns(student: _Student, table: PointsTable) -> Floats:
    """Give every value at which the level may change: edges or knots, and where a straight piece crosses the level."""
    knots, heights = np.asarray(table.values, dtype=np.float64), np.asarray(table.points, dtype=np.float64)
    if table.kind is Kind.STEPS:
        return knots
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        part = (student.points_left(table) - heights[:-1]) / np.diff(heights)
    inside = (part >= 0) & (part <= 1)
    return np.concatenate([knots, knots[:-1][inside] + part[inside] * np.diff(knots)[inside]])


def _marks(student: _Student, table: PointsTable) -> list[Change]:
    """Give the values that mean something to a person: the typical one and, from below it, the standard."""
    value = _number(student, table)
    grid = grids(table, value, student.grade)[0]
    below = table.spec.type is InputType.RESULT and value < 0
    return grid.change_to(float(table.typical)) + (grid.change_to(0.0) if below else [])


def _categories(student: _Student, table: PointsTable) -> list[Change]:
    now, title = student.values[table.spec.name], table.spec.title
    return [Change(table, str(v), f"{title}: {v}, not {now}", 1.0) for v in table.values if v != now]


def _number(student: _Student, table: PointsTable) -> float:
    return float(student.values[table.spec.name] or 0.0)


def _smallest(student: _Student, enough: Sequence[_Changes]) -> list[_Changes]:
    """Give the smallest change of each input to each level, and each category, the smallest first."""
    kept: dict[tuple[str, str, int], _Changes] = {}
    ordered = sorted(enough, key=lambda changes: changes[0].size)
    for changes, level in zip(ordered, student.levels(ordered), strict=True):
        category = changes[0].value if isinstance(changes[0].value, str) else ""
        kept.setdefault((changes[0].table.spec.name, category, level), changes)
    return list(kept.values())[:MOST]


def _together(student: _Student, tables: Sequence[PointsTable]) -> list[_Changes]:
    """Give the pairs that are enough at their typical values, the smallest change first."""
    helping = [change for table in tables for (change,) in _lower(student, _typical(student, table))]
    pairs = sorted(combinations(helping, 2), key=lambda pair: pair[0].size + pair[1].size)
    return [pair for pair, level in zip(pairs, student.levels(pairs), strict=True) if level > student.level]


def _typical(student: _Student, table: PointsTable) -> list[Change]:
    if table.kind is Kind.CATEGORIES:
        return [change for change in _categories(student, table) if change.value == table.typical]
    return grids(table, _number(student, table), student.grade)[0].change_to(float(table.typical))


def _most_alone(student: _Student, tables: Sequence[PointsTable]) -> list[_Changes]:
    """Give what one input alone does at its typical value or at the standard, the most first."""
    return _lower(student, [change for table in tables for change in _marks_of(student, table)])


def _marks_of(student: _Student, table: PointsTable) -> list[Change]:
    return _categories(student, table) if table.kind is Kind.CATEGORIES else _marks(student, table)


def _lower(student: _Student, tried: Sequence[Change]) -> list[_Changes]:
    """Give the changes that lower the log-odds, the lowest first; of those that are alike the first tried."""
    own = [(change,) for change in tried if change.words]
    now, *odds = student.odds([(), *own]).tolist()
    found = [(each, changes) for each, changes in zip(odds, own, strict=True) if each < now - LEAST]
    return [changes for _, changes in sorted(found, key=lambda each: each[0])]


def _told(student: _Student, changes: _Changes) -> Otherwise:
    level = student.levels([changes])[0]
    return Otherwise(
        inputs=tuple(change.table.spec.name for change in changes),
        values=tuple(change.value for change in changes),
        words="; and ".join(change.words for change in changes),
        level=student.card.levels[level].name,
        stays=level == student.level,
    )
