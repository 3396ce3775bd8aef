"""The streaming check counts and finds what the door of training and scoring does, and keeps no row."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earlywarn.columns import Coded
from earlywarn.config.experiment import Experiment
from earlywarn.roster.contract import roster_contract
from earlywarn.roster.door import open_roster
from earlywarn.roster.findings import KEPT, MERGED, QUARANTINED
from earlywarn.roster.ids import folded, hashes, look_alikes
from earlywarn.roster.judge import Judged
from earlywarn.roster.repeated import Alike, Seen
from earlywarn.roster.survey import Surveyed, survey
from earlywarn.roster.terms import Kind
from tests.roster.made import COLUMNS, DEMO_SERVING, GOOD, line, row, serving, text_of
from tests.roster.test_laws import QUICK, some_rows

MAPPED = {
    "days_enrolled": "180", "days_absent": "9", "days_absent_excused": "4", "attendance_rate": "0.95",
    "entry_date": "1985-08-20", "exit_date": "", "as_of": "1986-06-01", "gpa": "3.1", "race_1997": "W",
    "incidents": "1",
}  # fmt: skip
LIMIT = "max_quarantined = 0.02"
WITH_COLUMNS = (LIMIT, LIMIT + "\ncolumns = {" + ", ".join(f'{column} = "{column}"' for column in MAPPED) + "}")
CONFIG = serving(WITH_COLUMNS)
WITH_DAYS = serving(
    WITH_COLUMNS, ('column = "age"', 'column = "days_absent"'), ("minimum = -3\nmaximum = 6\n", "")
)  # fmt: skip
HEADER = ",".join([*COLUMNS, *MAPPED])
ALIKE = ("zero_stripped_id", "look_alike_id")


def mapped(**cells: str) -> str:
    """Give a good line of a roster with mapped columns, some cells changed."""
    own = {name: cells.pop(name) for name in list(cells) if name in MAPPED}
    assert not set(cells) - set(GOOD)
    return ",".join([line(GOOD | cells), *(MAPPED | own).values()])


def checked(folder: Path, *lines: str, config: Experiment = CONFIG, header: str = HEADER) -> Surveyed:
    """Write lines as roster.csv and survey them."""
    path = folder / "roster.csv"
    path.write_bytes(text_of(*lines, header=header))
    return survey(path, config)


def found(of: Surveyed) -> list[tuple[int, str, str]]:
    """Give line, name and column of every finding but those of rows that stay."""
    return [(f.refusal.line, f.refusal.name, f.refusal.column) for f in of.findings if f.fate != KEPT]


@pytest.mark.parametrize(
    ("cells", "name", "column"),
    [
        ({"days_absent": "181", "attendance_rate": ""}, "absent_over_enrolled", "days_absent"),
        ({"days_absent_excused": "10"}, "excused_over_absent", "days_absent_excused"),
        ({"days_enrolled": "367"}, "enrolled_over_366", "days_enrolled"),
        ({"as_of": "1986-07-01"}, "as_of_outside_year", "as_of"),
        ({"as_of": "1985-06-30"}, "as_of_outside_year", "as_of"),
        ({"exit_date": "1985-08-19"}, "entry_after_exit", "entry_date"),
        ({"attendance_rate": "0.5"}, "rate_disagrees", "attendance_rate"),
        ({"attendance_rate": "95%"}, "percent_mixed", "attendance_rate"),
        ({"attendance_rate": "95"}, "percent_mixed", "attendance_rate"),
        ({"as_of": "13/01/1986"}, "two_date_orders", "as_of"),
        ({"as_of": "3/3/1986"}, "two_date_orders", "as_of"),
        ({"entry_date": "1986-02-30"}, "date_not_a_date", "entry_date"),
        ({"entry_date": "soon"}, "date_not_a_date", "entry_date"),
        ({"gpa": "5.1"}, "out_of_range", "gpa"),
        ({"gpa": "x"}, "text_in_number", "gpa"),
        ({"gpa": "1e400"}, "number_not_finite", "gpa"),
        ({"days_absent": "-1", "attendance_rate": "", "days_absent_excused": ""}, "out_of_range", "days_absent"),
        ({"race_1997": "H;B"}, "two_races", "race_1997"),
        ({"race_1997": "Q"}, "unknown_code", "race_1997"),
    ],
)
def test_each_fault_is_found_once_with_its_line_and_no_other(
    tmp_path: Path, cells: dict[str, str], name: str, column: str
) -> None:
    good = [mapped(student_id=f"9{place}") for place in range(3)]
    assert found(checked(tmp_path, *good, mapped(**cells))) == [(5, name, column)]


def test_the_day_that_begins_a_school_year_and_the_one_that_ends_it_are_within(tmp_path: Path) -> None:
    assert found(checked(tmp_path, mapped(as_of="1985-07-01"), mapped(student_id="2", as_of="1986-06-30"))) == []


def test_what_is_missing_breaks_no_rule_across_columns(tmp_path: Path) -> None:
    blank = dict.fromkeys(MAPPED, "")
    assert found(checked(tmp_path, mapped(**blank), mapped(student_id="2", days_enrolled="NA"))) == []


def test_two_spells_of_a_year_become_one_whose_days_add_up(tmp_path: Path) -> None:
    first = mapped(days_enrolled="60", days_absent="6", attendance_rate="0.90", gpa="2.0", exit_date="1985-11-01")
    second = mapped(
        school_id="044", days_enrolled="100", days_absent="2", days_absent_excused="0", attendance_rate="0.98",
        entry_date="1985-12-01", incidents="2",
    )  # fmt: skip
    of = checked(tmp_path, first, second)
    assert found(of) == [(2, "re_enrolled", "(whole row)")]
    assert (of.counts.accepted, of.counts.merged) == (1, 1)
    door = open_roster(tmp_path / "roster.csv", WITH_DAYS)
    assert door.roster.numbers["days_absent"].tolist() == [8.0]
    assert door.roster.numbers["days_enrolled"].tolist() == [160.0]
    assert door.roster.numbers["incidents"].tolist() == [3.0]
    assert door.roster.numbers["gpa"].tolist() == [3.1]
    assert door.roster.numbers["attendance_rate"].tolist() == [pytest.approx(1 - 8 / 160)]
    assert door.roster.school_id.texts() == ["044"]


SPELLS = (
    {"days_enrolled": "40", "days_absent": "20", "attendance_rate": "0.5", "exit_date": "1985-10-31"},
    {"days_enrolled": "60", "days_absent": "6", "attendance_rate": "0.9", "entry_date": "1985-11-05"},
    {"days_enrolled": "70", "days_absent": "0", "attendance_rate": "1", "entry_date": "1986-02-05"},
)


def spells(**first: str) -> list[str]:
    """Give the lines of three spells, some cells of the first changed."""
    return [mapped(days_absent_excused="0", **cells) for cells in (SPELLS[0] | first, *SPELLS[1:])]


@pytest.mark.parametrize("column", ["days_enrolled", "days_absent"])
def test_where_the_days_of_one_spell_are_unknown_the_attendance_rate_of_all_is(tmp_path: Path, column: str) -> None:
    assert checked(tmp_path, *spells(**{column: ""})).counts.merged == 2
    numbers = open_roster(tmp_path / "roster.csv", WITH_DAYS).roster.numbers
    assert np.isnan([numbers["attendance_rate"][0], numbers[column][0]]).all()


def test_a_spell_whose_rate_alone_is_unknown_leaves_that_of_the_days(tmp_path: Path) -> None:
    assert checked(tmp_path, *spells(attendance_rate="")).counts.merged == 2
    (rate,) = open_roster(tmp_path / "roster.csv", WITH_DAYS).roster.numbers["attendance_rate"].tolist()
    assert rate == pytest.approx(1 - 26 / 170)


def test_a_spell_that_stands_twice_counts_once(tmp_path: Path) -> None:
    one, two, three = spells(attendance_rate="")
    of = checked(tmp_path, one, two, one, three)
    assert found(of) == [(2, "re_enrolled", "(whole row)"), (3, "re_enrolled", "(whole row)"),
                         (4, "exact_duplicate", "(whole row)")]  # fmt: skip
    assert (of.counts.rows_in, of.counts.accepted, of.counts.merged, of.counts.quarantined) == (4, 1, 3, 0)
    numbers = open_roster(tmp_path / "roster.csv", WITH_DAYS).roster.numbers
    assert (numbers["days_enrolled"].tolist(), numbers["days_absent"].tolist()) == ([170.0], [26.0])


def test_two_spells_of_one_entry_date_that_differ_stay_a_conflict_with_their_copy(tmp_path: Path) -> None:
    one, two, _ = spells()
    of = checked(tmp_path, one, two, one, mapped(days_absent="3", attendance_rate=""), mapped(student_id="2"))
    assert (of.counts.accepted, of.counts.merged, of.counts.quarantined) == (1, 0, 4)


@pytest.mark.parametrize(
    ("cells", "name"),
    [
        ({"entry_date": "1985-12-01", "grade": "2"}, "conflicting_duplicate"),
        ({"entry_date": "1985-12-01", "read": "1"}, "conflicting_duplicate"),
        ({"entry_date": "1985-12-01", "days_enrolled": "187"}, "conflicting_duplicate"),
        ({"school_id": "044"}, "conflicting_duplicate"),
        ({"entry_date": ""}, "conflicting_duplicate"),
        ({"race_1997": "B"}, "two_races"),
        ({"race": "B"}, "two_races"),
    ],
)
def test_what_cannot_be_a_second_spell_is_refused_both_rows(tmp_path: Path, cells: dict[str, str], name: str) -> None:
    of = checked(tmp_path, mapped(), mapped(**cells))
    assert [(place, told) for place, told, _ in found(of)] == [(2, name), (3, name)]
    assert of.counts.quarantined == 2


def test_ids_that_look_alike_are_told_and_never_merged(tmp_path: Path) -> None:
    lines = [mapped(student_id=text) for text in ("00123", "123", "O1l", "011", "77", "7 7")]
    of = checked(tmp_path, *lines)
    assert [(place, name) for place, name, _ in found(of)] == [
        (2, "zero_stripped_id"), (3, "zero_stripped_id"), (4, "look_alike_id"), (5, "look_alike_id"),
    ]  # fmt: skip
    assert of.counts.accepted == 6


def test_an_id_in_full_width_digits_looks_like_one_in_plain_digits(tmp_path: Path) -> None:
    of = checked(tmp_path, mapped(student_id="\uff11\uff12"), mapped(student_id="12"))
    assert {name for _, name, _ in found(of)} == {"look_alike_id"}


@pytest.mark.parametrize("other", ["'123", '"=""123"""', "123.0", "12\u200b3", "123\u200d", "0123"])
def test_an_id_that_a_spreadsheet_marked_looks_like_the_plain_one(tmp_path: Path, other: str) -> None:
    of = checked(tmp_path, mapped(student_id="123"), mapped().replace(GOOD["student_id"], other, 1))
    assert {(place, name) for place, name, _ in found(of)} <= {(i, n) for i in (2, 3) for n in ALIKE}
    assert len(found(of)) == 2


@given(texts=st.lists(st.text("0O1l'=\". \t\u200b\u00a0Aa", min_size=1, max_size=6), min_size=1, max_size=20))
def test_ids_look_alike_in_blocks_as_they_do_one_by_one(texts: list[str]) -> None:
    assert look_alikes(pa.array(texts)).tolist() == hashes(pa.array([folded(text) for text in texts])).tolist()


def test_school_ids_that_look_alike_are_told_once_an_id_with_their_rows(tmp_path: Path) -> None:
    schools = ["0000101", "101", "0000101", "101", "0000101", "102", "B1", "Bl"]
    of = checked(tmp_path, *(mapped(student_id=f"a{i}", school_id=text) for i, text in enumerate(schools)))
    assert found(of) == [(3, "zero_stripped_id", "school_id"), (9, "look_alike_id", "school_id")]
    assert of.counts.accepted == len(schools)
    assert of.findings[0].school == "101"
    assert "stands in 2 rows" in of.findings[0].refusal.remedy


@pytest.mark.parametrize("column", ["student_id", "school_id"])
@pytest.mark.parametrize(("form", "words"), [("7.7458664{}E+08", "digits lost"), ("7745866{}.0", "decimal point")])
def test_ids_written_as_numbers_are_told_loudly(tmp_path: Path, column: str, form: str, words: str) -> None:
    cells = [{"student_id": f"a{i}"} | {column: form.format(i)} for i in range(3)]
    of = checked(tmp_path, *(mapped(**each) for each in cells))
    (told,) = (guess for guess in of.guesses if guess.what == "ids")
    assert told.is_warning
    assert (f"'{column}'" in told.where, words in told.found, "3 rows" in told.found) == (True, True, True)


def test_the_door_of_training_and_scoring_warns_of_ids_written_as_numbers(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(text_of(mapped(student_id="7.7E+08"), mapped(student_id="7.8E+08"), header=HEADER))
    open_roster(path, CONFIG)
    assert "export them as text" in caplog.text


def test_ids_with_letters_points_or_an_e_are_no_numbers(tmp_path: Path) -> None:
    of = checked(tmp_path, *(mapped(student_id=text) for text in ("12E5", "1.5", "A.0", "E+08", "7+1")))
    assert not [guess for guess in of.guesses if guess.what == "ids"]


def test_rows_that_a_rounded_id_made_one_are_no_choice_between_two(tmp_path: Path) -> None:
    of = checked(tmp_path, mapped(student_id="7.7E+08"), mapped(student_id="7.7E+08", gpa="1.0", read="1"))
    assert of.counts.quarantined == 2
    assert all("spreadsheet has rounded the ids" in refusal.remedy for refusal in of.refusals)
    assert not any("keep the one" in refusal.remedy for refusal in of.refusals)


def test_a_student_of_two_years_is_no_look_alike_of_themself(tmp_path: Path) -> None:
    blank = dict.fromkeys(MAPPED, "")
    assert found(checked(tmp_path, mapped(**blank), mapped(**blank, school_year="1987", grade="2"))) == []


def test_a_code_of_few_rows_is_told_by_its_shape_and_one_of_many_by_its_name(tmp_path: Path) -> None:
    few = checked(tmp_path, mapped(), mapped(student_id="2", lunch="Ann Zebra"))
    (finding,) = few.findings
    assert "Zebra" not in str(finding)
    assert "'Aa Aa'" in finding.refusal.rule
    many = checked(tmp_path, *(mapped(student_id=str(place), lunch="FF") for place in range(10)))
    assert len(many.findings) == many.counts.accepted == 10
    assert "'FF'" in many.findings[0].refusal.rule
    assert "did you mean 'F'?" in many.findings[0].refusal.remedy


@pytest.mark.parametrize(
    ("days", "read", "refused"),
    [
        (["13/01/1986", "02/03/1986"], "day first", 0),
        (["01/13/1986", "02/03/1986"], "month first", 0),
        (["02/03/1986", "04/05/1986"], "undecided", 2),
        (["01/13/1986", "13/01/1986"], "undecided", 2),
        (["01/13/1986", "01/14/1986", "13/01/1986", "02/03/1986"], "mostly month first", 2),
        ([*(f"01/{day}/1986" for day in range(13, 23)), "13/01/1986", "02/03/1986"], "month first", 1),
    ],
)
def test_the_order_of_dates_is_that_of_the_whole_column(
    tmp_path: Path, days: list[str], read: str, refused: int
) -> None:
    of = checked(tmp_path, *(mapped(student_id=f"a{place}", as_of=day) for place, day in enumerate(days)))
    assert {name for _, name, _ in found(of)} <= {"two_date_orders"}
    assert of.counts.quarantined == refused
    (guess,) = (guess for guess in of.guesses if guess.what == "date order")
    assert guess.found == read


def test_a_stated_order_of_dates_is_taken(tmp_path: Path) -> None:
    text = 'max_quarantined = 0.02\ndates = "day first"\ncolumns = {as_of = "as_of"}'
    of = checked(tmp_path, mapped(as_of="05/06/1986"), config=serving(("max_quarantined = 0.02", text)))
    assert found(of) == []
    assert [guess.sure for guess in of.guesses if guess.what == "date order"] == ["stated in roster.dates"]


@pytest.mark.parametrize(
    ("cells", "unit"),
    [
        (["0.9", "1", "0"], "shares from 0 to 1"),
        (["95", "88.5", "1"], "percent without a sign"),
        (["95%", "88.5 %", "0"], "percent with a sign"),
    ],
)
def test_the_unit_of_shares_is_that_of_the_whole_column(tmp_path: Path, cells: list[str], unit: str) -> None:
    blank = {"days_absent": "", "days_absent_excused": ""}
    of = checked(tmp_path, *(mapped(student_id=f"a{i}", attendance_rate=cell, **blank) for i, cell in enumerate(cells)))
    assert found(of) == []
    assert [guess.found for guess in of.guesses if guess.what == "units"] == [unit]


@QUICK
@given(cells=some_rows)
def test_the_stream_counts_and_refuses_what_the_door_does(
    tmp_path_factory: pytest.TempPathFactory, cells: list[dict[str, str]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "same.csv"
    path.write_bytes(text_of(*map(line, cells)))
    door, of = open_roster(path, DEMO_SERVING), survey(path, DEMO_SERVING)
    assert of.counts == door.counts
    assert sorted(map(str, of.refusals)) == sorted(map(str, door.refusals))
    assert sorted(f.refusal.line for f in of.findings if f.fate == MERGED) == sorted(door.merged_lines)


def test_rows_by_group_add_up_to_all_rows_that_could_be_read(tmp_path: Path) -> None:
    lines = [mapped(), mapped(), mapped(student_id="2", lunch="F", grade="9"), mapped(student_id="3", lunch=""), "1,2"]
    of = checked(tmp_path, *lines)
    lunch = of.fates.by_value["lunch"]
    assert sum(lunch.values()).tolist() == [4, 1, 1]  # type: ignore[union-attr]
    assert (of.counts.rows_in, of.unread) == (5, 1)
    assert (of.counts.quarantined, of.counts.merged) == (1 + 1, 1)


def test_every_quarantined_finding_is_of_a_school(tmp_path: Path) -> None:
    of = checked(tmp_path, row_of := mapped(grade="9"), mapped(student_id="2"))
    assert [finding.school for finding in of.findings if finding.fate == QUARANTINED] == [row()["school_id"]]
    assert row_of


@pytest.mark.parametrize("column", ["gpa", "race_1997", "incidents", "read"])
def test_a_column_that_is_blank_throughout_is_told_loudly(tmp_path: Path, column: str) -> None:
    of = checked(tmp_path, *(mapped(student_id=str(i), gpa=str(i), **({column: ""})) if column != "gpa"
                             else mapped(student_id=str(i), gpa="") for i in range(3)))  # fmt: skip
    assert of.counts.accepted == 3
    (told,) = (guess for guess in of.guesses if guess.found == "every cell is blank" and f"'{column}'" in guess.where)
    assert told.is_warning


def test_a_column_of_one_value_is_told_and_taken(tmp_path: Path) -> None:
    of = checked(tmp_path, *(mapped(student_id=str(i), incidents=str(i)) for i in range(3)))
    told = {guess.where.split("'")[1] for guess in of.guesses if guess.found == "one value in every row"}
    assert {"gpa", "race_1997"} <= told
    assert not {"incidents", "as_of", "grade"} & told
    assert of.counts.accepted == 3


def test_a_row_costs_18_bytes_until_repeats_are_found() -> None:
    ids = pa.array([f"{number:09d}" for number in range(1_000)])
    years = Coded(np.zeros(1_000, dtype=np.int32), ("1986",))
    contract = roster_contract(CONFIG)
    values = {(contract.student_id, Kind.STUDENT): ids, ("school_year", Kind.YEAR): years}
    seen = Seen(contract)
    alike = Alike(seen)
    for of in (seen, alike):
        of.add(Judged(values, np.arange(1_000), (), (), {}, np.empty(0, np.int64), 0))
    held = (seen.student, seen.year, alike.looks)
    assert sum(part.nbytes for parts in held for part in parts) == 18 * 1_000
    assert seen.places.blocks == [(0, 1_000)]
    assert not len(alike.places())
    assert not len(seen.again())


def test_what_to_do_about_a_number_out_of_range_speaks_of_a_feature_only_where_one_states_it(tmp_path: Path) -> None:
    unknown = {"attendance_rate": "", "days_absent_excused": ""}
    of = checked(tmp_path, mapped(days_absent="-1", **unknown), mapped(student_id="2", age="99"))
    remedies = {each.column: each.remedy for each in of.refusals}
    assert remedies == {
        "days_absent": "correct it, or leave the cell blank",
        "age": "correct it, or leave the cell blank; if it is right, change the feature's minimum or maximum",
    }
