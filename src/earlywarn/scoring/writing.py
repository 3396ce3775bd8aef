"""The rows of a spill as the Parquet files of a score run, and their sums; the flagged rows go on to the list."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from earlywarn import arrow
from earlywarn.ahead import ahead
from earlywarn.columns import Bools, Coded, Codes, Floats, Ints
from earlywarn.files import PRIVATE
from earlywarn.scorecard.levels import level_of
from earlywarn.scorecard.points import risk_of
from earlywarn.scoring.flags import Flagged, FlagSpill
from earlywarn.scoring.model import NOT_ENOUGH, OUT_OF_SCOPE, SCORED, STATUSES, TOLD
from earlywarn.scoring.spill import Spill, Spilt
from earlywarn.scoring.sums import Sums, four

ROWS = 131_072
"""Rows in a row group of a file, at least."""


@dataclass(frozen=True)
class Listed:
    """Which rows of the spill are left out, and of all the rank (0 for none) and whether flagged."""

    dropped: Bools
    rank: NDArray[np.int32]
    flagged: Bools


class Ranked(NamedTuple):
    """Some rows that stay, with what only the whole roster could tell; ``missing`` gives row and input of each."""

    rows: Spilt
    rank: NDArray[np.int32]
    flagged: Bools
    risk: Floats
    level: Coded
    missing: tuple[Ints, Ints]


@dataclass
class Writing:
    """Files of a score run in the making.

    ``places`` says which files are written; ``groups`` gives for each attribute the names to write and the name of
    each code of the spill.
    """

    spill: Spill
    listed: Listed
    groups: Mapping[str, tuple[tuple[str, ...], Codes]]
    flags: FlagSpill
    sums: "_Sums" = field(init=False)

    def __post_init__(self) -> None:
        self.sums = _Sums.empty(self.spill, self.groups)

    def write(self, scores: Path, groups: Path, inputs: Path | None) -> Sums:
        """Write the files, in one pass over the spill."""
        with ExitStack() as stack:
            writers = [_Writer(scores, stack), _Writer(groups, stack, private=True)]
            if inputs is not None:
                writers.append(_Writer(inputs, stack, private=True))
            for tables in ahead(self._tables(with_inputs=inputs is not None)):
                for writer, table in zip(writers, tables, strict=True):
                    writer.write(table)
        return self.sums.done(self.spill, self.groups)

    def _tables(self, *, with_inputs: bool) -> Iterator[list[Any]]:
        """Give the row groups of each file."""
        held: list[list[Any]] = []
        for ranked in self._ranked():
            self.sums.add(ranked)
            self.flags.add(Flagged.of(ranked.rows, ranked.rank, ranked.level, ranked.flagged))
            batches = [self._scores(ranked), self._groups(ranked.rows)]
            held.append([*batches, self._inputs(ranked.rows)] if with_inputs else batches)
            if sum(len(each[0]) for each in held) >= ROWS:
                yield _joined(held)
                held = []
        if held:
            yield _joined(held)

    def _ranked(self) -> Iterator[Ranked]:
        start, card = 0, self.spill.card
        for rows in self.spill.blocks():
            own = slice(start, start + len(rows))
            start = own.stop
            rank, flagged = self.listed.rank[own], self.listed.flagged[own]
            if self.listed.dropped[own].any():
                kept = np.flatnonzero(~self.listed.dropped[own])
                rows, rank, flagged = rows.take(kept), rank[kept], flagged[kept]
            risk = risk_of(card, rows.points)
            level = level_of(risk, card.levels)
            codes = np.where(rows.status == SCORED, level.codes, -1).astype(np.int32)
            missing = np.nonzero(np.unpackbits(rows.missing, axis=1, count=len(card.tables)))
            yield Ranked(rows, rank, flagged, risk, Coded(codes, level.names), (missing[0], missing[1]))

    def _scores(self, ranked: Ranked) -> Any:
        rows, names = ranked.rows, [spec.name for spec in self.spill.card.specs]
        columns = {
            "student_id": rows.student_id,
            "school_id": _coded(rows.school, self.spill.schools),
            "grade": _coded(rows.grade, self.spill.grades),
            "status": arrow.coded(Coded(rows.status.astype(np.int32), STATUSES)),
            "risk": arrow.floats(ranked.risk),
            "points": arrow.floats(rows.points),
            "level": arrow.coded(ranked.level),
            "rank": arrow.integers(ranked.rank, ranked.rank > 0),
            "flagged": arrow.booleans(ranked.flagged),
            "reasons": _named(rows.told[:, :TOLD], names),
            "strengths": _named(rows.told[:, TOLD:], names),
            "missing_inputs": arrow.name_lists(*ranked.missing, names, len(rows)),
        }
        return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))

    def _groups(self, rows: Spilt) -> Any:
        columns = [
            arrow.coded(Coded(place[rows.groups[:, number]].astype(np.int32), names))
            for number, (names, place) in enumerate(self.groups.values())
        ]
        return pa.RecordBatch.from_arrays([rows.student_id, *columns], names=["student_id", *self.groups])

    def _inputs(self, rows: Spilt) -> Any:
        columns = [
            _coded(values, self.spill.of(spec.name).texts) if values.dtype == np.int32 else arrow.floats(values)
            for spec, values in zip(self.spill.inputs, rows.values, strict=True)
        ]
        return pa.RecordBatch.from_arrays(
            [rows.student_id, *columns], names=["student_id", *(s.name for s in self.spill.inputs)]
        )


@dataclass
class _Sums:
    status: Ints
    levels: Ints
    schools: Ints
    groups: dict[str, Ints]
    missing: Ints
    missing_scored: Ints
    placed: Mapping[str, tuple[tuple[str, ...], Codes]]

    @classmethod
    def empty(cls, spill: Spill, groups: Mapping[str, tuple[tuple[str, ...], Codes]]) -> "_Sums":
        inputs = len(spill.card.specs)
        return cls(
            status=np.zeros(len(STATUSES), dtype=np.int64),
            levels=np.zeros((len(spill.card.levels), 2), dtype=np.int64),
            schools=np.zeros((len(spill.schools), 4), dtype=np.int64),
            groups={name: np.zeros((len(names), 4), dtype=np.int64) for name, (names, _) in groups.items()},
            missing=np.zeros(inputs, dtype=np.int64),
            missing_scored=np.zeros(inputs, dtype=np.int64),
            placed=groups,
        )

    def add(self, ranked: Ranked) -> None:
        rows = ranked.rows
        parts = (rows.status != OUT_OF_SCOPE, ranked.flagged, rows.status == NOT_ENOUGH)
        self.status += np.bincount(rows.status, minlength=len(STATUSES))
        for column, who in enumerate((rows.status == SCORED, ranked.flagged)):
            self.levels[:, column] += np.bincount(ranked.level.codes[who], minlength=len(self.levels))
        self.schools += four(rows.school, len(self.schools), parts)
        for number, (name, (_, place)) in enumerate(self.placed.items()):
            self.groups[name] += four(place[rows.groups[:, number]], len(self.groups[name]), parts)
        lacking, inputs = ranked.missing
        self.missing += np.bincount(inputs, minlength=len(self.missing))
        scored = rows.status[lacking] == SCORED
        self.missing_scored += np.bincount(inputs[scored], minlength=len(self.missing))

    def done(self, spill: Spill, groups: Mapping[str, tuple[tuple[str, ...], Codes]]) -> Sums:
        named = {name: (names, self.groups[name]) for name, (names, _) in groups.items()}
        schools = (spill.schools, self.schools)
        return Sums(self.status, self.levels, schools, named, self.missing, self.missing_scored)


class _Writer:
    """One Parquet file, opened with its first table."""

    def __init__(self, path: Path, stack: ExitStack, *, private: bool = False) -> None:
        self.path, self.stack = path, stack
        if private:
            path.touch(PRIVATE)
        self.file: Any = None

    def write(self, table: Any) -> None:
        if self.file is None:
            # Only what comes as codes: to look for repeats among numbers costs as much as all the rest.
            few = [column for field in table.schema for column in _dictionaries(field)]
            file = pq.ParquetWriter(self.path, table.schema, compression="zstd", use_dictionary=few, **_PLAIN)
            self.file = self.stack.enter_context(file)
        self.file.write_table(table, row_group_size=max(1, len(table)))


_PLAIN = {"store_schema": False, "write_statistics": False}
"""Files that any reader takes alike; nobody looks for students by the least and largest of a row group."""


def _coded(codes: Codes, names: Sequence[str]) -> Any:
    """Give a column of texts, their dictionary in the order of the alphabet and not of the blocks."""
    order = sorted(range(len(names)), key=names.__getitem__)
    place = np.full(len(names) + 1, -1, dtype=np.int32)
    place[order] = np.arange(len(names), dtype=np.int32)
    return arrow.coded(Coded(place[codes], tuple(names[code] for code in order)))


def _dictionaries(field: Any) -> Iterator[str]:
    if pa.types.is_dictionary(field.type):
        yield field.name
    elif pa.types.is_list(field.type):
        yield f"{field.name}.list.element"


def _joined(held: Sequence[Sequence[Any]]) -> list[Any]:
    return [pa.Table.from_batches(batches) for batches in zip(*held, strict=True)]


def _named(places: NDArray[np.int16], names: Sequence[str]) -> Any:
    rows, columns = np.nonzero(places >= 0)
    return arrow.name_lists(rows, places[rows, columns].astype(np.int64), names, len(places))
