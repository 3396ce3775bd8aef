"""Of two groups held against each other, sentences, figures and lists of what is open tell the gap once."""

import json
from dataclasses import replace

import pytest

from earlywarn.columns import Outcome
from earlywarn.gate import Judgement, Verdict
from earlywarn.groups import Cell
from earlywarn.report.findings import Audited, Findings
from earlywarn.report.forests import gap_forest
from earlywarn.report.mirrors import gaps_once, judged_once, mirror_note
from earlywarn.report.pages import audit_page
from earlywarn.report.questions import BY_MEASURE
from earlywarn.report.reading import Reading
from earlywarn.report.records import audit_record, verdict_record
from earlywarn.report.verdict_words import verdict_sentences
from tests.report.reader import words

GIRLS, BOYS = Cell(("sex",), ("F",)), Cell(("sex",), ("M",))


def judgement(cell: Cell, value: float, outcome: Outcome = Outcome.PROVISIONAL, rule: str = "gap") -> Judgement:
    return Judgement(
        rule=rule, measure="same_risk_gap", cell=cell, versus="all others", outcome=outcome, value=value,
        low=value - 0.04, high=value + 0.04, limits=(-0.05, 0.05), reason="", students=1500, schools=20.0, share=0.5,
        needed=2.0,
    )  # fmt: skip


def test_two_groups_without_a_reference_are_mates_and_those_with_one_are_not(findings: Findings) -> None:
    assert Reading(findings.audited).mates == {GIRLS: BOYS, BOYS: GIRLS}


def test_a_third_group_or_many_not_recorded_make_no_mates(findings: Findings) -> None:
    lines = findings.audited.counted
    third = replace(lines[1], cell=Cell(("sex",), ("X",)), students=12)
    figures = findings.audited.figures
    x = tuple(replace(f, cell=third.cell) for f in figures if f.cell == GIRLS)
    assert not Reading(replace(findings.audited, counted=(*lines, third), figures=(*figures, *x))).mates
    many = tuple(replace(line, students=900) if "(not recorded)" in line.cell.values else line for line in lines)
    assert not Reading(replace(findings.audited, counted=many)).mates


@pytest.mark.parametrize(
    ("girls", "boys", "left"),
    [
        ((-0.03, Outcome.PROVISIONAL), (0.03, Outcome.PROVISIONAL), BOYS),
        ((0.03, Outcome.PASS), (-0.03, Outcome.PASS), GIRLS),
        ((-0.12, Outcome.FAIL), (0.12, Outcome.PASS), GIRLS),
    ],
)
def test_the_graver_outcome_is_told_else_the_side_above(
    girls: tuple[float, Outcome], boys: tuple[float, Outcome], left: Cell, findings: Findings
) -> None:
    both = (judgement(GIRLS, *girls), judgement(BOYS, *boys))
    for order in (both, both[::-1]):
        assert [j.cell for j in judged_once(Reading(findings.audited), order)] == [left]


def test_gains_over_another_list_and_other_rules_are_no_mirrors(findings: Findings) -> None:
    reading = Reading(findings.audited)
    gains = [replace(judgement(cell, 0.02), versus="") for cell in (GIRLS, BOYS)]
    rules = [judgement(GIRLS, 0.02), judgement(BOYS, -0.02, rule="other")]
    assert judged_once(reading, gains) == gains
    assert judged_once(reading, rules) == rules


def test_sentences_and_what_is_open_name_one_of_the_two_and_the_records_both(findings: Findings) -> None:
    verdict = Verdict(Outcome.PROVISIONAL, (judgement(GIRLS, -0.03), judgement(BOYS, 0.03)))
    audited = replace(findings.audited, verdict=verdict)
    assert "Not decided yet: whether the same risk means the same (Boys)." in verdict_sentences(Reading(audited))
    text = words(audit_page(audited))
    waiting = text[text.index("What the evidence does not decide") : text.index("Every rule of the gate")]
    assert "Boys" in waiting
    assert "Girls" not in waiting
    assert "Girls" in text[text.index("Every rule of the gate") :]
    assert "Held against each other" in text
    record = verdict_record(audited)
    assert [told["words"] for told in record["judgements"]] == ["Girls", "Boys"]
    assert '"sex-F"' in json.dumps(audit_record(audited)["figures"])


def test_a_figure_draws_one_of_the_two(findings: Findings) -> None:
    forest = gap_forest(Reading(findings.audited), BY_MEASURE["same_risk_gap"])
    assert len({"Girls", "Boys"} & {line.words for line in forest.lines}) == 1


def test_before_outcomes_a_difference_is_told_from_the_side_above(early: Audited) -> None:
    reading = Reading(early)
    gaps = [gap for cell in (GIRLS, BOYS) if (gap := reading.gap("share_flagged", cell))]
    (left,) = gaps_once(reading, gaps)
    assert left.value == max(gap.value for gap in gaps)
    assert mirror_note(reading).endswith(": Girls and Boys.")
