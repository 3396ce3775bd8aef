"""Parts of a roster taken apart and joined give the score run of one process to the byte; needs no Spark."""

import pickle
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from earlywarn.cli import main
from earlywarn.columns import Coded
from earlywarn.errors import RosterError, UsageError
from earlywarn.roster import tally
from earlywarn.roster.blocks import Source
from earlywarn.roster.contract import Contract
from earlywarn.roster.judge import one_by_one
from earlywarn.roster.readings import Evidence
from earlywarn.roster.terms import Kind
from earlywarn.score import Order, score
from earlywarn.spark import engine, session
from earlywarn.spark.engine import Job, Parcel, across, taken_apart
from tests.conftest import AS_OF, TODAY, District


def apart(source: Source, contract: Contract, fold: Any) -> Iterator[Evidence]:
    """Take each part by itself, send job and parcels through pickle as Spark does, and join."""
    splits = source.splits()
    job = pickle.loads(pickle.dumps(Job(splits, contract, fold.apart(splits[0]))))
    for split in job.splits:
        for made in taken_apart(job, split):
            parcel = pickle.loads(pickle.dumps(made))
            if not isinstance(parcel, Parcel):
                raise parcel.kind(parcel.faults)
            fold.join(parcel.fold)
            yield parcel.evidence


def files(folder: Path) -> dict[str, bytes]:
    """Give every file of a score run."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def run_of(district: District, roster: Path, out: Path, way: Any, **changes: Any) -> Any:
    """Score a roster in some way."""
    order = replace(Order(roster, out, district.home, AS_OF, TODAY, way=way), **changes)
    return score(order, lambda step: None)[0]


@pytest.mark.parametrize("changes", [{}, {"with_inputs": False}, {"grades": ("2", "3")}])
def test_parts_taken_apart_give_the_same_bytes(
    district: District, parts: Path, tmp_path: Path, changes: dict[str, Any]
) -> None:
    whole = run_of(district, parts, tmp_path / "whole", one_by_one, **changes)
    joined = run_of(district, parts, tmp_path / "joined", apart, **changes)
    counts = whole.manifest.counts
    assert changes.get("grades") or (counts.rows_in, counts.merged, counts.quarantined) == (482, 1, 3)
    assert files(joined.folder) == files(whole.folder)


def test_a_single_file_parts_at_its_row_groups(district: District, parts: Path, tmp_path: Path) -> None:
    from earlywarn.roster.read import open_source

    first = parts / "part-0.parquet"
    assert [len(source.splits()) for source in (open_source(first), open_source(parts))] == [3, 8]
    wanted = ({"grade": pa.string()}, frozenset())
    lines = [block.lines for split in open_source(parts).splits() for block in split.blocks(*wanted)]
    whole = [block.lines for block in open_source(parts).blocks(*wanted)]
    assert [each.tolist() for each in lines] == [each.tolist() for each in whole]


def test_a_part_that_changed_is_refused_as_in_one_process(district: District, parts: Path, tmp_path: Path) -> None:
    def changed(source: Source, contract: Contract, fold: Any) -> Iterator[Evidence]:
        last = parts / "part-2.parquet"
        last.write_bytes(last.read_bytes() + b" ")
        yield from apart(source, contract, fold)

    with pytest.raises(RosterError, match="changed while it was read"):
        run_of(district, parts, tmp_path / "out", changed)
    assert not list((tmp_path / "out").glob("[!.]*"))


def test_whatever_fails_in_a_task_says_no_value(district: District, parts: Path, tmp_path: Path) -> None:
    def spoilt(source: Source, contract: Contract, fold: Any) -> Iterator[Evidence]:
        def blocks(*_: Any) -> Iterator[Any]:
            raise ValueError("Jane Roe")

        split = replace(source.splits()[0], blocks=blocks)
        return iter(taken_apart(Job((split,), contract, fold.apart(split)), split))

    with pytest.raises(RuntimeError) as caught:
        run_of(district, parts, tmp_path / "out", spoilt)
    assert str(caught.value) == "ValueError"


def test_a_tally_joined_of_blocks_pools_the_same_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    def values(codes: list[int], names: tuple[str, ...]) -> dict[Any, Any]:
        school = Coded(np.zeros(len(codes), dtype=np.int32), ("S",))
        return {("school", Kind.SCHOOL): school, ("track", Kind.TEXT): Coded(np.array(codes, dtype=np.int32), names)}

    whole, joined = tally.Tally(most_codes=3), tally.Tally(most_codes=3)
    for codes, names in (([0, 1, 1], ("b", "d")), ([0, 1, 2, 3, 4], ("a", "b", "c", "d", "e"))):
        counted = np.ones(len(codes), dtype=bool)
        whole.add(values(codes, names), counted)
        other = tally.Tally(most_codes=1 << 40)
        other.add(values(codes, names), counted)
        joined.join(other)
    for name, counts in whole.codes["track"].items():
        assert counts.tolist() == joined.codes["track"][name].tolist()
    assert list(whole.codes["track"]) == list(joined.codes["track"]) == ["b", "d", "a", tally.POOLED]
    assert whole.schools == joined.schools == {"S": 8}


def test_a_roster_that_has_no_parts_is_refused(district: District, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="convert it to Parquet"):
        run_of(district, district.roster, tmp_path / "out", across(None))


def test_other_software_on_an_executor_is_refused() -> None:
    with pytest.raises(UsageError, match="the same versions on every executor"):
        engine._refuse_other("earlywarn 0.0.1", "earlywarn 0.1.0")


def test_a_machine_without_pyspark_is_told_what_to_install(
    district: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'earlywarn\[spark\]'"), session.session("local[2]"):
        pass


def test_a_machine_without_java_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "find_spec", lambda name: object())
    monkeypatch.setattr(session.shutil, "which", lambda name: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(UsageError, match="Java 17 or newer"), session.session("local[2]"):
        pass


def test_a_master_without_spark_is_refused(district: District, tmp_path: Path) -> None:
    words = ["score", str(district.roster), "--out", str(tmp_path), "--home", str(district.home), "--master", "local"]
    done = CliRunner().invoke(main.app, words)
    assert isinstance(done.exception, UsageError)
    assert "--engine spark" in str(done.exception)
