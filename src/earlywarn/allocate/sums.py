"""What a policy reached: expected with an interval, by school and by group as it may be told, and what it costs.

Figures of groups are never told exactly, whatever their size: policies stand side by side, and a difference of two
exact counts could be a single student. It refuses nothing; what may not be told says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from earlywarn.allocate.outcome import Shared
from earlywarn.allocate.reach import Reached
from earlywarn.allocate.students import Students
from earlywarn.audit import rounding as told
from earlywarn.audit.rounding import Count, Held, Rate
from earlywarn.columns import MET, MISSED, UNKNOWN, Bools, Coded, Floats, Ints
from earlywarn.groups import Cell

NORMAL = 1.959964
"""For 95 %."""


@dataclass(frozen=True)
class Span:
    """A number of students that is expected, with its 95 % interval; None where the levels have too little data."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Actual:
    """What came, on a past cohort; told about, and a count that is small is only bounded."""

    reached: Count
    overlooked: Count
    met: Count
    unknown: Count


@dataclass(frozen=True)
class SchoolLine:
    """One school: scored students, and seats and expected reach under the policy; whole students, as lists are.

    ``came`` is how many of its students missed the standard and had a seat, as it may be told.
    """

    school: str
    students: int
    expected: float
    seats: int
    reached: Span
    came: Count | None
    gained: int
    lost: int


@dataclass(frozen=True)
class GroupLine:
    """One group as it may be told; ``reach`` of those expected to miss, ``actual`` of those who missed.

    Seats are no count of a group: one seat more or less, or one student exchanged, would tell it.
    """

    cell: Cell
    students: Count
    reach: Rate
    actual: Rate | None


@dataclass(frozen=True)
class Told:
    """One policy in figures.

    Attributes
    ----------
    reached, overlooked, would_meet
        Expected to miss without support and given a seat; without one; given a seat and expected to meet it anyway.
    cost
        Students more that ``by need`` would reach.
    like
        The policy whose figures of groups stand here too, for fewer students than may be told change hands; "" if none.
    gained, lost
        Students who hold a seat here and not by need, and the other way about.
    """

    shared: Shared
    given: Ints
    reached: Span
    overlooked: Span
    would_meet: Span
    cost: Span
    gained: int
    lost: int
    actual: Actual | None
    schools: tuple[SchoolLine, ...]
    groups: tuple[GroupLine, ...]
    like: str


@dataclass(frozen=True)
class Basis:
    """What all policies are measured by.

    ``ends`` are the risks at either end of what the levels' intervals allow; ``outcome`` is None where nobody knows it.
    """

    students: Students
    ends: tuple[Floats, Floats] | None
    groups: Reached
    outcome: Ints | None
    minimum: int

    def span(self, sign: Ints | Floats) -> Span:
        """Give the expected sum over students who count once (1), against (-1), not (0) or by a share of that.

        The interval joins the levels' own (all low or all high at once) and the luck of each student (the variance of
        a sum of Bernoulli draws), as though independent.
        """
        value, risk = float(sign @ self.students.risk), self.students.risk
        moved = [float(sign @ end) - value for end in self.ends or ()]
        return _spread(value, moved, NORMAL**2 * float(np.square(sign) @ (risk * (1 - risk))))

    def reach(self, reached: Bools) -> Span:
        """Give how many of those with a seat are expected to miss the standard."""
        return within(self.span(reached.astype(np.int64)), 0.0, float(reached.sum()))

    def tell(self, shared: Shared, by_need: Shared, supports: int, like: Shared | None = None) -> Told:
        """Give a policy in figures, held against by need; its groups are told as those of ``like`` where given."""
        reached = shared.reached
        ones, seated = np.ones(len(reached), dtype=np.int64), reached.astype(np.int64)
        expected = self.span(seated)
        seats = float(seated.sum())
        meets = [None if end is None else seats - end for end in (expected.high, expected.low)]
        gained, lost = reached & ~by_need.reached, by_need.reached & ~reached
        return Told(
            shared=shared,
            given=np.bincount(shared.support, minlength=supports),
            reached=self.reach(reached),
            overlooked=within(self.span(ones - seated), 0.0, float(len(reached)) - seats),
            would_meet=within(Span(seats - expected.value, *meets), 0.0, seats),
            cost=self.span(by_need.reached.astype(np.int64) - seated),
            gained=int(gained.sum()),
            lost=int(lost.sum()),
            actual=self._actual(reached),
            schools=tuple(self._schools(shared, gained, lost)),
            groups=tuple(self._groups(reached if like is None else like.reached)),
            like="" if like is None else like.policy.name,
        )

    def _actual(self, reached: Bools) -> Actual | None:
        """Count what came, always roughly: two policies a student apart would tell what became of that student."""
        if self.outcome is None:
            return None
        missed, seats = self.outcome == MISSED, int(reached.sum())
        met, unknown = (reached & (self.outcome == code) for code in (MET, UNKNOWN))
        of_seated = (self._at_most(int(kind.sum()), seats) for kind in (missed & reached, met, unknown))
        with_seat, fine, not_known = of_seated
        return Actual(with_seat, told.count_told(int((missed & ~reached).sum()), self.minimum), fine, not_known)

    def _at_most(self, number: int, whole: int) -> Count:
        """Tell a part of a whole that is known, never as more than the whole."""
        count = told.count_told(number, self.minimum)
        return count if count.number is None else replace(count, number=min(count.number, whole))

    def _schools(self, shared: Shared, gained: Bools, lost: Bools) -> Iterator[SchoolLine]:
        school, risk = self.shown_schools, self.students.risk

        def by_school(part: Ints | Floats | Bools) -> Floats:
            return np.bincount(school.codes, part, len(school.names)).astype(np.float64)

        size, expected = by_school(np.ones(len(risk))), by_school(risk)
        reached, more, fewer = by_school(shared.reached * risk), by_school(gained), by_school(lost)
        ends = [by_school(shared.reached * end) - reached for end in self.ends or ()]
        luck = NORMAL**2 * by_school(shared.reached * risk * (1 - risk))
        came = None if self.outcome is None else by_school(shared.reached & (self.outcome == MISSED))
        seats = np.bincount(school.codes[shared.student], minlength=len(school.names))
        for place, name in enumerate(school.names):
            span = _spread(reached[place], [end[place] for end in ends], luck[place])
            yield SchoolLine(
                school=name,
                students=int(size[place]),
                expected=float(expected[place]),
                seats=int(seats[place]),
                reached=within(span, 0.0, float(seats[place])),
                came=None if came is None else told.count_told(int(came[place]), self.minimum),
                gained=int(more[place]),
                lost=int(fewer[place]),
            )

    @cached_property
    def shown_schools(self) -> Coded:
        """The schools as they are shown: those of too few scored students are taken together, in one of enough."""
        school = self.students.school
        size = np.bincount(school.codes, minlength=len(school.names))
        order = np.argsort(size, kind="stable")
        order = order[size[order] > 0]
        together = np.cumsum(size[order])
        small = int((size[order] < self.minimum).sum())
        if small:  # and the next ones until they are enough
            small = max(small, int(np.searchsorted(together, self.minimum)) + 1)
        alone = np.sort(order[small:])
        names = [school.names[place] for place in alone.tolist()]
        place_of = np.full(len(school.names), len(alone))
        place_of[alone] = np.arange(len(alone))
        if small:
            names.append(f"{min(small, len(order))} schools together, for some are small")
        return Coded(place_of[school.codes].astype(np.int32), tuple(names))

    def _groups(self, reached: Bools) -> Iterator[GroupLine]:
        risk = self.students.risk
        for cell, member in zip(self.groups.cells, self.groups.member, strict=True):
            students = told.count_told(int(member.sum()), self.minimum)
            reach = self._share(member @ (reached * risk), member @ risk, self._spread_of_share(member, reached))
            yield GroupLine(cell, students, reach, self._came(member, reached))

    def _came(self, member: Bools, reached: Bools) -> Rate | None:
        if self.outcome is None:
            return None
        missed = member & (self.outcome == MISSED)
        return self._share(float((missed & reached).sum()), float(missed.sum()), ())

    def _spread_of_share(self, member: Bools, reached: Bools) -> tuple[float, ...]:
        """Give the ends of a group's reach: of those who miss, the share with a seat.

        The luck of each student to first order, as a ratio's: a student moves it by (sits - share) / expected.
        """
        every = [self.students.risk[member], *(end[member] for end in self.ends or ())]
        if self.ends is None or not every[0].sum():
            return ()
        sits = reached[member].astype(np.float64)
        share, *moved = (float(sits @ risk / risk.sum()) for risk in every)
        variance = float(np.square(sits - share) @ (every[0] * (1 - every[0]))) / float(every[0].sum()) ** 2
        span = _spread(share, [end - share for end in moved], NORMAL**2 * variance)
        return () if span.low is None or span.high is None else (span.low, span.high)

    def _share(self, part: float, whole: float, ends: tuple[float, ...]) -> Rate:
        held = Held(part, exact=False), Held(whole, exact=False), Held(whole - part, exact=False)
        return told.share_of(held, self.minimum, ends)


def _spread(value: float, moved: Sequence[float], luck: float) -> Span:
    """Join what the ends of the levels' intervals move and luck, (1.96 standard deviations) squared."""
    if not moved:
        return Span(float(value), None, None)
    down, up = max(-min(moved), 0.0), max(*moved, 0.0)
    return Span(float(value), float(value - np.sqrt(down**2 + luck)), float(value + np.sqrt(up**2 + luck)))


def within(span: Span, low: float, high: float) -> Span:
    """Hold the ends of an interval to what there can be."""
    ends = [None if end is None else min(max(end, low), high) for end in (span.low, span.high)]
    return Span(span.value, *ends)
