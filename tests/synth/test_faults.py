"""Planted faults: the key lists exactly the lines that differ from the clean state, and what is wrong with each."""

import csv
import io
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earlywarn.roster.blocks import WHOLE_ROW
from earlywarn.synth import assumed
from earlywarn.synth.faults import KINDS, Planter, records
from earlywarn.synth.rows import ROSTER_COLUMNS
from earlywarn.synth.state import KEY, ROSTERS, Order, make_state
from earlywarn.synth.zones import Plan

NEWEST = f"roster-{assumed.NEWEST_YEAR}.csv"
TWO_ROWS = {
    "exact_duplicate",
    "conflicting_duplicate",
    "re_enrolled",
    "zero_stripped_id",
    "look_alike_id",
    "two_date_orders",
}
Row = dict[str, str]


def both(folder: Path, each: int, seed: int = 5) -> tuple[list[str], list[str], list[Row]]:
    plan = Plan(each * 300 + 900, 2, seed)
    make_state(Order(plan, folder / "clean"))
    make_state(Order(plan, folder / "dirty", each))
    clean, dirty = ((folder / name / ROSTERS / NEWEST).read_text("utf-8") for name in ("clean", "dirty"))
    with (folder / "dirty" / KEY).open(encoding="utf-8") as file:
        return clean.splitlines(), dirty.splitlines(), list(csv.DictReader(file))


@pytest.mark.parametrize(("each", "seed"), [(1, 1), (1, 2), (7, 3)])
def test_the_keys_lines_are_exactly_the_faulty_ones(tmp_path: Path, each: int, seed: int) -> None:
    clean, dirty, key = both(tmp_path, each, seed)
    lines = {int(row["line"]) for row in key}
    assert len(lines) == len(key)
    untouched = [line for place, line in enumerate(dirty, start=1) if place not in lines]
    # A fault of two rows stands for one clean row; in order, all other rows are those of the clean file.
    kept = Counter(clean) - Counter(untouched)
    assert not Counter(untouched) - Counter(clean)
    assert sum(kept.values()) == each * len(KINDS)
    assert len(dirty) == len(clean) + each * len(TWO_ROWS)
    assert [line for line in clean if line not in kept] == untouched


def test_so_many_of_each_are_planted(tmp_path: Path) -> None:
    _, _, key = both(tmp_path, 4)
    assert Counter(row["fault"] for row in key) == {name: 4 * (1 + (name in TWO_ROWS)) for name in KINDS}
    assert {(row["file"], row["made_up"]) for row in key} == {(NEWEST, "yes")}
    assert "MADE-UP" in KEY


def test_each_fault_is_what_it_is_called(tmp_path: Path) -> None:
    _, dirty, key = both(tmp_path, 3)
    cells = {int(row["line"]): next(csv.reader([dirty[int(row["line"]) - 1]])) for row in key}
    for row in key:
        found = dict(zip(ROSTER_COLUMNS, cells[int(row["line"])], strict=False))
        assert row["column"] == KINDS[row["fault"]].column
        assert row["column"] in (*ROSTER_COLUMNS, WHOLE_ROW)
        told = SHOWS.get(row["fault"])
        assert told is None or told(found, len(cells[int(row["line"])])), row
    pairs = [(row["fault"], int(row["line"])) for row in key if row["fault"] in TWO_ROWS]
    for (name, first), (_, second) in zip(pairs[::2], pairs[1::2], strict=True):
        assert second == first + 1
        one, two = (dict(zip(ROSTER_COLUMNS, cells[line], strict=True)) for line in (first, second))
        assert PAIRS[name](one, two), name


SHOWS = {
    "missing_id": lambda row, n: row["student_id"] == "",
    "missing_school": lambda row, n: row["school_id"] == "",
    "bad_year": lambda row, n: not row["school_year"].startswith("20"),
    "bad_grade": lambda row, n: row["grade"] == "13",
    "absent_over_enrolled": lambda row, n: int(row["days_absent"]) > int(row["days_enrolled"]),
    "enrolled_over_366": lambda row, n: int(row["days_enrolled"]) > 366,
    "text_in_number": lambda row, n: not row["days_absent"].isdigit(),
    "percent_mixed": lambda row, n: row["attendance_rate"].endswith("%"),
    "number_not_finite": lambda row, n: float(row["result_mathematics"]) == np.inf,
    "out_of_range": lambda row, n: float(row["result_reading"]) > assumed.SCALE_MAXIMUM,
    "short_row": lambda row, n: n < len(ROSTER_COLUMNS),
    "long_row": lambda row, n: n > len(ROSTER_COLUMNS),
    "two_races": lambda row, n: row["race_1997"] not in assumed.RACES,
    "unknown_code": lambda row, n: row["lunch"] not in ("F", "R", "N"),
    "as_of_outside_year": lambda row, n: row["as_of"] > "2026-06-30",
    "date_not_a_date": lambda row, n: row["entry_date"] == "2026-02-30",
}
PAIRS = {
    "exact_duplicate": lambda one, two: one == two,
    "conflicting_duplicate": lambda one, two: {name for name in one if one[name] != two[name]} == {"result_reading"},
    "re_enrolled": lambda one, two: one["exit_date"] < two["entry_date"] and one["student_id"] == two["student_id"],
    "two_date_orders": lambda one, two: (one["as_of"], two["as_of"]) == ("06/30/2026", "30/06/2026"),
    "zero_stripped_id": lambda one, two: one["student_id"] == "0" + two["student_id"],
    "look_alike_id": lambda one, two: one["student_id"] == two["student_id"].replace("O", "0") != two["student_id"],
}


def test_a_re_enrolment_keeps_the_days_of_absence(tmp_path: Path) -> None:
    clean, dirty, key = both(tmp_path, 5)
    before = {row["student_id"]: row for row in csv.DictReader(io.StringIO("\n".join(clean)))}
    lines = [int(row["line"]) for row in key if row["fault"] == "re_enrolled"]
    for first, second in zip(lines[::2], lines[1::2], strict=True):
        one, two = (dict(zip(ROSTER_COLUMNS, dirty[line - 1].split(","), strict=True)) for line in (first, second))
        for column in ("days_absent", "days_absent_excused", "incidents", "days_tardy"):
            assert int(one[column]) + int(two[column]) == int(before[one["student_id"]][column])
        for row in (one, two):
            assert int(row["days_absent_excused"]) <= int(row["days_absent"]) <= int(row["days_enrolled"])


@settings(max_examples=25)
@given(st.data())
def test_lines_stay_true_when_a_cell_holds_a_line_break(data: st.DataObject) -> None:
    plain = dict.fromkeys(ROSTER_COLUMNS, "1") | {
        "days_enrolled": "180", "days_absent": "3", "as_of": "2026-06-30", "school_year": "2026",
    }  # fmt: skip
    breaks = data.draw(st.lists(st.booleans(), min_size=len(KINDS) * 12, max_size=len(KINDS) * 15))
    texts = ["\n".join(['"a', 'b"'][: 1 + broken]) if broken else "a" for broken in breaks]
    rows = [",".join([*list(plain.values())[:-1], text]) + "\n" for text in texts]
    planter = Planter("made.csv", len(rows), 1, np.random.default_rng(data.draw(st.integers(0, 99))))
    cut = data.draw(st.integers(0, len(rows)))
    dirty = b"".join(planter.plant("".join(part).encode()) for part in (rows[:cut], rows[cut:]))
    planter.finish()
    lines = dirty.decode().split("\n")
    for planted in planter.key:
        assert planted.line >= 2
        assert lines[planted.line - 2].count(",") >= 40, planted  # a row begins here; the header is line 1
    assert len(records(dirty.decode())) == len(rows) + len(TWO_ROWS)
