"""Where a query is run: DuckDB, PostgreSQL, and DuckDB again with what sqlglot makes of Spark's and SQL Server's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import psycopg
import pyarrow as pa
import sqlglot
from psycopg import sql as pg
from sqlglot import exp

from earlywarn.scorecard.sql.dialects import Warehouse

Columns = Mapping[str, Sequence[Any]]
"""A roster table: values by column, None for NULL."""

TYPES = {"text": (pa.string(), "text"), "number": (pa.float64(), "float8"), "year": (pa.int32(), "int")}


@dataclass(frozen=True)
class Table:
    """A table, and the kind of each of its columns; the table is called ``roster``."""

    columns: Columns
    kinds: Mapping[str, str]
    name: str = "roster"

    def without_nan(self) -> "Table":
        """Give the table as SQL Server holds it, whose numbers are never NaN."""
        columns = {name: [None if value != value else value for value in values]
                   for name, values in self.columns.items()}  # fmt: skip
        return replace(self, columns=columns)

    def arrow(self) -> pa.Table:
        arrays = [pa.array(values, TYPES[self.kinds[name]][0]) for name, values in self.columns.items()]
        return pa.Table.from_arrays(arrays, names=list(self.columns))


def rows_of_duckdb(query: str, table: Table) -> list[dict[str, Any]]:
    with duckdb.connect() as connection:
        connection.register(table.name, table.arrow())
        return _dicts(connection.execute(query))


def rows_of_postgres(query: str, table: Table, connection: psycopg.Connection) -> list[dict[str, Any]]:
    """Run in a transaction that leaves nothing behind."""
    kinds = [pg.SQL("{} " + TYPES[table.kinds[name]][1]).format(pg.Identifier(name)) for name in table.columns]
    made = pg.SQL("CREATE TEMP TABLE {} ({})").format(pg.Identifier(table.name), pg.SQL(", ").join(kinds))
    with connection.transaction(force_rollback=True), connection.cursor() as cursor:
        cursor.execute(made)
        with cursor.copy(pg.SQL("COPY {} FROM STDIN").format(pg.Identifier(table.name))) as copy:
            for row in zip(*table.columns.values(), strict=True):
                copy.write_row(row)
        cursor.execute(query.encode())
        return _dicts(cursor)


def _dicts(cursor: Any) -> list[dict[str, Any]]:
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def parsed(query: str, warehouse: Warehouse) -> exp.Expression:
    """Parse a query, which must be one statement and nothing that sqlglot does not understand."""
    (statement,) = sqlglot.parse(query, dialect=warehouse.value, error_level=sqlglot.ErrorLevel.RAISE)
    assert statement is not None
    return statement


def in_duckdb(query: str, warehouse: Warehouse) -> str:
    """Give a query in DuckDB's words; the collation, which it does not know, is left out."""
    bare = parsed(query, warehouse).transform(lambda node: node.this if isinstance(node, exp.Collate) else node)
    return bare.sql(dialect="duckdb", comments=False)
