"""Outcomes joined by the one standard; promises judged; unknown never met."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from earlywarn.cli.show_follow import show_follow
from earlywarn.columns import MISSED
from earlywarn.errors import RosterError, UsageError
from earlywarn.follow import follow
from earlywarn.groups import EVERYONE
from earlywarn.score_run import SCORES
from tests.conftest import District
from tests.test_score import scored


def _outcomes(district: District) -> pd.DataFrame:
    return pd.read_csv(district.outcomes, dtype={"student_id": str, "grade": str})


def test_counts_equal_a_join_by_hand(district: District, tmp_path: Path) -> None:
    run = scored(district, tmp_path)
    followed = follow(run.folder, district.outcomes, district.home)
    table = pd.read_parquet(run.folder / SCORES).merge(
        _outcomes(district), on="student_id", how="left", suffixes=("", "_later")
    )
    table = table[table["status"] == "scored"]
    missed = (table["read"] < 690) | (table["math"] < 690)
    met = ~missed & table["read"].notna() & table["math"].notna()
    assert followed.missed == missed.sum()
    assert followed.flagged_missed == (missed & table["flagged"]).sum()
    assert followed.flagged_met == (met & table["flagged"]).sum()
    assert followed.unknown == (~missed & ~met).sum()
    recall = next(f for f in followed.audited.figures if f.measure == "recall" and f.cell == EVERYONE)
    assert recall.value == pytest.approx((missed & table["flagged"]).sum() / missed.sum())
    assert MISSED == 1


def test_outcomes_that_are_due_three_years_later_are_looked_for_there(
    district: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = scored(district, tmp_path)
    at_once = follow(run.folder, district.outcomes, district.home)
    later = at_once.serving.cohort.model_copy(update={"outcome_years": 3})
    serving = at_once.serving.model_copy(update={"cohort": later})
    monkeypatch.setattr("earlywarn.follow.parse_serving", lambda raw, where: serving)
    with pytest.raises(RosterError, match="results of school year 2026, one grade on"):
        follow(run.folder, district.outcomes, district.home)
    _outcomes(district).assign(school_year=2026).to_csv(tmp_path / "later.csv", index=False)
    assert follow(run.folder, tmp_path / "later.csv", district.home).missed == at_once.missed


def test_a_level_promise_is_kept_or_broken(district: District, tmp_path: Path) -> None:
    run = scored(district, tmp_path)
    told = {
        p.level.name: p for p in follow(run.folder, district.outcomes, district.home).promises if p.cell == EVERYONE
    }
    (name,) = (name for name in ("Moderate", "Low") if told[name].held is not None)
    assert told[name].held is True
    worse = _outcomes(district).assign(read=1.0)
    worse.to_csv(tmp_path / "worse.csv", index=False)
    broken = {
        p.level.name: p
        for p in follow(run.folder, tmp_path / "worse.csv", district.home).promises
        if p.cell == EVERYONE
    }
    assert broken[name].held is False


def test_students_without_results_are_unknown_and_others_results_are_counted(
    district: District, tmp_path: Path
) -> None:
    run = scored(district, tmp_path)
    some = _outcomes(district).iloc[:200]
    some.iloc[:5, some.columns.get_loc("student_id")] = [f"X{n}" for n in range(5)]
    some.to_csv(tmp_path / "some.csv", index=False)
    followed = follow(run.folder, tmp_path / "some.csv", district.home)
    assert followed.unmatched >= 5
    assert followed.unknown >= 280


@pytest.mark.parametrize(("column", "value"), [("school_year", 2023), ("grade", "3"), ("student_id", "nobody")])
def test_results_of_another_year_grade_or_students_are_refused(
    district: District, tmp_path: Path, column: str, value: object
) -> None:
    run = scored(district, tmp_path)
    frame = _outcomes(district).drop_duplicates("student_id")
    frame[column] = value if column != "student_id" else [f"X{n}" for n in range(len(frame))]
    frame.to_csv(tmp_path / "other.csv", index=False)
    with pytest.raises(RosterError, match="no result belongs to a student"):
        follow(run.folder, tmp_path / "other.csv", district.home)


def test_results_that_are_all_blank_are_refused_and_one_is_told_without_a_number_from_nothing(
    district: District, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made, results = scored(district, tmp_path).folder, pd.read_csv(district.outcomes, dtype={"student_id": str})
    path = tmp_path / "results.csv"
    results.assign(read=None, math=None).to_csv(path, index=False)
    with pytest.raises(RosterError, match="no result of a student of this run says whether"):
        follow(made, path, district.home)
    results.head(1).to_csv(path, index=False)
    show_follow(follow(made, path, district.home))
    said = capsys.readouterr().out
    assert "0 of 0" not in said
    assert "No difference between groups could be judged" in said


def test_a_folder_that_is_no_score_run_is_told(district: District, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no manifest\.json"):
        follow(tmp_path, district.outcomes, district.home)
    with pytest.raises(UsageError, match="no such folder"):
        follow(tmp_path / "none", district.outcomes, district.home)


def test_no_level_of_a_group_is_told_as_it_is_beside_a_small_one(district: District, tmp_path: Path) -> None:
    run = scored(district, tmp_path)
    followed = follow(run.folder, district.outcomes, district.home)
    of_groups = [promise for promise in followed.promises if promise.cell != EVERYONE]
    assert any(not promise.students or promise.came is None for promise in of_groups)
    assert all(promise.students % 10 == 0 for promise in of_groups)
    assert all(round(p.came.value, 2) == p.came.value for p in of_groups if p.came)


def test_totals_below_the_minimum_are_not_told(district: District, tmp_path: Path) -> None:
    run = scored(district, tmp_path)
    followed = replace(follow(run.folder, district.outcomes, district.home), not_scored_missed=3)
    assert followed.count("not_scored_missed").number is None
    known = followed.audited.suppression
    few = [kind for kind in ("flagged_met", "flagged_unknown") if known.numbers[0, known.kinds.place[kind]] < 10]
    for kind in few:
        assert followed.count(kind).number is None or not known.numbers[0, known.kinds.place[kind]]
    assert followed.count("missed").number == followed.missed
