"""What scores a roster: a scorecard, what it serves, and the day; accepted rows in, the same rows scored out.

It refuses nothing. A row that is out of scope, or of which too little is known, has a status and no points.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earlywarn.columns import Coded, Floats, InputType, Ints, Status
from earlywarn.config.experiment import Serving
from earlywarn.inputs import Values, input_values, known_count
from earlywarn.roster.cells import Values as CellValues
from earlywarn.roster.contract import Key
from earlywarn.roster.terms import NUMBERS, Kind
from earlywarn.scorecard.points import NONE, score
from earlywarn.scorecard.table import PointsTable, Scorecard

TOLD = 3
"""So many reasons, and so many strengths, are told of a student."""

STATUSES = tuple(status.value for status in Status)
SCORED, NOT_ENOUGH, OUT_OF_SCOPE = range(3)


@dataclass(frozen=True)
class Model:
    """A scorecard, the part of the config that it carries, and the day for which a roster is scored."""

    card: Scorecard
    serving: Serving
    as_of: date

    @property
    def year(self) -> int:
        """The school year that is in scope."""
        return self.serving.cohort.school_year(self.as_of)

    @property
    def attributes(self) -> dict[str, str]:
        """The file's column of each attribute of groups."""
        return {name: attribute.column for name, attribute in self.serving.groups.attributes.items()}


@dataclass(frozen=True)
class Block:
    """Some accepted rows as scored.

    Attributes
    ----------
    places
        Where each row stands in the roster, shape (n,).
    student_id
        Pyarrow text.
    status
        Shape (n,): a place in STATUSES.
    points
        Shape (n,); NaN where not scored.
    told
        Shape (n, 2 * TOLD): places of the inputs that are reasons, then of those that are strengths; NONE for none.
    told_values
        Of the same shape: the value of each; of a category its code in ``values``, NaN where missing.
    missing
        Shape (n, inputs): what is missing as scored; nothing is of a row that is out of scope.
    spread
        Rows scored by place in each table of the scorecard.
    """

    places: Ints
    student_id: Any
    school: Coded
    grade: Coded
    status: NDArray[np.int8]
    points: Floats
    told: NDArray[np.int16]
    told_values: Floats
    missing: NDArray[np.bool_]
    spread: tuple[Ints, ...]
    values: Values
    groups: Mapping[str, Coded]

    def __len__(self) -> int:
        return len(self.places)


def score_block(model: Model, cells: Mapping[Key, CellValues], places: Ints) -> Block:
    """Score accepted rows, given by the file's column and kind."""
    roster = model.serving.roster
    grade: Coded = cells[roster.grade, Kind.GRADE]
    values = _inputs(model, cells, grade)
    status = _statuses(model, cells, values)
    rows = np.flatnonzero(status == SCORED)
    scored = score(model.card, {name: _take(column, rows) for name, column in values.items()}, TOLD, TOLD)
    told = _spread(np.concatenate([scored.reasons, scored.strengths], axis=1).astype(np.int16), rows, status, NONE)
    return Block(
        places=places,
        student_id=cells[roster.student_id, Kind.STUDENT],
        school=cells[roster.school_id, Kind.SCHOOL],
        grade=grade,
        status=status,
        points=_spread(scored.points, rows, status, np.nan),
        told=told,
        told_values=_told_values(model.card, values, told),
        missing=_missing(model.card, values, status),
        spread=scored.spread,
        values=values,
        groups={name: cells[column, Kind.TEXT] for name, column in model.attributes.items()},
    )


def _inputs(model: Model, cells: Mapping[Key, CellValues], grade: Coded) -> Values:
    specs = model.card.specs
    numbers = {column: values for (column, kind), values in cells.items() if kind in NUMBERS}
    texts = {spec.column: cells[spec.column, Kind.TEXT] for spec in specs if spec.type is InputType.CATEGORY}
    return input_values(specs, numbers, texts, grade)


def _statuses(model: Model, cells: Mapping[Key, CellValues], values: Values) -> NDArray[np.int8]:
    roster, cohort = model.serving.roster, model.serving.cohort
    grade: Coded = cells[roster.grade, Kind.GRADE]
    year: Coded = cells[roster.school_year, Kind.YEAR]
    served = np.array([*(name in cohort.grades for name in grade.names), False])[grade.codes]
    now = np.array([*(int(name) == model.year for name in year.names), False])[year.codes]
    enough = known_count(cohort.known_inputs, values) >= cohort.min_known
    return np.where(served & now, np.where(enough, SCORED, NOT_ENOUGH), OUT_OF_SCOPE).astype(np.int8)


def _told_values(card: Scorecard, values: Values, told: NDArray[np.int16]) -> Floats:
    """Give the value of each input that is told, input by input."""
    found = np.full(told.size, np.nan)
    cells = np.argsort(told.reshape(-1), kind="stable")
    ends = np.searchsorted(told.reshape(-1)[cells], np.arange(len(card.tables) + 1))
    rows = cells // told.shape[1]
    for spec, start, end in zip(card.specs, ends[:-1], ends[1:], strict=True):
        column = values[spec.name]
        if isinstance(column, Coded):
            codes = column.codes[rows[start:end]]
            found[cells[start:end]] = np.where(codes >= 0, codes, np.nan)
        else:
            found[cells[start:end]] = column[rows[start:end]]
    return found.reshape(told.shape)


def _missing(card: Scorecard, values: Values, status: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Tell what is missing as scored: a category that the table does not know counts as missing."""
    gone = np.empty((len(status), len(card.tables)), dtype=bool)
    for place, table in enumerate(card.tables):
        gone[:, place] = _gone(table, values[table.spec.name])
    gone[status == OUT_OF_SCOPE] = False
    return gone


def _gone(table: PointsTable, column: "Floats | Coded") -> NDArray[np.bool_]:
    if not isinstance(column, Coded):
        return np.isnan(column)
    known = np.array([name in table.values for name in column.names] + [False])
    return np.asarray(~known[column.codes])


def _take(column: "Floats | Coded", rows: Ints) -> "Floats | Coded":
    if len(rows) == len(column):
        return column
    return column.take(rows) if isinstance(column, Coded) else column[rows]


def _spread(part: "np.ndarray", rows: Ints, status: NDArray[np.int8], otherwise: float) -> "np.ndarray":
    if len(rows) == len(status):
        return part
    whole = np.full((len(status), *part.shape[1:]), otherwise, dtype=part.dtype)
    whole[rows] = part
    return whole
