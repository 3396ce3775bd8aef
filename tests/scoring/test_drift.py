"""How far two runs lie apart is told of inputs that moved, and of nothing else."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from earlywarn.scoring.drift import SHARE, moved

COUNTS = st.lists(st.integers(0, 500), min_size=3, max_size=3).filter(any)


@given(COUNTS, st.integers(1, 9))
def test_more_students_of_the_same_kind_move_nothing(counts: list[int], times: int) -> None:
    assert moved({"x": counts}, {"x": [times * count for count in counts]}) == ()


@given(COUNTS, COUNTS)
def test_the_share_is_the_least_that_would_have_to_move(before: list[int], now: list[int]) -> None:
    here, there = np.array(before) / sum(before), np.array(now) / sum(now)
    share = float(np.maximum(there - here, 0).sum())
    found = dict(moved({"x": before}, {"x": now}))
    assert found == ({} if "x" not in found else {"x": round(share, 6)})
    assert ("x" in found) == (share >= SHARE) or abs(share - SHARE) < 1e-9


def test_what_cannot_be_compared_is_not_told() -> None:
    assert moved({"x": [0, 0]}, {"x": [1, 0]}) == ()
    assert moved({"x": [1, 0, 0]}, {"x": [0, 1]}) == ()
    assert moved({}, {"x": [1, 0]}) == ()
