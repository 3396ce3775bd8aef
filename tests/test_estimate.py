"""Intervals of every scale against published examples, their own p-values and known limits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earlywarn.estimate import Estimate, Scale, mover

shares = st.floats(0.02, 0.98)
errors = st.floats(0.01, 1.5)
sizes = st.floats(12, 5000)
freedoms = st.floats(4, 200)


def _logit_share(value: float, error: float, df: float) -> Estimate:
    return Estimate(value, error, df, Scale.LOGIT)


def _wilson_share(value: float, size: float, df: float) -> Estimate:
    return Estimate(value, size, df, Scale.WILSON)


@st.composite
def differences(draw: st.DrawFn) -> Estimate:
    """Draw MOVER differences of two shares, each on a scale of its own."""
    sides = (
        draw(st.one_of(st.builds(_logit_share, shares, errors, freedoms), st.builds(_wilson_share, shares, sizes,
             freedoms)))
        for _ in range(2)
    )  # fmt: skip
    return mover(*sides, draw(st.floats(-0.9, 0.9)))


@st.composite
def estimates(draw: st.DrawFn) -> Estimate:
    """Draw an estimate on any scale."""
    return draw(
        st.one_of(
            differences(),
            st.builds(_logit_share, shares, errors, freedoms),
            st.builds(_wilson_share, shares, sizes, freedoms),
            st.builds(Estimate, st.floats(-0.9, 0.9), errors, freedoms),
            st.builds(Estimate, st.floats(0.1, 10), errors, freedoms, st.just(Scale.LOG)),
        )
    )


def test_mover_gives_newcombes_interval_of_two_independent_shares() -> None:
    """Newcombe 1998, Statistics in Medicine 17, table II, method 10: 56/70 less 48/80 is .0524 to .3339."""
    sides = (_wilson_share(56 / 70, 70, math.inf), _wilson_share(48 / 80, 80, math.inf))
    assert mover(*sides, 0.0).interval(0.95) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_mover_gives_zous_interval_of_two_correlations() -> None:
    """R's cocor for r = .6 (n = 20) less r = .8 (n = 25): -.6005 to .1055; Fisher's z is half the logit of (1+r)/2."""
    sides = (_logit_share(0.8, 2 / math.sqrt(17), math.inf), _logit_share(0.9, 2 / math.sqrt(22), math.inf))
    low, high = mover(*sides, 0.0).interval(0.95)
    assert (2 * low, 2 * high) == pytest.approx((-0.6005, 0.1055), abs=5e-5)


@given(differences())
def test_mover_turned_round_is_the_same_interval_turned_round(difference: Estimate) -> None:
    one, other = difference.sides
    low, high = difference.interval(0.95)
    assert mover(other, one, difference.se).interval(0.95) == pytest.approx((-high, -low))


@given(shares, shares, st.floats(-0.9, 0.9), st.floats(0.5, 0.99))
def test_mover_of_many_students_is_the_normal_interval(one: float, other: float, correlation: float, at: float) -> None:
    size = 1e9
    sides = (_wilson_share(one, size, math.inf), _wilson_share(other, size, math.inf))
    errors = [math.sqrt(p * (1 - p) / size) for p in (one, other)]
    variance = errors[0] ** 2 + errors[1] ** 2 - 2 * correlation * errors[0] * errors[1]
    normal = Estimate(one - other, math.sqrt(variance), math.inf)
    width = normal.interval(at)[1] - (one - other)
    assert mover(*sides, correlation).interval(at) == pytest.approx(normal.interval(at), abs=2e-3 * width)


@given(estimates(), st.floats(0.5, 0.99), st.sampled_from((-1, 1)))
def test_the_p_value_at_an_end_of_the_interval_is_what_lies_beyond_it(found: Estimate, at: float, side: int) -> None:
    end = found.interval(at)[0 if side > 0 else 1]
    assert found.p_beyond(end, side) == pytest.approx((1 - at) / 2, rel=1e-4)


@given(estimates(), st.floats(0.5, 0.98))
def test_a_wider_confidence_gives_a_wider_interval_around_the_value(found: Estimate, at: float) -> None:
    low, high = found.interval(at)
    wide_low, wide_high = found.interval(at + 0.01)
    assert wide_low <= low <= found.value <= high <= wide_high
    assert wide_low < wide_high


@given(st.one_of(st.builds(_logit_share, shares, errors, freedoms), st.builds(_wilson_share, shares, sizes, freedoms)))
def test_a_share_counted_the_other_way_is_the_same_interval_turned_round(share: Estimate) -> None:
    low, high = share.interval(0.9)
    rest = Estimate(1 - share.value, share.se, share.df, share.scale)
    assert rest.interval(0.9) == pytest.approx((1 - high, 1 - low), abs=1e-9)


@given(st.floats(-0.95, 0.95), st.floats(0.55, 0.995), st.floats(2, 200))
def test_skewness_only_ever_moves_an_end_outward(skew: float, confidence: float, df: float) -> None:
    plain, skewed = Estimate(0.3, 0.05, df), Estimate(0.3, 0.05, df, skew=skew)
    (low, high), (lower, higher) = plain.interval(confidence), skewed.interval(confidence)
    assert lower <= low
    assert high <= higher
    assert (lower < low - 1e-12) or (higher > high + 1e-12) or abs(skew) < 1e-3


@given(st.floats(-0.95, 0.95), st.floats(0.01, 0.45), st.sampled_from([1, -1]))
def test_the_p_value_of_a_skewed_figure_is_its_interval_turned_round(skew: float, p: float, side: int) -> None:
    estimate = Estimate(0.3, 0.05, 12.0, skew=skew)
    end = estimate.interval(1 - 2 * p)[0 if side > 0 else 1]
    assert estimate.p_beyond(end, side) == pytest.approx(p, rel=1e-6)


def test_an_interval_of_skewed_schools_holds_the_mean_more_often() -> None:
    """Of sums over 20 schools drawn from a law with a long tail."""
    rng = np.random.default_rng(5)
    held = {0: 0, 1: 0}
    for _ in range(2000):
        terms = rng.lognormal(0, 1, 20)
        mean, off = terms.mean(), terms - terms.mean()
        error, skew = np.sqrt(np.sum(off**2) / 19 / 20), np.sum(off**3) / np.sum(off**2) ** 1.5
        for allowed in held:
            low, high = Estimate(mean, error, 19.0, skew=allowed * skew).interval(0.95)
            held[allowed] += low <= np.exp(0.5) <= high
    assert held[0] / 2000 < 0.90
    assert held[1] / 2000 > held[0] / 2000 + 0.02
