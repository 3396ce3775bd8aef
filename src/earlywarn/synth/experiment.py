"""The experiment TOML that goes with a made-up state, ready for check, train and score."""

import json
from collections.abc import Iterator

from earlywarn.synth import assumed
from earlywarn.synth.rows import MADE_UP, ROSTER_COLUMNS
from earlywarn.synth.zones import Plan

SERVED = ("3", "4", "5", "6", "7")
"""Grades whose next year has a state test."""

ELSEWHERE = ("student_id", "school_id", "school_year", "grade", "result_reading", "result_mathematics", MADE_UP)
"""Columns that the config names in other places, or not at all."""

_TITLES = {"reading": "Reading", "mathematics": "Mathematics"}
_GROUPS: dict[str, tuple[str, dict[str, str], str]] = {
    "sex": ("Sex", {"F": "Girls", "M": "Boys", "X": "Not stated or another"}, ""),
    "race_1997": (
        "Race and ethnicity (categories of 1997)",
        {
            "H": "Hispanic or Latino", "A": "Asian", "B": "Black", "I": "American Indian or Alaska Native",
            "P": "Native Hawaiian or Pacific Islander", "W": "White", "M": "Two or more races",
        },
        "W",
    ),
    "lunch": ("Free or reduced-price lunch", {"F": "Free", "R": "Reduced price", "N": "Neither"}, "N"),
    "language": (
        "English learner",
        {"Y": "English learner", "N": "Not an English learner"},
        "N",
    ),
    "disability": ("Disability", {"Y": "With a disability", "N": "Without a disability"}, "N"),
    "housing": (
        "Housing",
        {"N": "Housed", "D": "Doubled up", "S": "Shelter", "H": "Hotel or motel", "U": "Unsheltered"},
        "N",
    ),
}  # fmt: skip
_NUMBERS = (
    ("attendance_rate", "Share of enrolled days present", "lower", 0, 1),
    ("incidents", "Behaviour incidents this year", "higher", 0, 366),
    ("mark_reading", "Course mark in reading", "lower", 0, 100),
    ("mark_mathematics", "Course mark in mathematics", "lower", 0, 100),
)


def experiment_toml(plan: Plan) -> str:
    """Give the TOML: one standard, all groups apart, last year's rows to learn from, the last but one to test."""
    parts = (_top(), _standard(), _roster(), _cohort(plan), _features(), _groups(), _rest())
    return "\n".join(line for part in parts for line in part) + "\n"


def _top() -> Iterator[str]:
    yield "# MADE UP: this experiment belongs to a state that 'earlywarn synth' invented. No student in it exists."
    yield 'name = "made-up-state"'
    yield 'title = "A made-up state: the standard at the end of the next grade"'
    yield "seed = 1"


def _standard() -> Iterator[str]:
    yield "\n[standard]"
    yield 'id = "made-up-standard"'
    yield 'title = "made up: reading and mathematics at grade level by the end of the next grade"'
    yield f"grades = {json.dumps(assumed.GRADES)}"
    yield "cuts = ["
    for subject in _TITLES:
        for grade in assumed.TESTED:
            cut = assumed.cut_of(int(grade))
            yield f'  {{ subject = "{subject}", grade = "{grade}", cut = {cut:g}, spread = 48 }},'
    yield "]"


def _roster() -> Iterator[str]:
    yield "\n[roster]"
    yield 'results = { reading = "result_reading", mathematics = "result_mathematics" }'
    yield "max_quarantined = 0.02"
    yield "\n# Canonical column -> the file's own; here they are the same."
    yield "[roster.columns]"
    yield from (f'{name} = "{name}"' for name in ROSTER_COLUMNS if name not in ELSEWHERE)


def _cohort(plan: Plan) -> Iterator[str]:
    yield "\n# The newest year has no outcome yet: the year before it tests, the years before that teach."
    yield "[cohort]"
    yield f"grades = {json.dumps(SERVED)}"
    yield f"test_year = {max(assumed.NEWEST_YEAR - 1, plan.school_years[0])}"
    yield 'known_inputs = ["reading", "mathematics"]'
    yield "min_known = 1"


def _features() -> Iterator[str]:
    for years_ago, ending in ((0, ""), (1, "_last")):
        for subject, title in _TITLES.items():
            yield "\n[[features]]"
            yield f'name = "{subject}{ending}"\ntype = "result"\nsubject = "{subject}"'
            if years_ago:
                yield f"years_ago = {years_ago}"
            yield f'column = "result_{subject}{ending}"'
            yield f'title = "{title} result{" a year earlier" if years_ago else ""}"'
            yield f"minimum = {assumed.SCALE_MINIMUM}\nmaximum = {assumed.SCALE_MAXIMUM}"
            yield 'unit = "points"\nrisk = "lower"'
    for name, title, risk, least, most in _NUMBERS:
        yield f'\n[[features]]\nname = "{name}"\ntype = "number"\ncolumn = "{name}"\ntitle = "{title}"'
        yield f'minimum = {least}\nmaximum = {most}\nrisk = "{risk}"\nchangeable = true'


def _groups() -> Iterator[str]:
    yield "\n# For the audit only: a group is never an input, a reason or a word on a list."
    yield "[groups]\nprivacy_minimum = 10\ndepth = 1"
    for name, (title, values, reference) in _GROUPS.items():
        yield f'\n[groups.attributes.{name}]\ncolumn = "{name}"\ntitle = "{title}"'
        inner = ", ".join(f'{code} = "{words}"' for code, words in values.items())
        yield f"values = {{ {inner} }}"
        if reference:
            yield f'reference = "{reference}"'


def _rest() -> Iterator[str]:
    yield "\n[capacity]\nshare = 0.20"
    for subject in _TITLES:
        yield f'\n[[indicators]]\ninput = "{subject}"\nbelow = 0.0'
    yield '\n[[indicators]]\ninput = "attendance_rate"\nbelow = 0.9'
    yield '\n[candidates]\nlast_result = ["reading", "mathematics"]'
    for name, start in (("High", 0.5), ("Moderate", 0.25), ("Low", 0.0)):
        yield f'\n[[levels]]\nname = "{name}"\nstart = {start}'
