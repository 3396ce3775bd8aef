"""How a figure stands in a table: its value over its interval, a rough one marked as such, or what it lacks.

Shares are told in percent, their gaps in students of 100, all else in plain decimals. Nothing undefined is 0.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from earlywarn.audit import measures as m
from earlywarn.audit import subject as s
from earlywarn.audit.figures import Figure, Form
from earlywarn.audit.ranked import AUC, INTERCEPT, SLOPE
from earlywarn.audit.sheets import NOT_SCORED, SET_BY_LENGTH
from earlywarn.estimate import Estimate
from earlywarn.groups import EVERYONE, Cell
from earlywarn.report import words as w
from earlywarn.report.reading import TOO_LITTLE, Reading
from earlywarn.report.tables import CONFIDENCE, Entry, Row, Write, row

ROUGH = "rough: "
"""Before an interval that may not be judged."""

BY_LENGTH = "fixed by the list\u2019s length"

DECIMALS: dict[str, Callable[..., str]] = {
    AUC: w.decimal,
    SLOPE: w.decimal,
    INTERCEPT: w.signed,
    m.BRIER.name: w.decimal,
}
"""Measures that are no share; their differences are signed decimals."""

OF_FOUND = dict.fromkeys(s.AGAINST, m.RECALL.name)
"""Measures that compare two lists by whom they find -> the one that tells on how many students they rest."""

GAPS = (
    m.CALIBRATION_GAP.name, m.EXCESS_OVERLOOKED.name, m.EXCESS_FALSE_ALARMS.name, s.SAME_RISK_GAP, *s.AGAINST,
)  # fmt: skip
"""Measures that are gaps between shares themselves."""


def figure_entry(reading: Reading, figure: Figure | None) -> Entry:
    """Write a figure over its interval, or why there is none."""
    if figure is None:
        return Entry(w.NOTHING)
    if figure.estimate is not None:
        return replace(told(figure, figure.estimate), n=n_words(reading, figure))
    if figure.reason == SET_BY_LENGTH and not math.isnan(figure.value):
        write, _ = written(figure.measure, figure.form)
        return Entry(write(figure.value), BY_LENGTH, n=n_words(reading, figure))
    rough = reading.rough(figure)
    if rough is not None:
        entry = told(figure, rough)
        return replace(entry, under=ROUGH + entry.under, n=n_words(reading, figure))
    head, _, why = reading.why_not(figure).partition(": ")
    first = why.split("; ")[0]
    return Entry(figure.bound, first) if figure.bound else Entry(head, first)


def n_words(reading: Reading, figure: Figure | None) -> str:
    """Say on how many students a figure rests; of a comparison, on its smaller side. "" where that may not be told."""
    if figure is None:
        return ""
    number = min(_denominators(reading, figure), default=figure.students)
    return f"n {reading.discretion.count(figure.cell, number)}" if number >= max(reading.discretion.minimum, 1) else ""


def _denominators(reading: Reading, figure: Figure) -> list[int]:
    """Count the students whom a figure is a share of; of a comparison, of both sides."""
    measure = OF_FOUND.get(figure.measure, figure.measure)
    own, every = (reading.find(measure, cell, cut=figure.cut) for cell in (figure.cell, EVERYONE))
    if own is None or every is None:
        return []
    if not figure.versus:
        return [_whole(own)]
    other = reading.find(measure, reading.cell_of(figure.versus) or EVERYONE, cut=figure.cut)
    return [_whole(own), _whole(every) - _whole(own) if other in (every, None) else _whole(other)]


def _whole(figure: Figure) -> int:
    return figure.events + figure.non_events


def group_row(reading: Reading, cell: Cell, figures: Sequence[Figure | None]) -> Row:
    """Give one group's figures; where all lack the same, or all lack something, it is said once."""
    hidden = hidden_row(reading, cell)
    if hidden:
        return hidden
    return Row(reading.words(cell), said_once(reading, figures))


def said_once(reading: Reading, figures: Sequence[Figure | None]) -> tuple[Entry, ...]:
    """Give the entries of a row, or one remark in place of entries that all say the same."""
    entries = tuple(figure_entry(reading, figure) for figure in figures)
    found = [figure for figure in figures if figure is not None]
    if len(entries) > 1 and found and all(entry.text == TOO_LITTLE for entry in entries if not entry.nothing):
        return (Entry(reading.why_not(found[0])),)
    return (Entry(entries[0].line),) if len(set(entries)) == 1 and len(entries) > 1 else entries


def hidden_row(reading: Reading, cell: Cell) -> Row | None:
    """Give the row of a group of which no number is shown; None for any other."""
    if cell not in reading.discretion.hidden:
        return None
    return row(reading.words(cell), hidden_reason(reading, cell))


def hidden_reason(reading: Reading, cell: Cell) -> str:
    """Say why no number of a group is shown."""
    sizes = (reading.find(measure, cell) for measure in (NOT_SCORED, m.SHARE_FLAGGED.name))
    reasons = (size.reason for size in sizes if size is not None and math.isnan(size.value))
    return next(reasons, reading.discretion.hidden_words)


def told(figure: Figure, estimate: Estimate) -> Entry:
    """Write an estimate of a figure as its measure is written."""
    write, ends = written(figure.measure, figure.form, estimate.digits)
    return Entry(write(estimate.value), w.span(estimate.interval(CONFIDENCE), ends))


def written(measure: str, form: Form, digits: int | None = None) -> tuple[Write, Write]:
    """Give how a measure's value and the ends of its interval are written; what was rounded gets no more places."""
    if form is Form.RATIO:
        return w.times, w.bare_times
    decimal = DECIMALS.get(measure)
    if decimal is not None:
        plain = partial(decimal if form is Form.VALUE else w.signed, places=3 if digits is None else min(digits, 3))
        return plain, plain
    pair = (w.of_hundred, w.of_hundred) if form is Form.DIFFERENCE or measure in GAPS else (w.percent, w.bare_percent)
    places = 1 if digits is None else max(min(digits - 2, 1), 0)
    return partial(pair[0], places=places), partial(pair[1], places=places)
