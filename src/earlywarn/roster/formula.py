"""Cells that a spreadsheet would run: they are made harmless in every CSV for people."""

_STARTS = ("=", "+", "-", "@", "\t", "\r")


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
    return f"'{text}" if text.startswith(_STARTS) else text
