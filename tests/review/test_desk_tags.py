from datetime import date, timedelta

import pytest
from django.core.paginator import Paginator
from hypothesis import given
from hypothesis import strategies as st

from earlywarn.review.templatetags.desk import (
    CHART_HEIGHT,
    CHART_WIDTH,
    LINE_OF_TEXT,
    chart,
    dots,
    level_shape,
    page_numbers,
)

DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))
VALUES = st.lists(st.tuples(DAYS, st.floats(-1e6, 1e6), st.just("words")), min_size=2, max_size=20)
FIRST, LAST = (date(2026, 9, 5), 4.0, "4 %"), (date(2026, 11, 14), 14.0, "14 %")


@pytest.mark.parametrize("of", [2, 3, 4, 5])
def test_a_level_has_one_circle_a_level_and_as_many_full_as_it_is_high(of: int) -> None:
    for filled in range(1, of + 1):
        assert [spot.filled for spot in level_shape(filled, of).spots] == [True] * filled + [False] * (of - filled)


@pytest.mark.parametrize(("filled", "of"), [(1, 1), (1, 6), (0, 3), (4, 3), (-1, 3)])
def test_a_shape_that_nobody_could_count_is_refused(filled: int, of: int) -> None:
    with pytest.raises(ValueError, match="circles"):
        level_shape(filled, of)


@given(st.integers(0, 100))
def test_a_picture_of_a_hundred_has_a_hundred_dots_that_do_not_touch(count: int) -> None:
    shape = dots(count)
    assert sum(spot.filled for spot in shape.spots) == count
    assert len({(spot.x, spot.y) for spot in shape.spots}) == 100
    assert all(4 < spot.x < shape.width - 4 and 4 < spot.y < shape.height - 4 for spot in shape.spots)


@pytest.mark.parametrize("count", [-1, 101])
def test_more_than_all_of_a_hundred_students_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match="100"):
        dots(count)


def test_one_value_is_no_line() -> None:
    assert chart([]) is None
    assert chart([FIRST]) is None


def test_a_chart_begins_with_the_earliest_day_whatever_the_order() -> None:
    drawn = chart([LAST, FIRST])
    assert drawn is not None
    assert (drawn.first.words, drawn.last.words) == ("4 %", "14 %")
    assert drawn.first.x < drawn.last.x
    assert drawn.first.y > drawn.last.y  # more is higher
    assert drawn.typical_y is None


def test_days_lie_to_scale() -> None:
    start = date(2026, 9, 1)
    drawn = chart([(start + timedelta(days), 1.0 + days, "") for days in (0, 10, 100)])
    assert drawn is not None
    first, middle, last = (moment.x for moment in drawn.moments)
    assert middle - first == pytest.approx((last - first) / 10, abs=1)


def test_a_value_that_stays_is_a_level_line() -> None:
    drawn = chart([FIRST, (LAST[0], 4.0, "4 %")])
    assert drawn is not None
    assert drawn.first.y == drawn.last.y


@given(VALUES, st.none() | st.floats(-1e6, 1e6))
def test_all_of_a_chart_lies_in_its_field_and_its_words_do_not_touch(
    values: list[tuple[date, float, str]], typical: float | None
) -> None:
    drawn = chart(values, typical, "typical")
    assert drawn is not None
    assert all(0 < moment.x < CHART_WIDTH and 0 < moment.y < CHART_HEIGHT for moment in drawn.moments)
    assert (drawn.typical_y is None) == (typical is None)
    if drawn.typical_y is not None:
        assert abs(drawn.typical_words_y - drawn.last_words_y) >= LINE_OF_TEXT


def test_a_long_list_leaves_out_the_numbers_between() -> None:
    assert list(page_numbers(Paginator(range(1000), 10).page(50))) == [1, "…", 49, 50, 51, "…", 100]
