"""The door for any system's scores: what is joined, refused and counted, and what refuses the files."""

import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from earlywarn.columns import MET, MISSED, UNKNOWN
from earlywarn.config.audit import AuditPlan, FlagCodes, OutcomeCodes, ScoreColumns, ScoreIs
from earlywarn.config.sections import Attribute, Groups
from earlywarn.errors import RosterError, UsageError
from earlywarn.groups import MISSING, OTHER, GroupTable
from earlywarn.roster import rows as judged
from earlywarn.roster.scores_file import ScoresDoor, open_scores
from tests.roster.made_scores import (
    LENIENT,
    PLAN,
    SCORE,
    Cells,
    door_of,
    group,
    groups,
    refused,
    score,
    scores,
    write,
)

CLASH = "another row of this student says otherwise"
SECRET = "unmistakable"
BOTH_FORMATS = pytest.mark.parametrize("suffix", [".csv", ".parquet"])


def error_of(folder: Path, scores: list[Cells], groups: list[Cells], plan: AuditPlan = PLAN) -> RosterError:
    with pytest.raises(RosterError) as caught:
        door_of(folder, scores, groups, plan)
    return caught.value


def texts(table: GroupTable) -> dict[str, list[str | None]]:
    return {name: coded.texts() for name, coded in table.attributes.items()}


def declared(*columns: str, least: int = 5) -> Groups:
    return Groups(
        attributes={column: Attribute(column=column, title=column) for column in columns}, privacy_minimum=least
    )


# ── what comes through ──────────────────────────────────────────────────────────────────────────────


@BOTH_FORMATS
def test_a_vendors_export_is_joined_with_the_districts_groups(tmp_path: Path, suffix: str) -> None:
    rows = [
        score(student_id="0007", score="0.9", flagged="1", outcome="1"),
        score(student_id="0001", score="0", outcome="", school_id="7"),
        score(student_id="0100", score="1"),
    ]
    sexes = [group(student_id=name, sex=sex) for name, sex in (("0100", "M"), ("0001", "F"), ("0007", ""))]
    plan = AuditPlan(groups=declared("sex"))
    door = door_of(tmp_path, rows, sexes, plan, suffix)
    assert door.score.tolist() == [0.9, 0, 1]
    assert door.flagged is not None
    assert door.flagged.tolist() == [True, False, False]
    assert door.outcome is not None
    assert door.outcome.tolist() == [MISSED, UNKNOWN, MET]
    assert door.school.texts() == ["012", "7", "012"]
    assert texts(door.groups) == {"sex": [MISSING, OTHER, OTHER]}  # too few of each for a group of their own
    assert (door.schools_known, door.rules, len(door)) == (True, None, 3)
    assert (door.join.both, door.join.scores_only, len(door.join.groups_only)) == (3, 0, 0)


def test_parquet_columns_of_any_sound_type_are_read(tmp_path: Path) -> None:
    ids = [f"{number:03d}" for number in range(12)]
    pair = [0, 1] * 6
    columns = {
        "student_id": pa.array(ids, pa.large_string()),
        "score": pa.array([0, 1] * 6, pa.int8()),
        "flagged": pa.array([bool(number) for number in pair]),
        "outcome": pa.array([1.0, 0.0, None] * 4),
        "school_id": pa.array(["1", "2"] * 6).dictionary_encode(),
    }
    parquet.write_table(pa.table(columns), tmp_path / "scores.parquet")
    parquet.write_table(pa.table({"student_id": ids, "lunch": pa.array(pair)}), tmp_path / "groups.parquet")
    door = open_scores(tmp_path / "scores.parquet", tmp_path / "groups.parquet", PLAN)
    assert door.flagged is not None
    assert door.flagged.tolist() == [False, True] * 6
    assert door.outcome is not None
    assert door.outcome.tolist() == [MISSED, MET, UNKNOWN] * 4
    assert texts(door.groups) == {"lunch": [OTHER] * 12}
    assert refused(door) == []


@BOTH_FORMATS
def test_a_blank_score_stays_and_is_counted_as_not_scored(tmp_path: Path, suffix: str) -> None:
    rows = [score(), score(student_id="0002", score="", flagged="")]
    door = door_of(tmp_path, rows, groups(2), suffix=suffix)
    assert door.scored.tolist() == [True, False]
    assert np.isnan(door.score[1])
    assert door.flagged is not None
    assert door.flagged.tolist() == [False, False]
    assert door.accounts[0].counts.accepted == 2


@BOTH_FORMATS
def test_without_outcomes_flags_and_schools_it_says_so(tmp_path: Path, suffix: str) -> None:
    bare = [{key: row[key] for key in ("student_id", "score")} for row in scores(3)]
    door = door_of(tmp_path, bare, groups(3), suffix=suffix)
    assert (door.flagged, door.outcome, door.rules, door.schools_known) == (None, None, None, False)
    assert door.school.texts() == ["all"] * 3


def test_one_outcome_and_one_school_are_for_the_audit_to_judge(tmp_path: Path) -> None:
    door = door_of(tmp_path, scores(3), groups(3))
    assert door.outcome is not None
    assert set(door.outcome.tolist()) == {MET}
    assert door.school.names == ("012",)


def test_codes_are_those_of_the_plan_whatever_their_capitals(tmp_path: Path) -> None:
    plan = AuditPlan(
        outcome=OutcomeCodes(missed=("Y", "true", "1"), met=("N",)), flagged=FlagCodes(yes=("X",), no=("",))
    )
    cells = [("y", "x"), ("TRUE", ""), ("1.0", " X "), (" n ", ""), ("NA", "")]
    rows = [score(student_id=f"{i:04d}", outcome=o, flagged=f) for i, (o, f) in enumerate(cells)]
    door = door_of(tmp_path, rows, groups(4), plan)
    assert door.outcome is not None
    assert door.outcome.tolist() == [MISSED, MISSED, MISSED, MET, UNKNOWN]
    assert door.flagged is not None
    assert door.flagged.tolist() == [True, False, True, False, False]


def test_a_rank_may_be_any_number(tmp_path: Path) -> None:
    plan = AuditPlan(columns=ScoreColumns(score_is=ScoreIs.RANK))
    rows = [score(score="412"), score(student_id="0002", score="-3.5")]
    assert door_of(tmp_path, rows, groups(2), plan).score.tolist() == [412, -3.5]


def test_the_rules_in_use_today_may_have_any_score_or_none(tmp_path: Path) -> None:
    plan = AuditPlan(columns=ScoreColumns(rules="points"))
    rows = [score() | {"points": "7"}, score(student_id="0002") | {"points": ""}]
    door = door_of(tmp_path, rows, groups(2), plan)
    assert door.rules is not None
    np.testing.assert_array_equal(door.rules, [7, np.nan])


def test_a_column_that_the_plan_sets_aside_is_not_read(tmp_path: Path) -> None:
    plan = AuditPlan(columns=ScoreColumns(outcome="", flagged=""))
    door = door_of(tmp_path, [score(outcome="?", flagged="?")], groups(1), plan)
    assert (door.outcome, door.flagged, refused(door)) == (None, None, [])


def test_the_groups_file_may_call_the_id_otherwise_and_hold_the_schools(tmp_path: Path) -> None:
    plan = AuditPlan(columns=ScoreColumns(student_id="Number", groups_student_id="pupil"), groups=declared("sex"))
    own = [{"Number": name, "score": "0.5"} for name in ("1", "2", "3")]
    theirs = [
        {"pupil": "3", "sex": "F", "school_id": "b"},
        {"pupil": "1", "sex": "F", "school_id": "a"},
        {"pupil": "9", "sex": "F", "school_id": "c"},
    ]
    door = door_of(tmp_path, own, theirs, plan)
    assert door.schools_known
    assert door.school.texts() == ["a", MISSING, "b"]
    assert door.school.names == ("a", "b", MISSING)
    assert door_of(tmp_path, own[::2], theirs, plan).school.names == ("a", "b")


def test_a_file_of_a_header_alone_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "scores.csv", scores(1))
    (tmp_path / "groups.csv").write_text("student_id,sex\n", encoding="utf-8")
    with pytest.raises(RosterError, match=r"groups\.csv: a header and no rows"):
        open_scores(tmp_path / "scores.csv", tmp_path / "groups.csv", PLAN)


def test_groups_may_stand_in_the_scores_file(tmp_path: Path) -> None:
    rows = [row | {"sex": sex} for row, sex in zip(scores(6), "FFFFFM", strict=True)]
    door = open_scores(write(tmp_path / "scores.csv", rows), None, AuditPlan(groups=declared("sex")))
    assert texts(door.groups) == {"sex": [*"FFFFF", OTHER]}
    assert (door.join.both, door.join.scores_only, len(door.join.groups_only), len(door.accounts)) == (6, 0, 0, 1)


def test_files_are_named_without_their_folder_and_by_their_hash(tmp_path: Path) -> None:
    door = door_of(tmp_path, scores(2), groups(2))
    hashes = [hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("scores.csv", "groups.csv")]
    assert [account.sha256 for account in door.accounts] == hashes
    assert [account.file for account in door.accounts] == ["scores.csv", "groups.csv"]


# ── groups ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_missing_group_is_a_group_and_a_declared_one_without_students_stays(tmp_path: Path) -> None:
    sex = Attribute(column="sex", title="Sex", values={"X": "Another", "F": "Girls"})
    door = door_of(
        tmp_path,
        scores(3),
        [group(), group(student_id="0002", sex="NA")],
        AuditPlan(groups=Groups(attributes={"sex": sex})),
    )
    assert door.groups.attributes["sex"].names == ("X", "F", MISSING)
    assert texts(door.groups) == {"sex": ["F", MISSING, MISSING]}


def test_without_a_plan_every_column_of_the_groups_file_is_an_attribute(tmp_path: Path) -> None:
    rows = [row | {"English learner": "n", "school_id": "012", "outcome": "1"} for row in groups(10)]
    door = door_of(tmp_path, scores(10), rows)
    assert {name: each.title for name, each in door.comparison.attributes.items()} == {
        "sex": "Sex",
        "race": "Race",
        "english_learner": "English learner",
    }
    assert set(door.groups.attributes) == set(door.comparison.attributes)


def test_a_column_of_many_values_is_no_attribute_unless_the_plan_says_so(tmp_path: Path) -> None:
    rows = [group(student_id=row["student_id"], race=f"{SECRET}{place}") for place, row in enumerate(groups(21))]
    (fault,) = error_of(tmp_path, scores(21), rows).faults
    assert (fault.where, fault.found) == ("groups.csv: column 'race'", "21 different values")
    assert SECRET not in str(fault)
    assert len(door_of(tmp_path, scores(21), rows, AuditPlan(groups=declared("race")))) == 21


def test_more_columns_than_could_be_meant_are_refused(tmp_path: Path) -> None:
    wide = [row | {f"x{place}": "1" for place in range(11)} for row in groups(2)]
    assert "13 columns beside the ids" in str(error_of(tmp_path, scores(2), wide))


def test_a_groups_file_of_ids_alone_is_refused(tmp_path: Path) -> None:
    assert "no column that could be a group" in str(error_of(tmp_path, scores(1), [{"student_id": "0001"}]))


def test_an_audit_without_any_group_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing says who belongs to which group"):
        open_scores(write(tmp_path / "scores.csv", scores(1)), None, PLAN)


# ── rows that are refused or merged ─────────────────────────────────────────────────────────────────


@BOTH_FORMATS
@pytest.mark.parametrize(
    ("column", "cell", "rule"),
    [
        ("student_id", "", "no student id"),
        ("school_id", " ", "no school id"),
        ("score", "high", "text in a score"),
        ("score", "55%", "a percent sign in a score"),
        ("score", "nan", "an infinite or undefined score"),
        ("score", "1e400", "an infinite or undefined score"),
        ("outcome", "2", "the outcome is not one of 1, 0"),
        ("outcome", "maybe", "the outcome is not one of 1, 0"),
        ("outcome", "true", "the outcome is not one of 1, 0"),
        ("flagged", "2", "the flag is not one of 1, true, 0, false"),
        ("flagged", "", "no flag beside a score"),
    ],
)
def test_a_cell_that_nobody_explained_refuses_its_row(
    tmp_path: Path, suffix: str, column: str, cell: str, rule: str
) -> None:
    door = door_of(tmp_path, [score(student_id="0002"), score(**{column: cell})], groups(2), LENIENT, suffix)
    assert refused(door) == [(2 if suffix == ".parquet" else 3, column, rule)]
    assert door.accounts[0].refusals[0].remedy
    assert (len(door), door.accounts[0].counts.quarantined) == (1, 1)


def test_a_score_in_doubt_and_no_flag_is_told_once(tmp_path: Path) -> None:
    door = door_of(tmp_path, [score(student_id="0002"), score(score="x", flagged="")], groups(2), LENIENT)
    assert refused(door) == [(3, "score", "text in a score")]


@BOTH_FORMATS
def test_the_same_row_twice_is_merged(tmp_path: Path, suffix: str) -> None:
    rows = [score(), score(student_id="0002"), score(score="0.250")]
    door = door_of(tmp_path, rows, [group(), group(), group(student_id="0002")], suffix=suffix)
    assert [account.counts.merged for account in door.accounts] == [1, 1]
    assert (len(door), door.join.both) == (2, 2)


@BOTH_FORMATS
@pytest.mark.parametrize(
    ("column", "cell"), [("score", "0.3"), ("flagged", "1"), ("outcome", ""), ("school_id", "013"), ("score", "")]
)
def test_two_rows_of_one_student_that_differ_are_both_refused_by_column(
    tmp_path: Path, suffix: str, column: str, cell: str
) -> None:
    door = door_of(tmp_path, [score(), score(student_id="0002"), score(**{column: cell})], groups(2), LENIENT, suffix)
    first = 1 if suffix == ".parquet" else 2
    assert refused(door) == [(first, column, CLASH), (first + 2, column, CLASH)]
    assert f"line {first + 2}" in door.accounts[0].refusals[0].remedy
    assert len(door) == 1


@BOTH_FORMATS
def test_two_values_of_a_group_for_one_student_are_refused_by_attribute(tmp_path: Path, suffix: str) -> None:
    theirs = [group(), *groups(12)[1:], group(race="B")]
    door = door_of(tmp_path, scores(12), theirs, AuditPlan(max_quarantined=0.5), suffix)
    assert {(column, rule) for _, column, rule in refused(door, 1)} == {("race", CLASH)}
    assert door.accounts[1].counts.quarantined == 2
    assert texts(door.groups)["race"] == [MISSING, *["W"] * 11]
    assert (door.join.groups_refused, door.join.scores_only, door.join.both) == (1, 0, 11)


def test_a_row_that_contradicts_a_refused_one_goes_with_it(tmp_path: Path) -> None:
    door = door_of(tmp_path, [score(), score(outcome="9"), score(student_id="0002")], groups(2), LENIENT)
    assert (2, "outcome", CLASH) in refused(door)
    assert door.accounts[0].counts.quarantined == 2


# ── one file only ───────────────────────────────────────────────────────────────────────────────────


@BOTH_FORMATS
def test_students_in_one_file_only_are_counted_by_group(tmp_path: Path, suffix: str) -> None:
    own = [*scores(20), score(student_id="9001"), score(student_id="0020", score="0.9")]
    theirs = [*groups(20), *[group(student_id=f"5{place}", race="B") for place in range(10)]]
    door = door_of(tmp_path, own, theirs, AuditPlan(max_quarantined=0.1), suffix)
    assert (door.join.both, door.join.scores_only, door.join.groups_refused) == (19, 1, 0)
    assert texts(door.join.groups_only)["race"] == ["B"] * 10
    assert texts(door.join.scores_refused)["race"] == ["W"]
    assert texts(door.groups)["race"] == [*["W"] * 19, MISSING]
    tables = (door.groups, door.join.groups_only, door.join.scores_refused)
    assert {table.attributes["race"].names for table in tables} == {("B", "W", MISSING)}


def test_files_without_a_student_in_common_are_refused(tmp_path: Path) -> None:
    theirs = [group(student_id=f"{SECRET}{place}") for place in range(3)]
    (fault,) = error_of(tmp_path, scores(3), theirs).faults
    assert (fault.where, fault.found) == ("scores.csv and groups.csv", "not one student is in both files")
    assert SECRET not in str(fault)


@pytest.mark.parametrize("spoil", [lambda name: name.lstrip("0"), lambda name: f"{name.lstrip('0')}.0"])
def test_leading_zeros_that_were_lost_are_told(tmp_path: Path, spoil: "object") -> None:
    theirs = [group(student_id=spoil(row["student_id"])) for row in groups(30)]  # type: ignore[operator]
    (fault,) = error_of(tmp_path, scores(30), theirs).faults
    assert fault.found == "30 of 30 student ids would meet the other file's if zeros were left out"
    assert "a spreadsheet takes leading zeros away" in fault.remedy


def test_zeros_lost_by_some_students_only_refuse_the_files_too(tmp_path: Path) -> None:
    own = [score(student_id=name) for name in ("0001", "1002", "1003")]
    theirs = [group(student_id=name) for name in ("1", "1002", "1003")]
    assert "1 of 3 student ids would meet" in str(error_of(tmp_path, own, theirs))
    door = door_of(tmp_path, own, theirs, LENIENT)
    assert (door.join.lost_zeros, door.join.scores_only, len(door.join.groups_only)) == (1, 1, 1)


def test_ids_that_differ_by_zeros_and_are_in_both_files_are_two_students(tmp_path: Path) -> None:
    own = [score(student_id="01"), score(student_id="1", score="0.5")]
    door = door_of(tmp_path, own, [group(student_id="1"), group(student_id="01")])
    assert (len(door), door.join.both, door.join.lost_zeros) == (2, 2, 0)


# ── files that are refused ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("cell", ["55", "1.0001", "-0.1"])
def test_one_score_outside_0_to_1_puts_the_unit_of_all_in_doubt(tmp_path: Path, cell: str) -> None:
    rows = [*scores(98), score(student_id="0099", score=cell)]
    (fault,) = error_of(tmp_path, rows, groups(99)).faults
    assert fault.where == "scores.csv: column 'score'"
    assert fault.found == "a score that is not from 0 to 1: 1 row (line 100)"
    assert "divide by 100" in fault.remedy
    assert 'columns.score_is = "rank"' in fault.remedy


def test_a_column_of_percentages_is_refused_with_counts_lines_and_remedy(tmp_path: Path) -> None:
    rows = [row | {"score": "55"} for row in scores(40)]
    whole, rule = error_of(tmp_path, rows, groups(40)).faults
    assert whole.found == "not one of 40 rows can be taken"
    assert rule.found == "a score that is not from 0 to 1: 40 rows (lines 2, 3, 4, 5, 6, ...)"
    assert "divide by 100" in rule.remedy


def test_a_code_for_missing_is_no_score_once_the_plan_says_so(tmp_path: Path) -> None:
    plan = AuditPlan(missing=("-99",))
    assert door_of(tmp_path, [score(score="-99"), score(student_id="0002")], groups(2), plan).scored.sum() == 1


def test_too_many_refused_rows_of_both_files_come_as_one_letter(tmp_path: Path) -> None:
    own = [score(), score(student_id=SECRET, outcome=SECRET, score=SECRET)]
    theirs = [*groups(2), group(student_id=SECRET, sex="F"), group(student_id=SECRET, sex="M")]
    told = str(error_of(tmp_path, own, theirs))
    assert "scores.csv: 1 of 2 rows are refused (50.0%); allowed: at most 2.0% (max_quarantined)" in told
    assert "groups.csv: 2 of 4 rows are refused" in told
    assert "column 'outcome'" in told
    assert "column 'sex'" in told
    assert SECRET not in told


def test_faults_of_both_headers_come_as_one_letter(tmp_path: Path) -> None:
    own = [{"student_id": "1", "risk": "0.5", "Outcome": "1"}]
    told = str(error_of(tmp_path, own, [{"pupil": "1", "sex": "F"}]))
    assert "scores.csv: no column 'score'" in told
    assert "groups.csv: no column 'student_id'" in told
    assert "column 'Outcome'" in told


@pytest.mark.parametrize("name", ["Outcome", "SCHOOL ID", "SchoolId", "Flagged"])
def test_a_column_that_differs_in_spelling_alone_is_not_passed_over(tmp_path: Path, name: str) -> None:
    rows = [{"student_id": "0001", "score": "0.5", name: "1"}]
    (fault,) = error_of(tmp_path, rows, groups(1)).faults
    assert fault.where == f"scores.csv: column '{name}'"
    assert f'= "{name}" in the plan' in fault.remedy


@pytest.mark.parametrize("key", ["flagged", "outcome", "school_id", "rules"])
def test_a_column_that_the_plan_names_must_be_there(tmp_path: Path, key: str) -> None:
    plan = AuditPlan(columns=ScoreColumns(**{key: "elsewhere"}))
    assert "no column 'elsewhere'" in str(error_of(tmp_path, scores(1), groups(1), plan))


def test_a_named_column_that_is_spelt_otherwise_is_told_once(tmp_path: Path) -> None:
    plan = AuditPlan(columns=ScoreColumns(outcome="outcome"))
    rows = [{"student_id": "0001", "score": "0.5", "Outcome": "1"}]
    (fault,) = error_of(tmp_path, rows, groups(1), plan).faults
    assert "did you mean 'Outcome'?" in fault.remedy


def test_ids_stored_as_numbers_are_refused_since_their_zeros_are_gone(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"student_id": [1], "score": [0.5]}), tmp_path / "scores.parquet")
    with pytest.raises(RosterError, match="has lost its leading zeros"):
        open_scores(tmp_path / "scores.parquet", write(tmp_path / "groups.csv", groups(1)), PLAN)


def test_a_score_stored_as_something_else_is_refused(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"student_id": ["1"], "score": [True]}), tmp_path / "scores.parquet")
    with pytest.raises(RosterError, match="stored as bool"):
        open_scores(tmp_path / "scores.parquet", write(tmp_path / "groups.csv", groups(1)), PLAN)


def test_a_missing_file_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        open_scores(tmp_path / "none.csv", None, PLAN)


def test_a_file_of_nothing_but_faults_still_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judged, "MOST_REFUSALS", 5)
    told = str(error_of(tmp_path, [row | {"score": "55"} for row in scores(6)], groups(6)))
    assert "more than 5 faults" in told
    assert "divide by 100" in told


def test_a_file_with_many_rows_a_student_still_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judged, "MOST_REFUSALS", 5)
    twice = [row | {"score": number} for row in scores(3) for number in ("0.1", "0.2")]
    told = str(error_of(tmp_path, twice, groups(3)))
    assert "more than 5 faults" in told
    assert "one row a student" in told


def test_a_door_opened_twice_is_the_same(tmp_path: Path) -> None:
    first, second = (door_of(tmp_path, scores(3), groups(3)) for _ in range(2))
    assert isinstance(first, ScoresDoor)
    assert first.accounts == second.accounts
    assert SCORE["score"] == str(first.score[0])
