"""Counts of a roster that add up over blocks: codes, missing cells and fates of rows, by a few baskets of schools.

Nothing of one student is kept. Schools fall into BASKETS by their id, so that two rosters of one district can be
compared school by school, and a profile stays as small for a state as for a district.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from earlywarn.arrow import strings
from earlywarn.columns import Bools, Coded, Ints
from earlywarn.roster.cells import Values
from earlywarn.roster.contract import Key
from earlywarn.roster.ids import hashes
from earlywarn.roster.terms import NUMBERS, Kind

BASKETS = 64
MOST_CODES = 1_000
"""More different codes in one column are pooled: it is hardly one of codes."""

MOST_SCHOOLS = 100_000
BLANK, ONE_VALUE = "every cell is blank", "one value in every row"
POOLED = "(more codes)"
Counts = dict[str, Ints]


@dataclass
class Tally:
    """Rows that count, by basket; codes and missing cells by column and basket."""

    rows: Ints = field(default_factory=lambda: np.zeros(BASKETS, dtype=np.int64))
    codes: dict[str, Counts] = field(default_factory=dict)
    missing: Counts = field(default_factory=dict)
    schools: dict[str, int] = field(default_factory=dict)
    most_codes: int = MOST_CODES

    def add(self, values: Mapping[Key, Values], counted: Bools, sign: int = 1) -> None:
        """Count rows in, or out again with sign -1."""
        school = next(coded for (_, kind), coded in values.items() if kind is Kind.SCHOOL)
        basket = baskets(school)[counted]
        self.rows += sign * np.bincount(basket, minlength=BASKETS)
        held = np.bincount(school.codes[counted] + 1, minlength=len(school.names) + 1)[1:].tolist()
        for name, count in zip(school.names, held, strict=True):
            self._school(name, sign * count)
        for (column, kind), cells in values.items():
            if kind in NUMBERS:
                kept = cells if counted.all() else cells[counted]
                self._missing(column, np.isnan(kept), basket, sign)
            elif kind is Kind.GRADE or (kind is Kind.TEXT and (column, Kind.GRADE) not in values):
                kept = cells.take(counted)
                self._missing(column, kept.codes < 0, basket, sign)
                count_into(self.codes.setdefault(column, {}), kept, basket, sign, self.most_codes)

    def join(self, other: "Tally") -> None:
        """Add what was counted of later blocks; as if they had been added here, where ``other`` pooled no code."""
        self.rows += other.rows
        for name, count in other.schools.items():
            self._school(name, count)
        for column, gone in other.missing.items():
            self.missing[column] = self.missing.get(column, 0) + gone
        for column, counts in other.codes.items():
            own = self.codes.setdefault(column, {})
            for name, found in counts.items():
                _count(own, name, found, self.most_codes)

    def _school(self, name: str, count: int) -> None:
        if name in self.schools or len(self.schools) < MOST_SCHOOLS:
            self.schools[name] = self.schools.get(name, 0) + count

    def _missing(self, column: str, gone: Bools, basket: Ints, sign: int) -> None:
        found = np.bincount(basket[gone], minlength=BASKETS) if gone.any() else np.zeros(BASKETS, dtype=np.int64)
        self.missing[column] = self.missing.get(column, 0) + sign * found


@dataclass
class Spans:
    """The least and the largest number of each column in rows that count."""

    found: dict[str, tuple[float, float]] = field(default_factory=dict)

    def add(self, values: Mapping[Key, Values], counted: Bools) -> None:
        """Take the rows of a block that count."""
        for (column, kind), cells in values.items():
            if kind in NUMBERS:
                kept = cells if counted.all() else cells[counted]
                low, high = self.found.get(column, (np.inf, -np.inf))
                low, high = np.fmin.reduce(kept, initial=low), np.fmax.reduce(kept, initial=high)
                self.found[column] = float(low), float(high)

    def hollow(self, tally: Tally) -> dict[str, str]:
        """Give columns that say nothing: blank in every row that counts, or one value in all of them."""
        rows, missing = tally.rows.sum(), tally.missing.items()
        blank = {column: BLANK for column, counts in missing if counts.sum() == rows > 0}
        full = [column for column, counts in missing if not counts.any() and rows > 1]
        same = {column for column, (low, high) in self.found.items() if low == high}
        same |= {
            column for column, held in tally.codes.items() if sum(counts.sum() > 0 for counts in held.values()) == 1
        }
        return blank | {column: ONE_VALUE for column in full if column in same}


def baskets(school: Coded) -> Ints:
    """Give the basket of each row, by its school; rows without one are in the first."""
    of_name = (hashes(strings(school.names)) % np.uint64(BASKETS)).astype(np.int64)
    return np.append(of_name, 0)[school.codes]


def count_into(counts: Counts, coded: Coded, basket: Ints, sign: int, most: int = MOST_CODES) -> None:
    """Add the rows of each code by basket."""
    width, known = len(coded.names), coded.codes >= 0
    flat = np.bincount(basket[known] * width + coded.codes[known], minlength=BASKETS * width)
    for name, found in zip(coded.names, flat.reshape(BASKETS, width).T, strict=True):
        if found.any():
            _count(counts, name, sign * found, most)


def _count(counts: Counts, name: str, found: Ints, most: int) -> None:
    place = name if name in counts or len(counts) < most else POOLED
    counts[place] = counts.get(place, 0) + found
