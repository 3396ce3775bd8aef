"""What is told to people, machines and the desk: one set of figures, readable by its owner, with no cause in it."""

import json
import stat
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from earlywarn.audit.figures import Form
from earlywarn.audit.funnel import reason_share
from earlywarn.cli.followed_form import followed_form
from earlywarn.cli.main import app
from earlywarn.cli.show_follow import follow_record, show_follow
from earlywarn.cli.tables import with_interval
from earlywarn.errors import UsageError
from earlywarn.follow import follow
from earlywarn.followed.sentences import NO_CAUSE, group_words
from earlywarn.groups import EVERYONE, MISSING, Cell
from earlywarn.handover import read_followed
from tests.followed.made import Made, card

TODAY = date(2027, 7, 1)


def test_the_file_for_the_desk_is_read_back_and_its_owners_alone(made: Made) -> None:
    run, results, home, desk = map(str, made.write())
    out = made.folder / "followed.json"
    words = ["follow", run, "--outcomes", results, "--decisions", desk, "--out", str(out), "--home", home, "--json"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    form = read_followed(out)
    assert [promise.level for promise in form.promises] == ["High", "Moderate", "Low"]
    assert form.sentences[-1] == NO_CAUSE
    record = json.loads(done.stdout)
    told = {(row["stage"], row["group"]): row["students"] for row in record["reach"]}
    assert told["flagged", "all"] == next(row.students for row in form.reach if row.stage == "flagged")
    assert isinstance(CliRunner().invoke(app, words).exception, UsageError), "the file is there already"


def test_a_run_that_is_opened_from_inside_its_folder_has_its_name(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    _, results, home, desk = (path.resolve() for path in made.write())
    monkeypatch.chdir(made.run)
    assert followed_form(follow(Path("."), results, home, desk), TODAY).score_run == "run"


def test_no_student_is_in_what_is_told(made: Made) -> None:
    followed = made.follow()
    texts = json.dumps(follow_record(followed)) + followed_form(followed, TODAY).model_dump_json()
    assert not any(f'"{student}"' in texts for student in made.results["student_id"])


def test_of_a_small_group_only_that_it_is_small_is_told(made: Made) -> None:
    record = follow_record(made.follow())
    reached = [row["students"] for row in record["reach"]]
    assert all(number is None or number >= 10 for number in reached)
    assert all(row["for_other"] is None for row in record["feedback"]["counts"])


def test_the_terminal_says_the_same_sentences_as_the_file(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    followed = made.follow()
    show_follow(followed)
    shown = " ".join(capsys.readouterr().out.split())
    assert all(" ".join(sentence.split()) in shown for sentence in followed_form(followed, TODAY).sentences)


def test_the_terminal_tells_the_reasons_for_dismissal_by_group(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    followed = made.follow()
    show_follow(followed)
    shown = capsys.readouterr().out.split("Dismissed, of the reviewed, because")[1].split("Of about")[0]
    assert followed.feedback is not None
    figures = [f for f in followed.feedback.told.audited.figures if f.measure == reason_share("not_needed")]
    told = [f.estimate for f in figures if f.form is Form.VALUE and f.cell.depth <= 1 and f.estimate is not None]
    assert told
    assert all(with_interval(estimate, 2) in shown for estimate in told)


def test_a_district_too_small_to_judge_says_what_it_lacks(made: Made) -> None:
    made.results = made.results.iloc[:25]
    followed = made.follow()
    assert all("too little data" in part.reason for part in followed.schools if part.name != "risk_between")
    assert all(promise.held is None for promise in followed.promises)
    assert followed.reach.leak is None
    form = followed_form(followed, TODAY)
    assert all(promise.came is None and promise.held is None for promise in form.promises)


def test_the_schools_part_in_the_risk_is_told_before_any_outcome(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("earlywarn.assess.load_scorecard", lambda home, sha256: card())
    words = ["audit", str(made.run), "--home", str(made.folder), "--out", str(made.folder / "audits"), "--json"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    (early,) = json.loads(done.stdout)["schools"]
    (late,) = (part for part in follow_record(made.follow())["schools"] if part["measure"] == "risk_between")
    assert early == late


def test_a_group_is_named_with_its_attribute_once(made: Made) -> None:
    groups = made.follow().serving.groups
    cells = (EVERYONE, Cell(("sex",), ("F",)), Cell(("sex",), (MISSING,)))
    assert [group_words(cell, groups) for cell in cells] == ["All students", "Sex: Girls", "Sex not recorded"]
