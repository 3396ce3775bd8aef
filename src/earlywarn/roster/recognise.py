"""What a column seems to be, by its name alone; a guess for a person to confirm, refuses nothing.

Whatever might be a group of students is taken for one: as a group it can do no harm in a model.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from earlywarn.roster.vocabulary import generic, plain


class Role(StrEnum):
    """What a column seems to be for."""

    KEY = "key"
    GROUP = "group"
    RESULT = "result"
    LATER = "known only later"
    LEFT_OUT = "no input"
    OTHER = "other"


@dataclass(frozen=True)
class Guess:
    """A role, and what goes with it: the key, the group's name, or the subject and its age in years."""

    role: Role
    name: str = ""
    years_ago: int = 0


KEYS: Mapping[str, tuple[str, ...]] = {
    key: (*generic()["names"][key], *generic()["likely"][key], key)
    for key in ("student_id", "school_id", "school_year", "grade")
}
"""Names that the keys of a roster are known by."""

GROUPS: Mapping[str, frozenset[str]] = {name: frozenset(words) for name, words in generic()["group_words"].items()}
TITLES: Mapping[str, str] = generic()["group_titles"]
SUBJECTS: Mapping[str, frozenset[str]] = {name: frozenset(words) for name, words in generic()["subject_words"].items()}

_KEYS = {key: frozenset(map(plain, names)) for key, names in KEYS.items()}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_RESULT_WORDS = _words("score scores scale scaled ss result results test points")
_BEFORE = _words("before prior prev previous last ly")
_LATER = _words("next later after future outcome graduated graduate dropout dropped promoted final")
_NO_INPUT = _words(
    "id number no num code zip zipcode postal phone email name first last middle address street ssn dob birth"
    " birthdate birthday date teacher counselor"
)


def guess(column: str) -> Guess:
    """Guess what a column is by the words of its name.

    Examples
    --------
    >>> guess("Grade Level").name, guess("ELA_scale_score_prior").years_ago
    ('grade', 1)
    >>> guess("home_language").role.value, guess("days_absent").role.value
    ('group', 'other')
    """
    words = column_words(column)
    joined = "_".join(words)
    if key := next((key for key, names in _KEYS.items() if plain(column) in names), None):
        return Guess(Role.KEY, key)
    if group := next((group for group, names in GROUPS.items() if names & {*words, joined}), None):
        return Guess(Role.GROUP, group)
    if _LATER & set(words):
        return Guess(Role.LATER)
    if result := _result(set(words)):
        return result
    return Guess(Role.LEFT_OUT if _NO_INPUT & set(words) else Role.OTHER)


def column_words(column: str) -> list[str]:
    """Part a column's name into lower-case words: "GradeLevel 2" gives grade, level, 2."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)
    return re.findall(r"[^\W\d_]+|\d+", parted.lower())


def _result(words: set[str]) -> Guess | None:
    for subject, names in SUBJECTS.items():
        if names & words and not words - names - _RESULT_WORDS - _BEFORE:
            return Guess(Role.RESULT, subject, years_ago=1 if words & _BEFORE else 0)
    return None
