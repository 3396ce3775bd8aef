"""Numbers are told so that two students more or fewer change no word."""

import math

from hypothesis import assume, given
from hypothesis import strategies as st

from earlywarn.audit.rounding import (
    EXACT_STEPS,
    LEEWAY,
    NOT_SHOWN,
    Held,
    Shown,
    count_of,
    count_told,
    difference_of,
    figure_of,
    ratio_of,
    share_of,
)

minimums = st.integers(3, 40)
counts = st.integers(0, 5000)


def parts(part: int, whole: int, *, exact: bool = False) -> tuple[Held, Held, Held]:
    return Held(part, exact), Held(whole, exact), Held(whole - part, exact)


@given(counts, minimums, st.integers(-LEEWAY, LEEWAY))
def test_a_count_that_is_not_exact_leaves_two_more_and_two_fewer_open(number: int, minimum: int, by: int) -> None:
    told = count_told(number, minimum)
    assert told.low <= max(number + by, 0) <= told.high
    assert (told.number is None) == (told.shown is Shown.HIDDEN)
    if number < minimum:
        assert told.shown is Shown.HIDDEN


@given(counts, minimums)
def test_rounding_moves_a_count_by_less_than_a_few_minimums(number: int, minimum: int) -> None:
    told = count_told(number, minimum)
    assert told.high - told.low < max(20 * minimum, 50)


@given(counts, counts, minimums, st.integers(-LEEWAY, LEEWAY), st.integers(-LEEWAY, LEEWAY))
def test_a_share_reads_the_same_with_two_more_or_fewer_in_part_and_whole(
    part: int, rest: int, minimum: int, more_part: int, more_whole: int
) -> None:
    told = share_of(parts(part, part + rest), minimum)
    near = max(part + more_part, 0), part + rest + more_whole
    assume(near[0] <= near[1] > 0)
    if told.value is not None and told.grain is not None:
        assert math.isclose(round(near[0] / near[1] / told.grain) * told.grain, told.value, abs_tol=1e-9)
    if told.low is not None and told.high is not None:
        assert told.low <= near[0] / near[1] <= told.high


@given(counts, counts, minimums)
def test_an_exact_share_is_told_to_three_decimals(part: int, rest: int, minimum: int) -> None:
    assume(part + rest)
    told = share_of(parts(part, part + rest, exact=True), minimum, (part / (part + rest), 1.0))
    assert told.value is not None
    assert abs(told.value - part / (part + rest)) <= 0.0005 + 1e-9
    assert told.ends[0] <= part / (part + rest)
    assert told.ends[1] == 1.0


@given(st.floats(-1, 1), st.floats(0, 0.2), st.floats(0, 0.3))
def test_the_ends_of_an_interval_are_rounded_outward(value: float, slack: float, width: float) -> None:
    told = figure_of((value - slack, value, value + slack), (value - width, value + width), EXACT_STEPS)
    if told.ends:
        assert told.ends[0] <= value - width + 1e-9
        assert told.ends[1] >= value + width - 1e-9


def test_a_share_is_bounded_where_its_part_or_its_rest_is_hidden() -> None:
    assert share_of(parts(3, 120), 10).words == "under 10 %"
    assert share_of(parts(117, 120), 10).words == "over 90 %"
    assert share_of(parts(3, 24), 10).words == "under 50 %"
    assert share_of(parts(3, 9), 10) is NOT_SHOWN
    assert share_of(parts(0, 0), 10) is NOT_SHOWN


def test_a_share_too_near_none_or_all_to_tell_is_bounded() -> None:
    assert share_of(parts(30, 9000), 10).words == "under 1 %"
    assert share_of(parts(8970, 9000), 10).words == "over 99 %"


def test_a_large_group_is_told_to_three_decimals_though_its_counts_are_rounded() -> None:
    told = share_of(parts(123_456, 1_000_000), 10)
    assert (told.shown, told.value) == (Shown.ABOUT, 0.123)
    assert told.words == "about 12.3 %"


def test_differences_and_ratios_are_told_no_finer_than_their_sides() -> None:
    exact, rough = parts(500, 1000, exact=True), parts(300, 1000)
    assert difference_of(exact, exact, 10).value == 0.0
    assert difference_of(exact, rough, 10).grain == 0.01
    assert ratio_of(exact, rough, 10).value in (1.66, 1.67, 1.68, 1.7)
    assert ratio_of(exact, parts(1, 1000), 10) is NOT_SHOWN


def test_an_exact_count_is_told_as_it_is() -> None:
    told = count_of(Held(1234, exact=True), 10)
    assert (told.words, told.low, told.high) == ("1,234", 1234, 1234)


def test_the_privacy_minimum_need_not_be_a_round_number() -> None:
    assert [count_told(number, 12).words for number in (9, 11, 16, 24)] == [
        "fewer than 12", "fewer than 20", "about 20", "about 20",
    ]  # fmt: skip
