"""One sheet of an XLSX workbook as blocks of columns with the sheet's row numbers; refuses cells that lost something.

Parsed with the standard library, in pieces: see docs/decisions/0011-workbooks.md for why no library does it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa

from earlywarn import arrow
from earlywarn.columns import Refusal
from earlywarn.config.reading import Reading
from earlywarn.errors import Fault, RosterError
from earlywarn.roster.blocks import WHOLE_ROW, Block, Guess, Source
from earlywarn.roster.number_format import Spelling, spelling
from earlywarn.roster.package import ALLOWED, Package, damaged, local, opened_package
from earlywarn.roster.recognise import column_words
from earlywarn.roster.stored import Stored, too_much
from earlywarn.roster.worksheet import Row, rows_of, unescaped

ROWS, TEXT = 8_192, 32 << 20
"""Most rows and characters of a block."""

LOOKED_AT = 1_000
"""So many rows tell which columns are stored as numbers."""

MOST_SHARED = 512 << 20
"""Bytes of the table of texts that all cells share; it alone must be in memory whole."""

_IDS = frozenset({"id", "ids", "no", "nr", "num", "number", "code", "key"})
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*?\bref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']")


@dataclass(frozen=True)
class _Book:
    """A workbook without its sheets: their names and members, how numbers are spelt, the shared texts' member."""

    sheets: Mapping[str, str]
    shown: tuple[str, ...]
    spellings: tuple[Spelling, ...]
    strings: str


@dataclass(frozen=True)
class _Table:
    """A sheet whose header is read."""

    file: Stored
    book: _Book
    member: str
    line: int
    names: tuple[str, ...]


def open_workbook(file: Stored, how: Reading) -> Source:
    """Read the header of a sheet, the first one that is shown unless the config names another.

    Raises
    ------
    RosterError
        No workbook, damaged or too large; no such sheet, an empty one, a merged header.
    """
    with opened_package(file) as package:
        book = _book(package)
        name = _sheet(file, book, how)
        member = book.sheets[name]
        first = _first_merged(package, member)
        rows = list(islice(_rows(package, book, member), 1 + LOOKED_AT))
    if not rows:
        raise RosterError(Fault(f"{file.name}: sheet '{name}'", "an empty sheet", "a header and rows", "name another"))
    if first is not None and first[1] >= rows[0].line:
        found = f"merged cells, of which only one holds a value (row {first[0]})"
        raise RosterError(Fault(f"{file.name}: sheet '{name}'", found, "one value a cell", "unmerge and fill them"))
    table = _Table(file, book, member, rows[0].line, _names(file, rows[0]))
    types = (pa.string(),) * len(table.names)
    guesses = (_sheet_guess(file, book, name, how), *_zero_guesses(table, rows[1:]))
    return Source(file.name, table.names, types, partial(_blocks, table), file.sha256, guesses)


def refuse_compound(file: Stored, _how: Reading) -> Source:
    """Refuse a compound file: a workbook with a password, or an old one.

    Raises
    ------
    RosterError
        Always.
    """
    mark, tail = "EncryptedPackage".encode("utf-16-le"), b""
    for chunk in file.chunks(1 << 20):
        if mark in tail + chunk:
            remedy = "save it without a password, where only those may read it who may see its students"
            raise RosterError(Fault(file.name, "a workbook with a password", ALLOWED, remedy))
        tail = chunk[-len(mark) :]
    raise RosterError(Fault(file.name, "an old Excel workbook (.xls)", ALLOWED, "save it as .xlsx or 'CSV UTF-8'"))


def _book(package: Package) -> _Book:
    main = next((target for _, kind, target in package.related("") if kind == "officeDocument"), "")
    if not package.has(main) or main.endswith(".bin"):
        found = "a binary workbook (.xlsb)" if main else "a zip archive that holds no workbook"
        remedy = "save it as .xlsx or 'CSV UTF-8'" if main else "unpack it first"
        raise RosterError(Fault(package.file.name, found, ALLOWED, remedy))
    related = package.related(main)
    targets = {key: target for key, kind, target in related if kind == "worksheet"}
    kinds = {kind: target for _, kind, target in related}
    sheets: dict[str, str] = {}
    shown: list[str] = []
    from_1904 = False
    for name, attributes in package.elements(main):
        if name == "workbookPr":
            from_1904 = attributes.get("date1904") in ("1", "true")
        key = next((value for key, value in attributes.items() if local(key) == "id"), "")
        if name == "sheet" and key in targets:
            sheets[attributes.get("name", "")] = targets[key]
            shown += [attributes.get("name", "")] if attributes.get("state", "visible") == "visible" else []
    spellings = _spellings(package, kinds.get("styles", ""), from_1904)
    return _Book(sheets, tuple(shown), spellings, kinds.get("sharedStrings", ""))


def _spellings(package: Package, member: str, from_1904: bool) -> tuple[Spelling, ...]:
    """Give the spelling of each style that a cell may name."""
    if not package.has(member):
        return ()
    written: dict[int, str] = {}
    codes: list[int] = []
    inside = False
    try:
        for name, attributes in package.elements(member):
            inside = name == "cellXfs" or (inside and name not in ("cellStyles", "dxfs"))
            if name == "numFmt":
                written[int(attributes.get("numFmtId", 0))] = attributes.get("formatCode", "")
            elif name == "xf" and inside:
                codes.append(int(attributes.get("numFmtId", 0)))
    except ValueError:
        raise damaged(package.file) from None
    known = {code: spelling(code, written.get(code, ""), from_1904) for code in set(codes)}
    return tuple(known[code] for code in codes)


def _sheet(file: Stored, book: _Book, how: Reading) -> str:
    name = how.sheet or next(iter(book.shown or book.sheets), "")
    if name not in book.sheets:
        allowed = f"its sheets: {', '.join(book.sheets) or 'none'}"
        found = f"no sheet '{name}'" if name else "no sheet with cells"
        raise RosterError(Fault(file.name, found, allowed, "name one of them as reading.sheet"))
    return name


def _first_merged(package: Package, member: str) -> tuple[int, int] | None:
    """Give the first and last row of the lowest merged cells: they stand after all rows, and unread there."""
    tail, rows = b"", []
    for chunk in package.chunks(member):
        found = _MERGED.findall(tail + chunk)
        rows += [(int(first), int(last)) for _, first, _, last in found]
        rows = [max(rows, key=lambda span: span[1])] if rows else []
        tail = chunk[-256:]
    return rows[0] if rows else None


def _rows(package: Package, book: _Book, member: str) -> Iterator[Row]:
    if not package.has(member):
        raise damaged(package.file)
    return rows_of(package, member, _strings(package, book.strings), book.spellings)


def _strings(package: Package, member: str) -> list[str]:
    """Give the texts that cells share, without the phonetic hints of some languages."""
    if not package.has(member):
        return []
    if package.size(member) > MOST_SHARED:
        found, remedy = f"{package.size(member):,} bytes of text in one table", "save the sheet as 'CSV UTF-8'"
        raise RosterError(Fault(package.file.name, found, f"at most {MOST_SHARED:,}", remedy))
    strings: list[str] = []
    open_elements: list[str] = []
    texts: list[str] = []

    def start(name: str, _attributes: dict[str, str]) -> None:
        open_elements.append(local(name))

    def end(_name: str) -> None:
        if open_elements.pop() == "si":
            strings.append(unescaped("".join(texts)))
            texts.clear()

    def text(content: str) -> None:
        if open_elements[-1] == "t" and "rPh" not in open_elements:
            texts.append(content)

    for _ in package.parse(member, start, end, text):
        pass
    return strings


def _names(file: Stored, row: Row) -> tuple[str, ...]:
    width = 1 + max((column for column, text in row.texts.items() if text.strip()), default=0)
    if width > file.limits.columns:
        raise RosterError(too_much(file.name, f"{width:,} columns", file.limits, "columns", "leave some out"))
    return tuple(row.texts.get(column, "").strip() for column in range(width))


def _sheet_guess(file: Stored, book: _Book, name: str, how: Reading) -> Guess:
    if how.sheet:
        return Guess(file.name, "sheet", name, "stated in the config")
    if len(book.sheets) == 1:
        return Guess(file.name, "sheet", name, "certain: there is no other")
    sure = f"a guess: the first of {len(book.sheets)} ({', '.join(book.sheets)})"
    return Guess(file.name, "sheet", name, sure, is_warning=True)


def _zero_guesses(table: _Table, rows: Sequence[Row]) -> Iterator[Guess]:
    numbers = {column for row in rows for column in row.numbers}
    padded = {column for row in rows for column in row.padded}
    for column, name in enumerate(table.names):
        where = f"{table.file.name}: column '{name}'"
        if column in padded:
            sure = "likely: zeros are put in front again, as the sheet shows them"
            yield Guess(where, "leading zeros", "numbers shown with zeros in front", sure, is_warning=True)
        elif column in numbers and _IDS & set(column_words(name)):
            sure = "a guess: if these are ids, zeros in front are lost; store them as text where they come from"
            yield Guess(where, "leading zeros", "stored as numbers", sure, is_warning=True)


def _blocks(table: _Table, types: Mapping[str, Any], _missing: frozenset[str]) -> Iterator[Block]:
    with opened_package(table.file) as package:
        rows = (row for row in _rows(package, table.book, table.member) if row.line > table.line)
        for some in _batches(rows):
            yield _block(some, table, types)


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += row.size
        if len(batch) == ROWS or size > TEXT:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _block(rows: list[Row], table: _Table, types: Mapping[str, Any]) -> Block:
    places = {name: table.names.index(name) for name in types}
    texts = {name: arrow.strings(row.texts.get(place, "") for row in rows) for name, place in places.items()}
    few = {name: texts[name].dictionary_encode() for name, kind in types.items() if pa.types.is_dictionary(kind)}
    lines = np.array([row.line for row in rows], dtype=np.int64)
    return Block(texts | few, lines, tuple(_refusals(rows, table, types, places)))


def _refusals(rows: list[Row], table: _Table, types: Mapping[str, Any], places: Mapping[str, int]) -> Iterator[Refusal]:
    file, width = table.file.name, len(table.names)
    names = {place: name for name, place in places.items()}
    for row in rows:
        if max(row.texts, default=0) >= width and any(row.texts[each].strip() for each in row.texts if each >= width):
            yield Refusal(row.line, WHOLE_ROW, "more cells than the header", _NAME_IT, file)
        for place in row.broken:
            if place in names:
                yield Refusal(row.line, names[place], "a formula error, or a formula without a value", _MEND, file)
        for place in row.too_long:
            if place in names and not pa.types.is_floating(types[names[place]]):
                yield Refusal(row.line, names[place], "a number of more than 15 digits", _AS_TEXT, file)


_NAME_IT = "give every column a name, or empty the cells beside the table"
_MEND = "mend the formula, then paste its values over it"
_AS_TEXT = "a workbook keeps only 15 digits of a number: store it as text where it comes from"
