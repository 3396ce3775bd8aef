"""The seats given exactly: the highest risk first, moving others where that makes room; refuses to guess.

Three passes over the students in their order: what a place must have, what is kept for it, then all other seats. In
each a student is let in if anybody's seat can be found by moving those who sit, and is passed over else; nobody who
sits loses the seat. That the sum of weights is the largest possible rests on matroids: the sets of students that can
be seated are those that a network can carry (a gammoid; Perfect 1968), of a matroid the greedy set is optimal (Gale,
1968, Journal of Combinatorial Theory 4, pages 176-180), and a pass under tighter limits gives a set that some optimum
holds.
Nothing hangs on that argument: :mod:`earlywarn.allocate.proof` bounds every seating from above and says by how much it
could be beaten.
"""

import numpy as np

from earlywarn.allocate.network import Kind, Network
from earlywarn.allocate.problem import NOBODY, Problem, Seating
from earlywarn.columns import Bools, Ints


def seat(problem: Problem) -> Seating:
    """Give the seats so that the sum of weights is as large as the limits allow.

    A floor that cannot be met is told in ``short``; the fewest seats are then missing.
    """
    kind, place, answers = problem.kinds
    kinds = [Kind(*each) for each in zip(place.tolist(), answers.tolist(), strict=True)]
    network = Network(problem.seats, len(problem.least))
    seated = np.zeros(len(problem.weight), dtype=bool)
    kept, short = np.zeros_like(problem.least), np.zeros_like(problem.least)
    for most, is_floor in ((problem.least, True), (problem.reserved, False), (problem.most, False)):
        if (most > np.array(network.given)).any():
            network.limit(kept, most)
            _let_in(network, kinds, kind, problem.order, seated)
            kept = np.array(network.given)
        if is_floor:
            short = problem.least - kept
        if most is problem.reserved:
            floors = kept
    return Seating(_supports(problem, network, kinds, seated), kept, floors, short)


def _let_in(network: Network, kinds: list[Kind], kind: Ints, order: Ints, seated: Bools) -> None:
    """Let in whom the limits allow, in order; a kind that was turned away once is so for good."""
    is_open = [bool(each.answers) for each in kinds]
    rows = order[~seated[order]]
    new: list[int] = []
    for number, each in enumerate(kind[rows].tolist()):
        if is_open[each]:
            if network.admit(kinds[each]):
                new.append(number)
            else:
                is_open[each] = False
            if not network.left:
                break
    seated[rows[new]] = True


def _supports(problem: Problem, network: Network, kinds: list[Kind], seated: Bools) -> Ints:
    """Give each seated student one of the seats of their kind, support by support in the order of students."""
    kind = problem.kinds[0]
    support = np.full(len(seated), NOBODY, dtype=np.int64)
    rows = problem.order[seated[problem.order]]
    rows = rows[np.argsort(kind[rows], kind="stable")]
    seats: list[int] = []
    for each in np.unique(kind[rows]).tolist():
        for number, count in enumerate(network.seated[kinds[each].place][kinds[each].answers]):
            seats += [number] * count
    support[rows] = seats
    return support
