"""Refused rows as a table for people: line, column, rule, remedy; never a value."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa

from earlywarn import arrow
from earlywarn.columns import Refusal, RowCounts
from earlywarn.errors import Fault
from earlywarn.files import publish_file
from earlywarn.formula import formula_safe
from earlywarn.roster.blocks import WHOLE_ROW

LINES_NAMED = 5
"""How many lines a summary names."""

RULES_SHOWN = 12
"""How many broken rules an error names, so that it fits on a screen."""


class Judged(Protocol):
    """A file of which every row was counted, and the refused ones listed."""

    @property
    def file(self) -> str:
        """Its name, without the folder."""

    @property
    def counts(self) -> RowCounts:
        """Rows in = accepted + merged + quarantined."""

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """One or more for each refused row."""


class RefusalCount(NamedTuple):
    """How many rows broke one rule in one column; the first lines, and the remedy of the first."""

    column: str
    rule: str
    remedy: str
    rows: int
    lines: tuple[int, ...]

    @property
    def extent(self) -> str:
        """Say how many rows, and which: "1 row (line 7)", "40 rows (lines 7, 19, 22, ...)"."""
        if self.rows == 1:
            return f"1 row (line {self.lines[0]})"
        more = ["..."] if self.rows > len(self.lines) else []
        return f"{self.rows:,} rows (lines {', '.join([*map(str, self.lines), *more])})"

    @property
    def place(self) -> str:
        """Name the column, or the whole row."""
        return self.column if self.column == WHOLE_ROW else f"column '{self.column}'"


def quarantine_table(refusals: Iterable[Refusal]) -> Any:
    """Give a pyarrow table of file, line, column, rule and remedy, by line."""
    rows = in_order(refusals)
    texts = {name: arrow.strings(formula_safe(getattr(row, name)) for row in rows) for name in _TEXTS}
    lines = arrow.integers(np.array([row.line for row in rows], dtype=np.int64))
    return pa.table({"file": texts["file"], "line": lines, **texts})


_TEXTS = ("file", "column", "rule", "remedy")


def write_quarantine(refusals: Iterable[Refusal], path: Path) -> None:
    """Write the table as CSV, safe to open in a spreadsheet.

    Raises
    ------
    MachineError
        The disk is full, read-only or failing.
    """
    with pa.BufferOutputStream() as stream:
        arrow.write_csv(quarantine_table(refusals), stream)
        publish_file(path, stream.getvalue().to_pybytes())


def in_order(refusals: Iterable[Refusal]) -> list[Refusal]:
    """Sort by file, line, column and rule."""
    return sorted(refusals, key=lambda row: (row.file, row.line, row.column, row.rule))


def summary(refusals: Iterable[Refusal]) -> list[RefusalCount]:
    """Count refusals by rule and column, the most frequent first."""
    kinds: dict[tuple[str, str], list[Refusal]] = {}
    for row in in_order(refusals):
        kinds.setdefault((row.rule, row.column), []).append(row)
    counts = [
        RefusalCount(column, rule, rows[0].remedy, len(rows), tuple(row.line for row in rows[:LINES_NAMED]))
        for (rule, column), rows in kinds.items()
    ]
    return sorted(counts, key=lambda count: (-count.rows, count.column, count.rule))


def share_faults(judged: Judged, limit: float, key: str, remedy: str) -> list[Fault]:
    """Give the faults of a file of which too many rows were refused, or all; none where it can be taken.

    Parameters
    ----------
    limit, key
        The largest share, and the key of the TOML that says so.
    remedy
        What to do about the file as a whole; each broken rule follows with its count, first lines and remedy.
    """
    counts = judged.counts
    if counts.accepted and counts.quarantined <= limit * counts.rows_in:
        return []
    share = counts.quarantined / counts.rows_in
    found = f"{counts.quarantined:,} of {counts.rows_in:,} rows are refused ({share:.1%})"
    if not counts.accepted:
        found = f"not one of {counts.rows_in:,} rows can be taken"
    whole = Fault(judged.file, found, f"at most {limit:.1%} ({key})", remedy)
    return [whole, *rule_faults(judged.file, judged.refusals)]


def rule_faults(file: str, refusals: Iterable[Refusal]) -> list[Fault]:
    """Give one fault a broken rule and column, with its count, first lines and remedy, never a value."""
    broken = summary(refusals)
    faults = [
        Fault(f"{file}: {count.place}", f"{count.rule}: {count.extent}", remedy=count.remedy)
        for count in broken[:RULES_SHOWN]
    ]
    if len(broken) > RULES_SHOWN:
        faults.append(Fault(file, f"{len(broken) - RULES_SHOWN} more kinds of fault"))
    return faults
