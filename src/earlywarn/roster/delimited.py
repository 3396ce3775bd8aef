"""A CSV file as blocks of columns with true line numbers; refuses what would shift or swallow a row.

Commas, UTF-8 with or without byte order mark, quotes by RFC 4180. The parser is pyarrow's; what it
passes over in silence is looked for here: a row of too few or too many cells, blank lines, line breaks
inside of quotes. Number columns are parsed as such, and as text only in a block where that fails.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from earlywarn.columns import Ints, Refusal
from earlywarn.errors import Fault, RosterError
from earlywarn.roster import records
from earlywarn.roster.blocks import WHOLE_ROW, Block, Source
from earlywarn.roster.pieces import BYTE_ORDER_MARK, Piece, refuse_broken, refuse_unclosed, sound_pieces, utf8

LONGEST_HEADER = 1 << 20
MOST_COLUMNS = 10_000

_SEPARATORS = {"\t": "tabs", ";": "semicolons", "|": "bars"}
_SAVE_AGAIN = "save it again as 'CSV UTF-8 (comma delimited)'"


@dataclass(frozen=True)
class _Wanted:
    """What to take of each piece: the file's columns, those wanted with their types, words for missing."""

    file: str
    names: tuple[str, ...]
    types: Mapping[str, Any]
    missing: frozenset[str]


@dataclass(frozen=True)
class _Rows:
    """What the parser gives of a piece.

    ``uneven`` holds the place among all rows and the number of cells, 0 for a row of white space, of each
    row that has not as many cells as the header.
    """

    columns: Mapping[str, Any]
    total: int
    uneven: tuple[tuple[int, int], ...]


def open_delimited(path: Path) -> Source:
    """Read the header of a CSV.

    Raises
    ------
    RosterError
        Nothing but blank lines, another separator, a header that cannot be read.
    """
    header = _header(path)
    names = _names(path.name, utf8(path.name, header).strip())
    return Source(path.name, names, (pa.string(),) * len(names), partial(_blocks, path, header, names))


def _header(path: Path) -> Piece:
    """Give the first record that is not blank."""
    with path.open("rb") as file:
        head = file.read(LONGEST_HEADER)
    mark = len(BYTE_ORDER_MARK) if head.startswith(BYTE_ORDER_MARK) else 0
    begin = len(head) - len(head[mark:].lstrip())
    if begin == len(head):
        raise RosterError(Fault(path.name, "nothing but blank lines", "a header and rows", "export it again"))
    end = head.find(b"\n", begin)
    while end >= 0 and head.count(b'"', begin, end) % 2:
        end = head.find(b"\n", end + 1)
    _, header = Piece(head[: end + 1 or len(head)], 1, 0).parted(begin)
    refuse_broken(path.name, header)
    if len(head) == LONGEST_HEADER and end < 0:
        found = f"a header longer than {LONGEST_HEADER >> 20} MB"
        raise RosterError(Fault(path.name, found, "one row of column names", _SAVE_AGAIN))
    refuse_unclosed(path.name, header)
    return header


def _names(file: str, text: str) -> tuple[str, ...]:
    if "," not in text and (mark := next((mark for mark in _SEPARATORS if mark in text), None)):
        raise RosterError(Fault(file, f"cells parted by {_SEPARATORS[mark]}", "commas", _SAVE_AGAIN))
    try:
        names = tuple(name.strip() for name in next(csv.reader([text], strict=True)))
    except csv.Error:
        fault = Fault(file, "a header that cannot be read", "names and commas", _SAVE_AGAIN)
        raise RosterError(fault) from None
    if len(names) > MOST_COLUMNS:
        found, remedy = f"{len(names):,} columns", "leave out what is not needed"
        raise RosterError(Fault(file, found, f"at most {MOST_COLUMNS:,}", remedy))
    return names


def _blocks(
    path: Path, header: Piece, names: tuple[str, ...], types: Mapping[str, Any], missing: frozenset[str]
) -> Iterator[Block]:
    wanted = _Wanted(path.name, names, types, missing)
    for piece in sound_pieces(path, header):
        if not piece.content.isspace():
            yield _block(piece, wanted)


def _block(piece: Piece, wanted: _Wanted) -> Block:
    rows = _parsed(piece, wanted)
    unbroken = piece.lines + (not piece.content.endswith(b"\n")) == rows.total
    if unbroken:  # one line a row: no blank lines, no line breaks inside of quotes
        lines = np.arange(piece.line, piece.line + rows.total, dtype=np.int64)
    else:
        lines = records.record_lines(piece.content, piece.line)
    if len(lines) != rows.total:
        raise _unreadable(piece, wanted)
    refusals = _uneven(rows, lines, wanted)
    if not unbroken:
        refusals += _swallowed(piece, wanted)
    return Block(rows.columns, np.delete(lines, [place for place, _ in rows.uneven]), tuple(refusals))


def _parsed(piece: Piece, wanted: _Wanted) -> _Rows:
    try:
        return _parse(piece.content, wanted, wanted.types)
    except pa.ArrowInvalid:  # some number is none; the message would quote it
        texts = {name: _or_text(kind) for name, kind in wanted.types.items()}
    try:
        return _parse(piece.content, wanted, texts)
    except pa.ArrowInvalid:
        raise _unreadable(piece, wanted) from None


def _or_text(kind: Any) -> Any:
    return pa.string() if pa.types.is_floating(kind) else kind


def _unreadable(piece: Piece, wanted: _Wanted) -> RosterError:
    where = f"{wanted.file}: lines {piece.line} to {piece.line + piece.lines}"
    return RosterError(Fault(where, "rows that cannot be told apart", "one row a line", _SAVE_AGAIN))


def _parse(content: bytes, wanted: _Wanted, types: Mapping[str, Any]) -> _Rows:
    places = {name: str(wanted.names.index(name)) for name in types}
    uneven: list[tuple[int, int]] = []

    def pass_over(row: Any) -> str:
        uneven.append((row.number - 1, row.actual_columns if row.text.strip() else 0))
        return "skip"

    table = arrow_csv.read_csv(
        pa.py_buffer(content),
        # One block, so that a type holds for the whole piece; without threads rows have numbers.
        # Columns go by their place: names that nobody wants may be blank or stand twice.
        arrow_csv.ReadOptions(
            use_threads=False,
            block_size=len(content) + 1,
            column_names=[str(place) for place in range(len(wanted.names))],
        ),
        arrow_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=pass_over),
        arrow_csv.ConvertOptions(
            column_types={places[name]: kind for name, kind in types.items()},
            include_columns=list(places.values()),
            null_values=sorted(wanted.missing),  # heeded in number columns only
            strings_can_be_null=False,
            check_utf8=False,
        ),
    )
    columns = {name: table.column(place) for place, name in enumerate(types)}
    return _Rows(columns, table.num_rows + len(uneven), tuple(uneven))


def _uneven(rows: _Rows, lines: Ints, wanted: _Wanted) -> list[Refusal]:
    width = len(wanted.names)
    remedy = f"give it {width} cells, as the header has; a comma inside a cell needs quotes around the cell"
    return [
        Refusal(
            line=int(lines[place]),
            column=WHOLE_ROW,
            rule="fewer cells than the header" if cells < width else "more cells than the header",
            remedy=remedy,
            file=wanted.file,
        )
        for place, cells in rows.uneven
        if cells
    ]


def _swallowed(piece: Piece, wanted: _Wanted) -> list[Refusal]:
    """Refuse every line of a record that looks like several rows made one, so that each is counted."""
    remedy = "look for an unclosed quote in lines {} to {}, or take the line breaks out of the cell"
    return [
        Refusal(
            line=line,
            column=WHOLE_ROW,
            rule="a quote that makes several rows one",
            remedy=remedy.format(first, last),
            file=wanted.file,
        )
        for first, last in records.swallowing_records(piece.content, piece.line, len(wanted.names))
        for line in range(first, last + 1)
    ]
