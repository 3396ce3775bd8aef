"""A roster in parts for the tests of Spark, with every kind of row, and one session for those that need it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from earlywarn.roster import parquet

GROUP = 37
"""Rows in a row group, so that a small roster has many splits and blocks cut unevenly."""


@pytest.fixture
def parts(own_roster: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder of Parquet parts; a student stands twice over them, another contradicts itself."""
    monkeypatch.setattr(parquet, "ROWS", 50)
    frame = own_roster.copy()
    frame.loc[0, ["read", "math"]] = ""
    frame.loc[1, "grade"] = "4"
    frame.loc[2, "school_year"] = "2022"
    frame.loc[3, "absent"] = "many"
    twice, contradicted = frame.iloc[[5]], frame.iloc[[9]].assign(absent="40")
    frame = pd.concat([frame, twice, contradicted])
    folder = tmp_path / "parts"
    folder.mkdir()
    for number, first in enumerate(range(0, len(frame), 170)):
        table = pa.table({name: column.to_list() for name, column in frame[first : first + 170].items()})
        pq.write_table(table, folder / f"part-{number}.parquet", row_group_size=GROUP)
    return folder


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """Give a session on this machine."""
    from earlywarn.spark.session import session

    with session("local[2]") as found:
        yield found
