"""Names, texts and numbers come back from a warehouse as they went in."""

import duckdb
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp, parse_one

from earlywarn.scorecard.sql.dialects import DIALECTS, Warehouse
from tests.scorecard.sql.cards import hostile

often = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
usual = st.floats(1e-100, 1e100) | st.floats(-1e100, -1e-100) | st.just(0.0)


@often
@given(hostile, usual)
def test_duckdb_reads_texts_and_numbers_back(text: str, number: float) -> None:
    own = DIALECTS[Warehouse.DUCKDB]
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT {own.text_literal(text)}, {own.number(number)}, 0 {own.signed(number)}")
        assert found.fetchone() == (text, number, number)
        assert [column[1] for column in found.description][1:] == ["DOUBLE", "DOUBLE"]


@often
@given(hostile, usual)
def test_postgres_reads_texts_and_numbers_back(postgres: psycopg.Connection, text: str, number: float) -> None:
    own = DIALECTS[Warehouse.POSTGRES]
    found = postgres.execute(f"SELECT {own.text_literal(text)}, {own.number(number)}, 0 {own.signed(number)}".encode())
    assert found.fetchone() == (text, number, number)


def test_postgres_reads_a_backslash_so_too_where_it_is_an_escape(postgres: psycopg.Connection) -> None:
    with postgres.transaction(force_rollback=True):
        postgres.execute("SET LOCAL standard_conforming_strings = off")
        literal = DIALECTS[Warehouse.POSTGRES].text_literal("a\\n'b")
        assert postgres.execute(f"SELECT {literal}".encode()).fetchone() == ("a\\n'b",)


@often
@given(hostile)
def test_sparks_texts_are_read_back(text: str) -> None:
    found = parse_one(DIALECTS[Warehouse.SPARK].text_literal(text), dialect="spark")
    assert isinstance(found, exp.Literal)
    assert found.this == text


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("it's", "N'it''s'"),
        ("a\\b", "N'a\\b'"),
        ("a\\\nb", "CONCAT(N'a\\', N'\nb')"),
        ("字", "N'字'"),
    ],
)
def test_sql_servers_texts_are_unicode_and_continue_no_line(text: str, literal: str) -> None:
    assert DIALECTS[Warehouse.TSQL].text_literal(text) == literal


@pytest.mark.parametrize(
    ("warehouse", "name"),
    [
        (Warehouse.DUCKDB, '"a""b]`"'),
        (Warehouse.POSTGRES, '"a""b]`"'),
        (Warehouse.SPARK, '`a"b]```'),
        (Warehouse.TSQL, '[a"b]]`]'),
    ],
)
def test_a_quote_in_a_name_is_doubled(warehouse: Warehouse, name: str) -> None:
    assert DIALECTS[warehouse].name('a"b]`') == name


@pytest.mark.parametrize("warehouse", Warehouse)
def test_no_number_begins_a_comment(warehouse: Warehouse) -> None:
    own = DIALECTS[warehouse]
    assert "--" not in f"x {own.signed(-0.5)} {own.signed(0.5)} {own.signed(-0.0)}"
    assert own.signed(-0.0) == own.signed(0.0)
