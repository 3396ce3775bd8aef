"""Cells that a spreadsheet would run: they are made harmless in every CSV for people."""

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
