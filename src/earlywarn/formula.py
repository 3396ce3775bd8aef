"""Cells that a spreadsheet would run: they are made harmless in every CSV for people."""

from typing import Any

import numpy as np

from earlywarn import arrow

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What begins a formula; full-width forms too, which some spreadsheets read alike."""


def formula_safe(text: str) -> str:
    """Prefix a cell that a spreadsheet would take for a formula with an apostrophe.

    For text cells only: a negative number is no formula.

    Examples
    --------
    >>> formula_safe("=HYPERLINK(1)")
    "'=HYPERLINK(1)"
    >>> formula_safe("Small class")
    'Small class'
    """
    seen = text.lstrip("".join(letter for letter in text[:8] if not letter.isprintable() and letter not in "\t\r"))
    return f"'{text}" if seen.startswith(_STARTS) else text


def formula_safe_column(column: Any) -> Any:
    """Make a whole pyarrow text column harmless; only cells that begin with no letter or digit are looked at."""
    import pyarrow.compute as pc

    first = pc.utf8_slice_codeunits(column, 0, 1)
    odd = arrow.true(pc.invert(pc.or_(pc.utf8_is_alnum(first), pc.equal(first, arrow.text("")))))
    if not odd.any():
        return column
    rows = np.flatnonzero(odd)
    safe = [formula_safe(text) for text in column.take(arrow.raw(rows)).to_pylist()]
    return pc.replace_with_mask(column, arrow.booleans(odd), arrow.strings(safe))
