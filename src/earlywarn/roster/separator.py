"""What parts the cells of a text file, told from its header; refuses to choose where two separators fit."""

from typing import NamedTuple

from earlywarn.config.reading import Separator
from earlywarn.errors import Fault, RosterError
from earlywarn.roster import records
from earlywarn.roster.blocks import Guess


class Mark(NamedTuple):
    """One separator: as the config writes it, as a byte, and what people call one and many of it."""

    stated: Separator
    byte: int
    one: str
    many: str


COMMA = Mark(",", ord(","), "a comma", "commas")
MARKS = (
    COMMA,
    Mark("tab", ord("\t"), "a tab", "tabs"),
    Mark(";", ord(";"), "a semicolon", "semicolons"),
    Mark("|", ord("|"), "a bar", "bars"),
)


def separator_of(file: str, header: bytes, first_row: bytes, stated: Separator) -> tuple[Mark, Guess]:
    """Decide on the separator of a file.

    One that stands in the header, outside of quotes, fits. Where two do, the one that gives the first row as
    many cells as the header is taken, if the other does not.

    Raises
    ------
    RosterError
        Two fit.
    """
    if stated != "auto":
        mark = next(mark for mark in MARKS if mark.stated == stated)
        return mark, Guess(file, "separator", mark.many, "stated in the config")
    cells = {mark: count for mark in MARKS if (count := records.cells_parted(header, mark.byte))}
    fits = list(cells)
    sure = "certain: no other separator stands in the header" if cells else "a guess: the header is one cell"
    if len(fits) > 1:
        fits = [mark for mark, count in cells.items() if records.cells_parted(first_row, mark.byte) == count]
        sure = "likely: other separators stand in the header too, but only this one fits the first row"
    if len(cells) > 1 and len(fits) != 1:
        found = f"{' and '.join(mark.many for mark in cells)} in the header: any of them may part the cells"
        remedy = "state reading.separator in the config, or put the names in quotes"
        raise RosterError(Fault(file, found, "one separator outside of quotes", remedy))
    mark = fits[0] if fits else COMMA
    return mark, Guess(file, "separator", mark.many, sure)
