"""The cells of one column, read as what the contract says; tells what is wrong, refuses nothing itself.

White space around a cell never counts. Columns of few values are judged value by value, not row by row.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from earlywarn import arrow
from earlywarn.columns import Bools, Coded, Floats
from earlywarn.config.audit import code
from earlywarn.roster.dates import REFUSED, YEARS, Form, Order, read_date
from earlywarn.roster.terms import Answers, Breach, Kind, Term
from earlywarn.roster.units import UNITS, Sign, Unit, in_shares, signs

_WHOLE_YEAR = re.compile(r"(\d{4})(?:\.0+)?", re.ASCII)
_JOINTS = re.compile(r"\s*[;,/|+]\s*")
_PLAIN = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_UNDEFINED = r"(?i)^[+-]?(nan(\([0-9a-z_]*\))?|inf|infinity)$"


Values = Any
"""Student ids as a pyarrow text column, null where blank; other texts and keys as Coded; or Floats."""


@dataclass(frozen=True)
class Cells:
    """The values of one column in one block, and what is wrong with each.

    ``evidence`` counts its cells by Form or Sign, where the whole column is to decide.
    """

    values: Values
    breach: NDArray[np.uint8]
    evidence: NDArray[np.int64] | None = None


def read_cells(column: Any, term: Term) -> Cells:
    """Read a pyarrow column as its term says; the value of a cell in breach means nothing."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return _READERS[term.kind](array, term)


def _student_ids(array: Any, term: Term) -> Cells:
    import pyarrow.compute as pc

    ids = pc.utf8_trim_whitespace(_as_text(array))
    ids = _without(ids, arrow.to_floats(pc.binary_length(ids)) == 0)
    blank = ~arrow.known(ids)
    return Cells(ids, np.where(blank, Breach.BLANK, Breach.NONE).astype(np.uint8))


def _few_values(array: Any, term: Term) -> Cells:
    """Judge each distinct value once."""
    names, codes = _distinct(array)
    judged = [_JUDGES[term.kind](name, term) for name in names]
    breach = np.array([breach for _, breach in judged], dtype=np.uint8)
    return Cells(renamed(codes, [value for value, _ in judged]), breach[codes])


def _distinct(array: Any) -> tuple[list[str], NDArray[np.int32]]:
    """Give the different texts without white space around them, the last for null, and the code of each row."""
    if not pa.types.is_dictionary(array.type):
        array = (_as_text(array) if is_text(array.type) else array).dictionary_encode()
    names = [*_as_text(array.dictionary).to_pylist(), None]
    codes = arrow.codes(array.indices)
    return [(name or "").strip() for name in names], codes


def _dates(array: Any, term: Term) -> Cells:
    names, codes = _distinct(array)
    order = term.reading if isinstance(term.reading, Order) else Order.UNDECIDED
    read = [(np.nan, None) if name in term.missing else read_date(name, order) for name in names]
    breach = np.array([_date_breach(form, order) for _, form in read], dtype=np.uint8)
    forms = np.array([Form.NONE if form is None else form for _, form in read])
    evidence = np.bincount(forms[codes], minlength=len(Form))
    values = np.array([day for day, _ in read])
    return Cells(values[codes], breach[codes], evidence)


def _date_breach(form: Form | None, order: Order) -> Breach:
    if form is Form.NONE:
        return Breach.NOT_A_DATE
    return Breach.TWO_ORDERS if form in REFUSED[order] else Breach.NONE


def renamed(codes: NDArray[np.int32], names: list[str | None]) -> Coded:
    """Give codes new names, one or none for each old name; equal names become one, in sorted order."""
    found = tuple(sorted({name for name in names if name is not None}))
    place = {name: code for code, name in enumerate(found)}
    table = np.array([-1 if name is None else place[name] for name in names], dtype=np.int32)
    return Coded(table[codes], found)


def _school(text: str, term: Term) -> tuple[str | None, Breach]:
    return (text, Breach.NONE) if text else (None, Breach.BLANK)


def _year(text: str, term: Term) -> tuple[str | None, Breach]:
    if not text:
        return None, Breach.BLANK
    whole = _WHOLE_YEAR.fullmatch(text)
    return (whole[1], Breach.NONE) if whole and int(whole[1]) in YEARS else (None, Breach.NOT_A_YEAR)


def _grade(text: str, term: Term) -> tuple[str | None, Breach]:
    if not text:
        return None, Breach.BLANK
    return (text, Breach.NONE) if text in term.grades else (None, Breach.NOT_A_GRADE)


def _text(text: str, term: Term) -> tuple[str | None, Breach]:
    if text in term.missing:
        return None, Breach.NONE
    several = term.answers is Answers.ONE and text not in term.codes and _is_several(text, term)
    return text, Breach.TWO_CODES if several else Breach.NONE


def _is_several(text: str, term: Term) -> bool:
    parts = _JOINTS.split(text)
    return len(parts) > 1 and all(part in term.codes for part in parts)


def _coded(text: str, term: Term) -> tuple[str | None, Breach]:
    """Read a code; a word for missing may be one itself."""
    meaning = term.codes.get(code(text))
    return meaning, Breach.NONE if meaning or text in term.missing else Breach.NOT_A_CODE


def _numbers(array: Any, term: Term) -> Cells:
    breach = np.zeros(len(array), dtype=np.uint8)
    if is_text(array.type):
        array = _as_numbers(array, term, breach)
    elif pa.types.is_integer(array.type):
        array = array.cast(pa.float64(), safe=False)  # beyond 2**53 the nearest number will do
    values = arrow.to_floats(array)
    values += 0.0  # minus zero is zero
    if not _is_sound(values, array.null_count, term):
        breach[arrow.known(array) & ~np.isfinite(values)] = Breach.NOT_FINITE
        outside = (values < term.minimum) | (values > term.maximum)
        breach[outside & (breach == Breach.NONE)] = Breach.OUT_OF_RANGE
    return Cells(values, breach)


def _is_sound(values: Floats, missing: int, term: Term) -> bool:
    """Tell in a few passes that nothing is wrong, as in most blocks."""
    if not missing and len(values):
        low, high = values.min(), values.max()  # NaN, if there is any, is in no range
        return bool(low >= term.minimum and high <= term.maximum and low > -np.inf and high < np.inf)
    low, high = np.fmin.reduce(values, initial=np.inf), np.fmax.reduce(values, initial=-np.inf)
    within = low >= term.minimum and high <= term.maximum and low > -np.inf and high < np.inf
    return bool(within and np.count_nonzero(np.isnan(values)) == missing) or missing == len(values)


def _shares(array: Any, term: Term) -> Cells:
    """Read shares in the unit of the column; a percent sign is a unit here, no breach."""
    import pyarrow.compute as pc

    signed = np.zeros(len(array), dtype=bool)
    if is_text(array.type):
        texts = pc.utf8_trim_whitespace(_as_text(array))
        signed = arrow.true(pc.ends_with(texts, "%"))
        array = pc.utf8_rtrim_whitespace(pc.utf8_rtrim(texts, "%"))
    read = _numbers(array, replace(term, minimum=-np.inf, maximum=np.inf))
    unit = term.reading if isinstance(term.reading, Unit) else Unit.SHARE
    found = signs(read.values, signed)
    values, breach = in_shares(read.values, unit), read.breach
    mixed = (found != Sign.ANY) & (found != UNITS.index(unit))
    breach[mixed & (breach == Breach.NONE)] = Breach.TWO_UNITS
    outside = (values < term.minimum) | (values > term.maximum)
    breach[outside & (breach == Breach.NONE)] = Breach.OUT_OF_RANGE
    return Cells(values, breach, np.bincount(found, minlength=len(Sign)))


def _as_numbers(array: Any, term: Term, breach: NDArray[np.uint8]) -> Any:
    """Cast text to numbers; what is none becomes null and is noted in ``breach``."""
    import pyarrow.compute as pc

    texts = pc.utf8_trim_whitespace(_as_text(array))
    texts = _without(texts, arrow.true(pc.is_in(texts, value_set=arrow.strings(sorted(term.missing)))))
    try:
        return texts.cast(pa.float64())
    except pa.ArrowInvalid:  # says which text, but not in which rows
        plain = arrow.true(pc.match_substring_regex(texts, _PLAIN))
        undefined = arrow.true(pc.match_substring_regex(texts, _UNDEFINED))
    words = arrow.known(texts) & ~plain & ~undefined
    breach[words] = Breach.WORDS
    breach[words & arrow.true(pc.ends_with(texts, "%"))] = Breach.PERCENT
    return _without(texts, words).cast(pa.float64())


def _without(texts: Any, rows: Bools) -> Any:
    import pyarrow.compute as pc

    return pc.if_else(arrow.booleans(rows), pa.nulls(len(texts), pa.string()), texts)


def _as_text(array: Any) -> Any:
    """Cast to text; a whole number stored as float (a column with gaps, in many programs) loses its ".0"."""
    if pa.types.is_floating(array.type):
        try:
            return array.cast(pa.int64()).cast(pa.string())
        except pa.ArrowInvalid:
            pass
    return array.cast(pa.string())


def is_text(kind: Any) -> bool:
    """Tell whether a pyarrow type is text, plain or dictionary-encoded."""
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    return inner in (pa.string(), pa.large_string(), pa.string_view())


_JUDGES: dict[Kind, Callable[[str, Term], tuple[str | None, Breach]]] = {
    Kind.SCHOOL: _school,
    Kind.COUNSELOR: _text,
    Kind.YEAR: _year,
    Kind.GRADE: _grade,
    Kind.TEXT: _text,
    Kind.OUTCOME: _coded,
    Kind.FLAG: _coded,
}

_READERS: dict[Kind, Callable[[Any, Term], Cells]] = {
    Kind.STUDENT: _student_ids,
    Kind.SCHOOL: _few_values,
    Kind.COUNSELOR: _few_values,
    Kind.YEAR: _few_values,
    Kind.GRADE: _few_values,
    Kind.TEXT: _few_values,
    Kind.NUMBER: _numbers,
    Kind.SHARE: _shares,
    Kind.DATE: _dates,
    Kind.SCORE: _numbers,
    Kind.OUTCOME: _few_values,
    Kind.FLAG: _few_values,
}
