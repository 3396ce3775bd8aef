"""Who could not be scored and who lacks which input, group by group, as tables that fit a page.

Inputs that nobody lacks are named, not tabled; the others stand a few to a table, the most often missing first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from earlywarn.audit.figures import Figure
from earlywarn.audit.sheets import NOT_SCORED
from earlywarn.groups import EVERYONE, Cell
from earlywarn.report import words as w
from earlywarn.report.entries import figure_entry, group_row, hidden_row
from earlywarn.report.reading import Reading
from earlywarn.report.tables import Entry, Row, Table
from earlywarn.report.unjudged import input_title, most_lacking

INPUTS_A_TABLE = 5


@dataclass(frozen=True)
class Coverage:
    """The tables, and the titles of inputs that nobody lacks, in words."""

    scored: Table
    inputs: tuple[Table, ...]
    whole: str


def coverage(reading: Reading, captions: tuple[str, str]) -> Coverage:
    """Give who has no score, and who lacks which input."""
    cells = (EVERYONE, *reading.singles)
    lacking = most_lacking(reading)
    held = [figure for figure in lacking if figure.events]
    parts = [held[start : start + INPUTS_A_TABLE] for start in range(0, len(held), INPUTS_A_TABLE)]
    return Coverage(
        scored=_scored_table(reading, cells, captions[0]),
        inputs=tuple(_inputs_table(reading, cells, part, captions[1]) for part in parts),
        whole=w.listed(input_title(reading, figure) for figure in lacking if not figure.events),
    )


def _scored_table(reading: Reading, cells: Sequence[Cell], caption: str) -> Table:
    columns = ("Group", "Students in scope", "Not scored", "Compared with", "Difference, in 100")
    return Table(caption, columns, tuple(hidden_row(reading, cell) or _scored_row(reading, cell) for cell in cells))


def _scored_row(reading: Reading, cell: Cell) -> Row:
    gap = reading.gap(NOT_SCORED, cell)
    entries = (
        Entry(reading.students(cell)),
        figure_entry(reading, reading.find(NOT_SCORED, cell)),
        Entry(reading.against(gap.versus) if gap else w.NOTHING),
        figure_entry(reading, gap),
    )
    return Row(reading.words(cell), entries)


def _inputs_table(reading: Reading, cells: Sequence[Cell], lacking: Sequence[Figure], caption: str) -> Table:
    columns = tuple(w.capital(input_title(reading, figure)) for figure in lacking)
    rows = (group_row(reading, cell, [reading.find(each.measure, cell) for each in lacking]) for cell in cells)
    return Table(caption, ("Group", *columns), tuple(rows))
