"""A policy carried out: who holds which seat, proved; what a draw decided. It refuses floors that cannot be met."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from earlywarn.allocate.fitting import fitted
from earlywarn.allocate.problem import NOBODY
from earlywarn.allocate.proof import Proof, prove
from earlywarn.allocate.quotas import Offer, Posed, pose, unmet
from earlywarn.allocate.seating import seat
from earlywarn.columns import Bools, Ints
from earlywarn.config.allocation import Policy
from earlywarn.errors import Fault


@dataclass(frozen=True)
class Lot:
    """Students alike in risk, place and what answers them, of whom not all could be seated: the stated hash decided.

    ``students`` and ``seated`` are places among the run's scored students.
    """

    students: Ints
    seated: Bools


@dataclass(frozen=True)
class Shared:
    """A policy carried out.

    Attributes
    ----------
    student, support
        One entry a seat given.
    reached
        Whether each scored student holds a seat: shape (n,).
    fits
        Seats of a support that answers the student's heaviest reason.
    moved_for
        The groups for which seats were moved between schools.
    proof
        That no other way within the policy's limits reaches more; in its own weights.
    """

    policy: Policy
    student: Ints
    support: Ints
    reached: Bools
    fits: int
    proof: Proof
    lots: tuple[Lot, ...]
    moved_for: tuple[str, ...] = ()


def carry_out(policy: Policy, offer: Offer, bonus: Ints | None = None) -> tuple[Shared, tuple[Fault, ...]]:
    """Share the seats out by a policy; with the floors that cannot be met, if any."""
    posed = pose(policy, offer, bonus)
    seating = seat(posed.problem)
    wish = offer.wish[posed.student]
    seating = replace(seating, support=fitted(posed.problem, seating.support, wish))
    proof = prove(posed.problem, seating)
    rows = np.flatnonzero(seating.support != NOBODY)
    reached = np.zeros(len(offer.students), dtype=bool)
    reached[posed.student[rows]] = True
    lots = tuple(_lots(posed, offer, seating.support != NOBODY))
    fits = int((wish[rows] >> seating.support[rows] & 1).sum())
    shared = Shared(policy, posed.student[rows], seating.support[rows], reached, fits, proof, lots)
    return shared, tuple(unmet(posed, offer, seating.short))


def _lots(posed: Posed, offer: Offer, sits: Bools) -> Iterator[Lot]:
    """Find students alike in all that counts (risk, place, what answers them) of whom some sit: the hash said who.

    Each had the same chance. Where a hash decided between students whom other supports answer, or who are elsewhere,
    their chances differ, and it is no lot.
    """
    weight, alike = posed.problem.weight, posed.problem.kinds[0]
    if posed.policy.several_seats:  # a row is then a student and one support: what else answers them counts too
        alike = (alike << len(offer.supports)) + offer.answers[posed.student]
    key = alike * (int(weight.max(initial=0)) + 1) + weight
    _, lot, size = np.unique(key, return_inverse=True, return_counts=True)
    seated = np.bincount(lot[sits], minlength=len(size))
    rows = np.flatnonzero(((seated > 0) & (seated < size))[lot])
    rows = rows[np.argsort(lot[rows], kind="stable")]
    for here in np.split(rows, np.flatnonzero(np.diff(lot[rows])) + 1):
        if len(here):
            yield Lot(posed.student[here], sits[here])
