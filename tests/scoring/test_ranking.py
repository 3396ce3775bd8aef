"""Ranks of points alone equal those that are made with every id at hand."""

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earlywarn import arrow
from earlywarn.capacity import make_list
from earlywarn.scoring import ranking
from earlywarn.scoring.ranking import ranks

POINTS = st.lists(st.sampled_from([-1.0, -0.0, 0.0, 0.5, 2.0, float("nan")]), min_size=1, max_size=60)


class _Ids:
    """Ids in blocks of three, as a spill gives them."""

    def __init__(self, ids: list[str]) -> None:
        size = 3 if len(ids) < 1000 else 1000
        self.parts = [ids[start : start + size] for start in range(0, len(ids), size)]
        self.lengths = [len(part) for part in self.parts]

    def part(self, column: str, blocks: list[int]) -> Iterator[tuple[int, object]]:
        assert column == "student_id"
        for block in blocks:
            yield block, arrow.strings(self.parts[block])


@settings(deadline=None)
@given(points=POINTS, at_once=st.sampled_from([1, 2, 1 << 20]))
def test_ranks_are_those_of_points_and_the_stated_hash(points: list[float], at_once: int) -> None:
    ids = [f"{number:03d}" for number in range(len(points))]
    values = np.array(points)
    known = np.flatnonzero(~np.isnan(values))
    expected = np.zeros(len(points), dtype=np.int64)
    if len(known):
        expected[known] = make_list(values[known], np.array(ids, dtype=object)[known], 7, 0).rank
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ranking, "_AT_ONCE", at_once)
        assert ranks(values.copy(), _Ids(ids), 7).tolist() == expected.tolist()


def test_ranks_cost_four_bytes_a_student() -> None:
    assert ranks(np.array([1.0, 2.0]), _Ids(["a", "b"]), 1).itemsize == 4


def test_ranks_take_no_more_than_the_stated_memory_where_most_points_are_equal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    count = 60_000
    monkeypatch.setattr(ranking, "_AT_ONCE", 1)
    ids, points = _Ids([f"{number:05d}" for number in range(count)]), np.arange(count) % 600 * 1.0
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        ranks(points, ids, 7)
        held = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert (held + points.nbytes) / count < 32


def test_a_folder_is_not_needed_where_no_points_are_equal(tmp_path: Path) -> None:
    assert ranks(np.array([1.0, 3.0, np.nan]), None, 1).tolist() == [2, 1, 0]
