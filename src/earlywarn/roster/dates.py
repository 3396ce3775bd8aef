"""Dates as files write them: year first, or one of two orders with slashes; refuses to guess cell by cell.

The order is decided for a whole column: that of most cells, the rows of the others are refused. With slashes a
cell whose day is past 12 fits one order alone and is evidence; one that fits both is read as the others prove.
"""

import re
from datetime import date
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
_BARE = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_EPOCH = date(1970, 1, 1).toordinal()
YEARS = range(1900, 2201)

CLEAR = 9
"""One order must be this many times as frequent as the other before a cell that fits both is read in it."""


class Form(IntEnum):
    """How a cell may be read."""

    YEAR_FIRST = 0
    MONTH_FIRST = 1
    DAY_FIRST = 2
    EITHER = 3
    SAME = 4
    NONE = 5


class Order(StrEnum):
    """How the cells of a column are read; the last three refuse a cell that fits both orders of slashes."""

    YEAR = "year first"
    MONTH = "month first"
    DAY = "day first"
    MONTH_ALONE = "mostly month first"
    DAY_ALONE = "mostly day first"
    UNDECIDED = "undecided"


REFUSED: dict[Order, frozenset[Form]] = {
    Order.YEAR: frozenset({Form.MONTH_FIRST, Form.DAY_FIRST, Form.EITHER, Form.SAME}),
    Order.MONTH: frozenset({Form.YEAR_FIRST, Form.DAY_FIRST}),
    Order.DAY: frozenset({Form.YEAR_FIRST, Form.MONTH_FIRST}),
    Order.MONTH_ALONE: frozenset({Form.YEAR_FIRST, Form.DAY_FIRST, Form.EITHER}),
    Order.DAY_ALONE: frozenset({Form.YEAR_FIRST, Form.MONTH_FIRST, Form.EITHER}),
    Order.UNDECIDED: frozenset({Form.YEAR_FIRST, Form.MONTH_FIRST, Form.DAY_FIRST, Form.EITHER}),
}
"""Forms that an order cannot take."""


def read_date(text: str, order: Order) -> tuple[float, Form]:
    """Give days since 1970 and the form; NaN where the text is no date.

    Examples
    --------
    >>> read_date("2024-09-03", Order.YEAR)[0] == read_date("9/3/2024", Order.MONTH)[0]
    True
    >>> read_date("13/01/2024", Order.DAY)[1]
    <Form.DAY_FIRST: 2>
    """
    if whole := _YEAR_FIRST.fullmatch(text) or _BARE.fullmatch(text):
        days = _days(*map(int, whole.groups()))
        return (np.nan, Form.NONE) if days is None else (days, Form.YEAR_FIRST)
    slashed = _SLASHES.fullmatch(text)
    if slashed is None:
        return np.nan, Form.NONE
    one, two, year = map(int, slashed.groups())
    return _slashed(_days(year, one, two), _days(year, two, one), order)


def _slashed(month_first: float | None, day_first: float | None, order: Order) -> tuple[float, Form]:
    if month_first is None and day_first is None:
        return np.nan, Form.NONE
    if day_first is None:
        return month_first or 0.0, Form.MONTH_FIRST
    if month_first is None:
        return day_first, Form.DAY_FIRST
    if month_first == day_first:  # the third of March is the third of March either way
        return day_first, Form.SAME
    return (day_first if order in (Order.DAY, Order.DAY_ALONE) else month_first), Form.EITHER


def decide(forms: NDArray[np.int64], stated: Order | None = None) -> Order:
    """Decide the order of a column by how many cells have each form.

    Year first where at least half are written so. With slashes one order alone is proof. Of two, one must be CLEAR
    times as frequent to read the cells that fit both; the rows of the rarer are refused in any case, and those of
    both where they are as frequent.

    Parameters
    ----------
    stated
        The order of dates with slashes, where the config says it.
    """
    month, day = int(forms[Form.MONTH_FIRST]), int(forms[Form.DAY_FIRST])
    if forms[Form.YEAR_FIRST] >= month + day + forms[Form.EITHER] + forms[Form.SAME]:
        return Order.YEAR
    if stated is not None:
        return stated
    if month == day:
        return Order.UNDECIDED
    if month > day:
        return Order.MONTH if month >= CLEAR * day else Order.MONTH_ALONE
    return Order.DAY if day >= CLEAR * month else Order.DAY_ALONE


def _days(year: int, month: int, day: int) -> float | None:
    try:
        return float(date(year, month, day).toordinal() - _EPOCH) if year in YEARS else None
    except ValueError:
        return None
