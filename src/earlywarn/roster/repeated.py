"""Which rows of a large file may be of one student: 18 bytes a row, and only candidates come out.

What looks repeated here is read a second time and compared cell by cell; a number shared by chance finds nothing there.
"""

from dataclasses import dataclass, field

import numpy as np

from earlywarn.columns import Bools, Ints
from earlywarn.roster.contract import Contract
from earlywarn.roster.ids import Hashes, hashes, look_alikes, mixed
from earlywarn.roster.judge import Judged
from earlywarn.roster.terms import Kind

SLICES = 4
"""Rows are compared by so many slices of their numbers, so that sorting needs little memory of its own."""


@dataclass(frozen=True)
class Candidates:
    """Numbers of students and years that stand in several rows, and of ids that look like another; sorted."""

    again: Hashes
    alike: Hashes

    def __bool__(self) -> bool:
        return bool(len(self.again) or len(self.alike))


@dataclass(frozen=True)
class Numbers:
    """The numbers of one block's rows: of the id, of what it looks like, and the year (-1 for none)."""

    rows: Ints
    student: Hashes
    alike: Hashes
    year: Ints

    def meant(self, wanted: Candidates) -> tuple[Bools, Bools]:
        """Tell which rows are of a repeated student and year, and which of an id that looks like another."""
        dated = self.year >= 0
        again = _isin(mixed(self.student, self.year), wanted.again) & dated
        return again, _isin(self.alike, wanted.alike)


def numbers_of(judged: Judged, contract: Contract) -> Numbers:
    """Give the numbers of a block's rows that have an id."""
    ids = judged.values[contract.student_id, Kind.STUDENT]
    year = judged.values[contract.column_of(Kind.YEAR), Kind.YEAR]
    years = np.array([*map(int, year.names), -1], dtype=np.int64)[year.codes]
    student, alike = hashes(ids), look_alikes(ids)
    if not ids.null_count:
        return Numbers(np.arange(len(ids)), student, alike, years)
    known = np.flatnonzero(~np.asarray(ids.is_null().to_numpy(zero_copy_only=False)))
    return Numbers(known, student[known], alike[known], years[known])


@dataclass
class Seen:
    """The numbers of all rows so far."""

    contract: Contract
    student: list[Hashes] = field(default_factory=list)
    alike: list[Hashes] = field(default_factory=list)
    year: list[np.ndarray] = field(default_factory=list)

    def add(self, judged: Judged) -> None:
        """Take a block."""
        found = numbers_of(judged, self.contract)
        self.student.append(found.student)
        self.alike.append(found.alike)
        self.year.append(found.year.astype(np.int16))

    def candidates(self) -> Candidates:
        """Find what stands more than once; what was held is given up."""
        student, alike = _given_up(self.student), _given_up(self.alike)
        year = _given_up(self.year)
        again, looks = [], []
        for number in range(SLICES):
            rows = np.flatnonzero(student >> np.uint64(62) == number)
            rows = rows[year[rows] >= 0]
            keys = mixed(student[rows], year[rows].astype(np.int64))
            keys.sort()
            again.append(np.unique(keys[1:][keys[1:] == keys[:-1]]))
            rows = np.flatnonzero(alike >> np.uint64(62) == number)
            rows = rows[np.argsort(alike[rows])]
            same = alike[rows[1:]] == alike[rows[:-1]]
            looks.append(np.unique(alike[rows[1:]][same & (student[rows[1:]] != student[rows[:-1]])]))
        return Candidates(np.sort(np.concatenate(again)), np.concatenate(looks))


def _given_up(parts: list[np.ndarray]) -> np.ndarray:
    """Join and empty a list."""
    joined = np.concatenate(parts) if parts else np.empty(0, dtype=np.uint64)
    parts.clear()
    return joined


def _isin(values: Hashes, wanted: Hashes) -> Bools:
    if not len(wanted):
        return np.zeros(len(values), dtype=bool)
    places = np.minimum(np.searchsorted(wanted, values), len(wanted) - 1)
    return np.asarray(wanted[places] == values)
