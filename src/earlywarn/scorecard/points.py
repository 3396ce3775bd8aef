"""Risk and points of many students by table look-up, in blocks, numpy only.

It refuses nothing: a missing or unseen value has its own points, or typical points (0) where
training never saw one missing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earlywarn.columns import Bools, Coded, Floats, Ints
from earlywarn.inputs import Values
from earlywarn.scorecard.table import Kind, PointsTable, Scorecard

BLOCK = 8192
"""Rows at a time: 40 inputs of such a block stay in the second-level cache."""

NONE = -1
"""No further reason."""

MOST_COMPARED = 24
"""Knots up to which every value is compared with each of them."""

LEAST_POINTS = 0.05
"""Points that count as a reason: a twentieth of a log-odds moves no risk by more than 1.25 points of 100."""


@dataclass(frozen=True)
class Scores:
    """What the table says of n students.

    Attributes
    ----------
    points
        Sum of intercept and points before calibration, shape (n,), log-odds; ranks are taken of it.
    risk
        Shape (n,), in [0, 1].
    reasons, strengths
        Places of inputs in the table, shape (n, count), the heaviest first; NONE where there is no further one.
    spread
        For each input the rows by place in its table: from each knot or edge to the next, or of each category, the
        last of them missing or unseen. It adds up over blocks, and shows what drifts.
    """

    points: Floats
    risk: Floats
    reasons: Ints
    strengths: Ints
    spread: tuple[Ints, ...] = ()


def score(card: Scorecard, values: Values, reasons: int = 3, strengths: int = 3) -> Scores:
    """Give points, risk and the heaviest reasons and strengths of every row.

    A reason is an input whose points lie above the typical by at least LEAST_POINTS; a strength one
    whose points lie below it by as much. What is missing may be a reason, but is nobody's strength. Points
    that differ by less than one part in a million million weigh the same; of these the first in the table comes first.
    """
    length = len(next(iter(values.values())))
    total = np.empty(length)
    up = np.full((length, reasons), NONE, dtype=np.int64)
    down = np.full((length, strengths), NONE, dtype=np.int64)
    spread = [np.zeros(lookup.width, dtype=np.int64) for lookup in map(_lookup, card.tables)]
    for rows, block, gone, places in _looked_up(card, values):
        for counts, place in zip(spread, places, strict=True):
            counts += np.bincount(place, minlength=len(counts))
        total[rows] = _sum_in_order(card.intercept, block)
        if reasons:
            _heaviest(block.view(np.int64), up[rows])
        if strengths:
            _heaviest(_as_strengths(block, gone), down[rows])
    return Scores(total, risk_of(card, total), up, down, tuple(spread))


def total_points(card: Scorecard, values: Values) -> Floats:
    """Give the points of every row, shape (n,)."""
    return score(card, values, reasons=0, strengths=0).points


def risk_of(card: Scorecard, points: Floats) -> Floats:
    """Give the risk, in [0, 1], that points mean after calibration."""
    with np.errstate(over="ignore"):
        return np.asarray(1.0 / (1.0 + np.exp(-(card.shift + card.slope * points))))


def point_blocks(card: Scorecard, values: Values) -> Iterator[tuple[slice, Floats, Bools]]:
    """Give blocks of rows with their points and what is missing or unseen, each (inputs, rows of the block)."""
    for rows, block, gone, _ in _looked_up(card, values):
        yield rows, block, gone


def _looked_up(card: Scorecard, values: Values) -> Iterator[tuple[slice, Floats, Bools, NDArray[np.intp]]]:
    length = len(next(iter(values.values())))
    columns = [(_lookup(table), values[table.spec.name]) for table in card.tables]
    for start in range(0, length, BLOCK):
        rows = slice(start, min(start + BLOCK, length))
        block = np.empty((len(columns), rows.stop - start))
        gone, places = np.empty(block.shape, dtype=bool), np.empty(block.shape, dtype=np.intp)
        for row, (lookup, column) in enumerate(columns):
            lookup.fill(column, rows, block[row], gone[row], places[row])
        yield rows, block, gone, places


@dataclass
class _Lookup:
    kind: Kind
    knots: Floats
    heights: Floats
    missing: float
    by_name: dict[str, float]

    def __post_init__(self) -> None:
        """Give each straight piece where it starts, its points there and its slope; both ends are level."""
        if self.kind is Kind.PIECES:
            rises, runs = np.diff(self.heights), np.diff(self.knots)
            self.slopes = np.concatenate([[0.0], rises / runs, [0.0]])
            self.starts, self.bases = self.knots[_ends_twice(self.knots)], self.heights[_ends_twice(self.knots)]

    @property
    def width(self) -> int:
        """How many places there are, the last of them for what is missing or unseen."""
        return len(self.by_name) + 1 if self.kind is Kind.CATEGORIES else len(self.knots) + 2

    def fill(
        self, column: "Floats | Coded", rows: slice, points: Floats, gone: Bools, places: NDArray[np.intp]
    ) -> None:
        """Write of some rows the points, which are missing or unseen, and the places in the table."""
        if isinstance(column, Coded):
            order = {name: place for place, name in enumerate(self.by_name)}
            of_name = np.array([order.get(name, self.width - 1) for name in column.names] + [self.width - 1])
            places[:] = of_name[column.codes[rows]]
            heights = np.array([*self.by_name.values(), self.missing])
            points[:], gone[:] = heights[places], places == self.width - 1
        else:
            self._fill_numbers(np.asarray(column[rows]), points, gone, places)

    def _fill_numbers(self, values: Floats, points: Floats, gone: Bools, places: NDArray[np.intp]) -> None:
        np.isnan(values, out=gone)
        self._place(values, places)
        if self.kind is Kind.STEPS:
            self.heights.take(places, out=points, mode="clip")
        else:  # as np.interp has it, bit for bit
            np.subtract(values, self.starts.take(places, mode="clip"), out=points)
            points *= self.slopes.take(places, mode="clip")
            points += self.bases.take(places, mode="clip")
        if gone.any():
            points[gone], places[gone] = self.missing, self.width - 1

    def _place(self, values: Floats, places: NDArray[np.intp]) -> None:
        """Count the knots at or below each value; a few comparisons of all rows are quicker than a search for each."""
        if len(self.knots) > MOST_COMPARED:
            places[:] = np.searchsorted(self.knots, values, side="right")
            return
        below, reached = np.zeros(len(values), dtype=np.uint8), np.empty(len(values), dtype=np.bool_)
        for knot in self.knots:
            np.greater_equal(values, knot, out=reached)
            below += reached.view(np.uint8)
        places[:] = below


def _lookup(table: PointsTable) -> _Lookup:
    categories = table.kind is Kind.CATEGORIES
    return _Lookup(
        kind=table.kind,
        knots=np.empty(0) if categories else np.asarray(table.values, dtype=np.float64),
        heights=np.asarray(table.points, dtype=np.float64),
        missing=0.0 if table.missing is None else table.missing,
        by_name={str(name): point for name, point in zip(table.values, table.points, strict=False)},
    )


def _ends_twice(knots: Floats) -> Ints:
    return np.concatenate([[0], np.arange(len(knots))])


def _sum_in_order(intercept: float, block: Floats) -> Floats:
    """Sum input by input: the same bits whatever the block's size."""
    total = np.full(block.shape[1], intercept)
    for row in block:
        total += row
    return total


def _as_strengths(block: Floats, gone: Bools) -> NDArray[np.int64]:
    """Turn points round, so that the lowest are the heaviest; spends ``block``."""
    np.negative(block, out=block)
    block[gone] = 0.0
    return block.view(np.int64)


def _heaviest(bits: NDArray[np.int64], places: Ints) -> None:
    """Fill ``places`` with the inputs of the most points per row; ``bits`` has shape (inputs, rows).

    Positive floats are ordered as their bits are, and negative ones have bits below 0. So the last bits of each
    can hold its input's place, and one maximum down the columns gives both, quicker than argmax along rows.
    """
    inputs, rows = bits.shape
    last = (1 << (inputs - 1).bit_length()) - 1
    keys = (bits & ~last) | (last - np.arange(inputs))[:, None]
    least, every = np.float64(LEAST_POINTS).view(np.int64) & ~last, np.arange(rows)
    for turn in range(places.shape[1]):
        best = keys.max(axis=0)
        place = last - (best & last)
        places[:, turn] = np.where(best >= least, place, NONE)
        keys[place, every] = _SPENT


_SPENT = np.iinfo(np.int64).min
