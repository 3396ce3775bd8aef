"""Intervals against recomputation, simulation and known limits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from earlywarn import intervals as iv
from earlywarn.estimate import Estimate, Scale


def _schools(
    rng: np.random.Generator, schools: int, correlation: float, base: float, uneven: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Draw (events, students) by school: beta-binomial with the stated intra-class correlation."""
    sizes = rng.integers(10, 90, schools) if uneven else np.full(schools, 40)
    total = (1 - correlation) / correlation if correlation else 1e9
    shares = rng.beta(base * total, (1 - base) * total, schools)
    return rng.binomial(sizes, shares).astype(float), sizes.astype(float)


@pytest.mark.parametrize(("schools", "correlation", "base"), [(12, 0.0, 0.3), (12, 0.15, 0.3), (60, 0.10, 0.1)])
def test_a_share_is_covered_as_often_as_promised(schools: int, correlation: float, base: float) -> None:
    rng = np.random.default_rng(11)
    hits = 0
    for _ in range(600):
        low, high = iv.ratio(*_schools(rng, schools, correlation, base, uneven=True)).interval(0.95)
        hits += low <= base <= high
    assert hits / 600 >= 0.925  # 95 % less three standard errors of the simulation


def test_ignoring_schools_would_cover_too_seldom() -> None:
    """The test above has teeth: the naive interval fails it."""
    rng = np.random.default_rng(11)
    hits = 0
    for _ in range(600):
        events, sizes = _schools(rng, 12, 0.15, 0.3, uneven=True)
        share = events.sum() / sizes.sum()
        half = 1.96 * np.sqrt(share * (1 - share) / sizes.sum())
        hits += share - half <= 0.3 <= share + half
    assert hits / 600 < 0.85


def test_no_events_give_wilson_and_not_a_width_of_zero() -> None:
    low, high = iv.ratio(np.zeros(20), np.full(20, 30.0)).interval(0.95)
    assert low == 0.0
    assert 0.01 < high < 0.10


def test_one_school_gives_no_interval() -> None:
    assert iv.ratio(np.array([3.0]), np.array([10.0])) is None
    assert iv.ratio(np.array([3.0, 0.0]), np.array([10.0, 0.0])) is None


def test_an_empty_denominator_is_undefined_and_not_zero() -> None:
    assert iv.ratio(np.zeros(5), np.zeros(5)) is None


def test_effective_schools_of_equal_schools_is_their_number() -> None:
    assert iv.effective_schools(np.full(17, 3.0)) == pytest.approx(17)
    assert iv.effective_schools(np.array([100.0, 1.0])) < 1.1


@given(st.floats(0.55, 0.99), st.floats(0.02, 2.0), st.floats(3, 60))
def test_a_share_never_leaves_zero_to_one(value: float, se: float, df: float) -> None:
    low, high = Estimate(value, se, df, Scale.LOGIT).interval(0.95)
    assert 0 <= low < value < high <= 1


def test_a_wider_confidence_gives_a_wider_interval_and_p_agrees_with_it() -> None:
    estimate = Estimate(0.08, 0.02, 20)
    low, high = estimate.interval(0.90)
    assert estimate.interval(0.95)[0] < low
    assert estimate.p_beyond(low, 1) == pytest.approx(0.05)
    assert estimate.p_beyond(high, -1) == pytest.approx(0.05)


def _scored(seed: int = 5, schools: int = 40, students: int = 30) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    school = np.repeat(np.arange(schools), students)
    skill = rng.normal(size=len(school)) + rng.normal(scale=0.5, size=schools)[school]
    missed = rng.random(len(school)) < 1 / (1 + np.exp(skill))
    return missed, np.round(-skill + rng.normal(size=len(school)), 1), school


def test_auc_equals_scikit_learn_with_ties() -> None:
    missed, points, school = _scored()
    assert iv.auc(missed, points, school).value == pytest.approx(roc_auc_score(missed, points), abs=1e-12)


def test_the_clustered_error_of_the_auc_equals_its_jackknife() -> None:
    missed, points, school = _scored()
    without = np.array([roc_auc_score(missed[school != s], points[school != s]) for s in np.unique(school)])
    estimate = iv.auc(missed, points, school)
    se = estimate.se * estimate.value * (1 - estimate.value)
    assert se == pytest.approx(iv.jackknife_errors(without[:, None])[0][0], rel=0.03)


def test_the_paired_difference_of_two_aucs_equals_its_jackknife() -> None:
    missed, points, school = _scored()
    other = np.round(points + np.random.default_rng(1).normal(size=len(points)), 1)

    def gap(rows: np.ndarray) -> float:
        return roc_auc_score(missed[rows], points[rows]) - roc_auc_score(missed[rows], other[rows])

    without = np.array([gap(school != s) for s in np.unique(school)])
    estimate = iv.auc_difference(missed, points, other, school)
    assert estimate.value == pytest.approx(gap(np.ones(len(points), dtype=bool)), abs=1e-12)
    assert estimate.se == pytest.approx(iv.jackknife_errors(without[:, None])[0][0], rel=0.03)


@settings(max_examples=30)
@given(st.permutations(range(40)))
def test_the_order_of_schools_changes_nothing(order: list[int]) -> None:
    missed, points, school = _scored()
    renamed = np.array(order)[school]
    assert iv.auc(missed, points, renamed).se == pytest.approx(iv.auc(missed, points, school).se)


def test_one_outcome_only_has_no_auc() -> None:
    assert iv.auc(np.ones(10, dtype=bool), np.arange(10.0), np.arange(10)) is None


@given(st.lists(st.integers(1, 2000), min_size=1, max_size=30), st.integers(0, 1000))
def test_wildly_uneven_schools_give_an_interval_within_zero_and_one_or_none(sizes: list[int], seed: int) -> None:
    """A town with one big school and a few tiny ones: t with next to no freedom must not explode."""
    rng = np.random.default_rng(seed)
    students, events = np.array(sizes, dtype=float), rng.binomial(sizes, 0.3).astype(float)
    estimate = iv.ratio(events, students)
    if iv.effective_schools(students) < iv.LEAST_SCHOOLS:
        assert estimate is None
    if estimate is not None:
        low, high = estimate.interval(0.95)
        assert 0 <= low <= estimate.value <= high <= 1
    elif students.sum() > 200:
        assert min(map(iv.effective_schools, (students, events, students - events))) < iv.LEAST_SCHOOLS
