"""Numbers are told so that with two students more or fewer they would be as true."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from earlywarn.audit.rounding import (
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
    value_of,
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


@given(counts, counts, minimums, st.integers(-LEEWAY, LEEWAY), st.sampled_from([(1, 0), (1, 1), (0, 1)]))
def test_what_is_told_of_a_share_holds_with_two_more_or_fewer_in_part_or_rest(
    part: int, rest: int, minimum: int, by: int, kinds: tuple[int, int]
) -> None:
    told = share_of(parts(part, part + rest), minimum)
    near = part + by * kinds[0], part + rest + by * kinds[1]
    assume(0 <= near[0] <= near[1] > 0)
    if told.low is not None and told.high is not None:
        assert told.low - 1e-9 <= near[0] / near[1] <= told.high + 1e-9


@given(counts, st.integers(1, 5000), st.sampled_from([(1, 0), (1, 1), (0, 1)]), st.integers(-LEEWAY, LEEWAY))
def test_an_exact_whole_moves_a_share_by_no_more_than_its_part(
    part: int, rest: int, kinds: tuple[int, int], by: int
) -> None:
    """An exchange that leaves the whole as it is can be told finer, and is told no less truly."""
    whole = part + rest
    told = value_of((Held(part, exact=False), Held(whole, exact=True), Held(rest, exact=False)))
    loose = value_of(parts(part, whole))
    assume(told.low is not None and told.high is not None and loose.grain is not None and told.grain is not None)
    assert told.grain <= loose.grain  # type: ignore[operator]
    if 0 <= part + by <= whole:
        assert told.low - 1e-9 <= (part + by) / whole <= told.high + 1e-9  # type: ignore[operator]


@given(st.integers(100, 5000), st.floats(0, 1))
def test_a_share_of_some_hundred_students_is_told_to_hundredths(whole: int, share: float) -> None:
    part = round(whole * share)
    grain = value_of(parts(part, whole)).grain
    assert grain is not None
    assert grain <= (0.05 if whole < 200 else 0.02 if whole < 400 else 0.01 if whole < 800 else 0.005)


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
    told = figure_of(value, slack, (value - width, value + width))
    assert told.ends[0] <= value - width + 1e-9
    assert told.ends[1] >= value + width - 1e-9


@given(st.integers(1, 300), st.floats(0.02, 0.2), st.floats(-0.49, 0.49))
def test_the_middle_of_an_interval_tells_no_more_than_the_value(place: int, width: float, off: float) -> None:
    """Figures that are told alike, and lie as far from the ends of their intervals, are told with the same ends."""
    slack, value = 2 / 500, place / 100
    assume(abs(width * 100 % 1 - 0.5) > 1e-9)  # at a half of a hundredth the last bit of a float decides
    one, other = (figure_of(each, slack, (each - width, each + width)) for each in (value, value + off / 100))
    assume(one.value == other.value)
    assert one.ends == pytest.approx(other.ends, abs=0.010001)
    assert sum(one.ends) == pytest.approx(2 * value, abs=1e-9)


@given(st.integers(50, 900), st.integers(50, 900), st.integers(50, 900), st.integers(50, 900))
def test_a_comparison_says_no_more_than_the_shares_that_it_holds_together(a: int, b: int, c: int, d: int) -> None:
    one, other = parts(a, a + b), parts(c, c + d)
    told, sides = difference_of(one, other), (value_of(one), value_of(other))
    assume(sides[0].value is not None and sides[1].value is not None)
    assert told.value == pytest.approx(sides[0].value - sides[1].value, abs=0.005 + 1e-9)  # type: ignore[operator]
    assert told.low == pytest.approx(sides[0].low - sides[1].high)  # type: ignore[operator]


@given(st.integers(50, 900), st.integers(50, 900), st.integers(50, 900), st.integers(50, 900), st.floats(0.01, 0.3))
def test_the_ends_of_a_comparison_are_rounded_outward(a: int, b: int, c: int, d: int, width: float) -> None:
    one, other = parts(a, a + b), parts(c, c + d)
    for tell, exact in (
        (difference_of, a / (a + b) - c / (c + d)),
        (ratio_of, (a / (a + b)) / (c / (c + d))),
    ):
        told = tell(one, other, (exact - width, exact + width))
        if told.ends:
            assert told.ends[0] <= exact - width + 1e-9
            assert told.ends[1] >= exact + width - 1e-9


def test_a_share_is_bounded_where_its_part_or_its_rest_is_hidden() -> None:
    assert share_of(parts(3, 120), 10).words == "under 10 %"
    assert share_of(parts(117, 120), 10).words == "over 90 %"
    assert share_of(parts(3, 24), 10).words == "under 50 %"
    assert share_of(parts(3, 9), 10) is NOT_SHOWN
    assert share_of(parts(0, 0), 10) is NOT_SHOWN


def test_a_share_too_near_none_or_all_to_tell_is_bounded() -> None:
    assert share_of(parts(20, 500), 10).words == "about 4 %"
    assert share_of(parts(30, 90), 10).words == "about 35 %"
    assert share_of(parts(20, 5000), 10).words == "about 0.4 %"
    assert share_of(parts(21, 60_000), 10).words == "under 1 %"
    assert share_of(parts(59_979, 60_000), 10).words == "over 99 %"


def test_a_large_group_is_told_to_three_decimals_though_its_counts_are_rounded() -> None:
    told = share_of(parts(123_456, 1_000_000), 10)
    assert (told.shown, told.value) == (Shown.ABOUT, 0.123)
    assert told.words == "about 12.3 %"


def test_differences_and_ratios_are_told_no_finer_than_their_sides() -> None:
    exact, rough = parts(500, 1000, exact=True), parts(120, 400)
    assert difference_of(exact, exact).value == 0.0
    assert difference_of(exact, rough).grain == 0.01
    assert ratio_of(exact, rough).value == 1.67
    assert ratio_of(exact, parts(1, 1000)) is NOT_SHOWN


def test_an_exact_count_is_told_as_it_is() -> None:
    told = count_of(Held(1234, exact=True), 10)
    assert (told.words, told.low, told.high) == ("1,234", 1234, 1234)


def test_the_privacy_minimum_need_not_be_a_round_number() -> None:
    assert [count_told(number, 12).words for number in (9, 11, 16, 24)] == [
        "fewer than 12", "fewer than 20", "about 20", "about 20",
    ]  # fmt: skip
