"""What a page tells of mitigation is what was weighed: intervals drawn as estimated, small groups kept back."""

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest

from earlywarn.audit.rounding import Shown
from earlywarn.audit.subject import SAME_RISK_GAP
from earlywarn.columns import MET, MISSED, UNKNOWN, Coded
from earlywarn.config.sections import Evidence
from earlywarn.estimate import Estimate
from earlywarn.evaluate import HeldOut
from earlywarn.frontier.lists import Contender, Frontier, Kind
from earlywarn.frontier.weighing import Compared, weigh
from earlywarn.groups import EVERYONE, Cell
from earlywarn.report import words as w
from earlywarn.report.beside import training
from earlywarn.report.card import model_card
from earlywarn.report.findings import Findings
from earlywarn.report.frontier_plot import NARROW, WIDE, frontier_plots
from earlywarn.report.mitigation import Mitigated, mitigated, on_purpose
from earlywarn.report.mitigation_record import mitigation_record
from earlywarn.report.mitigation_tables import FOUND, IN_VAIN, groups_told, more_told, students_table
from earlywarn.report.pages import audit_page, figure_files
from earlywarn.report.published import published_findings
from earlywarn.report.reading import Reading
from earlywarn.report.records import training_record
from tests.json_schema import faults

SCHEMA = json.loads((files("earlywarn.report") / "audit.schema.json").read_text("utf-8"))
STUDENTS, SCHOOLS = 3000, 30
F, MISSING = Cell(("lunch",), ("F",)), Cell(("lunch",), ("(not recorded)",))
AIMS = ("true_positive_rate_parity", "equalized_odds")


@pytest.fixture(scope="module")
def frontier() -> Frontier:
    """Lists that move ever more places from one group to the other; forty students are not recorded."""
    rng = np.random.default_rng(3)
    school = Coded(rng.integers(0, SCHOOLS, STUDENTS).astype(np.int32), tuple(f"S{n:02}" for n in range(SCHOOLS)))
    lunch = np.where(rng.random(STUDENTS) < 0.45, 0, 1).astype(np.int32)
    lunch[:40] = 2
    points = rng.normal(size=STUDENTS) + 0.8 * (lunch == 0) - 1.5
    outcome = np.where(rng.random(STUDENTS) < 1 / (1 + np.exp(-points)), MISSED, MET)
    outcome[rng.random(STUDENTS) < 0.1] = UNKNOWN
    ids = np.array([f"id{row:05}" for row in range(STUDENTS)], dtype=object)
    test = HeldOut(ids, school, outcome, 1985, STUDENTS)
    compared = Compared(test, "lunch", Coded(lunch, ("F", "N", "(not recorded)")), "N", Evidence())

    def contender(name: str, kind: Kind, constraint: str, away: float) -> Contender:
        moved = points - away * (lunch == 0) + rng.normal(scale=0.2, size=STUDENTS)
        own = points if kind is Kind.CHOSEN else moved
        loss = None if kind is Kind.BOUND else Estimate(0.45 + away / 10, 0.02, 20.0)
        risk, listed = 1 / (1 + np.exp(-own)), test.make_list(own, 0.2)
        return Contender(name, name.title(), kind, constraint, own, risk, listed, loss, 0.4, {"recall": 0.2})

    contenders = [contender("chosen", Kind.CHOSEN, "", 0), contender("plain", Kind.PLAIN, "", 0)]
    for aim in AIMS:
        contenders += [contender(f"{aim} {step}", Kind.MITIGATED, aim, 0.2 * step) for step in (1, 2, 3)]
        contenders += [contender(f"{aim} of a mixture", Kind.MIXTURE, aim, 0.9)]
    contenders += [contender("without age", Kind.REMOVAL, "", 0.0), contender("a bound", Kind.BOUND, AIMS[0], 0.8)]
    followed = {"recall": F, "false_alarm_rate": F}
    return Frontier("lunch", followed, weigh(contenders, compared), (MISSING,), Cell(("lunch",), ("N",)))


@pytest.fixture(scope="module")
def with_frontier(findings: Findings, frontier: Frontier) -> Findings:
    return replace(findings, frontier=frontier)


@pytest.fixture(scope="module")
def reading(with_frontier: Findings) -> Reading:
    return Reading(with_frontier.audited)


@pytest.fixture(scope="module")
def section(reading: Reading, frontier: Frontier) -> Mitigated:
    told = mitigated(reading, frontier)
    assert told is not None
    return told


def page_of(findings: Findings) -> str:
    return audit_page(findings.audited, training(findings))


def test_where_none_was_asked_for_no_page_speaks_of_it(findings: Findings) -> None:
    assert mitigated(Reading(findings.audited), None) is None
    assert "What would narrow" not in page_of(findings)
    assert "What would narrow" not in model_card(findings)
    assert not [name for name in figure_files(findings.audited, training(findings)) if name.startswith("frontier")]


def test_page_and_card_have_the_section_and_the_reason_against_the_bound(with_frontier: Findings) -> None:
    page, card = page_of(with_frontier), model_card(with_frontier)
    for text in (page, card):
        assert "What would narrow the gaps, and who pays for it" in text
        assert "ThresholdOptimizer" in text
        assert "sets a different bar by group" in text
        assert "{{" not in text
    assert 'href="#mitigation"' in page


def test_every_list_is_a_row_of_every_table(section: Mitigated, frontier: Frontier) -> None:
    for table in (section.frontier, section.students, *section.gaps):
        assert len(table.rows) == len(frontier.steps)
        assert table.rows[0].head.startswith("Chosen: ")
        assert {len(row.entries) for row in table.rows} == {len(table.columns) - 1}


def test_a_group_whose_counts_must_not_be_shown_has_no_column(reading: Reading, frontier: Frontier) -> None:
    for part in (FOUND, IN_VAIN):
        shown = set(groups_told(reading, frontier, part))
        assert MISSING not in shown
        assert {EVERYONE, F} <= shown
    table = students_table(reading, frontier, "")
    assert not [column for column in table.columns if "not recorded" in column]


def test_counts_that_would_give_a_small_group_away_are_rounded(reading: Reading, frontier: Frontier) -> None:
    first = students_table(reading, frontier, "").rows[0]
    held = frontier.chosen.group(MISSING)
    assert 0 < held.found < 10
    assert "about" not in first.entries[0].text
    assert all(entry.text.startswith("about ") for entry in first.entries[1:3])


def test_the_record_is_json_and_gives_no_count_of_a_small_group(with_frontier: Findings, frontier: Frontier) -> None:
    record = mitigation_record(Reading(with_frontier.audited), frontier)
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert list(faults(record, SCHEMA["$defs"]["mitigation"], SCHEMA)) == []
    assert [row["name"] for row in record["lists"]] == [step.contender.name for step in frontier.steps]
    assert not [row for each in record["lists"] for row in each["students"] if row["group"] == MISSING.slug]
    change = record["lists"][2]["recall_less_chosen"]
    assert (change["low95"], change["high95"]) == pytest.approx(
        frontier.steps[2].recall_change.interval(0.95), abs=1e-6
    )


def test_the_figure_draws_the_intervals_that_were_estimated(reading: Reading, frontier: Frontier) -> None:
    recall = next(plot for plot in frontier_plots(reading, frontier) if plot.name == "frontier_recall")
    for placed in recall.layouts:
        frame = placed.frame
        step = next(step for step in frontier.steps if step.contender.name == f"{AIMS[0]} of a mixture")
        number = str(frontier.steps.index(step))
        (dot,) = (dot for dot in placed.dots if dot.number == number)
        before = frontier.chosen.gap("recall", F).value
        low, high = step.gap("recall", F).change.interval(0.95)
        assert dot.at[0] == frame.at(step.gap("recall", F).value, 0)[0]
        assert dot.across == (frame.at(before + low, 0)[0], frame.at(before + high, 0)[0])
        low, high = more_told(reading, frontier, step, FOUND, EVERYONE).ends
        assert dot.up == (frame.at(0, low)[1], frame.at(0, high)[1])
    assert [placed.layout for placed in recall.layouts] == [WIDE, NARROW]


def test_every_mark_lies_within_the_figure_and_only_named_lists_have_a_number(
    reading: Reading, frontier: Frontier
) -> None:
    for plot in frontier_plots(reading, frontier):
        for placed in plot.layouts:
            f = placed.frame
            assert all(f.left <= dot.at[0] <= f.right and f.top <= dot.at[1] <= f.bottom for dot in placed.dots)
            numbered = {frontier.steps[int(dot.number)].contender.kind for dot in placed.dots if dot.number}
            assert Kind.REMOVAL not in numbered
            assert {Kind.PLAIN, Kind.MITIGATED} <= numbered
            assert all(key.at[1] < placed.height for key in placed.keys)


def test_the_figure_stands_alone_and_can_be_heard(with_frontier: Findings) -> None:
    every = figure_files(with_frontier.audited, training(with_frontier))
    files = {name: text for name, text in every.items() if name.startswith("frontier")}
    assert set(files) == {"frontier_recall.svg", "frontier_false_alarm_rate.svg"}
    for text in files.values():
        root = ET.fromstring(text)
        assert root.get("role") == "img"
        assert "the gap in students of 100" in root.get("aria-label", "")
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text)


def test_a_bound_of_one_constraint_is_not_drawn_over_the_gap_of_another(reading: Reading, frontier: Frontier) -> None:
    recall, false_alarms = frontier_plots(reading, frontier)
    assert "A Bound" in recall.told
    assert "A Bound" not in false_alarms.told


def test_sentences_say_how_many_narrow_the_gap_and_in_whose_students_that_is_paid(
    section: Mitigated, frontier: Frontier
) -> None:
    first = section.sentences[0]
    gap = frontier.chosen.gap("recall", F).value
    assert f"{w.decimal(100 * gap, 1)} more of Free lunch than of No free lunch" in first
    assert re.search(r"Of 8 mitigated lists, [1-8] narrow this gap surely", first)
    assert "Students found, more or fewer: All students" in first
    assert "At the same stated risk" in first
    assert "not recorded" not in first
    assert section.pooled.endswith("counted with No free lunch: Free lunch not recorded.")


def test_a_choice_on_purpose_stays_on_page_card_and_record(findings: Findings) -> None:
    assert on_purpose(findings) == ""
    asked = findings.experiment.candidates.model_copy(update={"use": "piecewise", "reason": "the board <b>decided</b>"})
    chosen = replace(
        findings, experiment=findings.experiment.model_copy(update={"candidates": asked}), automatic="indicator_rules"
    )
    words = "was taken on purpose, in place of Indicator rules. Reason given: the board"
    assert words in on_purpose(chosen)
    assert words in training_record(chosen)["on_purpose"]
    assert words in model_card(chosen)
    page = page_of(chosen)
    assert words in page
    assert "<b>decided</b>" not in page


def test_a_choice_on_purpose_that_changes_nothing_says_so(findings: Findings) -> None:
    asked = findings.experiment.candidates.model_copy(update={"use": "piecewise", "reason": "decided"})
    same = replace(findings, experiment=findings.experiment.model_copy(update={"candidates": asked}))
    assert "as it would have been by itself" in on_purpose(same)


def test_what_is_published_rounds_the_gaps_of_groups_told_about_and_takes_out_the_hidden_ones(
    with_frontier: Findings, frontier: Frontier
) -> None:
    held = with_frontier.audited.suppression
    exact, numbers = held.exact.copy(), held.numbers.copy()
    exact[[held.place[F], held.place[MISSING]]] = False
    numbers[held.place[MISSING]] = 3
    suppression = replace(held, exact=exact, numbers=numbers)
    assert (suppression.of(F), suppression.of(MISSING)) == (Shown.ABOUT, Shown.HIDDEN)
    careful = replace(with_frontier.audited, suppression=suppression)
    found = published_findings(replace(with_frontier, audited=careful)).frontier
    assert found is not None
    for step in found.steps:
        told, exact = step.gap("recall", F), frontier.steps[found.steps.index(step)].gap("recall", F)
        assert told.digits == 2
        assert 0 < abs(told.value - exact.value) <= 0.05
        if told.change is not None and exact.change is not None:
            (low, high), (least, most) = told.change.interval(0.95), exact.change.interval(0.95)
            assert low <= least < most <= high
        assert np.isnan(step.gap("recall", MISSING).value)
        assert "not shown" in step.gap("recall", MISSING).reason


def test_differences_are_rounded_where_a_list_finds_few_of_one_group(reading: Reading, frontier: Frontier) -> None:
    for step in frontier.steps[1:]:
        told = more_told(reading, frontier, step, FOUND, F)
        exact = step.group(F).found - frontier.chosen.group(F).found
        assert told.unit >= 10
        assert told.more % told.unit == 0
        assert abs(told.more - exact) <= told.unit / 2
        if told.ends is not None:
            low, high = step.group(F).more_found.interval(0.95)
            assert told.ends[0] <= low < high <= told.ends[1]


def test_a_gap_of_groups_that_may_be_told_is_rounded_where_the_other_list_finds_few(
    with_frontier: Findings, frontier: Frontier
) -> None:
    """Forty students are not recorded; of those who missed, no list finds ten."""
    few = published_findings(with_frontier).frontier
    many = published_findings(replace(with_frontier, frontier=without(frontier, MISSING))).frontier
    assert few is not None
    assert many is not None
    for told, exact, before in zip(few.steps, many.steps, frontier.steps, strict=True):
        assert told.gap("recall", F).digits == 2
        assert exact.gap("recall", F) == before.gap("recall", F)
        assert told.gap(SAME_RISK_GAP, F) == exact.gap(SAME_RISK_GAP, F) == before.gap(SAME_RISK_GAP, F)
        assert told.recall == exact.recall == before.recall


def test_a_list_that_finds_few_of_all_students_is_told_so(with_frontier: Findings, frontier: Frontier) -> None:
    step = frontier.steps[1]
    few = tuple(replace(g, found=4.0) if g.cell == EVERYONE else g for g in step.traded)
    held = replace(frontier, steps=(frontier.chosen, replace(step, traded=few, recall=4 / 1000)))
    found = published_findings(replace(with_frontier, frontier=held)).frontier
    assert found is not None
    assert found.steps[1].recall != 4 / 1000
    assert found.chosen.recall == frontier.chosen.recall


def without(frontier: Frontier, cell: Cell) -> Frontier:
    steps = (replace(step, traded=tuple(g for g in step.traded if g.cell != cell)) for step in frontier.steps)
    return replace(frontier, steps=tuple(steps))
