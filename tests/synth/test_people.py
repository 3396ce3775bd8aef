"""Made-up people for the students of a roster: names that nobody bears, caseloads within a school, ids as they are."""

from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earlywarn import arrow
from earlywarn.roster.people import read_people
from earlywarn.synth.people import CASELOAD, PEOPLE_COLUMNS, made_up_people

COUNT = 1500
IDS = [f"{number:05d}" for number in range(COUNT)]
SCHOOLS = [("a", "a", "a", "b", "012")[number % 5] for number in range(COUNT)]
GRADES = [("K", "1", "2", "3")[number % 4] for number in range(COUNT)]


def cells(seed: int = 7) -> dict[str, list[str]]:
    table = made_up_people(IDS, SCHOOLS, GRADES, 1989, seed)
    assert table.column_names == list(PEOPLE_COLUMNS)
    return {name: table[name].to_pylist() for name in table.column_names}


def test_every_student_has_a_made_up_name_and_the_own_id_in_the_own_place() -> None:
    people = cells()
    assert people["student_id"] == IDS
    assert set(people["made_up"]) == {"yes"}
    assert all(name.endswith("(made up)") for name in (*people["last_name"], *people["counselor_name"]))


def test_a_counselor_has_students_of_one_school_and_no_more_than_a_caseload() -> None:
    people = cells()
    pairs = set(zip(people["counselor_id"], SCHOOLS, strict=True))
    assert len(pairs) == len(set(people["counselor_id"])) == 5  # 900 of one school and 300 of each other
    assert max(Counter(people["counselor_id"]).values()) == CASELOAD
    assert len(set(zip(people["counselor_id"], people["counselor_name"], strict=True))) == 5


def test_the_same_seed_gives_the_same_people_and_another_seed_others() -> None:
    assert cells() == cells()
    assert cells()["first_name"] != cells(8)["first_name"]


@pytest.mark.parametrize(("grade", "years"), [("K", 5), ("3", 8), ("12", 17)])
def test_a_student_is_as_old_as_the_grade_says(grade: str, years: int) -> None:
    born = made_up_people(IDS, SCHOOLS, [grade] * COUNT, 2024, 1)["birth_date"].to_pylist()
    first, last = date(2023 - years - 1, 9, 2), date(2023 - years, 9, 1)
    assert all(first <= date.fromisoformat(day) <= last for day in born)


def test_a_student_of_a_grade_outside_of_the_state_has_no_birth_date() -> None:
    born = made_up_people(["1", "2"], ["a", "a"], ["PK", "K"], 2024, 1)["birth_date"].to_pylist()
    assert [day is None for day in born] == [True, False]


@given(st.lists(st.integers(0, 3), max_size=30), st.integers(0, 2**32))
def test_any_roster_has_people_even_an_empty_one(schools: list[int], seed: int) -> None:
    ids = [str(number) for number in range(len(schools))]
    table = made_up_people(ids, [str(school) for school in schools], ["1"] * len(schools), 1989, seed)
    by_counselor = dict(zip(table["counselor_id"].to_pylist(), schools, strict=True))
    assert len(by_counselor) == len(np.unique(schools))


def test_the_door_takes_them_whole_and_knows_that_they_are_made_up(tmp_path: Path) -> None:
    arrow.write_csv(made_up_people(IDS, SCHOOLS, GRADES, 1989, 7), tmp_path / "people.csv")
    people = read_people(tmp_path / "people.csv")
    assert [student.student_id for student in people.students] == IDS
    assert (people.made_up, people.refusals, people.notices) == (True, (), ())
