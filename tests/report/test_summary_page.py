"""The summary of a score run: adds up, says what stands behind the list, and is light."""

import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from earlywarn.audit.rounding import Held, count_of
from earlywarn.groups import EVERYONE, Cell
from earlywarn.report.listed_since import LISTED_SINCE, changes_told, suppressed
from earlywarn.report.summarise import LISTED
from earlywarn.report.summary import GroupLine, SchoolLine, Summary
from earlywarn.report.summary_page import rows_table, summary_page
from tests.audit.curious import District, Reader


def test_what_stands_behind_the_list_is_on_the_page(summary: Summary) -> None:
    page = summary_page(summary)
    assert "same-risk-gap waived by A. Ruiz: a pilot" in page
    assert "The standard, the same for every student" in page
    assert "no reason to expect less of anyone" in page


def test_the_rows_add_up(summary: Summary) -> None:
    table = rows_table(summary)
    parts = [int(row.entries[0].text.replace(",", "")) for row in table.rows]
    assert table.total is not None
    assert f"{sum(parts):,}" == table.total.entries[0].text == f"{summary.counts.rows_in:,}"
    assert (
        "1,523 rows in: 1,400 scored + 60 not enough data + 40 out of scope + 3 merged + 20 quarantined."
        in summary_page(summary)
    )


def test_a_level_is_a_picture_of_a_hundred_students(summary: Summary) -> None:
    page = summary_page(summary)
    (picture,) = re.findall(r'<svg class="hundred".*?</svg>', page, re.DOTALL)
    assert 'aria-label="61 of 100 dots filled: they missed the standard"' in picture
    assert picture.count('class="solid"') == 61
    assert picture.count("<circle") == 100
    assert "Of 100 students at this level, about 61 missed the standard without extra support; 57 to 65." in page
    assert "<strong>39 met it.</strong>" in page


def test_a_level_without_evidence_has_no_picture_and_says_so(summary: Summary) -> None:
    assert "Too little data to say what this level means" in summary_page(summary)


def test_a_hostile_school_name_stays_a_name(summary: Summary) -> None:
    page = summary_page(summary)
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_suppressed_group_shows_no_number(summary: Summary) -> None:
    (row,) = re.findall(r'<th scope="row">Sex not recorded</th>(.*?)</tr>', summary_page(summary), re.DOTALL)
    assert not re.search(r"\d", re.sub(r"<[^>]*>", "", row))


def test_a_groups_counts_stand_in_the_words_in_which_they_may_be_told(summary: Summary) -> None:
    (row,) = re.findall(r'<th scope="row">Girls</th>(.*?)</tr>', summary_page(summary), re.DOTALL)
    assert re.findall(r"about \d+|fewer than \d+", row) == ["about 740", "about 140", "fewer than 10"]
    assert ">745<" not in summary_page(summary)
    whole = replace(summary, groups=(GroupLine("Girls", (count_of(Held(745, exact=True), 10),)),))
    assert ">745<" in summary_page(whole)


@pytest.mark.parametrize("seed", range(6))
def test_no_sum_brings_a_small_count_of_a_list_back(seed: int) -> None:
    """By integer programming over all that the page tells of groups by one attribute."""
    rng = np.random.default_rng(seed)
    finest = rng.poisson(rng.gamma(0.4, 30, size=(3, 4, 3)))
    district = District(finest, 1, 10, LISTED)
    reader, small = Reader.of(district), list(district.small())
    assert small
    for cell, kind, number in small:
        least, most = reader.least_and_most(district.adds_up(cell, kind))
        assert least <= number <= most
        assert most - least >= 2, (cell, kind)


@pytest.mark.parametrize("seed", range(6))
def test_no_sum_of_the_list_and_its_changes_brings_a_small_count_back(seed: int) -> None:
    """As above, with all that both tables of groups tell."""
    rng = np.random.default_rng(seed)
    usual = np.array([30, 8, 2, 2, 2, 0.3, 1])
    district = District(rng.poisson(rng.gamma(0.6, 1, size=(3, 4, 1)) * usual), 1, 10, LISTED_SINCE)
    reader, small = Reader.of(district), list(district.small())
    assert small
    for cell, kind, number in small:
        least, most = reader.least_and_most(district.adds_up(cell, kind))
        assert least <= number <= most
        assert most - least >= 2, (cell, kind)


def test_moves_between_levels_are_never_told_exactly_of_a_group() -> None:
    atoms = np.zeros((7, 3), dtype=np.int64)
    atoms[0] = 900, 57, 3
    cell = Cell(("sex",), ("F",))
    groups = {EVERYONE: 2 * atoms, cell: atoms, Cell(("sex",), ("M",)): atoms}
    known = suppressed((EVERYONE, cell), groups, 10)
    assert [count.words for count in changes_told(known, groups, cell)] == ["0", "0", "about 60", "fewer than 10"]


def test_what_changed_is_told_by_cause_level_school_and_group(summary: Summary) -> None:
    page = summary_page(summary)
    assert "What changed since the list of 1 June 2026" in page
    (row,) = re.findall(r'<th scope="row">The student&#39;s data</th>(.*?)</tr>', page, re.DOTALL)
    assert re.findall(r"<span>(.*?)</span>", row) == ["20", "0", "0", "0"]
    (row,) = re.findall(r'<th scope="row">Girls who came</th>(.*?)</tr>', page, re.DOTALL)
    assert re.findall(r"<span>(.*?)</span>", row) == ["fewer than 20", "fewer than 10", "about 20", "fewer than 10"]


def test_a_run_that_was_passed_over_is_named_on_the_page(summary: Summary) -> None:
    page = summary_page(replace(summary, passed_over=("The score run x was passed over: a file of it is gone.",)))
    assert "was passed over: a file of it is gone." in page


def test_schools_named_by_numbers_stand_in_their_order(summary: Summary) -> None:
    schools = tuple(SchoolLine(name, 10, 2, 0) for name in ("Elm", "11", "9"))
    page = summary_page(replace(summary, schools=schools))
    assert page.index(">9</th>") < page.index(">11</th>") < page.index(">Elm</th>")


def test_refused_rows_have_their_rule_lines_and_remedy(summary: Summary) -> None:
    page = summary_page(summary)
    assert "give a number, or leave it empty" in page
    assert "4, 18, 77 \N{HORIZONTAL ELLIPSIS}" in page
    assert "<strong>Filled with typical points:</strong> Age." in page


def test_a_first_run_with_nothing_refused_has_no_empty_parts(summary: Summary) -> None:
    page = summary_page(replace(summary, change=None, quarantine=(), filled=(), missing=()))
    assert "What changed" not in page
    assert "No row was refused." in page
    assert "Filled with" not in page


def test_nothing_is_asked_of_another_host_and_no_script_runs(summary: Summary) -> None:
    page = summary_page(summary)
    for banned in ("http:", "https:", "url(", "@import", "<script", "<link", "<img"):
        assert banned not in page


def test_the_page_loads_nothing_heavy() -> None:
    heavy = ("pandas", "sklearn", "scipy", "matplotlib", "pydantic", "earlywarn.report.findings")
    code = f"import sys, earlywarn.report.summary_page; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
