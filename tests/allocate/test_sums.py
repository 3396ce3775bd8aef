"""What a policy reached: sums by hand, intervals, groups that never choose, figures that tell of nobody."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earlywarn.allocate.capacity import Planner
from earlywarn.allocate.outcome import carry_out
from earlywarn.allocate.quotas import Offer
from earlywarn.allocate.reach import Reached, carry_out_with_reach, reached_by_group
from earlywarn.allocate.students import Students, risk_range
from earlywarn.allocate.sums import Basis
from earlywarn.audit.rounding import Shown
from earlywarn.columns import MET, MISSED, UNKNOWN, Coded
from earlywarn.config.allocation import Policy
from earlywarn.config.sections import Attribute, Groups
from earlywarn.groups import GroupTable
from earlywarn.scorecard.table import LevelMeaning
from tests.allocate.test_quotas import offer_of, students_of, support

GROUPS = Groups(attributes={"lunch": Attribute(column="lunch", title="Lunch", values={"F": "Free", "N": "Paid"})})
REFERRED = Groups(
    attributes={"lunch": Attribute(column="lunch", title="Lunch", values={"F": "Free", "N": "Paid"}, reference="N")}
)
LEVELS = (LevelMeaning("High", 0.0, 100, 0.5, 0.4, 0.6),)


def made(seed: int = 0, count: int = 300) -> tuple[Students, Reached]:
    """Give students of three schools; school 0 holds most of the free-lunch students, and they have lower risks."""
    rng = np.random.default_rng(seed)
    school = rng.integers(0, 3, count)
    free = rng.random(count) < np.array([0.8, 0.2, 0.2])[school]
    risk = np.clip(rng.beta(2, 3, count) - 0.2 * free, 0.01, 0.99)
    table = GroupTable({"lunch": Coded(np.where(free, 0, 1).astype(np.int32), ("F", "N"))})
    return students_of(risk.tolist(), school.tolist()), reached_by_group(table, REFERRED)


def basis_of(students: Students, groups: Reached, outcome: np.ndarray | None = None) -> Basis:
    return Basis(students, risk_range(students, LEVELS), groups, outcome, 10)


def test_expected_sums_are_those_of_the_risks() -> None:
    students, groups = made()
    offer = offer_of(students, support(40))
    shared, _ = carry_out(Policy(name="by need"), offer)
    told = basis_of(students, groups).tell(shared, shared, 1)
    assert told.reached.value == pytest.approx(students.risk[shared.reached].sum())
    assert told.overlooked.value == pytest.approx(students.risk[~shared.reached].sum())
    assert told.would_meet.value == pytest.approx((1 - students.risk[shared.reached]).sum())
    assert told.reached.low < told.reached.value < told.reached.high
    assert (told.cost.value, told.gained, told.lost) == (0, 0, 0)
    assert sum(line.seats for line in told.schools) == 40


def test_an_interval_covers_what_comes_by_chance() -> None:
    students, groups = made()
    shared, _ = carry_out(Policy(name="by need"), offer_of(students, support(40)))
    span = basis_of(students, groups).tell(shared, shared, 1).reached
    rng = np.random.default_rng(1)
    came = (rng.random((2_000, len(students))) < students.risk)[:, shared.reached].sum(axis=1)
    assert ((came >= span.low) & (came <= span.high)).mean() > 0.95


def test_the_interval_of_a_groups_reach_covers_what_comes_by_chance() -> None:
    """Levels that are known exactly leave luck alone: 95 % of draws lie within, each group by itself."""
    students, groups = made(count=2000)
    sure = (LevelMeaning("High", 0.0, 100, 0.5, 0.5, 0.5),)
    basis = Basis(students, risk_range(students, sure), groups, None, 10)
    shared, _ = carry_out(Policy(name="by need"), offer_of(students, support(300)))
    draws = np.random.default_rng(3).random((4000, len(students))) < students.risk
    for member in groups.member:
        low, high = basis._spread_of_share(member, shared.reached)
        share = (draws & member & shared.reached).sum(axis=1) / (draws & member).sum(axis=1)
        assert np.mean((low <= share) & (share <= high)) == pytest.approx(0.95, abs=0.015)


def test_what_schools_are_told_adds_up_and_their_intervals_hold_it() -> None:
    students, groups = made()
    shared, _ = carry_out(Policy(name="by need"), offer_of(students, support(40)))
    outcome = np.where(np.arange(len(students)) % 3 == 0, MISSED, MET)
    told = basis_of(students, groups, outcome).tell(shared, shared, 1)
    assert sum(line.reached.value for line in told.schools) == pytest.approx(told.reached.value)
    assert sum(line.expected for line in told.schools) == pytest.approx(students.risk.sum())
    assert all(line.reached.low <= line.reached.value <= line.reached.high for line in told.schools)
    assert all(line.came.shown is not Shown.EXACT for line in told.schools)


def test_a_level_with_too_little_data_gives_no_interval() -> None:
    students, groups = made()
    assert risk_range(students, (LevelMeaning("High", 0.0, 5),)) is None
    shared, _ = carry_out(Policy(name="by need"), offer_of(students, support(40)))
    span = Basis(students, None, groups, None, 10).tell(shared, shared, 1).reached
    assert (span.low, span.high) == (None, None)


def test_by_need_reaches_no_fewer_than_any_other_policy() -> None:
    students, groups = made()
    offer, basis = offer_of(students, support(45)), basis_of(students, groups)
    by_need, _ = carry_out(Policy(name="by need"), offer)
    for policy in (Policy(name="e", share="school"), Policy(name="s", share="student"), Policy(name="f", floor=12)):
        told = basis.tell(carry_out(policy, offer)[0], by_need, 1)
        assert told.cost.value >= 0
        assert told.gained == told.lost


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_groups_never_reach_the_choice_of_a_student(seed: int) -> None:
    """Whoever sits in a school has a risk as high as any there who does not, reach floor or none."""
    students, groups = made(seed % 50, 200)
    offer = offer_of(students, support(40))
    shared, _ = carry_out_with_reach(Policy(name="r", reach_floor=0.7), offer, groups, 30)
    for school in range(3):
        here = students.school.codes == school
        sits, not_sits = students.risk[here & shared.reached], students.risk[here & ~shared.reached]
        if len(sits) and len(not_sits):
            assert sits.min() >= not_sits.max()


def test_a_reach_floor_is_met_by_moving_seats_between_schools() -> None:
    students, groups = made()
    offer = offer_of(students, support(40))
    by_need, _ = carry_out(Policy(name="by need"), offer)
    before = np.nanmin(groups.ratio(by_need.reached, students.risk))
    wanted = round(before + 0.15, 2)
    shared, faults = carry_out_with_reach(Policy(name="r", reach_floor=wanted), offer, groups, 30)
    assert faults == ()
    assert np.nanmin(groups.ratio(shared.reached, students.risk)) >= wanted
    assert students.risk[shared.reached].sum() < students.risk[by_need.reached].sum()


def test_a_reach_floor_that_schools_cannot_bring_names_the_groups_and_what_would_do() -> None:
    students, groups = made()
    alike = students_of(students.risk.tolist(), [0] * len(students))
    _, (fault,) = carry_out_with_reach(Policy(name="r", reach_floor=1.0), offer_of(alike, support(40)), groups, 30)
    assert "still under the floor there: Free" in str(fault)
    assert "ask for 0." in str(fault)


def test_a_reference_is_held_against_itself_and_others_against_it() -> None:
    students, groups = made()
    reached = np.arange(len(students)) % 3 == 0
    ratio, reach = groups.ratio(reached, students.risk), groups.of(reached, students.risk)
    assert ratio[1] == pytest.approx(1)
    assert ratio[0] == pytest.approx(reach[0] / reach[1])


def test_figures_of_groups_are_never_exact() -> None:
    students, groups = made()
    shared, _ = carry_out(Policy(name="by need"), offer_of(students, support(40)))
    for line in basis_of(students, groups).tell(shared, shared, 1).groups:
        for told in (line.students, line.reach):
            assert told.shown is not Shown.EXACT


def test_what_came_is_never_told_exactly_nor_as_more_than_the_seats() -> None:
    """Of two policies that differ by a student, exact counts would say what became of that student."""
    students, groups = made()
    shared, _ = carry_out(Policy(name="by need"), offer_of(students, support(35)))
    outcome = np.full(len(students), MISSED)
    outcome[np.flatnonzero(shared.reached)[0]] = UNKNOWN
    actual = basis_of(students, groups, outcome).tell(shared, shared, 1).actual
    counts = (actual.reached, actual.overlooked, actual.met, actual.unknown)
    assert all(count.shown is not Shown.EXACT for count in counts)
    assert actual.reached.number == 35


def planner_of(seats: int) -> Planner:
    students, groups = made()
    return Planner(offer_of(students, support(seats)), basis_of(students, groups))


def test_more_seats_reach_more_by_less_each() -> None:
    points = planner_of(40).curve()
    assert [point.seats for point in points] == [10, 20, 30, 40, 50, 60, 80]
    each = [(q.reached.value - p.reached.value) / (q.seats - p.seats) for p, q in pairwise(points)]
    assert all(one >= other > 0 for one, other in pairwise(each))


def test_one_more_seat_goes_to_the_highest_risk_without_one() -> None:
    planner = planner_of(40)
    students = planner.basis.students
    shared, _ = carry_out(Policy(name="by need"), planner.offer)
    (span,) = planner.one_more(shared.proof.one_more)
    assert span.value == pytest.approx(students.risk[~shared.reached].max())
    assert span.low < span.value < span.high


def test_the_seats_that_a_reach_needs_are_enough_and_a_few_less_are_not() -> None:
    planner = planner_of(40)
    needed = planner.needed(0.5, 30)
    groups, risk = planner.basis.groups, planner.basis.students.risk

    def least(seats: int) -> float:
        shared, _ = carry_out(Policy(name="by need"), offer_of(planner.offer.students, support(seats)))
        return float(groups.of(shared.reached, risk).min())

    assert least(needed.seats) >= 0.5
    assert least(needed.seats - 3) < 0.5
    assert needed.surely >= needed.seats


def test_seats_for_a_reach_are_never_promised_from_no_group() -> None:
    """Where no group is large enough it is of all students that so many are reached."""
    planner = planner_of(20)
    needed = planner.needed(0.5, 10_000)
    risk, seats = planner.basis.students.risk, needed.seats
    assert np.sort(risk)[::-1][:seats].sum() / risk.sum() >= 0.5
    assert seats > 20


def test_a_reach_that_no_seats_bring_is_told() -> None:
    students, groups = made()
    offer = offer_of(students, support(40))
    none_answered = Offer(students, offer.supports, np.where(np.arange(len(students)) % 2, 1, 0), 1)
    needed = Planner(none_answered, basis_of(students, groups)).needed(0.9, 30)
    assert needed.seats is None
    assert 0.3 < needed.most < 0.7
