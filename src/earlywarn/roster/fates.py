"""Rows in, quarantined and merged by group: counts that add up over blocks. Pages show them through suppression."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from earlywarn.columns import Bools, Coded, Ints
from earlywarn.groups import MISSING, OTHER
from earlywarn.roster.cells import Values
from earlywarn.roster.contract import Key
from earlywarn.roster.terms import Kind

ROWS_IN, REFUSED_ROWS, MERGED_ROWS = range(3)
MOST_VALUES = 1_000
"""More different values are pooled: the column is hardly one of groups."""


@dataclass
class Fates:
    """Rows of each value of each attribute by fate, shape (3,): in, quarantined, merged.

    ``columns`` gives the file's column of each attribute.
    """

    columns: Mapping[str, str]
    by_value: dict[str, dict[str, Ints]] = field(default_factory=dict)

    def add(self, values: Mapping[Key, Values], rows: Bools, fate: int) -> None:
        """Count rows of one fate."""
        for name, column in self.columns.items():
            coded: Coded = values[column, Kind.TEXT]
            counts = np.bincount(coded.codes[rows] + 1, minlength=len(coded.names) + 1).tolist()
            held = self.by_value.setdefault(name, {})
            for value, count in zip((MISSING, *coded.names), counts, strict=True):
                if count:
                    place = value if value in held or len(held) < MOST_VALUES else OTHER
                    held.setdefault(place, np.zeros(3, dtype=np.int64))[fate] += count
