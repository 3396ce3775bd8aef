"""Figures by group on the terminal: one table for training, audits and follow-ups, each with its own columns.

A group that may not be shown keeps its row and says so; none of its counts is printed.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from rich.table import Table

from earlywarn.audit.figures import Figure
from earlywarn.audit.suppression import Suppression
from earlywarn.cli.tables import NOT_KNOWN, counts, percent, table, with_interval
from earlywarn.config.sections import Groups
from earlywarn.groups import Cell

Write = Callable[[Figure], str]

SHORTER = (("fewer than ", "<"), ("nobody in this group", "nobody"))

SCORED, KNOWN = "share_flagged", "prevalence"
"""The measures that rest on every scored student of a group, and on those whose outcome is known."""


@dataclass(frozen=True)
class Column:
    """One column: its head as :func:`earlywarn.cli.tables.table` reads it, its measure, and how it is written.

    ``compared`` asks for the difference to the reference, else for the group's own value.
    """

    head: str
    measure: str
    write: Write
    compared: bool = False


def groups_table(figures: Iterable[Figure], groups: Groups, known: Suppression, columns: Sequence[Column]) -> Table:
    """Give a table with a row a single group: its size, who missed the standard, and the columns."""
    held = {(f.measure, f.cell, bool(f.versus)): f for f in figures if f.is_main and f.cell.depth <= 1}
    has_outcomes = any(measure == KNOWN for measure, *_ in held)
    made = table("Group", ">n", *([">missed"] if has_outcomes else []), *(column.head for column in columns))
    for cell in dict.fromkeys(cell for _, cell, _ in held):
        size = held[KNOWN if has_outcomes else SCORED, cell, False]
        cells = (held.get((column.measure, cell, column.compared)) for column in columns)
        told = ("" if figure is None else column.write(figure) for column, figure in zip(columns, cells, strict=True))
        made.add_row(cell.words(groups), *_sizes(size, known, cell, has_outcomes), *told)
    return made


def interval(digits: int = 3, signed: bool = False, confidence: float = 0.95) -> Write:
    """Write a figure with its interval, or the reason why there is none, as short as a cell is."""

    def write(figure: Figure) -> str:
        if figure.estimate is None:
            return _shortened(figure.reason.split(":")[0].split(" students")[0])
        return with_interval(figure.estimate, digits, signed, confidence)

    return write


def roughly(write: Write) -> Write:
    """Write a rough interval, marked with ~, where there is no other; only for figures that may be published."""

    def rough(figure: Figure) -> str:
        if figure.estimate is not None or figure.rough is None:
            return write(figure)
        return f"~{write(replace(figure, estimate=figure.rough))}"

    return rough


def whole_percent(figure: Figure) -> str:
    """Write a share in whole percent."""
    return percent(figure.value) if np.isfinite(figure.value) else NOT_KNOWN


def _sizes(size: Figure, known: Suppression, cell: Cell, has_outcomes: bool) -> tuple[str, ...]:
    if not np.isfinite(size.value):
        return (NOT_KNOWN,) * (1 + has_outcomes)
    if has_outcomes:
        return counts(known.counts(cell, "known", "missed"))
    return counts(known.counts(cell, "scored"))


def _shortened(reason: str) -> str:
    for words, short in SHORTER:
        reason = reason.replace(words, short)
    return reason
