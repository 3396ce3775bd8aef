"""What the made-up state assumes: every number that is invented, in one place; none was fitted to real students.

The sizes are those that people who know schools would nod at, no more. Race has no effect of its own on a
result: its base rates differ through school, lunch, language and disability alone.
"""

from collections.abc import Mapping

GRADES = ("K", *map(str, range(1, 13)))
TESTED = ("3", "4", "5", "6", "7", "8")
NEWEST_YEAR = 2026
"""The calendar year in which the newest made-up school year ends."""

FIRST_DAY, LAST_DAY = "08-25", "06-12"
SCHOOL_DAYS = 180

LEVELS: Mapping[str, tuple[str, str]] = {"elementary": ("K", "5"), "middle": ("6", "8"), "high": ("9", "12")}
TYPICAL_ZONE, ZONE_SPREAD = 2_400, 0.55
"""Students of a middle zone (elementary schools, one middle and one high school) and the spread of its log."""

SMALLEST_ZONE, LARGEST_ZONE = 130, 6_000
TYPICAL_ELEMENTARY = 420
ZONES_AT_LEAST = 8
"""A state of few students has small zones rather than few."""

LEAVE, LEAVE_LUNCH, LEAVE_HOUSING, LEAVE_NEW = 0.05, 0.04, 0.12, 0.06
"""Chance of leaving the state after a year: anyone; more with lunch support, without housing, in the first year."""

UNTESTED, UNTESTED_LUNCH, UNTESTED_DISABILITY, UNTESTED_ABSENT, UNTESTED_NEW_LEARNER = 0.01, 0.02, 0.02, 0.06, 0.30
"""Chance of no test result: anyone; more with lunch support, with a disability, absent often, new and an
English learner."""

RACES = ("H", "A", "B", "I", "P", "W", "M")
RACE_SHARES = (0.27, 0.06, 0.15, 0.012, 0.005, 0.453, 0.05)
RACE_BY_POVERTY = (2.0, -1.5, 2.0, 1.0, 0.5, -2.0, 0.0)
"""Slope of a race's log share in the zone's share of lunch support."""

LUNCH_BY_RACE = (0.45, -0.2, 0.5, 0.5, 0.3, -0.4, 0.0)
LEARNER_BY_RACE = (0.34, 0.22, 0.03, 0.04, 0.12, 0.01, 0.02)
"""Chance of being an English learner at entry to kindergarten."""

RACES_2024: Mapping[str, tuple[tuple[str, float], ...]] = {
    "H": (("H", 0.60), ("H;W", 0.34), ("B;H", 0.06)),
    "A": (("A", 1.0),),
    "B": (("B", 0.97), ("B;M", 0.03)),
    "I": (("I", 1.0),),
    "P": (("P", 1.0),),
    "W": (("W", 0.95), ("M", 0.035), ("M;W", 0.015)),
    "M": (("B;W", 0.40), ("A;W", 0.30), ("I;W", 0.20), ("A;B", 0.10)),
}
"""What students of each category of 1997 answer to the one question of 2024."""

LUNCH_A_YEAR, SPECIAL_EDUCATION, SPECIAL_EDUCATION_A_YEAR = 0.020, 0.110, 0.008
SKILL_A_YEAR = -0.03
"""Drift: share with lunch support, share in special education, and skill in its standard deviations, a year."""

SHIFTED_SUBJECT, SCALE_SHIFT = "mathematics", 6.0
"""A new test form: in the newest of several years this subject's scale stands so many points higher."""

SKILL_SPREAD, SUBJECT_SPREAD, TEST_NOISE, SKILL_CHANGE = 0.70, 0.34, 0.80, 0.28
SKILL_LUNCH, SKILL_DISABILITY, SKILL_LEARNER, SKILL_ZONE = -0.45, -0.65, -0.50, 0.22
SKILL_CENTRE = 0.36
SKILL_ABSENT, SKILL_INCIDENT, SKILL_TUTORING = -1.2, -0.05, 0.06
"""What a year changes: a day absent of each enrolled, an incident, tutoring."""

SCALE_POINTS = 40.0
SCALE_START, SCALE_A_GRADE = 400.0, 15.0
CUT_BELOW_CENTRE = 30.0
SCALE_MINIMUM, SCALE_MAXIMUM = 150, 850


def scale_centre(grade: int) -> float:
    """Give the middle of a grade's scale, in points; kindergarten is grade 0."""
    return SCALE_START + SCALE_A_GRADE * grade


def cut_of(grade: int) -> float:
    """Give the standard of a grade, in points: the same in every year and for everyone."""
    return scale_centre(grade) - CUT_BELOW_CENTRE
