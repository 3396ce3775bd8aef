"""Made-up rosters for the door's tests: rows by column, written as CSV or Parquet."""

import csv
import io
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

import earlywarn
from earlywarn.config.experiment import Experiment
from earlywarn.config.load import parse_experiment
from earlywarn.config.reading import Reading
from earlywarn.roster.door import Door, open_roster

WITH_RANGES = (Path(earlywarn.__file__).parent / "demo.toml").read_bytes()
DEMO = WITH_RANGES.replace(b"minimum = 200\nmaximum = 900\n", b"")
"""The demo's config; its ranges of results are left out, so that odd numbers may show how they are read."""
COLUMNS = (
    "student_id", "school_id", "school_year", "grade", "read", "math", "read_before", "math_before",
    "age", "class_type", "sex", "race", "lunch",
)  # fmt: skip
HEADER = ",".join(COLUMNS)
GOOD = dict(
    zip(COLUMNS, ["0001", "012", "1986", "1", "500", "510", "430", "440", "0.5", "small", "F", "W", "N"], strict=True)
)


def serving(*changes: tuple[str, str]) -> Experiment:
    """Give the demo's config with some of its text changed."""
    text = DEMO.decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return parse_experiment(text.encode(), "demo.toml")


DEMO_SERVING = serving()


def reading(**stated: Any) -> Experiment:
    """Give the demo's config with [roster.reading] stated."""
    how = Reading.model_validate(stated)
    return DEMO_SERVING.model_copy(update={"roster": DEMO_SERVING.roster.model_copy(update={"reading": how})})


def limited(**limits: int) -> Experiment:
    """Give the demo's config with other limits."""
    return reading(limits=limits)


def row(**cells: str) -> dict[str, str]:
    """Give a good row with some cells changed."""
    assert cells.keys() <= GOOD.keys()
    return GOOD | cells


def rows(count: int) -> list[dict[str, str]]:
    """Give good rows of as many students."""
    return [row(student_id=f"{number:04d}") for number in range(1, count + 1)]


def line(cells: dict[str, str]) -> str:
    """Give a row as one CSV line, quoted where needed."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([cells[column] for column in COLUMNS])
    return text.getvalue().removesuffix("\r\n")


def text_of(*lines: str, header: str = HEADER, end: str = "\n") -> bytes:
    """Give a CSV of ready lines."""
    return (end.join([header, *lines]) + end).encode()


def opened(folder: Path, content: bytes, config: Experiment = DEMO_SERVING) -> Door:
    """Write bytes as roster.csv and open it."""
    path = folder / "roster.csv"
    path.write_bytes(content)
    return open_roster(path, config)


def door_of(folder: Path, *cells: dict[str, str], config: Experiment = DEMO_SERVING) -> Door:
    """Write rows as roster.csv and open it."""
    return opened(folder, text_of(*map(line, cells)), config)


def refused(door: Door) -> list[tuple[int, str, str]]:
    """Give line, column and rule of every refusal."""
    return [(refusal.line, refusal.column, refusal.rule) for refusal in door.refusals]


def parquet_columns(cells: list[dict[str, str]]) -> dict[str, Any]:
    """Give the columns of rows as texts and, for results and ages, numbers."""
    numbers = {"read", "math", "read_before", "math_before", "age"}
    return {
        column: [float(each[column]) if column in numbers else each[column] for each in cells] for column in COLUMNS
    }


def write_parquet(path: Path, columns: dict[str, Any]) -> Path:
    """Write columns as Parquet."""
    parquet.write_table(pa.table(columns), path)
    return path
