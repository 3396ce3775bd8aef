"""From scored rows to the summary page's records and the manifest's profile: counts, nothing of one student."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from earlywarn.audit.kinds import Kinds
from earlywarn.audit.rounding import Count, Shown
from earlywarn.audit.suppression import Suppression, suppress
from earlywarn.changes.record import Changes
from earlywarn.columns import Bools, Coded, Ints, Status
from earlywarn.config.experiment import Serving
from earlywarn.groups import EVERYONE, Cell, GroupTable, membership
from earlywarn.inputs import Values
from earlywarn.report.listed_since import changes_told, suppressed
from earlywarn.report.summary import Change, GroupLine, LevelLine, QuarantineLine, SchoolLine, Summary, UnknownValue
from earlywarn.roster.door import Door
from earlywarn.roster.quarantine import summary
from earlywarn.score_run import Manifest, ScoredRows
from earlywarn.scorecard.table import Scorecard

LISTED = Kinds(
    size="students",
    counts={"students": (0, 1, 2), "scored": (0, 1), "unflagged": (0,), "flagged": (1,), "not_scored": (2,)},
    harmless=((1,), (2,)),
)
"""What is counted of a list before outcomes are known: its atoms are not flagged, flagged, not scored."""


@dataclass(frozen=True)
class Beside:
    """What the page needs beside the scored rows: the inputs' values, what changed, and runs passed over."""

    values: Values
    changes: Changes | None = None
    passed_over: tuple[str, ...] = ()


def summarise(
    rows: ScoredRows, card: Scorecard, serving: Serving, manifest: Manifest, door: Door, beside: "Beside"
) -> Summary:
    """Give everything that summary.html shows."""
    scored = _status_rows(rows, Status.SCORED)
    gone = rows.missing[scored].mean(axis=0) if scored.any() else np.zeros(len(card.specs))
    never = [table.missing is None for table in card.tables]
    known, listed = _known(rows, door.groups, serving, beside.changes)
    return Summary(
        title=serving.title,
        standard=serving.standard.title,
        note=serving.cohort.note,
        model=card.name,
        version=manifest.version,
        scorecard_sha256=manifest.scorecard,
        as_of=manifest.as_of,
        verdict=manifest.verdict,
        standing=manifest.standing,
        counts=manifest.counts,
        capacity=serving.capacity.share,
        levels=_level_lines(rows, card),
        groups=_group_lines(known, listed, serving),
        schools=_school_lines(rows),
        quarantine=tuple(QuarantineLine(*line) for line in summary(door.refusals)),
        missing=tuple((spec.title, float(share)) for spec, share in zip(card.specs, gone, strict=True)),
        filled=tuple(s.title for s, share, none in zip(card.specs, gone, never, strict=True) if none and share > 0),
        privacy_minimum=serving.groups.privacy_minimum,
        unknown_values=tuple(_unknown_values(card, beside.values, serving.groups.privacy_minimum)),
        change=_change(known, serving, beside.changes),
        passed_over=beside.passed_over,
    )


def profile_of(rows: ScoredRows, values: Values, groups: GroupTable) -> dict[str, Any]:
    """Give counts of the roster for the next check: rows, codes, missing."""
    coded = {name: column for name, column in values.items() if isinstance(column, Coded)}
    return {
        "rows": len(rows.student_id),
        "grades": _code_counts(rows.grade),
        "schools": len(np.unique(rows.school.codes)),
        "missing_inputs": dict(zip(rows.input_names, rows.missing.sum(axis=0).tolist(), strict=True)),
        "categories": {name: _code_counts(column) for name, column in coded.items()},
        "groups": {name: _code_counts(column) for name, column in groups.attributes.items()},
    }


def _unknown_values(card: Scorecard, values: Values, least: int) -> Iterator[UnknownValue]:
    """Name categories that the table does not know; one that few students hold may be anything and is not named."""
    for table in card.tables:
        column = values[table.spec.name]
        if isinstance(column, Coded):
            counts = {name: n for name, n in _code_counts(column).items() if n and name not in table.values}
            few = sum(n for n in counts.values() if n < least)
            yield from (UnknownValue(table.spec.title, name, n) for name, n in counts.items() if n >= least)
            if few:
                yield UnknownValue(table.spec.title, "", few)


def _code_counts(column: Coded) -> dict[str, int]:
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.names))
    return {name: int(count) for name, count in zip(column.names, counts, strict=True)}


def _status_rows(rows: ScoredRows, status: Status) -> Bools:
    return np.asarray(rows.status.codes == rows.status.names.index(status.value))


def _level_lines(rows: ScoredRows, card: Scorecard) -> tuple[LevelLine, ...]:
    students = np.bincount(rows.level.codes + 1, minlength=len(card.levels) + 1)[1:]
    flagged = np.bincount(rows.level.codes + 1, weights=rows.flagged, minlength=len(card.levels) + 1)[1:]
    return tuple(LevelLine(level, int(students[i]), int(flagged[i])) for i, level in enumerate(card.levels))


def _known(
    rows: ScoredRows, groups: GroupTable, serving: Serving, changes: Changes | None
) -> tuple[Suppression, tuple[Cell, ...]]:
    """Find what may be told of groups, by the same rule as an audit, and the groups that somebody is in."""
    cells, minimum = membership(groups, 1), serving.groups.privacy_minimum
    listed = tuple(cells.cells[place] for codes in cells.codes[1:] for place in np.unique(codes))
    if changes is not None:
        return suppressed(cells.cells, changes.groups, minimum), listed
    tallies = sum(
        _tallies(rows, codes, len(cells.cells), ~_status_rows(rows, Status.OUT_OF_SCOPE)) for codes in cells.codes
    )
    in_scope, flagged, lacking = np.asarray(tallies).T
    atoms = np.stack([in_scope - flagged - lacking, flagged, lacking], axis=1)
    return suppress(cells.cells, atoms, minimum, LISTED), listed


def _group_lines(known: Suppression, listed: tuple[Cell, ...], serving: Serving) -> tuple[GroupLine, ...]:
    return tuple(GroupLine(cell.words(serving.groups), _told(known, cell)) for cell in listed)


def _told(known: Suppression, cell: Cell) -> tuple[Count, ...]:
    if known.of(cell) is Shown.HIDDEN:
        return ()
    return tuple(known.count(cell, kind) for kind in ("students", "flagged", "not_scored"))


def _change(known: Suppression, serving: Serving, changes: Changes | None) -> Change | None:
    if changes is None:
        return None
    held = [cell for cell, atoms in changes.groups.items() if cell != EVERYONE and atoms.any()]
    lines = (GroupLine(cell.words(serving.groups), changes_told(known, changes.groups, cell)) for cell in held)
    return Change(changes, tuple(lines))


def _school_lines(rows: ScoredRows) -> tuple[SchoolLine, ...]:
    in_scope = ~_status_rows(rows, Status.OUT_OF_SCOPE)
    tallies = _tallies(rows, rows.school.codes, len(rows.school.names), in_scope)
    named = zip(rows.school.names, tallies.tolist(), strict=True)
    return tuple(SchoolLine(name, *found) for name, found in named if found[0])


def _tallies(rows: ScoredRows, codes: Any, places: int, in_scope: Any) -> Ints:
    """Count students in scope, flagged, and not enough data by code: shape (places, 3)."""
    lacking = _status_rows(rows, Status.NOT_ENOUGH_DATA)
    weights = [in_scope, rows.flagged, lacking]
    return np.stack([np.bincount(codes, weights=w, minlength=places) for w in weights], axis=1).astype(np.int64)
