"""What changed since the list before: every student, every cause by trying all lists anew, every file whole."""

import csv
import shutil
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earlywarn.changes import compare as comparison
from earlywarn.changes import parts, trials
from earlywarn.changes.causes import Cause
from earlywarn.changes.compare import CHANGES, compare
from earlywarn.changes.pairs import Kind
from earlywarn.changes.record import Changes
from earlywarn.columns import Status
from earlywarn.groups import EVERYONE, MISSING, Cell
from earlywarn.score_run import INPUTS, open_run
from earlywarn.scorecard.table import Scorecard
from tests.changes.made import Brute, Run, Student, card_of, rows_of, write_run
from tests.score_runs import write_parquet

HALVES = st.integers(-4, 4).map(lambda number: number / 2)
CARDS = st.builds(card_of, st.lists(HALVES, min_size=8, max_size=8), HALVES, st.integers(0, 3))
STUDENTS = st.builds(
    Student,
    school=st.sampled_from(["S1", "S2"]),
    grade=st.sampled_from(["3", "4"]),
    status=st.sampled_from([Status.SCORED] * 5 + [Status.NOT_ENOUGH_DATA, Status.OUT_OF_SCOPE]),
    x=st.sampled_from([0.0, 1.0, 2.0, np.nan]),
    y=HALVES,
    track=st.sampled_from(["blue", "red", "green", ""]),
    group=st.sampled_from(["F", "M"]),
)
RUNS = st.dictionaries(st.sampled_from([f"{number:02d}" for number in range(14)]), STUDENTS, min_size=4, max_size=12)
FACTS = {
    "new in the roster": lambda before, now: before is None,
    "gone from the roster": lambda before, now: now is None,
    "out of scope now": lambda before, now: now.status is Status.OUT_OF_SCOPE,
    "in scope now": lambda before, now: before.status is Status.OUT_OF_SCOPE,
    "not enough data now": lambda before, now: now.status is Status.NOT_ENOUGH_DATA,
    "enough data now": lambda before, now: before.status is Status.NOT_ENOUGH_DATA,
}
WORDS = {
    frozenset(name for bit, name in ((1, "data"), (2, "model"), (4, "others")) if cause & bit): cause.words
    for cause in Cause
    if 1 <= cause <= 7
}


def compared(
    folder: Path, brute: Brute, inputs: tuple[bool, bool] = (True, True), kept: bool = True
) -> tuple[Changes, dict[str, dict[str, str]]]:
    """Write both runs, compare them; gives the counts and changes.csv by student."""
    before = write_run(folder / "2026-01-01-then", brute.runs[0], brute.cards[0], brute.places[0], inputs[0])
    write_run(folder / "now", brute.runs[1], brute.cards[1], brute.places[1], inputs[1])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trials, "load_scorecard", _loader(brute.cards[0], kept))
        changes = compare(before, folder / "now", brute.cards[1], folder / "home")
    with (folder / "now" / CHANGES).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["student_id"] for row in rows}) == len(rows)
    assert not list((folder / "now").glob(".changes-*"))
    return changes, {row["student_id"]: row for row in rows}


def _loader(card: Scorecard, kept: bool) -> "object":
    def load(home: Path, sha256: str) -> Scorecard:
        if not kept or sha256 != card.sha256:
            from earlywarn.errors import Fault, ScorecardError

            raise ScorecardError(Fault("scorecard", "gone"))
        return card

    return load


@given(RUNS, RUNS, CARDS, CARDS, st.booleans(), st.tuples(st.integers(0, 6), st.integers(0, 6)))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_change_has_the_cause_that_lists_made_anew_give(
    then: Run, now: Run, old: Scorecard, new: Scorecard, one_model: bool, places: tuple[int, int]
) -> None:
    brute = Brute((then, now), (old, old if one_model else new), places)
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "ROWS", 3)
        changes, rows = compared(Path(place), brute)
    told = [rows_of(run, card, seats) for run, card, seats in zip(brute.runs, brute.cards, places, strict=True)]
    listed = [set(rows.student_id[rows.flagged]) for rows in told]
    levels = [dict(zip(rows.student_id, rows.level.texts(), strict=True)) for rows in told]
    assert changes.stayed == len(listed[0] & listed[1])
    for name in sorted({*then, *now}):
        check_student(brute, name, rows.get(name), listed, levels)
    counted = Counter(row["list"] for row in rows.values())
    assert changes.students(Kind.NEW) == counted["new on the list"] == len(listed[1] - listed[0])
    assert changes.students(Kind.OFF) == counted["no longer on the list"] == len(listed[0] - listed[1])
    assert sum(move.students for move in changes.moves) == sum(bool(row["level"]) for row in rows.values())


def check_student(
    brute: Brute, name: str, row: dict[str, str] | None, listed: list[set[str]], levels: list[dict[str, str | None]]
) -> None:
    """Hold one student's row, or its absence, against lists made anew."""
    before, now = (run.get(name) for run in brute.runs)
    moved_on_list = (name in listed[0]) != (name in listed[1])
    scored_twice = all(student is not None and student.status is Status.SCORED for student in (before, now))
    moved_level = scored_twice and levels[0][name] != levels[1][name]
    other_standing = before is not None and now is not None and before.status is not now.status
    assert (row is not None) == (moved_on_list or moved_level or other_standing), name
    if row is None:
        return
    if moved_on_list and not scored_twice:
        assert row["list_cause"] == next(words for words, holds in FACTS.items() if holds(before, now))
    elif moved_on_list:
        cause, upwards = brute.list_cause(name), name in listed[1]
        assert row["list_cause"] == WORDS[cause]
        check_input(brute, row, "list_input", cause, upwards)
    else:
        assert row["list_cause"] == row["list_input"] == ""
    if moved_level:
        cause, upwards = brute.level_cause(name), row["level"] == "moved to a higher level"
        names = [level.name for level in brute.cards[1].levels]
        assert upwards == (names.index(levels[1][name] or "") < names.index(levels[0][name] or ""))
        assert row["level_cause"] == WORDS[cause]
        check_input(brute, row, "level_input", cause, upwards)
    else:
        assert row["level"] == row["level_cause"] == row["level_input"] == ""


def check_input(brute: Brute, row: dict[str, str], column: str, cause: frozenset[str], upwards: bool) -> None:
    """Hold the named input against points taken one student at a time."""
    if cause == {"others"}:
        assert row[column] == ""
    else:
        assert row[column].split(":")[0] == brute.moved_most(row["student_id"], cause, upwards)


CARD = card_of([0.0, 1.0, 3.0, 0.0, 1.0, -1.0, 0.0, 0.5], -1.0)
THEN: Run = {f"{number:02d}": Student(x=float(number % 3), group="FM"[number % 2]) for number in range(12)}


def test_the_same_run_twice_changes_nothing(tmp_path: Path) -> None:
    changes, rows = compared(tmp_path, Brute((THEN, THEN), (CARD, CARD), (4, 4)))
    assert rows == {}
    assert changes.causes.sum() == 0
    assert (tmp_path / "now" / CHANGES).read_text().count("\n") == 1


def test_the_same_model_with_other_data_is_never_the_cause(tmp_path: Path) -> None:
    now = THEN | {"00": Student(x=2.0), "02": Student(x=0.0)}
    changes, rows = compared(tmp_path, Brute((THEN, now), (CARD, CARD), (4, 4)))
    assert rows["00"]["list_cause"] == "the student's data"
    assert rows["00"]["list_input"] == "Days absent: 0 days -> 2 days"
    assert rows["02"]["list_input"] == "Days absent: 2 days -> 0 days"
    assert not any("model" in row["list_cause"] for row in rows.values())
    assert changes.by_cause(Kind.NEW) == {Cause.DATA: 1}


def test_more_places_move_students_whose_points_are_the_same(tmp_path: Path) -> None:
    changes, rows = compared(tmp_path, Brute((THEN, THEN), (CARD, CARD), (4, 6)))
    assert changes.by_cause(Kind.NEW) == {Cause.OTHERS: 2}
    assert {row["list_input"] for row in rows.values()} == {""}


def test_the_same_roster_under_another_model_names_the_model(tmp_path: Path) -> None:
    other = card_of([3.0, 1.0, 0.0, 0.0, 1.0, -1.0, 0.0, 0.5], -1.0)
    changes, rows = compared(tmp_path, Brute((THEN, THEN), (CARD, other), (4, 4)))
    assert set(changes.by_cause(Kind.NEW)) == set(changes.by_cause(Kind.HIGHER)) == {Cause.MODEL}
    assert {row["list_input"] for row in rows.values() if row["list"] == "new on the list"} == {"Days absent"}


def test_a_new_grade_is_data_and_a_result_is_told_in_the_spread_of_each_grade(tmp_path: Path) -> None:
    then, now = {"a": Student(y=1.0), "b": Student()}, {"a": Student(y=-1.0, grade="4"), "b": Student()}
    _, rows = compared(tmp_path, Brute((then, now), (CARD, CARD), (1, 1)))
    told = "Reading: 20 points above the standard -> 25 points below the standard"
    assert (rows["a"]["list_cause"], rows["a"]["list_input"]) == ("the student's data", told)


def test_two_values_are_told_with_the_decimals_that_tell_them_apart(tmp_path: Path) -> None:
    now = THEN | {"00": Student(x=2.004)}
    then = THEN | {"00": Student(x=1.996)}
    _, rows = compared(tmp_path, Brute((then, now), (CARD, CARD), (4, 4)))
    assert rows["00"]["list_input"] == "Days absent: 1.996 days -> 2.004 days"


def test_a_value_stands_only_where_the_student_is_or_was_listed(tmp_path: Path) -> None:
    now = THEN | {"00": Student(x=1.0)}
    _, rows = compared(tmp_path, Brute((THEN, now), (CARD, CARD), (2, 2)))
    assert rows["00"]["list"] == "not on the list"
    assert rows["00"]["level"] == "moved to a higher level"
    assert rows["00"]["level_input"] == "Days absent"


@pytest.mark.parametrize("inputs", [(False, True), (True, False), (False, False)])
def test_without_inputs_the_same_model_still_has_its_cause_but_no_input(
    tmp_path: Path, inputs: tuple[bool, bool]
) -> None:
    now = THEN | {"00": Student(x=2.0)}
    changes, rows = compared(tmp_path, Brute((THEN, now), (CARD, CARD), (4, 4)), inputs)
    assert rows["00"]["list_cause"] == "the student's data"
    assert rows["00"]["list_input"].startswith("not known: ")
    assert rows["00"]["list_input"].endswith("kept no inputs")
    assert changes.no_cause == ""


@pytest.mark.parametrize("inputs", [(False, True), (True, False)])
def test_without_inputs_another_models_causes_are_not_known(tmp_path: Path, inputs: tuple[bool, bool]) -> None:
    other = card_of([3.0, 1.0, 0.0, 0.0, 1.0, -1.0, 0.0, 0.5], -1.0)
    changes, rows = compared(tmp_path, Brute((THEN, THEN), (CARD, other), (4, 4)), inputs)
    assert set(changes.by_cause(Kind.NEW)) == set(changes.by_cause(Kind.HIGHER)) == {Cause.NOT_KNOWN}
    assert all(row["list_cause"].startswith("not known: ") for row in rows.values() if row["list_cause"])


def test_a_scorecard_that_is_gone_is_said_and_nothing_guessed(tmp_path: Path) -> None:
    other = card_of([3.0, 1.0, 0.0, 0.0, 1.0, -1.0, 0.0, 0.5], -1.0)
    changes, rows = compared(tmp_path, Brute((THEN, THEN), (CARD, other), (4, 4)), kept=False)
    assert changes.no_cause == "the scorecard of the earlier run is gone or damaged"
    assert {row["list_cause"] for row in rows.values() if row["list_cause"]} == {f"not known: {changes.no_cause}"}


def test_inputs_that_two_models_read_otherwise_are_named_by_title(tmp_path: Path) -> None:
    from dataclasses import replace

    spec = replace(CARD.tables[1].spec, cuts={"3": (410.0, 20.0)})
    other = replace(CARD, tables=(CARD.tables[0], replace(CARD.tables[1], spec=spec)))
    changes, _ = compared(tmp_path, Brute((THEN, THEN), (CARD, CARD), (4, 4)))
    side = trials.Side("the earlier run", tmp_path / "2026-01-01-then", CARD)
    found = trials.Trials(side, trials.Side("this run", tmp_path / "now", other))
    assert found.no_cause == "the two models do not read the same inputs (Reading, Track)"
    assert changes.no_cause == ""


def test_levels_by_other_names_are_not_compared(tmp_path: Path) -> None:
    other = card_of([0.0, 1.0, 3.0, 0.0, 1.0, -1.0, 0.0, 0.5], -1.0, names=("Urgent", "Low"))
    now = THEN | {"00": Student(x=2.0)}
    changes, rows = compared(tmp_path, Brute((THEN, now), (CARD, other), (4, 4)))
    assert not changes.same_levels
    assert changes.students(Kind.HIGHER) == changes.students(Kind.LOWER) == 0
    assert rows["00"]["level_now"] == "Urgent"


def test_a_student_with_several_school_years_counts_once_by_the_row_in_scope(tmp_path: Path) -> None:
    folder, brute = tmp_path, Brute((THEN, THEN), (CARD, CARD), (4, 4))
    compared(folder, brute)
    import pyarrow as pa
    import pyarrow.parquet as pq

    for name in ("scores.parquet", INPUTS, "groups.parquet"):
        table = pq.read_table(folder / "now" / name)
        old = table.slice(0, 3)
        if name == "scores.parquet":
            none = pa.nulls(3)
            for column in ("points", "level", "rank", "risk"):
                at = old.schema.get_field_index(column)
                old = old.set_column(at, column, none.cast(old.schema.field(column).type))
            at = old.schema.get_field_index("status")
            old = old.set_column(at, "status", pa.array(["out of scope"] * 3).dictionary_encode())
            at = old.schema.get_field_index("flagged")
            old = old.set_column(at, "flagged", pa.array([False] * 3))
        write_parquet(pa.concat_tables([old.unify_dictionaries(), table.unify_dictionaries()]), folder / "now" / name)
    changes = compare(write_run(folder / "again", THEN, CARD, 4), folder / "now", CARD, folder)
    assert changes.causes.sum() == 0
    assert changes.groups[EVERYONE].sum() == len(THEN)


def test_sums_by_school_and_group_add_up_and_count_who_is_gone(tmp_path: Path) -> None:
    now = {name: student for name, student in THEN.items() if name != "02"} | {"zz": Student("S9", x=2.0, group="M")}
    changes, rows = compared(tmp_path, Brute((THEN, now), (CARD, CARD), (4, 4)))
    assert rows["02"]["list_cause"] == "gone from the roster"
    assert rows["zz"]["list_cause"] == "new in the roster"
    assert (rows["02"]["standing_before"], rows["02"]["standing_now"]) == ("scored", "not in the roster")
    assert np.array(list(changes.schools.values())).sum(axis=0)[:2].tolist() == [1, 1]
    by_sex = [counts for cell, counts in changes.groups.items() if cell.depth == 1]
    assert (sum(by_sex) == changes.groups[EVERYONE]).all()
    assert changes.groups[Cell(("sex",), ("F",))].sum() == 6  # the one who is gone counts by the group of then


def test_who_is_gone_stands_in_no_group_that_only_the_run_of_then_recorded(tmp_path: Path) -> None:
    now = {name: student for name, student in THEN.items() if name != "02"}
    brute = Brute((THEN, now), (CARD, CARD), (4, 4))
    compared(tmp_path, brute)
    import pyarrow.parquet as pq

    path = tmp_path / "2026-01-01-then" / "groups.parquet"
    write_parquet(pq.read_table(path).rename_columns(["student_id", "home"]), path)
    changes = compare(open_run(tmp_path / "2026-01-01-then"), tmp_path / "now", CARD, tmp_path)
    assert {cell.attributes for cell in changes.groups} == {(), ("sex",)}
    assert changes.groups[Cell(("sex",), (MISSING,))].sum() == 1
    assert (sum(n for cell, n in changes.groups.items() if cell.depth) == changes.groups[EVERYONE]).all()


def test_rows_stand_by_school_and_are_safe_in_a_spreadsheet(tmp_path: Path) -> None:
    then = {"=1+1": Student("S2"), "b": Student("@S1", x=2.0), "c": Student("S1")}
    now = {"=1+1": Student("S2", x=2.0), "b": Student("@S1"), "c": Student("S1", x=1.0)}
    _, rows = compared(tmp_path, Brute((then, now), (CARD, CARD), (1, 1)))
    assert list(rows) == ["b", "c", "'=1+1"]
    assert rows["b"]["school_id"] == "'@S1"


def test_no_group_and_no_risk_stands_in_the_rows_or_the_record(tmp_path: Path) -> None:
    then = {name: Student(x=student.x, group="Roma") for name, student in THEN.items()}
    now = then | {"00": Student(x=2.0, group="Roma")}
    changes, _ = compared(tmp_path, Brute((then, now), (CARD, CARD), (4, 4)))
    assert "Roma" not in (tmp_path / "now" / CHANGES).read_text()
    assert "Roma" not in str(changes.to_json())
    assert "days" not in str(changes.to_json()).lower()


def test_what_is_parted_is_removed_when_the_comparison_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = write_run(tmp_path / "then", THEN, CARD, 4)
    write_run(tmp_path / "now", THEN | {"00": Student(x=2.0)}, CARD, 4)

    def stop(*_: object) -> None:
        raise OSError("disk")

    monkeypatch.setattr(comparison, "write_rows", stop)
    with pytest.raises(OSError, match="disk"):
        compare(before, tmp_path / "now", CARD, tmp_path)
    assert not list((tmp_path / "now").glob(".changes-*"))


@given(st.lists(st.text(max_size=90), min_size=1, max_size=50), st.integers(1, 7))
def test_an_id_falls_into_one_part_whatever_stands_around_it(ids: list[str], count: int) -> None:
    import pyarrow as pa

    found = parts.part_of(pa.array(ids), count)
    assert ((found >= 0) & (found < count)).all()
    alone = [int(parts.part_of(pa.array(["x", name]).slice(1), count)[0]) for name in ids]
    assert found.tolist() == alone


def test_parts_are_of_like_size_for_ids_in_a_row() -> None:
    import pyarrow as pa

    counts = np.bincount(parts.part_of(pa.array([f"{number:09d}" for number in range(20_000)]), 20), minlength=20)
    assert counts.min() > 800
    assert counts.max() < 1200


def test_the_day_of_the_earlier_run_is_told(tmp_path: Path) -> None:
    changes, _ = compared(tmp_path, Brute((THEN, THEN), (CARD, CARD), (4, 4)))
    assert changes.since == date(2026, 1, 1)
    assert changes.to_json()["as_before_on_list"] == 4
    shutil.rmtree(tmp_path / "now")
