"""A check as plain values for machines, and the clerk's correction list as CSV; never a cell's value."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from earlywarn import arrow
from earlywarn.formula import formula_safe
from earlywarn.printable import one_line
from earlywarn.report.checked import FATES, Checked
from earlywarn.roster.findings import Finding
from earlywarn.roster.shifts import Changes, Shift

FORMAT = "earlywarn-check/1"


def check_record(checked: Checked) -> dict[str, Any]:
    """Give the account of a roster as plain values; counts of groups in words, suppressed as on the page."""
    surveyed = checked.surveyed
    return {
        "format": FORMAT,
        "file": surveyed.file,
        "sha256": surveyed.sha256,
        "counts": vars(surveyed.counts),
        "unreadable_rows": surveyed.unread,
        "rules": [vars(count) for count in checked.rules],
        "groups": [
            {"attribute": line.attribute, "group": line.words, **dict(zip(_NAMES, line.numbers, strict=False))}
            for line in checked.groups
        ],
        "guesses": [vars(guess) for guess in surveyed.guesses],
        "changes": _changes(checked.changes, checked.against) if checked.changes else None,
        "findings": [
            {"file": r.file, "line": r.line, "column": r.column, "name": r.name, "fate": fate}
            for r, _, fate in surveyed.findings
        ],
    }


def corrections_csv(rows: Sequence[Finding]) -> bytes:
    """Give a correction list, safe to open in a spreadsheet."""
    columns = {
        "school": [one_line(each.school) for each in rows],
        "file": [one_line(each.refusal.file) for each in rows],
        "line": None,
        "column": [each.refusal.column for each in rows],
        "what_is_wrong": [each.refusal.rule for each in rows],
        "what_to_do": [each.refusal.remedy for each in rows],
        "row_is": [each.fate for each in rows],
        "rule": [each.refusal.name for each in rows],
    }
    lines = arrow.integers(np.array([each.refusal.line for each in rows], dtype=np.int64))
    table = {name: arrow.strings(map(formula_safe, cells or ())) for name, cells in columns.items()} | {"line": lines}
    with pa.BufferOutputStream() as stream:
        arrow.write_csv(pa.table(table), stream)
        return bytes(stream.getvalue().to_pybytes())


_NAMES = tuple(name.lower().replace(" ", "_") for name in FATES)


def _changes(changes: Changes, against: str) -> dict[str, Any]:
    return {
        "against": against,
        "rows": {"before": changes.before.counts.rows_in, "now": changes.now.counts.rows_in},
        "schools": {"before": changes.before.schools, "now": changes.now.schools},
        "loud": list(changes.loud),
        "alarms": [_shift(shift) for shift in changes.alarms],
        "shares_compared": len(changes.shifts),
    }


def _shift(shift: Shift) -> dict[str, Any]:
    return {
        "column": shift.column,
        "code": shift.code or "(missing)",
        "before": round(shift.before, 5),
        "now": round(shift.now, 5),
        "usual": round(shift.usual, 5),
    }
