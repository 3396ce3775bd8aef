"""The records are plain JSON, whole, and say nothing of a small group."""

import json
from typing import Any

import pytest

from earlywarn.report.findings import Findings
from earlywarn.report.records import audit_record, number, verdict_record


@pytest.fixture(scope="module")
def audit(findings: Findings) -> dict[str, Any]:
    return audit_record(findings)


def test_the_records_are_json_without_nan(findings: Findings, audit: dict[str, Any]) -> None:
    for record in (audit, verdict_record(findings)):
        assert json.loads(json.dumps(record, allow_nan=False)) == record


def test_every_figure_stands_in_the_audit_with_the_unit_of_resampling(
    findings: Findings, audit: dict[str, Any]
) -> None:
    assert audit["format"] == "earlywarn-audit/1"
    assert audit["resampling_unit"] == "school"
    keys = [(row["measure"], row["group"], row["versus"]) for row in audit["figures"]]
    assert keys == [
        (figure.measure, figure.cell.slug, figure.versus) for figure in findings.audited.figures if figure.is_main
    ]
    single = [figure for figure in findings.rules.figures if figure.cell.depth <= 1 and figure.is_main]
    assert len(audit["indicator_rules"]["figures"]) == len(single)


def test_intervals_in_the_audit_are_the_estimates(findings: Findings, audit: dict[str, Any]) -> None:
    main = [figure for figure in findings.audited.figures if figure.is_main]
    for row, figure in zip(audit["figures"], main, strict=True):
        if figure.estimate is None:
            assert row["low95"] is row["high90"] is None
            assert row["reason"]
        else:
            assert (row["low95"], row["high95"]) == figure.estimate.interval(0.95)
            assert (row["low90"], row["high90"]) == figure.estimate.interval(0.90)
            assert row["value"] == pytest.approx(figure.estimate.value)


def test_a_small_group_has_rows_and_no_count(audit: dict[str, Any]) -> None:
    rows = [row for row in audit["figures"] if row["group"] == "sex-missing"]
    assert rows
    assert all(row["value"] is None and row["students"] == 0 and "not shown" in row["reason"] for row in rows)
    (counted,) = (row for row in audit["counted"] if row["group"] == "sex-missing")
    assert counted["students"] is counted["missed"] is None
    (reached,) = (row for row in audit["reached"] if row["group"] == "sex-missing")
    assert reached["missed"] is reached["chosen"] is None


def test_every_candidate_stands_in_the_audit_with_its_figures(findings: Findings, audit: dict[str, Any]) -> None:
    assert [row["name"] for row in audit["candidates"]] == [tried.name for tried in findings.tried]
    assert [row["name"] for row in audit["candidates"] if row["chosen"]] == ["piecewise"]
    for row in audit["candidates"]:
        assert set(row["test"]) == set(findings.chosen.test.figures)
        assert row["test"]["auc"]["low95"] < row["test"]["auc"]["value"] < row["test"]["auc"]["high95"]


def test_the_verdict_names_its_scorecard_rules_limits_and_what_would_decide(findings: Findings) -> None:
    record = verdict_record(findings)
    assert record["scorecard"] == findings.card.sha256
    assert record["outcome"] == findings.verdict.outcome.value
    assert tuple(record["failed_rules"]) == findings.verdict.failed_rules
    assert record["provisional_days"] == findings.experiment.gate.provisional_days
    assert record["confidence"] == findings.experiment.gate.confidence
    assert [rule["name"] for rule in record["rules"]] == [rule.name for rule in findings.experiment.gate.rules]
    assert len(record["judgements"]) == len(findings.verdict.judgements)
    waiting = [row for row in record["judgements"] if row["outcome"] == "provisional" and row["moves_verdict"]]
    assert waiting
    assert all(row["would_decide"] for row in waiting)


@pytest.mark.parametrize("value", (float("nan"), float("inf"), None))
def test_what_is_no_finite_number_is_none(value: float | None) -> None:
    assert number(value) is None
