"""The exported query in DuckDB: a million students, beside Python and beside the usual way to find reasons in SQL."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from bench.measure import Row, against, cpu_of_call
from earlywarn.columns import InputSpec, InputType
from earlywarn.scorecard.points import score
from earlywarn.scorecard.sql.dialects import DIALECTS, Warehouse
from earlywarn.scorecard.sql.select import Rows, select_of
from earlywarn.scorecard.table import Kind, LevelMeaning, PointsTable, Scorecard

if TYPE_CHECKING:
    import duckdb

STUDENTS, INPUTS, SAMPLE = 1_000_000, 40, 100_000
ROWS = Rows(("roster",), "student_id", "school_id", "school_year", "grade", 2023, ("3",), ("x0",), 1)


def exported_query() -> Iterator[Row]:
    """Everything that the query gives, in DuckDB; then the reasons alone by the usual way."""
    import duckdb

    rng = np.random.default_rng(0)
    values = {f"x{place}": rng.normal(size=STUDENTS) for place in range(INPUTS)}
    with duckdb.connect() as connection:
        _make_roster(connection, values)
        for kind, knots in ((Kind.PIECES, 7), (Kind.STEPS, 62)):
            card = _card(kind, knots, rng)
            query = f"CREATE OR REPLACE TABLE found AS {select_of(card, ROWS, DIALECTS[Warehouse.DUCKDB])}"
            ours = cpu_of_call(lambda query=query: connection.execute(query), times=2)
            python = cpu_of_call(lambda card=card: score(card, values), times=2)
            name = f"exported query in DuckDB, 1,000,000 x 40, {kind.value}"
            yield against(name, ours, "CPU-s", "scorecard.points in memory", python, "at most 10 CPU-s", ours <= 10)
        usual = cpu_of_call(lambda: connection.execute(_UNPIVOTED), times=1) * STUDENTS / SAMPLE
        peer, goal = f"one row an input and ROW_NUMBER, reasons alone, from {SAMPLE:,} rows", "less than the peer"
        yield against("exported query in DuckDB, whole, steps", ours, "CPU-s", peer, usual, goal, ours < usual)


def _make_roster(connection: "duckdb.DuckDBPyConnection", values: dict[str, np.ndarray]) -> None:
    import pyarrow as pa

    connection.register("inputs", pa.table(values | {"student_id": np.arange(STUDENTS)}))
    keys = "CAST(student_id AS VARCHAR) AS student_id, 'S' AS school_id, 2023 AS school_year, '3' AS grade"
    connection.execute(f"CREATE TABLE roster AS SELECT {keys}, * EXCLUDE (student_id) FROM inputs")


_POINTS = ", ".join(f"({place}, x{place})" for place in range(INPUTS))
_TOLD = ", ".join(f"MAX(CASE WHEN {side} = {turn} THEN place END)" for side in ("up", "down") for turn in (1, 2, 3))
_UNPIVOTED = f"""
CREATE OR REPLACE TABLE found AS
WITH one AS (
  SELECT s.student_id, v.*
  FROM (SELECT * FROM roster LIMIT {SAMPLE}) AS s, LATERAL (VALUES {_POINTS}) AS v (place, points)
), ranked AS (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY student_id ORDER BY points DESC, place) AS up,
    ROW_NUMBER() OVER (PARTITION BY student_id ORDER BY points, place) AS down
  FROM one
)
SELECT student_id, {_TOLD} FROM ranked GROUP BY student_id
"""


def _card(kind: Kind, knots: int, rng: np.random.Generator) -> Scorecard:
    tables = []
    for place in range(INPUTS):
        spec = InputSpec(f"x{place}", f"x{place}", InputType.NUMBER, f"x{place}")
        heights = rng.normal(size=knots + (kind is Kind.STEPS)).tolist()
        tables.append(PointsTable(spec, kind, tuple(np.linspace(-2, 2, knots).tolist()), tuple(heights), 0.3, 0.0))
    levels = (LevelMeaning("High", 0.5), LevelMeaning("Low", 0.0))
    return Scorecard("bench", kind.value, 0.0, tuple(tables), levels)
