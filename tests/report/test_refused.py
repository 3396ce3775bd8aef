"""Rows refused at the door are told by rule and by group, and no small count of a group with them."""

from dataclasses import replace

from earlywarn.groups import Cell
from earlywarn.report.findings import Audited, Findings, Refused, RefusedRule
from earlywarn.report.pages import audit_page
from earlywarn.report.reading import Reading
from earlywarn.report.records import audit_record
from earlywarn.report.refused import refused_groups, refused_record, refused_sentences
from tests.report.reader import words

FREE, PAID = Cell(("lunch",), ("F",)), Cell(("lunch",), ("N",))
RULES = tuple(RefusedRule("column 'outcome'", f"rule {number}", 40 - number) for number in range(8))


def with_refused(findings: Findings, free: int, paid: int) -> Audited:
    refused = Refused("vendor.csv", 4785, 40, 2, RULES, ((FREE, free), (PAID, paid)))
    return replace(findings.audited, refused=(refused,))


def test_rows_rules_and_groups_are_told(findings: Findings) -> None:
    told = refused_sentences(Reading(with_refused(findings, 24, 16)))
    assert told[0] == "Of 4,785 rows of vendor.csv 40 refused and 2 merged."
    assert told[1] == "Refused, column 'outcome': rule 0 (40 rows)."
    assert told[-2] == "And 2 more broken rules."
    assert told[-1] == "Students refused in vendor.csv, by group: Free lunch 24; No free lunch 16."


def test_a_count_below_ten_is_hidden_and_rounds_the_others(findings: Findings) -> None:
    audited = with_refused(findings, 24, 7)
    assert refused_groups(Reading(audited))[0].endswith("Free lunch about 20; No free lunch fewer than 10.")
    (record,) = refused_record(Reading(audited))
    assert record["students"] == [
        {"group": "lunch-F", "students": 20, "about": True},
        {"group": "lunch-N", "students": None, "about": True},
    ]
    assert len(record["rules"]) == 8
    text = words(audit_page(audited))
    assert "No free lunch fewer than 10" in text


def test_a_file_taken_whole_says_nothing_and_has_its_entry(findings: Findings) -> None:
    audited = replace(findings.audited, refused=(Refused("vendor.csv", 100, 0, 0),))
    assert refused_sentences(Reading(audited)) == ()
    assert audit_record(audited)["refused"] == [
        {"file": "vendor.csv", "rows_in": 100, "rows_refused": 0, "rows_merged": 0, "rules": [], "students": []}
    ]
