"""The inputs with the most and the fewest points of a row, by GREATEST and LEAST; refuses nothing.

They are found one after the other, each time without those named before: first the points, in the next step whose
they are. The usual way, one row an input and ROW_NUMBER over them, sorts as many rows a student as there are inputs:
``python -m bench exported_query`` times both.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from earlywarn.scorecard.points import LEAST_POINTS
from earlywarn.scorecard.sql.dialects import Dialect
from earlywarn.scorecard.sql.layout import flow
from earlywarn.scorecard.table import PointsTable


@dataclass(frozen=True)
class Side:
    """What raises the points of a row, or what lowers them.

    Attributes
    ----------
    name
        What an input of this side is called.
    extreme
        What the most, or the fewest, points are called.
    too_little
        Compares them with ``limit``; such points do not count.
    counts_missing
        What is missing may be a reason, but is nobody's strength.
    """

    name: str
    extreme: str
    function: str
    too_little: str
    limit: float
    counts_missing: bool


SIDES = (
    Side("reason", "most", "GREATEST", "<", LEAST_POINTS, True),
    Side("strength", "fewest", "LEAST", ">", -LEAST_POINTS, False),
)


def extreme_points(side: Side, tables: Sequence[PointsTable], dialect: Dialect, turn: int) -> str:
    """Write the most points, or the fewest, without the inputs named in earlier turns."""
    terms = [
        points if turn == 1 else f"CASE WHEN {_not_named(side, place, turn)} THEN {points} END"
        for place, points in _points(side, tables, dialect)
    ]
    # Where nothing was named before, all are NULL, and nothing further is. Else NULLs do not count, in any of the
    # four. One argument is too few for Spark.
    return f"{side.function}({flow(terms, ', ')})" if len(terms) > 1 else terms[0]


def whose_points(side: Side, tables: Sequence[PointsTable], dialect: Dialect, turn: int) -> str:
    """Write whose points those are, as the place of the input; the first of equals."""
    top = f"s.{side.extreme}_{turn}"
    lines = [f"CASE WHEN {top} IS NULL OR {top} {side.too_little} {dialect.number(side.limit)} THEN NULL"]
    for place, points in _points(side, tables, dialect):
        besides = f" AND {_not_named(side, place, turn)}" if turn > 1 else ""
        lines.append(f"WHEN {points} = {top}{besides} THEN {place}")
    return flow([*lines, "END"], " ")


def _points(side: Side, tables: Sequence[PointsTable], dialect: Dialect) -> Iterable[tuple[int, str]]:
    for place, table in enumerate(tables, start=1):
        missing = table.missing or 0.0
        counts = side.counts_missing and missing >= LEAST_POINTS
        yield place, f"COALESCE(s.points_{place}, {dialect.number(missing)})" if counts else f"s.points_{place}"


def _not_named(side: Side, place: int, turn: int) -> str:
    named = [f"s.{side.name}_{earlier}" for earlier in range(1, turn)]
    return f"{named[0]} <> {place}" if len(named) == 1 else f"{place} NOT IN ({', '.join(named)})"
