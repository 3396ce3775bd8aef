"""Compare a score run with an earlier one of the same model and write changes.csv: the order of steps.

Both runs are read in blocks and joined in parts of some 65,536 students by a hash of the id (the join itself is by the
whole id). Memory holds one part with its inputs, some 3 bytes a student of both runs and, where the model changed, 8
bytes a student while the other model is tried. What is parted lies in a folder of its own inside the unpublished run,
for its owner alone, and is removed.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from earlywarn import arrow
from earlywarn.changes.causes import Cause
from earlywarn.changes.ends import Ends
from earlywarn.changes.pairs import Kind, Pairs, join
from earlywarn.changes.parts import Parts, parts_for
from earlywarn.changes.record import Changes
from earlywarn.changes.rows import Told, parts_by_school, rows_of, write_rows
from earlywarn.changes.sides import ROW, Side, Summit, seed_of, students_of, values_of
from earlywarn.changes.sums import Sums
from earlywarn.changes.swaps import NO_INPUT, NOW, THEN, Swaps, heights, mover
from earlywarn.changes.trials import Trials, card_of
from earlywarn.columns import Bools, Floats, Ints
from earlywarn.inputs import Values
from earlywarn.score_run import StoredRun
from earlywarn.scorecard.points import total_points
from earlywarn.scorecard.table import Scorecard

CHANGES = "changes.csv"


def compare(before: StoredRun, folder: Path, card: Scorecard, home: Path) -> Changes:
    """Write changes.csv beside the new run's files; give the counts.

    Parameters
    ----------
    before
        The earlier run, whole.
    folder
        Where the new run's scores.parquet lies already, and groups.parquet and, if kept, inputs.parquet.
    card, home
        The new run's scorecard, and where that of the earlier run is looked for.

    Raises
    ------
    OSError
        The disk is full or failing.
    """
    then = Side("the earlier run", before.folder, card_of(home, before.manifest.scorecard, card))
    trials = Trials(then, Side("this run", folder, card))
    with tempfile.TemporaryDirectory(prefix=".changes-", dir=folder) as place:
        comparison = _Comparison(trials, Path(place))
        sums = comparison.run(folder / CHANGES)
        return Changes(
            since=before.manifest.as_of,
            run=before.name,
            stayed=sums.stayed,
            causes=sums.causes,
            moves=tuple(sums.moved()),
            schools={school: tuple(row.tolist()) for school, row in sorted(sums.schools.items())},
            groups=sums.by_group(then, trials.now),
            no_cause=trials.no_cause,
            no_input=trials.no_input,
            same_levels=comparison.same_levels,
        )


@dataclass(frozen=True)
class _Comparison:
    """One comparison at work in a temporary folder."""

    trials: Trials
    place: Path

    def run(self, path: Path) -> Sums:
        """Part, join, find who changed; then read the inputs of these, find causes, and write."""
        sums = Sums(self._levels, self.trials.before.rows, self.trials.now.rows)
        schools = self._find_changed(sums)
        ends = {} if self.trials.no_cause else self._ends()
        by_school = parts_by_school(schools)
        made = Parts(self.place, "rows", max(by_school.values(), default=0) + 1)
        for told in self._told(ends):
            sums.see_changed(told.pairs, told.list_cause, told.level_cause)
            codes = arrow.to_coded(told.pairs.either("school"))
            part = np.array([by_school[name] for name in codes.names], dtype=np.int64)[codes.codes]
            made.add(rows_of(told, self._levels, self.trials), part)
        made.close()
        write_rows(made, path)
        return sums

    @property
    def _sides(self) -> tuple[Side, Side]:
        return self.trials.before, self.trials.now

    @cached_property
    def _count(self) -> int:
        return parts_for(max(side.rows for side in self._sides))

    @cached_property
    def _students(self) -> tuple[Parts, Parts]:
        return Parts(self.place, "then", self._count), Parts(self.place, "now", self._count)

    @cached_property
    def _summits(self) -> tuple[Summit, Summit]:
        """Write both runs' students to parts, and see what their lists say."""
        then, now = (side.part_students(parts) for side, parts in zip(self._sides, self._students, strict=True))
        return then, now

    @cached_property
    def _levels(self) -> tuple[str, ...]:
        """The levels of now, then those of then that are called otherwise."""
        now = tuple(level.name for level in self.trials.now_card.levels)
        return now + tuple(sorted(self._summits[THEN].levels - set(now)))

    @cached_property
    def _inputs(self) -> tuple[Parts, Parts]:
        return Parts(self.place, "inputs-then", self._count), Parts(self.place, "inputs-now", self._count)

    @property
    def same_levels(self) -> bool:
        """Whether both runs call their levels by the same names in the same order, as far as can be known."""
        return self.trials.same_levels and len(self._levels) == len(self.trials.now_card.levels)

    def _find_changed(self, sums: Sums) -> Counter[str]:
        """Count everyone, and see to it that the inputs of those whose causes are sought are at hand, part by part."""
        schools: Counter[str] = Counter()
        wanted = tuple(np.zeros(side.rows, dtype=bool) for side in self._sides)
        for part in range(self._count):
            pairs = self._pairs(part)
            if pairs is None:
                continue
            sums.see_all(pairs)
            changed = pairs.take(np.flatnonzero(pairs.changed))
            schools.update(changed.either("school").to_pylist())
            moved = changed.take(np.flatnonzero(_sought(changed)))
            wanted[THEN][moved.before.row[moved.at_before]] = True
            wanted[NOW][moved.now.row[moved.at_now]] = True
        if not self.trials.no_input:
            for side, parts, rows in zip(self._sides, self._inputs, wanted, strict=True):
                side.part_inputs(parts, rows)
        return schools

    def _pairs(self, part: int) -> Pairs | None:
        then, now = (students_of(parts.read(part), self._levels) for parts in self._students)
        return join(then, now, self.same_levels) if then is not None or now is not None else None

    def _ends(self) -> dict[tuple[int, int], Ends]:
        """Find where lists end, by model and others."""
        cards, summits = self.trials.cards, self._summits
        served = [summit.ends(seed_of(card)) for summit, card in zip(summits, cards, strict=True)]
        if self.trials.one_model:
            return {(model, others): served[others] for model in (THEN, NOW) for others in (THEN, NOW)}
        tried = [
            side.ends_by(card, summit.scored, summit.places)
            for side, card, summit in zip(self._sides, reversed(cards), summits, strict=True)
        ]
        return {(THEN, THEN): served[THEN], (NOW, NOW): served[NOW], (NOW, THEN): tried[THEN], (THEN, NOW): tried[NOW]}

    def _told(self, ends: dict[tuple[int, int], Ends]) -> Iterator[Told]:
        """Give the changed students part by part, with causes and inputs."""
        for part in range(self._count):
            pairs = self._pairs(part)
            if pairs is None or not pairs.changed.any():
                continue
            pairs = pairs.take(np.flatnonzero(pairs.changed))
            # Those with causes to seek first: their inputs then stand row by row beside them.
            pairs = pairs.take(np.argsort(~_sought(pairs), kind="stable"))
            values = self._values(part, pairs.take(np.flatnonzero(_sought(pairs))))
            yield self._why(pairs, values, ends)

    def _why(self, pairs: Pairs, values: "_Both | None", ends: dict[tuple[int, int], Ends]) -> Told:
        list_cause = np.where(pairs.list_kind >= 0, np.where(pairs.scored_twice, Cause.NOT_KNOWN, pairs.fact), 0)
        level_cause = np.where(pairs.level_kind >= 0, Cause.NOT_KNOWN, Cause.NONE)
        sought = int(_sought(pairs).sum())
        some = pairs.take(np.arange(sought))
        if ends and sought:
            swaps = Swaps(self.trials.cards, self._points(some, values), ends)
            by_list, by_level = some.list_kind >= 0, some.level_kind >= 0
            ids = arrow.to_texts(some.student_id)
            list_cause[:sought] = np.where(by_list, swaps.place_causes(ids), Cause.NONE)
            level_cause[:sought] = np.where(by_level, swaps.level_causes(*some.level), Cause.NONE)
        inputs = np.full((2, len(pairs)), NO_INPUT)
        if values is not None:
            found = heights(self.trials.cards, values, self.trials.names)
            inputs[0, :sought] = mover(found, list_cause[:sought], some.list_kind == Kind.NEW)
            inputs[1, :sought] = mover(found, level_cause[:sought], some.level_kind == Kind.HIGHER)
        return Told(pairs, list_cause, level_cause, inputs[0], inputs[1], values)

    def _points(self, pairs: Pairs, values: "_Both | None") -> Floats:
        """Give points by data and model of then or now."""
        then, now = pairs.points
        if self.trials.one_model or values is None:
            return np.stack([np.stack([then, then]), np.stack([now, now])])
        old, new = self.trials.cards
        return np.stack(
            [np.stack([then, total_points(new, values[THEN])]), np.stack([total_points(old, values[NOW]), now])]
        )

    def _values(self, part: int, pairs: Pairs) -> "_Both | None":
        """Read the inputs of some students of a part, then and now, in their order; None where inputs are not known."""
        if self.trials.no_input or not len(pairs):
            return None
        rows = pairs.before.row[pairs.at_before], pairs.now.row[pairs.at_now]
        ids = pairs.student_id
        read = [_in_order(parts.read(part), some, ids) for parts, some in zip(self._inputs, rows, strict=True)]
        if self.trials.one_model:
            card = self.trials.cards[NOW]
            return values_of(read[THEN], card), values_of(read[NOW], card)
        both = [{n: v for card in self.trials.cards for n, v in values_of(table, card).items()} for table in read]
        return both[THEN], both[NOW]


_Both = tuple[Values, Values]
"""Inputs of then and of now."""


def _sought(pairs: Pairs) -> Bools:
    """Tell whose causes are to be sought by swaps."""
    return pairs.scored_twice & ((pairs.list_kind >= 0) | (pairs.level_kind >= 0))


def _in_order(table: Any, rows: Ints, ids: Any) -> Any:
    """Give the inputs of these rows of a run in this order; the ids must be those of the students."""
    held = arrow.to_integers(table[ROW])
    order = np.argsort(held)
    found = table.take(arrow.integers(order[np.searchsorted(held[order], rows)])).combine_chunks()
    if not found["student_id"].combine_chunks().equals(ids):
        raise AssertionError("inputs.parquet and scores.parquet of one run hold other students")
    return found
