"""What may be published of an audit's counts: each as it is, rounded, or only that it is small.

No count below the privacy minimum can be told from what is published: not by subtraction, not by
solving, not from a rate with many digits. It refuses no group a row: what is hidden says so.

A count below the minimum is hidden, and so is none of a group that somebody is in. For each such count an
exchange of students is sought (:mod:`earlywarn.audit.exchange`) that changes it by two and everything that
is told exactly by nothing; the kinds that it touches are no longer told exactly, in all groups by the
attributes that it switches and by more (:mod:`earlywarn.audit.loosening`). So the true table is one of three at
least that fit every exact number, and all three lie within what a rounded number stands for
(:mod:`earlywarn.audit.rounding`).

What this leaves open: somebody who knows students of the group by heart, who holds two audits of nearly the
same students side by side, or who reads more from how a number was rounded than from the number (that it was rounded
to the nearest: decision 0009 has what that gives away). And groups are
taken as sums of the groups below them, to the depth of the audit: where it crosses fewer attributes than there are,
integer programming over the crossing of all of them rules more out (about one small count in a thousand, in tables of
few students that were made to be hard).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from earlywarn.audit import rounding as told
from earlywarn.audit.exchange import Exchanges, spare, turns
from earlywarn.audit.kinds import AUDITED, Kinds
from earlywarn.audit.lattice import lattice
from earlywarn.audit.loosening import loosened
from earlywarn.audit.rounding import LEEWAY, NOT_SHOWN, Count, Held, Parts, Rate, Shown
from earlywarn.columns import Bools, Floats, Ints
from earlywarn.groups import EVERYONE, Cell

OTHERS = None
"""In place of a group: all students who are not in the group that it is held against."""

SIZES = ("students", "scored")
"""A group is hidden where one of these may not be told, not even roughly."""


@dataclass(frozen=True)
class Suppression:
    """The counts of an audit, with what may be said of each.

    Attributes
    ----------
    groups
        Everyone, and every group by each combination of attributes.
    numbers
        True counts, shape (groups, kinds): to be published through the methods alone. Where students are tied at
        the cut of a list their places are shared, so that a count need not be whole.
    exact
        Which of them may be told as they are, shape (groups, kinds).
    """

    groups: tuple[Cell, ...]
    kinds: Kinds
    minimum: int
    numbers: Floats
    exact: Bools

    @cached_property
    def place(self) -> Mapping[Cell, int]:
        """The place of each group."""
        return {cell: place for place, cell in enumerate(self.groups)}

    @cached_property
    def shown(self) -> Mapping[Cell, Shown]:
        """How each group is told as a whole: HIDDEN by its size, EXACT if all of its counts are."""
        return {cell: self._as_a_whole(cell) for cell in self.groups}

    def of(self, cell: Cell, measure: str = "") -> Shown:
        """Give how a group is told as a whole, or as far as a measure goes; a group that was never counted is empty."""
        as_a_whole = self.shown.get(cell, Shown.HIDDEN)
        if as_a_whole is not Shown.ABOUT:
            return as_a_whole
        held = [self.kinds.place[kind] for kind in self.kinds.rests_on(measure)]
        return Shown.EXACT if self.exact[self.place[cell], held].all() else Shown.ABOUT

    def cells(self, how: Shown) -> frozenset[Cell]:
        """Give the groups that are told in one way as a whole."""
        return frozenset(cell for cell, found in self.shown.items() if found is how)

    def count(self, cell: Cell, kind: str) -> Count:
        """Give one count of a group as it may be published."""
        return told.count_of(self._held(cell, kind), self.minimum)

    def counts(self, cell: Cell, *kinds: str) -> tuple[str, ...]:
        """Give counts of a group in words."""
        return tuple(self.count(cell, kind).words for kind in kinds)

    def hidden_words(self, cell: Cell) -> str:
        """Say that a group is too small to tell anything of it."""
        sizes = (self.count(cell, kind) for kind in SIZES if kind in self.kinds.place)
        return f"{max(sizes, key=lambda size: size.shown).words} students: not shown"

    def beside(self, cell: Cell, kind: str) -> Count:
        """Give one count of all students who are not in a group."""
        return told.count_of(self._beside(cell, kind), self.minimum)

    def share(self, cell: Cell, name: str, ends: tuple[float, ...] = ()) -> Rate:
        """Give a share of a group as it may be published, with the ends of its interval."""
        return told.share_of(self.parts(cell, cell, name), self.minimum, ends)

    def difference(self, cell: Cell, other: Cell | None, name: str, ends: tuple[float, ...] = ()) -> Rate:
        """Give a group's share less another's (or OTHERS'); not shown where either is hidden or only bounded."""
        held = self._sides(cell, other, name)
        return NOT_SHOWN if held is None else told.difference_of(*held, ends)

    def ratio(self, cell: Cell, other: Cell | None, name: str, ends: tuple[float, ...] = ()) -> Rate:
        """Give a group's share over another's (or OTHERS'); not shown where either is hidden or only bounded."""
        held = self._sides(cell, other, name)
        return NOT_SHOWN if held is None else told.ratio_of(*held, ends)

    def figure(self, value: float, name: str, pair: tuple[Cell, Cell | None], ends: tuple[float, ...] = ()) -> Rate:
        """Give a figure that may not be told as it is and is more than a share (it knows risks, or another list).

        Parameters
        ----------
        pair
            The group and the one that it is held against (OTHERS for all others), or the group twice. Told is what
            hides LEEWAY students in the wholes of a side on which not all is exact, else of any: in all of them at
            once of a figure that is taken of counts alone, else in each, as no reader knows the risks.
        """
        if not np.isfinite(value):
            return NOT_SHOWN
        sides = [self.basis(pair[0], other, name) for other in dict.fromkeys(pair)]
        loose = [side for side in sides if not all(held.exact for held in side.values())] or sides
        basis = self.kinds.figures[name]
        moves = [LEEWAY / max(side[whole].number, 1) for side in loose for whole in basis.wholes]
        return told.figure_of(value, sum(moves) if basis.more else max(moves), ends)

    def basis(self, cell: Cell, other: Cell | None, name: str) -> Mapping[str, Held]:
        """Give all that a figure of a group rests on, or of OTHERS beside the first, by kind."""
        return {kind: self._side(cell, other, kind) for kind in self.kinds.rests_on(name)}

    def parts(self, cell: Cell, other: Cell | None, name: str) -> Parts:
        """Give what a share of a group is taken of, or of OTHERS beside the first."""
        part, whole, rest = (self._side(cell, other, kind) for kind in self.kinds.shares[name].kinds)
        return part, whole, rest

    def is_exact(self, pair: tuple[Cell, Cell | None], kind: str) -> bool:
        """Tell whether a count may be told as it is on both sides of a comparison."""
        return all(self._side(pair[0], other, kind).exact for other in pair)

    def _as_a_whole(self, cell: Cell) -> Shown:
        sizes = [self.count(cell, kind).shown for kind in SIZES if kind in self.kinds.place]
        if not self.numbers[self.place[cell]].any() or Shown.HIDDEN in sizes:
            return Shown.HIDDEN
        return Shown.EXACT if self.exact[self.place[cell]].all() else Shown.ABOUT

    def _held(self, cell: Cell, kind: str) -> Held:
        if cell not in self.place:
            return Held(0.0, exact=False)
        at = self.place[cell], self.kinds.place[kind]
        return Held(float(self.numbers[at]), bool(self.exact[at]))

    def _beside(self, cell: Cell, kind: str) -> Held:
        one, everyone = self._held(cell, kind), self._held(EVERYONE, kind)
        return Held(everyone.number - one.number, one.exact and everyone.exact)

    def _side(self, cell: Cell, other: Cell | None, kind: str) -> Held:
        return self._beside(cell, kind) if other is OTHERS else self._held(other, kind)

    def _sides(self, cell: Cell, other: Cell | None, name: str) -> tuple[Parts, Parts] | None:
        one, two = self.parts(cell, cell, name), self.parts(cell, other, name)
        rates = (told.share_of(side, self.minimum) for side in (one, two))
        return None if any(rate.shown is Shown.HIDDEN for rate in rates) else (one, two)


def suppress(cells: Sequence[Cell], counts: Ints | Floats, minimum: int, kinds: Kinds = AUDITED) -> Suppression:
    """Find what may be published.

    Parameters
    ----------
    cells
        Everyone, and every group by each combination of attributes; a combination of values that nobody
        has may be left out.
    counts
        Students by cell and atom, shape (cells, atoms): outcome (met, missed, unknown) times state (not flagged,
        flagged, not scored); whole numbers but for students tied at the cut.
    minimum
        Counts below it are hidden.
    """
    numbers, used = _added(counts, kinds), kinds.used(counts)
    occupied = numbers[:, kinds.place[kinds.size]] > 0
    small = (numbers < minimum) & occupied[:, None] & (kinds.matrix @ used > 0)
    made = turns(kinds, used)
    loose = loosened(Exchanges(lattice(cells, occupied), made, spare(counts, made)), small)
    return Suppression(tuple(cells), kinds, minimum, numbers, ~loose)


def unsuppressed(cells: Sequence[Cell], counts: Ints | Floats, minimum: int, kinds: Kinds = AUDITED) -> Suppression:
    """Tell every count as it is: for the data scientist's own file, never to be published."""
    numbers = _added(counts, kinds)
    return Suppression(tuple(cells), kinds, minimum, numbers, np.ones(numbers.shape, dtype=bool))


def _added(counts: Ints | Floats, kinds: Kinds) -> Floats:
    """Add up the kinds; what is left of a sum of shared places after six decimals is the computer's."""
    return np.asarray((counts @ kinds.matrix.T).astype(np.float64).round(6))
