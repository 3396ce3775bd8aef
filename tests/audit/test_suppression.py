"""What may be published of counts, attacked by linear algebra, by trying every table, and by integer programming."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from earlywarn.audit.kinds import AUDITED, Kinds, Share
from earlywarn.audit.rounding import Shown
from earlywarn.audit.suppression import OTHERS, Suppression, suppress, unsuppressed
from earlywarn.groups import EVERYONE, Cell
from tests.audit.curious import District, Reader, every_table

MINIMUM = 10
TWO = Kinds(
    "known", {"known": (0, 1), "met": (0,), "missed": (1,)}, {"prevalence": Share("missed", "known", "met")}
)  # fmt: skip
"""So few kinds that every table can be tried."""


def tables(*shapes: tuple[int, ...], most: int) -> st.SearchStrategy[np.ndarray]:
    """Draw students by finest group and atom, with many groups that are small or empty."""
    sizes = st.one_of(st.just(0), st.integers(0, 4), st.integers(0, most))
    drawn = st.one_of([arrays.arrays(np.int64, shape, elements=sizes) for shape in shapes])
    return drawn.filter(lambda table: bool(table.any()))


def drawn(seed: int, shape: tuple[int, ...]) -> np.ndarray:
    """Draw a district with groups and atoms of very different sizes; some groups are empty."""
    rng = np.random.default_rng(seed)
    mean = rng.gamma(0.5, rng.choice([3, 10, 40]), size=shape) * rng.gamma(1, 1, size=(*shape[:-1], 1))
    return rng.poisson(mean) * (rng.random((*shape[:-1], 1)) > 0.15)


@settings(max_examples=60)
@given(tables((2, 3, 9), (2, 2, 2, 9), (4, 9), most=60), st.integers(1, 3))
def test_no_small_count_follows_from_the_exact_ones(finest: np.ndarray, depth: int) -> None:
    """Every exact count is an equation over the finest groups; a small one must not be in their span."""
    district = District(finest, depth, MINIMUM)
    exact = [
        district.adds_up(cell, kind)
        for cell, row in zip(district.cells, district.published.exact, strict=True)
        for kind, is_exact in zip(AUDITED.names, row, strict=True)
        if is_exact
    ]
    hidden = np.array([district.adds_up(cell, kind) for cell, kind, _ in district.small()], dtype=float)
    if exact and len(hidden):
        _, strength, axes = np.linalg.svd(np.array(exact, dtype=float), full_matrices=False)
        span = axes[strength > 1e-9]
        assert (np.abs(hidden - hidden @ span.T @ span).max(axis=1) > 1e-7).all()


@settings(max_examples=80)
@given(tables((2, 2), (3, 2), (2, 2, 2), most=14), st.integers(2, 4))
def test_every_small_count_could_be_any_of_three(finest: np.ndarray, minimum: int) -> None:
    """By brute force, against counts, shares and differences of shares."""
    district = District(finest, finest.ndim - 1, minimum, TWO)
    fits = Reader.of(district).fits(every_table(district))
    assert not len(fits) or (fits == finest.ravel()).all(axis=1).any()
    for cell, kind, _ in district.small():
        assert not len(fits) or len(np.unique(fits @ district.adds_up(cell, kind))) >= 3


@pytest.mark.parametrize(
    ("shape", "depth"), [((3, 4, 9), 2), ((2, 2, 2, 9), 3), ((2, 3, 2, 9), 2), ((2, 2, 2, 2, 9), 2), ((5, 9), 1)]
)
@pytest.mark.parametrize("seed", range(3))
def test_integer_programming_leaves_three_values_open(shape: tuple[int, ...], depth: int, seed: int) -> None:
    """Over the crossing of all attributes; where the audit crosses fewer, this is tried here and no law."""
    district = District(drawn(seed, shape), depth, MINIMUM)
    reader, small = Reader.of(district), list(district.small())
    for place in np.random.default_rng(seed).permutation(len(small))[:4]:
        cell, kind, number = small[place]
        least, most = reader.least_and_most(district.adds_up(cell, kind))
        assert least <= number <= most
        assert most - least >= 2, (cell, kind)


@settings(max_examples=40)
@given(tables((2, 3, 9), (2, 2, 2, 9), most=200), st.integers(1, 2))
def test_what_is_told_is_true(finest: np.ndarray, depth: int) -> None:
    district = District(finest, depth, MINIMUM)
    reader = Reader.of(district)
    assert len(reader.fits(finest.reshape(1, -1))) == 1


@settings(max_examples=40)
@given(tables((2, 3, 9), (2, 2, 2, 9), most=200))
def test_no_small_count_is_told_as_it_is(finest: np.ndarray) -> None:
    district = District(finest, 2, MINIMUM)
    for cell, kind, _ in district.small():
        told = district.published.count(cell, kind)
        assert told.shown is Shown.HIDDEN
        assert told.number is None
        assert told.high >= MINIMUM - 1


def test_a_table_without_small_counts_is_told_whole() -> None:
    district = District(np.full((2, 3, 2, 9), MINIMUM), 3, MINIMUM)
    assert district.published.exact.all()
    assert {district.published.of(cell) for cell in district.cells} == {Shown.EXACT}
    assert district.published.share(EVERYONE, "recall", (0.4321, 0.5678)).ends == (0.432, 0.568)


def test_that_everyone_was_scored_and_every_outcome_is_known_hides_nothing() -> None:
    finest = np.full((2, 3, 9), 50)
    finest[..., [2, 5, 6, 7, 8]] = 0
    assert District(finest, 2, MINIMUM).published.exact.all()


def test_before_outcomes_are_known_the_list_is_told_all_the_same() -> None:
    finest = np.zeros((2, 3, 9), dtype=np.int64)
    finest[..., [6, 7]] = 50, 20
    published = District(finest, 2, MINIMUM).published
    assert published.counts(EVERYONE, "students", "flagged", "missed") == ("420", "120", "0")


def test_none_of_a_group_is_as_small_as_one() -> None:
    finest = np.full((2, 9), 50)
    finest[0, 3] = 0
    published = District(finest, 1, MINIMUM).published
    girls = Cell(("a0",), ("v0",))
    assert published.counts(girls, "overlooked") == ("fewer than 10",)
    assert published.share(girls, "overlooked_share").words == "under 25 %"
    assert published.share(girls, "recall").words == "over 75 %"


def test_a_group_that_nobody_is_in_is_told_to_be_empty() -> None:
    finest = np.full((3, 9), 50)
    finest[0] = 0
    published = District(finest, 1, MINIMUM).published
    assert published.exact.all()
    assert published.of(Cell(("a0",), ("v0",))) is Shown.HIDDEN


def test_a_small_part_takes_its_exactness_from_the_same_part_of_all_groups_beside_it() -> None:
    finest = np.full((3, 9), 50)
    finest[0, 3] = 4
    published = District(finest, 1, MINIMUM).published
    for cell in published.groups[1:]:
        assert published.count(cell, "overlooked").shown is not Shown.EXACT
        assert published.count(cell, "students").shown is Shown.EXACT
    assert published.of(EVERYONE) is Shown.EXACT


def test_a_small_group_is_hidden_and_everyone_is_told() -> None:
    finest = np.full((3, 9), 50)
    finest[0] = [1, 1, 0, 1, 0, 1, 0, 0, 0]
    published = District(finest, 1, MINIMUM).published
    small = published.groups[1]
    assert published.of(small) is Shown.HIDDEN
    assert published.cells(Shown.HIDDEN) == {small}
    assert published.hidden_words(small) == "fewer than 10 students: not shown"
    assert published.counts(EVERYONE, "students") == ("904",)
    assert published.share(small, "recall").words == published.share(small, "prevalence").words == "not shown"


def test_a_rate_with_many_digits_gives_no_small_group_away() -> None:
    """803 / 2406 was recovered from 0.333748961, and the group of 6 from the total."""
    finest = np.full((2, 9), 0)
    finest[0] = [1203, 400, 0, 400, 403, 0, 0, 0, 0]
    finest[1] = [3, 1, 0, 1, 1, 0, 0, 0, 0]
    published = District(finest, 1, MINIMUM).published
    rate = published.share(published.groups[1], "prevalence", (0.31234, 0.35678))
    assert (rate.shown, rate.value) == (Shown.ABOUT, 0.335)
    told = Fraction(rate.value or 0).limit_denominator(3000)
    fits = {part for part in range(780, 830) for whole in range(2390, 2420) if abs(part / whole - 0.335) < 0.005}
    assert told.denominator == 200
    assert len(fits) > 10
    assert all(round(end, 3) == end for end in rate.ends)


def test_a_difference_is_told_only_where_both_shares_are() -> None:
    finest = np.full((3, 9), 50)
    finest[0, 3] = 4
    published = District(finest, 1, MINIMUM).published
    few, many = published.groups[1:3]
    assert published.share(few, "overlooked_share").words == "under 20 %"
    assert published.difference(few, EVERYONE, "overlooked_share").value is None
    assert published.ratio(few, EVERYONE, "overlooked_share").value is None
    assert published.difference(many, EVERYONE, "overlooked_share", (-0.05, 0.17)).value is not None
    assert published.difference(many, OTHERS, "prevalence").grain is not None


def test_a_figure_that_knows_more_than_counts_is_told_as_roughly_as_its_wholes() -> None:
    finest = np.full((3, 9), 50)
    finest[0, 3] = 4
    published = District(finest, 1, MINIMUM).published
    few, many = published.groups[1:3]
    assert published.figure(float("nan"), "calibration_gap", (many, many)).value is None
    alone = published.figure(0.012, "calibration_gap", (many, many), (-0.013, 0.043))
    assert (alone.shown, alone.value, alone.grain) == (Shown.ABOUT, 0.02, 0.02)
    assert alone.ends[0] <= -0.013 < 0.043 <= alone.ends[1]
    beside = published.figure(0.012, "same_risk_gap", (many, few))
    assert beside.grain is not None
    assert alone.grain is not None
    assert beside.grain >= alone.grain


def test_students_tied_at_the_cut_are_guarded_as_they_are_told() -> None:
    """Eleven found by the order of rows, nine and a half by chance: few."""
    finest = np.full((3, 9), 50.0)
    finest[0, 3:5] = 90.5, 9.5
    published = suppress(
        District(np.full((3, 9), 50), 1, MINIMUM).cells, np.concatenate([finest.sum(0, keepdims=True), finest]), MINIMUM
    )
    assert not published.exact[1, AUDITED.place["flagged_missed"]]
    assert published.exact[2:, AUDITED.place["unknown"]].all()


def test_all_others_are_told_no_better_than_the_group_is() -> None:
    finest = np.full((3, 9), 50)
    finest[0, 3] = 4
    published = District(finest, 1, MINIMUM).published
    assert published.beside(published.groups[1], "overlooked").shown is Shown.ABOUT
    assert published.beside(published.groups[1], "known").words == "400"


@settings(max_examples=30)
@given(tables((2, 3, 9), (3, 2, 2, 9), most=60), st.integers(1, 2), st.randoms(use_true_random=False))
def test_neither_the_order_nor_the_names_of_groups_change_anything(finest: np.ndarray, depth: int, luck) -> None:  # type: ignore[no-untyped-def]
    district = District(finest, depth, MINIMUM)
    order = list(range(len(district.cells)))
    luck.shuffle(order)
    cells = [_renamed(district.cells[place]) for place in order]
    shuffled = suppress(cells, district.counts[order], MINIMUM)
    assert (shuffled.exact == district.published.exact[order]).all()


def _renamed(cell: Cell) -> Cell:
    """The last value of an attribute becomes the first in the alphabet."""
    return replace(cell, values=tuple(f"w{9 - int(value[1:])}" for value in cell.values))


def test_the_data_scientist_may_see_everything() -> None:
    district = District(np.full((2, 9), 3), 1, MINIMUM)
    whole = unsuppressed(district.cells, district.counts, MINIMUM)
    assert isinstance(whole, Suppression)
    assert whole.counts(whole.groups[1], "students", "missed") == ("27", "6")


def test_an_atom_without_a_name_is_refused() -> None:
    with pytest.raises(AssertionError, match=r"no kind of their own: atoms \[1\]"):
        Kinds("all", {"all": (0, 1), "one": (0,)})


def test_a_measure_is_exact_where_the_counts_that_it_is_told_with_are() -> None:
    finest = np.full((3, 9), 50)
    finest[0, 3] = 4
    published = District(finest, 1, MINIMUM).published
    many = published.groups[2]
    assert published.of(many) is Shown.ABOUT
    assert published.of(many, "share_flagged") is Shown.EXACT
    assert published.of(many, "recall") is published.of(many, "same_risk_gap") is Shown.ABOUT
    assert published.of(many, "a measure of its own") is Shown.ABOUT
    assert published.of(EVERYONE, "recall") is Shown.EXACT
