"""The other sections of an experiment; each refuses what could not be meant."""

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, PositiveInt, model_validator

from earlywarn.catalogue import BY_NAME, MAPPED_ELSEWHERE, PEOPLE_COLUMNS, Column
from earlywarn.columns import Direction, InputType
from earlywarn.config.reading import Reading
from earlywarn.config.standard import Name, Section

Share = Annotated[float, Field(gt=0, lt=1)]
Quarantined = Annotated[float, Field(ge=0, lt=1)]

WORDS_FOR_MISSING = ("", "NA", "N/A", "NULL", "null", ".")


class RosterMap(Section):
    """Which column of the district's file is what; all ids are text."""

    student_id: Name = "student_id"
    school_id: Name = "school_id"
    school_year: Name = "school_year"
    grade: Name = "grade"
    results: dict[Name, Name] = Field(default_factory=dict, description="subject -> column of this year's result")
    columns: dict[Name, Name] = Field(default_factory=dict, description="canonical column -> the file's column")
    dates: Literal["auto", "month first", "day first"] = "auto"
    missing: tuple[str, ...] = WORDS_FOR_MISSING
    max_quarantined: Quarantined = 0.02
    reading: Reading = Reading()

    @model_validator(mode="after")
    def canonical_columns(self) -> Self:
        """Each name on the left of ``columns`` stands in the catalogue, and each column of the file has one meaning."""
        if faults := [*_column_faults(self.columns)]:
            raise ValueError("\n".join(faults))
        return self

    @cached_property
    def canonical(self) -> dict[str, Column]:
        """The catalogue's column by the file's."""
        return {theirs: BY_NAME[ours] for ours, theirs in self.columns.items()}


def _column_faults(columns: Mapping[str, str]) -> Iterator[str]:
    for name in columns:
        if name in PEOPLE_COLUMNS:
            yield f"columns.{name} belongs to the people file, which never enters training; remove it"
        elif name in MAPPED_ELSEWHERE:
            yield f"columns.{name} is a key: write it as roster.{name}"
        elif name not in BY_NAME:
            near = difflib.get_close_matches(name, [*BY_NAME], n=1, cutoff=0.5)
            hint = f"did you mean '{near[0]}'?" if near else "docs/contract.md has every column"
            yield f"columns.{name} is no column of the contract; {hint}"
    twice = [theirs for theirs, count in Counter(columns.values()).items() if count > 1]
    yield from (f"columns names the file's column '{theirs}' twice: one meaning a column" for theirs in twice)


class Cohort(Section):
    """Who is served, when the outcome is known, and who tests: a later year, or schools held out."""

    grades: tuple[Name, ...] = Field(min_length=1)
    test_year: int = Field(ge=1900, le=2200)
    test_schools: Share | None = None
    outcome_years: int = Field(default=1, ge=1, le=20)
    year_ends: Annotated[str, Field(pattern=r"^\d\d-\d\d$")] = "06-30"
    min_known: PositiveInt = 1
    known_inputs: tuple[Name, ...] = Field(min_length=1)
    folds: int = Field(default=5, ge=2, le=50)
    note: str = ""

    def as_of(self, school_year: int) -> date:
        """Give the last day of a school year, on which its rows are known."""
        return date.fromisoformat(f"{school_year:04d}-{self.year_ends}")

    @property
    def lessons_end(self) -> date:
        """The day by which every outcome that teaches is known; with schools held out, that of the test's outcomes."""
        return self.as_of(self.test_year if self.test_schools is None else self.test_year + self.outcome_years)

    def school_year(self, day: date) -> int:
        """Give the school year (the calendar year in which it ends) that a day lies in."""
        return day.year if day <= self.as_of(day.year) else day.year + 1

    @model_validator(mode="after")
    def a_real_day(self) -> Self:
        """Refuse a year_ends such as 02-30."""
        try:
            self.as_of(2001)
        except ValueError:
            raise ValueError(
                'year_ends is no day of every year: write the last day as month-day, such as "06-30"'
            ) from None
        return self


class Feature(Section):
    """One input of the models."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    type: InputType
    title: Name
    column: Name
    unit: str = ""
    risk: Direction | None = None
    changeable: bool = False
    subject: str | None = None
    years_ago: int = Field(default=0, ge=0, le=5)
    minimum: float | None = None
    maximum: float | None = None

    @model_validator(mode="after")
    def keys_fit_the_type(self) -> Self:
        """A result names its subject; a category has no direction and no range."""
        if (self.type is InputType.RESULT) != (self.subject is not None):
            raise ValueError("'subject' belongs to type = \"result\", and only there")
        if self.type is InputType.CATEGORY and (self.risk or self.minimum is not None or self.maximum is not None):
            raise ValueError("a category has no 'risk' direction, 'minimum' or 'maximum'")
        if self.years_ago and self.type is not InputType.RESULT:
            raise ValueError("'years_ago' belongs to type = \"result\"")
        return self


class Attribute(Section):
    """One attribute of students for the audit; never an input."""

    column: Name
    title: Name
    values: dict[str, str] = Field(default_factory=dict, description="code -> words for people")
    reference: str | None = None

    @model_validator(mode="after")
    def a_declared_reference(self) -> Self:
        """The reference is one of the declared values."""
        if self.reference is not None and self.reference not in self.values:
            raise ValueError(f"reference '{self.reference}' is not among the declared values")
        return self


class Groups(Section):
    """Who is compared with whom in the audit."""

    attributes: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Attribute] = Field(min_length=1)
    depth: int = Field(default=2, ge=1)
    privacy_minimum: int = Field(default=10, ge=5)


class Capacity(Section):
    """How many students the district can support, as a share of the roster in scope."""

    share: Share = 0.20


class Indicator(Section):
    """One of the district's present rules: met below or above a value of an input; missing never meets it."""

    input: Name
    below: float | None = None
    above: float | None = None

    @model_validator(mode="after")
    def one_side(self) -> Self:
        """Either below or above."""
        if (self.below is None) == (self.above is None):
            raise ValueError("give either 'below' or 'above'")
        return self


Promotable = Literal["logistic", "piecewise", "additive_boosting"]
PROMOTABLE: tuple[Promotable, ...] = ("logistic", "piecewise", "additive_boosting")


class Candidates(Section):
    """What is fitted; ``simplest_first`` is the order of simplicity among those that may be promoted."""

    simplest_first: tuple[Promotable, ...] = PROMOTABLE
    last_result: tuple[Name, ...] = Field(min_length=1, description="inputs of the baseline 'last result alone'")
    use: Name | None = Field(default=None, description="taken in place of the automatic choice")
    reason: Name | None = None

    @model_validator(mode="after")
    def a_choice_has_its_reason(self) -> Self:
        """What is taken in place of the automatic choice stays on the record, and so does why."""
        if (self.use is None) != (self.reason is None):
            raise ValueError("'use' and 'reason' belong together: say which candidate, and why")
        return self


class Level(Section):
    """A word for a span of risk, from ``start`` up to the next level's."""

    name: Name
    start: float = Field(ge=0, lt=1)


def level_faults(levels: Sequence[Level]) -> list[str]:
    """Say what is wrong with a list of levels, highest start first."""
    starts = [level.start for level in levels]
    if starts != sorted(starts, reverse=True) or len(set(starts)) != len(starts) or starts[-1] != 0:
        return ["levels must stand from the highest start to the lowest, and the lowest starts at 0"]
    if len({level.name for level in levels}) != len(levels):
        return ["two levels have the same name"]
    return []


class Evidence(Section):
    """What a figure needs before it is judged."""

    schools: float = Field(default=8, ge=2)
    students: int = Field(default=30, ge=1)
    events: int = Field(default=10, ge=1)
    non_events: int = Field(default=10, ge=1)


Judged = Literal[
    "same_risk_gap",
    "excess_overlooked",
    "excess_false_alarms",
    "recall_gain",
    "recall_drift",
    "not_scored_share",
]
HELD_AGAINST = ("recall_gain", "recall_drift")
"""Measures that hold one list against another on the same students, and so have an overall value."""


class Rule(Section):
    """One limit: within ``at_least`` and ``at_most``, overall or for each group."""

    name: Name
    measure: Judged
    scope: Literal["groups", "overall"] = "groups"
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def some_limit(self) -> Self:
        """A rule without a limit judges nothing; some measures exist only as a comparison."""
        if self.at_least is None and self.at_most is None:
            raise ValueError("give 'at_least', 'at_most' or both")
        if self.scope == "overall" and self.measure not in HELD_AGAINST:
            raise ValueError(f"'{self.measure}' compares groups and has no overall value")
        return self


DEFAULT_RULES = (
    Rule(name="same-risk-gap", measure="same_risk_gap", at_least=-0.05, at_most=0.05),
    Rule(name="excess-overlooked", measure="excess_overlooked", at_most=0.10),
    Rule(name="excess-false-alarms", measure="excess_false_alarms", at_most=0.05),
    Rule(name="recall-gain", measure="recall_gain", scope="overall", at_least=0.0),
    Rule(name="recall-gain-by-group", measure="recall_gain", at_least=-0.05),
    Rule(name="coverage", measure="not_scored_share", at_most=0.10),
    Rule(name="drift", measure="recall_drift", at_least=-0.05),
)


class Gate(Section):
    """The rules, how sure one must be, and how long a provisional verdict holds."""

    rules: tuple[Rule, ...] = DEFAULT_RULES
    confidence: Annotated[float, Field(ge=0.8, lt=1)] = 0.90
    evidence: Evidence = Evidence()
    undecided_share: Share = 0.05
    provisional_days: PositiveInt = 365

    @model_validator(mode="after")
    def names_differ(self) -> Self:
        """A waiver names a rule, so names are unique."""
        if len({rule.name for rule in self.rules}) != len(self.rules):
            raise ValueError("two rules have the same name")
        return self


class Waiver(Section):
    """Who lets which failed rules pass, and why; it stays on the record."""

    rules: tuple[Name, ...] = Field(min_length=1)
    by: Name
    reason: Name


class Demo(Section):
    """What the demo needs beyond the experiment."""

    roster_schools: PositiveInt = 20
    waiver: Waiver | None = None
