"""Runs with one part of the promise left out: a check that does not find them proves nothing."""

from torture import nursery
from torture.kills import kills
from torture.order import faults_of_order
from torture.scene import Scene, Tally
from torture.tracing import traced

OUT_OF_ORDER = ("no sync", "no sync above", "no rename")


def order_kept(scene: Scene, way: str = "as it is") -> Tally:
    """Record one run and check the order of its calls."""
    calls, code = traced(scene, way)
    wrongs = [] if code == 0 else [f"exit code {code}"]
    wrongs += faults_of_order(calls, scene.out)
    scene.reset()
    return Tally(f"written, synced, renamed, synced above ({way})", len(calls), 0, tuple(wrongs))


def killed_without_a_rename(scene: Scene, count: int, seed: int) -> Tally:
    """Kill runs that write straight into the folder that people see."""
    return kills(scene, count, seed, "no rename")


def left_without_a_sweep(scene: Scene) -> Tally:
    """Score beside what a killed run left, and leave it."""
    scene.litter()
    nursery.run(scene.place.order(scene.out), scene.words, "no sweep")
    wrongs = tuple(path.name for path in scene.out.glob(".*.partial-*"))
    scene.reset()
    return Tally("left behind where nothing is swept", 1, 0, wrongs)
