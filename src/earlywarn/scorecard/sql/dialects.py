r"""How each warehouse spells names, texts, numbers and a step that stays a step; refuses nothing itself.

A table of four rows that ``sql`` walks: nothing else in the package knows one warehouse from another. It imports no
numpy, so the command line may know the names of the dialects without loading it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Warehouse(StrEnum):
    """Whose SQL is written."""

    DUCKDB = "duckdb"
    POSTGRES = "postgres"
    SPARK = "spark"
    TSQL = "tsql"


@dataclass(frozen=True)
class Dialect:
    """One warehouse's spelling.

    Attributes
    ----------
    title
        The warehouse and its oldest version that has all that is used.
    opening, closing
        What stands around a name; the closing is doubled inside.
    double, text
        The types for numbers and texts.
    number_end
        Makes of a literal a double, where the bare one would be a decimal.
    text_literal
        Gives a text as a literal.
    equals
        Compares a text with a value to the last letter, blanks at the end included.
    by_bytes
        What makes texts compare letter by letter whatever the column's collation, in which ``a`` may be ``A``.
    has_nan
        Whether a number may be NaN.
    first, last
        What keeps a step a step of its own, before its columns and at its end. An optimizer that copies a step's
        expressions into the next, once for each time it is used, would make of nine steps an expression that no
        machine can hold.
    """

    title: str
    opening: str
    closing: str
    double: str
    text: str
    number_end: str
    text_literal: Callable[[str], str]
    equals: Callable[[str, str], str]
    by_bytes: str = ""
    has_nan: bool = True
    first: str = ""
    last: str = ""

    def name(self, text: str) -> str:
        """Give a name that may hold anything, quotes included."""
        return self.opening + text.replace(self.closing, self.closing * 2) + self.closing

    def number(self, value: float) -> str:
        """Give a double literal that reads back to the same bits; minus zero is zero."""
        digits = repr(float(value) + 0.0)
        end = "" if "e" in digits and self.number_end == _EXPONENT else self.number_end
        return digits + end

    def signed(self, value: float) -> str:
        """Give a double to be added, its sign apart: two minus signs in a row would begin a comment."""
        return f"- {self.number(-value)}" if value < 0 else f"+ {self.number(value)}"

    def as_number(self, column: str) -> str:
        """Give a column as double; NaN is missing, wherever a number may be NaN."""
        number = f"CAST(s.{self.name(column)} AS {self.double})"
        return f"NULLIF({number}, CAST('NaN' AS {self.double}))" if self.has_nan else number

    def as_text(self, column: str) -> str:
        """Give a column as text that compares letter by letter."""
        return f"CAST(s.{self.name(column)} AS {self.text}){self.by_bytes}"


_EXPONENT = "e0"
"""An exponent makes a literal a double; without one it is a decimal."""


def _doubled(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _of_postgres(text: str) -> str:
    r"""Write a backslash as an escape: without E it means itself only where standard_conforming_strings is on."""
    return "E" + _doubled(text.replace("\\", "\\\\")) if "\\" in text else _doubled(text)


def _of_spark(text: str) -> str:
    """Escape by backslash: two quotes in a row end a text and begin another, which Spark then joins."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _of_tsql(text: str) -> str:
    """Write in Unicode; a backslash before a line break would swallow both, so they stand apart."""
    parts = re.split(r"(?<=\\)(?=[\r\n])", text)
    literals = ["N" + _doubled(part) for part in parts]
    return literals[0] if len(literals) == 1 else f"CONCAT({', '.join(literals)})"


def _equals(literal: Callable[[str], str]) -> Callable[[str, str], str]:
    return lambda column, value: f"{column} = {literal(value)}"


def _equals_of_tsql(column: str, value: str) -> str:
    """Compare with a full stop at the end: blanks at the end of a text do not count in SQL Server."""
    return f"CONCAT({column}, N'.') = {_of_tsql(value + '.')}"


DIALECTS: Mapping[Warehouse, Dialect] = {
    Warehouse.DUCKDB: Dialect(
        "DuckDB 1.4", '"', '"', "DOUBLE", "VARCHAR", _EXPONENT, _doubled, _equals(_doubled), ' COLLATE "C"',
    ),
    Warehouse.POSTGRES: Dialect(
        "PostgreSQL 12", '"', '"', "DOUBLE PRECISION", "TEXT", "::float8", _of_postgres, _equals(_of_postgres),
        ' COLLATE "C"', last="OFFSET 0",
    ),
    Warehouse.SPARK: Dialect(
        "Spark 3.3", "`", "`", "DOUBLE", "STRING", _EXPONENT, _of_spark, _equals(_of_spark),
    ),
    Warehouse.TSQL: Dialect(
        "SQL Server 2022", "[", "]", "DOUBLE PRECISION", "NVARCHAR(4000)", _EXPONENT, _of_tsql, _equals_of_tsql,
        " COLLATE Latin1_General_100_BIN2", has_nan=False, first="TOP (2147483647)",
    ),
}  # fmt: skip
