"""Reasons and levels in words."""

import numpy as np
import pytest

from earlywarn.columns import InputSpec, InputType
from earlywarn.scorecard.levels import level_of, meaning
from earlywarn.scorecard.reasons import sentence
from earlywarn.scorecard.table import Kind, LevelMeaning, PointsTable

RESULT = InputSpec("reading", "read", InputType.RESULT, "Reading result", "points", cuts={"2": (500.0, 40.0)})


def _table(spec: InputSpec, typical: float | str) -> PointsTable:
    return PointsTable(spec, Kind.PIECES, (0.0,), (0.0,), None, typical)


def test_a_result_is_told_in_points_of_its_grade() -> None:
    told = sentence(_table(RESULT, 0.25), -0.6, "2")
    assert told == "Reading result: 24 points below the standard (typical: 10 above)"


def test_a_missing_value_is_said_to_be_not_recorded() -> None:
    assert sentence(_table(RESULT, 0.25), None, "2") == "Reading result: not recorded"


def test_numbers_carry_their_unit_and_categories_their_commonest() -> None:
    days = InputSpec("absent", "absent", InputType.NUMBER, "Days absent", "days")
    assert sentence(_table(days, 4.0), 14.0, None) == "Days absent: 14 days (typical: 4)"
    assert sentence(_table(days, -0.01), 0.26, None) == "Days absent: 0.3 days (typical: 0)"
    track = InputSpec("track", "track", InputType.CATEGORY, "Track")
    assert sentence(_table(track, "red"), "blue", None) == "Track: blue (most often: red)"


def test_levels_begin_at_their_start() -> None:
    levels = (LevelMeaning("High", 0.5), LevelMeaning("Moderate", 0.25), LevelMeaning("Low", 0.0))
    found = level_of(np.array([0.0, 0.2499, 0.25, 0.4999, 0.5, 1.0]), levels)
    assert found.texts() == ["Low", "Low", "Moderate", "Moderate", "High", "High"]


def test_a_level_says_what_it_meant_or_that_it_cannot() -> None:
    told = meaning(LevelMeaning("High", 0.5, 300, 0.613, 0.57, 0.652))
    assert told == "of 100 students at this level, about 61 missed the standard without extra support; 57 to 65"
    assert meaning(LevelMeaning("High", 0.5, 40)) == "too little data to say what this level means (n=40)"
    assert meaning(LevelMeaning("High", 0.5)) == "too little data to say what this level means"


@pytest.mark.parametrize("value", [-0.004, 0.0, 0.004])
def test_nobody_is_told_minus_zero(value: float) -> None:
    assert "-0" not in sentence(_table(RESULT, 0.25), value, "2")
