"""A first config from a roster's columns: it parses, it fits the roster, and it takes no group for an input."""

import random
from pathlib import Path

import pytest

from earlywarn.cli.starter import starter_toml
from earlywarn.columns import InputType
from earlywarn.config.experiment import Experiment
from earlywarn.config.load import parse_experiment
from earlywarn.errors import ConfigError, RosterError, UsageError
from earlywarn.roster.door import check_share, open_roster
from earlywarn.roster.recognise import Role, guess
from fuzz.books import write_book
from tests.roster.made import COLUMNS, HEADER, line, parquet_columns, row, rows, text_of, write_parquet


def star_like(count: int) -> bytes:
    chance = random.Random(5)
    lines = []
    for place in range(count):
        results = {name: f"{chance.gauss(500, 40):.0f}" for name in ("read", "math", "read_before", "math_before")}
        lines.append(
            line(
                row(
                    student_id=f"{place // 3:04d}",
                    school_year=str(1986 + place % 3),
                    grade="K12"[place % 3],
                    race="WBA"[0 if place % 50 else 2],
                    lunch="FN"[place % 2],
                    **results,
                )
            )
        )
    return text_of(*lines)


def started(folder: Path, content: bytes) -> tuple[str, Path]:
    path = folder / "My roster (2024).csv"
    path.write_bytes(content)
    return starter_toml(path), path


def parsed(text: str) -> Experiment:
    return parse_experiment(text.encode(), "starter.toml")


def test_the_starter_of_a_usual_roster_parses_and_opens_it(tmp_path: Path) -> None:
    text, path = started(tmp_path, star_like(300))
    experiment = parsed(text)
    assert experiment.name == "my-roster-2024"
    assert experiment.standard.grades == ("K", "1", "2")
    assert experiment.cohort.test_year == 1987
    assert experiment.roster.results == {"reading": "read", "mathematics": "math"}
    assert [(feature.name, feature.years_ago) for feature in experiment.features if feature.subject] == [
        ("reading", 0), ("mathematics", 0), ("reading_before", 1), ("mathematics_before", 1),
    ]  # fmt: skip
    assert set(experiment.groups.attributes) == {"sex", "race", "lunch"}
    assert "MUST FILL" not in text
    door = open_roster(path, experiment)
    check_share(door, experiment)
    assert door.counts.accepted == 300


def test_cuts_are_stand_ins_from_enough_students_and_say_so(tmp_path: Path) -> None:
    text, _ = started(tmp_path, star_like(300))
    cut, spread = parsed(text).standard.bar("reading", "K") or (0, 0)
    assert 460 < cut < 500
    assert 30 < spread < 50
    assert "TODO: put your official cuts" in text


def test_a_roster_too_small_for_stand_ins_still_parses_and_tells_no_result(tmp_path: Path) -> None:
    text, _ = started(tmp_path, text_of(line(row(read="487.25", race="Z"))))
    experiment = parsed(text)
    assert experiment.standard.bar("reading", "2") == (0, 1)
    assert "487" not in text
    assert experiment.groups.attributes["race"].values == {}


def test_columns_without_a_usual_name_are_named_as_gaps(tmp_path: Path) -> None:
    text, _ = started(tmp_path, b"pupil,place,days_absent\n1,2,3\n")
    gaps = [gap for gap in text.splitlines() if "MUST FILL" in gap]
    assert len(gaps) == 6
    with pytest.raises(ConfigError, match=r"groups\.attributes"):
        parsed(text)


def test_with_groups_and_keys_named_otherwise_the_starter_still_parses(tmp_path: Path) -> None:
    header = "Student Number,sch,SchoolYear,Grade Level,ELA Scale Score,ela_prior,Days Absent,Home Language,504,zip"
    header += ",Graduated,bus"
    lines = [f"{place:04d},1,2024,05,{place},{place},{place % 9},en,N,12345,N,{'ab'[place % 2]}" for place in range(60)]
    text, path = started(tmp_path, text_of(*lines, header=header))
    experiment = parsed(text)
    assert experiment.standard.grades == ("05", "06")
    assert experiment.roster.grade == "Grade Level"
    assert set(experiment.groups.attributes) == {"language", "disability"}
    names = {feature.column: feature for feature in experiment.features}
    assert set(names) == {"ELA Scale Score", "ela_prior", "Days Absent"}
    assert names["ela_prior"].years_ago == 1
    assert names["Days Absent"].risk == "higher"
    assert 'Left out: "Graduated"' in text
    assert '# column = "bus"' in text
    assert open_roster(path, experiment).counts.accepted == 60


def test_what_might_be_a_group_is_never_proposed_as_an_input(tmp_path: Path) -> None:
    suspects = "sex Gender student_race ETHNICITY FRL econ_disadvantaged ELL LEP_flag home_language SPED has_IEP 504"
    suspects += " homeless foster_care migrant military religion country_of_birth special_education hispanic"
    header = [*HEADER.split(","), *[name for name in suspects.split() if name != "sex"]]
    content = text_of(",".join([line(row()), *["1"] * (len(header) - len(COLUMNS))]), header=",".join(header))
    experiment = parsed(started(tmp_path, content)[0])
    inputs = {feature.column for feature in experiment.features}
    assert inputs.isdisjoint(suspects.split())
    assert {attribute.column for attribute in experiment.groups.attributes.values()} >= set(suspects.split())


@pytest.mark.parametrize("name", ['a "b"', "a\\b", "ünïcode", "a#b", "[x]", "a'b", "a = 1"])
def test_odd_column_names_do_not_break_the_toml(tmp_path: Path, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    content = text_of(f"{line(row())},3,x,y", header=f'{HEADER},{quoted},{quoted[:-1]}2",{quoted[:-1]} race"')
    experiment = parsed(started(tmp_path, content)[0])
    assert name in {feature.column for feature in experiment.features}
    assert f"{name} race" in {attribute.column for attribute in experiment.groups.attributes.values()}


def test_a_parquet_roster_starts_as_well(tmp_path: Path) -> None:
    columns = parquet_columns(rows(40)) | {"seen": [[1]] * 40, "grade": [1] * 40}
    experiment = parsed(starter_toml(write_parquet(tmp_path / "roster.parquet", columns)))
    assert {feature.type for feature in experiment.features} == {InputType.RESULT, InputType.NUMBER}


def test_what_was_guessed_of_the_file_is_to_be_looked_at(tmp_path: Path) -> None:
    accented = star_like(60).replace(b",small,", b",ni\xf1o,")
    text, path = started(tmp_path, accented)
    assert "# TODO: My roster (2024).csv: encoding: Windows-1252; a guess" in text
    assert open_roster(path, parsed(text)).counts.rows_in == 60
    odd = write_book(tmp_path / "roster.xlsx", ["id\n", "grade"], [1.0, "K"])
    told = [text for text in starter_toml(odd).splitlines() if "leading zeros" in text]
    assert [text.startswith("# TODO: roster.xlsx: column 'id'") for text in told] == [True]


def test_a_file_that_cannot_be_read_is_refused_as_at_the_door(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        starter_toml(tmp_path / "nowhere.csv")
    with pytest.raises(RosterError, match="a header and no rows"):
        started(tmp_path, HEADER.encode())
    with pytest.raises(RosterError, match="2 columns named 'sex'"):
        started(tmp_path, text_of(f"{line(row())},F", header=f"{HEADER},sex"))
    with pytest.raises(RosterError, match="the header seems to be missing"):
        started(tmp_path, text_of(line(row()), header=line(row())))


@pytest.mark.parametrize(
    ("column", "role"),
    [
        ("id", Role.KEY),
        ("GRADE_LEVEL", Role.KEY),
        ("next_read", Role.LATER),
        ("promoted", Role.LATER),
        ("math", Role.RESULT),
        ("math_teacher_id", Role.LEFT_OUT),
        ("last_name", Role.LEFT_OUT),
        ("math_grade", Role.OTHER),
        ("gpa", Role.OTHER),
    ],
)
def test_a_column_is_guessed_by_the_words_of_its_name(column: str, role: Role) -> None:
    assert guess(column).role is role
