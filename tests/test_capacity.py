"""The list's cut: seats, ranks, ties by the stated hash."""

import hashlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from earlywarn.capacity import make_list, seats_for

points_lists = st.lists(st.sampled_from([-1.0, 0.0, 0.5, 2.0]), min_size=1, max_size=60)


def _ids(count: int) -> np.ndarray:
    return np.array([f"{number:04d}" for number in range(count)], dtype=object)


@given(points_lists, st.integers(0, 70))
def test_exactly_the_seats_are_filled_and_ranks_are_a_permutation(points: list[float], seats: int) -> None:
    listed = make_list(np.array(points), _ids(len(points)), 3, seats)
    assert listed.flagged.sum() == min(seats, len(points))
    assert sorted(listed.rank) == list(range(1, len(points) + 1))


@given(points_lists, st.randoms())
def test_shuffling_rows_changes_nobodys_rank(points: list[float], random: object) -> None:
    ids, values = _ids(len(points)), np.array(points)
    order = np.array(random.sample(range(len(points)), len(points)))
    before = dict(zip(ids, make_list(values, ids, 3, 5).rank, strict=True))
    after = dict(zip(ids[order], make_list(values[order], ids[order], 3, 5).rank, strict=True))
    assert before == after


def test_higher_points_come_first_and_ties_follow_the_stated_hash() -> None:
    ids = _ids(6)
    listed = make_list(np.array([1.0, 1.0, 5.0, 1.0, 1.0, 0.0]), ids, 42, 3)
    assert listed.rank[2] == 1
    assert listed.rank[5] == 6
    tied = sorted([0, 1, 3, 4], key=lambda row: hashlib.sha256(f"42:{ids[row]}".encode()).hexdigest())
    assert [listed.rank[row] for row in tied] == [2, 3, 4, 5]


def test_another_seed_breaks_ties_another_way() -> None:
    ids, same = _ids(50), np.zeros(50)
    assert (make_list(same, ids, 1, 10).flagged != make_list(same, ids, 2, 10).flagged).any()


def test_seats_round_halves_up() -> None:
    assert [seats_for(0.2, n) for n in (0, 2, 3, 10, 1000)] == [0, 0, 1, 2, 200]
