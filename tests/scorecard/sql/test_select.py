"""The query says of every row what Python says: in DuckDB, in PostgreSQL, and as translated from the others."""

from dataclasses import replace
from decimal import Decimal

import duckdb
import numpy as np
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings

from earlywarn.columns import InputSpec, InputType
from earlywarn.errors import ScorecardError
from earlywarn.scorecard.sql.dialects import DIALECTS, Warehouse
from earlywarn.scorecard.sql.select import select_of
from earlywarn.scorecard.table import Kind, PointsTable, Scorecard
from tests.scorecard.sql.cards import KEYS, LEVELS, Case, cases, differences, expected, kinds_of, rows_for
from tests.scorecard.sql.engines import Table, in_duckdb, rows_of_duckdb, rows_of_postgres

calm = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
often = settings(max_examples=60, suppress_health_check=calm)
slowly = settings(max_examples=25, suppress_health_check=calm)  # a translation costs as much as ten queries


def query(case: Case, warehouse: Warehouse) -> str:
    return select_of(case.card, case.rows, DIALECTS[warehouse])


@often
@given(cases())
def test_duckdb_says_what_python_says(case: Case) -> None:
    found = rows_of_duckdb(query(case, Warehouse.DUCKDB), case.table)
    assert differences(found, case) == []


@often
@given(cases())
def test_postgres_says_what_python_says(postgres: psycopg.Connection, case: Case) -> None:
    found = rows_of_postgres(query(case, Warehouse.POSTGRES), case.table, postgres)
    assert differences(found, case) == []


@slowly
@given(case=cases())
def test_what_is_written_for_spark_says_so_too_once_translated(case: Case) -> None:
    found = rows_of_duckdb(in_duckdb(query(case, Warehouse.SPARK), Warehouse.SPARK), case.table)
    assert differences(found, case) == []


@slowly
@given(case=cases())
def test_what_is_written_for_sql_server_says_so_too_once_translated(case: Case) -> None:
    found = rows_of_duckdb(in_duckdb(query(case, Warehouse.TSQL), Warehouse.TSQL), case.table.without_nan())
    assert differences(found, case) == []


def test_forty_inputs_of_64_steps_run_and_agree(postgres: psycopg.Connection) -> None:
    case = large(Kind.STEPS, 63, 300)
    assert differences(rows_of_duckdb(query(case, Warehouse.DUCKDB), case.table), case) == []
    assert differences(rows_of_postgres(query(case, Warehouse.POSTGRES), case.table, postgres), case) == []


@pytest.mark.parametrize("warehouse", Warehouse)
def test_a_large_scorecard_nests_no_case_deeper_than_sql_server_allows(warehouse: Warehouse) -> None:
    depth = deepest = 0
    for word in query(large(Kind.STEPS, 511, 1), warehouse).split():
        depth += word.endswith("CASE")
        depth -= word.startswith("END")
        deepest = max(deepest, depth)
    assert depth == 0
    assert 5 < deepest <= 10


def large(kind: Kind, count: int, students: int) -> Case:
    rng = np.random.default_rng(5)
    tables = []
    for place in range(40):
        spec = InputSpec(f"x{place}", f"x{place}", InputType.NUMBER, f"x{place}")
        knots, points = np.linspace(-2, 2, count), rng.normal(size=count + (kind is Kind.STEPS))
        tables.append(PointsTable(spec, kind, tuple(knots.tolist()), tuple(points.tolist()), 0.3, 0.0))
    card = Scorecard("large", "chance", 0.0, tuple(tables), LEVELS)
    columns = {spec.column: rng.normal(size=students).tolist() for spec in card.specs}
    columns["x3"][::3] = [None] * len(columns["x3"][::3])
    keys = {"student_id": [str(n) for n in range(students)], "school_id": ["S"] * students}
    keys |= {"school_year": [2023] * students, "grade": ["K"] * students}
    return Case(card, rows_for(["x3"], 1), Table(keys | columns, KEYS | kinds_of(card)))


def one_number(*values: float) -> Scorecard:
    spec = InputSpec("x", "x", InputType.RESULT, "X", cuts={"3": (10.0, 4.0)})
    table = PointsTable(spec, Kind.STEPS, values, tuple(float(n) for n in range(len(values) + 1)), 0.5, 0.0)
    return Scorecard("one", "chance", 0.0, (table,), LEVELS)


ONE = replace(rows_for(["x"], 1), grades=("3",))
COLUMNS = "student_id text, school_id text, school_year int, grade text"


@pytest.mark.parametrize("kind", ["smallint", "bigint", "real", "numeric(5, 2)", "float8"])
def test_whole_numbers_and_decimals_are_divided_as_doubles(postgres: psycopg.Connection, kind: str) -> None:
    card = one_number(-0.75, 0.25)
    keys = "'a' AS student_id, 'S' AS school_id, 2023 AS school_year, 3 AS grade"
    made = f"CREATE TEMP TABLE roster AS SELECT {keys}, CAST(11 AS {kind}) AS x"
    with postgres.transaction(force_rollback=True):
        postgres.execute(made)
        assert postgres.execute(select_of(card, ONE, DIALECTS[Warehouse.POSTGRES])).fetchall()[0][5] == 2.0
    with duckdb.connect() as connection:
        connection.execute(made)
        assert connection.execute(select_of(card, ONE, DIALECTS[Warehouse.DUCKDB])).fetchall()[0][5] == 2.0


def test_a_decimal_falls_on_the_same_side_of_an_edge_as_its_double(postgres: psycopg.Connection) -> None:
    card = one_number((10.1 - 10.0) / 4.0)
    table = {"student_id": ["a"], "school_id": ["S"], "school_year": [2023], "grade": ["3"], "x": [10.1]}
    case = Case(card, ONE, Table(table, KEYS | {"x": "number"}))
    wanted = expected(case)[0]["points"]
    with postgres.transaction(force_rollback=True):
        postgres.execute(
            "CREATE TEMP TABLE roster (student_id text, school_id text, school_year int, grade text, x numeric)"
        )
        postgres.execute("INSERT INTO roster VALUES ('a', 'S', 2023, '3', %s)", [Decimal("10.1")])
        assert postgres.execute(select_of(card, ONE, DIALECTS[Warehouse.POSTGRES])).fetchall()[0][5] == wanted == 1.0


def test_texts_compare_letter_by_letter_whatever_the_collation() -> None:
    spec = InputSpec("c", "c", InputType.CATEGORY, "C")
    table = PointsTable(spec, Kind.CATEGORIES, ("red",), (1.0,), 0.25, "red")
    rows = replace(ONE, known=("c",))
    card = Scorecard("one", "chance", 0.0, (table,), LEVELS)
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE roster ({COLUMNS}, c text COLLATE nocase)")
        connection.execute("INSERT INTO roster VALUES ('a', 'S', 2023, '3', 'RED'), ('b', 'S', 2023, '3', 'red')")
        assert connection.execute("SELECT count(*) FROM roster WHERE c = 'red'").fetchone() == (2,)
        found = connection.execute(select_of(card, rows, DIALECTS[Warehouse.DUCKDB])).fetchall()
    assert {row[0]: row[5] for row in found} == {"a": 0.25, "b": 1.0}
    # The PostgreSQL in a wheel knows no collation in which letters of two cases are equal.
    assert 'CAST(s."c" AS TEXT) COLLATE "C"' in select_of(card, rows, DIALECTS[Warehouse.POSTGRES])
    assert "COLLATE Latin1_General_100_BIN2" in select_of(card, rows, DIALECTS[Warehouse.TSQL])


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"intercept": 1e300}, "a number that could overflow"),
        ({"slope": 1e-300}, "a number that could overflow"),
        ({"levels": (replace(LEVELS[0], name="a\0"), *LEVELS[1:])}, "a broken letter or a NUL"),
        ({"levels": (replace(LEVELS[0], name="\ud800"), *LEVELS[1:])}, "a broken letter or a NUL"),
    ],
)
def test_what_a_warehouse_would_get_wrong_is_refused(change: dict[str, object], found: str) -> None:
    card = replace(one_number(0.0), **change)
    with pytest.raises(ScorecardError, match=found):
        select_of(card, ONE, DIALECTS[Warehouse.DUCKDB])


def test_two_knots_so_close_that_the_slope_overflows_are_refused() -> None:
    table = PointsTable(one_number().specs[0], Kind.PIECES, (0.0, 1e-99), (-9.0, 1e60), None, 0.0)
    with pytest.raises(ScorecardError, match="overflow"):
        select_of(replace(one_number(), tables=(table,)), ONE, DIALECTS[Warehouse.DUCKDB])


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(ScorecardError) as told:
        select_of(replace(one_number(1e200)), replace(ONE, known=("y",), table=("\0",)), DIALECTS[Warehouse.DUCKDB])
    assert len(told.value.faults) == 3
