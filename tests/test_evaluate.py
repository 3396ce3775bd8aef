"""Figures of ranking and calibration against scikit-learn and against rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from earlywarn.columns import MET, MISSED, UNKNOWN, Coded
from earlywarn.evaluate import HeldOut, _pooled, calibration, evaluate, recall_gain


def drawn(n: int = 2000, seed: int = 0) -> tuple[np.ndarray, np.ndarray, HeldOut]:
    """Give (risk, points, test) of students with school luck."""
    rng = np.random.default_rng(seed)
    school = np.repeat(np.arange(40), n // 40)
    points = rng.normal(size=n) - 0.7
    true = points * 0.8 + rng.normal(scale=0.3, size=40)[school]
    outcome = np.where(rng.random(n) < 1 / (1 + np.exp(-true)), MISSED, MET)
    outcome[rng.random(n) < 0.15] = UNKNOWN
    ids = np.array([f"{row:05d}" for row in range(n)], dtype=object)
    test = HeldOut(ids, Coded(school.astype(np.int32), tuple(str(s) for s in range(40))), outcome, 5, n)
    return 1 / (1 + np.exp(-points)), points, test


def test_figures_equal_scikit_learns_on_known_outcomes() -> None:
    risk, points, test = drawn()
    found = evaluate(risk, points, test, 0.2, 10).figures
    y, known = test.outcome[test.known] == MISSED, test.known
    assert found["auc"].value == pytest.approx(roc_auc_score(y, points[known]))
    assert found["average_precision"].value == pytest.approx(average_precision_score(y, points[known]))
    assert found["brier"].value == pytest.approx(brier_score_loss(y, risk[known]))
    assert found["log_loss"].value == pytest.approx(log_loss(y, risk[known]))


def test_the_calibration_slope_equals_an_unpenalised_logistic_fit() -> None:
    risk, points, test = drawn()
    y = test.outcome[test.known] == MISSED
    fitted = LogisticRegression(C=np.inf, tol=1e-10).fit(points[test.known, None], y)
    intercept, slope = calibration(y, risk[test.known])
    assert slope == pytest.approx(fitted.coef_[0, 0], abs=1e-4)
    assert intercept == pytest.approx(fitted.intercept_[0], abs=1e-4)
    assert evaluate(risk, points, test, 0.2, 10).figures["calibration_slope"].value == pytest.approx(slope)


def test_a_bold_score_is_still_calibrated_by_newton() -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(size=3000)
    y = rng.random(3000) < 1 / (1 + np.exp(-points))
    assert calibration(y, 1 / (1 + np.exp(-4 * points)))[1] == pytest.approx(0.25, abs=0.03)


def test_lists_are_made_of_everyone_and_rates_of_the_known() -> None:
    risk, points, test = drawn()
    listed = test.make_list(points, 0.2)
    assert listed.flagged.sum() == 400
    missed = test.outcome == MISSED
    found = evaluate(risk, points, test, 0.2, 10).figures
    assert found["recall_at_capacity"].value == pytest.approx((missed & listed.flagged).sum() / missed.sum())
    precision = (missed & listed.flagged).sum() / (test.known & listed.flagged).sum()
    assert found["precision_at_capacity"].value == pytest.approx(precision)
    assert found["recall_at_20_percent"] == found["recall_at_capacity"]
    assert found["recall_at_5_percent"].value < found["recall_at_10_percent"].value


def test_capacity_is_a_share_of_the_roster_not_of_the_scorable() -> None:
    _, points, test = drawn()
    larger = HeldOut(test.student_id, test.school, test.outcome, test.seed, in_scope=3000)
    assert larger.make_list(points, 0.2).flagged.sum() == 600


def test_skill_within_schools_ignores_what_only_the_school_knows() -> None:
    risk, _, test = drawn()
    by_school = test.school.codes.astype(float)
    figure = evaluate(risk, by_school, test, 0.2, 10).figures["skill_within_schools"]
    assert figure.value == 0.5


def test_a_gain_over_itself_is_nothing_and_over_noise_is_something() -> None:
    _, points, test = drawn()
    noise = np.random.default_rng(9).normal(size=len(points))
    assert recall_gain(test, points, points, 0.2).value == 0
    low, _ = recall_gain(test, points, noise, 0.2).interval(0.95)
    assert low > 0


def test_reliability_bins_hold_every_known_student() -> None:
    risk, points, test = drawn()
    bins = evaluate(risk, points, test, 0.2, 10).reliability
    assert sum(one.students for one in bins) == test.known.sum()
    assert [one.risk for one in bins] == sorted(one.risk for one in bins)


def test_tied_risks_make_fewer_bins_and_no_fault() -> None:
    _, points, test = drawn()
    counts = np.digitize(points, [-1, 0]).astype(float)
    bins = evaluate(0.2 + 0.2 * counts, counts, test, 0.2, 10).reliability
    assert len(bins) == 3


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=10),
    st.integers(5, 20),
)
def test_every_reliability_bin_holds_the_minimum_of_both_outcomes(sizes: list[tuple[int, int]], minimum: int) -> None:
    counts = np.array(sizes, dtype=float)
    pools = _pooled(counts, minimum)
    if (counts.sum(axis=0) < minimum).any():
        assert (pools == -1).all()
        return
    assert (np.diff(pools) >= 0).all()
    for pool in range(pools.max() + 1):
        assert counts[pools == pool].sum(axis=0).min() >= minimum


def test_bins_with_enough_of_both_outcomes_are_left_apart() -> None:
    assert _pooled(np.full((10, 2), 10.0), 10).tolist() == list(range(10))
    assert _pooled(np.array([[3.0, 90], [9, 80], [40, 40], [80, 4]]), 10).tolist() == [0, 0, 1, 1]


def test_of_too_few_students_there_is_no_reliability_table() -> None:
    risk, points, test = drawn(80)
    assert evaluate(risk, points, test, 0.2, 40).reliability == ()


@pytest.mark.parametrize(("share", "risk"), [(0.4, 0.05), (0.5, 0.07), (0.3, 0.87)])
def test_the_calibration_intercept_is_found_however_far_off_risks_are(share: float, risk: float) -> None:
    from earlywarn.evaluate import _in_the_large

    rng = np.random.default_rng(0)
    risks = np.clip(rng.normal(risk, 0.02, 2000), 0.001, 0.999)
    missed = rng.random(2000) < share
    shift = _in_the_large(missed, risks)
    moved = 1 / (1 + np.exp(-(np.log(risks / (1 - risks)) + shift)))
    assert moved.mean() == pytest.approx(missed.mean(), abs=1e-9)


def test_what_cannot_be_fitted_is_nan_and_not_a_number_from_nothing() -> None:
    missed = np.array([True, False] * 50)
    assert np.isnan(calibration(missed, np.full(100, 0.3))).all()
    assert np.isnan(calibration(missed, np.where(missed, 0.9, 0.1))).all()
