"""The rows of one worksheet, parsed in pieces; refuses a sheet whose rows or cells are out of order.

A cell comes as the text that "save as CSV" would give, but for formats: numbers in full, days by ISO 8601.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from earlywarn.errors import RosterError
from earlywarn.roster.number_format import MOST_DIGITS, Spelling, is_padded, is_too_long, plain_number
from earlywarn.roster.package import Package, damaged, local
from earlywarn.roster.stored import too_much

MOST_ROWS, MOST_COLUMNS = 1 << 20, 1 << 14
"""What the format itself allows."""

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_BOOLEANS = {"1": "TRUE", "0": "FALSE"}


@dataclass
class Row:
    """One row: the text of its cells by column from 0, and which of them are more, or less, than text.

    Attributes
    ----------
    numbers, padded
        Columns stored as numbers, and those whose zeros in front were put back.
    too_long
        Columns with a number of more digits than a workbook keeps.
    broken
        Columns with a formula error, or a formula without a value.
    """

    line: int
    texts: dict[int, str] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)
    padded: list[int] = field(default_factory=list)
    too_long: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    size: int = 0

    @property
    def is_blank(self) -> bool:
        """Whether no cell says anything."""
        return not self.broken and not any(text.strip() for text in self.texts.values())


def rows_of(package: Package, member: str, strings: Sequence[str], spellings: Sequence[Spelling]) -> Iterator[Row]:
    """Give the rows that are not blank, in the order of the sheet.

    Raises
    ------
    RosterError
        The sheet is damaged, or a row is longer than the limit.
    """
    sheet = _Sheet(package, strings, spellings)
    for _ in package.parse(member, sheet.start, sheet.end, sheet.text):
        yield from (row for row in sheet.rows if not row.is_blank)
        sheet.rows.clear()


class _Sheet:
    """What the parser has seen so far: the rows that are whole, and the cell that it is in."""

    def __init__(self, package: Package, strings: Sequence[str], spellings: Sequence[Spelling]) -> None:
        self.rows: list[Row] = []
        self._package, self._strings, self._spellings = package, strings, spellings
        self._row = Row(0)
        self._column, self._kind, self._style = -1, "n", 0
        self._texts: list[str] = []
        self._taking = self._phonetic = self._formula = False
        self._places: dict[str, int] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""
        name = local(name)
        if name == "c":
            self._begin_cell(attributes)
        elif name in ("v", "t"):
            self._taking = not self._phonetic
        elif name == "row":
            self._begin_row(attributes.get("r"))
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._phonetic = True

    def end(self, name: str) -> None:
        """Take the end of an element."""
        name = local(name)
        if name == "c":
            self._end_cell("".join(self._texts))
        elif name in ("v", "t"):
            self._taking = False
        elif name == "row":
            self.rows.append(self._row)
        elif name == "rPh":
            self._phonetic = False

    def text(self, text: str) -> None:
        """Take some text."""
        if self._taking:
            self._texts.append(text)
            self._grow(len(text))

    def _begin_row(self, line: str | None) -> None:
        number = int(line) if line else self._row.line + 1
        self._require(self._row.line < number <= MOST_ROWS)
        self._row, self._column = Row(number), -1

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        column = self._column_of(place.rstrip("0123456789")) if place else self._column + 1
        self._require(self._column < column < MOST_COLUMNS)
        self._column, self._kind = column, attributes.get("t", "n")
        self._style = int(attributes.get("s", 0))
        self._texts.clear()
        self._formula = False

    def _end_cell(self, text: str) -> None:
        kind, row, column = self._kind, self._row, self._column
        if kind == "e" or (self._formula and not text and kind != "str"):
            row.broken.append(column)
        elif kind == "n" and text:
            self._number(text)
        elif text:
            row.texts[column] = self._worded(kind, text)
        self._texts.clear()

    def _number(self, text: str) -> None:
        row, column = self._row, self._column
        spelt = self._spellings[self._style] if 0 <= self._style < len(self._spellings) else plain_number
        row.texts[column] = spelt(text)
        row.numbers.append(column)
        if (len(text) > MOST_DIGITS or "E" in text) and is_too_long(text):
            row.too_long.append(column)
        if is_padded(spelt):
            row.padded.append(column)

    def _worded(self, kind: str, text: str) -> str:
        if kind == "s":
            place = int(text)
            self._require(0 <= place < len(self._strings))
            text = self._strings[place]
            self._grow(len(text))
            return text
        return _BOOLEANS.get(text, text) if kind == "b" else unescaped(text)

    def _column_of(self, letters: str) -> int:
        if letters not in self._places:
            self._require(letters.isascii() and letters.isupper() and len(letters) <= 3)
            place = 0
            for letter in letters:
                place = place * 26 + ord(letter) - 64
            self._places[letters] = place - 1
        return self._places[letters]

    def _grow(self, size: int) -> None:
        self._row.size += size
        file = self._package.file
        if self._row.size > file.limits.line_bytes:
            where, found = f"{file.name}: row {self._row.line}", f"more than {file.limits.line_bytes:,} characters"
            raise RosterError(too_much(where, found, file.limits, "line_bytes", "shorten its cells"))

    def _require(self, holds: bool) -> None:
        if not holds:
            raise damaged(self._package.file)


def unescaped(text: str) -> str:
    """Give text as it is meant: a workbook writes control characters as _x000D_."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return match[0] if code == 0 or 0xD800 <= code <= 0xDFFF else chr(code)
