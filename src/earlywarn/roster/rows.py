"""All rows of one file as its contract reads them, and which of them are kept; every row is counted once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from earlywarn import arrow
from earlywarn.columns import Bools, Coded, Floats, Ints, Refusal, RowCounts
from earlywarn.errors import Fault, RosterError
from earlywarn.roster.blocks import Guess, Source
from earlywarn.roster.cells import Values, renamed
from earlywarn.roster.contract import Contract, Key
from earlywarn.roster.judge import Judged, judge_all, refusals_of
from earlywarn.roster.number_ids import number_ids
from earlywarn.roster.places import beside, whereabouts
from earlywarn.roster.quarantine import in_order, rule_faults
from earlywarn.roster.readings import told, warn
from earlywarn.roster.stored import reading
from earlywarn.roster.terms import NUMBERS, Kind

MOST_REFUSALS = 1_000_000
"""Beyond this the file is wrong as a whole, and a list of its rows would help nobody."""


@dataclass(frozen=True)
class Rows:
    """Rows that could be parted into cells, and every refusal so far.

    Attributes
    ----------
    ids, lines
        Pyarrow text, null where blank; the place of each row, in a single file its line.
    texts, numbers
        By column and kind, and by column.
    doubtful
        Rows that are refused already, so that nobody knows what they meant.
    elsewhere
        Lines refused that never became rows.
    """

    source: Source
    sha256: str
    ids: Any
    texts: Mapping[Key, Coded]
    numbers: Mapping[str, Floats]
    lines: Ints
    refusals: tuple[Refusal, ...]
    doubtful: Bools
    elsewhere: int
    guesses: tuple[Guess, ...] = ()

    @property
    def file(self) -> str:
        """The name of the file or folder."""
        return self.source.file

    def where(self, row: int) -> tuple[str, int]:
        """Give file and line of a row."""
        return whereabouts(self.source, int(self.lines[row]))

    def beside(self, row: int, other: int) -> str:
        """Name a row for somebody who looks at another."""
        return beside(self.where(row), self.where(other))

    def refuse(self, row: int, column: str, rule: str, remedy: str, name: str = "") -> Refusal:
        """Give the refusal of one row."""
        file, line = self.where(row)
        return Refusal(line, column, rule, remedy, file, name)

    def refusing(self, rows: Bools, refusals: Iterable[Refusal]) -> "Rows":
        """Give the same rows with more of them refused."""
        return replace(self, refusals=(*self.refusals, *refusals), doubtful=self.doubtful | rows)


class Merge(NamedTuple):
    """A row that is no longer one of its own: where it stood, why, and the row that speaks for it."""

    file: str
    line: int
    name: str
    kept: str


@dataclass(frozen=True)
class Account:
    """What became of every row of one file."""

    file: str
    sha256: str
    counts: RowCounts
    refusals: tuple[Refusal, ...]
    merges: tuple[Merge, ...]

    @property
    def merged_lines(self) -> tuple[int, ...]:
        """The lines of the merged rows."""
        return tuple(merge.line for merge in self.merges)


@dataclass(frozen=True)
class Kept:
    """The rows that are neither merged nor refused, and the account of all."""

    rows: Bools
    account: Account

    def texts(self, coded: Coded) -> Coded:
        """Take the kept rows, and leave out names that only other rows had."""
        return without_idle_names(coded.take(self.rows))

    def numbers(self, values: Floats) -> Floats:
        """Take the kept rows."""
        return values if self.rows.all() else values[self.rows]


@dataclass(frozen=True)
class Settled:
    """What is found of rows of one student: those merged, with what they are merged into, and those refused.

    Attributes
    ----------
    merged, into
        Places among the rows.
    names
        Why each was merged.
    clashing
        Places of the rows that contradict each other; ``refusals`` are theirs.
    """

    merged: Ints
    into: Ints
    names: Sequence[str]
    clashing: Ints
    refusals: Sequence[Refusal]


def read_rows(path: Path, source: Source, contract: Contract) -> Rows:
    """Read a file whose columns are those of the contract, and judge each row by itself.

    Raises
    ------
    RosterError, MachineError
        The file as a whole cannot be taken; a row that cannot is a refusal in what is given.
    """
    with reading(path):
        held, decided, evidence = judge_all(source, contract, lambda: Held(source))
        sha256 = source.sha256()
    refuse_empty(source, held.elsewhere + sum(map(len, held.lines)), held.refusals)
    rows = rows_of(held, sha256)
    numbers = number_ids(source.file, {(contract.student_id, Kind.STUDENT): rows.ids, **rows.texts})
    guesses = (*source.guesses, *told(source.file, decided, evidence), *numbers)
    warn(guesses)
    return replace(rows, guesses=guesses)


@dataclass
class Held:
    """Blocks held as they come."""

    source: Source
    values: list[dict[Key, Values]] = field(default_factory=list)
    lines: list[Ints] = field(default_factory=list)
    refused: list[Bools] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    elsewhere: int = 0

    def add(self, judged: Judged) -> None:
        """Take a block."""
        self.values.append(dict(judged.values))
        self.lines.append(judged.lines)
        self.refused.append(judged.refused)
        self.elsewhere += judged.unread
        self.refusals += refusals_of(judged, self.source)
        refuse_hopeless(self.source.file, self.refusals)


def refuse_empty(source: Source, rows: int, refusals: Sequence[Refusal]) -> None:
    """Refuse a file that has a header and nothing below it.

    Raises
    ------
    RosterError
        It has no row.
    """
    if not rows and not refusals:
        raise RosterError(Fault(source.file, "a header and no rows", "at least one row", "export it again"))


def refuse_hopeless(file: str, refusals: Sequence[Refusal]) -> None:
    """Refuse a file of nothing but faults before memory is full.

    Raises
    ------
    RosterError
        More faults than a list of them could help.
    """
    if len(refusals) > MOST_REFUSALS:
        remedy = "look at its first rows: is this the right file, and the right config?"
        many = Fault(file, f"more than {MOST_REFUSALS:,} faults", "a file most of whose rows can be taken", remedy)
        raise RosterError([many, *rule_faults(file, refusals)])


def settle(rows: Rows, settled: Settled) -> Kept:
    """Refuse and merge.

    Raises
    ------
    RosterError
        More faults than a list of them could help.
    """
    refusals = [*rows.refusals, *settled.refusals]
    refuse_hopeless(rows.file, refusals)
    refused = rows.doubtful.copy()
    refused[settled.clashing] = True
    keep = ~refused
    keep[settled.merged] = False
    account = Account(
        file=rows.file,
        sha256=rows.sha256,
        counts=RowCounts(
            rows_in=len(rows.lines) + rows.elsewhere,
            accepted=int(keep.sum()),
            merged=len(settled.merged),
            quarantined=int(refused.sum()) + rows.elsewhere,
        ),
        refusals=tuple(in_order(refusals)),
        merges=merges_of(rows, settled),
    )
    return Kept(keep, account)


def merges_of(rows: Rows, settled: Settled) -> tuple[Merge, ...]:
    """List the merged rows by file and line."""
    each = zip(settled.merged.tolist(), settled.into.tolist(), settled.names, strict=True)
    return tuple(sorted(Merge(*rows.where(row), name, rows.beside(row, into)) for row, into, name in each))


def without_idle_names(coded: Coded) -> Coded:
    """Leave out names that no row has."""
    used = np.zeros(len(coded.names) + 1, dtype=bool)
    used[coded.codes] = True
    if used[:-1].all():
        return coded
    names = [name if use else None for name, use in zip(coded.names, used.tolist(), strict=False)]
    return renamed(coded.codes, [*names, None])


def _joined(parts: list[dict[Key, Values]]) -> tuple[Any, dict[Key, Coded], dict[str, Floats]]:
    ids: Any = None
    texts: dict[Key, Coded] = {}
    numbers: dict[str, Floats] = {}
    for column, kind in tuple(parts[0]):
        pieces: list[Any] = [part.pop((column, kind)) for part in parts]
        if kind is Kind.STUDENT:
            ids = pa.concat_arrays(pieces)
        elif kind in NUMBERS:
            numbers[column] = np.concatenate(pieces)
        else:
            texts[column, kind] = joined_codes(pieces)
    return ids, texts, numbers


def joined_codes(pieces: Sequence[Coded]) -> Coded:
    """Join columns of codes, each with names of its own."""
    shifts = accumulate((len(piece.names) for piece in pieces[:-1]), initial=0)
    both = zip(pieces, shifts, strict=True)
    codes = [np.where(piece.codes < 0, -1, piece.codes + shift) for piece, shift in both]
    names = chain.from_iterable(piece.names for piece in pieces)
    return renamed(np.concatenate(codes).astype(np.int32), [*names, None])


def taken(judged: Judged, rows: Ints) -> dict[Key, Values]:
    """Take some rows of a block's values."""
    return {key: _take(values, rows) for key, values in judged.values.items()}


def _take(values: Values, rows: Ints) -> Values:
    if isinstance(values, Coded):
        return values.take(rows)
    return values[rows] if isinstance(values, np.ndarray) else values.take(arrow.integers(rows))


def rows_of(held: Held, sha256: str) -> Rows:
    """Join what is held."""
    ids, texts, numbers = _joined(held.values)
    lines, doubtful = np.concatenate(held.lines), np.concatenate(held.refused)
    return Rows(held.source, sha256, ids, texts, numbers, lines, tuple(held.refusals), doubtful, held.elsewhere)
