"""The columns of a roster file against those of the contract; refuses the file, all faults at once."""

import difflib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyarrow as pa

from earlywarn.errors import Fault, RosterError
from earlywarn.roster.blocks import Source
from earlywarn.roster.cells import is_text
from earlywarn.roster.contract import Contract
from earlywarn.roster.terms import Kind

_NAMES_SHOWN = 60
_ABSENT_NAMED = 12
_NOTHING_KNOWN = (
    "a header with these names; the first row holds none of them, so it is not shown: is the header missing?"
)


def check_columns(source: Source, contract: Contract) -> None:
    """Refuse a file without the contract's columns, or with such as are stored in the wrong way.

    Raises
    ------
    RosterError
        All such faults at once.
    """
    if faults := column_faults(source, contract):
        raise RosterError(faults)


def column_faults(source: Source, contract: Contract) -> list[Fault]:
    """Give all that is wrong with a file's columns.

    Raises
    ------
    RosterError
        There seems to be no header at all.
    """
    refuse_no_header(source, contract.columns)
    return [*_absent(source, contract), *repeated_names(source), *_stored_wrong(source, contract)]


def refuse_no_header(source: Source, expected: Iterable[str]) -> None:
    """Refuse a first row that is a student's, before anything prints it as column names."""
    known = {name.casefold() for name in source.names} & {name.casefold() for name in expected}
    if not known and any(_is_number(name) for name in source.names):
        found = "numbers in the first row and no expected name: the header seems to be missing"
        raise RosterError(Fault(source.file, found, "a header, then rows", "export it with its column names"))


def _is_number(name: str) -> bool:
    return name.removeprefix("-").replace(".", "", 1).isdecimal()


def _absent(source: Source, contract: Contract) -> Iterator[Fault]:
    absent = [column for column in contract.columns if column not in source.names]
    if not absent:
        return
    known = set(contract.columns) & set(source.names)
    shown = [name for name in source.names if name][:_NAMES_SHOWN] if known else []
    more = f" and {len(source.names) - len(shown)} more" if shown and len(source.names) > len(shown) else ""
    near = [(column, _nearest(column, shown)) for column in absent]
    hints = [f"for '{column}' did you mean '{name}'?" for column, name in near if name]
    yield Fault(
        source.file,
        f"no column {', '.join(map(repr, absent[:_ABSENT_NAMED]))}{_more(absent)}",
        f"the file's columns: {', '.join(shown)}{more}" if shown else _NOTHING_KNOWN,
        " ".join([*hints, "name the file's own columns in the config, or add the columns to the file"]),
    )


def _more(absent: list[str]) -> str:
    left = len(absent) - _ABSENT_NAMED
    return f" and {left} more that the config names" if left > 0 else ""


def _nearest(column: str, names: Iterable[str]) -> str | None:
    folded = {name.casefold(): name for name in names if name}
    near = difflib.get_close_matches(column.casefold(), list(folded), n=1, cutoff=0.6)
    return folded[near[0]] if near else None


def repeated_names(source: Source) -> list[Fault]:
    """Give a fault for each name that stands twice; columns without a name are nobody's."""
    places: dict[str, list[str]] = {}
    for place, name in enumerate(source.names, start=1):
        places.setdefault(name, []).append(str(place))
    return [
        Fault(
            source.file,
            f"{len(found)} columns named '{name}' (columns {', '.join(found)})",
            "each name once",
            "rename or leave out all but one",
        )
        for name, found in places.items()
        if name and len(found) > 1
    ]


def _stored_wrong(source: Source, contract: Contract) -> Iterator[Fault]:
    types = dict(zip(source.names, source.types, strict=True))
    for term in contract.terms.values():
        sound, allowed, remedy = _STORED[term.kind]
        if term.column in types and not sound(types[term.column]):
            where, found = f"{source.file}: column '{term.column}'", f"stored as {types[term.column]}"
            yield Fault(where, found, allowed, remedy)


def _is_id(stored: Any) -> bool:
    return is_text(stored) or bool(pa.types.is_null(stored))


def _is_numeric(stored: Any) -> bool:
    plain = pa.types.is_integer(stored) or pa.types.is_floating(stored) or pa.types.is_decimal(stored)
    return bool(plain) or _is_id(stored)


def _is_few(stored: Any) -> bool:
    return _is_numeric(stored) or bool(pa.types.is_boolean(stored))


def _is_day(stored: Any) -> bool:
    return _is_id(stored) or bool(pa.types.is_date(stored) or pa.types.is_timestamp(stored))


_ID = ("text", "an id stored as a number has lost its leading zeros: write it as text where it comes from")
_WORDS = ("text or whole numbers", "write it as text where it comes from")
_DIGITS = ("numbers", "write it as numbers where it comes from")
_DAYS = ("dates, or text such as 2024-09-03", "write it as a date where it comes from")
_STORED: dict[Kind, tuple[Callable[[Any], bool], str, str]] = {
    Kind.STUDENT: (_is_id, *_ID),
    Kind.SCHOOL: (_is_id, *_ID),
    Kind.COUNSELOR: (_is_id, *_ID),
    Kind.YEAR: (_is_numeric, *_WORDS),
    Kind.GRADE: (_is_few, *_WORDS),
    Kind.NUMBER: (_is_numeric, *_DIGITS),
    Kind.SHARE: (_is_numeric, *_DIGITS),
    Kind.DATE: (_is_day, *_DAYS),
    Kind.TEXT: (_is_few, *_WORDS),
    Kind.SCORE: (_is_numeric, *_DIGITS),
    Kind.OUTCOME: (_is_few, *_WORDS),
    Kind.FLAG: (_is_few, *_WORDS),
}
"""How a Parquet file may store a column, in code and in words, and what to do."""
