"""What differs from another audit, by its own name, in sentences and a table: differences that are more than noise.

It names no cause: other students, other schools and another standard all move figures.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from earlywarn.audit.against import Change, Kept
from earlywarn.audit.figures import Figure, Form
from earlywarn.audit.subject import title_of
from earlywarn.report import words as w
from earlywarn.report.entries import n_words, written
from earlywarn.report.reading import Reading
from earlywarn.report.rows import estimated, number
from earlywarn.report.tables import Entry, Row, Table, row, with_interval
from earlywarn.report.told import Told

CAPTION = "Figures that differ by more than noise, and by how much; intervals are 95\u00a0%."
COLUMNS = ("Group", "Figure", "Compared with", "There", "Here", "Difference")


def changed(reading: Reading, found: Sequence[Change], then: Kept) -> tuple[Told, ...]:
    """Tell a comparison of this audit with an earlier one; groups that may not be shown are left out."""
    hidden = {cell.slug for cell in reading.discretion.hidden}
    told = [change for change in found if change.group not in hidden]
    moved = [change for change in told if change.is_more_than_noise]
    table = Table(CAPTION, COLUMNS, tuple(_row(reading, change) for change in moved)) if moved else None
    return (Told(name_of(then), tuple(_sentences(reading, told, then)), table),)


def name_of(then: Kept) -> str:
    """Name the other audit: which it is, whose scores, and from which day."""
    whose = f"{then.title}, {then.what}" if then.what else then.title
    return f"Held against: {whose} (audited on {w.day(date.fromisoformat(then.day))})"


def changed_record(found: Sequence[Change], then: Kept) -> dict[str, Any]:
    """Give a comparison as plain values, for ``changed`` in audit.json."""
    return {
        "since": {"title": then.title, "what": then.what, "day": then.day, "standard": then.standard},
        "changes": [
            {
                "measure": change.measure,
                "group": change.group,
                "versus": change.versus,
                "then": number(change.before),
                "now": number(change.now),
                "difference": estimated(change.difference),
                "reason": change.reason,
                "q": number(change.q),
            }
            for change in found
        ],
    }


def _sentences(reading: Reading, told: Sequence[Change], then: Kept) -> list[str]:
    compared = [change for change in told if change.difference is not None]
    moved = sum(change.is_more_than_noise for change in compared)
    said = [
        f"Of {w.plural(len(compared), 'figure')} that could be compared {_so_many(moved)} by more than noise, "
        "among so many (Benjamini and Hochberg)."
    ]
    if same := sum(change.reason == "no change" for change in told):
        said.append(f"{w.plural(same, 'figure')} do not differ at all.")
    if len(told) > len(compared) + same:
        said.append(f"For {w.count(len(told) - len(compared) - same)} there is too little data there or here.")
    if then.standard != reading.audited.about.standard:
        said.append(f"The standard is another there: {then.standard}. Outcomes are not alike.")
    return said


def _now(reading: Reading, change: Change) -> Figure | None:
    cell = next((cell for cell in reading.cells if cell.slug == change.group), None)
    return None if cell is None else reading.find(change.measure, cell, change.versus)


def _so_many(number: int) -> str:
    return f"{w.count(number)} {'differs' if number == 1 else 'differ'}" if number else "none differs"


def _row(reading: Reading, change: Change) -> Row:
    write, _ = written(change.measure, Form.DIFFERENCE if change.versus else Form.VALUE)
    return row(
        reading.against(change.group),
        title_of(change.measure),
        reading.against(change.versus) if change.versus else w.NOTHING,
        write(change.before),
        Entry(write(change.now), n=n_words(reading, _now(reading, change))),
        with_interval(change.difference, *written(change.measure, Form.DIFFERENCE)),
    )
