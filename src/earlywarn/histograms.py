"""Sums by school, group, risk bin, outcome and flag: all that rates, gaps and their intervals need.

Sums add up across blocks, cores and machines. They refuse to hold a row: no id ever enters.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earlywarn.capacity import Listed
from earlywarn.columns import MISSED, Bools, Coded, Floats, Ints
from earlywarn.groups import Cell, Membership

STUDENTS, RISK, RISK_SQUARED = 0, 1, 2
"""Places on the first axis: how many students, the sum of their risks, of their risks squared."""

BINS = 10


@dataclass(frozen=True)
class Scored:
    """What counting needs of n scored students, row by row.

    Attributes
    ----------
    outcome
        MET, MISSED or UNKNOWN, shape (n,).
    listed
        Students tied at the cut count in part as flagged, by their chance of a seat.
    """

    school: Coded
    groups: Membership
    risk: Floats
    outcome: Ints
    listed: Listed


@dataclass(frozen=True)
class Presence:
    """All students in scope, scored or not, shape (n,) each: what each lacks.

    Attributes
    ----------
    lacks
        Name -> which students could not be scored, or lack an input.
    outcome
        MET, MISSED or UNKNOWN; None where nobody's is known.
    """

    school: Coded
    groups: Membership
    lacks: Mapping[str, Bools]
    outcome: Ints | None = None


@dataclass(frozen=True)
class Sums:
    """The table of sums.

    Attributes
    ----------
    values
        Shape (3, schools, cells, bins, outcomes, 2): students, risk and risk squared, by flagged or not.
    near
        Shape (3, cells, bins, outcomes): the same per student whose rank lies next to the cut.
    """

    cells: tuple[Cell, ...]
    values: Floats
    near: Floats

    def place(self, cell: Cell) -> int:
        """Give the place of a cell on the third axis."""
        return self.cells.index(cell)

    def counts(self) -> Floats:
        """Give whole students by school, cell, outcome and flagged: (schools, cells, outcomes, 2)."""
        return np.asarray(self.values[STUDENTS].sum(axis=2))

    def knowing_the_cut(self) -> Floats:
        """Give the sums as the jackknife should see them: the cut is estimated from these very students.

        A school that brings more flagged students than its share moves the cut for all. To first order
        its weight moves by (flagged - share * students) times the mean of the students next to the cut;
        that is taken from the flagged side and given to the other. Totals do not change. (The influence
        function of a rate beyond an estimated quantile; compare Serfling 1980, section 2.5.)
        """
        everyone = self.values[STUDENTS][:, 0]
        students = everyone.sum(axis=(1, 2, 3))
        flagged = everyone[..., 1].sum(axis=(1, 2))
        excess = flagged - flagged.sum() / students.sum() * students
        shift = self.near[:, None] * excess[None, :, None, None, None]
        moved = self.values.copy()
        moved[..., 1] -= shift
        moved[..., 0] += shift
        return moved


def count(scored: Scored, edges: Floats) -> Sums:
    """Count scored students; ``edges`` part the risk bins (see :func:`risk_edges`)."""
    shape = (len(scored.school.names), len(scored.groups.cells), len(edges) + 1, 3, 2)
    risk_bin = np.searchsorted(edges, scored.risk, side="right")
    weights = [np.ones_like(scored.risk), scored.risk, scored.risk**2]
    values = np.zeros((3, *shape))
    near = np.zeros((3, *shape[1:4]))
    beside = scored.listed.near()
    chance = scored.listed.chance
    for codes in scored.groups.codes:
        next_to = np.ravel_multi_index((codes[beside], risk_bin[beside], scored.outcome[beside]), shape[1:4])
        place = np.ravel_multi_index((scored.school.codes, codes, risk_bin, scored.outcome), shape[:4])
        for what, weight in enumerate(weights):
            values[what, ..., 1] += _sum(place, weight * chance, shape[:4])
            values[what, ..., 0] += _sum(place, weight * (1 - chance), shape[:4])
            near[what] += _sum(next_to, weight[beside], shape[1:4])
    return Sums(scored.groups.cells, values, near / max(int(beside.sum()), 1))


def discordance(scored: Scored, other: Scored) -> tuple[Floats, Floats]:
    """Count by school and cell those who missed the standard and whom one list alone found.

    Returns
    -------
    two ndarrays of shape (schools, cells)
        Found by the first list alone, and by the other alone.
    """
    missed = scored.outcome == MISSED
    more = (scored.listed.chance - other.listed.chance)[missed]
    alone = np.maximum(more, 0.0), np.maximum(-more, 0.0)
    return by_school_and_cell(scored, missed, alone[0]), by_school_and_cell(scored, missed, alone[1])


def by_school_and_cell(rows_of: "Scored | Presence", rows: Bools, weight: Floats | None = None) -> Floats:
    """Count the chosen rows, or add up a weight of theirs, shape (schools, cells)."""
    shape = (len(rows_of.school.names), len(rows_of.groups.cells))
    school = rows_of.school.codes[rows].astype(np.int64) * shape[1]
    total = np.zeros(shape)
    for codes in rows_of.groups.codes:
        total += _sum(school + codes[rows], weight, shape)
    return total


def risk_edges(risk: Floats, bins: int = BINS) -> Floats:
    """Give the inner edges of risk bins of equal size; fewer where risks tie."""
    return np.unique(np.quantile(risk, np.arange(1, bins) / bins))


def _sum(place: NDArray[np.int64], weight: Floats | None, shape: tuple[int, ...]) -> Floats:
    sums = np.bincount(place, weights=weight, minlength=int(np.prod(shape)))
    return np.asarray(sums.reshape(shape), dtype=np.float64)
