"""Where groups meet only those with enough data have a row, and each difference says what is left of it."""

import re
from dataclasses import replace

import pytest

from earlywarn.audit.figures import Figure, Form
from earlywarn.groups import EVERYONE, Cell
from earlywarn.report.captions import CROSSED, POOLED
from earlywarn.report.crossed import DIFFERS, MAY_BE_NONE, MOST_ROWS, crossed, pooled
from earlywarn.report.findings import Audited, Findings
from earlywarn.report.pages import audit_page
from earlywarn.report.reading import Reading


@pytest.fixture(scope="module")
def reading(findings: Findings) -> Reading:
    return Reading(findings.audited)


def test_every_intersection_is_told_or_counted(reading: Reading) -> None:
    found = crossed(reading, CROSSED)
    assert found is not None
    counts = [int(number) for number in re.findall(r"\b(\d+) (?:combination|has|have)", found.told)]
    assert sum(counts) == sum(cell.depth > 1 for cell in reading.cells)
    assert len(found.tables[0][1].rows) == counts[0]


def test_marks_are_the_intervals_and_the_corrected_values(reading: Reading) -> None:
    found = crossed(reading, CROSSED)
    assert found is not None
    marked = {each.title: each for each in found.marked}
    table = marked["On the list"].table
    gaps = {
        reading.words(figure.cell): figure
        for figure in reading.audited.figures
        if figure.measure == "share_flagged" and figure.is_main and figure.versus and figure.estimate
    }
    assert len(table.rows) > 3
    for row in table.rows:
        gap = gaps[row.head]
        low, high = gap.estimate.interval(0.95)  # type: ignore[union-attr]
        assert row.entries[2].text == (DIFFERS if low > 0 or high < 0 else MAY_BE_NONE)
        assert row.entries[3].text == (DIFFERS if gap.q < 0.05 else MAY_BE_NONE)  # type: ignore[operator]


def test_a_mark_after_the_correction_is_never_without_one_alone(reading: Reading) -> None:
    found = crossed(reading, CROSSED)
    assert found is not None
    for each in found.marked:
        assert all(row.entries[2].text == DIFFERS for row in each.table.rows if row.entries[3].text == DIFFERS)


def test_estimates_drawn_towards_each_other_are_marked_and_stand_beside(pooled_audit: Audited) -> None:
    reading = Reading(pooled_audit)
    found = crossed(reading, CROSSED)
    assert found is not None
    for each in (*found.marked, *pooled(reading, POOLED)):
        assert each.table.columns[-1] == "Drawn towards the others; never judged"
    assert pooled(reading, POOLED)
    assert "drawn towards the others" in audit_page(pooled_audit)


def test_without_partial_pooling_nothing_is_drawn_together(reading: Reading) -> None:
    assert pooled(reading, POOLED) == ()


@pytest.fixture(scope="session")
def pooled_audit(request: pytest.FixtureRequest) -> Audited:
    audited: Audited = request.getfixturevalue("pooled")
    return audited


def test_a_thousand_intersections_do_not_choke_the_page(findings: Findings) -> None:
    audited = findings.audited
    own = {f.measure: f for f in audited.figures if f.cell == EVERYONE and f.is_main}
    gap = next(f for f in audited.figures if f.measure == "recall" and f.cell.depth == 2 and f.q is not None)
    cells = [Cell(("sex", "lunch"), (f"A{number}", "F")) for number in range(1200)]
    many = [replace(figure, cell=cell) for cell in cells for figure in own.values()]
    many += [replace(gap, cell=cell, versus=cells[0].slug, form=Form.DIFFERENCE) for cell in cells[1:]]
    page = audit_page(replace(audited, figures=(*_shallow(audited), *many)))
    assert len(page) < 600_000
    assert (
        f"1,200 combinations of groups have enough data for a row, of which the {MOST_ROWS} largest are shown" in page
    )
    (table,) = re.findall(r"<summary>On the list, found and overlooked</summary>(.*?)</details>", page, re.DOTALL)
    assert table.count("<tr>") == MOST_ROWS + 1


def _shallow(audited: Audited) -> tuple[Figure, ...]:
    return tuple(figure for figure in audited.figures if figure.cell.depth <= 1)


def test_an_audit_of_one_attribute_has_no_intersections(findings: Findings) -> None:
    assert crossed(Reading(replace(findings.audited, figures=_shallow(findings.audited))), CROSSED) is None
