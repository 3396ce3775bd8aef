"""Who is not seen: tables of missing scores and inputs that fit a page."""

from dataclasses import replace

from earlywarn.audit.sheets import LACKS, NOT_SCORED
from earlywarn.report.coverage import INPUTS_A_TABLE, coverage
from earlywarn.report.findings import Audited
from earlywarn.report.reading import Reading
from earlywarn.report.unjudged import most_lacking

CAPTIONS = ("Who has no score.", "Who lacks an input.")


def test_every_group_has_its_row_and_an_input_that_nobody_lacks_is_only_named(early: Audited) -> None:
    reading = Reading(early)
    found = coverage(reading, CAPTIONS)
    assert [row.head for row in found.scored.rows] == [reading.words(c) for c in reading.cells if c.depth <= 1]
    (table,) = found.inputs
    assert table.columns == ("Group", "Reading result")
    assert found.whole == "Age"


def test_forty_inputs_stand_a_few_to_a_table_the_most_often_missing_first(early: Audited) -> None:
    names = [f"input_{number:02}" for number in range(40)]
    others = tuple(f for f in early.figures if not f.measure.startswith(LACKS))
    lacking = [f for f in early.figures if f.measure == f"{LACKS}reading"]
    many = tuple(
        replace(f, measure=LACKS + name, value=f.value + number / 1000)
        for number, name in enumerate(names)
        for f in lacking
    )
    reading = Reading(replace(early, inputs=dict(zip(names, names, strict=True)), figures=(*others, *many)))
    found = coverage(reading, CAPTIONS)
    assert len(found.inputs) == 40 // INPUTS_A_TABLE
    assert all(len(table.columns) == INPUTS_A_TABLE + 1 for table in found.inputs)
    assert found.inputs[0].columns[1] == "Input_39"
    assert [figure.measure for figure in most_lacking(reading)][-1] == f"{LACKS}input_00"


def test_shares_in_the_table_are_the_figures(early: Audited) -> None:
    reading = Reading(early)
    told = {row.head: row for row in coverage(reading, CAPTIONS).scored.rows}
    free = next(cell for cell in reading.singles if cell.slug == "lunch-F")
    figure = reading.figure(NOT_SCORED, free)
    assert told["Free lunch"].entries[1].text.startswith(f"{100 * figure.value:.1f}")
    assert told["Free lunch"].entries[2].text == "No free lunch"
