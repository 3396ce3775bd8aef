"""The plan of an audit of any system's scores: which column is what; refuses what could not be meant.

Everything in it may be left out. It holds no result: what the files say stands in ``roster.scores_file``.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Annotated, Self, TypeVar

from pydantic import Field, model_validator

from earlywarn.columns import SCHOOL_ID, STUDENT_ID
from earlywarn.config.reading import Reading
from earlywarn.config.sections import (
    WORDS_FOR_MISSING,
    Attribute,
    Capacity,
    Gate,
    Groups,
    Level,
    Quarantined,
    Share,
    level_faults,
)
from earlywarn.config.standard import Name, Section
from earlywarn.printable import short

T = TypeVar("T")

OPTIONAL = ("flagged", "outcome", "school_id", "rules")
"""The keys of columns that a scores file may lack."""


class ScoreIs(StrEnum):
    """What a score says: a risk from 0 to 1, or a rank alone, of which more is only more."""

    RISK = "risk"
    RANK = "rank"


class ScoreColumns(Section):
    """Which column is what; "" means that the file has none, or that it is not to be read."""

    student_id: Name = STUDENT_ID
    score: Name = "score"
    score_is: ScoreIs = ScoreIs.RISK
    flagged: str = "flagged"
    outcome: str = "outcome"
    school_id: str = SCHOOL_ID
    rules: str = Field(default="", description="score of the indicator rules in use today")
    groups_student_id: str = Field(default="", description='the id in the groups file; "" is as student_id')

    @property
    def taken(self) -> tuple[str, ...]:
        """Every column that has a meaning of its own, so that it can be no group."""
        keys = ("student_id", "score", *OPTIONAL)
        return tuple(name for key in keys if (name := str(getattr(self, key))))

    @property
    def id_of_groups(self) -> str:
        """The column of the student's id in the groups file."""
        return self.groups_student_id or self.student_id


class OutcomeCodes(Section):
    """Which codes mean what; a word for missing is unknown, any other code is refused."""

    missed: tuple[str, ...] = Field(default=("1",), min_length=1)
    met: tuple[str, ...] = Field(default=("0",), min_length=1)


class FlagCodes(Section):
    """Which codes mean on the list, and which not; a blank is neither unless it stands here."""

    yes: tuple[str, ...] = Field(default=("1", "true"), min_length=1)
    no: tuple[str, ...] = Field(default=("0", "false"), min_length=1)


class AuditPlan(Section):
    """All that an audit of a scores file needs to know beyond the files."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")] = "audit"
    title: Name = "Audit of a scores file"
    standard: Name = "the common standard"
    note: str = ""
    seed: int = Field(default=0, ge=0)
    missing: tuple[str, ...] = WORDS_FOR_MISSING
    max_quarantined: Quarantined = 0.02
    reading: Reading = Reading()
    partial_pooling: bool = False
    cuts: tuple[Share, ...] = ()
    columns: ScoreColumns = ScoreColumns()
    outcome: OutcomeCodes = OutcomeCodes()
    flagged: FlagCodes = FlagCodes()
    groups: Groups | None = None
    capacity: Capacity = Capacity()
    levels: tuple[Level, ...] = ()
    gate: Gate = Gate()

    @model_validator(mode="after")
    def parts_fit_together(self) -> Self:
        """Collect every fault across sections and raise once."""
        faults = [*_column_faults(self), *_code_faults(self), *_risk_faults(self)]
        if faults:
            raise ValueError("\n".join(faults))
        return self


def found_groups(columns: Iterable[str], plan: AuditPlan) -> Groups | None:
    """Make an attribute of every column that has no other meaning; None where there is no such column.

    No reference is guessed: each group is compared with all others.
    """
    keys = {*plan.columns.taken, plan.columns.id_of_groups}
    attributes: dict[str, Attribute] = {}
    for column in columns:
        if column and column not in keys:
            attributes[_new_name(column, attributes)] = Attribute(column=column, title=_title(column))
    return Groups(attributes=attributes) if attributes else None


def code(text: str) -> str:
    """Spell a code in one way: without white space around it, in small letters, without a ".0".

    Examples
    --------
    >>> code(" Yes "), code("1.0"), code("0.5")
    ('yes', '1', '0.5')
    """
    return re.sub(r"^(\d+)\.0+$", r"\1", text.strip().casefold())


def _column_faults(plan: AuditPlan) -> Iterator[str]:
    taken = plan.columns.taken
    yield from (f"columns names '{name}' twice: one column has one meaning" for name in _twice(taken))
    attributes = plan.groups.attributes if plan.groups else {}
    for name, attribute in attributes.items():
        if attribute.column in {*taken, plan.columns.id_of_groups}:
            yield f"group '{name}' reads the column '{attribute.column}', which has another meaning; remove the group"


def _code_faults(plan: AuditPlan) -> Iterator[str]:
    sides = (
        ("outcome", plan.outcome.missed, plan.outcome.met),
        ("flagged", plan.flagged.yes, plan.flagged.no),
    )
    for section, one, other in sides:
        both = {code(text) for text in one} & {code(text) for text in other}
        yield from (f"{section} lists '{text}' on both sides: a code has one meaning" for text in sorted(both))
    missing = {"", *map(code, plan.missing)}
    unknown = missing & {code(text) for text in (*plan.outcome.missed, *plan.outcome.met)}
    yield from (f"outcome lists '{text}', a word for missing: unknown is never read as met" for text in sorted(unknown))


def _risk_faults(plan: AuditPlan) -> Iterator[str]:
    if plan.levels:
        yield from level_faults(plan.levels)
    yield from (f"cuts lists {cut:g} twice" for cut in _twice(plan.cuts))
    if plan.columns.score_is is ScoreIs.RANK:
        for key in ("cuts", "levels"):
            if getattr(plan, key):
                yield f"{key} are risks, and columns.score_is says that a score is a rank alone; write {key} = []"


def _twice(values: Sequence[T]) -> list[T]:
    return [value for place, value in enumerate(values) if value in values[:place]]


def _words(column: str) -> list[str]:
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)
    return re.findall(r"[a-z0-9]+", parted.lower())


def _new_name(column: str, known: Iterable[str]) -> str:
    """Give a name that an attribute may have and none has yet."""
    plain = re.sub(r"^(?![a-z])", "g_", "_".join(_words(column)))
    names = (plain, *(f"{plain}_{number}" for number in range(2, len(list(known)) + 3)))
    return next(name for name in names if name not in known)


def _title(column: str) -> str:
    words = re.sub(r"[\s_]+", " ", column).strip()
    return short(words[:1].upper() + words[1:])
