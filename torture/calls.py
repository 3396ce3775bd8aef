"""Make each file system call of a run fail in turn: an error of the disk, a full disk, or a kill at that very call."""

import random
import signal
from collections.abc import Sequence
from dataclasses import dataclass

from torture.scene import Scene, Tally
from torture.tracing import counts, struck, traced

FAULTS = ("error=EIO", "error=ENOSPC", "signal=SIGKILL")
TOLD = (0, 3, 75)
"""How a struck run may end by itself: done, a failed machine, or busy."""


@dataclass(frozen=True)
class Point:
    """The n-th such call, and what becomes of it."""

    call: str
    fault: str
    when: int


def points(scene: Scene) -> list[Point]:
    """Give every call of a run with every fault."""
    scene.litter()
    calls, code = traced(scene)
    scene.reset()
    assert code == 0
    return [
        Point(call, fault, when)
        for call, most in counts(calls).items()
        for fault in FAULTS
        for when in range(1, most + 1)
    ]


def sample(every: Sequence[Point], count: int, seed: int) -> list[Point]:
    """Give some points of each kind of call, the rarest kinds first; the same for the same seed."""
    rng = random.Random(seed)
    turns = {
        (call, fault): rng.sample(held, len(held))
        for call in {point.call for point in every}
        for fault in FAULTS
        if (held := [point for point in every if (point.call, point.fault) == (call, fault)])
    }
    chosen: list[Point] = []
    while len(chosen) < min(count, len(every)):
        kinds = sorted(kind for kind, held in turns.items() if held)
        chosen += [turns[kind].pop() for kind in rng.sample(kinds, min(count - len(chosen), len(kinds)))]
    return chosen


def strike(scene: Scene, chosen: Sequence[Point]) -> Tally:
    """Strike at each point; the run is then there whole or not at all, and the next one gives the same bytes."""
    wrongs, cut = list[str](), 0
    for point in chosen:
        scene.litter()
        code, said = struck(scene, point.call, point.fault, point.when)
        cut += code != 0
        found = [*_wrongs_of_the_end(scene, point, code, said), *scene.wrongs_now()]
        found += scene.wrongs_after_running_again()
        wrongs += [f"{point.call} {point.when}, {point.fault}: {wrong}" for wrong in found]
        scene.reset()
    return Tally("each file system call struck in turn", len(chosen), cut, tuple(wrongs))


def _wrongs_of_the_end(scene: Scene, point: Point, code: int | None, said: str) -> list[str]:
    wrongs = []
    if code == 0 and not scene.is_done():
        wrongs.append("exit code 0 without a run")
    if code == 0 and point.call in ("fsync", "fdatasync") and "error" in point.fault:
        wrongs.append("a sync that failed was passed over")
    if code not in TOLD and not (code == -signal.SIGKILL and "SIGKILL" in point.fault):
        wrongs.append(f"exit code {code}: {said}")
    if "Traceback" in said or (code == 3 and said and not said.startswith("error")):
        wrongs.append(f"it said: {said}")
    return wrongs
