"""The door: what is accepted, merged and refused; groups go their own way; too much refused refuses the file."""

import dataclasses
import hashlib
from pathlib import Path

import numpy as np
import pytest

from earlywarn.errors import RosterError
from earlywarn.roster import rows as judged
from earlywarn.roster.door import check_share, open_results
from tests.roster.made import DEMO_SERVING, door_of, line, opened, refused, row, rows, text_of

CLASH = "another row of this student and school year says otherwise"
SECRET = "unmistakable"


def test_the_same_row_twice_is_merged_to_the_first(tmp_path: Path) -> None:
    door = door_of(tmp_path, row(), row(student_id="0002"), row(), row())
    assert (door.counts.rows_in, door.counts.accepted, door.counts.merged) == (4, 2, 2)
    assert door.merged_lines == (4, 5)
    assert door.roster.lines.tolist() == [2, 3]
    assert door.refusals == ()


def test_rows_that_differ_only_in_spelling_say_the_same(tmp_path: Path) -> None:
    door = door_of(tmp_path, row(read="500", lunch=""), row(read=" 500.0", lunch="NA", school_year="1986.0"))
    assert door.merged_lines == (3,)


@pytest.mark.parametrize("column", ["school_id", "grade", "read", "age", "class_type", "sex"])
def test_rows_of_one_student_that_differ_are_both_refused(tmp_path: Path, column: str) -> None:
    other = {"school_id": "013", "grade": "2", "read": "", "age": "0.6", "class_type": "aide", "sex": "M"}
    door = door_of(tmp_path, row(), row(student_id="0002"), row(**{column: other[column]}))
    assert refused(door) == [(2, "student_id", CLASH), (4, "student_id", CLASH)]
    assert [refusal.remedy for refusal in door.refusals] == [
        "compare it with line 4 and keep the one that is right",
        "compare it with line 2 and keep the one that is right",
    ]
    assert door.roster.student_id.tolist() == ["0002"]


def test_two_that_agree_and_one_that_differs_are_all_refused(tmp_path: Path) -> None:
    door = door_of(tmp_path, row(), row(), row(read="1"))
    assert (door.counts.merged, door.counts.quarantined) == (0, 3)


def test_a_row_that_contradicts_a_refused_one_is_refused_with_it(tmp_path: Path) -> None:
    door = door_of(tmp_path, row(), row(read="five"))
    assert refused(door) == [(2, "student_id", CLASH), (3, "read", "text in a number"), (3, "student_id", CLASH)]


def test_the_same_student_in_two_years_is_two_rows(tmp_path: Path) -> None:
    assert door_of(tmp_path, row(), row(school_year="1987", grade="2")).counts.accepted == 2


def test_rows_without_an_id_or_a_year_contradict_nobody(tmp_path: Path) -> None:
    door = door_of(
        tmp_path, row(student_id=""), row(student_id="", read="1"), row(school_year="x"), row(school_year="x")
    )
    assert CLASH not in {rule for _, _, rule in refused(door)}
    assert door.counts.quarantined == 4


def test_columns_that_nobody_maps_do_not_make_a_conflict(tmp_path: Path) -> None:
    door = opened(
        tmp_path, text_of(f"{line(row())},a", f"{line(row())},b", header=text_of().decode().strip() + ",note")
    )
    assert door.counts.merged == 1


def test_groups_are_parted_from_the_rows(tmp_path: Path) -> None:
    door = door_of(tmp_path, *rows(3))
    assert set(door.groups.attributes) == {"sex", "race", "lunch"}
    assert set(door.roster.numbers) == {"read", "math", "read_before", "math_before", "age"}
    assert set(door.roster.texts) == {"class_type"}
    assert len(door.groups) == len(door.roster) == 3


def test_a_value_that_only_refused_rows_have_makes_no_group_and_no_category(tmp_path: Path) -> None:
    door = door_of(tmp_path, row(), row(student_id="0002", race="Z", class_type="odd", school_id="9", read="x"))
    assert "Z" not in door.groups.attributes["race"].names
    assert door.roster.texts["class_type"].names == ("small",)
    assert door.roster.school_id.names == ("012",)


def test_names_stand_in_order_whatever_the_order_of_rows(tmp_path: Path) -> None:
    schools = ["9", "10", "a", "B"]
    door = door_of(tmp_path, *[row(student_id=school, school_id=school) for school in schools])
    assert door.roster.school_id.names == tuple(sorted(schools))
    assert door.roster.school_id.texts() == schools


def test_the_file_is_named_without_its_folder_and_by_its_hash(tmp_path: Path) -> None:
    content = text_of(line(row()), line(row(student_id="2", grade="9")))
    door = opened(tmp_path, content)
    assert door.file == door.refusals[0].file == "roster.csv"
    assert door.sha256 == hashlib.sha256(content).hexdigest()


def test_a_share_within_the_limit_passes(tmp_path: Path) -> None:
    check_share(door_of(tmp_path, *rows(49), row(student_id="50", grade="9")), DEMO_SERVING)


def test_a_share_beyond_the_limit_refuses_the_file_with_every_rule_and_no_value(tmp_path: Path) -> None:
    bad = [row(student_id=f"{SECRET}{place}", grade=SECRET, read=SECRET) for place in range(8)]
    door = door_of(tmp_path, *rows(42), *bad)
    with pytest.raises(RosterError) as caught:
        check_share(door, DEMO_SERVING)
    whole, grade, read = caught.value.faults
    assert whole.found == "8 of 50 rows are refused (16.0%)"
    assert whole.allowed == "at most 2.0% (roster.max_quarantined)"
    assert "earlywarn check roster.csv --config" in whole.remedy
    assert grade.where == "roster.csv: column 'grade'"
    assert grade.found.endswith("8 rows (lines 44, 45, 46, 47, 48, ...)")
    assert read.remedy
    assert SECRET not in str(caught.value)


def test_a_file_of_which_no_row_can_be_taken_is_refused(tmp_path: Path) -> None:
    door = door_of(tmp_path, row(grade="9"))
    assert len(door.roster) == len(door.groups) == 0
    with pytest.raises(RosterError, match="not one of 1 rows can be taken"):
        check_share(door, DEMO_SERVING)


def test_an_error_of_many_rules_fits_on_a_screen(tmp_path: Path) -> None:
    blank = dict.fromkeys(row(), "x")
    door = door_of(tmp_path, blank, row(student_id="", school_id="", school_year="", grade="", read="1e400", math="1%"))
    assert len({(refusal.column, refusal.rule) for refusal in door.refusals}) > 12 - 1
    many = dataclasses.replace(
        door,
        refusals=tuple(dataclasses.replace(each, column=f"c{place}") for place, each in enumerate(door.refusals * 3)),
    )
    with pytest.raises(RosterError, match="more kinds of fault") as caught:
        check_share(many, DEMO_SERVING)
    assert len(str(caught.value).splitlines()) < 20


def test_a_file_of_nothing_but_faults_is_refused_before_memory_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judged, "MOST_REFUSALS", 5)
    with pytest.raises(RosterError, match="more than 5 faults"):
        door_of(tmp_path, *[row(student_id=str(place), grade="9") for place in range(6)])


def test_a_file_of_results_needs_no_more_than_results(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    path.write_text("student_id,school_year,grade,read,math\n001,1989,3,600,NA\n001,1989,3,600,\n002,1989,3,,\n")
    results = open_results(path, DEMO_SERVING)
    assert results.student_id.tolist() == ["001", "002"]
    assert results.grade.texts() == ["3", "3"]
    assert (results.counts.rows_in, results.counts.merged) == (3, 1)
    np.testing.assert_array_equal(results.numbers["read"], [600, np.nan])


def test_a_file_of_results_with_too_many_faults_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    path.write_text("student_id,school_year,grade,read,math\n001,1989,3,600,x\n")
    with pytest.raises(RosterError, match="not one of 1 rows"):
        open_results(path, DEMO_SERVING)
