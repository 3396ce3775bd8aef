"""From scored rows to the summary page's records and the manifest's profile: counts, nothing of one student."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from earlywarn.audit.kinds import Kinds
from earlywarn.audit.rounding import Count, Shown
from earlywarn.audit.suppression import Suppression, suppress
from earlywarn.changes.record import Changes
from earlywarn.columns import InputType, Refusal
from earlywarn.config.experiment import Serving
from earlywarn.groups import EVERYONE, Cell
from earlywarn.report.listed_since import changes_told, suppressed
from earlywarn.report.summary import Change, GroupLine, LevelLine, QuarantineLine, SchoolLine, Summary, UnknownValue
from earlywarn.roster.quarantine import summary
from earlywarn.score_run import Manifest
from earlywarn.scorecard.table import Scorecard
from earlywarn.scoring.sums import ACCEPTED, IN_SCOPE, Sums

LISTED = Kinds(
    size="students",
    counts={"students": (0, 1, 2), "scored": (0, 1), "unflagged": (0,), "flagged": (1,), "not_scored": (2,)},
    harmless=((1,), (2,)),
)
"""What is counted of a list before outcomes are known: its atoms are not flagged, flagged, not scored."""


@dataclass(frozen=True)
class Scored:
    """What was scored, in sums; what changed, earlier runs passed over, and inputs that moved.

    ``codes`` counts accepted rows by the file's column and code.
    """

    card: Scorecard
    serving: Serving
    sums: Sums
    refusals: tuple[Refusal, ...]
    codes: Mapping[str, Mapping[str, int]]
    changes: Changes | None = None
    passed_over: tuple[str, ...] = ()
    moved: tuple[tuple[str, float], ...] = ()


def summarise(scored: Scored, manifest: Manifest) -> Summary:
    """Give everything that summary.html shows."""
    card, serving, sums = scored.card, scored.serving, scored.sums
    gone = sums.missing_scored / max(1, manifest.counts.scored)
    never = [table.missing is None for table in card.tables]
    title = {spec.name: spec.title for spec in card.specs}
    known, listed = _known(sums, serving, scored.changes)
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
        levels=tuple(LevelLine(level, *map(int, sums.levels[i])) for i, level in enumerate(card.levels)),
        groups=_group_lines(known, listed, serving),
        schools=_school_lines(sums),
        quarantine=tuple(QuarantineLine(*line) for line in summary(scored.refusals)),
        missing=tuple((spec.title, float(share)) for spec, share in zip(card.specs, gone, strict=True)),
        filled=tuple(s.title for s, share, none in zip(card.specs, gone, never, strict=True) if none and share > 0),
        privacy_minimum=serving.groups.privacy_minimum,
        unknown_values=tuple(_unknown_values(scored)),
        change=_change(known, serving, scored.changes),
        passed_over=scored.passed_over,
        moved=tuple((title[name], share) for name, share in scored.moved),
    )


def profile_of(scored: Scored, spread: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    """Give counts of the roster for the next run: rows, codes, what is missing, and where values lie in the tables."""
    sums, names = scored.sums, [spec.name for spec in scored.card.specs]
    categories = [spec for spec in scored.card.specs if spec.type is InputType.CATEGORY]
    held = sums.schools[1]
    return {
        "rows": int(sums.status.sum()),
        "grades": dict(scored.codes[scored.serving.roster.grade]),
        "schools": int((held[:, ACCEPTED] > 0).sum()),
        "missing_inputs": dict(zip(names, sums.missing.tolist(), strict=True)),
        "categories": {spec.name: dict(scored.codes[spec.column]) for spec in categories},
        "groups": {
            name: dict(zip(values, counts[:, ACCEPTED].tolist(), strict=True))
            for name, (values, counts) in sums.groups.items()
        },
        "spread": dict(spread),
    }


def _unknown_values(scored: Scored) -> Iterator[UnknownValue]:
    """Name categories that the table does not know; one that few students hold may be anything and is not named."""
    least = scored.serving.groups.privacy_minimum
    for table in scored.card.tables:
        if table.spec.type is InputType.CATEGORY:
            counts = {name: n for name, n in scored.codes[table.spec.column].items() if n and name not in table.values}
            few = sum(n for n in counts.values() if n < least)
            yield from (UnknownValue(table.spec.title, name, n) for name, n in counts.items() if n >= least)
            if few:
                yield UnknownValue(table.spec.title, "", few)


def _known(sums: Sums, serving: Serving, changes: Changes | None) -> tuple[Suppression, tuple[Cell, ...]]:
    """Find what may be told of groups, by the same rule as an audit, and the groups that somebody is in."""
    cells, counts = [EVERYONE], [sums.schools[1].sum(axis=0)]
    for name, (values, held) in sums.groups.items():
        cells += [Cell((name,), (value,)) for value in values]
        counts += list(held)
    accepted, in_scope, flagged, lacking = np.array(counts).T
    listed = tuple(cell for cell, rows in zip(cells[1:], accepted[1:], strict=True) if rows)
    if changes is not None:
        return suppressed(tuple(cells), changes.groups, serving.groups.privacy_minimum), listed
    atoms = np.stack([in_scope - flagged - lacking, flagged, lacking], axis=1)
    return suppress(tuple(cells), atoms, serving.groups.privacy_minimum, LISTED), listed


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


def _school_lines(sums: Sums) -> tuple[SchoolLine, ...]:
    names, counts = sums.schools
    named = zip(names, counts[:, IN_SCOPE:].tolist(), strict=True)
    return tuple(SchoolLine(name, *found) for name, found in sorted(named) if found[0])
