"""The unit of a column of shares: a share from 0 to 1, a number of percent, or percent with its sign; never a mix.

Decided for the whole column: the unit of most cells is the column's, and the rows of the others are refused. What fits
all units (0 and 1) is read in the column's.
"""

from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

from earlywarn.columns import Bools, Floats


class Sign(IntEnum):
    """What a cell's unit must be."""

    SHARE = 0
    PERCENT = 1
    SIGNED = 2
    ANY = 3


class Unit(StrEnum):
    """The unit of a column."""

    SHARE = "shares from 0 to 1"
    PERCENT = "percent without a sign"
    SIGNED = "percent with a sign"


UNITS = (Unit.SHARE, Unit.PERCENT, Unit.SIGNED)
"""By Sign."""


def signs(values: Floats, signed: Bools) -> NDArray[np.uint8]:
    """Tell the unit of each cell; a missing one fits any."""
    found = np.where(values > 1, Sign.PERCENT, Sign.SHARE).astype(np.uint8)
    found[np.isnan(values) | (values == 0) | (values == 1)] = Sign.ANY
    found[signed] = Sign.SIGNED
    return found


def decide(counts: NDArray[np.int64]) -> Unit:
    """Decide the unit of a column by how many cells have each sign; without any, shares."""
    return UNITS[int(np.argmax(counts[: len(UNITS)]))]


def in_shares(values: Floats, unit: Unit) -> Floats:
    """Give shares from 0 to 1."""
    return values if unit is Unit.SHARE else values / 100
