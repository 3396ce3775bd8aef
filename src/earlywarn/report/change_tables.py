"""What changed since the list before, as the tables and sentences of summary.html; counts, nothing of one student."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from earlywarn.changes.causes import Cause
from earlywarn.changes.pairs import Kind
from earlywarn.changes.record import Changes
from earlywarn.report import words as w
from earlywarn.report.summary import Change
from earlywarn.report.tables import Table, row

KINDS = (Kind.NEW, Kind.OFF, Kind.HIGHER, Kind.LOWER)
HEADS = ("New on the list", "No longer on the list", "To a higher level", "To a lower level")
NOT_SHOWN = "too few students: not shown"


@dataclass(frozen=True)
class ChangeTold:
    """The tables of the section, and what is said below them."""

    causes: Table
    levels: Table
    schools: Table
    groups: Table
    notes: tuple[str, ...]


def change_told(change: Change) -> ChangeTold:
    """Lay out the section."""
    changes = change.changes
    return ChangeTold(_causes(changes), _levels(changes), _schools(changes), _groups(change), tuple(_notes(changes)))


def _causes(changes: Changes) -> Table:
    found = [changes.by_cause(kind) for kind in KINDS]
    rows = tuple(
        row(w.capital(cause.words), *(w.count(by_cause.get(cause, 0)) for by_cause in found))
        for cause in Cause
        if any(cause in by_cause for by_cause in found)
    )
    total = row("All", *(w.count(changes.students(kind)) for kind in KINDS))
    return Table("Students by what changed their place or level.", ("What changed it", *HEADS), rows, total)


def _levels(changes: Changes) -> Table:
    moved: Counter[tuple[str, str]] = Counter()
    for move in changes.moves:
        moved[move.before, move.now] += move.students
    rows = tuple(row(before, now, w.count(students)) for (before, now), students in moved.items())
    return Table("Moves between levels.", ("Level before", "Level now", "Students"), rows)


def _schools(changes: Changes) -> Table:
    rows = tuple(row(school, *map(w.count, counts)) for school, counts in changes.schools.items() if any(counts))
    return Table("Changes by school; who is gone counts at the school of then.", ("School", *HEADS), rows)


def _groups(change: Change) -> Table:
    rows = tuple(row(line.words, *([count.words for count in line.counts] or [NOT_SHOWN])) for line in change.groups)
    return Table("Changes by group; who is gone counts in the groups of then.", ("Group", *HEADS), rows)


def _notes(changes: Changes) -> Iterator[str]:
    standing = changes.by_cause(Kind.STANDING)
    if standing:
        told = w.listed(f"{w.count(students)} {cause.words}" for cause, students in standing.items())
        yield f"Besides, without a change of place on the list: {told}."
    if changes.no_cause:
        yield f"Causes are not known: {changes.no_cause}."
    if changes.no_input:
        yield f"Which input it was is not known: {changes.no_input}."
    if not changes.same_levels:
        yield "Levels could not be compared: the two models call them otherwise."
