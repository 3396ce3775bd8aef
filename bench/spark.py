"""``python -m bench spark``: a million students of 40 columns by Spark on this machine, against one process.

CPU is that of the whole tree of processes: driver, Java and its Python workers. What a session costs once is apart: its
start, and the first score run in it, when Java compiles and the workers import. Rosters and model are those of
``bench.scoring``; no inputs are kept.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench.measure import QUIET, Row, against
from bench.scoring import AS_OF, MILLION, TIMES, TODAY, make_home, to_parquet, write_roster
from earlywarn.memory import keep_freed_memory
from earlywarn.score import Order, score
from earlywarn.spark.engine import across
from earlywarn.spark.session import session

MASTER = "local[2]"
MOST = 2.5
TICKS = os.sysconf("SC_CLK_TCK")


def spark() -> Iterator[Row]:
    """Give CPU of Spark in local mode against one process, with the same score run."""
    name = f"1,000,000 x 40 Parquet to score run, Spark {MASTER}"
    goal = f"at most {MOST:g} times one process, session start apart, the same bytes in every file"
    if find_spec("pyspark") is None:
        yield against(name, 0, "CPU-s", "PySpark is not installed", None, goal, False)
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        home, large = make_home(folder / "models"), _table(folder / "large.csv", MILLION)
        small = _table(folder / "small.csv", MILLION // 5)
        ours, theirs = (_least(engine, (small, large, home), folder / engine) for engine in ("spark", "process"))
        same = _files(folder / "spark" / "large") == _files(folder / "process" / "large")
    peer = f"one process ({'the same' if same else 'OTHER'} bytes in every file)"
    met = same and ours["score"] <= MOST * theirs["score"]
    yield against(name, ours["score"], "CPU-s", peer, theirs["score"], goal, met)
    yield against("the session's start", ours["start"], "CPU-s", "none", None, "reported", True)
    name = "200,000 students, the first in the session"
    yield against(name, ours["first"], "CPU-s", "one process", theirs["first"], "reported", True)


def _table(roster: Path, students: int) -> Path:
    """Write a roster as Parquet, in row groups of which every one is a task."""
    path = to_parquet(write_roster(roster, students), roster.with_suffix(".whole"))
    roster.unlink()
    from pyarrow import parquet

    parquet.write_table(parquet.read_table(path), roster.with_suffix(".parquet"), row_group_size=2 * 65_536)
    path.unlink()
    return roster.with_suffix(".parquet")


def _files(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.suffix}


def _least(engine: str, words: tuple[Path, ...], out: Path) -> dict[str, float]:
    """Give the least of some runs, each in a session of its own; the last run's files stay."""
    runs = []
    for _ in range(TIMES):
        shutil.rmtree(out, ignore_errors=True)
        runs.append(_child(engine, *words, out))
    return {name: min(run[name] for run in runs) for name in runs[0]}


def _child(engine: str, *words: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.spark", engine, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | QUIET)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


# ── what runs in a process of its own ───────────────────────────────────────────────────────────────


def measured(engine: str, small: Path, large: Path, home: Path, out: Path) -> dict[str, float]:
    """Score a small roster, then a large one; give the CPU-seconds of the start and of each."""
    keep_freed_memory()
    found, seconds = {}, tree_cpu()
    connected: Any = session(MASTER) if engine == "spark" else nullcontext()
    with connected as cluster:
        found["start"], seconds = tree_cpu() - seconds, tree_cpu()
        for name, roster in (("first", small), ("score", large)):
            order = Order(roster, out / roster.stem, home, AS_OF, TODAY, with_inputs=False)
            score(replace(order, way=across(cluster)) if engine == "spark" else order, lambda step: None)
            found[name], seconds = tree_cpu() - seconds, tree_cpu()
    return found


def tree_cpu() -> float:
    """Give the CPU-seconds of this process and of all below it, those that have ended included."""
    stats: dict[int, tuple[int, int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        stats[int(path.parent.name)] = (int(fields[1]), sum(map(int, fields[11:15])))
    wanted, ticks = {os.getpid()}, 0
    while wanted:
        ticks += sum(stats[process][1] for process in wanted if process in stats)
        wanted = {process for process, (parent, _) in stats.items() if parent in wanted}
    return ticks / TICKS


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1], *map(Path, sys.argv[2:6]))))
