"""Cuts that differ by group: a list of the asked length in expectation, the constraint kept where it was learnt."""

import numpy as np
import pytest

from earlywarn.candidates.bound import Bound, learn_bound
from earlywarn.candidates.pooling import POOLED, Pooling

POOLING = Pooling("lunch", ("F", "N"), "N", ("X",))
PARITY = ("true_positive_rate_parity", "false_positive_rate_parity", "equalized_odds")


def drawn(n: int = 3000, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give (points, outcome, groups); one group has more need and more points."""
    rng = np.random.default_rng(seed)
    groups = rng.choice(np.array(["F", "N"], dtype=object), n, p=[0.4, 0.6])
    points = rng.normal(size=n) + 0.9 * (groups == "F") - 1
    return points, (rng.random(n) < 1 / (1 + np.exp(-points))).astype(int), groups


@pytest.fixture(scope="module", params=PARITY)
def bound(request: pytest.FixtureRequest) -> Bound:
    return learn_bound(request.param, POOLING, *drawn())


@pytest.mark.parametrize("seats", [1, 60, 600, 1500, 2990, 3000])
def test_the_chances_add_up_to_the_seats(bound: Bound, seats: int) -> None:
    points, _, groups = drawn()
    chance = bound.chances(points, groups, seats)
    assert chance.sum() == pytest.approx(seats)
    assert chance.min() >= 0
    assert chance.max() <= 1 + 1e-9


def test_the_constraint_is_kept_on_the_rows_that_taught(bound: Bound) -> None:
    points, outcome, groups = drawn()
    chance = bound.chances(points, groups, 600)
    kept = {"true_positive_rate_parity": [1], "false_positive_rate_parity": [0], "equalized_odds": [0, 1]}
    for known in kept[bound.constraint]:
        rates = [chance[(groups == group) & (outcome == known)].mean() for group in ("F", "N")]
        assert rates[0] == pytest.approx(rates[1], abs=0.01)


def test_a_group_never_seen_has_the_cut_of_the_rest(bound: Bound) -> None:
    points, _, groups = drawn()
    unseen = np.where(groups == "N", "never seen", groups).astype(object)
    assert bound.chances(points, unseen, 600).tolist() == bound.chances(points, groups, 600).tolist()


def test_a_bound_needs_the_group_which_is_why_it_never_serves() -> None:
    points, outcome, groups = drawn()
    bound = learn_bound("true_positive_rate_parity", POOLING, points, outcome, groups)
    turned = np.where(groups == "F", "N", "F").astype(object)
    assert np.abs(bound.chances(points, turned, 600) - bound.chances(points, groups, 600)).max() > 0.5


def test_pooled_groups_share_one_cut() -> None:
    points, outcome, groups = drawn()
    small = np.where((groups == "N") & (np.arange(len(groups)) % 3 == 0), "X", groups).astype(object)
    bound = learn_bound(
        "true_positive_rate_parity", Pooling("race", ("F", "N"), POOLED, ("X",)), points, outcome, small
    )
    assert set(bound.rungs[0]) == {"F", "N", POOLED}
