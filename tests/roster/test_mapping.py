"""A first mapping from headers: what tables of synonyms know is mapped, what fits twice is left to a person."""

import random
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earlywarn.catalogue import BY_NAME
from earlywarn.cli.fragment import mapping_toml
from earlywarn.cli.show_map import map_record
from earlywarn.config.experiment import Experiment
from earlywarn.errors import ConfigError, RosterError, UsageError
from earlywarn.roster.mapping import Mapping, Sure, map_files, map_names
from earlywarn.roster.recognise import GROUPS as GROUP_WORDS
from earlywarn.roster.vocabulary import GROUPS, own_table, plain, shipped
from earlywarn.synth.people import PEOPLE_COLUMNS
from earlywarn.synth.rows import ROSTER_COLUMNS

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "earlywarn"

# Header lists as public documents give them; docs/map.md names the sources.
POWERSCHOOL = "Student_Number SchoolID First_Name Middle_Name Last_Name Grade_Level Gender DOB"
POWERSCHOOL += " Enroll_Status EntryDate ExitDate"
CLEVER = "School_id Student_id Student_number State_id Last_name First_name Gender Dob Grade Race Hispanic_Latino"
CLEVER += " Ell_status Frl_status Iep_status Student_zip"
ONEROSTER = "sourcedId status dateLastModified birthDate sex americanIndianOrAlaskaNative asian blackOrAfricanAmerican"
ONEROSTER += " nativeHawaiianOrOtherPacificIslander white demographicRaceTwoOrMoreRaces hispanicOrLatinoEthnicity"
AERIES = "STU.ID STU.SC STU.GR STU.SX STU.BD STU.LN STU.FN"
EDFI = "StudentSchoolKey StudentKey SchoolKey SchoolYear StudentFirstName StudentMiddleName StudentLastName BirthDate"
EDFI += " EnrollmentDateKey GradeLevel LimitedEnglishProficiency IsHispanic Sex"


def mapped(header: str) -> dict[str, str]:
    return {fit.canonical: fit.column for fit in map_names(header.split()).fits}


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (
            POWERSCHOOL,
            "student_id=Student_Number school_id=SchoolID grade=Grade_Level sex=Gender entry_date=EntryDate"
            " exit_date=ExitDate birth_date=DOB first_name=First_Name last_name=Last_Name",
        ),
        (
            CLEVER,
            "student_id=Student_id school_id=School_id grade=Grade sex=Gender lunch=Frl_status language=Ell_status"
            " special_education=Iep_status birth_date=Dob first_name=First_name last_name=Last_name",
        ),
        (ONEROSTER, "student_id=sourcedId birth_date=birthDate sex=sex"),
        (
            AERIES,
            "student_id=STU.ID school_id=STU.SC grade=STU.GR sex=STU.SX birth_date=STU.BD last_name=STU.LN"
            " first_name=STU.FN",
        ),
        (
            EDFI,
            "student_id=StudentKey school_id=SchoolKey school_year=SchoolYear grade=GradeLevel sex=Sex"
            " entry_date=EnrollmentDateKey language=LimitedEnglishProficiency birth_date=BirthDate"
            " first_name=StudentFirstName last_name=StudentLastName",
        ),
    ],
    ids=["PowerSchool", "Clever", "OneRoster", "Aeries", "Ed-Fi"],
)
def test_the_header_of_a_known_system_is_mapped(header: str, wanted: str) -> None:
    assert mapped(header) == dict(pair.split("=") for pair in wanted.split())


def test_what_cannot_be_told_from_a_header_is_left_open() -> None:
    made = map_names(CLEVER.split())
    assert [(choice.canonical, choice.columns) for choice in made.open] == [(("race_1997", "race_2024"), ("Race",))]
    beside = dict(made.aside)
    assert "'Student_id'" in beside["State_id"].replace('"', "'")
    assert "join it with the races" in beside["Hispanic_Latino"]


@pytest.mark.parametrize("first", ["Stu #", "Pupil ID", "Student No"])
def test_where_two_columns_fit_one_none_is_taken(first: str) -> None:
    made = map_names([first, "Local Student ID", "Grade"])
    assert made.fit("student_id") is None
    (choice,) = made.open
    assert (choice.canonical, choice.columns) == (("student_id",), (first, "Local Student ID"))


def test_a_certain_and_a_likely_column_for_one_are_left_to_a_person() -> None:
    (choice,) = map_names(["Student_Number", "State_StudentNumber"]).open
    assert choice.columns == ("Student_Number", "State_StudentNumber")


def test_a_column_with_the_contracts_own_name_is_taken_and_the_other_is_named() -> None:
    made = map_names(["days_absent", "Total Absences"])
    assert (fit := made.fit("days_absent")) is not None
    assert (fit.column, fit.sure) == ("days_absent", Sure.CERTAIN)
    assert made.aside[0][0] == "Total Absences"
    assert made.open == ()


def test_two_spellings_of_the_contracts_own_name_are_left_open() -> None:
    (choice,) = map_names(["Days Absent", "DAYS_ABSENT"]).open
    assert choice.columns == ("Days Absent", "DAYS_ABSENT")


def test_a_name_that_stands_twice_is_mapped_nowhere() -> None:
    made = map_names(["student_id", "gpa", "gpa"])
    assert made.fit("gpa") is None
    assert made.aside == (("gpa", "this name stands twice in the header"),)


def test_nothing_recognised_is_said_and_still_is_toml() -> None:
    made = map_names(["Foo", "Bär", ""], ["x.csv"])
    assert (made.fits, made.open, made.unknown) == ((), (), ("Foo", "Bär"))
    text = mapping_toml([made])
    assert tomllib.loads(text) == {"roster": {"columns": {}}}
    assert text.count("OPEN: no column looks like") == 5


def test_the_made_up_state_maps_onto_itself() -> None:
    for header in (ROSTER_COLUMNS, PEOPLE_COLUMNS):
        made = map_names(header)
        assert {fit.canonical: fit.column for fit in made.fits} == {name: name for name in header if name != "made_up"}
        assert {fit.sure for fit in made.fits} == {Sure.CERTAIN}
        assert (made.open, made.unknown, [column for column, _ in made.aside]) == ((), (), ["made_up"])
    assert set(BY_NAME) == {*ROSTER_COLUMNS, *PEOPLE_COLUMNS} - {"made_up"}


NAMES = st.lists(
    st.one_of(st.sampled_from(f"{POWERSCHOOL} {CLEVER} {EDFI} {AERIES} race gpa".split()), st.text(max_size=12)),
    max_size=30,
)


@given(NAMES)
def test_every_column_is_told_of_and_no_canonical_column_is_given_twice(names: list[str]) -> None:
    made = map_names(names, ["x.csv"])
    told = {fit.column for fit in made.fits} | {column for choice in made.open for column in choice.columns}
    told |= {column for column, _ in made.aside} | set(made.unknown)
    assert told == {name for name in names if name}
    canonical = [fit.canonical for fit in made.fits]
    assert len(set(canonical)) == len(canonical)
    assert len({fit.column for fit in made.fits}) == len(made.fits)
    assert not {choice.canonical[0] for choice in made.open if len(choice.canonical) == 1} & set(canonical)


@given(NAMES)
def test_any_header_makes_toml_that_holds_what_fits(names: list[str]) -> None:
    made = map_names(names, ["x.csv"])
    parsed = tomllib.loads(mapping_toml([made]))
    keys = {key: value for key, value in parsed["roster"].items() if isinstance(value, str)}
    results = {f"result_{subject}": column for subject, column in parsed["roster"].get("results", {}).items()}
    groups = {name: table["column"] for name, table in parsed.get("groups", {}).get("attributes", {}).items()}
    people = {fit.canonical for fit in made.fits} - {*keys, *results, *groups, *parsed["roster"]["columns"]}
    assert people <= {"first_name", "last_name", "preferred_name", "birth_date", "counselor_id", "counselor_name"}
    whole = keys | results | groups | parsed["roster"]["columns"]
    assert whole == {fit.canonical: fit.column for fit in made.fits if fit.canonical not in people}


@given(st.sampled_from(sorted({name for table in shipped() for names in table.names.values() for name in names})))
def test_case_and_marks_change_nothing(name: str) -> None:
    chance = random.Random(name)
    spelled = "".join(letter.upper() if chance.random() < 0.5 else letter for letter in name)
    spelled = chance.choice(["_", " ", ".", "-"]).join(spelled)
    plainly, other = map_names([name]), map_names([spelled])
    assert [fit.canonical for fit in plainly.fits] == [fit.canonical for fit in other.fits]
    assert plainly.fits


def test_no_shipped_table_gives_one_name_two_sure_meanings() -> None:
    seen: dict[str, set[str]] = {}
    for table in shipped():
        for canonical, names in table.names.items():
            for name in names:
                seen.setdefault(name, set()).add(canonical)
    assert {name: found for name, found in seen.items() if len(found) > 1} == {}
    assert len(shipped()) == 6


def test_every_table_says_its_source() -> None:
    for path in (PACKAGE / "roster" / "synonyms").glob("*.toml"):
        raw = tomllib.loads(path.read_text("utf-8"))
        assert raw["title"]
        assert len(raw["source"]) > 20


@pytest.mark.parametrize("word", sorted({word for words in GROUP_WORDS.values() for word in words}))
def test_a_group_is_never_more_than_a_group(word: str) -> None:
    made = map_names([f"student {word} flag"])
    assert all(fit.canonical in {*GROUPS, "special_education", "section_504", "english_services"} for fit in made.fits)
    text = mapping_toml([made])
    assert "features" not in text


def test_people_columns_are_kept_out_of_the_roster() -> None:
    text = mapping_toml([map_names(["student_id", "First_Name", "Last_Name", "DOB", "Counselor"], ["p.csv"])])
    parsed = tomllib.loads(text)
    assert parsed["roster"] == {"student_id": "student_id", "columns": {}}
    assert '# first_name = "First_Name"' in text
    assert '# counselor_name = "Counselor"' in text


def finished(text: str) -> dict[str, Any]:
    """Put a mapping into the demo's experiment, as docs/map.md says."""
    raw, found = tomllib.loads((PACKAGE / "demo.toml").read_text("utf-8")), tomllib.loads(text)
    raw["roster"] = found["roster"]
    raw["groups"] = {"attributes": found["groups"]["attributes"]}
    return raw


def test_a_finished_mapping_is_accepted_as_config() -> None:
    header = "Student_Number SchoolID SchoolYear Grade_Level ELA_Score Math_Score Gender LunchStatus Absences GPA"
    text = mapping_toml([map_names(header.split(), ["x.csv"])])
    experiment = Experiment.model_validate(finished(text))
    assert experiment.roster.student_id == "Student_Number"
    assert experiment.roster.results == {"reading": "ELA_Score", "mathematics": "Math_Score"}
    assert set(experiment.groups.attributes) == {"sex", "lunch"}


# ── files, folders and your own words ───────────────────────────────────────────────────────────────


def write(folder: Path, **headers: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, header in headers.items():
        (folder / f"{name}.csv").write_text(f"{header}\n{',secret' * header.count(',')}\n", encoding="utf-8")
    return folder


def test_a_folder_of_parts_is_one_roster_and_the_people_file_stays_apart(tmp_path: Path) -> None:
    roster = "student_id,school_id,school_year,grade,gpa"
    folder = write(tmp_path / "in", b=roster, a=roster, people="student_id,first_name,locker")
    made = map_files(folder)
    assert [mapping.files for mapping in made] == [("a.csv", "b.csv"), ("people.csv",)]
    text = mapping_toml(made)
    assert "secret" not in text + str(map_record(made, tmp_path))
    assert tomllib.loads(text)["roster"]["columns"] == {"gpa": "gpa"}
    assert 'first_name = "first_name"' in text
    assert 'not recognised: "locker"' in text


def test_two_kinds_of_rosters_in_a_folder_are_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", a="student_id,grade,x", b="student_id,grade,y")
    with pytest.raises(UsageError, match=r"a\.csv and b\.csv"):
        map_files(folder)


def test_an_empty_folder_and_a_file_without_a_header_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file of students"):
        map_files(write(tmp_path / "empty"))
    (tmp_path / "bare.csv").write_text("00123,4,Mira\n", encoding="utf-8")
    with pytest.raises(RosterError, match="the header seems to be missing") as caught:
        map_files(tmp_path / "bare.csv")
    assert "Mira" not in str(caught.value)


def test_your_own_words_go_before_all_others(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('[names]\nstudent_id = ["Lunar No"]\ngpa = ["Grade"]\n[aside]\n"ours" = ["GPA"]\n', "utf-8")
    made = map_names(["lunar_no", "Grade", "GPA"], own=own_table(path))
    assert {fit.canonical: fit.column for fit in made.fits} == {"student_id": "lunar_no", "gpa": "Grade"}
    assert made.aside == (("GPA", "ours"),)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[names]\nshoe_size = ["x"]', "no column 'shoe_size'"),
        ('[names]\ngpa = "x"', "is no list of names"),
        ('[nmaes]\ngpa = ["x"]', "unknown part 'nmaes'"),
        ("names = [", "this is no TOML"),
    ],
)
def test_a_wrong_table_of_your_own_is_refused(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=told):
        own_table(path)
    with pytest.raises(UsageError, match="no such file"):
        own_table(tmp_path / "nowhere.toml")


def test_marks_that_stand_for_words_are_read_as_words() -> None:
    assert plain("Stu #") == plain("stu_number")
    assert plain("ADA %") == plain("ADA Percent")


def test_a_line_break_in_a_name_stays_in_its_comment() -> None:
    made: Mapping = map_names(["gpa\nx = 1", "student_id\n", "student\rid", "STUDENT ID"], ["a\nb = 2.csv"])
    assert set(tomllib.loads(mapping_toml([made]))) == {"roster"}
