"""Of whom another list finds no small count can be told: not by group, not by difference."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earlywarn.audit.rounding import LEEWAY, Held, Shown, more_of
from earlywarn.audit.suppression import Suppression, suppress
from earlywarn.groups import EVERYONE, Cell
from earlywarn.report import accounts
from earlywarn.report.findings import Findings, Reached
from earlywarn.report.model_tables import reached_table
from earlywarn.report.other_lists import OtherList, reached_by
from earlywarn.report.reading import Reading
from earlywarn.report.records import training_record

A, B, C = (Cell(("a",), (value,)) for value in "ABC")
CELLS = (EVERYONE, A, B, C)


@pytest.fixture(scope="module")
def known() -> Suppression:
    """Three groups of each of which 50 missed, 30 of them found: every count may be told."""
    group = np.array([60, 40, 0, 20, 30, 0, 0, 0, 0])
    return suppress(CELLS, np.array([3 * group, group, group, group]), 10)


def found_by(known: Suppression, **found: int) -> OtherList:
    numbers = zip([sum(found.values()), *found.values()], (150, 50, 50, 50), strict=True)
    return OtherList(known, ("missed",), dict(zip(CELLS, numbers, strict=True)))


def test_without_a_small_part_all_is_told_as_it_is(known: Suppression) -> None:
    other = found_by(known, a=20, b=33, c=39)
    assert [other.count(cell).words for cell in CELLS] == ["92", "20", "33", "39"]
    assert [other.more(cell) for cell in CELLS] == [(2, 1), (-10, 1), (3, 1), (9, 1)]


@pytest.mark.parametrize("small", [4, 0, 46, 50])
def test_one_small_part_rounds_every_group_but_all_students(known: Suppression, small: int) -> None:
    other = found_by(known, a=small, b=33, c=39)
    assert other.count(EVERYONE).shown is Shown.EXACT
    for cell in (A, B, C):
        assert other.count(cell).shown is not Shown.EXACT
        assert other.share(cell).shown is not Shown.EXACT
        assert other.more(cell)[1] >= 10
    assert other.count(A).low <= max(small - LEEWAY, 0)
    assert other.count(A).high >= min(small + LEEWAY, 50)


def test_nobody_of_a_group_who_missed_the_standard_is_a_small_part(known: Suppression) -> None:
    held = found_by(known, a=20, b=33, c=39).held
    assert not OtherList(known, ("missed",), {cell: held[cell] for cell in (EVERYONE, A, B)}).is_exact(B)


def test_what_the_record_rounds_is_rounded_here(known: Suppression) -> None:
    exact = known.exact.copy()
    exact[known.place[A], known.kinds.place["missed"]] = False
    other = found_by(replace(known, exact=exact), a=20, b=33, c=39)
    assert other.count(A).shown is Shown.ABOUT
    assert other.count(B).shown is Shown.EXACT


@given(st.integers(0, 5000), st.integers(0, 5000), st.integers(-LEEWAY, LEEWAY))
def test_a_difference_reads_the_same_with_two_students_more_or_fewer(one: int, other: int, way: int) -> None:
    told, base = more_of(Held(one, False), Held(other, True), 10)
    assert abs(told - (one + way - other)) <= base / 2
    assert told % base == 0


def test_a_small_count_of_the_list_that_knows_the_groups_stands_nowhere(findings: Findings) -> None:
    few = Cell(("home",), ("X",))
    reached = tuple(replace(line, aware=4) if line.cell == few else line for line in findings.reached)
    told = replace(findings, reached=reached)
    rows = {row["group"]: row for row in training_record(told)["reached"]}
    assert rows[few.slug]["aware"] is None
    assert rows[few.slug]["about"]
    assert all(row["about"] for row in rows.values() if not row["reason"] and row["group"] != "all")
    assert all(row["aware"] is None or row["aware"] % 10 == 0 for row in rows.values() if row["group"] != "all")
    reading = Reading(findings.audited)
    assert all("about" in words for _, words in accounts.blindness(reading, reached))
    table = reached_table(reading, reached, "")
    assert not [entry for row in table.rows for entry in row.entries if entry.text in ("4", "+4", "-4")]


def test_the_list_that_is_audited_is_told_as_its_audit_tells_it(findings: Findings) -> None:
    known = Reading(findings.audited).suppression
    for row in training_record(findings)["reached"]:
        cell = next(cell for cell in known.groups if cell.slug == row["group"])
        if not row["reason"]:
            assert row["chosen"] == known.count(cell, "flagged_missed").number
            assert row["missed"] == known.count(cell, "missed").number


def test_a_group_of_nobody_else_is_hidden(findings: Findings) -> None:
    line = Reached(Cell(("sex",), ("(not recorded)",)), 3, 2)
    other = reached_by(Reading(findings.audited), [line])
    assert other.count(line.cell).number is None
