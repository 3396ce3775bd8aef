"""By how much any seating could at most be beaten: a bound from prices, in whole numbers, for any prices at all.

A price for each support and for each support at a place makes the largest sum of weights no larger than

    sum over students of max(0, weight - the least price among the supports that answer, at the student's place)
    + sum over supports of seats * price
    + sum over places and supports of most * max(0, d) - kept * max(0, -d),  d = price there - price of the support

(weak duality of linear programming: what a seating holds can only be less). Where it equals the seating's own sum the
seating is the best there is. Prices come from the seating; a wrong one would only make the bound larger.
"""

from dataclasses import dataclass

import numpy as np

from earlywarn.allocate.problem import NOBODY, Problem, Seating
from earlywarn.columns import Ints


@dataclass(frozen=True)
class Prices:
    """What the last seat is worth, in units of weight: of each support, and of each at a place."""

    support: Ints
    at: Ints


@dataclass(frozen=True)
class Proof:
    """The sum of weights of a seating, what no seating can exceed, and what one more seat would bring.

    ``one_more`` is 0 for a support with a seat to spare: another would stay empty too. ``price`` is what a student's
    weight must come to for a seat.
    """

    value: int
    bound: int
    one_more: Ints
    price: Ints

    @property
    def gap(self) -> int:
        """What might be gained at most; 0 proves the best."""
        return self.bound - self.value


def prove(problem: Problem, seating: Seating) -> Proof:
    """Bound a seating from above and value one more seat of each support."""
    value = int(problem.weight[seating.support != NOBODY].sum())
    graph = _Graph(problem, seating)
    prices = graph.prices()
    price = _least_prices(problem, prices)[problem.kinds[0]]
    return Proof(value, bound(problem, seating.kept, prices), graph.one_more(), price)


def bound(problem: Problem, kept: Ints, prices: Prices) -> int:
    """Give what the sum of weights cannot exceed, for any prices of 0 or more."""
    kind, _, answers = problem.kinds
    least = _least_prices(problem, prices)
    of_students = np.maximum(problem.weight - least[kind], 0)[answers[kind] > 0].sum()
    more = prices.at - prices.support
    of_places = problem.most * np.maximum(more, 0) - kept * np.maximum(-more, 0)
    return int(of_students + (problem.seats * prices.support).sum() + of_places.sum())


def _least_prices(problem: Problem, prices: Prices) -> Ints:
    """Give the least price among the supports that answer each kind of student, at their place."""
    _, place, answers = problem.kinds
    least = np.full(len(answers), np.iinfo(np.int64).max)
    for support in range(len(problem.seats)):
        held = answers >> support & 1 == 1
        least[held] = np.minimum(least[held], prices.at[place[held], support])
    return least


class _Graph:
    """Who could move where once all sit; prices are the least weight that could be let go along such moves."""

    def __init__(self, problem: Problem, seating: Seating) -> None:
        self.problem, self.seating = problem, seating
        kind, self.place, self.answers = problem.kinds
        supports, kinds = len(problem.seats), len(self.answers)
        sits = seating.support != NOBODY
        self.held = np.zeros((kinds, supports), dtype=bool)
        self.held[kind[sits], seating.support[sits]] = True
        self.far = int(problem.weight.max(initial=0)) + 1
        self.lowest = np.full(kinds, self.far)
        np.minimum.at(self.lowest, kind[sits], problem.weight[sits])
        self.next = np.full(kinds, -1)
        np.maximum.at(self.next, kind[~sits], problem.weight[~sits])
        self.has_room = seating.given < problem.most
        self.may_leave = seating.given > seating.kept
        self.is_free = seating.given.sum(axis=0) < problem.seats

    def prices(self) -> Prices:
        """Let the least weights spread against the moves until nothing changes."""
        at: Ints = np.full_like(self.seating.given, self.far)
        for number in range(at.shape[1]):
            rows = self.held[:, number]
            np.minimum.at(at[:, number], self.place[rows], self.lowest[rows])
        support: Ints = np.where(self.is_free, 0, self.far)
        while True:
            before = at.copy(), support.copy()
            of_kind = self._over_kinds(at, self.far, np.minimum)
            for number in range(at.shape[1]):
                rows = self.held[:, number]
                np.minimum.at(at[:, number], self.place[rows], of_kind[rows])
            at = np.where(self.has_room, np.minimum(at, support), at)
            support = np.minimum(support, np.where(self.may_leave, at, self.far).min(axis=0, initial=self.far))
            if (at == before[0]).all() and (support == before[1]).all():
                return Prices(support, at)

    def one_more(self) -> Ints:
        """Give the largest weight that one more seat of each support would let in."""
        supports = len(self.problem.seats)
        alone: Ints = 1 << np.arange(supports)
        at: Ints = np.where(self.has_room, alone, 0)
        support: Ints = alone.copy()
        while True:
            before = at.copy(), support.copy()
            of_kind = self._over_kinds(at, 0, np.bitwise_or)
            for number in range(supports):
                rows = self.held[:, number]
                np.bitwise_or.at(at[:, number], self.place[rows], of_kind[rows])
            at |= np.where(self.has_room, support, 0)
            support |= np.bitwise_or.reduce(np.where(self.may_leave, at, 0), axis=0)
            if (at == before[0]).all() and (support == before[1]).all():
                break
        reach = self._over_kinds(at, 0, np.bitwise_or)
        found = [self.next[(reach >> number & 1 == 1) & (self.next >= 0)].max(initial=0) for number in range(supports)]
        return np.where(self.is_free, 0, np.array(found, dtype=np.int64))

    def _over_kinds(self, at: Ints, start: int, take: np.ufunc) -> Ints:
        """Take together what the supports that answer a kind offer at its place."""
        found = np.full(len(self.answers), start, dtype=np.int64)
        for support in range(at.shape[1]):
            rows = self.answers >> support & 1 == 1
            found[rows] = take(found[rows], at[self.place[rows], support])
        return found
