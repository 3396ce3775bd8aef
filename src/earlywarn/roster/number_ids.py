"""Ids that a spreadsheet has written as numbers, 7.74587E+08 or 774586643.0: told loudly, never mended.

Scientific notation keeps a few digits only, so that many students may share one id; nothing brings the others back.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow.compute as pc

from earlywarn import arrow
from earlywarn.columns import Coded
from earlywarn.roster.blocks import Guess
from earlywarn.roster.cells import Values
from earlywarn.roster.contract import Key
from earlywarn.roster.terms import Kind

SCIENTIFIC, WITH_POINT = r"^\d([.,]\d+)?[eE]\+\d+$", r"^\d+\.0+$"
"""As spreadsheets write them: always with a plus, so that an id such as 12E5 is none of them."""

ROUNDED = "a spreadsheet has rounded the ids, and these may be two students: export ids as text; see {}"
_IDS = (Kind.STUDENT, Kind.SCHOOL, Kind.COUNSELOR)
_SURE = "certain: a spreadsheet has written ids as numbers; export them as text"
_WORDS = {SCIENTIFIC: "in scientific notation, digits lost", WITH_POINT: "with a decimal point"}


def is_rounded(text: str | None) -> bool:
    """Tell whether an id is in scientific notation.

    Examples
    --------
    >>> is_rounded("7.74587E+08"), is_rounded("12E5")
    (True, False)
    """
    return text is not None and re.match(SCIENTIFIC, text) is not None


def number_ids(file: str, values: Mapping[Key, Values]) -> tuple[Guess, ...]:
    """Say which columns of a whole file hold ids written as numbers."""
    found = NumberIds()
    found.add(values)
    return tuple(found.guesses(file))


@dataclass
class NumberIds:
    """Rows whose id is written as a number, by column and how, over all blocks so far."""

    rows: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, values: Mapping[Key, Values]) -> None:
        """Count the rows of a block."""
        for (column, kind), cells in values.items():
            if kind in _IDS:
                for form in _WORDS:
                    self.rows[column, form] = self.rows.get((column, form), 0) + _count(cells, form)

    def join(self, other: "NumberIds") -> None:
        """Add the counts of other blocks."""
        for key, rows in other.rows.items():
            self.rows[key] = self.rows.get(key, 0) + rows

    def guesses(self, file: str) -> Iterator[Guess]:
        """Say in which columns ids were written as numbers."""
        for (column, form), count in self.rows.items():
            if count:
                found = f"written as numbers {_WORDS[form]}: {count:,} rows"
                yield Guess(f"{file}: column '{column}'", "ids", found, _SURE, is_warning=True)


def _count(cells: Values, form: str) -> int:
    if isinstance(cells, Coded):
        names = [_is_of(form, name) for name in cells.names]
        return int(np.array([*names, False])[cells.codes].sum())
    return _matching(cells, form) if _has_sign(cells) else 0


@lru_cache(maxsize=1 << 16)
def _is_of(form: str, name: str) -> bool:
    return re.match(form, name) is not None


def _matching(ids: Any, form: str) -> int:
    return int(arrow.true(pc.match_substring_regex(ids, form)).sum())


def _has_sign(ids: Any) -> bool:
    """Tell whether any id holds a point or a plus: most files have none, and need no pattern."""
    content = ids.buffers()[2]
    return content is not None and any(sign in content.to_pybytes() for sign in (b".", b"+"))
