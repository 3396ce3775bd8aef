"""Exchanges of students between groups that leave every exact count of an audit as it is.

A count to which one can add one student or two, or from which one can take them, while all that is told
exactly stays the same, cannot be solved. Only plain exchanges are sought; it refuses to call safe what a
cleverer one might save.

An exchange adds a *turn* (one student of one atom, or of one in place of another) to a group, takes it from the
groups that differ in one of the switched attributes, adds it to those that differ in two, and so on. In every group
that leaves a switched attribute open the changes cancel; of all other attributes the groups share the values.
The way back does the same elsewhere with the signs turned round: then they cancel in the groups by the switched
attributes alone, too. No count changes by more than one turn.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import combinations, product

import numpy as np

from earlywarn.audit.kinds import Kinds
from earlywarn.audit.lattice import NOWHERE, Combination, Lattice
from earlywarn.audit.rounding import LEEWAY
from earlywarn.columns import Bools, Floats, Ints

PLENTY = 10_000
"""More students than an exchange could need."""


@dataclass(frozen=True)
class Turns:
    """The turns, each followed in the second half by its opposite.

    Attributes
    ----------
    change
        What a turn does to each atom, shape (turns, atoms).
    touched
        Which kinds it changes, shape (turns, kinds).
    """

    change: Ints
    touched: Bools

    @cached_property
    def opposite(self) -> Ints:
        """The place of each turn's opposite."""
        return np.roll(np.arange(len(self.change)), len(self.change) // 2)

    @cached_property
    def grows(self) -> Bools:
        """Which turns take nobody away."""
        return np.asarray((self.change >= 0).all(axis=1))

    @cached_property
    def loss(self) -> Ints:
        """How many kinds each turn costs their exactness."""
        return np.asarray(self.touched.sum(axis=1))


def turns(kinds: Kinds, used: Bools) -> Turns:
    """Give every turn of one or two atoms in use, shape (atoms,).

    One atom in place of another needs more students than either alone; so it is left out where it changes
    no fewer kinds.
    """
    unit = np.eye(len(used), dtype=np.int64)[used]
    loss = (unit @ kinds.matrix.T != 0).sum(axis=1)
    pairs = [(unit[i] - unit[j], max(loss[i], loss[j])) for i, j in combinations(range(len(unit)), 2)]
    cheaper = [change for change, alone in pairs if np.count_nonzero(change @ kinds.matrix.T) < alone]
    half = np.array([*unit, *cheaper], dtype=np.int64).reshape(-1, len(used))
    change = np.concatenate([half, -half])
    return Turns(change, change @ kinds.matrix.T != 0)


def spare(counts: Ints | Floats, made: Turns) -> Ints:
    """Give how often each turn can be done in each group: shape (groups + 1, turns), -1 nowhere.

    Nobody can be taken where nobody is, and a group is never emptied: that would be told.
    """
    taken = np.where(made.change[None] < 0, counts[:, None, :], PLENTY).min(axis=2)
    leaves = made.change.sum(axis=1) < 0
    held = np.where(leaves, np.minimum(taken, counts.sum(axis=1, keepdims=True) - 1), taken)
    nowhere = np.full((1, len(made.change)), NOWHERE)
    return np.concatenate([held, nowhere]).clip(max=PLENTY).astype(np.int16)


@dataclass(frozen=True)
class Exchanges:
    """Which exchanges there are among the groups of an audit; ``spare`` is as :func:`spare` gives it."""

    lattice: Lattice
    turns: Turns
    spare: Ints

    def possible(self, at: Combination, rows: Ints, switched: frozenset[str]) -> tuple[Bools, Bools]:
        """Tell which turns can start from these groups of a combination by switching some of its attributes.

        Returns
        -------
        two ndarrays of shape (rows, turns)
            As it is; and with the same done the other way round where most such students are, so that in the
            groups by the switched attributes alone nothing changes, either.
        """
        targets = self._targets(switched)
        start = {name: at.codes[rows, place].reshape(-1, 1, 1, 1) for place, name in enumerate(at.attributes)}
        enough = self._there(start, targets)
        if not switched:  # one more like a student who is there takes nobody from anywhere
            enough = enough | self.turns.grows
        for name in switched:
            enough = enough & (start[name] != targets[name])
        back = enough & self._and_back(start, targets)
        return np.asarray(enough.any(axis=(1, 2))), np.asarray(back.any(axis=(1, 2)))

    def _targets(self, switched: frozenset[str]) -> Mapping[str, Ints]:
        """Give the groups that an exchange may reach, as values by attribute of shape (1, targets, 1, 1)."""
        held = self.lattice.combinations[switched]
        return {name: held.codes[:, place].reshape(1, -1, 1, 1) for place, name in enumerate(held.attributes)}

    def _there(self, start: Mapping[str, Ints], targets: Mapping[str, Ints]) -> Bools:
        """Tell where enough students are for an exchange from ``start``, shape (rows, targets, 1, turns)."""
        corners = _corners(start, targets)
        self._settle(corners, targets.keys())
        return self._least(corners, targets.keys()) >= LEEWAY

    def _and_back(self, start: Mapping[str, Ints], targets: Mapping[str, Ints]) -> Bools:
        """Tell where enough are for the way back: the same values, and else those where most such students are."""
        further = sorted(start.keys() - targets.keys())
        if not further:
            return np.zeros((1, 1, 1, 1), dtype=bool)
        own = np.stack([start[name].ravel() for name in targets]) if targets else np.zeros((0, 1), dtype=np.int64)
        own, row = np.unique(own, axis=1, return_inverse=True)  # many groups share the switched values
        origin = {name: codes.reshape(-1, 1, 1, 1) for name, codes in zip(targets, own, strict=True)}
        corners = [_Corner(corner.codes, not corner.adds) for corner in _corners(origin, targets)]
        self._settle(corners, targets.keys())
        enough = self._least(corners, targets.keys()) >= LEEWAY
        elsewhere = [corners[0].codes[name][row.ravel()] != start[name] for name in further]
        return np.asarray(enough[row.ravel()] & reduce(np.logical_or, elsewhere))

    def _settle(self, corners: "Sequence[_Corner]", switched: Set[str]) -> None:
        """Give every further attribute the value where most such students are, the same in all corners."""
        for name in sorted(self.lattice.values.keys() - corners[0].codes.keys()):
            held = self.lattice.combinations.get(frozenset(switched | {name}))
            if held is None:
                continue
            open_to = np.arange(self.lattice.values[name]).reshape(1, 1, -1, 1)
            tried = [_Corner({**corner.codes, name: open_to}, corner.adds) for corner in corners]
            best = self._in(held, tried).argmax(axis=2)[:, :, None]
            for corner in corners:
                corner.codes[name] = best

    def _least(self, corners: "Sequence[_Corner]", switched: Set[str]) -> Ints:
        """Give how often each turn can be done in all groups that an exchange changes."""
        return reduce(np.minimum, (self._in(held, corners) for held in self.lattice.above(frozenset(switched))))

    def _in(self, held: Combination, corners: "Sequence[_Corner]") -> Ints:
        """Give how often each turn can be done in all corners, shape (rows, targets, values or 1, turns)."""
        every = np.arange(len(self.turns.change))
        turned = (self.spare[held.at(c.codes), every if c.adds else self.turns.opposite] for c in corners)
        return reduce(np.minimum, turned)


@dataclass(frozen=True)
class _Corner:
    """Groups that an exchange changes, by their values, and whether students are added to them."""

    codes: dict[str, Ints]
    adds: bool


def _corners(start: Mapping[str, Ints], targets: Mapping[str, Ints]) -> list[_Corner]:
    """Give the groups of an exchange; those an even number of switches away are added to."""
    made = []
    for bits in product((False, True), repeat=len(targets)):
        changed = {name: targets[name] for name, bit in zip(sorted(targets), bits, strict=True) if bit}
        made.append(_Corner({**start, **changed}, sum(bits) % 2 == 0))
    return made
