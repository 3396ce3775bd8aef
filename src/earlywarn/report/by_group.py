"""An audit as MLflow keeps it: one table with a row a group, and metrics with the ends of their intervals.

Only what has enough evidence has a number. It refuses to name a count that may not be shown.
"""

from typing import Any

from earlywarn.audit.figures import Figure
from earlywarn.estimate import Estimate
from earlywarn.groups import Cell
from earlywarn.report.entries import hidden_reason
from earlywarn.report.findings import Audited
from earlywarn.report.reading import Reading
from earlywarn.report.rows import number

CONFIDENCE = 0.95
ENDS = ("", "/low", "/high")
HEAD = ("group", "words", "students", "reason")


def by_group_table(audited: Audited) -> dict[str, list[Any]]:
    """Give ``{"columns": [...], "data": [...]}``, the layout of ``mlflow.log_table``.

    A row is a group, those where groups meet included; the columns are each measure at the list that is served, its
    gap to the reference, and the ends of both 95 % intervals. ``students`` are those with a score, in words.
    """
    reading = Reading(audited)
    told = _told(reading)
    columns = [*HEAD, *(f"{_column(*each)}{end}" for each in told for end in ENDS)]
    return {"columns": columns, "data": [_row(reading, cell, told) for cell in reading.cells]}


def group_metrics(audited: Audited) -> dict[str, float]:
    """Give each single attribute's figures with enough evidence: ``measure/group`` or ``measure/group/versus``."""
    metrics: dict[str, float] = {}
    for figure in audited.figures:
        if figure.is_main and figure.cell.depth == 1 and figure.estimate is not None:
            parts = (figure.measure, figure.cell.slug, figure.versus.replace(" ", "-"))
            metrics |= with_ends("/".join(part for part in parts if part), figure.estimate)
    return metrics


def with_ends(name: str, estimate: Estimate) -> dict[str, float]:
    """Give a metric with the ends of its interval."""
    low, high = estimate.interval(CONFIDENCE)
    return {name: estimate.value, f"{name}/low": low, f"{name}/high": high}


def _told(reading: Reading) -> tuple[tuple[str, bool], ...]:
    """Give what has columns: a measure, and whether its gap to the reference is meant."""
    main = (figure for figure in reading.audited.figures if figure.is_main)
    return tuple(dict.fromkeys((figure.measure, bool(figure.versus)) for figure in main))


def _column(measure: str, is_gap: bool) -> str:
    return f"{measure} gap" if is_gap else measure


def _row(reading: Reading, cell: Cell, told: tuple[tuple[str, bool], ...]) -> list[Any]:
    hidden = cell in reading.discretion.hidden
    head = ["", hidden_reason(reading, cell)] if hidden else [reading.size(cell), ""]
    figures = (reading.gap(measure, cell) if is_gap else reading.find(measure, cell) for measure, is_gap in told)
    values = (value for figure in figures for value in _numbers(figure))
    return [cell.slug, reading.words(cell), *head, *values]


def _numbers(figure: Figure | None) -> list[float | None]:
    if figure is None or figure.estimate is None:
        return [None] * len(ENDS)
    return [number(value) for value in (figure.estimate.value, *figure.estimate.interval(CONFIDENCE))]
