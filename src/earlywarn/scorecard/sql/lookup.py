"""The points of one input as a CASE over its value; NULL where it is missing or unseen. Refuses nothing."""

from collections.abc import Sequence

from earlywarn.scorecard.sql.dialects import Dialect
from earlywarn.scorecard.sql.layout import case
from earlywarn.scorecard.table import Kind, PointsTable

AT_ONCE = 8
"""Lines that are compared one after the other; a longer table is split in halves.

So 64 steps cost three comparisons and at most eight; SQL Server allows a CASE within ten others.
"""


def looked_up(column: str, table: PointsTable, dialect: Dialect) -> str:
    """Write the points of a column by the table."""
    missing = f"WHEN {column} IS NULL THEN NULL"
    if table.kind is Kind.CATEGORIES:
        lines = _categories(column, table, dialect)
        return case([missing, *lines], "NULL") if lines else f"CAST(NULL AS {dialect.double})"
    edges = [dialect.number(float(value)) for value in table.values]
    heights = _pieces(column, table, dialect) if table.kind is Kind.PIECES else [*map(dialect.number, table.points)]
    lines, otherwise = _between(column, edges, heights, 0)
    return case([missing, *lines], otherwise)


def slope_from(table: PointsTable, place: int) -> float:
    """Give the slope from a knot to the next, calculated as np.interp does; from the last on 0."""
    if place == len(table.points) - 1:
        return 0.0
    rise = table.points[place + 1] - table.points[place]
    return rise / (float(table.values[place + 1]) - float(table.values[place]))


def _categories(column: str, table: PointsTable, dialect: Dialect) -> list[str]:
    return [
        f"WHEN {dialect.equals(column, str(value))} THEN {dialect.number(points)}"
        for value, points in zip(table.values, table.points, strict=True)
    ]


def _pieces(column: str, table: PointsTable, dialect: Dialect) -> list[str]:
    """Give what holds before the first knot, from each knot to the next, and from the last on."""
    heights = [dialect.number(table.points[0])]
    for place, (knot, height) in enumerate(zip(map(float, table.values), table.points, strict=True)):
        slope = slope_from(table, place)
        # np.interp: slope * (x - x0) + y0. To subtract is to add the opposite, to the last bit.
        rise = f"{dialect.number(slope)} * ({column} {dialect.signed(-knot)}) {dialect.signed(height)}"
        heights.append(rise if slope else dialect.number(height))
    return heights


def _between(column: str, edges: Sequence[str], heights: Sequence[str], depth: int) -> tuple[list[str], str]:
    """Give the lines of a CASE and its ELSE: heights[i] for edges[i-1] <= value < edges[i]."""
    if len(heights) <= AT_ONCE:
        below = zip(edges, heights, strict=False)
        return [f"WHEN {column} < {edge} THEN {height}" for edge, height in below], heights[-1]
    half = len(heights) // 2
    low = case(*_between(column, edges[: half - 1], heights[:half], depth + 1), depth + 1)
    high = case(*_between(column, edges[half:], heights[half:], depth + 1), depth + 1)
    return [f"WHEN {column} < {edges[half - 1]} THEN {low}"], high
