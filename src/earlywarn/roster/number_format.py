"""How a workbook's number format makes text of a number: a day, zeros in front, or the number itself."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

Spelling = Callable[[str], str]
"""Makes of a number, as the workbook writes it, the text of its cell."""

MOST_DIGITS = 15
"""A workbook keeps no more digits of a number."""

_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
"""Formats that every workbook knows by number, and that are days or times."""

_ASIDE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_LAST_DAY = 2_958_465  # 9999-12-31


def spelling(code: int, written: str, from_1904: bool) -> Spelling:
    """Give how to write the numbers of a format.

    Parameters
    ----------
    code, written
        The format's number and, where the workbook defines it, its text.
    from_1904
        Whether the workbook counts days from 1904 on.
    """
    plain = _ASIDE.sub("", written.partition(";")[0])
    if re.fullmatch(r"0{2,15}", plain):
        return partial(_padded, width=len(plain))
    if _ELAPSED.search(plain):
        return plain_number
    is_day = code in _DATES if not written else bool(re.search("[dmyhs]", plain, re.IGNORECASE))
    if not is_day or plain.lower() in ("general", "standard"):
        return plain_number
    return partial(_day, from_1904=from_1904)


def plain_number(text: str) -> str:
    """Write a number as short as it can be, whole ones without ".0"; what is none is left as it is.

    Examples
    --------
    >>> plain_number("123.0"), plain_number("1E-3"), plain_number("0.95"), plain_number("1e400")
    ('123', '0.001', '0.95', '1e400')
    """
    if len(text) <= MOST_DIGITS and text.isdecimal() and text.isascii() and text[0] != "0":
        return text
    if not _NUMBER.fullmatch(text):
        return text
    value = float(text)
    if value in (float("inf"), float("-inf")):
        return text
    return str(int(value)) if value.is_integer() and abs(value) < 10**MOST_DIGITS else repr(value)


def is_too_long(text: str) -> bool:
    """Tell whether a whole number has lost its last digits in the workbook."""
    return bool(_NUMBER.fullmatch(text)) and 10**MOST_DIGITS <= abs(float(text)) < float("inf")


def is_padded(spelt: Spelling) -> bool:
    """Tell whether a spelling puts zeros in front."""
    return isinstance(spelt, partial) and spelt.func is _padded


def _padded(text: str, width: int) -> str:
    short = plain_number(text)
    return short.zfill(width) if short.isdecimal() else short


def _day(text: str, from_1904: bool) -> str:
    """Write a day or a time by ISO 8601; a workbook's day 60 of 1900 never was, so earlier ones are one off."""
    if not _NUMBER.fullmatch(text) or not 0 <= float(text) <= _LAST_DAY:
        return plain_number(text)
    serial = float(text)
    if serial < 1:
        return (datetime(2000, 1, 1) + timedelta(seconds=round(serial * 86_400))).strftime("%H:%M:%S")
    if not from_1904 and 60 <= serial < 61:
        return plain_number(text)
    begin = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30 if serial > 60 else 31)
    try:
        moment = begin + timedelta(seconds=round(serial * 86_400))
    except OverflowError:
        return plain_number(text)
    return moment.date().isoformat() if moment == moment.replace(hour=0, minute=0, second=0) else str(moment)
