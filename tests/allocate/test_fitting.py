"""Who holds which support: nearer to the heaviest reason by trading, and nothing else moves."""

from dataclasses import replace
from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from earlywarn.allocate.fitting import fitted
from earlywarn.allocate.outcome import carry_out
from earlywarn.allocate.problem import NOBODY, Problem
from earlywarn.allocate.proof import prove
from earlywarn.allocate.quotas import Offer
from earlywarn.allocate.seating import seat
from earlywarn.allocate.students import Students
from earlywarn.allocate.supports import Support
from earlywarn.columns import Coded
from earlywarn.config.allocation import Policy
from tests.allocate.test_quotas import GRADES, SCHOOLS
from tests.allocate.test_seating import problems


def fits(problem: Problem, support: np.ndarray, wish: np.ndarray) -> int:
    sits = support != NOBODY
    return int((wish[sits] & problem.answers[sits] & 1 << support[sits] > 0).sum())


@settings(max_examples=300, deadline=None)
@given(problems(students=9), st.lists(st.integers(0, 7), min_size=9, max_size=9))
def test_trading_moves_no_seat_between_students_or_places_and_keeps_the_proof(problem: Problem, wishes: list) -> None:
    seating, wish = seat(problem), np.array(wishes[: len(problem.weight)], dtype=np.int64)
    support = fitted(problem, seating.support, wish)
    sits = support != NOBODY
    assert np.array_equal(sits, seating.support != NOBODY)
    assert np.all(problem.answers[sits] >> support[sits] & 1 == 1)
    given_now = np.zeros_like(seating.given)
    np.add.at(given_now, (problem.place[sits], support[sits]), 1)
    assert np.array_equal(given_now, seating.given)
    assert prove(problem, replace(seating, support=support)).gap == 0


@settings(max_examples=300, deadline=None)
@given(problems(students=9), st.lists(st.integers(0, 7), min_size=9, max_size=9))
def test_no_two_of_one_place_could_trade_for_the_better(problem: Problem, wishes: list) -> None:
    wish = np.array(wishes[: len(problem.weight)], dtype=np.int64)
    before = seat(problem).support
    support = fitted(problem, before, wish)
    best = fits(problem, support, wish)
    assert best >= fits(problem, before, wish)
    rows = np.flatnonzero(support != NOBODY)
    for one, other in product(rows, rows):
        may = problem.answers[one] >> support[other] & 1 and problem.answers[other] >> support[one] & 1
        if may and problem.place[one] == problem.place[other]:
            traded = support.copy()
            traded[[one, other]] = support[[other, one]]
            assert fits(problem, traded, wish) <= best


def test_a_student_whose_heaviest_reason_is_mathematics_gets_mathematics() -> None:
    students = Students(
        rows=np.arange(2),
        school=Coded(np.zeros(2, dtype=np.int32), SCHOOLS),
        grade=Coded(np.zeros(2, dtype=np.int32), GRADES),
        level=Coded(np.zeros(2, dtype=np.int32), ("High",)),
        risk=np.array([0.9, 0.8]),
        rank=np.array([1, 2]),
        reasons=Coded(np.array([1, 0, 0, 1], dtype=np.int32), ("reading", "mathematics")),
        starts=np.array([0, 2, 4]),
    )
    supports = tuple(Support(n, 1, n, SCHOOLS, GRADES, (n,), 0, 1, 2) for n in ("reading", "mathematics"))
    shared, _ = carry_out(Policy(name="by need"), Offer(students, supports, students.answered_by(supports), 1))
    assert shared.fits == 2
    assert dict(zip(shared.student.tolist(), shared.support.tolist(), strict=True)) == {0: 1, 1: 0}
