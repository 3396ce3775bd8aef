"""Scored rows on their way to the files: on disk in the order of the roster, and read back block by block.

Places rise from the first row to the last, but for those of a last block of rows that were scored anew. The file lies
in the folder that nobody sees yet, and goes with it. Texts of few values are codes into ``names``, which grow with
the blocks; numbers are the bytes that numpy has.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from earlywarn import arrow
from earlywarn.columns import Coded, Floats, Ints
from earlywarn.scorecard.table import Scorecard
from earlywarn.scoring.model import TOLD, Block

SPILL = ".spill"
ROWS = 65_536
"""Rows written at once: blocks of a CSV are smaller, and each batch costs what it costs."""

_SCHOOL, _GRADE = "school", "grade"


@dataclass
class Names:
    """The different texts of one column so far, and a code for each."""

    codes: dict[str, int] = field(default_factory=dict)

    def coded(self, column: Coded) -> NDArray[np.int32]:
        """Give the codes of a column whose own names may be others; -1 stays."""
        place = [self.codes.setdefault(name, len(self.codes)) for name in column.names]
        return np.array([*place, -1], dtype=np.int32)[column.codes]

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts, by code."""
        return tuple(self.codes)


@dataclass(frozen=True)
class Spilt:
    """Some rows read back; as in ``Block``, but for codes into the spill's names, missing inputs as packed bits."""

    places: Ints
    student_id: Any
    school: NDArray[np.int32]
    grade: NDArray[np.int32]
    status: NDArray[np.int8]
    points: Floats
    told: NDArray[np.int16]
    told_values: Floats
    missing: NDArray[np.uint8]
    groups: NDArray[np.int32]
    values: tuple[NDArray[Any], ...]

    def __len__(self) -> int:
        return len(self.places)

    def take(self, rows: Ints) -> "Spilt":
        """Give the chosen rows."""
        own = {name: getattr(self, name)[rows] for name in self.__dataclass_fields__ if name not in _TAKEN}
        values = tuple(column[rows] for column in self.values)
        return Spilt(**own, student_id=self.student_id.take(arrow.raw(rows)), values=values)


_TAKEN = ("student_id", "values")


class Spill:
    """Rows written one block after the other, and read back once all are there."""

    def __init__(self, folder: Path, card: Scorecard, attributes: Sequence[str], *, inputs: bool) -> None:
        self.path, self.card, self.attributes = folder / SPILL, card, tuple(attributes)
        self.inputs = card.specs if inputs else ()
        self.names: dict[str, Names] = {}
        self.lengths: list[int] = []
        self.last: list[int] = []
        self._held: list[list[Any]] = []
        self._bits = -(-len(card.specs) // 8)
        self._schema = pa.schema(self._fields())
        self._writer = pa.ipc.new_file(str(self.path), self._schema)

    def add(self, block: Block) -> None:
        """Write a block, together with others."""
        if self._held and int(block.places[0]) < int(self._held[-1][0][-1]):
            self._write(len(self._joined()[0]))  # the last block, whose places begin anew
        self._held.append(list(self._columns(block)))
        while sum(len(held[0]) for held in self._held) >= ROWS:
            self._write(ROWS)

    def close(self) -> None:
        """End the writing."""
        if self._held:
            self._write(len(self._joined()[0]))
        self._writer.close()

    def _joined(self) -> list[Any]:
        """Make what is held one block."""
        if len(self._held) > 1:
            self._held = [[_joined(parts) for parts in zip(*self._held, strict=True)]]
        return self._held[0]

    def _write(self, rows: int) -> None:
        """Write so many rows; however the roster was cut, the same rows are written together."""
        columns = self._joined()
        self._held = [[column[rows:] for column in columns]] if len(columns[0]) > rows else []
        arrays = [_array(column[:rows]) for column in columns]
        self.lengths.append(rows)
        self.last.append(int(columns[0][rows - 1]))
        self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self._schema))

    def of(self, name: str) -> Names:
        """Give the names of a column of codes: an input's, or an attribute's with "group " before it."""
        return self.names.setdefault(name, Names())

    @property
    def schools(self) -> tuple[str, ...]:
        """The names of the schools, by code."""
        return self.of(_SCHOOL).texts

    @property
    def grades(self) -> tuple[str, ...]:
        """The names of the grades, by code."""
        return self.of(_GRADE).texts

    def blocks(self) -> Iterator[Spilt]:
        """Read back all blocks."""
        with pa.ipc.open_file(pa.OSFile(str(self.path))) as file:
            for number in range(file.num_record_batches):
                yield self._rows(file.get_batch(number))

    def points(self) -> Floats:
        """Read back the points of all rows."""
        found, done = np.empty(sum(self.lengths)), 0
        for _, column in self.part("points", range(len(self.lengths))):
            found[done : done + len(column)] = arrow.raw_values(column, np.float64)
            done += len(column)
        return found

    def part(self, column: str, blocks: Iterable[int]) -> Iterator[tuple[int, Any]]:
        """Read back one column of some blocks: its number, and the pyarrow column."""
        options = pa.ipc.IpcReadOptions(included_fields=[self._schema.get_field_index(column)])
        with pa.ipc.open_file(pa.OSFile(str(self.path)), options=options) as file:
            for number in blocks:
                yield number, file.get_batch(number).column(0)

    def rows_at(self, places: Ints) -> Ints:
        """Find the first rows that stand at some places in the roster, sorted: their numbers in the spill."""
        rising = int(np.argmax(np.diff(self.last, append=-1) < 0)) + 1 if self.last else 0
        number = np.searchsorted(self.last[:rising], places)
        starts = np.cumsum([0, *self.lengths])
        found = np.empty(len(places), dtype=np.int64)
        for block, column in self.part("place", np.unique(number).tolist()):
            own = number == block
            found[own] = starts[block] + np.searchsorted(arrow.raw_values(column, np.int64), places[own])
        return found

    def _fields(self) -> Iterator[tuple[str, Any]]:
        yield from (("place", pa.int64()), ("student_id", pa.string()), (_SCHOOL, pa.int32()), (_GRADE, pa.int32()))
        yield from (("status", pa.int8()), ("points", pa.float64()))
        yield from (("told", pa.binary(2 * TOLD * 2)), ("told_values", pa.binary(2 * TOLD * 8)))
        yield from (("missing", pa.binary(self._bits)), ("groups", pa.binary(4 * max(1, len(self.attributes)))))
        yield from ((f"input {spec.name}", self._type(spec)) for spec in self.inputs)

    def _type(self, spec: Any) -> Any:
        return pa.int32() if spec.type == "category" else pa.float64()

    def _columns(self, block: Block) -> Iterator[Any]:
        groups = [self.of(f"group {name}").coded(block.groups[name]) for name in self.attributes]
        yield block.places
        yield block.student_id
        yield self.of(_SCHOOL).coded(block.school)
        yield self.of(_GRADE).coded(block.grade)
        yield block.status
        yield block.points
        yield block.told
        yield self._told_values(block)
        yield np.packbits(block.missing, axis=1)
        yield np.stack(groups, axis=1) if groups else np.zeros((len(block), 1), dtype=np.int32)
        for spec in self.inputs:
            column = block.values[spec.name]
            yield self.of(spec.name).coded(column) if isinstance(column, Coded) else column

    def _told_values(self, block: Block) -> Floats:
        """Give the values told, categories as codes of the spill."""
        found = block.told_values
        for place, spec in enumerate(self.card.specs):
            column = block.values[spec.name]
            if isinstance(column, Coded):
                known = self.of(spec.name).coded(Coded(np.arange(len(column.names), dtype=np.int32), column.names))
                own = (block.told == place) & ~np.isnan(found)
                found[own] = known[found[own].astype(np.int64)]
        return found

    def _rows(self, batch: Any) -> Spilt:
        columns = iter(batch.columns)
        return Spilt(
            places=arrow.raw_values(next(columns), np.int64),
            student_id=next(columns),
            school=arrow.raw_values(next(columns), np.int32),
            grade=arrow.raw_values(next(columns), np.int32),
            status=arrow.raw_values(next(columns), np.int8),
            points=arrow.raw_values(next(columns), np.float64),
            told=arrow.raw_values(next(columns), np.int16).reshape(-1, 2 * TOLD),
            told_values=arrow.raw_values(next(columns), np.float64).reshape(-1, 2 * TOLD),
            missing=arrow.raw_values(next(columns), np.uint8).reshape(-1, self._bits),
            groups=arrow.raw_values(next(columns), np.int32).reshape(batch.num_rows, -1),
            values=tuple(
                arrow.raw_values(column, np.int32 if self._type(spec) == pa.int32() else np.float64)
                for spec, column in zip(self.inputs, columns, strict=True)
            ),
        )


def _joined(parts: Sequence[Any]) -> Any:
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if isinstance(parts[0], np.ndarray) else pa.concat_arrays(parts)


def _array(column: Any) -> Any:
    if not isinstance(column, np.ndarray):
        return column
    return arrow.raw(column) if column.ndim == 1 else arrow.raw_rows(column)
