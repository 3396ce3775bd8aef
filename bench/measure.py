"""CPU-seconds of commands and of calls: user and system time, children and threads included."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}


@dataclass(frozen=True)
class Row:
    """One line of build/bench.json. ``ratio`` is peer_figure / figure; ``goal`` is in words."""

    name: str
    figure: float
    unit: str
    peer: str
    peer_figure: float | None
    ratio: float | None
    goal: str
    met: bool

    def to_json(self) -> dict[str, object]:
        """Give the row as plain values."""
        return asdict(self)


def against(name: str, figure: float, unit: str, peer: str, peer_figure: float | None, goal: str, met: bool) -> Row:
    """Give a row with its ratio."""
    ratio = None if peer_figure is None else round(peer_figure / figure, 2)
    return Row(
        name,
        round(figure, 3),
        unit,
        peer,
        None if peer_figure is None else round(peer_figure, 3),
        ratio,
        goal,
        met,
    )


def cpu_of_command(command: Sequence[str | Path], cwd: Path | None = None, times: int = 1) -> float:
    """Give the least CPU-seconds of a command in ``times`` runs, its children included; it must succeed."""
    return min(_cpu_once(command, cwd) for _ in range(times))


def wall_of_command(command: Sequence[str | Path], cwd: Path | None = None) -> float:
    """Give the wall seconds of a command; it must succeed."""
    start = time.perf_counter()
    _run(command, cwd)
    return time.perf_counter() - start


def cpu_of_call(call: Callable[[], object], times: int = 3) -> float:
    """Give the least CPU-seconds of a call in this process, all its threads included."""
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        call()
        best = min(best, time.process_time() - start)
    return best


def tool(name: str) -> Path:
    """Give a command of this environment."""
    return Path(sys.executable).parent / name


def _cpu_once(command: Sequence[str | Path], cwd: Path | None) -> float:
    before = os.times()
    _run(command, cwd)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def _run(command: Sequence[str | Path], cwd: Path | None) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=os.environ | QUIET,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stderr[-2000:]}")


def peak() -> int:
    """Give the most memory this process has held; ru_maxrss would count what its parent held before it."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) * 1024
