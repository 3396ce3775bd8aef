"""All rows of a score run, block by block: 17 bytes of memory a student, whatever the files hold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from earlywarn import arrow
from earlywarn.capacity import tie_key
from earlywarn.columns import Bools, Coded, Floats, Ints, Status
from earlywarn.formula import formula_safe_column
from earlywarn.score_run import INPUTS, SCORES
from earlywarn.scorecard.levels import level_of
from earlywarn.scorecard.points import risk_of
from earlywarn.scorecard.table import Scorecard
from earlywarn.verify.digest import Digests, digests, digests_of_rows, repeated
from earlywarn.verify.findings import Faults

ROWS = 65_536
"""Rows at a time."""

RISK_MAY_DIFFER = 1e-12
"""Another processor may round the exponential otherwise in its last bits; the sample is compared to the last one."""

STATUSES = tuple(status.value for status in Status)
LISTED = ("school_id", "student_id", "grade", "level")
"""What flags.csv repeats of a flagged student."""


@dataclass
class Walk:
    """What one pass over the rows gathers.

    Attributes
    ----------
    status
        Rows of each status, in the order of STATUSES.
    ids, students
        A digest of the id of each student in scope, shape (n,), of which the first ``students`` are filled: a row of
        another school year may be of the same student.
    points
        Points by rank, shape (n,); NaN where no student has that rank.
    flagged
        Digests of the flagged rows as the list must show them.
    scores, inputs
        The rows of the sample.
    """

    faults: Faults
    card: Scorecard | None
    seats: int
    sample: Ints
    status: Ints
    ids: Digests
    points: Floats
    students: int = 0
    flagged: list[Digests] = field(default_factory=list)
    scores: list[Any] = field(default_factory=list)
    inputs: list[Any] = field(default_factory=list)

    def add(self, start: int, batches: Mapping[str, Any]) -> None:
        """Look at one block of all files."""
        scores = batches[SCORES]
        own = slice(start, start + len(scores))
        self._identify(scores)
        for batch in batches.values():
            if not batch["student_id"].equals(scores["student_id"]):
                self.faults.count("beside", "another student, or another order", len(scores))
        self._values(scores)
        flagged = np.flatnonzero(arrow.true(scores["flagged"]))
        if len(flagged):
            rows = scores.take(arrow.raw(flagged))
            self.flagged.append(digests_of_rows([formula_safe_column(_texts(rows[name])) for name in LISTED]))
        chosen = self.sample[(self.sample >= own.start) & (self.sample < own.stop)] - start
        if len(chosen):
            self.scores.append(scores.take(arrow.raw(chosen)))
            self.inputs += [batch.take(arrow.raw(chosen)) for name, batch in batches.items() if name == INPUTS]

    def _identify(self, scores: Any) -> None:
        found = digests(scores["student_id"])[_in_scope(scores["status"])]
        self.ids[self.students : self.students + len(found)] = found
        self.students += len(found)

    def _values(self, scores: Any) -> None:
        status = arrow.to_coded(scores["status"])
        place = np.array([*(STATUSES.index(n) if n in STATUSES else -1 for n in status.names), -1])[status.codes]
        self.faults.count("rows", "a status that there is not", int((place < 0).sum()))
        self.status += np.bincount(place[place >= 0], minlength=len(STATUSES))
        scored = place == STATUSES.index(Status.SCORED)
        risk, points = arrow.to_floats(scores["risk"]), arrow.to_floats(scores["points"])
        level, flagged = arrow.to_coded(scores["level"]), arrow.true(scores["flagged"])
        rank = np.nan_to_num(arrow.to_floats(scores["rank"])).astype(np.int64)
        given = np.stack([~np.isnan(risk), ~np.isnan(points), level.codes >= 0, rank != 0])
        bare, surplus = scored & ~given.all(0), ~scored & given.any(0)
        self.faults.count("values", "scored, but without risk, points, level or rank", int(bare.sum()))
        self.faults.count("values", "not scored, but with one of them", int(surplus.sum()))
        self._fit(risk[scored], points[scored], level.take(scored))
        self.faults.count("flagged", "flagged, but not scored", int((flagged & ~scored).sum()))
        expected = scored & (rank >= 1) & (rank <= self.seats)
        self.faults.count("flagged", "flagged, but not by its rank", int((flagged & ~expected).sum()))
        self.faults.count("flagged", "not flagged, though by its rank it is", int((~flagged & expected).sum()))
        self._rank(rank[scored], points[scored])

    def _fit(self, risk: Floats, points: Floats, level: Coded) -> None:
        self.faults.count("values", "a risk outside 0 to 1", int(((risk < 0) | (risk > 1)).sum()))
        if self.card is not None:
            off = np.abs(risk - risk_of(self.card, points)) > RISK_MAY_DIFFER
            self.faults.count("values", "a risk that does not fit its points", int(off.sum()))
            right = level_of(risk, self.card.levels)
            names = np.array([*level.names, ""], dtype=object)[level.codes]
            wrong = names != np.array(right.names, dtype=object)[right.codes]
            self.faults.count("values", "a level that does not fit its risk", int(wrong.sum()))

    def _rank(self, rank: Ints, points: Floats) -> None:
        inside = (rank >= 1) & (rank <= len(self.points))
        self.faults.count("ranks", "a rank beyond the number of rows", int((~inside).sum()))
        self.points[rank[inside] - 1] = points[inside]


def walk_of(rows: int, sample: Ints, card: Scorecard | None, seats: int, faults: Faults) -> Walk:
    """Give a walk before its first step, over so many rows."""
    status, ids = np.zeros(len(STATUSES), dtype=np.int64), np.zeros(rows, dtype=np.uint64)
    return Walk(faults, card, seats, sample, status, ids, np.full(rows, np.nan))


def open_files(folder: Path, names: Sequence[str], faults: Faults) -> dict[str, Any]:
    """Open scores.parquet and others beside it; says which cannot be read, or have another number of rows."""
    files: dict[str, Any] = {}
    for name in names:
        check = "rows" if name == SCORES else "beside"
        try:
            files[name] = pq.ParquetFile(folder / name)
        except (pa.ArrowException, OSError) as error:
            faults.say(check, f"{name} is missing or cannot be read ({type(error).__name__})")
            continue
        found, rows = (file.metadata.num_rows for file in (files[name], files.get(SCORES, files[name])))
        if found != rows:
            faults.say(check, f"{name} has {found:,} rows, scores.parquet {rows:,}")
            files.pop(name).close()
    return files


def blocks(files: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give where each block starts and the same rows of every file."""
    streams = [file.iter_batches(ROWS) for file in files.values()]
    held: list[Any] = [None] * len(files)
    start = 0
    while True:
        held = [next(s, None) if h is None or not len(h) else h for h, s in zip(held, streams, strict=True)]
        if any(each is None for each in held):
            return
        length = min(len(each) for each in held)
        yield start, {name: each.slice(0, length) for name, each in zip(files, held, strict=True)}
        held = [each.slice(length) for each in held]
        start += length


def look_at_ranks(walk: Walk) -> None:
    """Say where ranks have a gap, or do not follow points."""
    scored = int(walk.status[STATUSES.index(Status.SCORED)])
    ranked = walk.points[:scored]
    walk.faults.count("ranks", "missing among the ranks", int(np.isnan(ranked).sum()))
    walk.faults.count("ranks", "a rank beyond the number of scored", int((~np.isnan(walk.points[scored:])).sum()))
    higher = sum(
        int((ranked[start + 1 : start + ROWS + 1] > ranked[start : start + ROWS][: len(ranked) - start - 1]).sum())
        for start in range(0, max(scored - 1, 0), ROWS)
    )
    walk.faults.count("ranks", "a rank below that of a student with fewer points", higher)


def look_again(path: Path, walk: Walk, seed: int | None) -> None:
    """Read ids a second time, where digests met or points are equal at the cut."""
    twice, cut = repeated(walk.ids[: walk.students]), _points_at_the_cut(walk)
    if not len(twice) and (cut is None or seed is None):
        return
    found: dict[str, int] = {}
    tied: list[tuple[int, bytes]] = []
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(ROWS, columns=["student_id", "status", "points", "rank"]):
            for row in _rows_of(batch, twice) if len(twice) else ():
                text = batch["student_id"][row].as_py()
                found[text] = found.get(text, 0) + 1
            if cut is not None and seed is not None:
                tied += _tied(batch, arrow.to_floats(batch["points"]) == cut, seed)
    walk.faults.count("ids", "a student id that stands more than once", sum(n for n in found.values() if n > 1))
    keys = [key for _, key in sorted(tied)]
    if keys != sorted(keys):
        walk.faults.say("flagged", "students of equal points at the cut are not in the order of the stated hash")


def _rows_of(batch: Any, ids: Digests) -> list[int]:
    rows = np.isin(digests(batch["student_id"]), ids) & _in_scope(batch["status"])
    return np.flatnonzero(rows).tolist()


def _in_scope(status: Any) -> Bools:
    coded = arrow.to_coded(status)
    return np.array([*(name != Status.OUT_OF_SCOPE for name in coded.names), True])[coded.codes]


def _tied(batch: Any, rows: Bools, seed: int) -> Iterator[tuple[int, bytes]]:
    own = batch.filter(arrow.booleans(rows))
    for rank, text in zip(own["rank"].to_pylist(), own["student_id"].to_pylist(), strict=True):
        yield rank or 0, tie_key(seed, text)


def _points_at_the_cut(walk: Walk) -> float | None:
    """Give the points that stand on both sides of the cut, if any do."""
    if not 0 < walk.seats < len(walk.points) or walk.points[walk.seats - 1] != walk.points[walk.seats]:
        return None
    return float(walk.points[walk.seats])


def _texts(column: Any) -> Any:
    return pc.fill_null(column.cast(pa.string()), "")


__all__ = ["ROWS", "STATUSES", "Walk", "blocks", "look_again", "look_at_ranks", "open_files", "walk_of"]
