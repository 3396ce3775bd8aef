"""A CSV or TSV file as blocks of columns with true line numbers; refuses what would shift or swallow a row.

Commas, tabs, semicolons or bars, quotes by RFC 4180. The parser is pyarrow's; what it
passes over in silence is looked for here: a row of too few or too many cells, blank lines, line breaks
inside of quotes. Number columns are parsed as such, and as text only in a block where that fails.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from earlywarn.columns import Ints, Refusal
from earlywarn.config.reading import Reading
from earlywarn.errors import Fault, RosterError
from earlywarn.roster import records
from earlywarn.roster.blocks import WHOLE_ROW, Block, Source, chosen
from earlywarn.roster.encoding import Text, text_of
from earlywarn.roster.pieces import Piece, head_of, refuse_broken, refuse_unclosed, sound_pieces, utf8
from earlywarn.roster.separator import Mark, separator_of
from earlywarn.roster.stored import Stored, too_much

_SAVE_AGAIN = "save it again as 'CSV UTF-8 (comma delimited)'"


@dataclass(frozen=True)
class _Table:
    """A text file whose header is read."""

    text: Text
    header: Piece
    mark: Mark
    names: tuple[str, ...]


@dataclass(frozen=True)
class _Wanted:
    """What to take of each piece: the wanted columns with their types, words for missing."""

    table: _Table
    types: Mapping[str, Any]
    missing: frozenset[str]

    @property
    def file(self) -> str:
        """The file's name."""
        return self.table.text.file.name

    @property
    def mark(self) -> Mark:
        """What parts its cells."""
        return self.table.mark

    @property
    def names(self) -> tuple[str, ...]:
        """All its columns."""
        return self.table.names

    def is_blank(self, row: str) -> bool:
        """Tell whether a row has no cell at all; a tab alone parts two."""
        return not row.strip(None if self.mark.byte != _TAB else " \r\n")


@dataclass(frozen=True)
class _Rows:
    """What the parser gives of a piece.

    ``uneven`` holds the place among all rows and the number of cells, 0 for a row of white space, of each
    row that has not as many cells as the header.
    """

    columns: Mapping[str, Any]
    total: int
    uneven: tuple[tuple[int, int], ...]


_TAB = ord("\t")


def open_delimited(file: Stored, how: Reading) -> Source:
    """Read the header of a CSV or TSV, and decide on the encoding and the separator of the whole.

    Raises
    ------
    RosterError
        Nothing but blank lines, two separators that fit, a header that cannot be read.
    """
    text = text_of(file, how.encoding)
    header, row = head_of(text)
    mark, guess = separator_of(file.name, header.content, row.content, how.separator)
    refuse_broken(text, header, mark.byte)
    refuse_unclosed(text, header)
    names = _names(file, utf8(text, header).strip("\r\n"), mark)
    table, types = _Table(text, header, mark, names), (pa.string(),) * len(names)
    guesses = (text.guess, guess)
    return Source(file.name, names, types, partial(_blocks, table), file.sha256, guesses, at=partial(_at, table))


def _names(file: Stored, text: str, mark: Mark) -> tuple[str, ...]:
    try:
        names = tuple(name.strip() for name in next(csv.reader([text], delimiter=chr(mark.byte), strict=True)))
    except csv.Error:
        fault = Fault(file.name, "a header that cannot be read", f"names and {mark.many}", _SAVE_AGAIN)
        raise RosterError(fault) from None
    if len(names) > file.limits.columns:
        remedy = "leave out what is not needed"
        raise RosterError(too_much(file.name, f"{len(names):,} columns", file.limits, "columns", remedy))
    return names


def _blocks(table: _Table, types: Mapping[str, Any], missing: frozenset[str]) -> Iterator[Block]:
    wanted = _Wanted(table, types, missing)
    for piece in sound_pieces(table.text, table.header, table.mark.byte):
        if not piece.content.isspace() or not wanted.is_blank(piece.content.decode()):
            yield _block(piece, wanted)


def _at(table: _Table, types: Mapping[str, Any], missing: frozenset[str], places: Ints) -> Iterator[Block]:
    """Give the rows that begin on some lines; of a piece without quotes only those lines are parsed."""
    wanted = _Wanted(table, types, missing)
    for piece in sound_pieces(table.text, table.header, table.mark.byte):
        after = piece.line + piece.lines + (not piece.content.endswith(b"\n"))
        lines = places[(places >= piece.line) & (places < after)]
        if not len(lines):
            continue
        if b'"' in piece.content:
            block = _block(piece, wanted)
            yield chosen(block, np.flatnonzero(np.isin(block.lines, lines)))
        else:
            content = records.lines_at(piece.content, lines - piece.line)
            yield Block(_parsed(Piece(content, int(lines[0]), 0), wanted).columns, lines)


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
        uneven.append((row.number - 1, 0 if wanted.is_blank(row.text) else row.actual_columns))
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
        arrow_csv.ParseOptions(delimiter=chr(wanted.mark.byte), newlines_in_values=True, invalid_row_handler=pass_over),
        arrow_csv.ConvertOptions(
            column_types={places[name]: _plain(kind) for name, kind in types.items()},
            include_columns=list(places.values()),
            null_values=sorted(wanted.missing),  # heeded in number columns only
            strings_can_be_null=False,
            check_utf8=False,
        ),
    )
    columns = {name: table.column(place) for place, name in enumerate(types)}
    return _Rows(columns, table.num_rows + len(uneven), tuple(uneven))


def _plain(kind: Any) -> Any:
    """Read repeating texts as texts: to encode them afterwards is quicker than the parser's own way."""
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _uneven(rows: _Rows, lines: Ints, wanted: _Wanted) -> list[Refusal]:
    width = len(wanted.names)
    remedy = f"give it {width} cells, as the header has; {wanted.mark.one} inside a cell needs quotes around the cell"
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
        for first, last in records.swallowing_records(piece.content, piece.line, len(wanted.names), wanted.mark.byte)
        for line in range(first, last + 1)
    ]
