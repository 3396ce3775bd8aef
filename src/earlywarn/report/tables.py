"""A table for people as a record: heads, columns, and entries with what stands under each figure.

Pages draw it as HTML, the model card as Markdown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from earlywarn.report import words as w

if TYPE_CHECKING:  # intervals load scipy, which the page of a score run must not
    from earlywarn.estimate import Estimate

CONFIDENCE = 0.95
Write = Callable[[float], str]


@dataclass(frozen=True)
class Entry:
    """One cell: the figure, under it its interval or why there is none, and on how many students it rests."""

    text: str
    under: str = ""
    n: str = ""

    @property
    def nothing(self) -> bool:
        """Whether no figure applies here."""
        return self.text == w.NOTHING and not self.under

    @property
    def line(self) -> str:
        """The entry on one line."""
        return f"{self.text} ({self.under})" if self.under else self.text


@dataclass(frozen=True)
class Row:
    """One row; where it has fewer entries than columns, the last is a remark that spans the rest."""

    head: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Table:
    """A caption, the columns (the first is that of the heads), the rows, and what they add up to.

    ``n`` says on how many students the figures rest, where that is the same for all rows.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    total: Row | None = None
    n: str = ""

    @property
    def stacks(self) -> bool:
        """Whether a narrow screen should show each row as a card: too much for columns side by side."""
        full = any(entry.under for each in self.rows for entry in each.entries)
        return len(self.columns) > 4 - 2 * full


def row(head: str, *entries: Entry | str) -> Row:
    """Make a row of entries and bare texts."""
    return Row(head, tuple(Entry(entry) if isinstance(entry, str) else entry for entry in entries))


def with_interval(estimate: Estimate | None, write: Write, ends: Write | None = None, reason: str = "") -> Entry:
    """Write an estimate over its 95 % interval, or why there is none."""
    if estimate is None:
        return Entry(w.NOTHING, reason)
    return Entry(write(estimate.value), w.span(estimate.interval(CONFIDENCE), ends or write))


def share(estimate: Estimate | None, reason: str = "") -> Entry:
    """Write a share in percent over its interval."""
    places = _places(estimate)
    return with_interval(estimate, partial(w.percent, places=places), partial(w.bare_percent, places=places), reason)


def gap(estimate: Estimate | None, reason: str = "") -> Entry:
    """Write a gap in students of 100 over its interval."""
    return with_interval(estimate, partial(w.of_hundred, places=_places(estimate)), None, reason)


def _places(estimate: Estimate | None) -> int:
    """Give the decimals of a percent: none where a published share was rounded to whole ones."""
    return 1 if estimate is None or estimate.digits is None else max(min(estimate.digits - 2, 1), 0)


def plain(estimate: Estimate | None, reason: str = "") -> Entry:
    """Write a decimal over its interval."""
    return with_interval(estimate, w.decimal, None, reason)


def difference(estimate: Estimate | None, reason: str = "") -> Entry:
    """Write a signed decimal over its interval."""
    return with_interval(estimate, w.signed, None, reason)


def markdown(table: Table, safe: Callable[[str], str]) -> str:
    """Give a table as Markdown whose columns also line up when it is read as text."""
    lines = [table.columns, *(_cells(table, each) for each in (*table.rows, *([table.total] if table.total else [])))]
    texts = [[safe(cell) for cell in line] for line in lines]
    widths = [max(len(line[place]) for line in texts) for place in range(len(table.columns))]
    body = [_line(line, widths) for line in texts]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([body[0], rule, *body[1:]])


def _cells(table: Table, each: Row) -> tuple[str, ...]:
    cells = (each.head, *(entry.line for entry in each.entries))
    return cells + ("",) * (len(table.columns) - len(cells))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"
