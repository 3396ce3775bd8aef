"""A roster scored as it goes through the door: one pass over its values, and 10 bytes kept of a row.

Rows of a student who stands in several are looked at again, and only then is it known who stays.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np

from earlywarn import arrow
from earlywarn.columns import Bools, Coded, Floats, Ints, Refusal, RowCounts
from earlywarn.memory import give_back_memory
from earlywarn.roster.blocks import Source
from earlywarn.roster.contract import Contract
from earlywarn.roster.judge import Judged, Way, one_by_one, refusals_of
from earlywarn.roster.passage import Looked, Passage, pass_through, values_of
from earlywarn.roster.readings import told, warn
from earlywarn.roster.rows import Rows, refuse_empty, refuse_hopeless, taken
from earlywarn.roster.spells import RE_ENROLLED
from earlywarn.roster.tally import Tally
from earlywarn.roster.terms import Kind
from earlywarn.scoring.model import STATUSES, Block, Model, score_block
from earlywarn.scoring.spill import Spill

MOST_ROWS = 1 << 40
"""More than any block has, so that what is counted of one pools no code."""


@dataclass(frozen=True)
class Streamed:
    """A roster scored, its rows in the spill.

    Attributes
    ----------
    points
        Of every row of the spill, shape (n,); NaN where not scored, or where the row is dropped.
    dropped
        Numbers of rows of the spill that do not stay, sorted.
    status
        Accepted rows by place in STATUSES.
    spread
        For each input the scored rows by place in its table.
    years
        School years of accepted rows.
    """

    file: str
    counts: RowCounts
    refusals: tuple[Refusal, ...]
    tally: Tally
    spill: Spill
    points: Floats
    dropped: Ints
    status: Ints
    spread: tuple[Ints, ...]
    years: tuple[int, ...]


@dataclass(frozen=True)
class Wanted:
    """What to score: a roster, or the rows of some grades alone, and the way of its blocks into the spill."""

    roster: Source
    grades: tuple[str, ...] = ()
    way: Way = one_by_one


def stream(wanted: Wanted, model: Model, folder: Path, *, inputs: bool) -> Streamed:
    """Judge and score a roster into a spill in a folder.

    Raises
    ------
    UsageError, RosterError, MachineError
        The roster as a whole cannot be taken.
    """

    def start(chosen: Source, contract: Contract) -> Stream[Spill]:
        return Stream(chosen, contract, model, Spill(folder, model.card, tuple(model.attributes), inputs=inputs))

    passed = pass_through(wanted.roster, model.serving, wanted.grades, start, wanted.way)
    source, fold = wanted.roster, passed.fold
    refuse_empty(source, fold.passage.counts.rows_in, fold.refusals)
    gone = fold.settle(passed.again, passed.contract) if passed.again is not None else np.empty(0, dtype=np.int64)
    fold.spill.close()
    dropped = fold.spill.rows_at(gone)
    refuse_hopeless(source.file, fold.refusals)
    guesses = (*source.guesses, *told(source.file, passed.contract, passed.evidence))
    warn((*guesses, *fold.passage.numbers.guesses(source.file)))
    give_back_memory()
    points = fold.spill.points()
    points[dropped] = np.nan
    return Streamed(
        file=source.file,
        counts=fold.passage.counts,
        refusals=tuple(fold.refusals),
        tally=fold.passage.tally,
        spill=fold.spill,
        points=points,
        dropped=dropped,
        status=fold.status,
        spread=fold.spread,
        years=tuple(sorted(fold.years)),
    )


@dataclass
class Apart:
    """Apart blocks held as they come, in the place of a spill; with numbers only where ``inputs`` are to be kept."""

    inputs: bool
    blocks: list[Block] = field(default_factory=list)

    def add(self, block: Block) -> None:
        """Hold a block."""
        coded = {name: column if isinstance(column, Coded) else np.empty(0) for name, column in block.values.items()}
        self.blocks.append(block if self.inputs else replace(block, values=coded))


S = TypeVar("S", Spill, Apart)


class Stream(Generic[S]):
    """The sums of the blocks so far, and where their rows go."""

    def __init__(self, source: Source, contract: Contract, model: Model, spill: S) -> None:
        self.source, self.contract, self.model = source, contract, model
        self.spill: S = spill
        self.passage = Passage(source, contract)
        self.refusals: list[Refusal] = []
        self.status = np.zeros(len(STATUSES), dtype=np.int64)
        self.spread: tuple[Ints, ...] = ()
        self.years: set[int] = set()

    def add(self, judged: Judged) -> None:
        """Take a block."""
        self.passage.add(judged)
        self._refuse(judged)
        rows = np.flatnonzero(~judged.refused)
        if len(rows):
            cells = judged.values if len(rows) == len(judged.lines) else taken(judged, rows)
            self._see_years(cells[self.contract.column_of(Kind.YEAR), Kind.YEAR])
            self._write(score_block(self.model, cells, judged.lines[rows]))

    def apart(self, source: Source) -> "Stream[Apart]":
        """Give what takes blocks of the same roster elsewhere, to be joined."""
        other: Stream[Apart] = Stream(source, self.contract, self.model, Apart(bool(self.spill.inputs)))
        other.passage.tally = Tally(most_codes=MOST_ROWS)
        return other

    def join(self, other: "Stream[Apart]") -> None:
        """Take later blocks that were taken elsewhere."""
        self.passage.join(other.passage)
        if other.refusals:
            self.refusals += other.refusals
            refuse_hopeless(self.source.file, self.refusals)
        self.years |= other.years
        for block in other.spill.blocks:
            self._write(block)

    def again(self) -> Ints:
        """Give the places of rows that may be of one student."""
        return self.passage.seen.again()

    def settle(self, rows: Rows, contract: Contract) -> Ints:
        """Settle rows that were read again, and give the places of those that do not stay as they were.

        A row that speaks for other spells too is scored anew and stands at the end.
        """
        self._count(self._scored(rows, contract, ~rows.doubtful), -1)
        looked = self.passage.settle(rows, contract)
        self.refusals += looked.settled.refusals
        mended = _mended(looked)
        gone = looked.merged | looked.refused | mended
        self._count(self._scored(rows, contract, looked.kept & ~mended), 1)
        if mended.any():
            self._write(self._scored(rows, contract, mended))
        return rows.lines[gone]

    def _refuse(self, judged: Judged) -> None:
        before = len(self.refusals)
        self.refusals += refusals_of(judged, self.source)
        if len(self.refusals) > before:
            refuse_hopeless(self.source.file, self.refusals)

    def _see_years(self, year: Coded) -> None:
        self.years |= {int(year.names[code]) for code in np.unique(year.codes).tolist() if code >= 0}

    def _write(self, block: Block) -> None:
        self._count(block, 1)
        self.spill.add(block)

    def _count(self, block: Block, sign: int) -> None:
        self.status += sign * np.bincount(block.status, minlength=len(STATUSES))
        new = tuple(sign * counts for counts in block.spread)
        self.spread = tuple(a + b for a, b in zip(self.spread, new, strict=True)) if self.spread else new

    def _scored(self, rows: Rows, contract: Contract, chosen: Bools) -> Block:
        own = np.flatnonzero(chosen)
        held = values_of(rows, contract).items()
        cells = {key: column.take(own) if isinstance(column, Coded) else column[own] for key, column in held}
        cells[contract.student_id, Kind.STUDENT] = rows.ids.take(arrow.raw(own))
        return score_block(self.model, cells, rows.lines[own])


def _mended(looked: Looked) -> Bools:
    """Tell which rows hold other counts than in the file, those of all spells."""
    each = zip(looked.settled.into.tolist(), looked.settled.names, strict=True)
    into = [row for row, name in each if name == RE_ENROLLED]
    mended = np.zeros(len(looked.rows.lines), dtype=bool)
    mended[into] = True
    return mended & looked.kept
