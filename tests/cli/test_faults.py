"""Bad input by the command line: one screen, what and where and remedy, the right exit code, nothing half-written."""

import json
from pathlib import Path

import pandas as pd
import pytest

from earlywarn.cli.main import app
from earlywarn.cli.terminal import guarded
from earlywarn.promotions import RECORD
from tests.conftest import AS_OF, District
from tests.district import TOML, student_years

SECRET = "zebra-417"
"""A value that no message may hold."""


def run(*words: object) -> int:
    """Run one command as the shell would; gives its exit code."""
    try:
        return guarded(lambda: app([str(word) for word in words]))
    except SystemExit as left:
        return int(left.code or 0)


def everything(folder: Path) -> dict[str, bytes]:
    """Give every file below a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name != ".lock"}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a sound config and history."""
    (tmp_path / "x.toml").write_text(TOML, encoding="utf-8")
    student_years(schools=24, per_school=12).to_csv(tmp_path / "history.csv", index=False)
    return tmp_path


def refused(capsys: pytest.CaptureFixture[str], folder: Path, code: int, *words: object) -> str:
    """Run a command that must be refused; gives what it said."""
    before = everything(folder)
    assert run(*words) == code
    said = capsys.readouterr().err
    assert said.startswith("error  ")
    assert len(said.splitlines()) <= 24
    assert "Traceback" not in said
    assert SECRET not in said
    assert everything(folder) == before
    return " ".join(said.split())


def spoilt(place: Path, **columns: object) -> Path:
    """Write the history with columns replaced."""
    student_years(schools=24, per_school=12).assign(**columns).to_csv(place / "spoilt.csv", index=False)
    return place / "spoilt.csv"


def train(place: Path, roster: object = None) -> tuple[object, ...]:
    """Give the words of a training command."""
    return ("train", roster or place / "history.csv", "--config", place / "x.toml", "--home", place / "models")


@pytest.mark.parametrize("command", ["check", "train"])
def test_a_missing_file_and_an_empty_folder(command: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = ("--config", place / "x.toml")
    assert "no such file" in refused(capsys, place, 2, command, place / "none.csv", *more)
    (place / "empty").mkdir()
    assert "a folder without a file" in refused(capsys, place, 1, command, place / "empty", *more)


@pytest.mark.parametrize(
    ("content", "told"),
    [("", "empty"), ("student_id,school_id,school_year,grade,read,math,absent,track,sex,lunch\n", "header")],
)
def test_an_empty_file_and_a_header_alone(
    content: str, told: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "bare.csv").write_text(content)
    assert told in refused(capsys, place, 1, *train(place, place / "bare.csv"))


def test_an_absent_column_is_told_with_those_that_are_there(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    roster = student_years().rename(columns={"absent": "absences"}).drop(columns="track")
    roster.to_csv(place / "spoilt.csv", index=False)
    said = refused(capsys, place, 1, *train(place, place / "spoilt.csv"))
    assert "'absent'" in said
    assert "'track'" in said
    assert "absences" in said


def test_text_in_numbers_beyond_the_limit(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys, place, 1, *train(place, spoilt(place, absent=SECRET)))
    assert "text in a number" in said
    assert "column 'absent'" in said


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[cohort]\n", "[cohort]\ntest_yaer = 1\n", "did you mean 'test_year'?"),
        ("cut = 390,", 'cut = 390, lunch = "F",', "a cut that names a group"),
        ('column = "track"\n', 'column = "sex"\n', "groups serve the audit and never the model"),
    ],
)
def test_a_config_that_cannot_be(
    old: str, new: str, told: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "x.toml").write_text(TOML.replace(old, new, 1))
    assert told in refused(capsys, place, 2, *train(place))


def test_one_class_only_and_too_few_schools(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "one class only" in refused(capsys, place, 1, *train(place, spoilt(place, read=1, math=1)))
    assert "too few to cross-fit" in refused(capsys, place, 1, *train(place, spoilt(place, school_id="S01")))


def score(district: District, home: Path, out: Path, *more: object) -> tuple[object, ...]:
    """Give the words of a scoring command."""
    return ("score", district.roster, "--out", out, "--home", home, "--as-of", AS_OF, *more)


def test_a_model_that_is_not_there(
    district: District, own_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "made-up" in refused(capsys, tmp_path, 2, *score(district, own_home, tmp_path / "out", "--model", "other"))
    said = refused(capsys, tmp_path, 2, *score(district, tmp_path / "empty", tmp_path / "out"))
    assert "nothing has been promoted here" in said
    assert "not in the registry" in refused(capsys, own_home / "papers", 2, "promote", "made-up", 7, "--home", own_home)


def test_a_file_where_the_folder_of_score_runs_should_be(
    district: District, own_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_text("mine")
    assert "out is a file" in refused(capsys, tmp_path, 2, *score(district, own_home, tmp_path / "out"))


def test_a_scorecard_with_one_byte_changed(
    district: District, own_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (path,) = (own_home / "scorecards").iterdir()
    path.write_bytes(path.read_bytes()[:-2] + b" }")
    line = json.loads((own_home / RECORD).read_text()) | {"expires": None}
    (own_home / RECORD).write_text(json.dumps(line) + "\n")
    said = refused(capsys, tmp_path, 1, *score(district, own_home, tmp_path / "out"))
    assert "not those that were promoted" in said


def test_a_waiver_without_name_or_reason_is_wrong_use(own_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys, own_home, 2, "promote", "made-up", 1, "--waive", "gap", "--home", own_home)
    assert "--by NAME and --reason TEXT" in said


def test_an_audit_of_a_score_run_takes_no_model(
    district: District, own_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "manifest.json").write_text("{}")
    words = ("audit", tmp_path / "run", "--model", "made-up", "--home", own_home)
    said = refused(capsys, tmp_path, 2, *words)
    assert "this is a score run" in said
    assert "leave out --model" in said


def test_an_audit_goes_to_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "scores.csv").write_text("student_id,score\n")
    for out in (tmp_path / "scores.csv", tmp_path / "scores.csv" / "deeper"):
        said = refused(capsys, tmp_path, 2, "audit", tmp_path / "scores.csv", "--out", out)
        assert "scores.csv is a file" in said
        assert "give another --out" in said
    said = refused(capsys, tmp_path, 2, "audit", tmp_path / "scores.csv", "--out", tmp_path / "\udcff")
    assert "no UTF-8 text" in said
    assert "--home" in refused(capsys, tmp_path, 2, "audit", tmp_path / "scores.csv", "--home", tmp_path / "scores.csv")


def test_a_lost_mlflow_store_is_told_where_models_were_promoted(
    district: District, own_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (own_home / "mlflow.db").unlink(missing_ok=True)
    words = ("audit", district.history, "--model", "made-up", "--home", own_home, "--out", tmp_path / "out")
    assert "its MLflow store is gone or empty" in refused(capsys, tmp_path / "nothing", 2, *words)
    assert run("models", "--home", own_home) == 0
    assert "gone or empty, though models were promoted here" in capsys.readouterr().out
    (own_home / "mlflow.db").write_text("no database")
    said = refused(capsys, tmp_path / "nothing", 3, *words)
    assert "mlflow.db: the MLflow store cannot be used" in said


def test_an_unknown_model_is_told_with_those_that_are_known(
    district: District, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(capsys, tmp_path, 2, "audit", district.history, "--model", "other", "--home", district.home)
    assert "--model 'other': no model of this name is registered allowed: made-up" in said


def test_options_of_another_form_of_audit_are_told_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys, tmp_path, 2, "audit", tmp_path / "x.csv", "--year", 3, "--version", 1)
    assert "--version, --year: for a registered model only" in said


def test_init_never_overwrites(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys, place, 2, "init", place / "history.csv", "--config", place / "x.toml")
    assert "there already" in said


def test_check_never_overwrites_a_file(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for target in ("history.csv", "x.toml"):
        words = ("check", place / "history.csv", "--config", place / "x.toml", "--quarantine", place / target)
        assert "this file is there already" in refused(capsys, place, 2, *words)


def test_a_first_row_that_is_no_header_is_not_shown(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "bare.csv").write_text(f"{SECRET},Ada,Lovelace\nx,y,z\n")
    assert "is the header missing?" in refused(capsys, place, 1, *train(place, place / "bare.csv"))


def test_markup_in_a_group_code_harms_nothing(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame = student_years(schools=24, per_school=12)
    frame.loc[frame.index[:60], "lunch"] = "[/B]"
    frame.to_csv(place / "marked.csv", index=False)
    assert run(*train(place, place / "marked.csv")) == 0
    assert "[/B]" in capsys.readouterr().out


def test_a_read_only_home_is_a_machine_fault(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "models").write_text("a file where a folder should be")
    refused(capsys, place, 3, *train(place))


def test_what_nobody_foresaw_shows_no_traceback_and_no_value(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.delenv("EARLYWARN_TRACEBACK", raising=False)
    monkeypatch.setattr("earlywarn.check.survey", broken)
    assert "a fault of the program (ValueError)" in refused(
        capsys, place, 3, "check", place / "history.csv", "--config", place / "x.toml"
    )


def test_an_unknown_command_and_option_are_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("scroe") == 2
    assert run("score", "--nope") == 2
    capsys.readouterr()


def test_check_tells_every_row_in_words_and_in_json(
    place: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    frame = student_years(schools=24, per_school=12).astype({"absent": object})
    frame.loc[3, "absent"] = SECRET
    frame.to_csv(place / "some.csv", index=False)
    more = ("--config", place / "x.toml")
    assert run("check", place / "some.csv", *more, "--quarantine", place / "q.csv") == 0
    said = capsys.readouterr().out
    assert "1,152 rows in = 1,151 accepted + 0 merged + 1 quarantined" in said
    assert "text in a number" in said
    assert SECRET not in said + (place / "q.csv").read_text()
    assert pd.read_csv(place / "q.csv")["line"].tolist() == [5]
    assert run("check", place / "some.csv", *more, "--json") == 0
    assert json.loads(capsys.readouterr().out)["counts"]["quarantined"] == 1


def test_each_json_is_json(
    district: District, own_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = json.loads((own_home / RECORD).read_text()) | {"expires": None}
    (own_home / RECORD).write_text(json.dumps(line) + "\n")
    assert run(*score(district, own_home, tmp_path / "out", "--json")) == 0
    folder = json.loads(capsys.readouterr().out)["folder"]
    assert run("follow", folder, "--outcomes", district.outcomes, "--home", own_home, "--json") == 0
    followed = json.loads(capsys.readouterr().out)
    assert followed["flagged"] == 96
    assert run("models", "--home", own_home, "--json") == 0
    (version,) = json.loads(capsys.readouterr().out)
    assert version["in_force"] is True


def test_every_command_speaks_to_people_too(
    district: District, own_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = json.loads((own_home / RECORD).read_text()) | {"expires": None}
    (own_home / RECORD).write_text(json.dumps(line) + "\n")
    assert run(*score(district, own_home, tmp_path / "out")) == 0
    assert run(*score(district, own_home, tmp_path / "out")) == 0
    said = capsys.readouterr().out
    assert "96 students flagged: they may need support to meet the standard" in said
    assert "whole already; it was left as it is" in said
    (folder,) = (tmp_path / "out").glob("2*")
    assert run("follow", folder, "--outcomes", district.outcomes, "--home", own_home) == 0
    assert "had been flagged" in capsys.readouterr().out
    assert run("models", "--home", own_home) == 0
    assert "made-up" in capsys.readouterr().out


def test_a_starter_config_is_written(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("init", place / "history.csv", "--config", place / "new.toml") == 0
    assert "[standard]" in (place / "new.toml").read_text()
    capsys.readouterr()


def test_a_guessed_encoding_is_told_whatever_is_done_with_the_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.toml").write_text(TOML, encoding="utf-8")
    student_years().head(60).assign(note="\u00e9").to_csv(tmp_path / "r.csv", index=False, encoding="cp1252")
    run("train", tmp_path / "r.csv", "--config", tmp_path / "x.toml", "--home", tmp_path / "models")
    said = capsys.readouterr().err
    assert "LOOK" in said
    assert "Windows-1252" in said


def test_an_exported_query_overwrites_nothing_and_names_its_dialects(
    own_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record, there = own_home / RECORD, tmp_path / "risk.sql"
    line = json.loads(record.read_text("utf-8")) | {"expires": None}  # whatever day it is
    record.write_text(json.dumps(line) + "\n", encoding="utf-8")
    words = ("export-sql", "--dialect", "duckdb", "--home", own_home, "--as-of", "2023-06-30", "--out", there)
    there.write_text("mine", encoding="utf-8")
    assert "this file is there already" in refused(capsys, tmp_path, 2, *words)
    there.unlink()
    assert run(*words) == 0
    assert capsys.readouterr().out.startswith(f"wrote {there}")
    written = there.read_text("utf-8")
    assert run(*words[:-2], "made-up") == 0
    assert capsys.readouterr().out == written
    assert "no promoted model is called" in refused(capsys, tmp_path, 2, *words[:-2], "other")
    assert "no name of a table" in refused(capsys, tmp_path, 2, *words[:-2], "--table", "a..b")
