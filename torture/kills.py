"""Kill a run at a random moment, look, run the same command again, look."""

import random
import signal
from collections.abc import Iterator

from torture import nursery
from torture.scene import Scene, Tally

STOPS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
MEASURED_EVERY = 10
"""Cuts after which the duration of a run in peace is measured again."""


def kills(scene: Scene, count: int, seed: int, way: str = "as it is") -> Tally:
    """Kill with SIGKILL; between the cut and the next run nothing half may be visible."""
    rng, wrongs, cut = random.Random(seed), list[str](), 0
    for number, moment in enumerate(_moments(scene, rng, count)):
        child = nursery.start(scene.place.order(scene.out), scene.words, way)
        child.go()
        child.wait(moment)
        cut += child.kill() == -signal.SIGKILL
        found = [*scene.wrongs_now(), *scene.wrongs_after_running_again()]
        wrongs += [f"kill {number} after {moment:.4f} s: {wrong}" for wrong in found]
        scene.reset()
    return Tally(f"kill -9, older run beside: {'yes' if scene.before else 'no'}", count, cut, tuple(wrongs))


def stops(scene: Scene, count: int, seed: int) -> Tally:
    """Stop with Ctrl-C, SIGTERM or a closed terminal: cleaned up at once, one line, the shell's exit code."""
    rng, wrongs, cut = random.Random(seed), list[str](), 0
    for number, moment in enumerate(_moments(scene, rng, count)):
        name = rng.choice([*STOPS])
        child = nursery.start(scene.place.order(scene.out), scene.words)
        child.go()
        child.wait(moment)
        if child.process.is_alive():
            child.process._popen._send_signal(name)  # type: ignore[attr-defined]
        code = child.wait()
        cut += code == STOPS[name]
        found = list(scene.wrongs_now())
        if code == STOPS[name] and child.said() != "stopped; nothing was half-written\n":
            found.append(f"it said: {child.said()}")
        if code not in (STOPS[name], 0) and not (code == -name and scene.is_done()):
            found.append(f"exit code {code}")
        found += [f"left behind: {path.name}" for path in scene.out.glob(".*.partial-*")]
        found += scene.wrongs_after_running_again()
        wrongs += [f"{name.name} {number} after {moment:.4f} s: {wrong}" for wrong in found]
        scene.reset()
    return Tally("Ctrl-C, SIGTERM, SIGHUP", count, cut, tuple(wrongs))


def _moments(scene: Scene, rng: random.Random, count: int) -> Iterator[float]:
    """Draw moments all over the duration of a run, and a little after it; measured anew, as the machine is busy."""
    took = 0.0
    for number in range(count):
        if number % MEASURED_EVERY == 0:
            took = nursery.duration(scene.place.order(scene.out), scene.words)
            scene.reset()
        yield rng.uniform(0, 1.1 * took)
