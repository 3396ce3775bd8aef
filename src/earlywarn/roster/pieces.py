"""A text file cut into pieces that begin and end with a record; refuses bytes that are no sound UTF-8 CSV."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NoReturn

from earlywarn.errors import Fault, RosterError
from earlywarn.roster import records
from earlywarn.roster.encoding import BYTE_ORDER_MARK, Text
from earlywarn.roster.stored import too_much

PIECE = 8 << 20
"""Bytes read at once: smaller costs more Python a row (1 MB: half as much again), larger only memory."""

_QUOTES = "quotes that open and close a whole cell, and are doubled inside it"
_SAVE_AGAIN = "save it again as 'CSV UTF-8'"
_MEND_QUOTE = "close the quote, or take stray quotes out of that row"


@dataclass(frozen=True)
class Piece:
    """Some bytes of a text, the line on which they begin and their place in the text."""

    content: bytes
    line: int
    offset: int

    @cached_property
    def lines(self) -> int:
        """How many line ends it holds."""
        return records.lines_in(self.content)

    def parted(self, length: int) -> tuple["Piece", "Piece"]:
        """Give the first ``length`` bytes and the rest."""
        first = Piece(self.content[:length], self.line, self.offset)
        return first, Piece(self.content[length:], self.line + first.lines, self.offset + length)


def head_of(text: Text) -> tuple[Piece, Piece]:
    """Give the first record that is not blank, and the one after it (empty where there is none).

    Raises
    ------
    RosterError
        Nothing but blank lines, or a record that does not end within the limit.
    """
    head, begin, end = b"", 0, -1
    for chunk in text.chunks(min(PIECE, 1 << 20)):
        head += chunk
        begin = _first_text(head)
        end = records.first_record(head, begin) if begin < len(head) else -1
        if end >= 0 and records.first_record(head, end) >= 0:
            break
        if len(head) > text.file.limits.line_bytes:
            break
    if begin == len(head):
        raise RosterError(Fault(text.file.name, "nothing but blank lines", "a header and rows", "export it again"))
    _, found = Piece(head, 1, text.begin).parted(begin)
    header, rest = found.parted(len(found.content) if end < 0 else end - begin)
    refuse_endless(text, header)
    _, row = rest.parted(_first_text(rest.content))
    end = records.first_record(row.content)
    return header, row.parted(len(row.content) if end < 0 else end)[0]


def sound_pieces(text: Text, start: Piece, separator: int) -> Iterator[Piece]:
    """Give the text from the end of ``start`` on in pieces of whole records.

    Raises
    ------
    RosterError
        A byte or a quote that leaves no certainty about what follows it.
    """
    _, rest = start.parted(len(start.content))
    skip = rest.offset - text.begin
    for chunk in text.chunks(PIECE):
        fresh = chunk[skip:] if skip else chunk
        skip = max(0, skip - len(chunk))
        whole, rest = _whole(text, replace(rest, content=rest.content + fresh), separator)
        if whole.content:
            yield _in_utf8(text, whole)
    if rest.content:
        refuse_unclosed(text, rest)
        yield _in_utf8(text, rest)


def _whole(text: Text, chunk: Piece, separator: int) -> tuple[Piece, Piece]:
    refuse_broken(text, chunk, separator)
    whole, rest = chunk.parted(records.whole_records(chunk.content))
    refuse_endless(text, rest)
    return whole, rest


def refuse_broken(text: Text, piece: Piece, separator: int) -> None:
    """Refuse NUL bytes, bare carriage returns and quotes that stand astray."""
    content = piece.content
    if (place := content.find(b"\0")) >= 0:
        _refuse(text, piece, place, _NUL)
    if (found := records.bare_return(content)) is not None:
        _refuse(text, piece, found, Fault("", "a line end of CR alone", "LF or CRLF", _SAVE_AGAIN))
    if (found := records.stray_quote(content, separator)) is not None:
        _refuse(text, piece, found, Fault("", "a quote inside a cell, or never closed", _QUOTES, _MEND_QUOTE))


def refuse_unclosed(text: Text, piece: Piece) -> None:
    """Refuse a last record whose quote is never closed."""
    if (found := records.open_quote(piece.content)) is not None:
        _refuse(text, piece, found, Fault("", "a quote that is never closed", _QUOTES, _MEND_QUOTE))


def refuse_endless(text: Text, rest: Piece) -> None:
    """Refuse a record that has not ended within the limit."""
    limits = text.file.limits
    if len(rest.content) > limits.line_bytes:
        remedy = "look there for a quote that is never closed"
        _refuse(text, rest, 0, too_much("", "a row that does not end", limits, "line_bytes", remedy))


def utf8(text: Text, piece: Piece) -> str:
    """Give the text of a piece."""
    try:
        return piece.content.decode()
    except UnicodeDecodeError as error:
        place = error.start
    _refuse(text, piece, place, Fault("", "a byte that is not UTF-8", "UTF-8 text", _SAVE_AGAIN))


_NUL = Fault(
    "", "a NUL byte", "text without NUL bytes",
    "save it again as 'CSV UTF-8'; if this is UTF-16 without a byte order mark, state reading.encoding",
)  # fmt: skip


def _first_text(head: bytes) -> int:
    """Give where the first line begins that is not blank, past spaces that lead it."""
    text = len(head) - len(head.lstrip())
    if text == len(head):
        return text
    line = head.rfind(b"\n", 0, text) + 1
    return line + len(head[line:]) - len(head[line:].lstrip(b" "))


def _in_utf8(text: Text, piece: Piece) -> Piece:
    if piece.content.isascii():
        return piece
    utf8(text, piece)
    # pyarrow would drop it at the beginning of a piece, and keep it as part of an id elsewhere.
    if (place := piece.content.find(BYTE_ORDER_MARK)) >= 0:
        found = "a byte order mark inside the file, as if two files were joined"
        joined = Fault("", found, "one at the beginning", "join rows only, without headers and marks")
        _refuse(text, piece, place, joined)
    return piece


def _refuse(text: Text, piece: Piece, place: int, fault: Fault) -> NoReturn:
    where = f"{text.file.name}: line {records.line_of(piece.content, place, piece.line)}"
    if text.is_as_stored:
        where += f" (byte {piece.offset + place})"
    raise RosterError(replace(fault, where=where))
