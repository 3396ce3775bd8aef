"""Which support each seated student holds, as near to their heaviest reason as trading places brings it.

Two students of one place trade if each is answered by the other's support and more seats then answer a heaviest
reason. So nobody gains or loses a seat, no place gains or loses one of any support, and the proof is not touched. It
ends where no two can trade for the better; it refuses to claim that three or more in a ring could not.
"""

from itertools import permutations

import numpy as np

from earlywarn.allocate.problem import NOBODY, Problem
from earlywarn.columns import Bools, Ints


def fitted(problem: Problem, support: Ints, wish: Ints) -> Ints:
    """Give the supports of the seats after trading.

    Parameters
    ----------
    support
        The support of each student's seat, or NOBODY: shape (n,).
    wish
        Which supports answer each student's heaviest reason, as bits: shape (n,).
    """
    turn = np.empty(len(problem.order), dtype=np.int64)
    turn[problem.order] = np.arange(len(problem.order))
    rows = np.flatnonzero(support != NOBODY)
    rows = rows[np.lexsort((turn[rows], problem.place[rows]))]
    seated = _Seated(problem.place[rows], problem.answers[rows], wish[rows] & problem.answers[rows])
    held = support[rows].copy()
    while sum(seated.trade(held, own, other) for own, other in permutations(range(len(problem.seats)), 2)):
        pass
    made = support.copy()
    made[rows] = held
    return made


class _Seated:
    """Those who sit, place by place and in the order in which they are served."""

    def __init__(self, place: Ints, answers: Ints, wish: Ints) -> None:
        self.place, self.answers, self.wish = place, answers, wish

    def trade(self, held: Ints, own: int, other: int) -> bool:
        """Let whoever holds one support and wishes for another trade with who does not mind; tell whether any did."""
        asks = (held == own) & self._wishes(other, own) & (self.answers >> other & 1 == 1)
        minds = self._wishes(other, own)
        gives = (held == other) & (self.answers >> own & 1 == 1) & ~minds
        first = gives & self._wishes(own, other)
        asking = np.flatnonzero(asks)
        giving = np.concatenate([np.flatnonzero(first), np.flatnonzero(gives & ~first)])
        giving = giving[np.argsort(self.place[giving], kind="stable")]
        pairs = np.intersect1d(self._keys(asking), self._keys(giving), assume_unique=True, return_indices=True)
        held[asking[pairs[1]]], held[giving[pairs[2]]] = other, own
        return len(pairs[0]) > 0

    def _wishes(self, one: int, not_other: int) -> Bools:
        found: Bools = (self.wish >> one & 1 == 1) & (self.wish >> not_other & 1 == 0)
        return found

    def _keys(self, rows: Ints) -> Ints:
        """Give each row its place and its turn there, as one number."""
        place = self.place[rows]
        starts = np.searchsorted(place, place)
        return np.asarray(place * (len(self.place) + 1) + np.arange(len(rows)) - starts)
