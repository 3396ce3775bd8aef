"""A policy carried out: who holds which seat, proved; what a draw decided. It refuses floors that cannot be met."""

from collections.abc import Sequence
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
    """Students of the same risk of whom not all could be seated: the stated hash decided.

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
    lots = tuple(_lots(posed, seating.support != NOBODY, proof.price))
    fits = int((wish[rows] >> seating.support[rows] & 1).sum())
    shared = Shared(policy, posed.student[rows], seating.support[rows], reached, fits, proof, lots)
    return shared, tuple(unmet(posed, offer, seating.short))


def _lots(posed: Posed, sits: Bools, price: Ints) -> Sequence[Lot]:
    """Find those whose weight is just what the last seat is worth to them: some of them sit, and the hash said who."""
    weight = posed.problem.weight
    at_the_cut = np.flatnonzero(weight == price)
    made = []
    for each in np.unique(weight[at_the_cut]).tolist():
        rows = at_the_cut[weight[at_the_cut] == each]
        if sits[rows].any() and not sits[rows].all():
            made.append(Lot(posed.student[rows], sits[rows]))
    return made
