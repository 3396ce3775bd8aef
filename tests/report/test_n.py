"""Every figure in a table of a page has beside it on how many students it rests."""

import re
from dataclasses import replace

import pytest

from earlywarn.report import group_tables as groups
from earlywarn.report.beside import training
from earlywarn.report.crossed import crossed
from earlywarn.report.entries import n_words
from earlywarn.report.findings import Audited, Findings
from earlywarn.report.judged import judgements_table
from earlywarn.report.pages import audit_page
from earlywarn.report.published import published
from earlywarn.report.reading import Reading
from earlywarn.report.tables import Table

INTERVAL = re.compile(r"\d to [\u2212+]?\d|fixed by")


def without_n(table: Table) -> list[str]:
    """Give the cells of a table that tell an interval and no n."""
    return [e.line for row in table.rows for e in row.entries if INTERVAL.search(e.under) and not (e.n or table.n)]


@pytest.mark.parametrize("form", ["pooled", "early", "ranking"])
def test_every_cell_with_an_interval_has_its_n(form: str, request: pytest.FixtureRequest) -> None:
    reading = Reading(request.getfixturevalue(form))
    cells = (*groups.shown_cells(reading, 0), *reading.singles)
    tables = [groups.listed_table(reading, cells, ""), groups.ratios_table(reading, cells, "")]
    tables += [groups.cut_table(reading, cells, cut, "") for cut in reading.cuts]
    if reading.audited.has_outcomes:
        tables += [make(reading, cells, "") for make in (groups.found_table, groups.right_table, groups.within_table)]
        tables += [groups.gaps_table(reading, cells, groups.JUDGED_GAPS, "")]
        tables += [judgements_table(reading, reading.verdict, "")]
    assert [cell for table in tables for cell in without_n(table)] == []
    assert any(entry.n for table in tables for row in table.rows for entry in row.entries)


def test_the_tables_of_the_model_name_their_n_in_the_caption(findings: Findings) -> None:
    page = audit_page(published(findings.audited), training(findings))
    assert page.count("On the test: n ") == 3
    assert "Out of fold: n 5,000." in page


def test_the_n_of_a_share_is_what_it_is_a_share_of(findings: Findings) -> None:
    reading = Reading(findings.audited)
    everyone = findings.audited.figures[0].cell
    recall, flagged = reading.figure("recall"), reading.figure("share_flagged")
    assert n_words(reading, recall) == f"n {reading.discretion.count(everyone, recall.events + recall.non_events)}"
    assert n_words(reading, flagged) == "n 3,000"


def test_of_a_comparison_the_smaller_side_is_told(pooled: Audited) -> None:
    reading = Reading(pooled)
    gap = next(
        f for f in pooled.figures if f.measure == "recall" and f.versus == "lunch-N" and f.cell.slug == "lunch-F"
    )
    sides = [reading.find("recall", cell) for cell in (gap.cell, reading.cell_of("lunch-N"))]
    least = min(side.events + side.non_events for side in sides if side)
    assert n_words(reading, gap) == f"n {reading.discretion.count(gap.cell, least)}"


def test_before_outcomes_no_caption_speaks_of_who_was_found(early: Audited) -> None:
    told = crossed(Reading(early), ("found and overlooked", "flagged in vain", "marks"))
    assert told is not None
    assert all("found" not in table.caption for _, table in told.tables)


def test_a_group_whose_part_is_too_small_to_tell_keeps_its_size(early: Audited) -> None:
    size = Reading(early).figure("share_flagged")
    bare = replace(size, events=0, non_events=0, estimate=None)
    figures = tuple(bare if figure is size else figure for figure in early.figures)
    assert Reading(replace(early, figures=figures)).size(size.cell) == Reading(early).size(size.cell)
