"""Files of a score run written from arrays at hand, for tests and benches of what reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from earlywarn import arrow
from earlywarn.columns import Bools, Coded, Floats, Ints, Texts
from earlywarn.files import PRIVATE


@dataclass(frozen=True)
class ScoredRows:
    """One entry per accepted row, shape (n,) each; points, risk and rank are NaN or 0 where not scored.

    ``reasons`` and ``strengths`` are places of inputs, shape (n, count), -1 for none; ``missing`` has one
    column an input.
    """

    student_id: Texts
    school: Coded
    grade: Coded
    status: Coded
    risk: Floats
    points: Floats
    level: Coded
    rank: Ints
    flagged: Bools
    reasons: Ints
    strengths: Ints
    missing: Bools
    input_names: tuple[str, ...]


def scores_table(rows: ScoredRows) -> Any:
    """Give scores.parquet as a pyarrow table."""
    columns = {
        "student_id": arrow.strings(rows.student_id),
        "school_id": arrow.coded(rows.school),
        "grade": arrow.coded(rows.grade),
        "status": arrow.coded(rows.status),
        "risk": arrow.floats(rows.risk),
        "points": arrow.floats(rows.points),
        "level": arrow.coded(rows.level),
        "rank": arrow.integers(rows.rank, rows.rank > 0),
        "flagged": arrow.booleans(rows.flagged),
        "reasons": _names(rows.reasons, rows.input_names),
        "strengths": _names(rows.strengths, rows.input_names),
        "missing_inputs": _names(np.where(rows.missing, np.arange(rows.missing.shape[1]), -1), rows.input_names),
    }
    return pa.Table.from_arrays(list(columns.values()), names=list(columns))


def keyed_table(student_id: Texts, columns: Mapping[str, Floats | Coded]) -> Any:
    """Give student_id beside columns: groups.parquet and inputs.parquet."""
    arrays = [arrow.coded(c) if isinstance(c, Coded) else arrow.floats(c) for c in columns.values()]
    return pa.Table.from_arrays([arrow.strings(student_id), *arrays], names=["student_id", *columns])


def write_parquet(table: Any, path: Path, *, private: bool = False) -> None:
    """Write one Parquet file, readable by its owner alone if private."""
    if private:
        path.touch(PRIVATE)
    pq.write_table(table, path, compression="zstd")


def _names(places: Ints, names: tuple[str, ...]) -> Any:
    rows, columns = np.nonzero(places >= 0)
    return arrow.name_lists(rows, places[rows, columns], names, len(places))
