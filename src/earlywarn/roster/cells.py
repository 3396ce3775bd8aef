"""The cells of one column, read as what the contract says; tells what is wrong, refuses nothing itself.

White space around a cell never counts. Columns of few values are judged value by value, not row by row.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from earlywarn import arrow
from earlywarn.columns import Bools, Coded
from earlywarn.config.audit import code

YEARS = range(1900, 2201)

_WHOLE_YEAR = re.compile(r"(\d{4})(?:\.0+)?", re.ASCII)
_PLAIN = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_UNDEFINED = r"(?i)^[+-]?(nan(\([0-9a-z_]*\))?|inf|infinity)$"


class Kind(StrEnum):
    """What a column of a roster is."""

    STUDENT = "student id, text"
    SCHOOL = "school id, text"
    YEAR = "school year, whole number"
    GRADE = "grade, text"
    NUMBER = "number"
    TEXT = "text"
    SCORE = "score, number"
    OUTCOME = "outcome, code"
    FLAG = "flag, code"


NUMBERS = frozenset({Kind.NUMBER, Kind.SCORE})
"""The kinds whose values are numbers."""


class Breach(IntEnum):
    """What can be wrong with a cell; a cell has at most one."""

    NONE = 0
    BLANK = 1
    NOT_A_YEAR = 2
    NOT_A_GRADE = 3
    WORDS = 4
    PERCENT = 5
    NOT_FINITE = 6
    OUT_OF_RANGE = 7
    NOT_A_CODE = 8


@dataclass(frozen=True)
class Term:
    """What one column must be: its kind, the words for missing, the grades, the range or the codes that it allows.

    ``codes`` holds what each code means, as ``config.audit.code`` spells it.
    """

    column: str
    kind: Kind
    missing: frozenset[str] = frozenset({""})
    grades: tuple[str, ...] = ()
    minimum: float = -np.inf
    maximum: float = np.inf
    codes: Mapping[str, str] = field(default_factory=dict)


Values = Any
"""Student ids as a pyarrow text column, null where blank; other texts and keys as Coded; or Floats."""


@dataclass(frozen=True)
class Cells:
    """The values of one column in one block, and what is wrong with each."""

    values: Values
    breach: NDArray[np.uint8]


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
    if not pa.types.is_dictionary(array.type):
        array = (_as_text(array) if is_text(array.type) else array).dictionary_encode()
    names = [*_as_text(array.dictionary).to_pylist(), None]  # the last serves null, code -1
    codes = np.nan_to_num(arrow.to_floats(array.indices), nan=-1).astype(np.int32)
    judged = [_JUDGES[term.kind]((name or "").strip(), term) for name in names]
    breach = np.array([breach for _, breach in judged], dtype=np.uint8)
    return Cells(renamed(codes, [value for value, _ in judged]), breach[codes])


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
    return (None if text in term.missing else text), Breach.NONE


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
    breach[arrow.known(array) & ~np.isfinite(values)] = Breach.NOT_FINITE
    outside = (values < term.minimum) | (values > term.maximum)
    breach[outside & (breach == Breach.NONE)] = Breach.OUT_OF_RANGE
    return Cells(values, breach)


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
    Kind.YEAR: _year,
    Kind.GRADE: _grade,
    Kind.TEXT: _text,
    Kind.OUTCOME: _coded,
    Kind.FLAG: _coded,
}

_READERS: dict[Kind, Callable[[Any, Term], Cells]] = {
    Kind.STUDENT: _student_ids,
    Kind.SCHOOL: _few_values,
    Kind.YEAR: _few_values,
    Kind.GRADE: _few_values,
    Kind.TEXT: _few_values,
    Kind.NUMBER: _numbers,
    Kind.SCORE: _numbers,
    Kind.OUTCOME: _few_values,
    Kind.FLAG: _few_values,
}
