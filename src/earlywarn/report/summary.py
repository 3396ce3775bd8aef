"""What the summary page of a score run shows, as records; light, since every score run makes one."""

from dataclasses import dataclass
from datetime import date

from earlywarn.audit.rounding import Count
from earlywarn.changes.record import Changes
from earlywarn.score_run import Counts
from earlywarn.scorecard.table import LevelMeaning


@dataclass(frozen=True)
class LevelLine:
    """One level of this list: how many students, how many of them flagged, and what the level meant."""

    level: LevelMeaning
    students: int
    flagged: int


@dataclass(frozen=True)
class GroupLine:
    """One group's counts as they may be told; none where the group is below the privacy minimum."""

    words: str
    counts: tuple[Count, ...]


@dataclass(frozen=True)
class SchoolLine:
    """One school's counts."""

    school: str
    students: int
    flagged: int
    not_enough_data: int


@dataclass(frozen=True)
class QuarantineLine:
    """Rows refused under one rule; lines are the first few."""

    column: str
    rule: str
    remedy: str
    rows: int
    lines: tuple[int, ...]


@dataclass(frozen=True)
class UnknownValue:
    """A category that the model does not know, scored as missing; ``value`` is "" where too few students hold it."""

    title: str
    value: str
    students: int


@dataclass(frozen=True)
class Change:
    """Against the score run before this one, of the same model: its counts, and those of groups as they may be told.

    A group's are new on the list, off it, at a higher level, at a lower one; none where the group is hidden.
    """

    changes: Changes
    groups: tuple[GroupLine, ...]


@dataclass(frozen=True)
class Summary:
    """Everything on summary.html.

    Attributes
    ----------
    standing
        What stands behind the model, in a sentence: passed, provisional until, failed and waived by whom.
    missing
        (title of an input, share of scored students without it).
    filled
        Titles of inputs that were missing for someone although training never saw them missing.
    moved
        (title of an input, share of students who would have to have other values for it to look as in the run before).
    passed_over
        Sentences on earlier score runs that could not be compared with.
    """

    title: str
    standard: str
    note: str
    model: str
    version: int
    scorecard_sha256: str
    as_of: date
    verdict: str
    standing: str
    counts: Counts
    capacity: float
    levels: tuple[LevelLine, ...]
    groups: tuple[GroupLine, ...]
    schools: tuple[SchoolLine, ...]
    quarantine: tuple[QuarantineLine, ...]
    missing: tuple[tuple[str, float], ...]
    filled: tuple[str, ...]
    privacy_minimum: int
    unknown_values: tuple[UnknownValue, ...]
    change: Change | None
    passed_over: tuple[str, ...] = ()
    moved: tuple[tuple[str, float], ...] = ()
