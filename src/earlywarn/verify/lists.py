"""The two lists for people, flags.csv and quarantine.csv, held against the rows and counts of the run; in blocks."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from earlywarn.score_run import QUARANTINE
from earlywarn.verify.digest import Digests, digests_of_rows
from earlywarn.verify.findings import Faults

FLAG_COLUMNS = ("school_id", "student_id", "grade", "support_priority")
ROW_COLUMNS = ("file", "line")
_NONE = np.empty(0, dtype=np.uint64)


def look_at_flags(path: Path, flagged: Sequence[Digests], faults: Faults) -> None:
    """Say how many students stand on one side alone: in the list, or among the flagged rows."""
    listed = _digests(path, FLAG_COLUMNS, faults, "flags")
    if listed is None:
        return
    here, there = (np.sort(np.concatenate([_NONE, *each])) for each in (listed, flagged))
    if not np.array_equal(here, there):
        missing, surplus = len(np.setdiff1d(there, here)), len(np.setdiff1d(here, there))
        repeats = len(here) - len(np.unique(here))
        faults.count("flags", "a flagged student who is not listed, or with another school, grade or level", missing)
        faults.count("flags", "listed, but not flagged, or with another school, grade or level", surplus)
        faults.count("flags", "listed twice", repeats)


def look_at_quarantine(folder: Path, quarantined: int, faults: Faults) -> None:
    """Compare the number of rows that are listed, each once or more, with the manifest's count."""
    listed = _digests(folder / QUARANTINE, ROW_COLUMNS, faults, "quarantine")
    rows = len(np.unique(np.concatenate([_NONE, *(listed or ())])))
    if listed is not None and rows != quarantined:
        faults.say("quarantine", f"it lists {rows:,} rows, the manifest counts {quarantined:,}")


def _digests(path: Path, columns: Sequence[str], faults: Faults, name: str) -> list[Digests] | None:
    if not path.is_file():
        faults.say(name, f"{path.name} is missing")
        return None
    try:
        return [digests_of_rows([pc.fill_null(batch[c], "") for c in columns]) for batch in _batches(path, columns)]
    except (pa.ArrowException, OSError, KeyError) as error:
        faults.say(name, f"{path.name} cannot be read ({type(error).__name__})")
        return None


def _batches(path: Path, columns: Sequence[str]) -> Iterator[Any]:
    texts = csv.ConvertOptions(
        include_columns=columns, column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False
    )
    with csv.open_csv(path, parse_options=csv.ParseOptions(newlines_in_values=True), convert_options=texts) as file:
        yield from file
