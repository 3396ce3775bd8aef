"""Kill a run at a random moment, look, run the same command again, look."""

import random
import signal
from statistics import median

from torture import nursery
from torture.scene import Scene, Tally

STOPS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


def kills(scene: Scene, count: int, seed: int, way: str = "as it is") -> Tally:
    """Kill with SIGKILL; between the cut and the next run nothing half may be visible."""
    rng, wrongs, cut = random.Random(seed), list[str](), 0
    moments = _moments(scene, rng, count)
    for number, moment in enumerate(moments):
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


def _moments(scene: Scene, rng: random.Random, count: int) -> list[float]:
    """Draw moments all over the measured duration of a run, and a little after it."""
    took = []
    for _ in range(3):
        took.append(nursery.duration(scene.place.order(scene.out), scene.words))
        scene.reset()
    return [rng.uniform(0, 1.1 * median(took)) for _ in range(count)]
