"""The contract: each rule refuses its rows by line, column, rule and remedy, and never tells a value."""

from pathlib import Path

import numpy as np
import pytest

from earlywarn.config.load import parse_experiment
from earlywarn.errors import RosterError
from earlywarn.roster.contract import results_contract, roster_contract
from earlywarn.roster.terms import Kind
from tests.roster.made import DEMO_SERVING, HEADER, WITH_RANGES, door_of, line, opened, refused, row, serving, text_of


@pytest.mark.parametrize(
    ("column", "cell", "rule"),
    [
        ("student_id", "", "no student id"),
        ("student_id", " \u00a0", "no student id"),
        ("school_id", " ", "no school id"),
        ("school_year", "", "no school year"),
        ("school_year", "85-86", "the school year is not a whole year from 1900 to 2200"),
        ("school_year", "1986.5", "the school year is not a whole year from 1900 to 2200"),
        ("school_year", "1899", "the school year is not a whole year from 1900 to 2200"),
        ("school_year", "2201", "the school year is not a whole year from 1900 to 2200"),
        ("school_year", "NA", "the school year is not a whole year from 1900 to 2200"),
        ("grade", "", "no grade"),
        ("grade", "13", "the grade is not one of K, 1, 2, 3"),
        ("grade", "01", "the grade is not one of K, 1, 2, 3"),
        ("read", "four hundred", "text in a number"),
        ("read", "4O0", "text in a number"),
        ("read", "4,5", "text in a number"),
        ("read", "1e", "text in a number"),
        ("read", "0x1F", "text in a number"),
        ("read", "95%", "a percent sign in a number"),
        ("read", "95 %", "a percent sign in a number"),
        ("read", "1e400", "an infinite or undefined number"),
        ("read", "-inf", "an infinite or undefined number"),
        ("read", "NaN", "an infinite or undefined number"),
        ("age", "6.001", "a number that is not from -3 to 6"),
        ("age", "-99", "a number that is not from -3 to 6"),
    ],
)
def test_a_cell_that_breaks_a_rule_refuses_its_row(tmp_path: Path, column: str, cell: str, rule: str) -> None:
    door = door_of(tmp_path, row(student_id="0002"), row(**{column: cell}))
    assert refused(door) == [(3, column, rule)]
    assert door.refusals[0].remedy
    assert door.counts.accepted == 1


@pytest.mark.parametrize(
    ("column", "cell"),
    [("age", "6"), ("age", "-3"), ("age", " 0.5 "), ("read", "+5.00e2"), ("school_year", "1986.0"), ("grade", " K ")],
)
def test_a_cell_that_keeps_the_rules_is_taken(tmp_path: Path, column: str, cell: str) -> None:
    assert door_of(tmp_path, row(**{column: cell})).counts.accepted == 1


@pytest.mark.parametrize("code", ["-999", "99999", "0"])
def test_a_code_for_missing_that_no_test_can_give_is_refused_by_the_demo(tmp_path: Path, code: str) -> None:
    """Such a number would put a student on the list, 1,500 points below the standard."""
    config = parse_experiment(WITH_RANGES, "demo.toml")
    door = door_of(tmp_path, row(read=code), row(student_id="2"), config=config)
    assert refused(door) == [(2, "read", "a number that is not from 200 to 900")]


def test_a_row_that_breaks_many_rules_is_one_row_with_many_refusals(tmp_path: Path) -> None:
    door = door_of(tmp_path, row(student_id="", grade="9", read="95%", math="x"))
    assert len(door.refusals) == 4
    assert door.counts.quarantined == 1


def test_the_same_rule_says_the_same_whatever_else_stands_in_the_file(tmp_path: Path) -> None:
    """A block without words is parsed as numbers, a block with words as text: both must judge alike."""
    cells = ["1e400", "-Infinity", "nan", "nan(x)", "7", " .5", "5.", "NA", " NA ", "", "+1e3", "007"]
    numbers = [row(student_id=str(place), read=cell) for place, cell in enumerate(cells)]
    alone = door_of(tmp_path, *[cells for cells in numbers if cells["read"] != " NA "])
    beside = door_of(tmp_path, *numbers, row(student_id="last", math="words"))
    assert refused(alone) == [(number, "read", "an infinite or undefined number") for number in (2, 3, 4, 5)]
    assert refused(beside) == [*refused(alone), (14, "math", "text in a number")]
    values = dict(zip(beside.roster.student_id.tolist(), beside.roster.numbers["read"].tolist(), strict=True))
    for student, value in zip(alone.roster.student_id.tolist(), alone.roster.numbers["read"].tolist(), strict=True):
        np.testing.assert_equal(values[student], value)


@pytest.mark.parametrize("code", ["", "  ", "NA", "N/A", "NULL", "null", ".", " NA "])
def test_a_code_for_missing_is_missing_in_numbers_categories_and_groups(tmp_path: Path, code: str) -> None:
    door = door_of(tmp_path, row(read=code, class_type=code, lunch=code))
    assert np.isnan(door.roster.numbers["read"]).all()
    assert door.roster.texts["class_type"].texts() == [None]
    assert door.groups.attributes["lunch"].texts() == ["(not recorded)"]


def test_a_blank_is_never_zero_even_if_the_config_lists_no_codes(tmp_path: Path) -> None:
    config = serving(("max_quarantined = 0.02", "max_quarantined = 0.02\nmissing = []"))
    door = door_of(tmp_path, row(read=""), row(student_id="2", read="NA"), config=config)
    assert np.isnan(door.roster.numbers["read"]).all()
    assert refused(door) == [(3, "read", "text in a number")]


def test_a_student_named_na_or_null_is_a_student(tmp_path: Path) -> None:
    ids = ["NA", "Null", "NULL", ".", "N/A", "null"]
    door = door_of(tmp_path, *[row(student_id=text, school_id=text) for text in ids])
    assert door.roster.student_id.tolist() == ids
    assert door.roster.school_id.texts() == ids


def test_white_space_around_a_cell_never_counts(tmp_path: Path) -> None:
    odd = row(**{column: f" \t{cell}\u00a0 " for column, cell in row().items()})
    plain, spaced = door_of(tmp_path, row()), door_of(tmp_path, odd)
    assert spaced.roster.student_id.tolist() == plain.roster.student_id.tolist()
    assert spaced.roster.school_id.names == plain.roster.school_id.names
    assert spaced.roster.grade.names == plain.roster.grade.names
    assert spaced.roster.texts["class_type"].names == plain.roster.texts["class_type"].names
    assert spaced.roster.numbers["read"].tolist() == plain.roster.numbers["read"].tolist()
    assert spaced.groups.attributes["race"].texts() == plain.groups.attributes["race"].texts()


def test_all_absent_columns_are_told_at_once_with_the_nearest_names(tmp_path: Path) -> None:
    header = HEADER.replace("read,", "Reed,").replace("student_id", "StudentID").replace("lunch", "zzz")
    with pytest.raises(RosterError) as caught:
        opened(tmp_path, text_of(line(row()), header=header))
    (fault,) = caught.value.faults
    assert fault.found == "no column 'student_id', 'read', 'lunch'"
    assert all(name in fault.allowed for name in header.split(","))
    assert "for 'student_id' did you mean 'StudentID'?" in fault.remedy
    assert "for 'read' did you mean 'Reed'?" in fault.remedy
    assert "'zzz'" not in fault.remedy


def test_a_wide_file_names_its_first_columns_only(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="and 341 more") as caught:
        opened(tmp_path, text_of("1", header=",".join(["student_id", *(f"c{place}" for place in range(400))])))
    assert len(str(caught.value)) < 1_500


def test_one_column_may_serve_as_a_text_and_as_a_number(tmp_path: Path) -> None:
    config = serving(('column = "age"', 'column = "grade"'), ("minimum = -3\nmaximum = 6\n", ""))
    door = door_of(tmp_path, row(grade="2"), row(student_id="0002", grade="K"), config=config)
    assert door.roster.numbers["grade"].tolist() == [2.0]
    assert refused(door) == [(3, "grade", "text in a number")]


def test_a_column_with_two_ranges_must_keep_both(tmp_path: Path) -> None:
    config = serving(('column = "read_before"', 'column = "read"\nminimum = 450'))
    assert refused(door_of(tmp_path, row(read="449"), config=config)) == [
        (2, "read", "a number that is not at least 450")
    ]


def test_the_contract_is_a_table_of_column_type_rule_and_remedy() -> None:
    clauses = roster_contract(DEMO_SERVING).clauses
    assert {clause.kind for clause in clauses} == {Kind.STUDENT, Kind.SCHOOL, Kind.YEAR, Kind.GRADE, Kind.NUMBER}
    assert all(clause.column and clause.rule and clause.remedy and "{" not in clause.rule for clause in clauses)
    assert [clause.rule for clause in clauses if clause.column == "age"][-1] == "a number that is not from -3 to 6"


def test_every_mapped_column_stands_in_the_contract_once() -> None:
    assert sorted(roster_contract(DEMO_SERVING).columns) == sorted(HEADER.split(","))
    assert results_contract(DEMO_SERVING).columns == ("student_id", "school_year", "grade", "read", "math")


def test_of_very_many_absent_columns_the_first_are_named_and_the_rest_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("earlywarn.roster.header._ABSENT_NAMED", 2)
    header = HEADER.replace("read,", "Reed,").replace("student_id", "StudentID").replace("lunch", "zzz")
    with pytest.raises(RosterError) as caught:
        opened(tmp_path, text_of(line(row()), header=header))
    assert caught.value.faults[0].found == "no column 'student_id', 'read' and 1 more that the config names"
