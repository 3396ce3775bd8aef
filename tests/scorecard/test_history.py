"""An input over time and a change of level are said in one sentence."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earlywarn.columns import InputSpec, InputType
from earlywarn.scorecard.history import Told, change_words, over_time
from earlywarn.scorecard.table import Kind, PointsTable

ABSENT = PointsTable(InputSpec("a", "a", InputType.NUMBER, "Days absent", "%"), Kind.PIECES, (0.0,), (0.0,), None, 5.0)
READING = PointsTable(
    InputSpec("r", "r", InputType.RESULT, "Reading result", "points", cuts={"2": (500.0, 40.0)}),
    Kind.PIECES, (0.0,), (0.0,), None, 0.5,
)  # fmt: skip
CLASS = PointsTable(
    InputSpec("c", "c", InputType.CATEGORY, "Class type"), Kind.CATEGORIES, ("small",), (0.0,), 0.0, "small"
)
OCTOBER, NOVEMBER, JANUARY = date(2026, 10, 3), date(2026, 11, 14), date(2027, 1, 9)


def test_a_rise_is_said_from_the_first_day_to_the_last() -> None:
    told = over_time(ABSENT, [(NOVEMBER, 14.0), (OCTOBER, 6.0)], None)
    words = "Days absent rose from 6 % on 3 October to 14 % on 14 November; typical is 5 %"
    assert told == Told(words, 5.0, 14.0, 5.0)


def test_a_result_is_told_as_its_distance_to_the_standard() -> None:
    told = over_time(READING, [(OCTOBER, 0.1), (NOVEMBER, -0.6)], "2")
    assert told.words == (
        "Reading result fell from 4 points above the standard on 3 October to 24 points below the standard on "
        "14 November; typical is 20 points above the standard"
    )


def test_the_year_is_said_where_there_are_two() -> None:
    told = over_time(ABSENT, [(OCTOBER, 6.0), (JANUARY, 3.0)], None)
    assert "fell from 6 % on 3 October 2026 to 3 % on 9 January 2027" in told.words


def test_what_lies_beyond_both_ends_is_said() -> None:
    told = over_time(ABSENT, [(OCTOBER, 6.0), (NOVEMBER, 20.0), (JANUARY, 6.0)], None)
    assert "was 6 % on 3 October 2026 and on 9 January 2027, in between as high as 20 %" in told.words


def test_one_day_is_said_as_a_day_and_no_day_as_none() -> None:
    assert over_time(ABSENT, [(OCTOBER, None), (NOVEMBER, 6.0)], None).words == (
        "Days absent was 6 % on 14 November; typical is 5 %"
    )
    assert over_time(ABSENT, [(OCTOBER, None)], None) == Told("Days absent was not recorded; typical is 5 %")


def test_a_category_has_words_alone() -> None:
    told = over_time(CLASS, [(OCTOBER, "small"), (NOVEMBER, "large")], None)
    assert told == Told("Class type went from small on 3 October to large on 14 November; most often small")


@given(st.lists(st.tuples(st.dates(), st.none() | st.floats(-1e6, 1e6)), max_size=8))
def test_a_chart_holds_every_recorded_value_and_the_typical_one(points: list[tuple[date, float | None]]) -> None:
    told = over_time(ABSENT, points, None)
    known = [value for _, value in points if value is not None]
    assert (told.low, told.high) == ((min([*known, 5.0]), max([*known, 5.0])) if known else (None, None))


@pytest.mark.parametrize(
    ("before", "now", "title", "words"),
    [
        ("Moderate", "High", "Mathematics result", "Moderate → High: mathematics result"),
        ("High", "Low", "GPA", "High → Low: GPA"),
        ("High", "High", "Mathematics result", ""),
        (None, "High", "", "Not scored → High"),
        ("High", None, "", "High → not scored"),
    ],
)
def test_a_change_of_level_is_said_with_what_moved_it(
    before: str | None, now: str | None, title: str, words: str
) -> None:
    assert change_words(before, now, title) == words
