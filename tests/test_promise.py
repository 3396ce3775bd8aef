"""A score run is whole or not at all, whatever cuts it short: the quick form of `make torture`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from torture import calls, controls, disks, kills, limits, tracing
from torture.place import make_place
from torture.scene import Scene, Tally, make_scene

needs_strace = pytest.mark.skipif(not tracing.STRACE, reason="strace is not installed: no call can be made to fail")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A roster of some thousand rows, and an older run beside."""
    folder = tmp_path_factory.mktemp("promise")
    return make_scene(make_place(folder / "place", 4000), folder / "scene", older=True)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A folder in which there is no run yet."""
    folder = tmp_path_factory.mktemp("promise")
    return make_scene(make_place(folder / "place", 4000), folder / "scene", older=False)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A roster of few rows, for checks that need many runs."""
    folder = tmp_path_factory.mktemp("promise")
    return make_scene(make_place(folder / "place", 300), folder / "scene", older=True)


def kept(tally: Tally) -> None:
    """Hold a tally to the promise; it must have cut some runs short."""
    assert tally.wrongs == ()
    assert tally.cut > 0


def test_a_killed_first_run_leaves_nothing_to_see_and_the_next_gives_the_same_bytes(first: Scene) -> None:
    kept(kills.kills(first, 10, 1))


def test_a_killed_run_leaves_the_older_one_as_it_was(scene: Scene) -> None:
    kept(kills.kills(scene, 10, 2))


def test_a_stopped_run_cleans_up_and_says_so_in_a_line(scene: Scene) -> None:
    kept(kills.stops(scene, 8, 3))


@pytest.mark.parametrize("check", [limits.memory, limits.file_size, limits.folders, limits.at_once])
def test_a_limited_run_is_whole_or_not_there(scene: Scene, check: Callable[[Scene], Tally]) -> None:
    kept(check(scene))


def test_a_full_or_read_only_disk_leaves_the_older_run_and_the_next_one_fits(tmp_path: Path) -> None:
    if why := disks.refused():
        pytest.xfail(f"nothing may be mounted here, the limit of file size alone stands for a full disk: {why}")
    kept(disks.disks(tmp_path / "disks", 2000, (0, 40, 120)))


@needs_strace
def test_all_is_synced_before_the_rename_and_the_folder_above_after_it(few: Scene) -> None:
    tally = controls.order_kept(few)
    assert tally.wrongs == ()
    assert tally.points > 50


@needs_strace
def test_whichever_call_of_the_file_system_fails_the_run_is_whole_or_not_there(few: Scene) -> None:
    every = calls.points(few)
    assert {"openat", "write", "fsync", "rename", "mkdir"} <= {point.call for point in every}
    kept(calls.strike(few, calls.sample(every, 24, 4)))


@needs_strace
@pytest.mark.parametrize("way", controls.OUT_OF_ORDER)
def test_a_run_out_of_order_is_found(few: Scene, way: str) -> None:
    assert controls.order_kept(few, way).wrongs


def test_a_run_without_its_rename_is_found_by_killing_it(few: Scene) -> None:
    found = " ".join(controls.killed_without_a_rename(few, 12, 5).wrongs)
    assert "visible and not whole" in found


def test_what_is_never_swept_is_found(few: Scene) -> None:
    assert controls.left_without_a_sweep(few).wrongs
