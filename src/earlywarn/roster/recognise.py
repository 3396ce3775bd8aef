"""What a column seems to be, by its name alone; a guess for a person to confirm, refuses nothing.

Whatever might be a group of students is taken for one: as a group it can do no harm in a model.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


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


KEYS: Mapping[str, frozenset[str]] = {
    "student_id": frozenset(
        "student_id id studentid student_number student_no student stu_id sid pupil_id local_id state_id ssid".split()
    ),
    "school_id": frozenset("school_id sch school schoolid school_number school_no school_code campus campus_id".split()),
    "school_year": frozenset("school_year year schoolyear sy yr academic_year year_end".split()),
    "grade": frozenset("grade gr grade_level gradelevel grd grade_lvl".split()),
}

GROUPS: Mapping[str, frozenset[str]] = {
    "sex": frozenset("sex gender sx".split()),
    "race": frozenset("race ethnicity eth ethnic raceeth hispanic latino".split()),
    "lunch": frozenset("lunch frl frpl ses economically disadvantaged ecdis poverty income econ".split()),
    "language": frozenset("ell lep esl el english_learner learner language multilingual".split()),
    "disability": frozenset("disability disabled disabilities sped special iep swd 504".split()),
    "housing": frozenset("homeless housing mckinney unhoused".split()),
    "foster": frozenset({"foster"}),
    "migrant": frozenset("migrant immigrant refugee country nationality citizenship".split()),
    "military": frozenset({"military"}),
    "religion": frozenset({"religion"}),
}

TITLES: Mapping[str, str] = {
    "sex": "Sex",
    "race": "Race and ethnicity",
    "lunch": "Free or reduced-price lunch",
    "language": "English learner",
    "disability": "Disability",
    "housing": "Housing",
    "foster": "Foster care",
    "migrant": "Migrant",
    "military": "Military family",
    "religion": "Religion",
}

SUBJECTS: Mapping[str, frozenset[str]] = {
    "reading": frozenset("read reading ela rla literacy".split()),
    "mathematics": frozenset("math maths mathematics mth".split()),
    "science": frozenset("science sci".split()),
    "writing": frozenset({"writing"}),
}

_RESULT_WORDS = frozenset("score scores scale scaled ss result results test points".split())
_BEFORE = frozenset("before prior prev previous last ly".split())
_LATER = frozenset("next later after future outcome graduated graduate dropout dropped promoted final".split())
_NO_INPUT = frozenset(
    "id number no num code zip zipcode postal phone email name first last middle address street ssn dob birth "
    "birthdate birthday date teacher counselor".split()
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
    if key := next((key for key, names in KEYS.items() if joined in names), None):
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
    return re.findall(r"[a-z]+|[0-9]+", parted.lower())


def _result(words: set[str]) -> Guess | None:
    for subject, names in SUBJECTS.items():
        if names & words and not words - names - _RESULT_WORDS - _BEFORE:
            return Guess(Role.RESULT, subject, years_ago=1 if words & _BEFORE else 0)
    return None
