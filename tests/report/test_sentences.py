"""Sentences about a judgement: what would decide it, its limits, whom it is about."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earlywarn.columns import Outcome
from earlywarn.gate import Judgement, Verdict
from earlywarn.groups import Cell
from earlywarn.report.findings import Findings
from earlywarn.report.questions import BY_MEASURE
from earlywarn.report.reading import Reading
from earlywarn.report.sentences import (
    OUT_OF_REACH,
    answers,
    decides,
    decides_exactly,
    limit_words,
)
from earlywarn.report.verdict_words import verdict_headline, verdict_sentences
from earlywarn.report.words import planned

GIRLS = Cell(("sex",), ("F",))


def judgement(needed: float = 3.0, limits: tuple[float | None, float | None] = (-0.05, 0.05)) -> Judgement:
    return Judgement(
        rule="same-risk-gap",
        measure="same_risk_gap",
        cell=GIRLS,
        versus="all others",
        outcome=Outcome.PROVISIONAL,
        value=0.03,
        low=-0.01,
        high=0.07,
        limits=limits,
        reason="",
        students=834,
        schools=17.4,
        share=0.25,
        needed=needed,
    )


def test_what_would_decide_is_said_in_outcomes_and_schools(findings: Findings) -> None:
    assert decides(Reading(findings.audited), judgement(3.0)) == "about 1,700 more outcomes in 30 more schools"


@pytest.mark.parametrize("needed", [20.5, 6.5])
def test_what_no_district_of_its_size_could_gather_is_said_to_be_more(needed: float, findings: Findings) -> None:
    """Twenty times the evidence; and more schools than thrice the thirty that were audited."""
    assert decides(Reading(findings.audited), judgement(needed)) == OUT_OF_REACH
    assert "more than this district can gather" in OUT_OF_REACH
    assert decides(Reading(findings.audited), judgement(6.0)) == "about 4,200 more outcomes in 90 more schools"


def test_a_machine_is_told_the_number_all_the_same(findings: Findings) -> None:
    reading = Reading(findings.audited)
    assert decides_exactly(reading, judgement(6.5)) == "about 4,600 more outcomes in 96 more schools"
    assert decides_exactly(reading, judgement(20.5)).startswith("no realistic number of outcomes")


@given(st.floats(0, 1e7))
def test_a_number_to_plan_with_has_two_digits_at_most_and_is_never_none(number: float) -> None:
    told = planned(number)
    assert told >= 1
    assert len(str(told).rstrip("0")) <= (2 if told >= 100 else 1)
    assert abs(told - number) <= max(number * 0.05 + 1e-9, 1, 5 * (10 <= number < 100))


def test_beyond_the_limit_alone_is_not_yet_beyond_it_among_many(findings: Findings) -> None:
    assert "widened for the number of groups" in decides(Reading(findings.audited), judgement(1.0))


@pytest.mark.parametrize(
    ("limits", "told"),
    (
        ((-0.05, 0.05), "5 in 100 either way"),
        ((-0.05, 0.025), "\u22125.0 to +2.5 in 100"),
        ((None, 0.10), "at most 10 in 100 more"),
        ((None, -0.01), "at least 1 in 100 fewer"),
        ((-0.05, None), "at most 5 in 100 fewer"),
        ((0.02, None), "at least 2 in 100 more"),
        ((0.0, None), "no fewer"),
        ((None, 0.0), "no more"),
    ),
)
def test_limits_in_students_of_a_hundred(limits: tuple[float | None, float | None], told: str) -> None:
    assert limit_words(judgement(limits=limits)) == told


def test_a_provisional_verdict_names_the_open_questions_and_what_would_decide(findings: Findings) -> None:
    reading = Reading(replace(findings.audited, verdict=Verdict(Outcome.PROVISIONAL, (judgement(),))))
    assert verdict_headline(reading, None) == "Verdict: provisional until more evidence decides."
    assert verdict_sentences(reading)[:3] == (
        "Nothing failed.",
        "Not decided yet: whether the same risk means the same (Girls).",
        "If the gaps stay as they are, it would take about 1,700 more outcomes in 30 more schools (Girls) to decide.",
    )


def test_a_pass_says_that_nothing_is_open(findings: Findings) -> None:
    passed = replace(judgement(), outcome=Outcome.PASS)
    reading = Reading(replace(findings.audited, verdict=Verdict(Outcome.PASS, (passed,))))
    assert verdict_sentences(reading)[0] == "Nothing failed."
    assert "decides every question" in verdict_sentences(reading)[1]
    (said,) = answers(reading, BY_MEASURE["same_risk_gap"])
    assert said.line == "No group. All with enough data are within the limit of 5 in 100 either way."


def test_a_measure_without_a_rule_is_not_judged(findings: Findings) -> None:
    reading = Reading(replace(findings.audited, verdict=Verdict(Outcome.PASS, ())))
    (said,) = answers(reading, BY_MEASURE["excess_overlooked"])
    assert said.lead == "Not judged:"
