"""flags.csv, the list for people: who may need support, in words; no risk, no group, safe in a spreadsheet.

The list is by school, and a state's is larger than memory: flagged rows wait on disk in a file for some schools each,
and are put in order and into words one such file after the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from earlywarn import arrow
from earlywarn.columns import Bools, Coded, Floats, InputType, Ints
from earlywarn.formula import formula_safe_column
from earlywarn.scorecard.reasons import sentences
from earlywarn.scoring.model import TOLD
from earlywarn.scoring.spill import Spill, Spilt

SEPARATOR = " | "
COLUMNS = ("school_id", "student_id", "grade", "support_priority", "reasons", "strengths", "not_recorded")
STUDENTS = 1_000_000
"""Students of the schools whose flagged ones are put in order at once."""


@dataclass(frozen=True)
class Flagged:
    """Flagged rows, as the spill has them, with rank and level."""

    school: NDArray[np.int32]
    rank: NDArray[np.int32]
    student_id: Any
    grade: NDArray[np.int32]
    level: NDArray[np.int32]
    told: NDArray[np.int16]
    told_values: Floats
    missing: NDArray[np.uint8]

    @classmethod
    def of(cls, rows: Spilt, rank: NDArray[np.int32], level: Coded, flagged: Bools) -> "Flagged":
        """Take the flagged ones of some rows."""
        own = np.flatnonzero(flagged)
        return cls(
            rows.school[own], rank[own], rows.student_id.take(arrow.raw(own)), rows.grade[own], level.codes[own],
            rows.told[own], rows.told_values[own], rows.missing[own],
        )  # fmt: skip

    def take(self, rows: Ints) -> "Flagged":
        """Give the chosen rows."""
        own = {name: getattr(self, name)[rows] for name in _FIELDS if name != "student_id"}
        return Flagged(**own, student_id=self.student_id.take(arrow.raw(rows)))


_FIELDS = tuple(Flagged.__dataclass_fields__)


class FlagSpill:
    """Flagged rows on their way to the list, in one file for some schools."""

    def __init__(self, folder: Path, spill: Spill, students: Mapping[str, int]) -> None:
        self.folder, self.spill = folder, spill
        names = spill.schools
        self.order = sorted(range(len(names)), key=names.__getitem__)
        self.place = np.empty(len(names), dtype=np.int64)
        self.place[self.order] = np.arange(len(names))
        held = np.cumsum([students.get(names[code], 0) for code in self.order])
        self.file_of = np.empty(len(names), dtype=np.int64)
        self.file_of[self.order] = held // STUDENTS
        self.writers: dict[int, Any] = {}

    def add(self, flagged: Flagged) -> None:
        """Write some rows, each where its school's are."""
        number = self.file_of[flagged.school]
        for file in np.unique(number).tolist():
            batch = _batch(flagged.take(np.flatnonzero(number == file)))
            if file not in self.writers:
                self.writers[file] = pa.ipc.new_file(str(self._path(file)), batch.schema)
            self.writers[file].write_batch(batch)

    def write(self, path: Path) -> None:
        """Write flags.csv, and give up what was spilt."""
        for writer in self.writers.values():
            writer.close()
        with path.open("wb") as file:
            arrow.write_csv(flags_table(_NOBODY, self.spill), file)
            for number in sorted(self.writers):
                arrow.write_rows(flags_table(self._in_order(number), self.spill), file)
                self._path(number).unlink()

    def _path(self, number: int) -> Path:
        return self.folder / f".flagged-{number}"

    def _in_order(self, number: int) -> Flagged:
        with pa.ipc.open_file(pa.OSFile(str(self._path(number)))) as file:
            flagged = _flagged(file.read_all().combine_chunks())
        return flagged.take(np.lexsort((flagged.rank, self.place[flagged.school])))


_NONE = np.empty(0, dtype=np.int32)
_NOBODY = Flagged(
    _NONE, _NONE, arrow.strings([]), _NONE, _NONE,
    np.empty((0, 2 * TOLD), dtype=np.int16), np.empty((0, 2 * TOLD)), np.empty((0, 0), dtype=np.uint8),
)  # fmt: skip


def flags_table(flagged: Flagged, spill: Spill) -> Any:
    """Give the list as a pyarrow table of texts, rows as they stand."""
    told = _told(flagged, spill)
    columns = (
        arrow.coded(Coded(flagged.school, spill.schools)).dictionary_decode(),
        flagged.student_id,
        arrow.coded(Coded(flagged.grade, spill.grades)).dictionary_decode(),
        arrow.coded(Coded(flagged.level, tuple(level.name for level in spill.card.levels))).dictionary_decode(),
        _in_one(told[:TOLD]),
        _in_one(told[TOLD:]),
        _not_recorded(flagged.missing, [spec.title for spec in spill.card.specs]),
    )
    safe = [formula_safe_column(pc.fill_null(column, arrow.text(""))) for column in columns]
    return pa.Table.from_arrays(safe, names=COLUMNS)


def _told(flagged: Flagged, spill: Spill) -> list[Any]:
    """Give for each turn the sentence of each row, null for none."""
    length = len(flagged.rank)
    words: list[str] = []
    codes = np.full((length, 2 * TOLD), -1, dtype=np.int32)
    cells = flagged.told.reshape(-1)
    order = np.argsort(cells, kind="stable")
    ends = np.searchsorted(cells[order], np.arange(len(spill.card.tables) + 1))
    for table, start, end in zip(spill.card.tables, ends[:-1], ends[1:], strict=True):
        rows, turns = np.divmod(order[start:end], 2 * TOLD)
        values = flagged.told_values[rows, turns]
        names = spill.of(table.spec.name).texts if table.spec.type is InputType.CATEGORY else None
        found, which = sentences(table, values, flagged.grade[rows], (names, spill.grades))
        codes[rows, turns] = np.where(which >= 0, which + len(words), -1)
        words += found
    return [arrow.coded(Coded(codes[:, turn], tuple(words))).dictionary_decode() for turn in range(2 * TOLD)]


def _in_one(parts: Sequence[Any]) -> Any:
    # A row of nulls alone would be left out, not empty (pyarrow 25).
    first = pc.if_else(pc.is_null(pc.coalesce(*parts)), arrow.text(""), parts[0])
    return pc.binary_join_element_wise(first, *parts[1:], arrow.text(SEPARATOR), null_handling="skip")


def _not_recorded(bits: NDArray[np.uint8], titles: list[str]) -> Any:
    """Join the titles of what is missing; many students lack the same."""
    if not len(bits):
        return arrow.strings([])
    which = np.zeros(len(bits), dtype=np.int64)
    for start in range(0, bits.shape[1], 8):  # eight bytes are one number, and numbers are quick to tell apart
        some = np.zeros((len(bits), 8), dtype=np.uint8)
        some[:, : bits.shape[1] - start] = bits[:, start : start + 8]
        own = np.unique(some.view(np.uint64).reshape(-1), return_inverse=True)[1]
        which = np.unique(which * (own.max() + 1) + own, return_inverse=True)[1]
    first = np.zeros(which.max() + 1, dtype=np.int64)
    first[which[::-1]] = np.arange(len(which))[::-1]
    lacking = np.unpackbits(bits[first], axis=1, count=len(titles)).astype(bool)
    words = [SEPARATOR.join(title for title, gone in zip(titles, row, strict=True) if gone) for row in lacking]
    return arrow.coded(Coded(which.reshape(-1).astype(np.int32), tuple(words))).dictionary_decode()


def _batch(flagged: Flagged) -> Any:
    ways = {name: arrow.raw_rows if name in _KINDS else arrow.raw for name in _FIELDS} | {"student_id": lambda ids: ids}
    columns = [ways[name](getattr(flagged, name)) for name in _FIELDS]
    return pa.RecordBatch.from_arrays(columns, names=list(_FIELDS))


_KINDS: dict[str, Any] = {"told": np.int16, "told_values": np.float64, "missing": np.uint8}


def _flagged(table: Any) -> Flagged:
    found: list[Any] = []
    for name in _FIELDS:
        column = table[name].chunk(0)
        values = column if name == "student_id" else arrow.raw_values(column, _KINDS.get(name, np.int32))
        found.append(values.reshape(len(column), -1) if name in _KINDS else values)
    return Flagged(*found)
