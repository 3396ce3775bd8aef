"""Other values of one number or result, such as can be shown: whole numbers of days, points, or tenths.

It refuses a value beyond the ends of the table, one below 0 where there is none, and one in a direction that the
district knows not to help.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from earlywarn.columns import Direction, Floats, InputType
from earlywarn.scorecard.reasons import spread_of, value_words
from earlywarn.scorecard.table import Kind, PointsTable

MOST_PLACES = 4
"""Decimals at most by which another value is told from the present one."""


@dataclass(frozen=True)
class Change:
    """Another value of one input, and how far it lies from the present one, in widths of the table.

    ``words`` are empty where it cannot be told from the present value.
    """

    table: PointsTable
    value: float | str
    words: str
    size: float


@dataclass(frozen=True)
class Grid:
    """The values that can be shown to so many decimals: whole numbers over ``scale``."""

    table: PointsTable
    value: float
    grade: str | None
    places: int

    @cached_property
    def scale(self) -> float:
        """How many of the grid's units are 1."""
        if self.table.spec.type is InputType.RESULT:
            return float(10 ** (self.places - 1) * spread_of(self.table.spec, self.grade))
        return float(10**self.places)

    def changes(self, values: Floats) -> list[Change]:
        """Give the changes to the grid's values at and on either side of some values, the nearest first."""
        units = np.unique(np.add.outer(np.floor(values * self.scale), [-1.0, 0.0, 1.0, 2.0]))
        return self._held(units[np.isfinite(units)])

    def change_to(self, value: float) -> list[Change]:
        """Give the change to the grid's value that is nearest to a value; none if it may not be told."""
        return self._held(np.round(np.array([value * self.scale])))

    def _held(self, units: Floats) -> list[Change]:
        now, (low, high) = self.value * self.scale, self._ends
        ways = {Direction.HIGHER: units < now, Direction.LOWER: units > now, None: units != now}
        own = units[(units >= low) & (units <= high) & ways[self.table.spec.risk]]
        return [self._change(unit) for unit in own[np.argsort(np.abs(own - now), kind="stable")].tolist()]

    @cached_property
    def _ends(self) -> tuple[float, float]:
        """The least and the most that may be told; of steps the last value on either side of all edges."""
        low, high = (round(float(self.table.values[end]) * self.scale, 9) for end in (0, -1))
        if self.table.kind is Kind.STEPS:
            low, high = np.ceil(low) - 1, np.ceil(high)
        if self.table.spec.type is InputType.NUMBER and float(self.table.values[0]) >= 0:
            low = max(low, 0.0)  # no fewer days than none
        return low, high

    def _change(self, unit: float) -> Change:
        value = float(unit / self.scale)
        then, now = self._words(value), self._words(self.value)
        words = "" if then == now else f"{self.table.spec.title}: {then}, not {now.removesuffix(' the standard')}"
        return Change(self.table, value, words, abs(value - self.value) / self._width)

    def _words(self, value: float) -> str:
        spec, places = self.table.spec, max(self.places, 1)
        if spec.type is InputType.RESULT and round(value * self.scale) == 0:
            return "at the standard"
        return value_words(spec, value, self.grade, places)

    @cached_property
    def _width(self) -> float:
        """The span of the table, with the typical value where the table has one edge alone."""
        held = [*map(float, self.table.values), float(self.table.typical)]
        return max(held) - min(held) or 1.0


def grids(table: PointsTable, value: float, grade: str | None) -> list[Grid]:
    """Give the grids from coarse to fine; what is counted in whole numbers is told so."""
    whole = table.spec.type is InputType.NUMBER and value.is_integer() and float(table.typical).is_integer()
    return [Grid(table, value, grade, places) for places in range(0 if whole else 1, MOST_PLACES + 1)]
