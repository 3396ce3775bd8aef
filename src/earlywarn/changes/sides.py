"""One of the two runs that are compared: its students in parts, its levels, where its list ends.

It reads scores.parquet and inputs.parquet in blocks and refuses to hold a column whole, but for one byte a row and,
where the other model is tried on it, eight.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from earlywarn import arrow
from earlywarn.changes.ends import Ends, Place, ends_of
from earlywarn.changes.parts import Parts, blocks, part_of
from earlywarn.columns import Bools, Coded, Floats, InputType, Ints, Status, Texts
from earlywarn.inputs import Values
from earlywarn.score_run import GROUPS, INPUTS, SCORES
from earlywarn.scorecard.points import total_points
from earlywarn.scorecard.table import Scorecard

COLUMNS = ["student_id", "school_id", "grade", "status", "points", "level", "flagged"]
ROW = "(row)"
"""The number of a row in its run's files; no input can be called so."""

ABSENT, OUT_OF_SCOPE, NOT_ENOUGH, UNLISTED, LISTED = range(5)
"""What a student is in a run; the last two are scored."""

_STATUSES: Mapping[str, int] = {
    Status.OUT_OF_SCOPE: OUT_OF_SCOPE,
    Status.NOT_ENOUGH_DATA: NOT_ENOUGH,
    Status.SCORED: UNLISTED,
}


@dataclass(frozen=True)
class Students:
    """Some students of one run, one entry each, shape (n,).

    ``standing`` is ABSENT to LISTED; ``row`` the place in the run's files; ``level`` a place in the names given, -1
    for none.
    """

    student_id: Any
    row: Ints
    school: Any
    grade: Any
    standing: Ints
    points: Floats
    level: Ints

    def __len__(self) -> int:
        return len(self.row)

    def take(self, rows: Ints) -> "Students":
        """Give the chosen students."""
        at = arrow.integers(rows)
        texts = (self.student_id.take(at), self.school.take(at), self.grade.take(at))
        return Students(
            texts[0], self.row[rows], texts[1], texts[2], self.standing[rows], self.points[rows], self.level[rows]
        )


@dataclass(frozen=True)
class Side:
    """One run in its folder, and the scorecard that scored it, where there is one."""

    name: str
    folder: Path
    card: Scorecard | None

    @property
    def has_inputs(self) -> bool:
        """Whether its inputs were kept."""
        return (self.folder / INPUTS).is_file()

    @property
    def has_groups(self) -> bool:
        """Whether its groups were kept."""
        return (self.folder / GROUPS).is_file()

    @cached_property
    def rows(self) -> int:
        """Rows of the run."""
        with pq.ParquetFile(self.folder / SCORES) as file:
            return int(file.metadata.num_rows)

    def part_students(self, parts: Parts) -> "Summit":
        """Write the students to parts; give what the list itself says."""
        summit = Summit(self.rows)
        for first, batch in blocks(self.folder / SCORES, [*COLUMNS, "rank"]):
            summit.see(first, batch)
            rows = pa.table(
                {name: _plain(batch[name]) for name in COLUMNS}
                | {ROW: arrow.integers(np.arange(first, first + batch.num_rows))}
            )
            parts.add(rows, part_of(batch["student_id"], parts.count))
        parts.close()
        return summit

    def part_inputs(self, parts: Parts, wanted: Bools) -> None:
        """Write the inputs of the wanted rows to parts, shape (rows of the run,)."""
        names = list(pq.read_schema(self.folder / INPUTS).names)
        for first, batch in blocks(self.folder / INPUTS, names):
            some = np.flatnonzero(wanted[first : first + batch.num_rows])
            if len(some):
                kept = batch.take(arrow.integers(some))
                columns = {name: _plain(kept[name]) for name in names}
                rows = pa.table(columns | {ROW: arrow.integers(some + first)})
                parts.add(rows, part_of(kept["student_id"], parts.count))
        parts.close()

    def ends_by(self, card: Scorecard, scored: Bools, places: int) -> Ends:
        """Find where the list would end that another model makes of this run's inputs."""
        names = [spec.name for spec in card.specs]
        points = np.full(self.rows, np.nan)
        for first, batch in blocks(self.folder / INPUTS, names):
            points[first : first + batch.num_rows] = total_points(card, values_of(batch, card))
        points[~scored] = np.nan
        return ends_of(points, places, seed_of(card), self._ids_at)

    def _ids_at(self, rows: Ints) -> Texts:
        wanted = np.zeros(self.rows, dtype=bool)
        wanted[rows] = True
        found: list[str] = []
        for first, batch in blocks(self.folder / SCORES, ["student_id"]):
            some = np.flatnonzero(wanted[first : first + batch.num_rows])
            found += batch["student_id"].take(arrow.integers(some)).to_pylist()
        return np.array(found, dtype=object)


class Summit:
    """What is seen of a list as its rows go by: who was scored, how many places, the last of them and the next."""

    def __init__(self, rows: int) -> None:
        self.scored = np.zeros(rows, dtype=bool)
        self.places = 0
        self.levels: set[str] = set()
        self._last: tuple[float, Place] | None = None
        self._beyond: tuple[float, Place] | None = None

    def see(self, first: int, batch: Any) -> None:
        """Take one block of scores.parquet."""
        scored = _lookup(arrow.to_coded(batch["status"]), _STATUSES, ABSENT) == UNLISTED
        flagged, rank = arrow.true(batch["flagged"]), arrow.to_floats(batch["rank"])
        self.scored[first : first + batch.num_rows] = scored
        self.places += int(flagged.sum())
        self.levels |= set(arrow.to_coded(batch["level"]).names)
        self._last = _better(self._last, _at(batch, np.where(flagged, -rank, np.inf)))
        self._beyond = _better(self._beyond, _at(batch, np.where(scored & ~flagged, rank, np.inf)))

    def ends(self, seed: int) -> Ends:
        """Give the ends of the list as it was served."""
        last, beyond = (found[1] if found else None for found in (self._last, self._beyond))
        return Ends(last, beyond, seed)


def _at(batch: Any, rank: Floats) -> tuple[float, Place] | None:
    if not len(rank) or not np.isfinite(rank).any():
        return None
    row = int(rank.argmin())
    return float(rank[row]), Place(batch["points"][row].as_py(), batch["student_id"][row].as_py())


def _better(held: tuple[float, Place] | None, found: tuple[float, Place] | None) -> tuple[float, Place] | None:
    return min((one for one in (held, found) if one), key=lambda one: one[0], default=None)


def students_of(table: Any, levels: tuple[str, ...]) -> Students | None:
    """Read a part's students, each once: the row in scope of one who stands in several school years."""
    if table is None:
        return None
    table = table.combine_chunks()
    status, level = arrow.to_coded(table["status"]), arrow.to_coded(table["level"])
    standing = _lookup(status, _STATUSES, ABSENT) + arrow.true(table["flagged"])
    found = Students(
        student_id=_one(table["student_id"]),
        row=arrow.to_floats(table[ROW]).astype(np.int64),
        school=_one(table["school_id"]),
        grade=_one(table["grade"]),
        standing=standing,
        points=arrow.to_floats(table["points"]),
        level=_lookup(level, {name: place for place, name in enumerate(levels)}, -1),
    )
    return _once(found)


def _once(students: Students) -> Students:
    if len(pc.unique(students.student_id)) == len(students):
        return students
    code = arrow.to_coded(students.student_id).codes
    order = np.lexsort((students.row, -students.standing))
    _, first = np.unique(code[order], return_index=True)
    return students.take(np.sort(order[first]))


def values_of(table: Any, card: Scorecard) -> Values:
    """Read the inputs of a scorecard from columns of inputs.parquet."""
    return {
        spec.name: arrow.to_coded(table[spec.name])
        if spec.type is InputType.CATEGORY
        else arrow.to_floats(table[spec.name])
        for spec in card.specs
    }


def seed_of(card: Scorecard) -> int:
    """Give the seed by which a scorecard's lists break ties."""
    return int(card.serving.get("seed", 0))


def _lookup(column: Coded, places: Mapping[str, int], otherwise: int) -> Ints:
    table = np.array([*(places.get(name, otherwise) for name in column.names), otherwise], dtype=np.int64)
    return table[column.codes]


def _plain(column: Any) -> Any:
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def _one(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
