"""``earlywarn check``: every row accounted for, by rule and by group; what changed; a list for the clerk; no value."""

import csv
import json
import re
from pathlib import Path

import pandas as pd
import pytest

from earlywarn.bands import load_bands
from earlywarn.check import CORRECTIONS, PAGE, PROFILE, RECORD, Order, check, check_district, write
from earlywarn.config.experiment import Experiment
from earlywarn.config.load import load_experiment
from earlywarn.errors import ConfigError, RosterError, UsageError
from earlywarn.report.check_page import check_page
from earlywarn.report.check_record import check_record, corrections_csv
from earlywarn.report.checked import NO_SCHOOL, OTHER_SCHOOLS, Checked
from earlywarn.score import Order as ScoreOrder
from earlywarn.score import score as run_score
from earlywarn.score import score_district
from earlywarn.score_run import open_run
from tests.cli.test_faults import run
from tests.conftest import AS_OF, TODAY, District
from tests.district import TOML, student_years

SECRET = "zebra-417"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "x.toml").write_text(TOML, encoding="utf-8")
    return tmp_path


def made(place: Path, name: str = "roster.csv", **changed: object) -> Path:
    """Write the made-up history, some columns replaced."""
    student_years().assign(**changed).to_csv(place / name, index=False)
    return place / name


def checked(place: Path, roster: Path, against: Path | None = None) -> Checked:
    return check(Order(roster, against), experiment(place), lambda step: None)


def experiment(place: Path) -> Experiment:
    return load_experiment(place / "x.toml")


def spoilt(place: Path) -> Path:
    """Write a history in which forty rows have a fault, thirty of them of one group."""
    history = student_years()
    history["absent"] = history["absent"].astype(object)
    history.loc[history.index[history["lunch"] == "F"][:30], "absent"] = SECRET
    history.loc[history.index[history["lunch"] == "N"][:10], "grade"] = SECRET
    history.to_csv(place / "spoilt.csv", index=False)
    return place / "spoilt.csv"


def test_rows_are_told_by_rule_and_by_group(place: Path) -> None:
    found = checked(place, spoilt(place))
    counts = found.surveyed.counts
    assert (counts.rows_in, counts.accepted, counts.merged, counts.quarantined) == (2880, 2840, 0, 40)
    assert [(rule.name, rule.rows) for rule in found.rules] == [("text_in_number", 30), ("bad_grade", 10)]
    lunch = {line.words: line.numbers for line in found.groups if line.attribute == "lunch"}
    assert {words: numbers[-1] for words, numbers in lunch.items()} == {
        "Free lunch": "about 30",
        "No free lunch": "about 10",
    }


def test_a_group_of_few_keeps_its_line_and_no_number_gives_it_away(place: Path) -> None:
    history = student_years()
    history.loc[history.index[:6], "lunch"] = ""
    history.to_csv(place / "few.csv", index=False)
    found = checked(place, place / "few.csv")
    lunch = {line.words: line.numbers for line in found.groups if line.attribute == "lunch"}
    assert lunch["Free lunch not recorded"] == ()
    assert all(word.startswith(("about", "fewer")) for numbers in lunch.values() for word in numbers)


def test_no_value_stands_in_the_page_the_record_or_the_list(place: Path) -> None:
    found = checked(place, spoilt(place))
    written = check_page(found) + json.dumps(check_record(found)) + corrections_csv(found.corrections).decode()
    assert SECRET not in written
    assert "text in a number" in written


def test_the_page_holds_itself_and_its_account_adds_up(place: Path) -> None:
    page = check_page(checked(place, spoilt(place)))
    assert not re.findall(r"(?:src|href)=\"(?!#)", page)
    assert "2,880\xa0rows in = 2,840 accepted + 0 merged + 40 quarantined" in page or "2,880 rows in" in page


def test_the_correction_list_is_by_school_and_safe_to_open(place: Path) -> None:
    history = student_years()
    history["absent"] = history["absent"].astype(object)
    history.loc[[0, 5], "absent"] = "x"
    history.loc[7, "school_id"] = "=HYPERLINK(1)"
    history.loc[7, "absent"] = "x"
    history.loc[9, "school_id"] = ""
    history.to_csv(place / "=bad.csv", index=False)
    found = checked(place, place / "=bad.csv")
    rows = list(csv.DictReader(corrections_csv(found.corrections).decode().splitlines()))
    assert [(row["school"], row["line"], row["rule"]) for row in rows] == [
        (OTHER_SCHOOLS, "9", "text_in_number"),
        (NO_SCHOOL, "11", "missing_school"),
        ("S00", "2", "text_in_number"),
        ("S00", "7", "text_in_number"),
    ]
    assert {row["file"] for row in rows} == {"'=bad.csv"}


def test_out_writes_a_folder_that_a_later_check_is_held_against(place: Path) -> None:
    write(checked(place, made(place)), place / "first")
    assert {path.name for path in (place / "first").iterdir()} >= {PAGE, RECORD, CORRECTIONS, PROFILE}
    same = checked(place, made(place), place / "first")
    assert same.changes is not None
    assert same.changes.alarms == ()
    history = student_years(seed=8)
    typo = history["lunch"].where(history["lunch"].eq("F") | (history.index % 5 > 0), "Not Eligibile")
    jumped = checked(place, made(place, "second.csv", lunch=typo), place / "first" / PROFILE)
    assert ("lunch", "Not Eligibile") in {(shift.column, shift.code) for shift in jumped.changes.alarms}
    assert "Not Eligibile" in check_page(jumped)
    assert {rule.name for rule in jumped.rules} == {"unknown_code"}


def test_a_score_run_holds_the_profile_for_the_next_check(district: District, place: Path) -> None:
    scores = place / "scores"
    run_score(ScoreOrder(district.roster, scores, district.home, AS_OF, TODAY), lambda step: None)
    found = checked(place, district.roster, scores)
    assert found.changes is not None
    assert found.changes.alarms == ()
    (folder,) = (path for path in scores.iterdir() if path.is_dir())
    assert found.profile.to_json() == open_run(folder).manifest.profile["door"]


def test_something_else_than_a_profile_to_compare_with_is_refused(place: Path) -> None:
    (place / "empty").mkdir()
    (place / "x.json").write_text("{}")
    for against in ("empty", "x.json"):
        with pytest.raises(UsageError, match="no profile of a roster"):
            checked(place, made(place), place / against)


BANDS = """
[[bands]]
grades = ["1", "2"]
experiment = "low.toml"
[[bands]]
grades = ["3"]
experiment = "x.toml"
"""


def bands(place: Path, text: str = BANDS) -> Path:
    (place / "low.toml").write_text(TOML.replace('name = "made-up"', 'name = "lower"'), encoding="utf-8")
    (place / "district.toml").write_text(text, encoding="utf-8")
    return place / "district.toml"


def test_every_row_is_of_one_band_or_counted_apart(place: Path) -> None:
    history = student_years()
    history.loc[[0, 1], "grade"] = ["", "4"]
    text = history.to_csv(index=False) + "short,row\n"
    (place / "d.csv").write_text(text, encoding="utf-8")
    found = check_district(place / "d.csv", load_bands(bands(place)), None, lambda step: None)
    account = found.account()
    each = [band["counts"]["rows_in"] for band in account["bands"]]
    assert each == [720 * 2 - 2, 720]
    assert account["rows_in"] == len(text.splitlines()) - 1 == sum(each) + 720 + 1 + 2
    assert (account["out_of_scope"], account["quarantined_without_a_band"]) == (721, 2)
    assert account["out_of_scope_by_grade"] == {"4": 721}
    assert sorted(refusal.name for refusal in found.rest.refusals) == ["missing_grade", "short_row"]


def test_a_grade_that_no_standard_knows_is_refused_and_never_out_of_scope(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    history = student_years()
    third = history.index[history["grade"] == "3"]
    history.loc[third[:400], "grade"] = ["03", "Grade 3"] * 200
    history.to_csv(place / "d.csv", index=False)
    assert run("check", place / "d.csv", "--district", bands(place), "--out", place / "out") == 1
    told = capsys.readouterr()
    assert "= 1,760 of a band + 720 out of scope + 400 quarantined without a band" in told.out
    assert "Out of scope, by grade that no band serves: grade 4 720" in told.out
    assert "400 of 2,880 rows are refused" in " ".join(told.err.split())
    account = json.loads((place / "out" / "district.json").read_bytes())
    assert [(rule["name"], rule["rows"]) for rule in account["rules_without_a_band"]] == [("bad_grade", 400)]
    rows = pd.read_csv(place / "out" / CORRECTIONS, dtype=str)
    assert len(rows) == 400
    assert (set(rows["rule"]), set(rows["school"])) == ({"bad_grade"}, set(history["school_id"][third[:400]]))
    assert rows["line"].astype(int).max() == third[399] + 2


def test_a_grade_in_two_bands_and_one_that_nobody_knows_are_refused(place: Path) -> None:
    with pytest.raises(ConfigError, match="grade 2 stands in two bands"):
        load_bands(bands(place, BANDS.replace('"3"', '"2"')))
    with pytest.raises(ConfigError, match="grade '9'"):
        load_bands(bands(place, BANDS.replace('"3"', '"9"')))


def test_the_command_writes_pages_and_json(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    roster, more = made(place), ("--config", place / "x.toml")
    assert run("check", roster, *more, "--out", place / "out", "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert record == json.loads((place / "out" / RECORD).read_bytes())
    assert run("check", roster, "--district", bands(place), "--out", place / "both") == 0
    assert "out of scope" in capsys.readouterr().out
    assert {path.name for path in (place / "both").iterdir()} == {
        "lower", "made-up", "district.json", "quarantine.csv", "corrections.csv",
    }  # fmt: skip
    assert run("check", roster) == 2
    assert pd.read_csv(place / "both" / "quarantine.csv").empty


def test_a_district_is_scored_band_by_band(district: District, place: Path) -> None:
    roster = pd.read_csv(district.roster, dtype=str)
    roster.loc[:5, "grade"] = "4"
    roster.loc[6:8, "grade"] = "12"
    roster.to_csv(place / "roster.csv", index=False)
    served = load_bands(bands(place, '[[bands]]\ngrades = ["3"]\nexperiment = "x.toml"\n'))
    order = ScoreOrder(place / "roster.csv", place / "runs", district.home, AS_OF, TODAY)
    scored = score_district(order, served, lambda step: None)
    ((stored, fresh),) = scored.runs
    account = json.loads(scored.path.read_bytes())
    assert scored.path == place / "runs" / f"{AS_OF}-district.json"
    assert fresh
    assert account["rows_in"] == len(roster) == stored.manifest.counts.rows_in + 9
    assert (account["out_of_scope"], account["out_of_scope_by_grade"]) == (6, {"4": 6})
    assert account["quarantined_without_a_band"] == 3
    assert len(pd.read_csv(place / "runs" / f"{AS_OF}-district-quarantine.csv")) == 3


def test_the_command_score_tells_who_is_out_of_scope_and_where_the_account_is(
    district: District, place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("earlywarn.cli.main._today", lambda: TODAY)
    roster = pd.read_csv(district.roster, dtype=str)
    roster.loc[:5, "grade"] = "4"
    roster.to_csv(place / "roster.csv", index=False)
    served = bands(place, '[[bands]]\ngrades = ["3"]\nexperiment = "x.toml"\n')
    order = ("score", place / "roster.csv", "--district", served, "--home", district.home, "--as-of", AS_OF)
    assert run(*order, "--out", place / "runs") == 0
    told, path = capsys.readouterr().out, place / "runs" / f"{AS_OF}-district.json"
    assert "Out of scope, by grade that no band serves: grade 4 6" in told
    assert str(path) in told
    assert run(*order, "--out", place / "runs", "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["account"], record["out_of_scope_by_grade"], len(record["runs"])) == (str(path), {"4": 6}, 1)


def test_a_roster_of_unknown_grades_is_not_scored(district: District, place: Path) -> None:
    roster = pd.read_csv(district.roster, dtype=str)
    roster.loc[:99, "grade"] = "Grade 3"
    roster.to_csv(place / "roster.csv", index=False)
    served = load_bands(bands(place, '[[bands]]\ngrades = ["3"]\nexperiment = "x.toml"\n'))
    order = ScoreOrder(place / "roster.csv", place / "runs", district.home, AS_OF, TODAY)
    with pytest.raises(RosterError, match="100 of 480 rows are refused"):
        score_district(order, served, lambda step: None)
    assert not (place / "runs").exists()


def test_options_of_one_experiment_are_not_ignored_beside_a_district(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roster, district = made(place), bands(place)
    assert run("check", roster, "--district", district, "--quarantine", place / "q.csv") == 2
    assert run("check", roster, "--district", district, "--config", place / "x.toml") == 2
    told = capsys.readouterr().err
    assert "--quarantine: for one experiment only" in told
    assert "--config: for one experiment only" in told


def test_lines_of_a_part_name_the_part(place: Path) -> None:
    (place / "parts").mkdir()
    made(place / "parts", "a.csv")
    spoilt(place).rename(place / "parts" / "b.csv")
    shown = {
        line for rule in checked(place, place / "parts").rules for line in rule.lines if rule.fate == "quarantined"
    }
    assert shown
    assert all(line.startswith(("a.csv: ", "b.csv: ")) for line in shown)
