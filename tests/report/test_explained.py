"""The gate in plain words tells every rule and every number of the config."""

import re

import pytest

from earlywarn.config.sections import Evidence, Gate, Rule
from earlywarn.report.explained import COMPARES, explain
from earlywarn.report.findings import Findings


def told(gate: Gate) -> str:
    return " ".join(sentence for section in explain(gate) for sentence in section.sentences)


def test_every_rule_has_its_section_with_question_limit_and_what_a_fail_says() -> None:
    sections = {section.title: " ".join(section.sentences) for section in explain(Gate())}
    for rule in Gate().rules:
        assert COMPARES[rule.measure] in sections[rule.name]
        assert "A fail says of " in sections[rule.name]
    assert "5 in 100 either way" in sections["same-risk-gap"]
    assert "at most 10 in 100 more" in sections["excess-overlooked"]
    assert "All students together: no fewer." in sections["recall-gain"]
    assert "Each group by itself: at most 5 in 100 fewer." in sections["drift"]


def test_numbers_of_the_gate_are_those_of_the_config() -> None:
    gate = Gate(
        confidence=0.95,
        evidence=Evidence(schools=12, students=77, events=21, non_events=19),
        undecided_share=0.07,
        provisional_days=200,
    )
    text = told(gate).replace("\u00a0", " ")
    for number in (
        "95 %",
        "12 effective schools",
        "77 students",
        "21 on the side",
        "19 on the other",
        "7 %",
        "200 days",
    ):
        assert number in text


def test_holm_expiry_and_waivers_are_told() -> None:
    text = told(Gate())
    assert "Holm 1979" in text
    assert re.search(r"holds for 365 days from the audit.*does not score until a new audit", text)
    assert "only with a waiver for each failed rule, by name and with a reason" in text


def test_each_group_is_told_with_whom_it_is_compared(findings: Findings) -> None:
    (section,) = (s for s in explain(Gate(), findings.experiment.groups) if s.title == "Who is compared")
    assert "Sex: each group against all other students." in section.sentences
    assert "Free lunch: each group against No free lunch." in section.sentences


@pytest.mark.parametrize(("at_least", "at_most", "sides"), ((-0.05, 0.05, 2), (None, 0.05, 1), (-0.05, None, 1)))
def test_a_fail_is_worded_for_each_side_that_has_a_limit(
    at_least: float | None, at_most: float | None, sides: int
) -> None:
    rule = Rule(name="gap", measure="same_risk_gap", at_least=at_least, at_most=at_most)
    (section, *_) = explain(Gate(rules=(rule,)))
    assert section.sentences[-1].count("missed the standard") == sides
