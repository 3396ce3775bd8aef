"""The audit of a million students from Parquet, its intervals and its AUCs, each against the usual way in the same run.

The usual way is run for a few resamples and extrapolated to 1,000, and says so.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from bench.measure import QUIET, Row, against, cpu_of_call, tool

STUDENTS, SCHOOLS, RESAMPLES = 1_000_000, 500, 1_000
ATTRIBUTES = {"background": 7, "programme": 4}
"""Two attributes whose values meet in 28 intersections, as in 42 groups with those alone and all."""

MEASURES = ("share_flagged", "recall", "overlooked_share", "false_alarm_rate", "precision", "false_omission_rate")


@dataclass(frozen=True)
class Made:
    """A made-up state, row by row."""

    school: np.ndarray
    groups: dict[str, np.ndarray]
    risk: np.ndarray
    missed: np.ndarray
    flagged: np.ndarray

    @property
    def intersection(self) -> np.ndarray:
        """The 28 intersections, numbered."""
        return self.groups["background"] * ATTRIBUTES["programme"] + self.groups["programme"]


def audits() -> Iterator[Row]:
    """Time the whole audit, the intervals and the AUCs."""
    made = make()
    yield from whole(made)
    yield from intervals(made)
    yield from aucs(made)


def make(seed: int = 0) -> Made:
    """Draw a made-up state: risks that are true up to school luck, a list of a fifth."""
    rng = np.random.default_rng(seed)
    school = rng.integers(0, SCHOOLS, STUDENTS)
    groups = {name: rng.integers(0, values, STUDENTS) for name, values in ATTRIBUTES.items()}
    logit = rng.normal(size=STUDENTS) - 1.2 + 0.2 * groups["background"]
    luck = rng.normal(scale=0.3, size=SCHOOLS)[school]
    missed = rng.random(STUDENTS) < 1 / (1 + np.exp(-logit - luck))
    risk = 1 / (1 + np.exp(-logit))
    return Made(school, groups, risk, missed, risk >= np.quantile(risk, 0.8))


def whole(made: Made) -> Iterator[Row]:
    """``earlywarn audit`` from Parquet to the finished folder; peak memory of the process."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write(made, folder)
        command = [tool("earlywarn"), "audit", folder / "scores.parquet", "--groups", folder / "groups.parquet"]
        seconds, peak = run([*command, "--out", folder / "audits"], folder)
    name = f"audit of {STUDENTS:,} students from Parquet, 28 intersections, all measures with intervals"
    goal = "under 5 CPU-s"
    yield against(name, seconds, "CPU-s", "none", None, goal, seconds < 5)
    yield against("the same, peak memory", peak, "GB", "none", None, "under 1 GB", peak < 1)


def intervals(made: Made) -> Iterator[Row]:
    """Intervals of the confusion measures of 28 intersections from the table of sums, against resampling."""
    from earlywarn.audit import measures as m
    from earlywarn.intervals import carriers, ratios

    sums = by_school(made)
    shares = [*(m.BY_NAME[name] for name in MEASURES), m.PREVALENCE]

    def ours() -> list[tuple[float, float]]:
        ends = []
        for share in shares:
            term = share.terms[0]
            numerator, denominator = (m.by_school(sums, part) for part in (term.numerator, term.denominator))
            carried = carriers(denominator, numerator, denominator - numerator)
            every = ratios(numerator, denominator, denominator, carried)
            ends += [found.interval(0.95) for found in every if found]
        return ends

    assert len(ours()) == len(shares) * 28
    frame, numpy_way = metric_frame_seconds(made), resampling_seconds(made)
    for what, call in (("from the sums", ours), ("from rows, the sums included", lambda: (by_school(made), ours()))):
        mine = cpu_of_call(call, times=5)
        name = f"7 confusion measures x 28 intersections: intervals {what}"
        peer = f"MetricFrame with {RESAMPLES:,} resamples, from 2"
        yield against(name, mine, "CPU-s", peer, frame, "at least 100,000 times faster", frame / mine >= 100_000)
        peer = f"careful numpy resampling of students, {RESAMPLES:,} times, from 10"
        yield against(name, mine, "CPU-s", peer, numpy_way, "at least 100 times faster", numpy_way / mine >= 100)


def aucs(made: Made) -> Iterator[Row]:
    """AUC with intervals for all, 11 groups and 28 intersections, against resampling with scikit-learn."""
    from sklearn.metrics import roc_auc_score

    from earlywarn.audit.ranked import ranked_sheets
    from earlywarn.audit.sides import sides

    scored, groups = subject(made)
    mine = cpu_of_call(lambda: list(ranked_sheets(scored, sides(scored.groups.cells, groups), is_risk=False)), times=2)
    codes = [np.zeros(STUDENTS, dtype=np.int64), *made.groups.values(), made.intersection]
    rng = np.random.default_rng(1)

    def once() -> None:
        rows = rng.integers(0, STUDENTS, STUDENTS)
        missed, risk = made.missed[rows], made.risk[rows]
        for code in codes:
            order = np.argsort(code[rows], kind="stable")
            for part in np.split(order, np.cumsum(np.bincount(code[rows]))[:-1]):
                roc_auc_score(missed[part], risk[part])

    theirs = cpu_of_call(once, times=2) * RESAMPLES
    name = "AUC with intervals of 40 groups and intersections"
    peer = f"scikit-learn's roc_auc_score, {RESAMPLES:,} resamples, from 1"
    yield against(name, mine, "CPU-s", peer, theirs, "at least 300 times faster", theirs / mine >= 300)


def write(made: Made, folder: Path) -> None:
    """Write the two files of an export."""
    ids = pa.array([f"{number:09d}" for number in range(STUDENTS)])
    scores = {
        "student_id": ids,
        "score": made.risk,
        "outcome": pa.array(made.missed.astype(np.int8)).cast(pa.string()),
        "school_id": pa.array([f"S{number:04d}" for number in range(SCHOOLS)]).take(pa.array(made.school)),
    }
    parquet.write_table(pa.table(scores), folder / "scores.parquet")
    groups = {
        name: pa.array([f"{name[0]}{v}" for v in range(ATTRIBUTES[name])]).take(pa.array(c))
        for name, c in made.groups.items()
    }
    parquet.write_table(pa.table({"student_id": ids, **groups}), folder / "groups.parquet")


def run(command: list[Any], folder: Path) -> tuple[float, float]:
    """Give CPU-seconds and peak memory (GB) of a command in a process of its own; it must succeed."""
    code = (
        "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL);"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN);"
        "print(done.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss)"
    )
    words = [sys.executable, "-c", code, *map(str, command)]
    told = subprocess.run(words, cwd=folder, env=os.environ | QUIET, capture_output=True, text=True, check=True)
    status, seconds, peak = told.stdout.split()
    if status != "0":
        raise SystemExit(f"{' '.join(map(str, command))} ended with {status}:\n{told.stderr[-2000:]}")
    return float(seconds), float(peak) / 1e6


def by_school(made: Made) -> np.ndarray:
    """Give students by school, intersection, outcome and flagged, as the audit holds them."""
    flat = ((made.school * 28 + made.intersection) * 3 + made.missed) * 2 + made.flagged
    counts = np.bincount(flat, minlength=SCHOOLS * 28 * 6).reshape(SCHOOLS, 28, 3, 2).astype(np.float64)
    return np.stack([counts, counts, counts])


def metric_frame_seconds(made: Made, resamples: int = 2) -> float:
    """Give the CPU-seconds of Fairlearn's MetricFrame with 1,000 resamples, from a few."""
    from fairlearn import metrics as fm
    from sklearn.metrics import precision_score

    told = {
        "share_flagged": fm.selection_rate,
        "recall": fm.true_positive_rate,
        "overlooked_share": fm.false_negative_rate,
        "false_alarm_rate": fm.false_positive_rate,
        "precision": precision_score,
        "false_omission_rate": lambda y_true, y_pred: 1 - precision_score(y_true, y_pred, pos_label=0),
        "prevalence": lambda y_true, y_pred: float(np.mean(y_true)),
    }
    return cpu_of_call(lambda: _frame(made, told, resamples), times=1) / resamples * RESAMPLES


def _frame(made: Made, told: dict[str, Callable[..., float]], resamples: int) -> None:
    from fairlearn.metrics import MetricFrame

    MetricFrame(
        metrics=told,
        y_true=made.missed.astype(int),
        y_pred=made.flagged.astype(int),
        sensitive_features={name: codes.astype(str) for name, codes in made.groups.items()},
        n_boot=resamples,
        ci_quantiles=[0.025, 0.975],
        random_state=0,
    )


def resampling_seconds(made: Made, resamples: int = 10) -> float:
    """Give the CPU-seconds of 1,000 resamples of students with one bincount each, from a few."""
    flat = (made.intersection * 2 + made.missed) * 2 + made.flagged
    rng = np.random.default_rng(2)

    def some() -> np.ndarray:
        rows = (rng.integers(0, STUDENTS, STUDENTS) for _ in range(resamples))
        return np.stack([np.bincount(flat[drawn], minlength=112) for drawn in rows])

    return cpu_of_call(some, times=1) / resamples * RESAMPLES


def subject(made: Made) -> tuple[Any, Any]:
    """Give the students as the audit reads them."""
    from earlywarn.capacity import given_list
    from earlywarn.columns import Coded
    from earlywarn.config.sections import Attribute, Groups
    from earlywarn.groups import GroupTable, membership
    from earlywarn.histograms import Scored

    attributes = {
        name: Attribute(column=name, title=name, values={str(v): f"{name} {v}" for v in range(values)}, reference="0")
        for name, values in ATTRIBUTES.items()
    }
    table = {
        name: Coded(codes.astype(np.int32), (*map(str, range(ATTRIBUTES[name])), "(not recorded)"))
        for name, codes in made.groups.items()
    }
    school = Coded(made.school.astype(np.int32), tuple(map(str, range(SCHOOLS))))
    groups = membership(GroupTable(table), 2)
    scored = Scored(school, groups, made.risk, made.missed.astype(np.int64), given_list(made.flagged))
    return scored, Groups(attributes=attributes)
