"""The table by group is laid out as MLflow wants it and tells no count that may not be shown."""

import json

import pytest

from earlywarn.report.by_group import ENDS, HEAD, by_group_table, group_metrics
from earlywarn.report.findings import Audited, Findings
from earlywarn.report.reading import Reading
from earlywarn.report.rows import number


@pytest.mark.parametrize("form", ("ranking", "early", "pooled"))
def test_a_row_is_a_group_and_every_row_is_whole(form: str, request: pytest.FixtureRequest) -> None:
    audited: Audited = request.getfixturevalue(form)
    table = by_group_table(audited)
    assert set(table) == {"columns", "data"}
    assert [row[0] for row in table["data"]] == [cell.slug for cell in Reading(audited).cells]
    assert all(len(row) == len(table["columns"]) for row in table["data"])
    assert len(set(table["columns"])) == len(table["columns"])
    json.dumps(table, allow_nan=False)


def test_numbers_in_the_table_are_the_estimates(findings: Findings) -> None:
    table, reading = by_group_table(findings.audited), Reading(findings.audited)
    rows = {row[0]: dict(zip(table["columns"], row, strict=True)) for row in table["data"]}
    free = next(cell for cell in reading.singles if cell.slug == "lunch-F")
    for column, figure in (("recall", reading.figure("recall", free)), ("recall gap", reading.gap("recall", free))):
        assert figure is not None
        assert figure.estimate is not None
        wanted = (figure.estimate.value, *figure.estimate.interval(0.95))
        assert [rows["lunch-F"][f"{column}{end}"] for end in ENDS] == [number(value) for value in wanted]


def test_a_small_group_has_a_row_a_reason_and_no_number(findings: Findings) -> None:
    table = by_group_table(findings.audited)
    (row,) = (row for row in table["data"] if row[0] == "sex-missing")
    assert row[HEAD.index("students")] == ""
    assert "not shown" in row[HEAD.index("reason")]
    assert set(row[len(HEAD) :]) == {None}


def test_metrics_are_single_groups_with_enough_evidence(findings: Findings) -> None:
    metrics = group_metrics(findings.audited)
    assert metrics["recall/lunch-F/low"] < metrics["recall/lunch-F"] < metrics["recall/lunch-F/high"]
    assert "same_risk_gap/sex-F/all-others" in metrics
    assert not [name for name in metrics if "sex-missing" in name or "lunch-F.sex" in name or "sex-F.lunch" in name]
