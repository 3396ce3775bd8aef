"""A checked roster as records for its page, its JSON and the terminal; counts of groups leave here suppressed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from earlywarn.columns import Ints
from earlywarn.config.experiment import Serving
from earlywarn.groups import MISSING, OTHER, Cell
from earlywarn.report.privacy import shown
from earlywarn.roster.fates import MERGED_ROWS, REFUSED_ROWS, ROWS_IN
from earlywarn.roster.findings import ACCEPTED, QUARANTINED, Finding, RuleCount, by_rule
from earlywarn.roster.profile import Profile
from earlywarn.roster.shifts import Changes
from earlywarn.roster.survey import Surveyed

OTHER_SCHOOLS, NO_SCHOOL = "(other schools)", "(school not known)"
"""Schools of fewer rows than the privacy minimum, since such an id may be a shifted cell; and rows without one."""


@dataclass(frozen=True)
class GroupFate:
    """What became of the rows of one group, in words; ``numbers`` is empty where the group is too small to show."""

    attribute: str
    words: str
    numbers: tuple[str, ...]


FATES = ("Rows in", "Accepted", "Merged", "Quarantined")


@dataclass(frozen=True)
class Checked:
    """A roster judged, its profile, and how it differs from an earlier one (None where there is none)."""

    surveyed: Surveyed
    serving: Serving
    profile: Profile
    changes: Changes | None
    against: str

    @cached_property
    def rules(self) -> tuple[RuleCount, ...]:
        """Findings by rule, column and fate."""
        return tuple(by_rule(self.surveyed.findings, self.surveyed.file))

    @cached_property
    def groups(self) -> tuple[GroupFate, ...]:
        """Rows by group, suppressed."""
        return tuple(
            line for name, held in self.surveyed.fates.by_value.items() for line in self._attribute(name, dict(held))
        )

    @cached_property
    def corrections(self) -> tuple[Finding, ...]:
        """What a clerk should look at, by school, file and line."""
        surveyed = self.surveyed
        return corrections_of(surveyed.findings, surveyed.tally.schools, self.serving.groups.privacy_minimum)

    def _attribute(self, name: str, held: dict[str, Ints]) -> Iterator[GroupFate]:
        least = self.serving.groups.privacy_minimum
        pooled = _pooled(held, tuple(self.serving.groups.attributes[name].values), least)
        fates = {value: _fates(counts) for value, counts in pooled.items()}
        rounded = any(number < least for numbers in fates.values() for number in numbers)
        for value, numbers in fates.items():
            told = shown(numbers, least, rounded=rounded) if numbers[0] >= least else ()
            yield GroupFate(name, Cell((name,), (value,)).words(self.serving.groups), told)


def corrections_of(findings: Iterable[Finding], schools: Mapping[str, int], least: int) -> tuple[Finding, ...]:
    """Give what a clerk should look at, by school, file and line; a school of fewer rows than ``least`` unnamed."""
    wanted = [
        each._replace(school=_school(each.school, schools, least))
        for each in findings
        if each.fate in (QUARANTINED, ACCEPTED)
    ]
    return tuple(sorted(wanted, key=lambda each: (each.school, each.refusal.file, each.refusal.line)))


def _school(name: str, schools: Mapping[str, int], least: int) -> str:
    if not name:
        return NO_SCHOOL
    return name if schools.get(name, 0) >= least else OTHER_SCHOOLS


def _pooled(held: dict[str, Ints], declared: tuple[str, ...], least: int) -> dict[str, Ints]:
    """Put declared codes first, others that enough rows have after them, and pool the rest: they may be anything."""
    found: dict[str, Ints] = {code: held.get(code, np.zeros(3, dtype=np.int64)) for code in declared}
    rest = np.zeros(3, dtype=np.int64)
    for value, counts in sorted(held.items()):
        if value in (*declared, MISSING):
            continue
        if counts[ROWS_IN] >= least and value != OTHER:
            found[value] = counts
        else:
            rest = rest + counts
    if rest.any():
        found[OTHER] = rest
    return found | ({MISSING: held[MISSING]} if MISSING in held else {})


def _fates(counts: Ints) -> tuple[int, ...]:
    rows, refused, merged = (int(counts[place]) for place in (ROWS_IN, REFUSED_ROWS, MERGED_ROWS))
    return rows, rows - refused - merged, merged, refused
