"""All rows of one file as its contract reads them, and which of them are kept; every row is counted once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from earlywarn.columns import Bools, Coded, Floats, Ints, Refusal, RowCounts
from earlywarn.errors import Fault, RosterError
from earlywarn.roster.blocks import Source, whereabouts
from earlywarn.roster.cells import NUMBERS, Kind, Values, renamed
from earlywarn.roster.contract import Contract, Key, judge
from earlywarn.roster.quarantine import in_order, rule_faults
from earlywarn.roster.repeats import Repeats
from earlywarn.roster.stored import reading

MOST_REFUSALS = 1_000_000
"""Beyond this the file is wrong as a whole, and a list of its rows would help nobody."""


@dataclass(frozen=True)
class Rows:
    """All rows that could be parted into cells, and every refusal so far.

    Attributes
    ----------
    ids
        A pyarrow text column, null where blank.
    texts, numbers
        By column and kind, and by column.
    lines, refusals
        By place: see ``blocks.PART``.
    """

    file: str
    parts: tuple[str, ...]
    sha256: str
    ids: Any
    texts: Mapping[Key, Coded]
    numbers: Mapping[str, Floats]
    lines: Ints
    refusals: tuple[Refusal, ...]

    @cached_property
    def doubtful(self) -> Bools:
        """Rows that are refused already, so that nobody knows what they meant."""
        return _refused(self.lines, self.refusals)[0]

    def told(self, place: int) -> str:
        """Name a place in words: "line 7", or in a folder "line 7 of part-2.csv"."""
        file, line = whereabouts(self.parts, place)
        return f"line {line} of {file}" if len(self.parts) > 1 else f"line {line}"


@dataclass(frozen=True)
class Account:
    """What became of every row of one file."""

    file: str
    sha256: str
    counts: RowCounts
    refusals: tuple[Refusal, ...]
    merged_lines: tuple[int, ...]


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


def read_rows(path: Path, source: Source, contract: Contract) -> Rows:
    """Read a file whose columns are those of the contract, and judge each row by itself.

    Raises
    ------
    RosterError, MachineError
        The file as a whole cannot be taken; a row that cannot is a refusal in what is given.
    """
    with reading(path):
        return _read(source, contract)


def settle(rows: Rows, repeats: Repeats, conflicts: Iterable[Refusal]) -> Kept:
    """Refuse and merge; ``conflicts`` are the refusals of the rows that contradict each other.

    Raises
    ------
    RosterError
        More faults than a list of them could help.
    """
    refusals = [*rows.refusals, *islice(conflicts, MOST_REFUSALS + 1)]
    _refuse_hopeless(rows.file, rows.parts, refusals)
    refused, elsewhere = _refused(rows.lines, refusals)
    keep = ~refused
    keep[repeats.merged] = False
    account = Account(
        file=rows.file,
        sha256=rows.sha256,
        counts=RowCounts(
            rows_in=len(rows.lines) + elsewhere,
            accepted=int(keep.sum()),
            merged=len(repeats.merged),
            quarantined=int(refused.sum()) + elsewhere,
        ),
        refusals=tuple(in_order(_in_files(refusals, rows.parts))),
        merged_lines=tuple(np.sort(rows.lines[repeats.merged]).tolist()),
    )
    return Kept(keep, account)


def without_idle_names(coded: Coded) -> Coded:
    """Leave out names that no row has."""
    used = np.zeros(len(coded.names) + 1, dtype=bool)
    used[coded.codes] = True
    if used[:-1].all():
        return coded
    names = [name if use else None for name, use in zip(coded.names, used.tolist(), strict=False)]
    return renamed(coded.codes, [*names, None])


def _read(source: Source, contract: Contract) -> Rows:
    parts: list[dict[Key, Values]] = []
    lines: list[Ints] = []
    refusals: list[Refusal] = []
    for block in source.blocks(contract.types, contract.missing):
        values, broken = judge(block, contract, source.file)
        parts.append(values)
        lines.append(block.lines)
        refusals += broken
        _refuse_hopeless(source.file, source.parts, refusals)
    if not refusals and not sum(map(len, lines)):
        raise RosterError(Fault(source.file, "a header and no rows", "at least one row", "export it again"))
    ids, texts, numbers = _joined(parts)
    places, sha256 = np.concatenate(lines), source.sha256()
    return Rows(source.file, source.parts, sha256, ids, texts, numbers, places, tuple(refusals))


def _in_files(refusals: Iterable[Refusal], parts: Sequence[str]) -> Iterator[Refusal]:
    """Give refusals with file and line, as people count them, for places."""
    for refusal in refusals:
        file, line = whereabouts(parts, refusal.line)
        yield replace(refusal, file=file, line=line)


def _refuse_hopeless(file: str, parts: Sequence[str], refusals: list[Refusal]) -> None:
    if len(refusals) > MOST_REFUSALS:
        remedy = "look at its first rows: is this the right file, and the right config?"
        many = Fault(file, f"more than {MOST_REFUSALS:,} faults", "a file most of whose rows can be taken", remedy)
        raise RosterError([many, *rule_faults(file, _in_files(refusals, parts))])


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
            texts[column, kind] = _joined_codes(pieces)
    return ids, texts, numbers


def _joined_codes(pieces: list[Coded]) -> Coded:
    shifts = accumulate((len(piece.names) for piece in pieces[:-1]), initial=0)
    both = zip(pieces, shifts, strict=True)
    codes = [np.where(piece.codes < 0, -1, piece.codes + shift) for piece, shift in both]
    names = chain.from_iterable(piece.names for piece in pieces)
    return renamed(np.concatenate(codes).astype(np.int32), [*names, None])


def _refused(lines: Ints, refusals: Iterable[Refusal]) -> tuple[Bools, int]:
    """Tell which rows are refused, and how many more lines are that never became rows."""
    wanted = np.array(sorted({refusal.line for refusal in refusals}), dtype=np.int64)
    places = np.searchsorted(lines, wanted)  # lines ascend
    found = np.append(lines, -1)[places] == wanted
    refused = np.zeros(len(lines), dtype=bool)
    refused[places[found]] = True
    return refused, int((~found).sum())
