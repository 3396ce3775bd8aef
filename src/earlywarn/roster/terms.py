"""What one column must be, as a record: its kind, and what it allows. Judges nothing itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

import numpy as np

from earlywarn.roster.dates import Order
from earlywarn.roster.units import Unit


class Kind(StrEnum):
    """What a column of a roster is."""

    STUDENT = "student id, text"
    SCHOOL = "school id, text"
    COUNSELOR = "counselor id, text"
    YEAR = "school year, whole number"
    GRADE = "grade, text"
    NUMBER = "number"
    SHARE = "share, number"
    DATE = "date"
    TEXT = "text"
    SCORE = "score, number"
    OUTCOME = "outcome, code"
    FLAG = "flag, code"


NUMBERS = frozenset({Kind.NUMBER, Kind.SHARE, Kind.DATE, Kind.SCORE})
"""The kinds whose values are numbers; a date is days since 1970."""

PARSED_AS_NUMBERS = frozenset({Kind.NUMBER, Kind.SHARE, Kind.SCORE})
"""The kinds whose cells are numbers in the file, where nothing is wrong."""


class Answers(StrEnum):
    """How many codes a cell may hold."""

    ANY = "not said"
    ONE = "one"
    SEVERAL = "several, joined by ;"


class Breach(IntEnum):
    """What can be wrong with a cell; a cell has at most one."""

    NONE = 0
    BLANK = 1
    NOT_A_YEAR = 2
    NOT_A_GRADE = 3
    WORDS = 4
    PERCENT = 5
    NOT_FINITE = 6
    OUT_OF_RANGE = 7
    NOT_A_CODE = 8
    NOT_A_DATE = 9
    TWO_ORDERS = 10
    TWO_UNITS = 11
    TWO_CODES = 12


@dataclass(frozen=True)
class Term:
    """What one column must be: its kind, the words for missing, the grades, the range or the codes that it allows.

    Attributes
    ----------
    codes
        What each code means; of outcomes and flags as ``config.audit.code`` spells it. Of a text empty where every
        code is allowed; another is no breach, but is told.
    reading
        The order of a column of dates or the unit of one of shares, decided for all of it.
    limits_of_feature
        Whether a feature of the config states the range, or a part of it.
    """

    column: str
    kind: Kind
    missing: frozenset[str] = frozenset({""})
    grades: tuple[str, ...] = ()
    minimum: float = -np.inf
    maximum: float = np.inf
    codes: Mapping[str, str] = field(default_factory=dict)
    answers: Answers = Answers.ANY
    reading: Order | Unit | None = None
    limits_of_feature: bool = False

    def is_known(self, name: str) -> bool:
        """Tell whether a text is made of codes that are declared, or none is."""
        parts = name.split(";") if self.answers is Answers.SEVERAL else [name]
        return not self.codes or all(part.strip() in self.codes for part in parts)
