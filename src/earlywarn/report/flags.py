"""flags.csv, the list for people: who may need support, in words; no risk, no group, safe in a spreadsheet."""

from typing import Any

import numpy as np
import pyarrow as pa

from earlywarn import arrow
from earlywarn.columns import Coded, Ints
from earlywarn.inputs import Values
from earlywarn.roster.quarantine import formula_safe
from earlywarn.score_run import ScoredRows
from earlywarn.scorecard.reasons import sentence
from earlywarn.scorecard.table import Scorecard

SEPARATOR = " | "


def flags_table(rows: ScoredRows, card: Scorecard, values: Values) -> Any:
    """Give the flagged students by school, those of the highest support priority first in each."""
    order = _by_school(rows)
    school, grade, level = (coded.take(order).texts() for coded in (rows.school, rows.grade, rows.level))
    titles = np.array([spec.title for spec in card.specs], dtype=object)
    columns = {
        "school_id": school,
        "student_id": rows.student_id[order].tolist(),
        "grade": grade,
        "support_priority": level,
        "reasons": [_sentences(card, values, *found) for found in zip(order, rows.reasons[order], grade, strict=True)],
        "strengths": [
            _sentences(card, values, *found) for found in zip(order, rows.strengths[order], grade, strict=True)
        ],
        "not_recorded": [SEPARATOR.join(titles[rows.missing[row]]) for row in order],
    }
    safe = [arrow.strings([formula_safe(text or "") for text in column]) for column in columns.values()]
    return pa.Table.from_arrays(safe, names=list(columns))


def _by_school(rows: ScoredRows) -> Ints:
    flagged = np.flatnonzero(rows.flagged)
    return flagged[np.lexsort((rows.rank[flagged], rows.school.codes[flagged]))]


def _sentences(card: Scorecard, values: Values, row: int, places: Ints, grade: str | None) -> str:
    chosen = [card.tables[place] for place in places.tolist() if place >= 0]
    told = [(table, value_at(values[table.spec.name], row)) for table in chosen]
    # A category that is the commonest one too says nothing to a person, whatever its points.
    return SEPARATOR.join(sentence(table, value, grade) for table, value in told if value != table.typical)


def value_at(column: "np.ndarray | Coded", row: int) -> float | str | None:
    """Give one row's value as sentences want it: a number, a category, or None for missing."""
    if isinstance(column, Coded):
        code = int(column.codes[row])
        return column.names[code] if code >= 0 else None
    value = float(column[row])
    return None if np.isnan(value) else value
