"""A CSV cut into pieces that begin and end with a record; refuses bytes that are no sound UTF-8 CSV."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NoReturn

from earlywarn.errors import Fault, RosterError
from earlywarn.roster import records

PIECE = 8 << 20
"""Bytes read at once: smaller costs more Python a row (1 MB: half as much again), larger only memory."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
LONGEST_RECORD = 16 << 20

_QUOTES = "quotes that open and close a whole cell, and are doubled inside it"
_SAVE_AGAIN = "save it again as 'CSV UTF-8'"
_MEND_QUOTE = "close the quote, or take stray quotes out of that row"


@dataclass(frozen=True)
class Piece:
    """Some bytes of a file, the line on which they begin and their place in the file."""

    content: bytes
    line: int
    offset: int

    @cached_property
    def lines(self) -> int:
        """How many line ends it holds."""
        return self.content.count(b"\n")

    def parted(self, length: int) -> tuple["Piece", "Piece"]:
        """Give the first ``length`` bytes and the rest."""
        first = Piece(self.content[:length], self.line, self.offset)
        return first, Piece(self.content[length:], self.line + first.lines, self.offset + length)


def sound_pieces(path: Path, start: Piece) -> Iterator[Piece]:
    """Give the file from the end of ``start`` on in pieces of whole records.

    Raises
    ------
    RosterError
        A byte or a quote that leaves no certainty about what follows it.
    """
    _, rest = start.parted(len(start.content))
    with path.open("rb") as file:
        file.seek(rest.offset)
        while fresh := file.read(PIECE):
            chunk = Piece(rest.content + fresh, rest.line, rest.offset)
            refuse_broken(path.name, chunk)
            whole, rest = chunk.parted(records.whole_records(chunk.content))
            _refuse_endless(path.name, rest)
            if whole.content:
                yield _in_utf8(path.name, whole)
    if rest.content:
        refuse_unclosed(path.name, rest)
        yield _in_utf8(path.name, rest)


def refuse_broken(file: str, piece: Piece) -> None:
    """Refuse NUL bytes, bare carriage returns and quotes that stand astray."""
    content = piece.content
    if (place := content.find(b"\0")) >= 0:
        _refuse(file, piece, place, "a NUL byte", "UTF-8 text", _SAVE_AGAIN)
    if (found := records.bare_return(content)) is not None:
        _refuse(file, piece, found, "a line end of CR alone", "LF or CRLF", _SAVE_AGAIN)
    if (found := records.stray_quote(content)) is not None:
        _refuse(file, piece, found, "a quote inside a cell, or never closed", _QUOTES, _MEND_QUOTE)


def refuse_unclosed(file: str, piece: Piece) -> None:
    """Refuse a last record whose quote is never closed."""
    if (found := records.open_quote(piece.content)) is not None:
        _refuse(file, piece, found, "a quote that is never closed", _QUOTES, _MEND_QUOTE)


def utf8(file: str, piece: Piece) -> str:
    """Give the text of a piece."""
    try:
        return piece.content.decode()
    except UnicodeDecodeError as error:
        place = error.start
    _refuse(file, piece, place, "a byte that is not UTF-8", "UTF-8 text", _SAVE_AGAIN)


def _in_utf8(file: str, piece: Piece) -> Piece:
    if piece.content.isascii():
        return piece
    utf8(file, piece)
    # pyarrow would drop it at the beginning of a piece, and keep it as part of an id elsewhere.
    if (place := piece.content.find(BYTE_ORDER_MARK)) >= 0:
        found = "a byte order mark inside the file, as if two files were joined"
        _refuse(file, piece, place, found, "one at the beginning", "join rows only, without headers and marks")
    return piece


def _refuse_endless(file: str, rest: Piece) -> None:
    if len(rest.content) > LONGEST_RECORD:
        found = f"a row longer than {LONGEST_RECORD >> 20} MB"
        _refuse(file, rest, 0, found, "rows that end", "look there for a quote that is never closed")


def _refuse(file: str, piece: Piece, place: int, found: str, allowed: str, remedy: str) -> NoReturn:
    line = records.line_of(piece.content, place, piece.line)
    raise RosterError(Fault(f"{file}: line {line} (byte {piece.offset + place})", found, allowed, remedy))
