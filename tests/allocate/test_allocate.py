"""From a score run to tables, JSON, page and files; bad input refused in words; ids in private files alone."""

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from earlywarn.allocate.private import DRAWN
from earlywarn.handover import read_allocation
from earlywarn.score_run import SCORES
from tests.cli.test_faults import refused, run
from tests.conftest import District
from tests.test_score import scored


@pytest.fixture(scope="module")
def place(district: District, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A score run beside a table of supports."""
    folder = tmp_path_factory.mktemp("allocate")
    made = scored(district, folder)
    made.folder.rename(folder / "run")
    inputs = pd.read_parquet(folder / "run" / SCORES)["reasons"].explode().dropna().unique()
    table = f"name,seats,answers,words\ntutoring,30,{';'.join(inputs[:2])},In fours\nmentors,12,all,An hour a week\n"
    (folder / "supports.csv").write_text(table, encoding="utf-8")
    return folder


def words(place: Path, district: District, *more: object) -> tuple[object, ...]:
    return ("allocate", place / "run", "--supports", place / "supports.csv", "--home", district.home, *more)


def record(place: Path, district: District, capsys: pytest.CaptureFixture[str], *more: object) -> dict[str, object]:
    assert run(*words(place, district, "--json", *more)) == 0
    return dict(json.loads(capsys.readouterr().out))


def test_policies_stand_side_by_side_and_by_need_is_proved(
    place: Path, district: District, capsys: pytest.CaptureFixture[str]
) -> None:
    told = record(place, district, capsys, "--floor", 1, "--outcomes", district.outcomes, "--reach", 0.2)
    policies = {policy["name"]: policy for policy in told["policies"]}
    assert list(policies) == ["equal by school", "equal by student", "by need", "by need with floors"]
    assert all(policy["proved_gap"] == 0 for policy in policies.values())
    best = policies["by need"]["reached"]["value"]
    assert all(policy["reached"]["value"] <= best for policy in policies.values())
    assert policies["by need"]["seats"]["tutoring"]["given"] == 30
    assert all(policy["actual"] is not None for policy in policies.values())
    assert min(line["seats"] for line in policies["by need with floors"]["schools"]) >= 1
    assert told["needed"]["seats"] > 0
    assert len(told["change_hands"]) == 6
    assert all(pair["one_alone"] == pair["other_alone"] for pair in told["change_hands"])


def test_the_terminal_says_that_the_standard_is_one(
    place: Path, district: District, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words(place, district, "--reach-floor", 0.3)) == 0
    said = capsys.readouterr().out
    assert "The standard, the same for every student under every policy" in said
    assert "proved to the last seat" in said
    assert "ask counsel" in said


def test_no_column_is_lost_on_a_narrow_terminal(place: Path, district: District) -> None:
    """Five policies and what came, on 80 columns: every figure of by need stands in its row."""
    order = words(place, district, "--floor", 1, "--reach-floor", 0.3, "--outcomes", district.outcomes)
    line = [sys.executable, "-c", "from earlywarn.cli.main import app_entry; app_entry()", *map(str, order)]
    done = subprocess.run(line, env=os.environ | {"COLUMNS": "80"}, capture_output=True, text=True, check=True)
    assert re.search(r"(?m)^ by need +42 +\d.* +\d.* +\d.* +0 \(.*\) *$", done.stdout)
    assert re.search(r"(?m)^ by need +0 +0( +[~<]\d+){4} *$", done.stdout)
    assert re.search(r"(?m)^ S00 +\d+ +\d+( +\d+ \(\d+\)){5} *$", done.stdout)


def test_the_desks_file_is_read_back_and_is_private(
    place: Path, district: District, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "seats.json"
    assert run(*words(place, district, "--choose", "by need", "--out", out, "--approved-by", "A. Board")) == 0
    form = read_allocation(out)
    assert (form.score_run, form.policy, form.approved_by, len(form.places)) == ("run", "by need", "A. Board", 42)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    scores = pd.read_parquet(place / "run" / SCORES).set_index("student_id")["risk"]
    seated = scores[[place.student_id for place in form.places]]
    assert seated.min() >= scores.drop(seated.index).nlargest(60).min()


def test_the_desk_is_told_of_limits_that_hold_under_every_policy(
    place: Path, district: District, tmp_path: Path
) -> None:
    (tmp_path / "supports.csv").write_text("name,seats,answers,words,min,max\ntutoring,30,all,In fours,1,8\n")
    order = ("allocate", place / "run", "--supports", tmp_path / "supports.csv", "--home", district.home)
    assert run(*order, "--choose", "by need", "--out", tmp_path / "seats.json") == 0
    (support,) = read_allocation(tmp_path / "seats.json").supports
    assert support.words == "In fours (at least 1 and at most 8 a school)"


def test_every_policys_seats_and_draws_stand_in_the_private_file(
    place: Path, district: District, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "students.csv"
    assert run(*words(place, district, "--students", path)) == 0
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert (rows["by need"] != "").sum() == 42
    assert set(rows["by need: draw"]) <= {"", DRAWN, "not drawn"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_id_stands_on_the_page_the_screen_or_in_json(
    place: Path, district: District, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    assert run(*words(place, district, "--page", page, "--floor", 1)) == 0
    shown = page.read_text("utf-8") + capsys.readouterr().out
    assert run(*words(place, district, "--json")) == 0
    shown += capsys.readouterr().out
    ids = pd.read_parquet(place / "run" / SCORES)["student_id"]
    assert [each for each in ids if each in shown] == []


def test_the_page_asks_for_nothing_and_is_the_same_twice(
    place: Path, district: District, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = [tmp_path / "one.html", tmp_path / "two.html"]
    for page in pages:
        assert run(*words(place, district, "--page", page, "--reach-floor", 0.3, "--outcomes", district.outcomes)) == 0
    text = pages[0].read_text("utf-8")
    assert text == pages[1].read_text("utf-8")
    assert "The standard, the same for every student under every policy" in text
    assert "ask counsel" in text
    for word in ("http://", "https://", "<script", " style="):
        assert word not in text.replace("http://www.w3.org", "")


def test_policies_from_a_toml_are_held_against_by_need(
    place: Path, district: District, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "policies.toml"
    path.write_text('[[policies]]\nname = "half"\nshare = "school"\npart = 0.5\n', encoding="utf-8")
    told = record(place, district, capsys, "--policies", path)
    assert [policy["name"] for policy in told["policies"]] == ["by need", "half"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[policies]]\nname = "x"\nflor = 1\n', "unknown key 'flor'"),
        ('[[policies]]\nname = "x"\nflor = 1\n', "did you mean 'floor'?"),
        ('[[policies]]\nname = "x"\npart = 0.5\n', "part says how much"),
        ('[[policies]]\nname = "x"\nshare = "school"\nreach_floor = 0.5\n', "reach_floor moves seats between schools"),
        ('[[policies]]\nname = "x"\nfloor_by = "grade"\nshare = "school"\n', "floor_by"),
        ('[[policies]]\nname = "x"\n[[policies]]\nname = "x"\n', "two policies are called 'x'"),
        ('[[policies]]\nname = "by need"\nfloor = 1\n', "the plain policy"),
        ("policies = []", "at least 1 item"),
        ('[[policies]]\nname = "x"\nfloor = true\n', "policies[1].floor"),
        ('[[policies]]\nname = "x"\nfloor = 99999999999999999999\n', "policies[1].floor"),
        ('[[policies]]\nname = "By need"\nfloor = 1\n', "the plain policy"),
    ],
)
def test_a_policies_toml_that_cannot_be_is_refused(
    text: str, told: str, place: Path, district: District, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "policies.toml"
    path.write_text(text, encoding="utf-8")
    assert told in refused(capsys, tmp_path, 2, *words(place, district, "--policies", path))


def test_policies_a_few_students_apart_are_told_alike_by_group(
    place: Path, district: District, capsys: pytest.CaptureFixture[str]
) -> None:
    """One student exchanged between two policies must not move a group's figure from one word to the next."""
    told = record(place, district, capsys, "--floor", 1)
    apart = {(pair["one"], pair["other"]): max(pair["one_alone"], pair["other_alone"]) for pair in told["change_hands"]}
    for policy in told["policies"]:
        like = policy["groups_told_as"]
        others = [other for other in told["policies"] if other["name"] == like]
        assert [other["groups"] for other in others] == [policy["groups"] for _ in others]
        alone = [other["name"] for other in told["policies"] if other["groups_told_as"] is None]
        near = [n for n in alone if min(apart.get((policy["name"], n), 99), apart.get((n, policy["name"]), 99)) < 10]
        assert (like in near) if like else not near
    assert any(policy["groups_told_as"] for policy in told["policies"])


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--reach", 0), "no share"),
        (("--reach", "-inf"), "no share"),
        (("--reach-floor", 0), "no share"),
        (("--choose", "by need", "--out", "x.json", "--students", "x.json"), "two of them name one file"),
        (("--choose", "by need", "--out", "x.json", "--page", "./x.json"), "two of them name one file"),
    ],
)
def test_numbers_and_files_that_cannot_be_are_refused(
    more: tuple[object, ...], told: str, place: Path, district: District, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert told in refused(capsys, tmp_path, 2, *words(place, district, *more))
    assert not (place / "x.json").exists()


def test_equality_is_said_of_equal_shares_alone(
    place: Path, district: District, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "policies.toml"
    one = '[[policies]]\nname = "nearly by need"\nshare = "school"\npart = 0.1\n'
    path.write_text(one, encoding="utf-8")
    assert run(*words(place, district, "--policies", path)) == 0
    assert "Equality" not in capsys.readouterr().out
    path.write_text(one + '[[policies]]\nname = "the same for all"\nshare = "school"\n', encoding="utf-8")
    assert run(*words(place, district, "--policies", path)) == 0
    assert "Equality (the same for all)" in capsys.readouterr().out


def test_a_plan_whose_policies_are_all_at_fault_is_not_called_too_short(
    place: Path, district: District, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "policies.toml"
    path.write_text('[[policies]]\nname = "x"\npart = 0.5\n', encoding="utf-8")
    assert "at least 1" not in refused(capsys, tmp_path, 2, *words(place, district, "--policies", path))


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("tutoring,100000,all", "seats in all for"),
        ("tutoring,5,nothing", "'nothing' is no input of the model"),
    ],
)
def test_a_table_that_cannot_be_is_refused(
    row: str, told: str, place: Path, district: District, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(f"name,seats,answers\n{row}\n", encoding="utf-8")
    order = ("allocate", place / "run", "--supports", path, "--home", district.home)
    assert told in refused(capsys, tmp_path, 1, *order)


def test_floors_that_cannot_be_met_are_refused(
    place: Path, district: District, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(capsys, tmp_path, 1, *words(place, district, "--floor", 2))
    assert "seats more, or lower the floor to" in said


@pytest.mark.parametrize(
    "more",
    [
        ("--choose", "by need"),
        ("--out", "x.json"),
        ("--approved-by", "A. Board"),
        ("--reach-floor", "-1"),
        ("--choose", "by wish", "--out", "x.json"),
        ("--policies", "x.toml", "--floor", "1"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    more: tuple[str, ...], place: Path, district: District, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    refused(capsys, tmp_path, 2, *words(place, district, *more))


def test_nothing_that_is_there_is_written_over(
    place: Path, district: District, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "page.html").write_text("mine", encoding="utf-8")
    assert "there already" in refused(capsys, tmp_path, 2, *words(place, district, "--page", tmp_path / "page.html"))


def test_outcomes_of_nobody_here_are_refused(
    place: Path, district: District, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = pd.read_csv(district.outcomes, dtype=str).drop_duplicates("student_id")
    rows["student_id"] = [f"X{number}" for number in range(len(rows))]
    rows.to_csv(tmp_path / "others.csv", index=False)
    order = words(place, district, "--outcomes", tmp_path / "others.csv")
    assert "no result belongs to a student of this run" in refused(capsys, tmp_path, 1, *order)
