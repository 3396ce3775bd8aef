"""The records are plain JSON as the published schemas say, whole, and say nothing of a small group."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import earlywarn.report
from earlywarn.audit.figures import Form
from earlywarn.files import readable_json, row_json
from earlywarn.groups import EVERYONE
from earlywarn.report.findings import UNSUPPRESSED, Audited, Findings
from earlywarn.report.records import audit_record, training_record, verdict_record
from earlywarn.report.rows import PLACES, number
from tests.json_schema import faults

ROOM = Path(earlywarn.report.__file__).parent
AUDIT, VERDICT = (json.loads((ROOM / f"{name}.schema.json").read_text("utf-8")) for name in ("audit", "verdict"))
FORMS = ("ranking", "early", "pooled")


@pytest.fixture(scope="module")
def record(findings: Findings) -> dict[str, Any]:
    return audit_record(findings.audited) | {"training": training_record(findings)}


def test_a_training_runs_records_are_what_the_schemas_say(findings: Findings, record: dict[str, Any]) -> None:
    for value, schema in ((record, AUDIT), (verdict_record(findings.audited, "a" * 64), VERDICT)):
        assert list(faults(value, schema)) == []
        assert value["$schema"] == schema["$id"]
        assert json.loads(row_json(value)) == json.loads(readable_json(value)) == value


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_an_audit_has_records_as_the_schemas_say(form: str, request: pytest.FixtureRequest) -> None:
    audited: Audited = request.getfixturevalue(form)
    assert list(faults(audit_record(audited), AUDIT)) == []
    if audited.verdict is not None:
        assert list(faults(verdict_record(audited), VERDICT)) == []


def test_a_record_that_is_not_what_the_schema_says_is_found(record: dict[str, Any]) -> None:
    assert list(faults(record | {"verdict": "maybe"}, AUDIT)) == ["$.verdict: 'maybe'"]
    assert list(faults({key: record[key] for key in record if key != "about"}, AUDIT)) == ["$: no about"]
    wrong = [record["figures"][0] | {"students": "many", "note": ""}]
    assert len(list(faults(record | {"figures": wrong}, AUDIT))) == 2


def test_every_figure_stands_in_the_audit_once(findings: Findings, record: dict[str, Any]) -> None:
    keys = [(row["measure"], row["group"], row["cut"]) for row in record["figures"]]
    figures = findings.audited.figures
    assert keys == list(dict.fromkeys((figure.measure, figure.cell.slug, figure.cut) for figure in figures))
    assert {cut for *_, cut in keys} == {"capacity"}
    assert {row["group"] for row in record["groups"]} == {figure.cell.slug for figure in figures}
    single = {figure.measure for figure in findings.rules.figures}
    assert {row["measure"] for row in record["training"]["indicator_rules"]["figures"]} == single


def test_numbers_in_the_audit_are_the_estimates(pooled: Audited) -> None:
    rows = {(row["measure"], row["group"], row["cut"]): row for row in audit_record(pooled)["figures"]}
    places = {
        Form.VALUE: lambda row, figure: row,
        Form.DIFFERENCE: lambda row, figure: _compared(row, figure)["difference"],
        Form.RATIO: lambda row, figure: _compared(row, figure)["ratio"],
    }
    told = [figure for figure in pooled.figures if figure.estimate is not None]
    assert {figure.form for figure in told} == set(Form)
    for figure in told:
        row = places[figure.form](rows[figure.measure, figure.cell.slug, figure.cut], figure)
        low, high = figure.estimate.interval(0.90)
        assert row["value"] == pytest.approx(figure.estimate.value, abs=10**-PLACES)
        assert (row["low90"], row["high90"]) == (round(low, PLACES), round(high, PLACES))
        assert row["reason"] == ""
        assert row.get("q") == number(figure.q)
        assert (row.get("pooled") is None) == (figure.pooled is None)


def _compared(row: dict[str, Any], figure: Any) -> Any:
    found = row["to_everyone" if figure.versus == EVERYONE.slug else "to_reference"]
    assert found["versus"] == figure.versus
    return found


def test_a_figure_without_an_interval_says_why(record: dict[str, Any]) -> None:
    for row in record["figures"]:
        assert (row["low95"] is None) == bool(row["reason"])


def test_a_small_group_has_rows_and_no_count(record: dict[str, Any]) -> None:
    rows = [row for row in record["figures"] if row["group"] == "sex-missing"]
    assert rows
    for row in rows:
        assert row["value"] is row["to_reference"] is row["to_everyone"] is None
        assert row["students"] == 0
        assert "not shown" in row["reason"]
    (group,) = (row for row in record["groups"] if row["group"] == "sex-missing")
    assert not group["shown"]
    for line in (*record["counted"], *record["training"]["reached"]):
        if line["group"] == "sex-missing":
            assert line["missed"] is None
            assert line["reason"]


def test_a_rough_interval_stands_apart_from_those_that_may_be_judged(ranking: Audited) -> None:
    record = audit_record(ranking)
    assert record["resampling_unit"] == "lot"
    assert record["about"]["schools"] is None
    assert not record["is_risk"]
    rough = [row for row in record["figures"] if row["rough"]]
    assert rough
    assert all(row["low95"] is None and "school a student attends" in row["reason"] for row in rough)


def test_without_outcomes_there_is_no_verdict(early: Audited) -> None:
    record = audit_record(early)
    assert record["verdict"] is None
    assert not record["has_outcomes"]
    assert "recall" not in {row["measure"] for row in record["measures"]}


def test_every_candidate_stands_in_the_audit_with_its_figures(findings: Findings, record: dict[str, Any]) -> None:
    candidates = record["training"]["candidates"]
    assert [row["name"] for row in candidates] == [tried.name for tried in findings.tried]
    assert [row["name"] for row in candidates if row["chosen"]] == ["piecewise"]
    for row in candidates:
        assert set(row["test"]) == set(findings.chosen.test.figures)
        assert row["test"]["auc"]["low95"] < row["test"]["auc"]["value"] < row["test"]["auc"]["high95"]


def test_the_verdict_names_its_scorecard_rules_limits_and_what_would_decide(findings: Findings) -> None:
    record = verdict_record(findings.audited, findings.card.sha256)
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


def test_an_unsuppressed_record_says_so(findings: Findings, record: dict[str, Any]) -> None:
    open_one = replace(findings.audited, unsuppressed=True)
    for value, schema in ((audit_record(open_one), AUDIT), (verdict_record(open_one), VERDICT)):
        assert value["unsuppressed"]
        assert value["notice"] == UNSUPPRESSED
        assert list(faults(value, schema)) == []
    assert not record["unsuppressed"]
    assert "notice" not in record


def test_each_row_of_a_list_has_a_line_of_its_own(record: dict[str, Any]) -> None:
    lines = row_json(record).decode().splitlines()
    rows = [line for line in lines if line.lstrip().startswith('{"bound"')]
    assert len(rows) == len(record["figures"]) + len(record["training"]["indicator_rules"]["figures"])


@pytest.mark.parametrize("value", (float("nan"), float("inf"), None))
def test_what_is_no_finite_number_is_none(value: float | None) -> None:
    assert number(value) is None
