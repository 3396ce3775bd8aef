"""How many would be reached at each number of seats, and how many seats every group would need; by need alone.

Seats of all supports grow in proportion, and so do their min and max a school. It refuses to promise a reach that no
number of seats brings: students whom no support answers stay without.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from earlywarn.allocate.outcome import carry_out
from earlywarn.allocate.problem import UNIT
from earlywarn.allocate.quotas import Offer
from earlywarn.allocate.sums import Basis, Span
from earlywarn.columns import Bools, Floats, Ints
from earlywarn.config.allocation import BY_NEED, Policy

SCALES = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
"""Seats that are tried, as multiples of those at hand."""

CLOSE = 200
"""The seats that a reach needs are found to one part in so many."""


@dataclass(frozen=True)
class Point:
    """Seats in all, and how many of those expected to miss they would reach."""

    seats: int
    reached: Span


@dataclass(frozen=True)
class Needed:
    """Seats needed to reach everyone, and every group of enough students, so often; None where no number would do.

    ``surely`` is the number by which it is so at either end of the levels' intervals too. Of the group ``hardest`` no
    more than ``most`` can be reached: no support answers the others.
    """

    reach: float
    least: int
    seats: int | None
    surely: int | None
    most: float
    hardest: str


@dataclass(frozen=True)
class Planner:
    """Tries numbers of seats."""

    offer: Offer
    basis: Basis

    def curve(self) -> tuple[Point, ...]:
        """Give how many would be reached at multiples of the seats at hand, no more than there are students."""
        found = [self._at(scale) for scale in SCALES]
        points = [Point(seats, self.basis.reach(reached)) for seats, reached in found if 0 < seats <= len(reached)]
        return tuple({point.seats: point for point in points}.values())

    def one_more(self, weights: Ints) -> tuple[Span, ...]:
        """Give what one more seat of each support would reach, by the risk of the student whom it would go to."""
        students, ends = self.basis.students, self.basis.ends
        rows = [int(np.abs(students.weight - weight).argmin()) for weight in weights.tolist()]
        told = []
        for row, weight in zip(rows, weights.tolist(), strict=True):
            low, high = (None, None) if ends is None or not weight else (float(end[row]) for end in ends)
            told.append(Span(weight / UNIT, low, high))
        return tuple(told)

    def needed(self, reach: float, least: int) -> Needed:
        """Find the seats by which every group of ``least`` students or more is reached so often."""
        groups, risk = self.basis.groups, self.basis.students.risk
        wide = self.basis.groups.enough(least)

        def by(risks: tuple[Floats, ...]) -> Callable[[Bools], float]:
            return lambda reached: min(
                min([float(reached @ each / each.sum()), *groups.of(reached, each)[wide].tolist()]) for each in risks
            )

        every = (risk, *(self.basis.ends or ()))
        full = self._at(self._full)[1]
        shares = {"all students": float(full @ risk / risk.sum())}
        shares |= {groups.words[place]: float(groups.of(full, risk)[place]) for place in wide.tolist()}
        hardest = min(shares, key=lambda words: shares[words])
        return Needed(
            reach=reach,
            least=least,
            seats=self._least(by((risk,)), reach),
            surely=None if self.basis.ends is None else self._least(by(every), reach),
            most=shares[hardest],
            hardest=hardest,
        )

    @cached_property
    def _full(self) -> float:
        """The multiple of seats at which every student whom a support answers has one."""
        bits = self.offer.answers[:, None] >> np.arange(len(self.offer.supports)) & 1
        each = bits.sum(axis=0) / np.maximum(self.offer.seats, 1)
        return float(np.max(each[self.offer.seats > 0], initial=1.0)) + 1

    def _least(self, reached_by: Callable[[Bools], float], reach: float) -> int | None:
        low, high, seats = 0.0, self._full, int(self.offer.seats.sum())
        if reached_by(self._at(high)[1]) < reach:
            return None
        while (high - low) * seats > max(1.0, high * seats / CLOSE):
            middle = (low + high) / 2
            _, reached = self._at(middle)
            low, high = (middle, high) if reached_by(reached) < reach else (low, middle)
        return self._at(high)[0]

    def _at(self, scale: float) -> tuple[int, Bools]:
        supports = tuple(
            replace(
                support,
                seats=round(scale * support.seats),
                least=int(scale * support.least),
                most=_scaled(support.most, scale),
            )
            for support in self.offer.supports
        )
        shared, _ = carry_out(Policy(name=BY_NEED), replace(self.offer, supports=supports))
        return sum(support.seats for support in supports), shared.reached


def _scaled(most: int, scale: float) -> int:
    """Scale the most seats of a school; none stays none, and one at least."""
    return max(round(scale * most), 1) if most else 0
