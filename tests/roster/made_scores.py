"""Made-up scores and groups for the tests of their door: rows as texts, written as CSV or Parquet."""

import csv
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from earlywarn.config.audit import AuditPlan
from earlywarn.roster.scores_file import ScoresDoor, open_scores

Cells = dict[str, str]
SCORE: Cells = {"student_id": "0001", "score": "0.25", "flagged": "0", "outcome": "0", "school_id": "012"}
GROUP: Cells = {"student_id": "0001", "sex": "F", "race": "W"}
PLAN = AuditPlan()
LENIENT = AuditPlan(max_quarantined=0.99)
"""Takes a file of which most rows are refused, so that a test needs few rows."""


def score(**cells: str) -> Cells:
    """Give a good row of scores with some cells changed."""
    assert cells.keys() <= SCORE.keys()
    return SCORE | cells


def group(**cells: str) -> Cells:
    """Give a good row of groups with some cells changed."""
    assert cells.keys() <= GROUP.keys()
    return GROUP | cells


def scores(count: int) -> list[Cells]:
    """Give good rows of as many students."""
    return [score(student_id=f"{number:04d}") for number in range(1, count + 1)]


def groups(count: int) -> list[Cells]:
    """Give the groups of as many students."""
    return [group(student_id=f"{number:04d}") for number in range(1, count + 1)]


def write(path: Path, rows: Sequence[Cells]) -> Path:
    """Write rows as the path's suffix says; a blank is null in Parquet."""
    if path.suffix == ".parquet":
        columns = {name: pa.array([row[name] or None for row in rows], pa.string()) for name in rows[0]}
        parquet.write_table(pa.table(columns), path)
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return path


def door_of(
    folder: Path, scores: Sequence[Cells], groups: Sequence[Cells], plan: AuditPlan = PLAN, suffix: str = ".csv"
) -> ScoresDoor:
    """Write both files and open them."""
    return open_scores(write(folder / f"scores{suffix}", scores), write(folder / f"groups{suffix}", groups), plan)


def refused(door: ScoresDoor, file: int = 0) -> list[tuple[int, str, str]]:
    """Give line, column and rule of every refusal of the scores file (0) or of the groups file (1)."""
    return [(refusal.line, refusal.column, refusal.rule) for refusal in door.accounts[file].refusals]
