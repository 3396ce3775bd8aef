"""Seats are given exactly: every way tried on small cases, a linear programme on middle ones, the bound always."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earlywarn.allocate.problem import NOBODY, Problem
from earlywarn.allocate.proof import Prices, bound, prove
from earlywarn.allocate.seating import seat
from tests.allocate.brute import best_by_programme, best_by_trying


@st.composite
def problems(draw: st.DrawFn, students: int = 7, supports: int = 3, places: int = 3) -> Problem:
    n, k, p = draw(st.integers(1, students)), draw(st.integers(1, supports)), draw(st.integers(1, places))
    weight = np.array(draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)), dtype=np.int64)
    most = np.array(draw(st.lists(st.integers(0, 4), min_size=p * k, max_size=p * k)), dtype=np.int64).reshape(p, k)
    cells = st.lists(st.integers(0, 2), min_size=p * k, max_size=p * k)
    least = np.minimum(np.array(draw(cells), dtype=np.int64).reshape(p, k), most)
    return Problem(
        weight=weight,
        order=np.argsort(-weight, kind="stable"),
        place=np.array(draw(st.lists(st.integers(0, p - 1), min_size=n, max_size=n)), dtype=np.int64),
        answers=np.array(draw(st.lists(st.integers(0, 2**k - 1), min_size=n, max_size=n)), dtype=np.int64),
        seats=np.array(draw(st.lists(st.integers(0, 4), min_size=k, max_size=k)), dtype=np.int64),
        least=least,
        most=most,
        reserved=np.minimum(least + np.array(draw(cells), dtype=np.int64).reshape(p, k), most),
    )


def random_problem(rng: np.random.Generator, students: int, supports: int, places: int) -> Problem:
    weight = rng.integers(0, 10**9, students)
    place = rng.integers(0, places, students)
    most = rng.integers(1, max(2, 3 * students // (10 * places)), (places, supports))
    none = np.zeros_like(most)
    return Problem(
        weight=weight,
        order=np.argsort(-weight, kind="stable"),
        place=place,
        answers=rng.integers(0, 2**supports, students),
        seats=np.full(supports, students // (10 * supports)),
        least=none,
        most=most,
        reserved=np.minimum(none + 1, most),
    )


@settings(max_examples=400, deadline=None)
@given(problems())
def test_no_way_to_seat_a_few_students_is_better(problem: Problem) -> None:
    seating = seat(problem)
    best = best_by_trying(problem, seating.kept)
    proof = prove(problem, seating)
    assert proof.value == best
    assert proof.gap == 0


@settings(max_examples=300, deadline=None)
@given(problems())
def test_a_floor_is_short_by_no_more_seats_than_it_must_be(problem: Problem) -> None:
    short = seat(problem).short
    capped = Problem(
        np.ones_like(problem.weight), problem.order, problem.place, problem.answers, problem.seats,
        np.zeros_like(problem.least), problem.least, np.zeros_like(problem.least),
    )  # fmt: skip
    assert problem.least.sum() - short.sum() == best_by_trying(capped, capped.least)


@settings(max_examples=300, deadline=None)
@given(problems())
def test_a_seating_keeps_every_limit(problem: Problem) -> None:
    seating = seat(problem)
    sits = seating.support != NOBODY
    found = np.zeros_like(seating.given)
    np.add.at(found, (problem.place[sits], seating.support[sits]), 1)
    assert (found == seating.given).all()
    assert (seating.given <= problem.most).all()
    assert (seating.given.sum(axis=0) <= problem.seats).all()
    assert (problem.answers[sits] >> seating.support[sits] & 1 == 1).all()
    assert (problem.least - seating.given <= seating.short).all()


@settings(max_examples=200, deadline=None)
@given(problems(), st.lists(st.integers(0, 12), min_size=12, max_size=12))
def test_no_prices_at_all_give_a_bound_below_the_best(problem: Problem, numbers: list[int]) -> None:
    seating, supports = seat(problem), len(problem.seats)
    at = np.array((numbers * 9)[: problem.least.size], dtype=np.int64).reshape(problem.least.shape)
    prices = Prices(np.array(numbers[:supports], dtype=np.int64), at)
    assert bound(problem, seating.kept, prices) >= prove(problem, seating).value


@settings(max_examples=200, deadline=None)
@given(problems(students=6, supports=2))
def test_one_more_seat_brings_what_it_is_said_to(problem: Problem) -> None:
    seating = seat(problem)
    proof = prove(problem, seating)
    for support in range(len(problem.seats)):
        more = problem.seats.copy()
        more[support] += 1
        wider = Problem(
            problem.weight, problem.order, problem.place, problem.answers, more,
            seating.kept, problem.most, seating.kept,
        )  # fmt: skip
        assert proof.value + proof.one_more[support] == best_by_trying(wider, seating.kept)


@pytest.mark.parametrize("seed", range(8))
def test_a_plain_linear_programme_finds_no_more(seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, 1_500, int(rng.integers(2, 7)), int(rng.integers(1, 40)))
    seating = seat(problem)
    proof = prove(problem, seating)
    assert proof.gap == 0
    assert proof.value == pytest.approx(best_by_programme(problem, seating.kept), rel=1e-9)


@settings(max_examples=150, deadline=None)
@given(problems(students=12), st.randoms())
def test_the_order_of_the_rows_changes_nobodys_seat(problem: Problem, random: "object") -> None:
    rows = list(range(len(problem.weight)))
    random.shuffle(rows)
    back = np.argsort(rows)
    moved = Problem(
        problem.weight[rows], back[problem.order], problem.place[rows], problem.answers[rows], problem.seats,
        problem.least, problem.most, problem.reserved,
    )  # fmt: skip
    assert ((seat(moved).support[back] != NOBODY) == (seat(problem).support != NOBODY)).all()
