"""One file judged row by row: accepted, merged or refused, and every row counted once."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate, chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from earlywarn import arrow
from earlywarn.columns import Bools, Coded, Floats, Ints, Refusal, RowCounts, Texts
from earlywarn.errors import Fault, RosterError
from earlywarn.files import sha256_file
from earlywarn.roster.blocks import Source
from earlywarn.roster.cells import YEARS, Kind, Values, renamed
from earlywarn.roster.contract import Contract, Key, judge
from earlywarn.roster.header import check_columns
from earlywarn.roster.quarantine import in_order
from earlywarn.roster.read import open_source, reading
from earlywarn.roster.repeats import Repeats, find_repeats

MOST_REFUSALS = 1_000_000
"""Beyond this the file is wrong as a whole, and a list of its rows would help nobody."""


@dataclass(frozen=True)
class Accepted:
    """The accepted rows of one file by column and kind, and what became of the others."""

    ids: Texts
    years: Ints
    texts: Mapping[Key, Coded]
    numbers: Mapping[str, Floats]
    lines: Ints
    refusals: tuple[Refusal, ...]
    counts: RowCounts
    merged_lines: tuple[int, ...]
    sha256: str
    file: str


@dataclass(frozen=True)
class _Rows:
    """All rows that could be parted into cells, and every refusal so far."""

    ids: Any
    texts: Mapping[Key, Coded]
    numbers: Mapping[str, Floats]
    lines: Ints
    refusals: list[Refusal]


def accept(path: Path, contract: Contract) -> Accepted:
    """Read a file and part its rows.

    Raises
    ------
    UsageError, RosterError, MachineError
        The file as a whole cannot be taken; a row that cannot is a refusal in what is given.
    """
    source = open_source(path)
    check_columns(source, contract)
    with reading(path):
        sha256 = sha256_file(path)
        rows = _read(source, contract)
    years = _years(rows)
    repeats = _repeats(rows, years)
    refusals = [*rows.refusals, *_conflicts(rows, repeats, contract, source.file)]
    refused, elsewhere = _refused(rows.lines, refusals)
    keep = ~refused
    keep[repeats.merged] = False
    return Accepted(
        ids=arrow.to_texts(rows.ids)[keep],
        years=years[keep],
        texts={key: _kept(coded, keep) for key, coded in rows.texts.items()},
        numbers={column: values if keep.all() else values[keep] for column, values in rows.numbers.items()},
        lines=rows.lines[keep],
        refusals=tuple(in_order(refusals)),
        counts=RowCounts(
            rows_in=len(rows.lines) + elsewhere,
            accepted=int(keep.sum()),
            merged=len(repeats.merged),
            quarantined=int(refused.sum()) + elsewhere,
        ),
        merged_lines=tuple(np.sort(rows.lines[repeats.merged]).tolist()),
        sha256=sha256,
        file=source.file,
    )


def _read(source: Source, contract: Contract) -> _Rows:
    parts: list[dict[Key, Values]] = []
    lines: list[Ints] = []
    refusals: list[Refusal] = []
    for block in source.blocks(contract.types, contract.missing):
        values, broken = judge(block, contract, source.file)
        parts.append(values)
        lines.append(block.lines)
        refusals += broken
        _refuse_hopeless(source.file, len(refusals))
    if not refusals and not sum(map(len, lines)):
        raise RosterError(Fault(source.file, "a header and no rows", "at least one row", "export it again"))
    return _joined(parts, np.concatenate(lines), refusals)


def _refuse_hopeless(file: str, refusals: int) -> None:
    if refusals > MOST_REFUSALS:
        remedy = "look at its first rows: is this the right file, and the right config?"
        raise RosterError(Fault(file, f"more than {MOST_REFUSALS:,} faults", "a roster", remedy))


def _joined(parts: list[dict[Key, Values]], lines: Ints, refusals: list[Refusal]) -> _Rows:
    ids: Any = None
    texts: dict[Key, Coded] = {}
    numbers: dict[str, Floats] = {}
    for column, kind in tuple(parts[0]):
        pieces: list[Any] = [part.pop((column, kind)) for part in parts]
        if kind is Kind.STUDENT:
            ids = pa.concat_arrays(pieces)
        elif kind is Kind.NUMBER:
            numbers[column] = np.concatenate(pieces)
        else:
            texts[column, kind] = _joined_codes(pieces)
    return _Rows(ids, texts, numbers, lines, refusals)


def _joined_codes(pieces: list[Coded]) -> Coded:
    shifts = accumulate((len(piece.names) for piece in pieces[:-1]), initial=0)
    both = zip(pieces, shifts, strict=True)
    codes = [np.where(piece.codes < 0, -1, piece.codes + shift) for piece, shift in both]
    names = chain.from_iterable(piece.names for piece in pieces)
    return renamed(np.concatenate(codes).astype(np.int32), [*names, None])


def _kept(coded: Coded, keep: Bools) -> Coded:
    """Take rows, and leave out names that only other rows had."""
    codes = coded.codes[keep]
    used = np.zeros(len(coded.names) + 1, dtype=bool)
    used[codes] = True
    names = [name if use else None for name, use in zip(coded.names, used.tolist(), strict=False)]
    return renamed(codes, [*names, None])


def _years(rows: _Rows) -> Ints:
    """Give the school years, -1 where not known."""
    year = next(coded for (_, kind), coded in rows.texts.items() if kind is Kind.YEAR)
    return np.array([*map(int, year.names), -1], dtype=np.int64)[year.codes]


def _repeats(rows: _Rows, years: Ints) -> Repeats:
    student = np.nan_to_num(arrow.to_floats(rows.ids.dictionary_encode().indices), nan=-1).astype(np.int64)
    key = np.where((student < 0) | (years < 0), -1, student * YEARS.stop + years)
    doubtful, _ = _refused(rows.lines, rows.refusals)
    return find_repeats(key, doubtful, [*rows.texts.values(), *rows.numbers.values()])


def _refused(lines: Ints, refusals: list[Refusal]) -> tuple[Bools, int]:
    """Tell which rows are refused, and how many more lines are that never became rows."""
    wanted = np.array(sorted({refusal.line for refusal in refusals}), dtype=np.int64)
    places = np.searchsorted(lines, wanted)  # lines ascend
    found = np.append(lines, -1)[places] == wanted
    refused = np.zeros(len(lines), dtype=bool)
    refused[places[found]] = True
    return refused, int((~found).sum())


def _conflicts(rows: _Rows, repeats: Repeats, contract: Contract, file: str) -> list[Refusal]:
    return [
        Refusal(
            line=int(rows.lines[row]),
            column=contract.student_id,
            rule="another row of this student and school year says otherwise",
            remedy=f"compare it with line {rows.lines[other]} and keep the one that is right",
            file=file,
        )
        for row, other in repeats.conflicting
    ]
