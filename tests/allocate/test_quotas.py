"""Seats by school under each policy: shared out within limits, and floors that cannot be are named."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earlywarn.allocate.outcome import carry_out
from earlywarn.allocate.quotas import Offer, apportion, pose, unpayable
from earlywarn.allocate.students import Students
from earlywarn.allocate.supports import NO_LIMIT, Support
from earlywarn.columns import Coded
from earlywarn.config.allocation import Policy

SCHOOLS, GRADES = ("A", "B", "C"), ("3", "4")


def students_of(risk: list[float], school: list[int], grade: list[int] | None = None) -> Students:
    count = len(risk)
    codes = np.array(school, dtype=np.int32)
    order = np.argsort(-np.array(risk), kind="stable")
    rank = np.empty(count, dtype=np.int64)
    rank[order] = np.arange(1, count + 1)
    return Students(
        rows=np.arange(count),
        school=Coded(codes, SCHOOLS),
        grade=Coded(np.array(grade or [0] * count, dtype=np.int32), GRADES),
        level=Coded(np.zeros(count, dtype=np.int32), ("High",)),
        risk=np.array(risk),
        rank=rank,
        reasons=Coded(np.zeros(count, dtype=np.int32), ("reading",)),
        starts=np.arange(count + 1),
    )


def support(seats: int, least: int = 0, most: int | None = None, name: str = "tutoring") -> Support:
    return Support(name, seats, name, SCHOOLS, GRADES, ("reading",), least, seats if most is None else most, 2)


def offer_of(students: Students, *supports: Support) -> Offer:
    return Offer(students, supports, students.answered_by(supports), seed=1)


def seats_by_school(policy: Policy, offer: Offer) -> list[int]:
    shared, faults = carry_out(policy, offer)
    assert not faults
    assert shared.proof.gap == 0
    return np.bincount(offer.students.school.codes[shared.student], minlength=3).tolist()


TWELVE = students_of([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.35, 0.25, 0.15, 0.1], [0] * 6 + [1] * 4 + [2] * 2)


def test_equal_by_school_gives_every_school_the_same() -> None:
    assert seats_by_school(Policy(name="equal", share="school"), offer_of(TWELVE, support(6))) == [2, 2, 2]


def test_equal_by_student_goes_by_the_size_of_a_school() -> None:
    assert seats_by_school(Policy(name="equal", share="student"), offer_of(TWELVE, support(6))) == [3, 2, 1]


def test_by_need_goes_by_risk_alone() -> None:
    assert seats_by_school(Policy(name="by need"), offer_of(TWELVE, support(6))) == [6, 0, 0]


def test_a_floor_gives_each_school_its_own_highest_risk() -> None:
    offer = offer_of(TWELVE, support(6))
    shared, _ = carry_out(Policy(name="floors", floor=1), offer)
    assert sorted(shared.student.tolist()) == [0, 1, 2, 3, 8, 10]


def test_half_equal_lies_between() -> None:
    assert seats_by_school(Policy(name="half", share="school", part=0.5), offer_of(TWELVE, support(6))) == [4, 1, 1]


def test_a_floor_by_grade_is_met_in_every_grade() -> None:
    students = students_of([0.9, 0.8, 0.7, 0.2, 0.1], [0] * 5, [0, 0, 0, 1, 1])
    shared, _ = carry_out(Policy(name="grades", floor=1, floor_by="grade"), offer_of(students, support(2)))
    assert sorted(shared.student.tolist()) == [0, 3]


def test_a_school_gets_no_more_than_max() -> None:
    assert seats_by_school(Policy(name="by need"), offer_of(TWELVE, support(6, most=3))) == [3, 3, 0]


def test_seats_that_a_small_school_cannot_fill_stay_empty() -> None:
    assert seats_by_school(Policy(name="equal", share="school"), offer_of(TWELVE, support(9))) == [3, 3, 2]


def test_several_seats_are_one_of_each_support() -> None:
    offer = offer_of(TWELVE, support(2), support(2, name="mentors"))
    one, _ = carry_out(Policy(name="one"), offer)
    several, _ = carry_out(Policy(name="several", several_seats=True), offer)
    assert sorted(one.student.tolist()) == [0, 1, 2, 3]
    assert sorted(several.student.tolist()) == [0, 0, 1, 1]
    assert int(several.reached.sum()) == 2


def test_a_floor_that_the_seats_cannot_pay_for_is_named_with_the_smallest_change() -> None:
    (fault,) = unpayable(Policy(name="floors", floor=3), offer_of(TWELVE, support(7)))
    assert str(fault) == (
        "policy 'floors', support 'tutoring': floors in 3 schools ask for 9 of 7 seats; "
        "allowed: floors that the seats can pay for; what to do: give 2 seats more, or lower the floor to 2"
    )


def test_a_floor_above_max_is_named() -> None:
    told = "\n".join(map(str, unpayable(Policy(name="floors", floor=3), offer_of(TWELVE, support(12, most=2)))))
    assert "floor 3 is more than max 2 a school" in told


def test_a_floor_for_which_there_are_too_few_students_is_named_with_the_school() -> None:
    _, (fault,) = carry_out(Policy(name="floors", floor=3), offer_of(TWELVE, support(10)))
    assert "policy 'floors', school 'C': floor 3 of 'tutoring', but 2 can be seated beside all other floors" in str(
        fault
    )
    assert "lower it by 1" in str(fault)


def test_floors_by_grade_beside_limits_by_school_are_refused() -> None:
    policy = Policy(name="grades", floor=1, floor_by="grade")
    (fault,) = unpayable(policy, offer_of(TWELVE, support(6, most=3)))
    assert "floors by grade beside min or max" in str(fault)


def test_students_of_one_risk_are_drawn_and_the_draw_is_kept() -> None:
    shared, _ = carry_out(Policy(name="by need"), offer_of(students_of([0.9, 0.5, 0.5, 0.5, 0.1], [0] * 5), support(2)))
    (lot,) = shared.lots
    assert lot.students.tolist() == [1, 2, 3]
    assert lot.seated.tolist() == [True, False, False]


def test_a_lot_holds_only_those_who_are_alike_in_all_that_counts() -> None:
    """Two schools share seats out equally: three of one risk draw for two seats in A, whoever is alone in B has one."""
    students = students_of([0.5, 0.5, 0.5, 0.5, 0.1], [0, 0, 0, 1, 1])
    policy = Policy(name="equal", share="school")
    shared, _ = carry_out(policy, offer_of(students, support(3, most=2), support(0, name="none")))
    (lot,) = shared.lots
    assert set(lot.students.tolist()) == {0, 1, 2}
    assert 0 < lot.seated.sum() < 3


def test_the_chance_in_a_lot_is_the_same_for_all_in_it() -> None:
    """Over many orders of ties each of a lot of four is drawn about as often; only the order says who."""
    rng, drawn, lots = np.random.default_rng(5), np.zeros(4), 0
    for _ in range(400):
        students = students_of([0.9, 0.5, 0.5, 0.5, 0.5, 0.5, 0.1], [0, 0, 0, 0, 0, 1, 1])
        rank = np.concatenate([[1], 2 + rng.permutation(5), [7]])
        shared, _ = carry_out(Policy(name="by need"), offer_of(replace(students, rank=rank), support(3)))
        for lot in shared.lots:
            assert set(lot.students.tolist()) == {1, 2, 3, 4}
            drawn += lot.seated
            lots += lot.seated.mean()
    assert drawn / lots == pytest.approx(np.ones(4), abs=0.2)


def test_one_more_seat_counts_where_all_are_in_one_school_and_where_there_is_none_yet() -> None:
    """A support without max may have a seat more at its one school; one that has no seat may get a first."""
    students = students_of([0.9, 0.8, 0.7], [0, 0, 0])
    shared, _ = carry_out(Policy(name="by need"), offer_of(students, replace(support(1), most=NO_LIMIT)))
    assert shared.proof.one_more.tolist() == [800_000_000]
    none = replace(support(0), most=NO_LIMIT)
    shared, _ = carry_out(Policy(name="by need"), offer_of(students, none))
    assert shared.proof.one_more.tolist() == [900_000_000]


def test_no_draw_where_no_risk_is_shared() -> None:
    assert carry_out(Policy(name="by need"), offer_of(TWELVE, support(6)))[0].lots == ()


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_what_is_shared_out_adds_up_within_the_limits(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 6))
    lists = st.lists(st.integers(0, 9), min_size=count, max_size=count)
    most = np.array(data.draw(lists))
    least = np.minimum(np.array(data.draw(lists)), most)
    shares = np.array(data.draw(lists), dtype=float) + 0.5
    seats = data.draw(st.integers(int(least.sum()), 60))
    found = apportion(seats, shares, (least, most), [f"s{n}" for n in range(count)], 3)
    assert found.sum() == min(seats, most.sum())
    assert ((found >= least) & (found <= most)).all()


@pytest.mark.parametrize("policy", [Policy(name="n"), Policy(name="e", share="school"), Policy(name="f", floor=1)])
def test_a_bonus_of_a_school_never_puts_a_lower_risk_before_a_higher_one_there(policy: Policy) -> None:
    offer = offer_of(TWELVE, support(6))
    posed = pose(policy, offer, np.array([0, 300_000_000, 900_000_000]))
    for school in range(3):
        inside = [row for row in posed.problem.order.tolist() if TWELVE.school.codes[row] == school]
        assert inside == sorted(inside, key=lambda row: -TWELVE.risk[row])
