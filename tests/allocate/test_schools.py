"""The school's part: whole schools against picking students, by draws; what is told where too few schools carry it."""

from dataclasses import replace

import numpy as np
import pytest

from earlywarn.allocate.outcome import carry_out
from earlywarn.allocate.schools import SchoolsPart, schools_part
from earlywarn.allocate.sums import Span
from earlywarn.config.allocation import Policy
from earlywarn.config.sections import Evidence
from earlywarn.report.seats_in_words import school_sentences
from tests.allocate.test_quotas import offer_of, students_of, support
from tests.allocate.test_sums import basis_of, made

FEW = Evidence(schools=2)


def part_of(risk: list[float], school: list[int], seats: int, need: Evidence = FEW) -> SchoolsPart:
    _, groups = made(count=len(risk))
    students = students_of(risk, school)
    basis, offer = basis_of(students, groups), offer_of(students, support(seats))
    shared, _ = carry_out(Policy(name="by need"), offer)
    return schools_part(offer, basis, basis.tell(shared, shared, 1), need)


def test_whole_schools_reach_what_draws_in_the_last_school_reach_on_average() -> None:
    """Two schools of four: the first in full, two of the four students of the second by lot."""
    risk, school = [0.9, 0.8, 0.7, 0.6, 0.7, 0.5, 0.3, 0.1], [0, 0, 0, 0, 1, 1, 1, 1]
    part = part_of(risk, school, 6)
    draws = np.random.default_rng(1)
    drawn = [3.0 + draws.choice(risk[4:], 2, replace=False).sum() for _ in range(4000)]
    assert part.whole.value == pytest.approx(3.8)
    assert part.whole.value == pytest.approx(float(np.mean(drawn)), abs=0.02)
    assert part.gain.value == pytest.approx(0.9 + 0.8 + 0.7 + 0.7 + 0.6 + 0.5 - 3.8)


def test_where_a_school_is_all_that_differs_picking_students_reaches_no_more() -> None:
    part = part_of([0.8] * 15 + [0.2] * 15, [0] * 15 + [1] * 15, 15)
    assert part.gain == Span(0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("risk", "students", "seats", "named"),
    [
        (0.8, 15, 3, ("A",)),
        (0.52, 15, 3, ()),  # at the low end of the levels' intervals fewer than half
        (0.8, 15, 15, ()),  # nobody there stays without a seat
        (0.8, 8, 3, ()),  # too few students to be shown alone
    ],
)
def test_a_school_is_named_where_most_surely_miss_and_most_have_no_seat(
    risk: float, students: int, seats: int, named: tuple[str, ...]
) -> None:
    part = part_of([risk] * students + [0.1] * 15, [0] * students + [1] * 15, seats)
    assert part.most == named


def test_a_school_of_a_few_students_is_told_together_with_others() -> None:
    risk, school = [0.8] * 3 + [0.1] * 12 + [0.2] * 20, [0] * 3 + [1] * 12 + [2] * 20
    students = students_of(risk, school)
    shared, _ = carry_out(Policy(name="by need"), offer_of(students, support(2)))
    basis = basis_of(students, made(count=35)[1])
    lines = basis.tell(shared, shared, 1).schools
    assert [(line.school, line.students) for line in lines] == [
        ("C", 20),
        ("2 schools together, for some are small", 15),
    ]
    assert sum(line.seats for line in lines) == 2


def test_too_few_schools_have_no_share_between_them_and_that_is_said() -> None:
    risk = np.random.default_rng(2).uniform(0.1, 0.9, 200).tolist()
    part = part_of(risk, [row % 3 for row in range(200)], 20, Evidence(schools=15))
    assert part.between is None
    assert "too few schools" in next(iter(school_sentences(part)))


def test_no_interval_is_told_where_the_levels_have_none() -> None:
    part = replace(part_of([0.8, 0.2], [0, 1], 1), whole=Span(0.8, None, None), gain=Span(0.0, None, None))
    said = " ".join(school_sentences(part))
    assert "nan" not in said.lower()
    assert "0 more." in said
