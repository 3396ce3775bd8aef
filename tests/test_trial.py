"""The one look at the test: what stands beside it when whole schools were held out."""

from datetime import date

import numpy as np
import pytest

from earlywarn.audit.suppression import suppress
from earlywarn.candidates.catalogue import catalogue
from earlywarn.candidates.learn import learn
from earlywarn.cohort import build_cohort, split
from earlywarn.groups import EVERYONE
from earlywarn.trial import Stamp, levels_told, look
from tests.district import student_years
from tests.test_cohort import HELD_OUT, opened


def test_a_test_of_held_out_schools_is_itself_the_look_at_unseen_schools() -> None:
    parts = split(build_cohort(*opened(student_years()), HELD_OUT), HELD_OUT)
    candidates = catalogue(HELD_OUT)
    found = look(parts, candidates, learn(parts.train, candidates, HELD_OUT), HELD_OUT, Stamp(date(2024, 1, 15), {}))
    seen, beside = found.chosen.test.figures, found.unseen.figures
    assert found.test_schools == 12
    assert found.audited.about.students == "school year 2023, schools held out: nothing of them taught the model"
    assert {name: (one.value, one.se) for name, one in seen.items()} == {
        name: pytest.approx((one.value, one.se), abs=1e-9) for name, one in beside.items()
    }


KNOWN = suppress([EVERYONE], np.array([[200, 40, 0, 60, 40, 0, 0, 0, 0]]), 10)


def test_levels_of_many_students_are_told_as_they_are() -> None:
    told = levels_told([60, 40], [120, 220], KNOWN)
    assert [[held.number for held in parts] for parts in told] == [[60, 120, 60], [40, 220, 180]]
    assert all(held.exact for parts in told for held in parts)


@pytest.mark.parametrize(("missed", "students"), [([92, 8], [120, 220]), ([60, 40], [65, 275]), ([100, 0], [340, 0])])
def test_one_level_of_few_of_one_outcome_rounds_them_all(missed: list[int], students: list[int]) -> None:
    assert not [held for parts in levels_told(missed, students, KNOWN) for held in parts if held.exact]
