"""The split along straight lines against all pairs of students, one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earlywarn.audit.lines import TIED, Side, lines

PARTS = 3


def sides(points: list[np.ndarray], place: list[np.ndarray], surplus: tuple[float, float] = (0.0, 0.0)) -> list[Side]:
    bins = 1 + max(int(each.max()) for each in place)
    made = []
    for rows, at, beyond in zip(points, place, surplus, strict=True):
        sums = np.zeros((bins, rows.shape[1]))
        np.add.at(sums, at, rows)
        made.append(Side(np.bincount(at, minlength=bins).astype(float), sums, beyond))
    return made


def all_pairs(points: list[np.ndarray], flags: list[np.ndarray]) -> np.ndarray:
    """Split by the definition, pair after pair; the last part is the cut's."""
    total = np.zeros(points[0].shape[1] + 1)
    for p, f in zip(points[0], flags[0], strict=True):
        for q, g in zip(points[1], flags[1], strict=True):
            apart = p.sum() - q.sum()
            if abs(apart) > TIED:
                total[:-1] += (p - q) / apart * (f - g)
            else:
                total[-1] += f - g
    return total / (len(points[0]) * len(points[1]))


def by_points(seed: int, sizes: tuple[int, int], cut: float) -> tuple[list[np.ndarray], list[np.ndarray]]:
    rng = np.random.default_rng(seed)
    points = [rng.normal(size=(size, PARTS)) for size in sizes]
    points[0][:, 0] += 0.5
    return points, [(rows.sum(axis=1) > cut).astype(float) for rows in points]


def one_bin_each(points: list[np.ndarray], flags: list[np.ndarray]) -> tuple[list[np.ndarray], np.ndarray]:
    """Give everyone a bin of their own, in the order of points."""
    total = np.concatenate([rows.sum(axis=1) for rows in points])
    order = np.argsort(total)
    place = np.empty(len(total), dtype=np.int64)
    place[order] = np.arange(len(total))
    return [place[: len(points[0])], place[len(points[0]) :]], np.concatenate(flags)[order]


@given(st.integers(0, 10_000), st.integers(1, 30), st.integers(1, 30), st.floats(-3, 3))
def test_bins_of_one_student_are_all_pairs(seed: int, one: int, other: int, cut: float) -> None:
    points, flags = by_points(seed, (one, other), cut)
    place, flagged = one_bin_each(points, flags)
    found = lines(*sides(points, place), flagged)
    assert found.value == pytest.approx(all_pairs(points, flags), abs=1e-12)
    assert found.value.sum() == pytest.approx(flags[0].mean() - flags[1].mean(), abs=1e-12)


@given(st.integers(0, 10_000))
def test_the_split_seen_from_the_other_side_turns_its_signs(seed: int) -> None:
    points, flags = by_points(seed, (20, 25), 0.5)
    place, flagged = one_bin_each(points, flags)
    first, second = sides(points, place, (1.5, -0.5))
    here, there = lines(first, second, flagged), lines(second, first, flagged)
    assert here.value == pytest.approx(-there.value, abs=1e-12)


def test_students_almost_tied_are_parted_by_the_cut_and_not_by_an_input() -> None:
    points = [np.array([[0.5 + 0.4 * TIED, -0.5]]), np.array([[-0.5, 0.5]])]
    found = lines(*sides(points, [np.array([1]), np.array([0])]), np.array([0.0, 1.0]))
    assert found.value.tolist() == [0.0, 0.0, 1.0]


def test_flags_beyond_the_points_are_the_cuts() -> None:
    points = [np.array([[1.0, 0.0]] * 4), np.array([[1.0, 0.0]] * 5)]
    found = lines(*sides(points, [np.zeros(4, int), np.zeros(5, int)], (2.0, -1.0)), np.array([0.5]))
    assert found.value == pytest.approx([0.0, 0.0, 2 / 4 + 1 / 5])


def test_an_empty_side_gives_no_infinity() -> None:
    points = [np.array([[1.0, 0.0]]), np.empty((0, 2))]
    first = sides([points[0], points[0]], [np.array([0]), np.array([0])])[0]
    nobody = Side(np.zeros(1), np.zeros((1, 2)), 0.0)
    assert np.isfinite(lines(first, nobody, np.array([1.0])).value).all()
    assert np.isfinite(lines(nobody, first, np.array([1.0])).base).all()


@pytest.mark.parametrize("turned", (False, True))
def test_one_more_student_sways_each_part_as_told(turned: bool) -> None:
    """The influence function against a small change of one student's weight."""
    points, _ = by_points(3, (150, 200), 1.0)
    total = np.concatenate([rows.sum(axis=1) for rows in points])
    edges = np.unique([*np.quantile(total, np.arange(1, 20) / 20), 1.0])
    place = [np.searchsorted(edges, rows.sum(axis=1), side="right") for rows in points]
    flagged = (np.concatenate([[-np.inf], edges]) >= 1.0).astype(float)
    both = sides(points, place)
    side, other = both[::-1] if turned else both
    p, at = points[turned][7], int(place[turned][7])
    found, step = lines(side, other, flagged), 1e-6
    students, sums = (1 - step) * side.students, (1 - step) * side.points
    students[at] += step * side.size
    sums[at] += step * side.size * p
    moved = (lines(Side(students, sums, 0.0), other, flagged).value - found.value) / step
    told = np.append(found.own[at] * p, 0.0) + found.level[at] * p.sum() + found.base[at]
    assert told == pytest.approx(moved, abs=1e-5)


def test_a_moved_flag_of_a_bin_moves_each_part_as_told() -> None:
    points, flags = by_points(3, (40, 50), 1.0)
    place, flagged = one_bin_each(points, flags)
    first, second = sides(points, place)
    here, there = lines(first, second, flagged), lines(second, first, flagged)
    changed = flagged.copy()
    changed[30] += 1e-3
    moved = (lines(first, second, changed).value - here.value) / 1e-3
    assert (here.moved - there.moved)[30] == pytest.approx(moved, abs=1e-9)


def test_what_moves_all_of_a_bin_parts_nobody_in_it() -> None:
    points = [np.array([[0.4, 0.2], [0.3, 0.1]]), np.array([[0.1, 0.0]])]
    found = lines(*sides(points, [np.zeros(2, int), np.zeros(1, int)]), np.array([0.5]))
    assert found.moved.tolist() == [[0.0, 0.0, 0.0]]
