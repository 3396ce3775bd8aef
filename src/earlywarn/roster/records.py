"""Where the records of a CSV begin and end, byte by byte; refuses a quote that stands astray.

``separator`` is the byte between cells: a comma, a tab, a semicolon or a bar. A record is one row of the
file. It may span several lines where a quoted cell holds line breaks, so the number of a row says nothing
of its line; here both are counted in whole blocks with numpy, and only in those blocks that need it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from earlywarn.columns import Bools, Ints

LF, CR, QUOTE, COMMA = b'\n\r",'


def whole_records(chunk: bytes) -> int:
    r"""Give the length of the whole records at the front of a chunk that begins with a record.

    Examples
    --------
    >>> whole_records(b'1,2\n3,"a\nb",4\n5,6')
    14
    """
    end = chunk.rfind(b"\n") + 1
    if is_even(chunk, end):
        return end
    ends = _places(chunk, LF)
    outside = ends[~_quoted(_places(chunk, QUOTE), ends)]
    return int(outside[-1]) + 1 if len(outside) else 0


def is_even(chunk: bytes, end: int) -> bool:
    """Tell whether quotes up to a place open and close; most files have none, and to look for one is quicker."""
    return chunk.find(b'"', 0, end) < 0 or chunk.count(b'"', 0, end) % 2 == 0


def lines_in(chunk: bytes) -> int:
    """Count line ends."""
    return int(np.count_nonzero(_bytes(chunk) == LF))


def first_record(chunk: bytes, begin: int = 0) -> int:
    """Give where the record that begins at ``begin`` ends, its line end included, or -1."""
    end = chunk.find(b"\n", begin)
    if end < 0 or chunk.count(b'"', begin, end) % 2 == 0:
        return end + 1 or -1
    rest = chunk[begin:]
    ends = _places(rest, LF)
    outside = ends[~_quoted(_places(rest, QUOTE), ends)]
    return begin + int(outside[0]) + 1 if len(outside) else -1


def cells_parted(record: bytes, separator: int) -> int:
    """Give how often a separator stands outside of quotes in one record."""
    places = _places(record, separator)
    return int((~_quoted(_places(record, QUOTE), places)).sum())


def stray_quote(chunk: bytes, separator: int = COMMA) -> int | None:
    """Give the place of the first quote that neither begins nor ends a cell, or None.

    In a sound CSV every other quote opens a cell and so stands at its beginning, the next one
    closes it and so stands at its end; a doubled quote inside a cell closes and opens at once. One quote
    that is never closed breaks this at the next quoted cell.
    """
    if b'"' not in chunk:
        return None
    raw, quotes = _bytes(chunk), _places(chunk, QUOTE)
    opening, closing = quotes[::2], quotes[1::2]
    may_precede = _among(LF, QUOTE, separator)
    astray = opening[(opening > 0) & ~may_precede[raw[opening - 1]]]
    after = np.minimum(closing + 1, len(raw) - 1)
    may_follow = _among(LF, CR, QUOTE, separator)
    unclosed = opening[: len(closing)][(closing + 1 < len(raw)) & ~may_follow[raw[after]]]
    first = [int(places[0]) for places in (astray, unclosed) if len(places)]
    return min(first, default=None)


def open_quote(block: bytes) -> int | None:
    """Give the place of the last quote where it is never closed, or None."""
    return None if is_even(block, len(block)) else block.rfind(b'"')


def bare_return(chunk: bytes) -> int | None:
    """Give the place of the first carriage return outside quotes that no line feed follows, or None."""
    if chunk.find(b"\r", 0, len(chunk) - 1) < 0 or chunk.count(b"\r") == chunk.count(b"\r\n"):
        return None
    raw, returns = _bytes(chunk), _places(chunk[:-1], CR)
    bare = returns[raw[returns + 1] != LF]
    outside = bare[~_quoted(_places(chunk, QUOTE), bare)]
    return int(outside[0]) if len(outside) else None


def record_lines(block: bytes, first_line: int) -> Ints:
    r"""Give the line on which each record begins; blank lines are no records.

    Examples
    --------
    >>> record_lines(b'1,2\n\n3,"a\nb"\n5,6\n', 2).tolist()
    [2, 4, 6]
    """
    raw, ends = _bytes(block), _line_ends(block)
    starts = np.concatenate(([0], ends[:-1] + 1))
    length = ends - starts
    blank = (length == 0) | ((length == 1) & (raw[np.minimum(starts, len(raw) - 1)] == CR))
    opens = np.concatenate(([True], ~_quoted(_places(block, QUOTE), ends[:-1])))
    return np.flatnonzero(opens & ~blank) + first_line


def swallowing_records(block: bytes, first_line: int, width: int, separator: int = COMMA) -> list[tuple[int, int]]:
    r"""Give the first and last line of records that look like several rows made one by an unclosed quote.

    Two such quotes in one column make a sound CSV in which a cell holds the rows between them. It shows
    in the separators: n lines that were n rows hold n times the separators of a row.

    Examples
    --------
    >>> swallowing_records(b'1,"a,2\n3,b,4\n5,c",6\n', 2, 3)
    [(2, 4)]
    """
    ends, parted = _line_ends(block), _places(block, separator)
    closes = np.flatnonzero(~_quoted(_places(block, QUOTE), ends))
    first = np.concatenate(([0], closes[:-1] + 1))
    lines = closes - first + 1
    upto = np.searchsorted(parted, ends[closes])
    held = np.diff(upto, prepend=0)
    rows = np.flatnonzero((lines > 1) & (held == lines * (width - 1)))
    return [(first_line + int(first[row]), first_line + int(closes[row])) for row in rows]


def line_of(block: bytes, place: int, first_line: int) -> int:
    """Give the line of a place in a block that begins on ``first_line``."""
    return first_line + block.count(b"\n", 0, place)


def lines_at(block: bytes, numbers: Ints) -> bytes:
    r"""Give some lines of a block, counted from 0, one after the other.

    Examples
    --------
    >>> lines_at(b"1,2\n3,4\n5,6", np.array([0, 2]))
    b'1,2\n5,6\n'
    """
    ends = _line_ends(block)
    starts = np.concatenate(([0], ends[:-1] + 1))
    return b"".join(
        block[start:end] + b"\n" for start, end in zip(starts[numbers].tolist(), ends[numbers].tolist(), strict=True)
    )


def _line_ends(block: bytes) -> NDArray[np.int64]:
    ends = _places(block, LF)
    return ends if block.endswith(b"\n") else np.append(ends, len(block))


def _quoted(quotes: NDArray[np.int64], places: NDArray[np.int64]) -> Bools:
    """Tell which places stand inside quotes: those with an odd number of quotes before them."""
    return np.asarray(np.searchsorted(quotes, places) % 2 == 1)


def _among(*bytes_: int) -> Bools:
    """Give for each of 256 bytes whether it is one of these."""
    found = np.zeros(256, dtype=bool)
    found[list(bytes_)] = True
    return found


def _places(block: bytes, byte: int) -> NDArray[np.int64]:
    return np.flatnonzero(_bytes(block) == byte)


def _bytes(block: bytes) -> NDArray[Any]:
    return np.frombuffer(block, dtype=np.uint8)
