"""The names, enums and frozen records that cross borders between rooms, each in one place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
Bools = NDArray[np.bool_]
Texts = NDArray[np.object_]

STUDENT_ID, SCHOOL_ID, SCHOOL_YEAR, GRADE = "student_id", "school_id", "school_year", "grade"
"""The keys of a roster row."""

MET, MISSED, UNKNOWN = 0, 1, 2
"""Outcome codes in arrays; unknown is never read as met."""

ROUNDED_TO = 10
"""A count of students that may not be told exactly is told about, as a multiple of this."""


class InputType(StrEnum):
    """How an input's values are read."""

    NUMBER = "number"
    CATEGORY = "category"
    RESULT = "result"


class Direction(StrEnum):
    """Which values of an input go with a higher risk, where the district knows it."""

    HIGHER = "higher"
    LOWER = "lower"


class Status(StrEnum):
    """What became of an accepted row in a score run."""

    SCORED = "scored"
    NOT_ENOUGH_DATA = "not enough data"
    OUT_OF_SCOPE = "out of scope"


class Outcome(StrEnum):
    """What the gate says: of one rule for one group, or of all of it."""

    PASS = "pass"
    PROVISIONAL = "provisional"
    FAIL = "fail"


@dataclass(frozen=True)
class Coded:
    """A text column of few values: ``names[codes[i]]``, with code -1 for missing."""

    codes: NDArray[np.int32]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: NDArray[Any]) -> "Coded":
        """Give the chosen rows (indices or mask), names unchanged."""
        return Coded(self.codes[rows], self.names)

    def texts(self) -> list[str | None]:
        """Give one text a row, None where missing."""
        lookup: list[str | None] = [*self.names, None]
        return [lookup[code] for code in self.codes.tolist()]


@dataclass(frozen=True)
class InputSpec:
    """What one input of a model is: where it comes from and how people call it.

    ``cuts`` holds, for a past result, the (cut, spread) by the student's present grade:
    the input is then the distance to the standard, in spreads of that grade.
    """

    name: str
    column: str
    type: InputType
    title: str
    unit: str = ""
    risk: Direction | None = None
    changeable: bool = False
    cuts: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Refusal:
    """One rule that one row broke; never the value. ``name`` is the rule's for machines, the same for ever."""

    line: int
    column: str
    rule: str
    remedy: str
    file: str = ""
    name: str = ""


@dataclass(frozen=True)
class RowCounts:
    """Rows in = accepted + merged + quarantined, always."""

    rows_in: int
    accepted: int
    merged: int
    quarantined: int

    def __post_init__(self) -> None:
        if self.rows_in != self.accepted + self.merged + self.quarantined:
            raise AssertionError(f"rows do not add up: {self}")


@dataclass(frozen=True)
class Roster:
    """Accepted rows, one per student and school year; holds no group.

    ``numbers`` and ``texts`` are keyed by the roster file's column; a number that is missing is NaN.
    """

    student_id: Texts
    school_id: Coded
    school_year: Ints
    grade: Coded
    numbers: Mapping[str, Floats]
    texts: Mapping[str, Coded]
    lines: Ints

    def __len__(self) -> int:
        return len(self.school_year)

    def take(self, rows: NDArray[Any]) -> "Roster":
        """Give the chosen rows (indices or mask)."""
        return Roster(
            student_id=self.student_id[rows],
            school_id=self.school_id.take(rows),
            school_year=self.school_year[rows],
            grade=self.grade.take(rows),
            numbers={name: values[rows] for name, values in self.numbers.items()},
            texts={name: values.take(rows) for name, values in self.texts.items()},
            lines=self.lines[rows],
        )


@dataclass(frozen=True, slots=True)
class Person:
    """A student as people know them; "" and None where the people file says nothing. For the desk alone."""

    student_id: str
    first_name: str
    last_name: str
    preferred_name: str
    birth_date: date | None
    counselor_id: str
    counselor_name: str


@dataclass(frozen=True)
class People:
    """The students of a people file, each once and in its order, and what became of every row.

    Attributes
    ----------
    made_up
        The file says of all its rows that nobody bears these names.
    refusals
        One or more for each row that was refused; never a value.
    notices
        In words, what the desk will lack; no value in them.
    """

    file: str
    sha256: str
    students: tuple[Person, ...]
    made_up: bool
    counts: RowCounts
    refusals: tuple[Refusal, ...]
    notices: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.students)
