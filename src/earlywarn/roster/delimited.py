"""A CSV file as blocks of columns with true line numbers; refuses what would shift or swallow a row.

Commas, UTF-8 with or without byte order mark, quotes by RFC 4180. The parser is pyarrow's; what it
passes over in silence is looked for here: an unclosed quote, a NUL byte, a blank or overlong row.
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

BLOCK = 2 << 20
LONGEST_RECORD = 16 << 20
LONGEST_HEADER = 1 << 20
MOST_COLUMNS = 10_000
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Header:
    """The names of the columns, where the rows begin, and on which line."""

    names: tuple[str, ...]
    end: int
    next_line: int


def open_delimited(path: Path) -> Source:
    """Read the header of a CSV.

    Raises
    ------
    RosterError
        Nothing but blank lines, a header that is none, another separator, bytes that are not text.
    """
    header = _header(path)
    types = (pa.string(),) * len(header.names)
    return Source(path.name, header.names, types, partial(_blocks, path, header))


def _header(path: Path) -> Header:
    with path.open("rb") as file:
        head = file.read(LONGEST_HEADER)
    skip = len(BYTE_ORDER_MARK) if head.startswith(BYTE_ORDER_MARK) else 0
    begin = len(head) - len(head[skip:].lstrip())
    if begin == len(head):
        raise RosterError(Fault(path.name, "nothing but blank lines", "a header and rows", "export it again"))
    end = _header_end(head, begin)
    line = 1 + head.count(b"\n", 0, begin)
    record = head[begin:end]
    _refuse_broken(path.name, record, line, begin)
    _refuse_unclosed(path.name, record, line)
    _refuse_other_text(path.name, record, line, begin)
    return Header(_names(path.name, record), end, line + record.count(b"\n"))


def _header_end(head: bytes, begin: int) -> int:
    end = head.find(b"\n", begin)
    while end >= 0 and head.count(b'"', begin, end) % 2:
        end = head.find(b"\n", end + 1)
    return end + 1 if end >= 0 else len(head)


def _names(file: str, record: bytes) -> tuple[str, ...]:
    text = record.decode().strip()
    if "," not in text and (mark := next((mark for mark in "\t;|" if mark in text), None)):
        word = {"\t": "tabs", ";": "semicolons", "|": "bars"}[mark]
        raise RosterError(Fault(file, f"cells parted by {word}", "commas", "save it as 'CSV UTF-8 (comma delimited)'"))
    try:
        names = tuple(name.strip() for name in next(csv.reader([text], strict=True)))
    except csv.Error:
        raise RosterError(Fault(file, "a header that is no CSV", "names and commas", "export it again")) from None
    if len(names) > MOST_COLUMNS:
        raise RosterError(Fault(file, f"{len(names):,} columns", f"at most {MOST_COLUMNS:,}", "leave out what is not needed"))
    return names


def _blocks(path: Path, header: Header, types: Mapping[str, Any], missing: frozenset[str]) -> Iterator[Block]:
    options = _Options(path.name, header.names, dict(types), missing)
    for block, line in _whole_blocks(path, header):
        _refuse_other_text(path.name, block, line, None)
        if not block.isspace():
            yield _parse(block, line, options)


def _whole_blocks(path: Path, header: Header) -> Iterator[tuple[bytes, int]]:
    """Give blocks that begin and end with a record, each with its first line."""
    line, rest = header.next_line, b""
    with path.open("rb") as file:
        file.seek(header.end)
        while fresh := file.read(BLOCK):
            chunk = rest + fresh
            _refuse_broken(path.name, chunk, line, None)
            length = records.whole_records(chunk)
            _refuse_endless(path.name, len(chunk) - length, line + chunk.count(b"\n", 0, length))
            if length:
                yield chunk[:length], line
            line += chunk.count(b"\n", 0, length)
            rest = chunk[length:]
    if rest:
        _refuse_unclosed(path.name, rest, line)
        yield rest, line
