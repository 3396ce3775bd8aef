"""The common standard: one cut and spread per subject and grade, the same for every student."""

from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, model_validator

Name = Annotated[str, Field(min_length=1)]
"""A text that says something."""


class Section(BaseModel):
    """A part of the TOML: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Cut(Section):
    """A result below ``cut`` misses the standard; ``spread`` is the grade's standard deviation."""

    subject: Name
    grade: Name
    cut: float
    spread: PositiveFloat


class Standard(Section):
    """What every student should reach, by subject and grade; grades stand in ascending order."""

    id: Name
    title: Name
    grades: tuple[Name, ...] = Field(min_length=2)
    cuts: tuple[Cut, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def one_bar_for_everyone(self) -> Self:
        """Refuse two cuts for one subject and grade, unknown grades and gaps."""
        seen: dict[tuple[str, str], Cut] = {}
        for cut in self.cuts:
            if cut.grade not in self.grades:
                raise ValueError(f"a cut names grade '{cut.grade}', which is not in standard.grades")
            if (cut.subject, cut.grade) in seen:
                raise ValueError(
                    f"two cuts for {cut.subject} in grade {cut.grade}: the standard is one bar, the same for everyone"
                )
            seen[cut.subject, cut.grade] = cut
        return self

    @cached_property
    def subjects(self) -> tuple[str, ...]:
        """Subjects in the order of their first cut."""
        return tuple(dict.fromkeys(cut.subject for cut in self.cuts))

    def bar(self, subject: str, grade: str) -> tuple[float, float] | None:
        """Give (cut, spread) or None where the standard says nothing."""
        for cut in self.cuts:
            if (cut.subject, cut.grade) == (subject, grade):
                return cut.cut, cut.spread
        return None

    def next_grade(self, grade: str) -> str | None:
        """Give the grade after this one, None after the last or for an unknown one."""
        if grade not in self.grades[:-1]:
            return None
        return self.grades[self.grades.index(grade) + 1]

    def bars_by_present_grade(self, subject: str, years_ago: int) -> dict[str, tuple[float, float]]:
        """Give, by a student's present grade, the (cut, spread) of a result ``years_ago`` grades earlier."""
        bars: dict[str, Any] = {}
        for place, grade in enumerate(self.grades):
            if place >= years_ago and (bar := self.bar(subject, self.grades[place - years_ago])):
                bars[grade] = bar
        return bars
