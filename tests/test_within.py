"""The school's part, each formula beside another way to the same number."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earlywarn import intervals as iv
from earlywarn.columns import Coded
from earlywarn.within import auc_within, list_of_schools, pairs_by_school, share_between


def _schools(codes: np.ndarray) -> Coded:
    return Coded(codes.astype(np.int32), tuple(str(n) for n in range(int(codes.max()) + 1)))


def _made(seed: int, schools: int = 30, each: int = 40, apart: float = 0.5) -> tuple[np.ndarray, np.ndarray, Coded]:
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(schools), rng.integers(each // 2, each * 2, schools))
    points = rng.normal(-1, 1, len(codes)) + rng.normal(0, apart, schools)[codes]
    risk = 1 / (1 + np.exp(-points))
    return risk, rng.random(len(codes)) < risk, _schools(codes)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.integers(0, 5)), min_size=1, max_size=40))
def test_pairs_within_schools_are_those_counted_one_by_one(rows: list[tuple[int, bool, int]]) -> None:
    codes, missed, risk = (np.array(part) for part in zip(*rows, strict=True))
    right, pairs = pairs_by_school(missed, risk.astype(float), _schools(codes))
    by_hand = np.zeros((2, len(right)))
    for one, other in ((i, j) for i in range(len(rows)) for j in range(len(rows))):
        if codes[one] == codes[other] and missed[one] and not missed[other]:
            by_hand[:, codes[one]] += (risk[one] > risk[other]) + (risk[one] == risk[other]) / 2, 1
    np.testing.assert_allclose([right, pairs], by_hand)


def test_the_share_between_schools_is_the_analysis_of_variance_by_rows() -> None:
    risk, _, school = _made(1)
    parts = [risk[school.codes == code] for code in range(len(school.names))]
    count, students = len(parts), len(risk)
    between = sum(len(p) * (p.mean() - risk.mean()) ** 2 for p in parts) / (count - 1)
    inside = sum(((p - p.mean()) ** 2).sum() for p in parts) / (students - count)
    size = (students - sum(len(p) ** 2 for p in parts) / students) / (count - 1)
    found = share_between(risk, school)
    assert found is not None
    assert found.value == pytest.approx((between - inside) / (between + (size - 1) * inside))


def test_its_interval_is_the_jackknife_taken_school_by_school() -> None:
    risk, _, school = _made(2, schools=12)
    found = share_between(risk, school)
    sizes = iv.sum_by(school.codes)
    size = (len(risk) - (sizes**2).sum() / len(risk)) / (len(sizes) - 1)

    def log(rows: np.ndarray) -> float:
        held = share_between(risk[rows], _schools(np.unique(school.codes[rows], return_inverse=True)[1]))
        assert held is not None
        return float(np.log1p(size * held.value / (1 - held.value)))

    without = np.array([log(school.codes != code) for code in range(12)])
    by_hand = iv.jackknife(log(np.ones(len(risk), dtype=bool)), without, iv.effective_schools(sizes))
    assert found is not None
    assert by_hand is not None
    ratios = np.expm1(by_hand.interval(0.95)) / size
    np.testing.assert_allclose(found.interval(0.95), ratios / (1 + ratios), rtol=1e-6)


def test_schools_alike_by_chance_share_about_nothing_and_schools_apart_much() -> None:
    rng = np.random.default_rng(11)
    codes = np.repeat(np.arange(40), 50)
    alike, apart = (share_between(rng.normal(0, spread, 40)[codes] + rng.normal(size=2000), _schools(codes))
                    for spread in (0.0, 1.0))  # fmt: skip
    assert alike is not None
    assert apart is not None
    assert alike.interval(0.95)[0] == 0
    assert apart.interval(0.95)[0] < 0.5 < apart.interval(0.95)[1]


def test_whoever_knows_the_school_alone_has_half_within_schools() -> None:
    risk, missed, school = _made(4, apart=1.5)
    means = (iv.sum_by(school.codes, risk) / iv.sum_by(school.codes))[school.codes]
    right, pairs = pairs_by_school(missed, means, school)
    assert right.sum() / pairs.sum() == 0.5
    over_all = iv.auc(missed, means, school.codes.astype(np.int64))
    assert over_all is not None
    assert over_all.value > 0.6


def test_schools_apart_raise_the_auc_over_all_and_not_that_within() -> None:
    risk, missed, school = _made(5, apart=1.5)
    within, over_all = auc_within(missed, risk, school), iv.auc(missed, risk, school.codes.astype(np.int64))
    assert within is not None
    assert over_all is not None
    assert within.interval(0.95)[1] < over_all.value


def test_the_auc_within_schools_covers_its_truth() -> None:
    truth = np.mean([_value(seed) for seed in range(200, 260)])
    held = [low <= truth <= high for low, high in (_ends(seed) for seed in range(100))]
    assert np.mean(held) > 0.88


def test_shuffling_rows_changes_nothing() -> None:
    risk, missed, school = _made(6)
    order = np.random.default_rng(0).permutation(len(risk))
    one, two = auc_within(missed, risk, school), auc_within(missed[order], risk[order], school.take(order))
    assert one is not None
    assert two is not None
    assert one.interval(0.95) == pytest.approx(two.interval(0.95))


def test_a_list_of_whole_schools_has_its_seats_and_takes_the_last_by_chance() -> None:
    school = _schools(np.repeat([0, 1, 2], [4, 4, 4]))
    risk = np.array([0.1] * 4 + [0.9] * 4 + [0.5] * 4)
    listed = list_of_schools(risk, school, 6)
    np.testing.assert_allclose(listed.chance, [0] * 4 + [1] * 4 + [0.5] * 4)
    assert listed.seats == 6


@pytest.mark.parametrize("codes", [[0] * 40, [0] * 39 + [1], list(range(40))])
def test_one_school_or_students_one_by_one_have_no_share(codes: list[int]) -> None:
    assert share_between(np.random.default_rng(1).random(40), _schools(np.array(codes))) is None


def test_where_no_school_holds_both_outcomes_there_is_no_auc_within() -> None:
    codes = np.repeat(np.arange(20), 10)
    assert auc_within(codes % 2 == 0, np.random.default_rng(2).random(200), _schools(codes)) is None


def _value(seed: int) -> float:
    risk, missed, school = _made(seed)
    right, pairs = pairs_by_school(missed, risk, school)
    return float(right.sum() / pairs.sum())


def _ends(seed: int) -> tuple[float, float]:
    risk, missed, school = _made(seed)
    found = auc_within(missed, risk, school)
    assert found is not None
    return found.interval(0.95)
