"""The column contract as one table: every canonical column, its kind, unit, range and codes; refuses nothing itself.

A district's file may call its columns as it likes: ``[roster.columns]`` leads from a canonical name to the file's own.
``docs/contract.md`` is made from this table.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf


class Nature(StrEnum):
    """How the cells of a column are read."""

    ID = "id, text"
    GRADE = "grade, text"
    TEXT = "text"
    YEAR = "school year"
    DATE = "date"
    NUMBER = "number"
    SHARE = "share"
    CODE = "code"
    CODES = "codes, several joined by ;"


class Family(StrEnum):
    """What a column is for; the order is that of the page."""

    KEYS = "Keys"
    ATTENDANCE = "Attendance"
    BEHAVIOUR = "Behaviour"
    COURSES = "Course performance"
    RESULTS = "Prior results"
    GROUPS = "Groups"
    PROGRAMMES = "Programmes"
    OUTCOMES = "Outcomes"
    PEOPLE = "People"


@dataclass(frozen=True)
class Column:
    """One canonical column.

    Attributes
    ----------
    minimum, maximum
        A number outside of them is refused.
    codes
        Code -> words; empty where every code is the district's own.
    is_count
        A count of days or events: two spells of one student in one year add up.
    """

    name: str
    family: Family
    nature: Nature
    meaning: str
    unit: str = ""
    minimum: float = -inf
    maximum: float = inf
    codes: Mapping[str, str] = field(default_factory=dict)
    is_count: bool = False


YES_NO = {"Y": "yes", "N": "no"}
RACE_1997 = {
    "H": "Hispanic or Latino of any race",
    "A": "Asian",
    "B": "Black or African American",
    "I": "American Indian or Alaska Native",
    "P": "Native Hawaiian or Pacific Islander",
    "W": "White",
    "M": "two or more races",
}
RACE_2024 = {
    "I": "American Indian or Alaska Native",
    "A": "Asian",
    "B": "Black or African American",
    "H": "Hispanic or Latino",
    "M": "Middle Eastern or North African",
    "P": "Native Hawaiian or Pacific Islander",
    "W": "White",
}
SEX = {"F": "female", "M": "male", "X": "another or not stated"}
LUNCH = {"F": "free", "R": "reduced price", "N": "paid"}
LANGUAGE = {"Y": "English learner", "R": "was an English learner", "N": "never an English learner"}
HOUSING = {"N": "stable housing", "D": "doubled up", "S": "shelter", "H": "hotel or motel", "U": "unsheltered"}


def _days(name: str, meaning: str) -> Column:
    return Column(name, Family.ATTENDANCE, Nature.NUMBER, meaning, "days", 0, is_count=True)


def _events(name: str, meaning: str, unit: str) -> Column:
    return Column(name, Family.BEHAVIOUR, Nature.NUMBER, meaning, unit, 0, is_count=True)


def _flag(name: str, family: Family, meaning: str) -> Column:
    return Column(name, family, Nature.CODE, meaning, codes=YES_NO)


CATALOGUE: tuple[Column, ...] = (
    Column("student_id", Family.KEYS, Nature.ID, "the student; leading zeros count"),
    Column("school_id", Family.KEYS, Nature.ID, "the school of this row"),
    Column("school_year", Family.KEYS, Nature.YEAR, "the year in which the school year ends", "year", 1900, 2200),
    Column("grade", Family.KEYS, Nature.GRADE, "as `standard.grades` writes it"),
    Column("as_of", Family.KEYS, Nature.DATE, "the day on which the row was true; within its school year"),
    Column("entry_date", Family.KEYS, Nature.DATE, "first day of this spell at this school"),
    Column("exit_date", Family.KEYS, Nature.DATE, "last day of this spell; blank while enrolled"),
    _days("days_enrolled", "school days on the rolls, at most 366"),
    _days("days_absent", "of these absent, excused or not; at most days_enrolled"),
    _days("days_absent_excused", "of the days absent those excused"),
    _days("days_tardy", "of the days enrolled those begun late"),
    Column("attendance_rate", Family.ATTENDANCE, Nature.SHARE, "share of the days enrolled", "0-1 or percent", 0, 1),
    _events("incidents", "recorded incidents", "incidents"),
    _events("suspensions", "times suspended, in or out of school", "times"),
    _events("days_suspended", "school days lost to them", "days"),
    Column("gpa", Family.COURSES, Nature.NUMBER, "grade point average", "points", 0, 5),
    Column("credits_earned", Family.COURSES, Nature.NUMBER, "at most credits_attempted", "credits", 0),
    Column("credits_attempted", Family.COURSES, Nature.NUMBER, "credits of all courses begun", "credits", 0),
    Column("courses_failed", Family.COURSES, Nature.NUMBER, "courses without credit", "courses", 0),
    Column("mark_reading", Family.COURSES, Nature.NUMBER, "course mark in reading or English", "points", 0, 100),
    Column("mark_mathematics", Family.COURSES, Nature.NUMBER, "course mark in mathematics", "points", 0, 100),
    Column("result_reading", Family.RESULTS, Nature.NUMBER, "this year's state test", "scale score"),
    Column("result_mathematics", Family.RESULTS, Nature.NUMBER, "this year's state test", "scale score"),
    Column("result_reading_last", Family.RESULTS, Nature.NUMBER, "last year's state test", "scale score"),
    Column("result_mathematics_last", Family.RESULTS, Nature.NUMBER, "last year's state test", "scale score"),
    Column("sex", Family.GROUPS, Nature.CODE, "as the district records it", codes=SEX),
    Column("race_1997", Family.GROUPS, Nature.CODE, "the federal categories of 1997: one code", codes=RACE_1997),
    Column("race_2024", Family.GROUPS, Nature.CODES, "the federal categories of 2024: one question, many answers",
           codes=RACE_2024),
    Column("lunch", Family.GROUPS, Nature.CODE, "school meals", codes=LUNCH),
    Column("language", Family.GROUPS, Nature.CODE, "whether the student learns English", codes=LANGUAGE),
    _flag("disability", Family.GROUPS, "has a disability on record"),
    Column("housing", Family.GROUPS, Nature.CODE, "where the student lives", codes=HOUSING),
    _flag("foster", Family.GROUPS, "in foster care"),
    _flag("migrant", Family.GROUPS, "of a migrant family"),
    _flag("military", Family.GROUPS, "of a military family"),
    _flag("special_education", Family.PROGRAMMES, "has an individual education programme"),
    _flag("section_504", Family.PROGRAMMES, "has a plan under section 504"),
    _flag("english_services", Family.PROGRAMMES, "gets English language services"),
    _flag("gifted", Family.PROGRAMMES, "in a gifted programme"),
    _flag("tutoring", Family.PROGRAMMES, "gets tutoring"),
    _flag("met_standard", Family.OUTCOMES, "met the standard; known only later"),
    Column("outcome_reading", Family.OUTCOMES, Nature.NUMBER, "later result in reading", "scale score"),
    Column("outcome_mathematics", Family.OUTCOMES, Nature.NUMBER, "later result in mathematics", "scale score"),
    _flag("graduated", Family.OUTCOMES, "graduated on time; known only later"),
    Column("first_name", Family.PEOPLE, Nature.TEXT, "for the desk's pages only"),
    Column("last_name", Family.PEOPLE, Nature.TEXT, "for the desk's pages only"),
    Column("preferred_name", Family.PEOPLE, Nature.TEXT, "shown in place of first_name"),
    Column("birth_date", Family.PEOPLE, Nature.DATE, "to tell two students of one name apart"),
    Column("counselor_id", Family.PEOPLE, Nature.ID, "whose caseload the student is on"),
    Column("counselor_name", Family.PEOPLE, Nature.TEXT, "for the desk's pages only"),
)  # fmt: skip

BY_NAME: Mapping[str, Column] = {column.name: column for column in CATALOGUE}

MAPPED_ELSEWHERE = frozenset({"student_id", "school_id", "school_year", "grade"})
"""Canonical columns that have keys of their own in ``[roster]``."""


def of_family(*families: Family) -> tuple[Column, ...]:
    """Give the columns of some families."""
    return tuple(column for column in CATALOGUE if column.family in families)


GROUP_COLUMNS = frozenset(column.name for column in of_family(Family.GROUPS))
PEOPLE_COLUMNS = frozenset(column.name for column in of_family(Family.PEOPLE))
"""Columns of the people file, which never enters training."""


def contract_page() -> str:
    """Give docs/contract.md."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield from _HEAD.splitlines()
    for family in Family:
        yield from ("", f"## {family}", "")
        if words := _BESIDE.get(family):
            yield from (words, "")
        yield from ("| column | kind | unit | range | codes | meaning |", "|---|---|---|---|---|---|")
        yield from (_row(column) for column in of_family(family))


def _row(column: Column) -> str:
    codes = ", ".join(f"`{code}` {words}" for code, words in column.codes.items())
    cells = (f"`{column.name}`", column.nature, column.unit, _range(column), codes, column.meaning)
    return "| " + " | ".join(cells) + " |"


def _range(column: Column) -> str:
    if column.maximum < inf:
        return f"{column.minimum:g} to {column.maximum:g}"
    return f"at least {column.minimum:g}" if column.minimum > -inf else ""


_HEAD = """# The column contract

Made from `src/earlywarn/catalogue.py` by `python -m earlywarn.catalogue`; a test compares. No column but the keys and
the results of the standard is required: what a file has is mapped in the config ([config.md](config.md#roster)),
what is not mapped is not read. How cells are read, which rules hold across columns and rows, and what each broken rule
is called for machines stands in [roster.md](roster.md)."""

_BESIDE = {
    Family.KEYS: "`student_id`, `school_id`, `school_year` and `grade` are required and mapped in `[roster]`; the\n"
    "dates are mapped in `[roster.columns]`. A row is one student, school year and spell of enrolment.",
    Family.ATTENDANCE: "Where a student enrols twice in a year, counts of days add up.",
    Family.BEHAVIOUR: "Where a student enrols twice in a year, counts of events add up.",
    Family.RESULTS: "The results that the standard judges are mapped in `roster.results`.",
    Family.GROUPS: "For the audit alone: a config that names one as a feature is refused. Both federal schemes of\n"
    "race and ethnicity may stand side by side until 2029. Codes in `[groups.attributes]` go before these.",
    Family.OUTCOMES: "Known only later, so never an input.",
    Family.PEOPLE: "A file of its own, with `student_id`: names and caseloads for the desk; read as\n"
    "[handover.md](handover.md) says. It never enters training: a config that names one of these columns as a\n"
    "feature, or maps it in the roster, is refused.",
}

if __name__ == "__main__":
    print(contract_page(), end="")
