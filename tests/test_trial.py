"""The one look at the test: what stands beside it when whole schools were held out."""

from datetime import date

import pytest

from earlywarn.candidates.catalogue import catalogue
from earlywarn.candidates.learn import learn
from earlywarn.cohort import build_cohort, split
from earlywarn.trial import Stamp, look
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
