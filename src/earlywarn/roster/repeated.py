"""Which rows of a large file may be of one student: 10 bytes a row, and only candidates come out.

What looks repeated here is read a second time and compared cell by cell; a number shared by chance finds nothing there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earlywarn import arrow
from earlywarn.columns import Coded, Ints
from earlywarn.memory import give_back_memory
from earlywarn.roster.contract import Contract
from earlywarn.roster.ids import Hashes, hashes, look_alikes, mixed
from earlywarn.roster.judge import Judged
from earlywarn.roster.terms import Kind

SLICES = 4
"""Rows are compared by so many slices of their numbers, so that sorting needs little memory of its own."""


@dataclass
class Places:
    """The place of every row so far: two numbers a block where its lines follow one another, else one a row."""

    blocks: list[tuple[int, int] | Ints] = field(default_factory=list)

    def add(self, lines: Ints) -> None:
        """Take the places of a block's rows."""
        if len(lines) and int(lines[-1]) - int(lines[0]) == len(lines) - 1:
            self.blocks.append((int(lines[0]), len(lines)))
        else:
            self.blocks.append(lines)

    def of(self, rows: Ints) -> Ints:
        """Give the places of some rows, counted over all blocks."""
        lengths = [block[1] if isinstance(block, tuple) else len(block) for block in self.blocks]
        ends = np.cumsum(lengths)
        number = np.searchsorted(ends, rows, side="right")
        found = np.empty(len(rows), dtype=np.int64)
        for block in np.unique(number).tolist():
            own, meant = self.blocks[block], number == block
            inside = rows[meant] - (ends[block] - lengths[block])
            found[meant] = own[0] + inside if isinstance(own, tuple) else own[inside]
        return found


@dataclass
class Seen:
    """The numbers of all students and years so far: 10 bytes a row."""

    contract: Contract
    student: list[Hashes] = field(default_factory=list)
    year: list[np.ndarray] = field(default_factory=list)
    places: Places = field(default_factory=Places)

    def add(self, judged: Judged) -> None:
        """Take a block."""
        ids = judged.values[self.contract.student_id, Kind.STUDENT]
        rows = with_id(ids)
        self.student.append(hashes(ids)[rows])
        self.year.append(self._years(judged)[rows])
        self.places.add(judged.lines[rows])

    def join(self, other: "Seen") -> None:
        """Take later blocks."""
        self.student += other.student
        self.year += other.year
        self.places.blocks += other.places.blocks

    def _years(self, judged: Judged) -> NDArray[np.int16]:
        year: Coded = judged.values[self.contract.column_of(Kind.YEAR), Kind.YEAR]
        return np.array([*map(int, year.names), -1], dtype=np.int16)[year.codes]

    def again(self) -> Ints:
        """Give the places, sorted, of rows whose student and year may stand twice; what was held is given up."""
        student, year = given_up(self.student), given_up(self.year)
        found = []
        for rows in slices(student):
            rows = rows[year[rows] >= 0]
            found.append(rows[_repeated(mixed(student[rows], year[rows].astype(np.int64)))])
        return self.places.of(np.sort(np.concatenate(found)))


@dataclass
class Alike:
    """What the ids of all rows so far look like, beside their numbers in ``seen``: 8 bytes a row more."""

    seen: Seen
    looks: list[Hashes] = field(default_factory=list)

    def add(self, judged: Judged) -> None:
        """Take a block."""
        ids = judged.values[self.seen.contract.student_id, Kind.STUDENT]
        self.looks.append(look_alikes(ids)[with_id(ids)])

    def places(self) -> Ints:
        """Give the places, sorted, of rows whose id looks like another one; asked before ``seen.again``."""
        looks, student = given_up(self.looks), given_up(self.seen.student)
        self.seen.student.append(student)
        found = []
        for rows in slices(looks):
            rows = rows[_repeated(looks[rows])]
            rows = rows[np.argsort(looks[rows])]
            first = np.flatnonzero(np.diff(looks[rows], prepend=~looks[rows[:1]]) != 0)
            if len(rows):
                several = np.maximum.reduceat(student[rows], first) != np.minimum.reduceat(student[rows], first)
                found.append(rows[np.repeat(several, np.diff(first, append=len(rows)))])
        return self.seen.places.of(np.sort(np.concatenate(found))) if found else np.empty(0, dtype=np.int64)


def with_id(ids: Any) -> Ints:
    """Give the rows that have an id."""
    return np.flatnonzero(arrow.known(ids))


def slices(numbers: Hashes) -> Iterator[Ints]:
    """Part rows by the first bits of their numbers, so that equal numbers stay together."""
    return (np.flatnonzero(numbers >> np.uint64(62) == first) for first in range(SLICES))


def given_up(parts: list[np.ndarray]) -> np.ndarray:
    """Join and empty a list of numbers."""
    joined = np.concatenate(parts) if parts else np.empty(0, dtype=np.uint64)
    parts.clear()
    give_back_memory()
    return joined


def _repeated(keys: Hashes) -> Ints:
    """Give the rows whose key another row has; most files have few, and plain sorting is far quicker than argsort."""
    ordered = np.sort(keys)
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(twice):
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(twice[np.minimum(np.searchsorted(twice, keys), len(twice) - 1)] == keys)
