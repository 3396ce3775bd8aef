"""The terminal shows any audit in a screen: whose scores, the groups, the verdict, where the files lie."""

from dataclasses import replace
from pathlib import Path

import pytest

from earlywarn.cli.show_audit import audited_record, show_audit
from earlywarn.report.changed import COLUMNS
from earlywarn.report.findings import UNSUPPRESSED, Audited, Findings, Refused, RefusedRule
from earlywarn.report.tables import Entry, Table, row
from earlywarn.report.told import Told

FILES = {"The page": Path("out/audit.html"), "The record": Path("out/audit.json")}


def screen(audited: Audited, capsys: pytest.CaptureFixture[str]) -> str:
    show_audit(audited, FILES)
    return " ".join(capsys.readouterr().out.split())


def test_a_screen_tells_whose_scores_the_groups_the_verdict_and_the_files(
    findings: Findings, capsys: pytest.CaptureFixture[str]
) -> None:
    said = screen(findings.audited, capsys)
    assert said.startswith("star-next-grade: Piecewise logistic school year 1988; list of 20 %; ")
    assert "; 30 schools." in said
    assert "Same-risk gap" in said
    assert "Verdict: fail." in said
    assert "Free lunch: at the same risk missed the standard more often than No free lunch" in said
    assert said.endswith("The page out/audit.html The record out/audit.json")


def test_scores_whose_schools_nobody_knows_say_so(ranking: Audited, capsys: pytest.CaptureFixture[str]) -> None:
    said = screen(ranking, capsys)
    assert "schools not known." in said
    assert "Too little data to judge any group" in said
    assert "~ rough: intervals that know no schools are too narrow" in said
    assert " ~.4" in said


def test_before_outcomes_are_known_the_screen_asks_whom_the_list_does_not_see(
    early: Audited, capsys: pytest.CaptureFixture[str]
) -> None:
    said = screen(early, capsys)
    assert "Verdict" not in said
    assert "Who could not be scored?" in said
    assert "nothing is judged" in said
    assert " missed " not in said.split("Who is on the list")[0]


def test_no_count_of_a_small_group_is_printed(findings: Findings, capsys: pytest.CaptureFixture[str]) -> None:
    show_audit(findings.audited, {})
    (row,) = (line for line in capsys.readouterr().out.splitlines() if line.strip().startswith("Sex not recorded"))
    assert set(row.split()[3:]) == {"–", "<10"}


def test_an_unsuppressed_audit_says_so_on_the_screen_and_in_the_record(
    pooled: Audited, capsys: pytest.CaptureFixture[str]
) -> None:
    open_one = replace(pooled, unsuppressed=True)
    assert UNSUPPRESSED in screen(open_one, capsys)
    assert audited_record(open_one, FILES)["unsuppressed"]


def test_the_record_for_a_machine_names_verdict_and_files(findings: Findings, early: Audited) -> None:
    record = audited_record(findings.audited, FILES)
    assert record["verdict"] == "fail"
    assert record["failed_rules"] == ["same-risk-gap"]
    assert record["files"] == {"The page": "out/audit.html", "The record": "out/audit.json"}
    assert audited_record(early, {})["verdict"] is None


def test_what_differs_from_another_audit_is_told_in_short(
    findings: Findings, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = tuple(
        row(f"Group {n}", "Recall", "\u2014", "50 %", "40 %", Entry("\u221210", "\u221212 to \u22128"))
        for n in range(7)
    )
    told = Told("Held against: the old system", ("Of 9 figures 7 differ.",), Table("", COLUMNS, lines))
    show_audit(findings.audited, FILES, (told,))
    said = " ".join(capsys.readouterr().out.split())
    assert "Held against: the old system Of 9 figures 7 differ." in said
    assert "Group 4: Recall: 50 % there, 40 % here, \u221210 (\u221212 to \u22128)" in said
    assert "Group 5" not in said
    assert "and 2 more, in audit.html" in said


def test_refused_rows_are_told(findings: Findings, capsys: pytest.CaptureFixture[str]) -> None:
    refused = Refused("vendor.csv", 4785, 40, 0, (RefusedRule("column 'outcome'", "not a code", 40),))
    said = screen(replace(findings.audited, refused=(refused,)), capsys)
    assert "Of 4,785 rows of vendor.csv 40 refused and 0 merged." in said
    assert "Refused, column 'outcome': not a code (40 rows)." in said
