"""The table of supports is judged whole: every fault at once, in words, with the nearest known name."""

from pathlib import Path

import pytest

from earlywarn.allocate.supports import NO_LIMIT, Known, read_supports
from earlywarn.errors import EarlywarnError, RosterError, UsageError

KNOWN = Known(schools=("North", "South"), grades=("3", "4"), inputs=("reading", "absence", "mathematics"))


def written(folder: Path, *lines: str, header: str = "name,seats,answers,schools,grades,min,max,words") -> Path:
    path = folder / "supports.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def faults_of(path: Path) -> list[str]:
    with pytest.raises(RosterError) as caught:
        read_supports(path, KNOWN)
    return [str(fault) for fault in caught.value.faults]


def test_a_support_says_whom_it_serves_and_what_it_answers(tmp_path: Path) -> None:
    path = written(tmp_path, "tutoring,12,reading;mathematics,North,all,1,4,In fours", "mentors,5,all,,,,,")
    tutoring, mentors = read_supports(path, KNOWN)
    assert (tutoring.seats, tutoring.least, tutoring.most, tutoring.words) == (12, 1, 4, "In fours")
    assert (tutoring.schools, tutoring.grades, tutoring.answers) == (("North",), ("3", "4"), ("reading", "mathematics"))
    assert (mentors.schools, mentors.answers, mentors.least, mentors.most) == (KNOWN.schools, KNOWN.inputs, 0, NO_LIMIT)


def test_an_input_may_be_named_by_its_title(tmp_path: Path) -> None:
    known = Known(
        ("North",), ("3",), ("reading", "reading_before"), ("Reading result", "Reading result a year earlier")
    )
    (support,) = read_supports(written(tmp_path, "tutoring,12,Reading result;reading_before,,,,,"), known)
    assert support.answers == ("reading", "reading_before")
    with pytest.raises(RosterError) as caught:
        read_supports(written(tmp_path, "tutoring,12,Reading results,,,,,"), known)
    assert "did you mean 'Reading result'?" in str(caught.value)
    assert "reading (Reading result)" in str(caught.value)


def test_a_column_in_other_letters_is_one_fault(tmp_path: Path) -> None:
    with pytest.raises(RosterError) as caught:
        read_supports(written(tmp_path, "x,1,all", header="name,seats,Answers"), KNOWN)
    (fault,) = caught.value.faults
    assert "call 'Answers' so" in str(fault)


def test_all_faults_of_a_table_are_told_at_once(tmp_path: Path) -> None:
    lines = ("tutoring,-4,reeding,Nort,5,3,2,", "tutoring,1.5,reading,,,x,,", ",1,,,,,,")
    told = "\n".join(faults_of(written(tmp_path, *lines)))
    for words in (
        "line 2: seats: '-4' is no number of seats", "did you mean 'reading'?", "did you mean 'North'?",
        "grades: '5' is not in the score run", "max 2 is less than min 3", "'1.5' is no number", "min: 'x'",
        "line 4: no name", "answers no reason", "2 supports are called 'tutoring'",
    ):  # fmt: skip
        assert words in told


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("name,seat,answers", "no column 'seats'; allowed: .*call 'seat' so"),
        ("name,seats,answers,school", "not a column of supports.*did you mean 'schools'"),
        ("name,seats,answers,answers", "stands there twice"),
    ],
)
def test_a_column_that_is_not_known_is_never_passed_over(tmp_path: Path, header: str, words: str) -> None:
    path = written(tmp_path, ",".join(["x"] * (header.count(",") + 1)), header=header)
    with pytest.raises(RosterError, match=words):
        read_supports(path, KNOWN)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("tutoring,99999999999999999999999,all,,,,,", "no number of seats"),
        ("tutoring,5,;;,,,,,", "names nothing"),
        ("in fours;or fives,5,all,,,,,", "name: it holds ;"),
    ],
)
def test_a_cell_that_cannot_be_is_told(row: str, told: str, tmp_path: Path) -> None:
    assert told in "\n".join(faults_of(written(tmp_path, row)))


def test_names_that_differ_by_capitals_alone_are_one_name(tmp_path: Path) -> None:
    assert "2 supports are called" in faults_of(written(tmp_path, "x,1,all,,,,,", "X,1,all;reading,,,,,"))[0]


def test_a_table_without_supports_or_seats_is_refused(tmp_path: Path) -> None:
    assert "a header and no supports" in faults_of(written(tmp_path))[0]
    assert "no support has a seat" in faults_of(written(tmp_path, "tutoring,0,all,,,,,"))[0]


def test_too_many_supports_are_refused(tmp_path: Path) -> None:
    assert "13 supports" in faults_of(written(tmp_path, *(f"s{n},1,all,,,,," for n in range(13))))[0]


def test_a_row_with_too_few_cells_is_told_with_its_line(tmp_path: Path) -> None:
    assert any("line 2: fewer cells" in fault for fault in faults_of(written(tmp_path, "tutoring,4,reading")))


def test_no_such_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        read_supports(tmp_path / "none.csv", KNOWN)
    with pytest.raises(EarlywarnError):
        read_supports(tmp_path, KNOWN)
