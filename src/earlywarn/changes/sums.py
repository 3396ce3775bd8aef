"""Sums of a comparison, gathered a part at a time: causes, levels, schools, and what each row is to its groups."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from earlywarn import arrow
from earlywarn.changes import record as r
from earlywarn.changes.causes import Cause
from earlywarn.changes.pairs import Kind, Pairs
from earlywarn.changes.parts import blocks
from earlywarn.changes.sides import LISTED, NOT_ENOUGH, OUT_OF_SCOPE, UNLISTED, Side
from earlywarn.columns import Bools, Ints
from earlywarn.groups import EVERYONE, MISSING, Cell
from earlywarn.score_run import GROUPS

NOBODY = -1
"""A row that no group counts: out of scope in both runs, or new in the roster and out of scope."""


@dataclass
class Sums:
    """Counts that grow; ``atoms`` is what each row of the run is to its groups, atom * MOVES + move or NOBODY."""

    levels: tuple[str, ...]
    rows_before: int
    rows_now: int
    causes: Ints = field(init=False)
    moves: Ints = field(init=False)
    schools: dict[str, Ints] = field(default_factory=dict)
    stayed: int = 0

    def __post_init__(self) -> None:
        self.causes = np.zeros((len(Kind), len(Cause)), dtype=np.int64)
        self.moves = np.zeros((len(self.levels), len(self.levels), len(Cause)), dtype=np.int64)
        self.atoms_now = np.full(self.rows_now, NOBODY, dtype=np.int8)
        self.atoms_gone = np.full(self.rows_before, NOBODY, dtype=np.int8)

    def see_all(self, pairs: Pairs) -> None:
        """Take every student of a part, changed or not."""
        before, now = pairs.standing
        self.stayed += int(((before == LISTED) & (now == LISTED)).sum())
        atoms = _atoms(before, now, pairs.level_kind)
        is_now = pairs.at_now >= 0
        self.atoms_now[pairs.now.row[pairs.at_now[is_now]]] = atoms[is_now]
        self.atoms_gone[pairs.before.row[pairs.at_before[~is_now]]] = atoms[~is_now]

    def see_changed(self, pairs: Pairs, list_cause: Ints, level_cause: Ints) -> None:
        """Take the changed students of a part with the causes of both."""
        kinds = (pairs.list_kind, list_cause), (pairs.level_kind, level_cause)
        other = np.where((pairs.list_kind < 0) & (pairs.fact != Cause.NONE), Kind.STANDING, -1)
        for kind, cause in (*kinds, (other, pairs.fact)):
            held = kind >= 0
            np.add.at(self.causes, (kind[held], cause[held]), 1)
        before, now = (level[pairs.level_kind >= 0] for level in pairs.level)
        np.add.at(self.moves, (before, now, level_cause[pairs.level_kind >= 0]), 1)
        self._see_schools(pairs)

    def _see_schools(self, pairs: Pairs) -> None:
        schools = arrow.to_coded(pairs.either("school"))
        counts = np.zeros((len(schools.names), 4), dtype=np.int64)
        for kind in (pairs.list_kind, pairs.level_kind):
            np.add.at(counts, (schools.codes[kind >= 0], kind[kind >= 0]), 1)
        for name, row in zip(schools.names, counts, strict=True):
            if row.any():
                self.schools[name] = self.schools.get(name, 0) + row

    def moved(self) -> Iterator[r.Move]:
        """Give every move between levels that there is."""
        for before, now, cause in np.argwhere(self.moves):
            yield r.Move(self.levels[before], self.levels[now], Cause(cause), int(self.moves[before, now, cause]))

    def by_group(self, before: Side, now: Side) -> dict[Cell, Ints]:
        """Count atoms by each value of each attribute, and of everyone; who is gone counts by the groups of then."""
        found: dict[Cell, Ints] = {}
        attributes = pq.read_schema(now.folder / GROUPS).names[1:]
        for side, atoms in ((now, self.atoms_now), (before, self.atoms_gone)):
            _add(found, EVERYONE, atoms)
            if (atoms > NOBODY).any():
                _count_groups(side, attributes, atoms, found)
        return {cell: counts.reshape(r.ATOMS, r.MOVES) for cell, counts in found.items()}


def _atoms(before: Ints, now: Ints, level_kind: Ints) -> Ints:
    was_listed = before == LISTED
    rules: tuple[tuple[Bools, int], ...] = (
        ((now == UNLISTED) & ~was_listed, r.NEVER_LISTED),
        ((now == LISTED) & was_listed, r.STAYED),
        ((now == LISTED) & ~was_listed, r.NEW),
        ((now == UNLISTED) & was_listed, r.LEFT),
        ((now == NOT_ENOUGH) & ~was_listed, r.NOT_SCORED),
        ((now == NOT_ENOUGH) & was_listed, r.NOT_SCORED_LEFT),
        ((now <= OUT_OF_SCOPE) & was_listed, r.OUT_LEFT),
    )
    move = np.where(level_kind == Kind.HIGHER, 1, np.where(level_kind == Kind.LOWER, 2, 0))
    atom = np.select([rule for rule, _ in rules], [atom for _, atom in rules], NOBODY)
    return np.where(atom == NOBODY, NOBODY, atom * r.MOVES + move)


def _count_groups(side: Side, attributes: list[str], atoms: NDArray[np.int8], found: dict[Cell, Ints]) -> None:
    """Count by each attribute of the run of now; where a run did not record one, nobody's value is known."""
    recorded = pq.read_schema(side.folder / GROUPS).names
    held = [name for name in attributes if name in recorded]
    for first, batch in blocks(side.folder / GROUPS, held):
        here = atoms[first : first + batch.num_rows]
        for name in held:
            values = arrow.to_coded(batch[name])
            for code, value in enumerate(values.names):
                _add(found, Cell((name,), (value,)), here[values.codes == code])
    for name in attributes:
        if name not in recorded:
            _add(found, Cell((name,), (MISSING,)), atoms)


def _add(found: dict[Cell, Ints], cell: Cell, atoms: "NDArray[np.int8]") -> None:
    counts = np.bincount(atoms[atoms > NOBODY], minlength=r.ATOMS * r.MOVES)
    found[cell] = found[cell] + counts if cell in found else counts
