"""The door of the people file: names as they are, one caseload a student, nothing guessed, no value told."""

import csv
import gzip
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from earlywarn.catalogue import PEOPLE_COLUMNS
from earlywarn.columns import People, Person
from earlywarn.errors import RosterError, UsageError
from earlywarn.roster.people import OPTIONAL, read_people
from earlywarn.synth.state import PEOPLE, Order, make_state
from earlywarn.synth.zones import Plan
from fuzz.books import write_book

Cells = dict[str, str]
GOOD: Cells = {
    "student_id": "0001", "first_name": "Ana", "last_name": "Peña", "preferred_name": "", "birth_date": "2012-02-29",
    "counselor_id": "007", "counselor_name": "Zoë O’Neil",
}  # fmt: skip
ANA = Person("0001", "Ana", "Peña", "", date(2012, 2, 29), "007", "Zoë O’Neil")
SECRET = "unmistakable"


def person(**cells: str) -> Cells:
    """Give a good row with some cells changed."""
    return GOOD | cells


def many(count: int = 200) -> list[Cells]:
    """Give so many good rows that a few refused ones are no reason to refuse the file."""
    return [person(student_id=f"1{number:04d}") for number in range(count)]


def write(path: Path, rows: Sequence[Cells], codec: str = "utf-8", delimiter: str = ",") -> Path:
    """Write rows as delimited text."""
    with path.open("w", encoding=codec, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n", delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def read(folder: Path, *rows: Cells) -> People:
    return read_people(write(folder / "people.csv", rows))


def error_of(folder: Path, *rows: Cells) -> RosterError:
    with pytest.raises(RosterError) as caught:
        read(folder, *rows)
    return caught.value


# ── what comes through ──────────────────────────────────────────────────────────────────────────────


def test_the_door_knows_every_column_that_the_contract_has_and_the_mark_of_made_up_people() -> None:
    assert set(OPTIONAL) == PEOPLE_COLUMNS | {"made_up"}


def test_a_student_comes_through_as_written_with_zeros_in_front_of_every_id(tmp_path: Path) -> None:
    people = read(tmp_path, GOOD, person(student_id="1", preferred_name="Nan", birth_date=""))
    assert people.students == (ANA, Person("1", "Ana", "Peña", "Nan", None, "007", "Zoë O’Neil"))
    assert (len(people), people.made_up, people.refusals, people.notices) == (2, False, (), ())
    assert (people.file, len(people.sha256)) == ("people.csv", 64)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_names_with_accents_are_read_in_any_encoding(tmp_path: Path, codec: str) -> None:
    assert read_people(write(tmp_path / "people.csv", [GOOD], codec)).students == (ANA,)


def test_tabs_packed_files_and_folders_of_parts_are_read(tmp_path: Path) -> None:
    tabs = write(tmp_path / "people.tsv", [GOOD], delimiter="\t")
    packed = tmp_path / "people.tsv.gz"
    packed.write_bytes(gzip.compress(tabs.read_bytes()))
    parts = tmp_path / "parts"
    parts.mkdir()
    write(parts / "a.csv", [GOOD])
    write(parts / "b.csv", [person(student_id="0002")])
    assert read_people(tabs).students == read_people(packed).students == (ANA,)
    assert [student.student_id for student in read_people(parts).students] == ["0001", "0002"]


def test_workbooks_are_read(tmp_path: Path) -> None:
    write_book(tmp_path / "people.xlsx", list(GOOD), list(GOOD.values()))
    assert read_people(tmp_path / "people.xlsx").students == (ANA,)


def test_parquet_is_read_with_dates_as_dates(tmp_path: Path) -> None:
    columns = {name: pa.array([text or None]) for name, text in GOOD.items()}
    columns["birth_date"] = pa.array([date(2012, 2, 29)])
    parquet.write_table(pa.table(columns), tmp_path / "people.parquet")
    assert read_people(tmp_path / "people.parquet").students == (ANA,)


@pytest.mark.parametrize("name", ["NA", "Null", "None", "N/A", "nan", "True", "."])
def test_a_name_that_looks_like_a_word_for_missing_is_a_name(tmp_path: Path, name: str) -> None:
    named = person(first_name=name, last_name=name, preferred_name=name, counselor_name=name)
    (student,) = read(tmp_path, named).students
    assert (student.first_name, student.last_name, student.preferred_name, student.counselor_name) == (name,) * 4


@pytest.mark.parametrize(("text", "read_as"), [("", ""), ("NULL", ""), ("N/A", ""), ("NA", "NA"), ("0", "0")])
def test_a_counselor_id_may_be_missing_or_somebodys_initials(tmp_path: Path, text: str, read_as: str) -> None:
    assert read(tmp_path, person(counselor_id=text)).students[0].counselor_id == read_as


@pytest.mark.parametrize(("text", "read_as"), [("NA", None), ("6/15/2012", date(2012, 6, 15))])
def test_birth_dates_are_read_as_a_roster_reads_dates(tmp_path: Path, text: str, read_as: date | None) -> None:
    assert read(tmp_path, person(birth_date=text)).students[0].birth_date == read_as


def test_columns_may_bear_other_names_and_columns_of_no_interest_are_left_alone(tmp_path: Path) -> None:
    row = {"Stu": "0001", "Called": "Ana", "Locker": "12"}
    path = write(tmp_path / "people.csv", [row])
    people = read_people(path, {"student_id": "Stu", "first_name": "Called"})
    assert people.students == (Person("0001", "Ana", "", "", None, "", ""),)


# ── what the desk will lack ─────────────────────────────────────────────────────────────────────────


def test_a_file_of_ids_alone_is_taken_and_what_it_lacks_is_said(tmp_path: Path) -> None:
    people = read(tmp_path, {"student_id": "0001", "locker": "12"})
    assert people.students == (Person("0001", "", "", "", None, "", ""),)
    names, caseloads = people.notices
    assert "first_name, last_name, preferred_name" in names
    assert "counselor_id" in caseloads


def test_students_without_a_counselor_are_counted(tmp_path: Path) -> None:
    (notice,) = read(tmp_path, GOOD, person(student_id="2", counselor_id="")).notices
    assert "1 of 2 students have no counselor_id" in notice


@pytest.mark.parametrize("yes", ["yes", "Y", "TRUE", "1"])
def test_a_file_may_say_that_its_people_are_made_up(tmp_path: Path, yes: str) -> None:
    assert read(tmp_path, person(made_up=yes), person(student_id="2", made_up=yes)).made_up


@pytest.mark.parametrize("no", ["no", ""])
def test_a_file_may_say_that_its_people_are_real(tmp_path: Path, no: str) -> None:
    assert not read(tmp_path, person(made_up=no)).made_up


@pytest.mark.parametrize("other", ["", "no"])
def test_made_up_and_real_people_in_one_file_are_refused(tmp_path: Path, other: str) -> None:
    error = error_of(tmp_path, person(made_up="yes"), person(student_id="2", made_up=other))
    assert "1 of 2 rows say yes" in str(error)


def test_a_mark_that_says_neither_is_refused_unseen(tmp_path: Path) -> None:
    error = error_of(tmp_path, person(made_up=SECRET))
    assert "1 of 1 rows say neither yes nor no" in str(error)
    assert SECRET not in str(error)


# ── rows that are merged or refused ─────────────────────────────────────────────────────────────────


def test_a_student_said_twice_alike_is_one(tmp_path: Path) -> None:
    people = read(tmp_path, GOOD, GOOD | {"first_name": " Ana "}, person(student_id="2"))
    assert [student.student_id for student in people.students] == ["0001", "2"]
    assert (people.counts.rows_in, people.counts.accepted, people.counts.merged) == (3, 2, 1)


def test_a_student_of_two_counselors_is_refused_and_each_row_names_the_other(tmp_path: Path) -> None:
    people = read(tmp_path, GOOD, person(counselor_id="008"), *many())
    assert "0001" not in {student.student_id for student in people.students}
    first, second = people.refusals
    assert (first.line, second.line) == (2, 3)
    assert "line 3" in first.remedy
    assert "line 2" in second.remedy
    assert {first.column, second.column} == {"counselor_id"}
    assert (people.counts.merged, people.counts.quarantined) == (0, 2)


def test_refused_rows_are_told_by_line_column_and_rule_without_a_value(tmp_path: Path) -> None:
    rows = [person(student_id="", last_name=SECRET), person(birth_date=SECRET), *many()]
    people = read(tmp_path, *rows)
    told = [(refusal.line, refusal.column, refusal.rule) for refusal in people.refusals]
    assert told == [(2, "student_id", "no student id"), (3, "birth_date", "not a date")]
    assert SECRET not in str(people.refusals)


def test_dates_of_two_orders_are_refused_without_naming_a_key_that_this_file_has_not(tmp_path: Path) -> None:
    dated = [row | {"birth_date": "6/15/2012"} for row in many()]
    (refusal,) = read(tmp_path, person(birth_date="15/6/2012"), *dated).refusals
    assert refusal.name == "two_date_orders"
    assert "roster" not in refusal.remedy


def test_a_nul_byte_in_a_name_or_an_id_is_refused(tmp_path: Path) -> None:
    rows = [*many(), person(last_name="a\0b"), person(student_id="2\0")]
    columns = {name: pa.array([row[name] or None for row in rows], pa.string()) for name in GOOD}
    parquet.write_table(pa.table(columns), tmp_path / "people.parquet")
    people = read_people(tmp_path / "people.parquet")
    assert [(refusal.line, refusal.column) for refusal in people.refusals] == [(201, "last_name"), (202, "student_id")]
    assert people.counts.accepted == 200


def test_a_file_of_which_too_many_rows_are_refused_is_refused_with_each_rule(tmp_path: Path) -> None:
    error = error_of(tmp_path, person(student_id="", last_name=SECRET), person(birth_date="yesterday"), *many(20))
    whole, *rules = error.faults
    assert "2 of 22 rows are refused" in whole.found
    assert len(rules) == 2
    assert SECRET not in str(error)


SMALL = st.sampled_from(["", "a", "b"])
ROWS = st.lists(st.fixed_dictionaries({"student_id": SMALL, "first_name": SMALL, "birth_date": SMALL}), max_size=6)


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_every_row_is_counted_once_and_every_student_comes_through_once(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Cells]
) -> None:
    people = read(tmp_path_factory.mktemp("people"), *({**GOOD, **row} for row in rows), *many(400))
    ids = [student.student_id for student in people.students]
    assert people.counts.rows_in == len(rows) + 400
    assert people.counts.accepted == len(ids) == len(set(ids))
    assert (people.counts.quarantined > 0) == bool(people.refusals)


# ── files that are refused ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("column", ["Counselor ID", "counsellor_id", "councelor_id", "counselorId"])
def test_a_misspelt_column_is_named_and_not_passed_over(tmp_path: Path, column: str) -> None:
    row = {column if name == "counselor_id" else name: text for name, text in GOOD.items()}
    (fault,) = error_of(tmp_path, row).faults
    assert f"'{column}'" in fault.where
    assert "'counselor_id'" in fault.remedy


def test_columns_beside_those_that_are_there_are_not_taken_for_misspelt_ones(tmp_path: Path) -> None:
    row = person(last_name_2="x", middle_name="y", counselor_email="z", school_name="s")
    assert read(tmp_path, row).students == (ANA,)


def test_all_faults_of_a_header_are_told_at_once(tmp_path: Path) -> None:
    row = {"Student_ID": "0001", "counselor_id": "7", "frist_name": "Ana", "birthdate": "2012-02-29"}
    path = write(tmp_path / "people.csv", [row])
    with pytest.raises(RosterError) as caught:
        read_people(path, {"last_name": "Surname"})
    told = str(caught.value)
    for words in ("'frist_name'", "'birthdate'", "'Surname'", "for 'student_id' did you mean 'Student_ID'?"):
        assert words in told


def test_a_counselor_id_stored_as_a_number_has_lost_its_zeros(tmp_path: Path) -> None:
    columns = {"student_id": pa.array(["0001"]), "counselor_id": pa.array([7])}
    parquet.write_table(pa.table(columns), tmp_path / "people.parquet")
    with pytest.raises(RosterError, match="column 'counselor_id': stored as int64"):
        read_people(tmp_path / "people.parquet")


def test_a_mapping_of_columns_that_are_no_ones_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_people(tmp_path / "people.csv", {"nickname": "n", "first_name": "f", "last_name": "f"})
    assert len(caught.value.faults) == 2


def test_a_file_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        read_people(tmp_path / "people.csv")


def test_the_people_of_a_made_up_state_come_through_whole_and_are_said_to_be_made_up(tmp_path: Path) -> None:
    people = read_people(make_state(Order(Plan(1500, 1, 6), tmp_path / "state")).folder / PEOPLE)
    assert people.made_up
    assert people.counts.quarantined == people.counts.merged == len(people.notices) == 0
    assert all(student.last_name.endswith("(made up)") and student.birth_date for student in people.students)
