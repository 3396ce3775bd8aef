"""Verify finds each thing that may not hold, says which, and holds its peace where all is well."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from earlywarn.cli.main import app
from earlywarn.cli.terminal import guarded
from earlywarn.errors import UsageError
from earlywarn.files import sha256_file
from earlywarn.promotions import RECORD
from earlywarn.score import score
from earlywarn.score_run import FLAGS, GROUPS, INPUTS, MANIFEST, QUARANTINE, SCORES
from earlywarn.verify.digest import digests
from earlywarn.verify.findings import WORDS, Told
from earlywarn.verify.run import Asked, Verified, as_plain, verify
from earlywarn.withdraw import Order, withdraw
from torture.place import TODAY, Place, make_place


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Path]:
    """A home, and a score run of some hundred rows."""
    folder = tmp_path_factory.mktemp("verify")
    place = make_place(folder / "place", 400)
    return place, score(place.order(folder / "out"), lambda step: None)[0].folder


@pytest.fixture
def own(kept: tuple[Place, Path], tmp_path: Path) -> tuple[Place, Path]:
    """A copy of the run and its home, to spoil."""
    place, run = kept
    home = Path(shutil.copytree(place.home, tmp_path / "models"))
    return replace(place, home=home), Path(shutil.copytree(run, tmp_path / run.name))


def found(place: Place, run: Path, **asked: object) -> dict[str, tuple[str, ...]]:
    """Verify; gives the faults by the name of what was looked at."""
    return {f.name: f.faults for f in verify(Asked(run, place.home, **asked)).findings if f.faults}


def resign(run: Path, **changes: object) -> None:
    """Write other values into the manifest, and the hashes of the files as they are now."""
    raw = json.loads((run / MANIFEST).read_text()) | changes
    raw["files"] = {path.name: sha256_file(path) for path in run.iterdir() if path.name != MANIFEST}
    (run / MANIFEST).write_text(json.dumps(raw))


def column(run: Path, file: str, name: str, change: Callable[[list[Any]], list[Any]]) -> None:
    """Write one column of a Parquet file anew, and sign it."""
    with pq.ParquetFile(run / file) as opened:
        table = opened.read()
    place = table.column_names.index(name)
    field = table.schema.field(place)
    values = pa.array(change(table[name].to_pylist()), type=field.type)
    pq.write_table(table.set_column(place, field, values), run / file)
    resign(run)


def test_a_run_as_it_was_written_holds_in_every_point(kept: tuple[Place, Path]) -> None:
    place, run = kept
    verified = verify(Asked(run, place.home, place.roster))
    assert [finding.told for finding in verified.findings] == [Told.HOLDS] * len(WORDS)
    assert verified.sampled == 396
    assert verified.holds
    assert verified.notices == ()


def test_a_student_of_several_school_years_stands_once_in_scope(tmp_path: Path) -> None:
    place = make_place(tmp_path / "place", 400)
    lines = place.roster.read_text().splitlines()
    earlier = [line.replace(",2023,", f",{year},") for line in lines[5:25] for year in (2021, 2022)]
    place.roster.write_text("\n".join([lines[0], *earlier[:10], *lines[1:], *earlier[10:]]) + "\n")
    run = score(place.order(tmp_path / "out"), lambda step: None)[0].folder
    verified = verify(Asked(run, place.home, place.roster))
    assert [finding.told for finding in verified.findings] == [Told.HOLDS] * len(WORDS)


def test_what_was_not_looked_at_is_said_and_is_no_fault(own: tuple[Place, Path]) -> None:
    place, run = own
    (run / INPUTS).unlink()
    resign(run)
    verified = verify(Asked(run, place.home))
    left = {f.name: f.why_not for f in verified.findings if f.told is Told.NOT_LOOKED}
    assert left == {"again": "this run was written without inputs.parquet", "roster": "no --roster was given"}
    assert verified.holds


def test_a_file_that_is_altered_gone_or_surplus_is_named(own: tuple[Place, Path]) -> None:
    place, run = own
    (run / QUARANTINE).write_text((run / QUARANTINE).read_text() + "\n")
    (run / INPUTS).unlink()
    (run / "notes.txt").write_text("mine")
    told = found(place, run)
    assert told["files"] == (
        "inputs.parquet is missing",
        "notes.txt is surplus: the manifest does not name it",
        "quarantine.csv has other bytes than the manifest names",
    )
    assert "beside" in told


def swapped(values: list[Any]) -> list[Any]:
    return [values[1], values[0], *values[2:]]


def one(change: Callable[[Any], Any]) -> Callable[[list[Any]], list[Any]]:
    """Change the first value that is there."""

    def changed(values: list[Any]) -> list[Any]:
        place = next(i for i, value in enumerate(values) if value)
        return [*values[:place], change(values[place]), *values[place + 1 :]]

    return changed


SPOILT = {
    "an id that stands twice": (SCORES, "student_id", lambda ids: [ids[1], *ids[1:]], {"ids", "beside"}),
    "groups of another student": (GROUPS, "student_id", swapped, {"beside"}),
    "inputs in another order": (INPUTS, "student_id", swapped, {"beside"}),
    "a status too many": (SCORES, "status", one(lambda _: "out of scope"), {"rows"}),
    "an unknown status": (SCORES, "status", one(lambda _: "lost"), {"rows"}),
    "a risk a little off": (SCORES, "risk", one(lambda risk: risk * (1 + 1e-9)), {"values", "again"}),
    "a risk off in its last bit": (SCORES, "risk", one(lambda risk: float(np.nextafter(risk, 2))), {"again"}),
    "another level": (SCORES, "level", one(lambda level: "Low" if level == "High" else "High"), {"values", "again"}),
    "other points": (SCORES, "points", one(lambda points: points + 0.3), {"values", "again"}),
    "a rank twice": (SCORES, "rank", one(lambda rank: rank % 200 + 1), {"ranks"}),
    "another flag": (SCORES, "flagged", one(lambda _: False), {"flagged", "flags"}),
    "another reason": (SCORES, "reasons", one(lambda _: ["absent", "track"]), {"again"}),
    "another strength": (SCORES, "strengths", one(lambda _: ["absent", "track", "reading"]), {"again"}),
    "another input": (INPUTS, "reading", one(lambda value: value - 0.7), {"again"}),
}


@pytest.mark.parametrize("spoil", SPOILT)
def test_a_value_that_does_not_fit_is_found_though_every_hash_is_right(own: tuple[Place, Path], spoil: str) -> None:
    place, run = own
    file, name, change, expected = SPOILT[spoil]
    column(run, file, name, change)
    told = found(place, run)
    assert "files" not in told
    assert expected <= told.keys()


def test_a_list_with_another_student_or_level_is_found(own: tuple[Place, Path]) -> None:
    place, run = own
    lines = (run / FLAGS).read_text().splitlines(keepends=True)
    (run / FLAGS).write_text("".join([lines[0], lines[1].replace('"High"', '"Low"'), *lines[3:]]))
    resign(run)
    told = found(place, run)
    assert told.keys() == {"flags"}
    assert told["flags"][0].startswith("2 rows: a flagged student who is not listed")


def test_a_row_lost_from_the_quarantine_is_found(own: tuple[Place, Path]) -> None:
    place, run = own
    (run / QUARANTINE).write_text("".join((run / QUARANTINE).read_text().splitlines(keepends=True)[:-1]))
    resign(run)
    assert found(place, run) == {"quarantine": ("it lists 3 rows, the manifest counts 4",)}


def test_counts_that_do_not_add_up_are_found(own: tuple[Place, Path]) -> None:
    place, run = own
    counts = json.loads((run / MANIFEST).read_text())["counts"]
    resign(run, counts=counts | {"rows_in": counts["rows_in"] + 1})
    assert list(found(place, run)) == ["manifest"]
    resign(run, counts=counts | {"scored": counts["scored"] - 1, "merged": counts["merged"] + 1})
    assert {"rows", "ranks"} & found(place, run).keys()


def test_a_manifest_of_another_form_or_none_is_told_and_the_rest_left(own: tuple[Place, Path]) -> None:
    place, run = own
    resign(run, verdict="splendid", colour="red")
    (faults,) = found(place, run).values()
    assert any(fault.startswith("verdict: ") for fault in faults)
    assert any(fault.startswith("colour: ") for fault in faults)
    assert "splendid" not in " ".join(faults)
    (run / MANIFEST).unlink()
    assert found(place, run) == {"manifest": ("manifest.json is missing or empty",)}


def test_another_home_and_a_promotion_that_was_taken_out_are_told(own: tuple[Place, Path], tmp_path: Path) -> None:
    place, run = own
    verified = verify(Asked(run, tmp_path / "elsewhere"))
    assert {f.name: f.told for f in verified.findings}["standing"] is Told.FAULT
    assert {f.name: f.told for f in verified.findings}["again"] is Told.NOT_LOOKED
    record = place.home / RECORD
    record.write_text(json.dumps(json.loads(record.read_text()) | {"by": "Somebody"}) + "\n")
    assert "stands in no line" in found(place, run)["standing"][0]


def test_another_roster_is_refused_and_the_right_one_is_scored_again(own: tuple[Place, Path]) -> None:
    place, run = own
    assert "not the roster that was scored" in found(place, run, roster=place.earlier)["roster"][0]
    column(run, SCORES, "reasons", one(lambda _: []))
    assert found(place, run, roster=place.roster)["roster"] == ("1 row: other reasons",)


def test_a_small_sample_is_the_same_every_time(kept: tuple[Place, Path]) -> None:
    place, run = kept
    assert verify(Asked(run, place.home, sample=7)).sampled == 7
    assert verify(Asked(run, place.home, sample=0)).holds


def test_a_withdrawn_run_holds_and_is_told(own: tuple[Place, Path]) -> None:
    place, run = own
    withdraw(Order(run, "A. Person", "another roster was meant", TODAY))
    verified = verify(Asked(run, place.home, roster=place.roster))
    assert verified.holds, verified.findings
    assert "withdrawn on 15 January 2024 by A. Person: another roster was meant" in verified.notices[0]
    assert as_plain(verified)["withdrawn"]


def test_a_folder_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        verify(Asked(tmp_path / "none", tmp_path))


def test_a_parquet_file_that_is_damaged_inside_is_told(own: tuple[Place, Path]) -> None:
    place, run = own
    content = bytearray((run / SCORES).read_bytes())
    content[40:400] = bytes(360)
    (run / SCORES).write_bytes(content)
    assert {"files", "rows"} <= found(place, run).keys()
    (run / SCORES).write_bytes(b"no parquet")
    told: Verified = verify(Asked(run, place.home))
    assert {f.name: f.why_not for f in told.findings}["ids"] == "scores.parquet is missing or cannot be read"


@pytest.mark.parametrize(("spoil", "code"), [(False, 0), (True, 1)])
def test_the_command_says_it_in_words_and_by_its_exit_code(
    own: tuple[Place, Path], spoil: bool, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    place, run = own
    if spoil:
        column(run, SCORES, "flagged", one(lambda _: False))
    words = ["verify", str(run), "--home", str(place.home), "--sample", "20"]
    assert guarded(lambda: app(words)) == code
    assert ("FAULT" in capsys.readouterr().out) is spoil
    assert guarded(lambda: app([*words, "--json"])) == code
    told = json.loads(capsys.readouterr().out)
    assert told["holds"] is not spoil
    assert [finding["name"] for finding in told["findings"]] == list(WORDS)


def test_digests_differ_where_texts_do_and_do_not_hang_on_the_block() -> None:
    texts = ["", "a", "b", "ab", "ba", "a\0", "é", "日本", "0001", "1", "10", "x" * 300, None]
    whole = digests(pa.array(texts))
    assert len(set(whole.tolist())) == len(texts) - 1  # null is as ""
    parts = [digests(pa.array(texts).slice(start, 2)) for start in range(0, len(texts), 2)]
    assert np.concatenate(parts).tolist() == whole.tolist()
    many = digests(pa.array([str(number) for number in range(200_000)]))
    assert len(np.unique(many)) == 200_000
