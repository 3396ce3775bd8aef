"""``python -m bench changes``: two score runs of a million students and 40 inputs compared, each in its own process.

One student in twenty has other data; a hundredth left and as many came. Against a bare outer join of the two
scores.parquet by duckdb, which finds who changed and says nothing of why.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from bench.made_runs import ScoredRows, keyed_table, scores_table, write_parquet
from bench.measure import Row, against, peak
from earlywarn.capacity import make_list, seats_for
from earlywarn.changes import trials
from earlywarn.changes.compare import CHANGES, compare
from earlywarn.columns import Coded, InputSpec, InputType, Status
from earlywarn.score_run import (
    GROUPS,
    INPUTS,
    SCORES,
    Counts,
    Manifest,
    open_run,
    write_manifest,
)
from earlywarn.scorecard.levels import level_of
from earlywarn.scorecard.points import score
from earlywarn.scorecard.table import Kind, LevelMeaning, PointsTable, Scorecard

STUDENTS, INPUTS_OF_EACH, SCHOOLS = 1_000_000, 40, 2_000
SHARE = 0.2
STATUSES = tuple(status.value for status in Status)
KINDS = ("the same model", "the same model, no inputs kept", "another model")


def changes() -> Iterator[Row]:
    """Compare a million students with a million: CPU and memory, by what differs and is kept."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _child("write", folder)  # a child starts with the peak of its parent, so the parent stays small
        theirs = _child("join", folder)["seconds"] if find_spec("duckdb") else None
        for kind in KINDS:
            ours = _child(kind, folder)
            name = f"changes of 1,000,000 x 40 against 1,000,000, {kind}"
            peer = "duckdb, outer join of both scores.parquet" if theirs else "duckdb is not installed"
            yield against(name, ours["seconds"], "CPU-s", peer, theirs, "no goal of its own", True)
            peak = ours["peak"] / 1e9
            yield against(f"{name}: peak memory", peak, "GB", "none", None, "under 1 GB", peak < 1)


def card(seed: int) -> Scorecard:
    """Give a scorecard of 40 inputs in straight pieces."""
    rng = np.random.default_rng(seed)
    tables = tuple(
        PointsTable(
            InputSpec(f"x{place}", f"x{place}", InputType.NUMBER, f"Input {place}"), Kind.PIECES,
            tuple(np.linspace(-2, 2, 7).tolist()), tuple(rng.normal(size=7).tolist()), 0.3, 0.0,
        )
        for place in range(INPUTS_OF_EACH)
    )  # fmt: skip
    levels = (LevelMeaning("High", 0.6), LevelMeaning("Moderate", 0.3), LevelMeaning("Low", 0.0))
    return Scorecard("bench", "piecewise", -1.0, tables, levels, serving={"seed": 1})


def write_runs(folder: Path, students: int = STUDENTS) -> None:
    """Write the run of then, the run of now by the same model, and by another."""
    rng = np.random.default_rng(0)
    ids = np.arange(students)
    values = {f"x{place}": rng.normal(size=students) for place in range(INPUTS_OF_EACH)}
    write_run(folder / "then", ids, values, card(1))
    order = rng.permutation(students)
    others = rng.random(students) < 0.05
    moved = {name: column + others * rng.normal(size=students) for name, column in values.items()}
    values = {name: column[order] for name, column in moved.items()}
    ids = np.where(ids < students // 100, ids + students, ids)[order]
    for place, made in (("now", card(1)), ("other", card(2))):
        write_run(folder / place, ids, values, made)


def write_run(folder: Path, ids: np.ndarray, values: dict[str, np.ndarray], made: Scorecard) -> None:
    """Write the files of a run that a comparison reads."""
    folder.mkdir()
    rows = _rows(np.char.mod("%09d", ids).astype(object), values, made)
    write_parquet(scores_table(rows), folder / SCORES)
    codes = {"sex": "FM", "race": "ABHWO", "lunch": "FRN"}
    groups = {name: Coded((ids % len(held)).astype(np.int32), tuple(held)) for name, held in codes.items()}
    write_parquet(keyed_table(rows.student_id, groups), folder / GROUPS)
    write_parquet(keyed_table(rows.student_id, values), folder / INPUTS)
    counts = Counts(len(ids), len(ids), 0, 0, 0, 0, int(rows.flagged.sum()))
    write_manifest(folder, Manifest("bench", 1, date(2026, 1, 1), made.sha256, "", "", counts, {}, {}, {}, {}, {}))


def _rows(ids: np.ndarray, values: dict[str, np.ndarray], made: Scorecard) -> ScoredRows:
    count = len(ids)
    found = score(made, values)
    listed = make_list(found.points, ids, 1, seats_for(SHARE, count))
    schools = Coded((np.arange(count) % SCHOOLS).astype(np.int32), tuple(f"{number:05d}" for number in range(SCHOOLS)))
    return ScoredRows(
        student_id=ids,
        school=schools,
        grade=Coded(np.zeros(count, dtype=np.int32), ("3",)),
        status=Coded(np.full(count, STATUSES.index(Status.SCORED), dtype=np.int32), STATUSES),
        risk=found.risk,
        points=found.points,
        level=level_of(found.risk, made.levels),
        rank=listed.rank,
        flagged=listed.flagged,
        reasons=found.reasons,
        strengths=found.strengths,
        missing=np.zeros((count, INPUTS_OF_EACH), dtype=bool),
        input_names=tuple(spec.name for spec in made.specs),
    )


def _child(task: str, folder: Path) -> dict[str, float]:
    words = [sys.executable, "-m", "bench.changes", task, str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=os.environ)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _compare(kind: str, folder: Path) -> None:
    """Compare in this process, without inputs if so wanted."""
    now = folder / ("other" if kind == KINDS[2] else "now")
    aside = [folder / place / INPUTS for place in ("then", "now")] if kind == KINDS[1] else []
    for path in aside:
        path.rename(path.with_suffix(".aside"))
    trials.load_scorecard = lambda home, sha256: card(1)
    compare(open_run(folder / "then"), now, card(2 if kind == KINDS[2] else 1), folder)
    for path in aside:
        path.with_suffix(".aside").rename(path)
    (now / CHANGES).unlink()


def _join(folder: Path) -> None:
    import duckdb

    sides = (f"read_parquet('{folder / place / SCORES}')" for place in ("then", "now"))
    duckdb.sql(
        "select count(*) from {} a full join {} b using (student_id) "
        "where a.flagged is distinct from b.flagged or a.level is distinct from b.level".format(*sides)
    ).fetchall()


if __name__ == "__main__":
    task, place = sys.argv[1], Path(sys.argv[2])
    start = time.process_time()
    {"join": _join, "write": write_runs}.get(task, partial(_compare, task))(place)
    seconds = time.process_time() - start
    print(json.dumps({"seconds": seconds, "peak": peak()}))
