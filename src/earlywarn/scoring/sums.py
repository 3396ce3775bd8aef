"""What a score run counts: sums over its rows that add up block by block; nothing of one student is kept."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from earlywarn.columns import Bools, Codes, Ints

ACCEPTED, IN_SCOPE, FLAGGED, LACKING = range(4)
"""What is counted of schools and groups: rows taken, students in scope, those flagged, those with not enough data."""


@dataclass(frozen=True)
class Sums:
    """Counts of one score run.

    Attributes
    ----------
    status
        Rows by place in STATUSES.
    levels
        Students and flagged students by level, shape (levels, 2).
    schools, groups
        Names, and counts by name and by ACCEPTED to LACKING; groups by attribute.
    missing, missing_scored
        Rows in scope, and rows scored, that lack each input.
    """

    status: Ints
    levels: Ints
    schools: tuple[tuple[str, ...], Ints]
    groups: Mapping[str, tuple[tuple[str, ...], Ints]]
    missing: Ints
    missing_scored: Ints

    @property
    def flagged(self) -> int:
        """Students on the list."""
        return int(self.levels[:, 1].sum())


def four(codes: Codes, width: int, parts: tuple[Bools, Bools, Bools]) -> Ints:
    """Count rows, and those of each part, by code: shape (width, 4); rows of code -1 are of none."""
    known = codes >= 0
    counts = [np.bincount(codes[known], minlength=width)]
    counts += [np.bincount(codes[known & part], minlength=width) for part in parts]
    return np.stack(counts, axis=1)
