"""``python -m bench allocate``: a million students, six supports, 500 schools with floors; each task a process.

Ours reads the score run, carries out equal by school, equal by student, by need and by need with floors, proves each,
measures by school and group, and tries seven numbers of seats. The peer is one policy alone, by need with floors, as a
plain linear programme of HiGHS with a variable for each student and support, for a tenth of the students.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
from scipy import optimize, sparse

from bench.made_runs import ScoredRows, keyed_table, scores_table, write_parquet
from bench.measure import Row, against, peak
from earlywarn.allocate import compare
from earlywarn.allocate.problem import UNIT, Problem
from earlywarn.allocate.proof import prove
from earlywarn.allocate.seating import seat
from earlywarn.capacity import make_list
from earlywarn.columns import Coded, Status
from earlywarn.config.allocation import usual_plan
from earlywarn.config.experiment import Serving
from earlywarn.config.sections import Attribute, Groups
from earlywarn.score_run import GROUPS, SCORES, Counts, Manifest, write_manifest
from earlywarn.scorecard.table import LevelMeaning, Scorecard

STUDENTS, TENTH, SCHOOLS, INPUTS, REASONS = 1_000_000, 100_000, 500, 40, 3
SEATS = (30_000, 20_000, 10_000, 20_000, 15_000, 5_000)
ANSWERED = 8
FLOOR = 5
STATUSES = tuple(status.value for status in Status)


def allocate() -> Iterator[Row]:
    """Share 100,000 seats of six supports among a million students: time, memory, the proved gap."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _child("write", folder)
        ours = _child("ours", folder)
        name = "allocate 1,000,000 students, 6 supports, 500 schools with floors"
        yield against(name, ours["seconds"], "CPU-s", "none at this size", None, "under 20 CPU-s", ours["seconds"] < 20)
        peak_gb = ours["peak"] / 1e9
        yield against(f"{name}: peak memory", peak_gb, "GB", "none", None, "under 2 GB", peak_gb < 2)
        yield against(f"{name}: proved gap", ours["gap"], "students", "none", None, "0", ours["gap"] == 0)
        one, theirs = _child("one", folder), _child("highs", folder)
        name = "seats by need with floors, 100,000 students"
        peer = "HiGHS, a plain linear programme"
        yield against(name, one["seconds"], "CPU-s", peer, theirs["seconds"], "the same sum", _same(one, theirs))


def _same(one: dict[str, float], other: dict[str, float]) -> bool:
    return abs(one["value"] - other["value"]) <= 1e-6 * one["value"]


def write_run(folder: Path) -> None:
    """Write the files of a score run of made-up students, and the table of supports."""
    rng = np.random.default_rng(0)
    run = folder / "run"
    run.mkdir()
    ids = np.char.mod("%09d", rng.permutation(STUDENTS)).astype(object)
    risk = rng.beta(1.3, 3.0, STUDENTS)
    points = np.log(risk / (1 - risk))
    listed = make_list(points, ids, 1, STUDENTS // 5)
    reasons = np.argsort(rng.random((STUDENTS, INPUTS)).astype(np.float32), axis=1)[:, :REASONS]
    level = Coded(np.where(risk > 0.6, 0, np.where(risk > 0.3, 1, 2)).astype(np.int32), ("High", "Moderate", "Low"))
    rows = ScoredRows(
        student_id=ids,
        school=_coded(rng.integers(0, SCHOOLS, STUDENTS), [f"{number:04d}" for number in range(SCHOOLS)]),
        grade=_coded(rng.integers(0, 4, STUDENTS), list("3456")),
        status=_coded(np.full(STUDENTS, STATUSES.index(Status.SCORED)), STATUSES),
        risk=risk,
        points=points,
        level=level,
        rank=listed.rank,
        flagged=listed.flagged,
        reasons=reasons,
        strengths=np.full((STUDENTS, 1), -1),
        missing=np.zeros((STUDENTS, INPUTS), dtype=bool),
        input_names=_inputs(),
    )
    write_parquet(scores_table(rows), run / SCORES)
    groups = {name: _coded(rng.integers(0, len(held), STUDENTS), held) for name, held in CODES.items()}
    write_parquet(keyed_table(ids, groups), run / GROUPS)
    counts = Counts(STUDENTS, STUDENTS, 0, 0, 0, 0, int(listed.flagged.sum()))
    write_manifest(run, Manifest("bench", 1, date(2026, 6, 30), _card().sha256, "", "", counts, {}, {}, {}, {}, {}))
    lines = [f"support {k},{seats},{';'.join(_answered(k))}" for k, seats in enumerate(SEATS)]
    (folder / "supports.csv").write_text("\n".join(["name,seats,answers", *lines]) + "\n", encoding="utf-8")


CODES = {"sex": "FM", "race": "ABHWO", "lunch": "FRN"}


def _coded(codes: np.ndarray, names: "str | tuple[str, ...] | list[str]") -> Coded:
    return Coded(codes.astype(np.int32), tuple(names))


def _inputs() -> tuple[str, ...]:
    return tuple(f"x{place}" for place in range(INPUTS))


def _answered(support: int) -> list[str]:
    return [f"x{(5 * support + place) % INPUTS}" for place in range(ANSWERED)]


def _card() -> Scorecard:
    levels = tuple(
        LevelMeaning(name, start, 1000, share, share - 0.03, share + 0.03)
        for name, start, share in (("High", 0.6, 0.7), ("Moderate", 0.3, 0.42), ("Low", 0.0, 0.15))
    )
    return Scorecard("bench", "bench", 0.0, (), levels, serving={"seed": 1})


def _ours(folder: Path) -> dict[str, float]:
    """Carry out the usual policies with floors; what a scorecard would say of the config is said here."""
    attributes = {name: Attribute(column=name, title=name) for name in CODES}
    serving = Serving.model_construct(name="bench", title="bench", seed=1, groups=Groups(attributes=attributes))
    compare.load_scorecard = lambda home, sha256: _card()
    compare.parse_serving = lambda raw, where: serving
    compare.read_supports = _with_inputs(compare.read_supports)
    order = compare.Order(folder / "run", folder / "supports.csv", folder, usual_plan(FLOOR, None))
    allocated = compare.allocate(order)
    return {"gap": max(told.shared.proof.gap for told in allocated.policies) / UNIT}


def _with_inputs(read: "object") -> "object":
    """Read supports as though the scorecard had the inputs of the reasons, of which it needs no points here."""
    from dataclasses import replace

    return lambda path, known: read(path, replace(known, inputs=_inputs()))


def _tenth() -> Problem:
    rng = np.random.default_rng(1)
    weight = (rng.beta(1.3, 3.0, TENTH) * UNIT).astype(np.int64)
    answers = np.zeros(TENTH, dtype=np.int64)
    for support in range(len(SEATS)):
        answers |= (rng.random(TENTH) < 0.5).astype(np.int64) << support
    seats = np.array(SEATS) // 10
    least = np.full((SCHOOLS, len(SEATS)), 1)
    most = np.broadcast_to(seats, least.shape).copy()
    order = np.argsort(-weight, kind="stable")
    return Problem(weight, order, rng.integers(0, SCHOOLS, TENTH), answers, seats, least, most, least)


def _one(_: Path) -> dict[str, float]:
    problem = _tenth()
    start = time.process_time()
    proof = prove(problem, seat(problem))
    return {"value": proof.value / UNIT, "gap": proof.gap / UNIT, "seconds": time.process_time() - start}


def _highs(_: Path) -> dict[str, float]:
    """Solve the same as one variable a student and support."""
    problem, supports = _tenth(), len(SEATS)
    row, support = np.nonzero(problem.answers[:, None] >> np.arange(supports) & 1)
    at, count = problem.place[row] * supports + support, len(row)
    ones, columns = np.ones(count), np.arange(count)
    shapes = ((row, TENTH), (support, supports), (at, SCHOOLS * supports))
    parts = [sparse.csr_matrix((ones, (each, columns)), shape=(size, count)) for each, size in shapes]
    limits = np.concatenate([np.ones(TENTH), problem.seats, -problem.least.ravel()])
    start = time.process_time()
    found = optimize.linprog(
        -problem.weight[row] / UNIT, sparse.vstack([*parts[:2], -parts[2]]), limits, bounds=(0, 1), method="highs"
    )
    return {"value": -found.fun, "seconds": time.process_time() - start}


TASKS = {"write": write_run, "ours": _ours, "one": _one, "highs": _highs}


def _child(task: str, folder: Path) -> dict[str, float]:
    words = [sys.executable, "-m", "bench.allocate", task, str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=os.environ)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    task, place = sys.argv[1], Path(sys.argv[2])
    start = time.process_time()
    told = TASKS[task](place) or {}
    print(json.dumps({"seconds": time.process_time() - start, "peak": peak()} | told))
