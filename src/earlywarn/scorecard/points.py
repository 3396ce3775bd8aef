"""Risk and points of many students by table look-up, in blocks, numpy only.

It refuses nothing: a missing or unseen value has its own points, or typical points (0) where
training never saw one missing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from earlywarn.columns import Bools, Coded, Floats, Ints
from earlywarn.inputs import Values
from earlywarn.scorecard.table import Kind, PointsTable, Scorecard

BLOCK = 4096
"""Rows at a time: 40 inputs of such a block stay in the second-level cache."""

NONE = -1
"""No further reason."""

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
    """

    points: Floats
    risk: Floats
    reasons: Ints
    strengths: Ints


def score(card: Scorecard, values: Values, reasons: int = 3, strengths: int = 3) -> Scores:
    """Give points, risk and the heaviest reasons and strengths of every row.

    A reason is an input whose points lie above the typical by at least LEAST_POINTS; a strength one
    whose points lie below it by as much. What is missing may be a reason, but is nobody's strength.
    """
    length = len(next(iter(values.values())))
    total = np.empty(length)
    up = np.full((length, reasons), NONE, dtype=np.int64)
    down = np.full((length, strengths), NONE, dtype=np.int64)
    for rows, block, gone in point_blocks(card, values):
        total[rows] = _sum_in_order(card.intercept, block)
        if reasons:
            # A copy: of one row, or one input, ascontiguousarray would give the block itself, and spend it.
            _heaviest(np.array(block.T, order="C"), up[rows])
        if strengths:
            _heaviest(np.ascontiguousarray(_as_strengths(block, gone).T), down[rows])
    return Scores(total, risk_of(card, total), up, down)


def total_points(card: Scorecard, values: Values) -> Floats:
    """Give the points of every row, shape (n,)."""
    return score(card, values, reasons=0, strengths=0).points


def risk_of(card: Scorecard, points: Floats) -> Floats:
    """Give the risk, in [0, 1], that points mean after calibration."""
    with np.errstate(over="ignore"):
        return np.asarray(1.0 / (1.0 + np.exp(-(card.shift + card.slope * points))))


def point_blocks(card: Scorecard, values: Values) -> Iterator[tuple[slice, Floats, Bools]]:
    """Give blocks of rows with their points and what is missing or unseen, each (inputs, rows of the block)."""
    length = len(next(iter(values.values())))
    columns = [(_lookup(table), values[table.spec.name]) for table in card.tables]
    for start in range(0, length, BLOCK):
        rows = slice(start, min(start + BLOCK, length))
        block = np.empty((len(columns), rows.stop - start))
        gone = np.empty(block.shape, dtype=bool)
        for place, (lookup, column) in enumerate(columns):
            lookup.fill(column, rows, block[place], gone[place])
        yield rows, block, gone


@dataclass(frozen=True)
class _Lookup:
    kind: Kind
    knots: Floats
    heights: Floats
    missing: float
    by_name: dict[str, float]

    def fill(self, column: "Floats | Coded", rows: slice, points: Floats, gone: Bools) -> None:
        """Write the points of some rows, and which of them are missing or unseen."""
        if isinstance(column, Coded):
            known = np.array([name in self.by_name for name in column.names] + [False])
            table = np.array([self.by_name.get(name, self.missing) for name in column.names] + [self.missing])
            points[:], gone[:] = table[column.codes[rows]], ~known[column.codes[rows]]
        else:
            self._fill_numbers(np.asarray(column[rows]), points, gone)

    def _fill_numbers(self, values: Floats, points: Floats, gone: Bools) -> None:
        np.isnan(values, out=gone)
        if self.kind is Kind.STEPS:
            points[:] = self.heights[np.searchsorted(self.knots, values, side="right")]
        else:
            points[:] = np.interp(values, self.knots, self.heights)
        if gone.any():
            points[gone] = self.missing


def _lookup(table: PointsTable) -> _Lookup:
    categories = table.kind is Kind.CATEGORIES
    return _Lookup(
        kind=table.kind,
        knots=np.empty(0) if categories else np.asarray(table.values, dtype=np.float64),
        heights=np.asarray(table.points, dtype=np.float64),
        missing=0.0 if table.missing is None else table.missing,
        by_name={str(name): point for name, point in zip(table.values, table.points, strict=False)},
    )


def _sum_in_order(intercept: float, block: Floats) -> Floats:
    """Sum input by input: the same bits whatever the block's size."""
    total = np.full(block.shape[1], intercept)
    for row in block:
        total += row
    return total


def _as_strengths(block: Floats, gone: Bools) -> Floats:
    """Turn points round, so that the lowest are the heaviest; spends ``block``."""
    np.negative(block, out=block)
    block[gone] = -np.inf
    return block


def _heaviest(by_row: Floats, places: Ints) -> None:
    """Fill ``places`` with the inputs of the most points per row; spends ``by_row``, shape (rows, inputs)."""
    every = np.arange(len(by_row))
    for turn in range(places.shape[1]):
        best = by_row.argmax(axis=1)
        counts = by_row[every, best] >= LEAST_POINTS
        places[:, turn] = np.where(counts, best, NONE)
        by_row[every, best] = -np.inf
