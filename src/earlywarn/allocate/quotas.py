"""A policy as limits by place and support; refuses floors that the seats cannot pay for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from earlywarn.allocate.problem import Problem
from earlywarn.allocate.students import Students
from earlywarn.allocate.supports import Support
from earlywarn.capacity import tie_key
from earlywarn.columns import Coded, Floats, Ints
from earlywarn.config.allocation import Policy
from earlywarn.errors import Fault
from earlywarn.printable import short


@dataclass(frozen=True)
class Offer:
    """What is shared out, under any policy: supports with their seats, and whom each answers, as bits."""

    students: Students
    supports: tuple[Support, ...]
    answers: Ints
    seed: int

    @cached_property
    def wish(self) -> Ints:
        """Which supports answer each student's heaviest reason, as bits."""
        return self.students.first_answered_by(self.supports)

    @property
    def seats(self) -> Ints:
        """Seats of each support."""
        return np.array([support.seats for support in self.supports], dtype=np.int64)

    def place(self, policy: Policy) -> Coded:
        """Give the place of each student that a policy's limits are about."""
        return self.students.grade if policy.floor_by == "grade" and policy.floor else self.students.school


@dataclass(frozen=True)
class Posed:
    """A policy as a problem; row i of it is a seat for ``student[i]``."""

    policy: Policy
    problem: Problem
    student: Ints


def pose(policy: Policy, offer: Offer, bonus: Ints | None = None) -> Posed:
    """Give the problem of a policy.

    Parameters
    ----------
    bonus
        What is added to the worth of every seat of a school, the same for all of its students: shape (schools,).
    """
    students, place = offer.students, offer.place(policy)
    weight = students.weight if bonus is None else students.weight + bonus[students.school.codes]
    rows = np.arange(len(students))
    answers = offer.answers
    if policy.several_seats:
        rows, number = np.nonzero(answers[:, None] >> np.arange(len(offer.supports)) & 1)
        answers = 1 << number
    least, most = _limits(policy, offer)
    reserved = least
    if policy.share != "need":
        quota = _quotas(policy, offer, least, most)
        most = quota if policy.part == 1 else most
        reserved = np.maximum(least, np.minimum(quota, most))
    order = np.lexsort((students.rank[rows], -weight[rows]))
    problem = Problem(
        weight[rows], order, place.codes[rows].astype(np.int64), answers, offer.seats, least, most, reserved
    )
    return Posed(policy, problem, rows)


def unpayable(policy: Policy, offer: Offer) -> Iterator[Fault]:
    """Name what cannot be whatever students there are, with the smallest change that would do."""
    limited = [support for support in offer.supports if support.least or support.most < support.seats]
    if policy.floor_by == "grade" and policy.floor and limited:
        yield Fault(
            f"policy '{policy.name}'", "floors by grade beside min or max a school of the supports",
            "one of the two", "leave out min and max, or give floor_by = \"school\"",
        )  # fmt: skip
        return
    least, _ = _limits(policy, offer)
    places = (least > 0).sum(axis=0)
    for number, support in enumerate(offer.supports):
        asked, where = int(least[:, number].sum()), _whose(policy, support) + f"support '{short(support.name)}'"
        if asked > support.seats:
            most = support.seats // max(int(places[number]), 1)
            lower = f"lower the floor to {most}" if most else "leave the floor out"
            remedy = f"give {asked - support.seats:,} seats more, or {lower}"
            found = f"floors in {places[number]:,} {policy.floor_by}s ask for {asked:,} of {support.seats:,} seats"
            yield Fault(where, found, "floors that the seats can pay for", remedy)
        if policy.floor > support.most:
            found = f"floor {policy.floor} is more than max {support.most} a school"
            yield Fault(where, found, "a floor up to max", "raise max, or lower the floor")


def unmet(posed: Posed, offer: Offer, short_of: Ints) -> Iterator[Fault]:
    """Name the floors for which there are too few students, and by how much each must be lowered."""
    names = offer.place(posed.policy).names
    least = posed.problem.least
    for place, number in np.argwhere(short_of > 0).tolist():
        asked, missing = int(least[place, number]), int(short_of[place, number])
        support = offer.supports[number]
        yield Fault(
            f"{_whose(posed.policy, support)}{posed.policy.floor_by} '{short(names[place])}'",
            f"floor {asked} of '{short(support.name)}', but {asked - missing} can be seated beside all other floors",
            "floors that students can fill",
            f"lower it by {missing}: leave the place out of the support, or lower min or the floor for all",
        )


def _whose(policy: Policy, support: Support) -> str:
    """Name the policy whose floor it is; nothing where it is the support's own min, which holds under all."""
    return f"policy '{policy.name}', " if policy.floor > support.least else ""


def apportion(seats: int, shares: Floats, limits: tuple[Ints, Ints], names: Sequence[str], seed: int) -> Ints:
    """Share seats out by shares, within limits: the largest remainders first, ties by the stated hash.

    >>> apportion(7, np.array([1.0, 1, 1]), (np.zeros(3, int), np.full(3, 7)), ("a", "b", "c"), 0).sum()
    np.int64(7)
    """
    least, most = limits
    seats = min(seats, int(most.sum()))
    exact = _filled(seats, shares, least, most)
    whole = np.clip(np.floor(exact + 1e-9).astype(np.int64), least, most)
    left = seats - int(whole.sum())
    open_to = np.flatnonzero(whole < most)
    ordered = sorted(open_to.tolist(), key=lambda row: (whole[row] - exact[row], tie_key(seed, names[row])))
    whole[ordered[: max(left, 0)]] += 1
    return whole


def _filled(seats: int, shares: Floats, least: Ints, most: Ints) -> Floats:
    """Find the level at which what each gets by its share, within its limits, adds up to the seats."""
    low, high = 0.0, (float(most.max(initial=0)) + 1) / max(float(shares[shares > 0].min(initial=1.0)), 1e-12)
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if np.clip(middle * shares, least, most).sum() < seats else (low, middle)
    return np.asarray(np.clip(high * shares, least, most), dtype=np.float64)


def _limits(policy: Policy, offer: Offer) -> tuple[Ints, Ints]:
    """Give the seats that each place must and may have of each support."""
    place = offer.place(policy)
    here = np.bincount(place.codes, minlength=len(place.names)) > 0
    least = np.zeros((len(place.names), len(offer.supports)), dtype=np.int64)
    most = np.zeros_like(least)
    for number, support in enumerate(offer.supports):
        names = support.grades if place is offer.students.grade else support.schools
        served = here & np.isin(np.array(place.names, dtype=object), np.array(names, dtype=object))
        most[served, number] = support.most
        least[served, number] = max(support.least, policy.floor)
    return least, most


def _quotas(policy: Policy, offer: Offer, least: Ints, most: Ints) -> Ints:
    """Share the seats of each support out by school, or by students in the grades that it serves."""
    school, grade = offer.students.school, offer.students.grade
    made = np.zeros_like(least)
    for number, support in enumerate(offer.supports):
        served = np.isin(np.array(grade.names, dtype=object), np.array(support.grades, dtype=object))[grade.codes]
        students = np.bincount(school.codes[served], minlength=len(school.names)).astype(np.float64)
        shares = np.where(most[:, number] > 0, students if policy.share == "student" else 1.0, 0.0)
        limits = least[:, number], np.maximum(most[:, number], least[:, number])
        made[:, number] = apportion(round(policy.part * support.seats), shares, limits, school.names, offer.seed)
    return made
