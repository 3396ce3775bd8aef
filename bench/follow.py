"""``python -m bench follow``: what became of a million students, with their decisions and supports, in one process.

Against pandas reading the same three files, joining them and grouping them once by group and flag: no interval, no
check of the files, no rule of what may be told.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.made_runs import ScoredRows, keyed_table, scores_table, write_parquet
from bench.measure import Row, against, peak
from earlywarn.capacity import make_list, seats_for
from earlywarn.columns import Coded, Status
from earlywarn.score_run import GROUPS, SCORES, Counts, Manifest, write_manifest
from earlywarn.scorecard.levels import level_of
from earlywarn.scorecard.table import LevelMeaning, Scorecard

STUDENTS, SCHOOLS, SHARE = 1_000_000, 500, 0.2
AS_OF, DUE = date(2026, 6, 30), 2027
STATUSES = tuple(status.value for status in Status)
LEVELS = (
    LevelMeaning("High", 0.5, 5000, 0.62, 0.6, 0.64),
    LevelMeaning("Moderate", 0.25, 9000, 0.36, 0.34, 0.38),
    LevelMeaning("Low", 0.0, 9000, 0.12, 0.11, 0.13),
)
CODES = {"sex": "FM", "race": "ABHWO", "lunch": "FRN"}
VIEWS = ("agree", "supported", "not_needed")


def follow() -> Iterator[Row]:
    """Follow a million students: CPU-seconds of the whole use-case, and memory."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _child("write", folder)
        theirs, ours = _child("pandas", folder), _child("follow", folder)
        name = "follow of 1,000,000 students, 500 schools, outcomes and decisions"
        peer = "pandas, three files read, joined and grouped once"
        seconds = ours["seconds"]
        yield against(name, seconds, "CPU-s", peer, theirs["seconds"], "under 10 CPU-s", seconds < 10)
        most = ours["peak"] / 1e9
        yield against(f"{name}: peak memory", most, "GB", peer, theirs["peak"] / 1e9, "under 2 GB", most < 2)


def card() -> Scorecard:
    """Give a scorecard that carries what a follow-up needs to know of an experiment, and no table."""
    serving = tomllib.loads(_TOML)
    return Scorecard("bench", "piecewise", 0.0, (), LEVELS, serving=serving)


def write_files(folder: Path, students: int = STUDENTS, schools: int = SCHOOLS) -> None:
    """Write a score run, the later results of nine students in ten, and the desk's decisions and supports."""
    rng = np.random.default_rng(0)
    school = (np.arange(students) % schools).astype(np.int32)
    points = rng.normal(-1.4, 1.2, students) + rng.normal(0, 0.5, schools)[school]
    risk = 1 / (1 + np.exp(-points))
    ids = np.char.mod("%09d", np.arange(students)).astype(object)
    listed = make_list(points, ids, 1, seats_for(SHARE, students))
    none = np.empty((students, 0), dtype=np.int64)
    rows = ScoredRows(
        student_id=ids,
        school=Coded(school, tuple(f"{number:05d}" for number in range(schools))),
        grade=Coded(np.zeros(students, dtype=np.int32), ("3",)),
        status=Coded(np.full(students, STATUSES.index(Status.SCORED), dtype=np.int32), STATUSES),
        risk=risk,
        points=points,
        level=level_of(risk, LEVELS),
        rank=listed.rank,
        flagged=listed.flagged,
        reasons=none,
        strengths=none,
        missing=none.astype(bool),
        input_names=(),
    )
    run = folder / "run"
    run.mkdir()
    write_parquet(scores_table(rows), run / SCORES)
    drawn = {name: rng.integers(0, len(held), students).astype(np.int32) for name, held in CODES.items()}
    groups = {name: Coded(codes, tuple(CODES[name])) for name, codes in drawn.items()}
    write_parquet(keyed_table(ids, groups), run / GROUPS)
    counts = Counts(students, students, 0, 0, 0, 0, int(listed.flagged.sum()))
    write_manifest(run, Manifest("bench", 1, AS_OF, card().sha256, "", "", counts, {}, {}, {}, {}, {}))
    _write_results(folder, ids, risk, rng)
    _write_decisions(folder, ids[listed.flagged], rng)


def _write_results(folder: Path, ids: np.ndarray, risk: np.ndarray, rng: np.random.Generator) -> None:
    kept = rng.random(len(ids)) < 0.9
    read = np.where(rng.random(len(ids)) < risk, 490.0, 510.0)[kept]
    columns = {"student_id": ids[kept], "school_year": np.full(kept.sum(), DUE), "grade": ["4"] * int(kept.sum())}
    pq.write_table(pa.table(columns | {"read": read}), folder / "results.parquet")


def _write_decisions(folder: Path, flagged: np.ndarray, rng: np.random.Generator) -> None:
    decided = flagged[rng.random(len(flagged)) < 0.7]
    what = rng.choice(VIEWS, len(decided), p=(0.6, 0.2, 0.2))
    helped = decided[(what == "agree") & (rng.random(len(decided)) < 0.8)]
    count, more = len(decided), len(helped)
    none, day = pa.nulls(count, pa.date32()), pa.array([date(2026, 9, 1)] * (count + more), pa.date32())
    start = pa.concat_arrays([none, pa.array([date(2026, 9, 14)] * more, pa.date32())])
    columns = {
        "student_id": np.concatenate([decided, helped]),
        "run": ["run"] * (count + more),
        "kind": ["decision"] * count + ["support"] * more,
        "what": [*what.tolist(), *["Tutoring in reading"] * more],
        "on": day,
        "by_role": ["counselor"] * (count + more),
        "tier": [None] * count + ["2"] * more,
        "start": start,
        "end": pa.concat_arrays([none, pa.array([date(2026, 10, 26)] * more, pa.date32())]),
    }
    pq.write_table(pa.table(columns), folder / "decisions.parquet")


def _child(task: str, folder: Path) -> dict[str, float]:
    words = [sys.executable, "-m", "bench.follow", task, str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=os.environ)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _follow(folder: Path) -> None:
    from earlywarn import follow as use_case

    use_case.load_scorecard = lambda home, sha256: card()
    use_case.follow(folder / "run", folder / "results.parquet", folder, folder / "decisions.parquet")


def _pandas(folder: Path) -> None:
    import pandas as pd

    table = pd.read_parquet(folder / "run" / SCORES, columns=["student_id", "school_id", "level", "flagged"])
    table = table.merge(pd.read_parquet(folder / "run" / GROUPS), on="student_id")
    table = table.merge(pd.read_parquet(folder / "results.parquet"), on="student_id", how="left")
    desk = pd.read_parquet(folder / "decisions.parquet", columns=["student_id", "kind", "what"])
    table["supported"] = table["student_id"].isin(desk.loc[desk["kind"] == "support", "student_id"])
    last = desk[desk["kind"] == "decision"].drop_duplicates("student_id", keep="last")
    table = table.merge(last, on="student_id", how="left")
    table["missed"] = table["read"] < 500
    for name in CODES:
        table.groupby([name, "flagged"])[["missed", "supported"]].mean()
        table.groupby([name, "level"])["missed"].mean()
        table.groupby([name, "what"]).size()


_TOML = """
name = "bench"
title = "A made-up district"
seed = 1
[standard]
id = "bench"
title = "reading at grade level"
grades = ["3", "4"]
cuts = [
  { subject = "reading", grade = "3", cut = 400, spread = 20 },
  { subject = "reading", grade = "4", cut = 500, spread = 20 },
]
[roster]
results = { reading = "read" }
[cohort]
grades = ["3"]
test_year = 2025
known_inputs = ["reading"]
[[features]]
name = "reading"
type = "number"
column = "read"
title = "Reading result"
[groups]
[groups.attributes.sex]
column = "sex"
title = "Sex"
values = { F = "Girls", M = "Boys" }
[groups.attributes.race]
column = "race"
title = "Race"
values = { A = "A", B = "B", H = "H", W = "W", O = "O" }
reference = "W"
[groups.attributes.lunch]
column = "lunch"
title = "Lunch"
values = { F = "Free", R = "Reduced", N = "Paid" }
reference = "N"
[[levels]]
name = "High"
start = 0.5
[[levels]]
name = "Moderate"
start = 0.25
[[levels]]
name = "Low"
start = 0.0
"""

if __name__ == "__main__":
    task, place = sys.argv[1], Path(sys.argv[2])
    start = time.process_time()
    {"write": write_files, "pandas": _pandas, "follow": _follow}[task](place)
    print(json.dumps({"seconds": time.process_time() - start, "peak": peak()}))
