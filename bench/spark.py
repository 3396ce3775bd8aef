"""``python -m bench spark``: a million students of 45 columns by Spark on this machine, against one process.

CPU is that of the whole tree of processes: driver, Java and its Python workers. The session's start is apart.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from bench.measure import Row, against, cpu_of_command, tool

STUDENTS = 1_000_000
AS_OF, TODAY = date(2026, 6, 30), date(2026, 7, 1)
MASTER = "local[2]"
GOAL = 2.5
TICKS = os.sysconf("SC_CLK_TCK")


def spark() -> Iterator[Row]:
    """Give CPU of Spark in local mode against one process, with the same score run."""
    if find_spec("pyspark") is None:
        yield against("Spark in local mode", float("nan"), "CPU-s", "PySpark is not installed", None, "", False)
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        home = _home(folder)
        rosters = {count: _roster(folder, count) for count in (STUDENTS, 2 * STUDENTS)}
        ours = {count: _child("spark", roster, home, folder / f"spark-{count}") for count, roster in rosters.items()}
        theirs = {count: _child("process", roster, home, folder / f"one-{count}") for count, roster in rosters.items()}
        same = _files(folder / f"spark-{STUDENTS}") == _files(folder / f"one-{STUDENTS}")
        yield _whole(ours[STUDENTS], theirs[STUDENTS], same)
        yield _growth(ours, theirs)
        yield against(
            "Spark: the session's start", ours[STUDENTS]["start"], "CPU-s", "none", None, "none of its own", True
        )


def _whole(ours: dict[str, float], theirs: dict[str, float], same: bool) -> Row:
    figure, peer = ours["score"], theirs["score"]
    goal = f"at most {GOAL:g} times the CPU of one process, session start apart, the same bytes in every file"
    words = f"one process ({'the same' if same else 'OTHER'} bytes in every file)"
    name = f"score 1,000,000 x 45 Parquet, Spark {MASTER}, workers' start and Java's warming included"
    return against(name, figure, "CPU-s", words, peer, goal, same and figure <= GOAL * peer)


def _growth(ours: dict[int, dict[str, float]], theirs: dict[int, dict[str, float]]) -> Row:
    figure, peer = (each[2 * STUDENTS]["score"] - each[STUDENTS]["score"] for each in (ours, theirs))
    goal = f"at most {GOAL:g} times the CPU of one process"
    return against(
        "a million students more, the same", figure, "CPU-s", "one process", peer, goal, figure <= GOAL * peer
    )


def _home(folder: Path) -> Path:
    """Train and promote a model on a small made-up state."""
    home, small = folder / "models", folder / "small"
    command = tool("earlywarn")
    cpu_of_command([command, "synth", "--students", "6000", "--years", "4", "--out", small])
    roster, config = small / "roster", small / "experiment.toml"
    cpu_of_command([command, "train", roster, "--config", config, "--home", home])
    cpu_of_command([command, "promote", "made-up-state", "1", "--home", home])
    return home


def _roster(folder: Path, students: int) -> Path:
    out = folder / f"state-{students}"
    words = ["synth", "--students", str(students), "--years", "1", "--format", "parquet", "--out", out]
    cpu_of_command([tool("earlywarn"), *words])
    return next((out / "roster").glob("*.parquet"))


def _files(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.suffix}


def _child(engine: str, roster: Path, home: Path, out: Path) -> dict[str, float]:
    words = [sys.executable, "-m", "bench.spark", engine, *map(str, (roster, home, out))]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=os.environ)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _measure(engine: str, roster: Path, home: Path, out: Path) -> None:
    """Score once in this process, and print its CPU-seconds."""
    from earlywarn.score import Order, score
    from earlywarn.spark.engine import across
    from earlywarn.spark.session import session

    order = Order(roster, out, home, AS_OF, TODAY)
    before = tree_cpu()
    with session(MASTER) if engine == "spark" else nullcontext() as cluster:
        order = replace(order, way=across(cluster)) if engine == "spark" else order
        started = tree_cpu()
        score(order, lambda step: None)
        print(json.dumps({"start": started - before, "score": tree_cpu() - started}))


def tree_cpu() -> float:
    """Give the CPU-seconds of this process and of all below it, those that have ended included."""
    stats = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        stats[int(path.parent.name)] = (int(fields[1]), sum(map(int, fields[11:15])))
    wanted, found = {os.getpid()}, 0
    while wanted:
        found += sum(stats[process][1] for process in wanted if process in stats)
        wanted = {process for process, (parent, _) in stats.items() if parent in wanted}
    return found / TICKS


if __name__ == "__main__":
    _measure(sys.argv[1], *map(Path, sys.argv[2:5]))
