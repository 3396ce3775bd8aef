"""Reach by group, and the reach floor: seats moved between schools until no group is reached too seldom.

The lever is a bonus for a school, the same for every student in it: whom a school's seats go to stays a question of
risk alone, and no student is picked by group. How large it must be is found by search, not proved to be the cheapest.
It refuses a floor that moving seats between schools cannot reach.
"""

from dataclasses import dataclass, replace

import numpy as np

from earlywarn.allocate.outcome import Shared, carry_out
from earlywarn.allocate.problem import in_units
from earlywarn.allocate.quotas import Offer
from earlywarn.columns import Bools, Floats, Ints
from earlywarn.config.allocation import Policy
from earlywarn.config.sections import Groups
from earlywarn.errors import Fault
from earlywarn.groups import Cell, GroupTable, membership

ROUNDS, HALVINGS, FIRST_PUSH, HARDER = 28, 6, 0.01, 1.25
"""So often a group is pushed; the first push adds 0.01 to the risk of a school that is all of the group."""

ROUNDING = 1e-9
"""A ratio of sums is under the floor where it is so by more than this."""


@dataclass(frozen=True)
class Reached:
    """The groups by one attribute each, the members, and each one's reference.

    ``member`` has shape (groups, n); ``reference`` is the place of the group that each is held against, or -1 for all
    other students; a reference is held against itself. ``words`` name them for people.
    """

    cells: tuple[Cell, ...]
    words: tuple[str, ...]
    member: Bools
    reference: Ints

    def of(self, reached: Bools, risk: Floats) -> Floats:
        """Give the share of those expected to miss who are reached, by group; NaN of an empty one."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.member @ np.where(reached, risk, 0.0) / (self.member @ risk))

    def ratio(self, reached: Bools, risk: Floats) -> Floats:
        """Give each group's reach over that of its reference."""
        part, whole = self.member @ np.where(reached, risk, 0.0), self.member @ risk
        others_part, others = np.where(reached, risk, 0.0).sum() - part, risk.sum() - whole
        has_reference = self.reference >= 0
        top = np.where(has_reference, part[self.reference], others_part)
        bottom = np.where(has_reference, whole[self.reference], others)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((part / whole) / (top / bottom))

    def enough(self, students: int) -> Ints:
        """Give the groups of so many students or more."""
        return np.flatnonzero(self.member.sum(axis=1) >= students)


def reached_by_group(table: GroupTable, groups: Groups) -> Reached:
    """Lay out the groups of a run's scored students, each attribute by itself."""
    held = membership(table, 1)
    places = [place for place, cell in enumerate(held.cells) if cell.depth == 1]
    cells = tuple(held.cells[place] for place in places)
    at = {cell: place for place, cell in enumerate(cells)}
    of = [at.get(Cell(c.attributes, (groups.attributes[c.attributes[0]].reference or "",)), -1) for c in cells]
    member = np.array([(held.codes[1:] == place).any(axis=0) for place in places], dtype=bool)
    words = tuple(cell.words(groups) for cell in cells)
    return Reached(cells, words, member.reshape(len(cells), len(table)), np.array(of, dtype=np.int64))


def carry_out_with_reach(policy: Policy, offer: Offer, groups: Reached, least: int) -> tuple[Shared, tuple[Fault, ...]]:
    """Share the seats out so that no group of ``least`` students or more is reached too seldom.

    Each group under the floor is pushed harder until all are over it; then all are let go as far as the floor allows.
    """
    wanted = policy.reach_floor or 0.0
    search = _Search(policy, offer, groups, groups.enough(least), wanted)
    strength = np.zeros(len(groups.cells))
    shared, short = search.tried(strength)
    best = short
    for _ in range(ROUNDS):
        if not short.any():
            return search.weakest(strength, shared), ()
        under = search.steered[short > 0]
        strength[under] = np.maximum(FIRST_PUSH, HARDER * strength[under])
        shared, short = search.tried(strength)
        best = min(best, short, key=lambda each: float(each.max(initial=0.0)))
    if not short.any():
        return search.weakest(strength, shared), ()
    names = ", ".join(groups.words[place] for place in search.steered[best > 0])
    most = np.floor(100 * (wanted - best.max(initial=0.0))) / 100
    found = f"this search came to {most:.2f} at the most; still under the floor there: {names}"
    ask = f"ask for {most:.2f} or less" if most > 0 else "leave the reach floor out"
    remedy = f"{ask}: whom a school's seats go to is a question of risk alone"
    return shared, (Fault(f"policy '{policy.name}': reach_floor {wanted:g}", found, "a floor within reach", remedy),)


@dataclass(frozen=True)
class _Search:
    policy: Policy
    offer: Offer
    groups: Reached
    steered: Ints
    wanted: float

    def tried(self, strength: Floats) -> tuple[Shared, Floats]:
        """Share out with a bonus by school; give how far each steered group is under the floor, 0 if it is not."""
        students = self.offer.students
        shared, _ = carry_out(self.policy, self.offer, in_units(self._shares().T @ strength))
        ratio = self.groups.ratio(shared.reached, students.risk)[self.steered]
        short = self.wanted - np.nan_to_num(ratio, nan=np.inf, posinf=np.inf)
        pushed = tuple(self.groups.words[place] for place in np.flatnonzero(strength))
        return replace(shared, moved_for=pushed), np.where(short > ROUNDING, short, 0.0)

    def weakest(self, strength: Floats, shared: Shared) -> Shared:
        """Halve the bonus towards the least that still does."""
        low, high = 0.0, 1.0
        for _ in range(HALVINGS if strength.any() else 0):
            middle = (low + high) / 2
            other, short = self.tried(middle * strength)
            if short.any():
                low = middle
            else:
                high, shared = middle, other
        return shared

    def _shares(self) -> Floats:
        """Give the share of those expected to miss in each school who are of each group: shape (groups, schools)."""
        school, risk = self.offer.students.school, self.offer.students.risk
        places = len(school.names)
        every = np.maximum(np.bincount(school.codes, risk, places), 1e-9)
        return np.array([np.bincount(school.codes, risk * member, places) / every for member in self.groups.member])
