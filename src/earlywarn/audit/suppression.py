"""Which groups' counts may be published exactly, which only rounded, and which not at all.

A group below the privacy minimum is hidden. A group with a part below it (who missed, who is flagged, ...) has
that part hidden and its other counts rounded. Then more groups are rounded until no sum of groups has just one
member that is not exact: what is missing can then not be had by subtraction (complementary suppression).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from earlywarn.columns import MET, MISSED, ROUNDED_TO, UNKNOWN, Bools, Floats, Ints
from earlywarn.groups import Cell

NOT_SCORED_STATE = 2
"""The states of a student: not flagged 0, flagged 1, not scored 2."""

ATOMS = tuple((outcome, state) for outcome in (MET, MISSED, UNKNOWN) for state in range(3))
"""The parts that no published count parts further: outcome x state."""

_KNOWN, _SCORED, _EVERY = (MET, MISSED), (0, 1), (0, 1, 2)


def _atoms(outcomes: Iterable[int], states: Iterable[int]) -> NDArray[np.bool_]:
    return np.array([outcome in tuple(outcomes) and state in tuple(states) for outcome, state in ATOMS])


SIZES = {"students": _atoms((MET, MISSED, UNKNOWN), _EVERY), "scored": _atoms((MET, MISSED, UNKNOWN), _SCORED)}
"""Counts that a group is hidden by."""

KINDS = SIZES | {
    "not_scored": _atoms((MET, MISSED, UNKNOWN), [2]),
    "not_scored_missed": _atoms([MISSED], [2]),
    "known": _atoms(_KNOWN, _SCORED),
    "unknown": _atoms([UNKNOWN], _SCORED),
    "missed": _atoms([MISSED], _SCORED),
    "met": _atoms([MET], _SCORED),
    "flagged": _atoms((MET, MISSED, UNKNOWN), [1]),
    "flagged_missed": _atoms([MISSED], [1]),
    "flagged_met": _atoms([MET], [1]),
    "overlooked": _atoms([MISSED], [0]),
    "unflagged_met": _atoms([MET], [0]),
}
"""Every count that a page or a file may tell of a group, as the atoms that it adds up."""


OUTCOMES = frozenset({"known", "missed", "met", "flagged_missed", "flagged_met", "overlooked", "unflagged_met"})
"""Counts that are told only where some outcome is known."""

NONE_IS_HARMLESS = frozenset({"not_scored", "not_scored_missed", "unknown", "not_enough_data"})
"""Counts of which none says nothing of anybody; of the others none tells of everybody that they are not."""


APART = frozenset({"not_scored_missed"})
"""A count of everyone that adds up to no other count that is told: where it is small, it alone is hidden."""

LEAST_OPEN = 3
"""So many sizes or more must fit a hidden group, whatever else is told."""


class Shown(IntEnum):
    """How a group's counts are told."""

    EXACT = 0
    ABOUT = 1
    HIDDEN = 2


@dataclass(frozen=True)
class Suppression:
    """How each group's counts are told; parts below ``minimum`` of a group that is ABOUT are hidden too."""

    minimum: int
    shown: dict[Cell, Shown]

    def of(self, cell: Cell) -> Shown:
        """Give how a group's counts are told; a group that was never counted is empty."""
        return self.shown.get(cell, Shown.HIDDEN)

    def cells(self, how: Shown) -> frozenset[Cell]:
        """Give the groups that are told in one way."""
        return frozenset(cell for cell, found in self.shown.items() if found is how)


def suppress(cells: tuple[Cell, ...], atoms: Ints, minimum: int) -> Suppression:
    """Find how each group's counts may be told.

    Parameters
    ----------
    cells
        Everyone, every value of every attribute and every intersection to some depth.
    atoms
        Students by cell and ATOMS, shape (cells, 9).
    minimum
        Counts below it are told of nobody; 0 hides nothing.
    """
    told = [name for name in KINDS if name not in OUTCOMES or atoms[:, KINDS["known"]].any()]
    told_of_all = [name for name in told if name not in APART]
    grouped = [cell.depth > 0 for cell in cells]
    shown = np.array([_alone(a, minimum, told if g else told_of_all) for a, g in zip(atoms, grouped, strict=True)])
    held = np.flatnonzero(atoms.sum(axis=1) > 0)
    sums = _sums([cells[place] for place in held])
    sizes = atoms[held][:, SIZES["scored"]].sum(axis=1)
    while len(found := _given_away(sums, shown[held], sizes, minimum)):
        shown[held[_partner(found[0], sums, shown[held] == Shown.EXACT, sizes)]] = Shown.ABOUT
    return Suppression(minimum, {cell: Shown(how) for cell, how in zip(cells, shown.tolist(), strict=True)})


def _alone(counts: Ints, minimum: int, told: list[str]) -> Shown:
    """Judge a group by its own counts."""
    if counts[SIZES["students"]].sum() < minimum or counts[SIZES["scored"]].sum() < minimum:
        return Shown.HIDDEN
    sizes = ((name, int(counts[KINDS[name]].sum())) for name in told)
    small = any(size < minimum and (size or name not in NONE_IS_HARMLESS) for name, size in sizes)
    return Shown.ABOUT if small else Shown.EXACT


def _sums(cells: list[Cell]) -> Floats:
    """Give every published sum: 1 for a group, -1 for its parts by one further attribute; shape (sums, cells)."""
    place = {cell: number for number, cell in enumerate(cells)}
    parts: dict[tuple[int, tuple[str, ...]], list[int]] = {}
    for number, cell in enumerate(cells):
        for at in range(cell.depth):
            attributes, values = (names[:at] + names[at + 1 :] for names in (cell.attributes, cell.values))
            parts.setdefault((place[Cell(attributes, values)], cell.attributes), []).append(number)
    sums = np.zeros((len(parts), len(cells)))
    for row, ((parent, _), members) in zip(sums, parts.items(), strict=True):
        row[parent], row[members] = 1.0, -1.0
    return sums


def _given_away(sums: Floats, shown: Ints, sizes: Ints, minimum: int) -> Ints:
    """Give the groups of which what is told leaves no doubt, or next to none, while a group is left to round."""
    if not (shown == Shown.EXACT).any():
        return np.empty(0, dtype=np.int64)
    solved = _solved(sums, shown != Shown.EXACT)
    return solved if len(solved) else _squeezed(sums, shown, sizes, minimum)


def _squeezed(sums: Floats, shown: Ints, sizes: Ints, minimum: int) -> Ints:
    """Give hidden groups that fewer than LEAST_OPEN sizes fit, by what is told of all others.

    Bounds of every group are drawn in by every sum until nothing moves (the shuttle algorithm of Buzzigoli
    and Giusti 1999): each part lies between its whole less the most, and less the least, that the others can be.
    """
    low, high = _first_bounds(shown, sizes, minimum)
    for _ in range(len(shown)):
        before = (high - low).sum()
        for row in sums:
            whole, parts = np.flatnonzero(row > 0), np.flatnonzero(row < 0)
            low[whole] = np.maximum(low[whole], low[parts].sum())
            high[whole] = np.minimum(high[whole], high[parts].sum())
            least, most = low[parts].sum() - low[parts], high[parts].sum() - high[parts]
            low[parts], high[parts] = (
                np.maximum(low[parts], low[whole] - most),
                np.minimum(high[parts], high[whole] - least),
            )
        if (high - low).sum() == before:
            break
    return np.flatnonzero((shown == Shown.HIDDEN) & (high - low + 1 < LEAST_OPEN))


def _first_bounds(shown: Ints, sizes: Ints, minimum: int) -> tuple[Ints, Ints]:
    """Give what is told of each group's scored students: how many, fewer than the minimum, or what rounds alike."""
    about = ROUNDED_TO * ((sizes + ROUNDED_TO // 2) // ROUNDED_TO)
    low = np.select([shown == Shown.EXACT, shown == Shown.HIDDEN], [sizes, sizes > 0], about - ROUNDED_TO // 2)
    high = np.select([shown == Shown.EXACT, shown == Shown.HIDDEN], [sizes, minimum - 1], about + ROUNDED_TO // 2 - 1)
    return np.where(shown == Shown.ABOUT, np.maximum(low, minimum), low), high


def _solved(sums: Floats, inexact: Bools) -> Ints:
    """Give the groups that are not exact and that follow from the exact ones all the same.

    A count follows where its own axis lies in the row space of the sums over the counts that are not exact.
    """
    places = np.flatnonzero(inexact)
    asked = sums[:, places][sums[:, places].any(axis=1)]
    if not len(asked):
        return places[:0]
    _, strength, axes = np.linalg.svd(asked, full_matrices=False)
    within = np.sum(axes[strength > 1e-9] ** 2, axis=0)
    return np.asarray(places[within > 1 - 1e-7])


def _partner(solved: int, sums: Floats, exact: Bools, sizes: Ints) -> int:
    """Give the smallest exact group that stands in a sum with a solved one, a part rather than the whole."""
    beside = sums[sums[:, solved] != 0]
    for sign in (-1.0, 1.0):
        found = np.flatnonzero((beside == sign).any(axis=0) & exact)
        if len(found):
            return int(found[np.argmin(sizes[found])])
    return int(np.flatnonzero(exact)[np.argmin(sizes[exact])])
