"""The commands before there is a config, as a person runs them: map and synth."""

import json
import tomllib
from pathlib import Path

import pytest

from earlywarn.cli.main import app
from earlywarn.cli.terminal import guarded

HEADER = "Student_Number,SchoolID,Grade_Level,ELL,Race,locker"


def run(*words: object) -> int:
    return guarded(lambda: app([str(word) for word in words], standalone_mode=False))


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.csv"
    path.write_text(f"{HEADER}\n00123,7,4,Mira,Okafor,zebra\n", encoding="utf-8")
    return path


def test_map_writes_toml_and_says_what_is_certain_open_and_unknown(
    export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("map", export, "--out", tmp_path / "mapping.toml") == 0
    said, written = capsys.readouterr().out, (tmp_path / "mapping.toml").read_text("utf-8")
    assert "4 certain, 0 likely, 1 open, 1 not recognised" in said
    assert tomllib.loads(written)["roster"]["student_id"] == "Student_Number"
    for cell in ("00123", "Mira", "Okafor", "zebra"):
        assert cell not in said + written


def test_map_speaks_json_and_takes_your_own_words(
    export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[names]\nas_of = ["Locker"]\n', encoding="utf-8")
    assert run("map", export, "--out", tmp_path / "m.toml", "--synonyms", own, "--json") == 0
    (mapped,) = json.loads(capsys.readouterr().out)["mapped"]
    fits = {fit["canonical"]: (fit["column"], fit["sure"]) for fit in mapped["fits"]}
    assert fits["as_of"] == ("locker", "certain")
    assert mapped["open"] == [{"canonical": ["race_1997", "race_2024"], "columns": ["Race"]}]


def test_map_never_overwrites(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = export.read_bytes()
    assert run("map", export, "--out", export) == 2
    assert "there already" in capsys.readouterr().err
    assert export.read_bytes() == before


def test_synth_says_that_it_is_made_up_and_what_to_run_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "state"
    assert run("synth", "--students", 400, "--years", 1, "--dirty", 1, "--out", out) == 0
    said = capsys.readouterr().out
    assert said.startswith("MADE UP: 400 students")
    assert "Planted 22 faults" in said
    assert f"earlywarn check {out / 'roster'} --config {out / 'experiment.toml'}" in " ".join(said.split())
    assert run("synth", "--students", 400, "--out", out) == 2
    assert "there already" in capsys.readouterr().err


def test_synth_speaks_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("synth", "--students", 200, "--out", tmp_path / "s", "--format", "parquet", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["students"], told["rows"], told["made_up"], told["faults"]) == (200, 600, True, 0)


def test_too_many_faults_are_refused_and_leave_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("synth", "--students", 200, "--dirty", 1, "--out", tmp_path / "s") == 2
    assert "1 of each fault" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
