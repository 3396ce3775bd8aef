"""What changed since an earlier audit is told where it is more than noise, and counted where it is not."""

import json
from pathlib import Path

import pytest

import earlywarn.report
from earlywarn.audit.against import Change, Kept, changes, keep, school_keys
from earlywarn.estimate import Estimate
from earlywarn.report.beside import Beside
from earlywarn.report.changed import changed, changed_record
from earlywarn.report.findings import Audited, Findings
from earlywarn.report.pages import audit_page
from earlywarn.report.reading import Reading
from earlywarn.report.records import audit_record
from tests.json_schema import faults

THEN = Kept((), "The audit of last year", "2025-11-20", "reading at grade level", {})


def change(measure: str = "recall", group: str = "lunch-F", q: float | None = 0.001) -> Change:
    difference = None if q is None else Estimate(-0.12, 0.02, 20.0)
    return Change(measure, group, "", 0.52, 0.40, difference, "" if difference else "then: too little data", q)


def test_a_change_beyond_noise_has_its_row(findings: Findings) -> None:
    (told,) = changed(Reading(findings.audited), (change(), change("precision", q=0.4), change("auc", q=None)), THEN)
    assert told.title == "Held against: The audit of last year (audited on 20 November 2025)"
    assert told.sentences[0].startswith("Of 2 figures that could be compared 1 differs by more than noise")
    assert told.sentences[1] == "For 1 there is too little data there or here."
    assert told.table is not None
    (row,) = told.table.rows
    assert row.head == "Free lunch"
    assert [entry.text.replace("\u00a0", " ") for entry in row.entries[2:4]] == ["52.0 %", "40.0 %"]
    assert row.entries[4].text == "\u221212.0"


def test_another_standard_is_told(findings: Findings) -> None:
    (told,) = changed(Reading(findings.audited), (change(),), THEN)
    assert "The standard is another there: reading at grade level." in told.sentences[-1]


def test_nothing_that_changed_makes_no_table(findings: Findings) -> None:
    (told,) = changed(Reading(findings.audited), (change(q=0.9),), THEN)
    assert told.table is None
    assert "none differs by more than noise" in told.sentences[0]


def test_a_group_that_may_not_be_shown_is_left_out(findings: Findings) -> None:
    (told,) = changed(Reading(findings.audited), (change(group="sex-missing"),), THEN)
    assert told.sentences[0].startswith("Of 0 figures")


def test_two_real_audits_make_a_section_and_a_record(findings: Findings, pooled: Audited) -> None:
    keys = school_keys(f"S{place:02}" for place in range(30))
    head = ("A made-up district", "2025-11-20", findings.audited.about.standard)
    then, now = (keep(audited.figures, keys, head) for audited in (pooled, findings.audited))
    found = changes(now, then)
    assert found
    told = changed(Reading(findings.audited), found, then)
    assert "What changed, against another audit" in audit_page(findings.audited, Beside(changed=told))
    schema = json.loads((Path(earlywarn.report.__file__).parent / "audit.schema.json").read_text("utf-8"))
    record = audit_record(findings.audited) | {"changed": changed_record(found, then)}
    assert list(faults(record, schema)) == []
    with pytest.raises(AssertionError):
        assert list(faults(record | {"changed": {}}, schema)) == []
