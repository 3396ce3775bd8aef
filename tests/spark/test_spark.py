"""Spark in local mode gives the score run of one process: every row once, whatever dies on the way."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from earlywarn.errors import MachineError, RosterError, UsageError
from earlywarn.roster.blocks import Block, Source
from earlywarn.roster.contract import Contract
from earlywarn.roster.judge import one_by_one
from earlywarn.roster.readings import Evidence
from earlywarn.score_run import SCORES
from earlywarn.spark.engine import across
from earlywarn.spark.staged import STAGED, staged
from tests.conftest import District
from tests.spark.test_apart import files, run_of

pytestmark = pytest.mark.needs_spark


def with_split(way: Any, number: int, spoil: Callable[[Source], Source]) -> Any:
    """Give a way over the same splits, one of them spoilt."""

    def spoilt(source: Source, contract: Contract, fold: Any) -> Iterator[Evidence]:
        splits = list(source.splits())
        splits[number] = spoil(splits[number])
        yield from way(replace(source, splits=lambda: tuple(splits)), contract, fold)

    return spoilt


def test_the_run_is_the_same_to_the_byte(spark: Any, district: District, parts: Path, tmp_path: Path) -> None:
    whole = run_of(district, parts, tmp_path / "whole", one_by_one)
    ours = run_of(district, parts, tmp_path / "spark", across(spark))
    assert files(ours.folder) == files(whole.folder)
    assert ours.manifest.counts.rows_in == 482


def test_a_task_that_dies_is_tried_again_and_adds_nothing_twice(
    spark: Any, district: District, parts: Path, tmp_path: Path
) -> None:
    marker = tmp_path / "died"

    def dies_once(split: Source) -> Source:
        def blocks(types: Any, missing: frozenset[str]) -> Iterator[Block]:
            found = iter(split.blocks(types, missing))
            yield next(found)
            if not marker.exists():
                marker.touch()
                os._exit(9)
            yield from found

        return replace(split, blocks=blocks)

    whole = run_of(district, parts, tmp_path / "whole", one_by_one)
    ours = run_of(district, parts, tmp_path / "spark", with_split(across(spark), 1, dies_once))
    assert marker.exists()
    assert files(ours.folder) == files(whole.folder)


def test_a_task_that_always_fails_leaves_nothing_and_says_no_value(
    spark: Any, district: District, parts: Path, tmp_path: Path
) -> None:
    def fails(split: Source) -> Source:
        def blocks(types: Any, missing: frozenset[str]) -> Iterator[Block]:
            raise ValueError("Jane Roe")

        return replace(split, blocks=blocks)

    with pytest.raises(MachineError, match="a task failed 4 times") as caught:
        run_of(district, parts, tmp_path / "out", with_split(across(spark), 0, fails))
    assert "Jane Roe" not in str(caught.value)
    assert caught.value.__suppress_context__
    assert not list((tmp_path / "out").glob("[!.]*"))


def test_a_damaged_part_is_refused_as_in_one_process(
    spark: Any, district: District, parts: Path, tmp_path: Path
) -> None:
    last = parts / "part-2.parquet"
    content = bytearray(last.read_bytes())
    content[4:400] = bytes(396)
    last.write_bytes(content)
    for way in (one_by_one, across(spark)):
        with pytest.raises(RosterError, match=r"part-2\.parquet: a damaged or encrypted Parquet file"):
            run_of(district, parts, tmp_path / "out", way)


def test_a_table_is_scored_and_no_copy_of_it_stays(
    spark: Any, district: District, own_roster: pd.DataFrame, tmp_path: Path
) -> None:
    frame = spark.createDataFrame(own_roster.assign(nickname="Jo")).repartition(3, "student_id")
    frame.createOrReplaceTempView("roster_now")
    wanted, out = set(own_roster.columns), tmp_path / "out"
    out.mkdir()
    with staged(spark, "roster_now", wanted, out) as folder:
        assert "nickname" not in pq.read_schema(next(folder.iterdir())).names
        ours = run_of(district, folder, out, across(spark))
        again = run_of(district, folder, tmp_path / "again", one_by_one)
        assert files(ours.folder) == files(again.folder)
    assert [path.name for path in (out / STAGED).iterdir()] == [".lock"]
    whole = run_of(district, district.roster, tmp_path / "whole", one_by_one)
    assert ours.manifest.counts == whole.manifest.counts
    mine, theirs = (pq.read_table(run.folder / SCORES).sort_by("student_id").to_pylist() for run in (ours, whole))
    assert mine == theirs


def test_files_that_spark_reads_are_a_table_too(spark: Any, parts: Path, tmp_path: Path) -> None:
    with staged(spark, f"parquet.`{parts}`", {"student_id"}, tmp_path) as folder:
        tables = [pq.read_table(path) for path in sorted(folder.iterdir())]
    assert {name for table in tables for name in table.column_names} == {"student_id"}
    assert sum(map(len, tables)) == 482


def test_a_table_that_is_not_there_is_refused(spark: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Spark knows no such table"), staged(spark, "nowhere", (), tmp_path):
        pass


def command(district: District, roster: Path, folder: Path, master: str) -> "subprocess.CompletedProcess[str]":
    """Run the command of a day on which the model is in force."""
    code = "import datetime; from earlywarn.cli import main; main._today = lambda: datetime.date(2024, 1, 15)"
    words = ["score", roster, "--out", folder / "out", "--home", district.home, "--as-of", "2023-06-30"]
    whole = [sys.executable, "-c", f"{code}; main.app_entry()", *map(str, words)]
    return subprocess.run(
        [*whole, "--engine", "spark", "--master", master], capture_output=True, text=True, check=False, cwd=folder
    )


def test_the_command_says_no_word_of_spark(district: District, parts: Path, tmp_path: Path) -> None:
    done = command(district, parts, tmp_path, "local[2]")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"rows in +482", done.stdout)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "parts"]


def test_a_master_that_is_none_is_told_in_words(district: District, parts: Path, tmp_path: Path) -> None:
    done = command(district, parts, tmp_path, "nowhere://x")
    assert (done.returncode, done.stdout) == (3, "")
    assert "--master nowhere://x: Spark does not start" in done.stderr


def test_the_registered_model_gives_spark_the_same_risks(
    spark: Any, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlflow

    monkeypatch.chdir(district.home)
    mlflow.set_tracking_uri(f"sqlite:///{district.home / 'mlflow.db'}")
    uri = "models:/made-up@champion"
    roster = pd.read_csv(district.roster, dtype={"student_id": str, "school_id": str, "grade": str})
    here = mlflow.pyfunc.load_model(uri).predict(roster)
    kinds = "status string, points double, risk double, level string"
    model = mlflow.pyfunc.spark_udf(spark, uri, result_type=kinds, env_manager="local")
    rows = roster.astype(object).where(roster.notna(), None).to_dict("records")
    from pyspark.sql.functions import struct

    frame = spark.createDataFrame(pa.Table.from_pylist(rows)).repartition(2)
    there = frame.select("student_id", model(struct(*frame.columns)).alias("found")).select("student_id", "found.*")
    found = there.toArrow().to_pandas().set_index("student_id").loc[roster["student_id"]]
    np.testing.assert_allclose(found["risk"], here["risk"], rtol=0, atol=1e-12)
    assert found["status"].tolist() == here["status"].tolist()
    assert found["risk"].notna().sum() > 400
