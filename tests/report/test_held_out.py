"""Pages and records of a test of schools held out say nothing that holds for a later year alone."""

from dataclasses import replace

import pytest

from earlywarn.report.beside import training
from earlywarn.report.card import model_card
from earlywarn.report.entry import entry_of
from earlywarn.report.findings import Findings
from earlywarn.report.pages import audit_page
from earlywarn.report.records import training_record
from earlywarn.report.summary import Summary
from earlywarn.report.summary_page import summary_page
from tests.report import reader

OF_A_LATER_YEAR = ("later year", "a year later", "came later than", "had learnt from", "later students")


@pytest.fixture(scope="module")
def held_out(findings: Findings) -> Findings:
    experiment = findings.experiment
    plan = experiment.cohort.model_copy(update={"test_year": 1994, "test_schools": 0.3, "outcome_years": 4, "note": ""})
    return replace(findings, experiment=experiment.model_copy(update={"cohort": plan}))


def test_a_card_of_schools_held_out_claims_no_later_year(held_out: Findings) -> None:
    card = model_card(held_out)
    assert not [words for words in OF_A_LATER_YEAR if words in card.lower()]
    assert "These schools were held out: nothing of them taught the model." in card
    assert "it says nothing of how the table ages" in card


def test_a_card_of_a_later_year_claims_no_school_held_out(findings: Findings) -> None:
    card = model_card(findings)
    assert "held out" not in card
    assert "Their outcomes came later than everything that taught the model." in card
    assert "; in schools it had learnt from, " in card


def test_outcomes_that_taught_are_known_by_the_day_on_which_those_of_the_schools_held_out_are(
    findings: Findings, held_out: Findings
) -> None:
    assert "all known by 30 June 1998." in model_card(held_out)
    assert f"all known by 30 June {findings.experiment.cohort.test_year}." in model_card(findings)


def test_a_page_of_schools_held_out_claims_no_later_year(held_out: Findings) -> None:
    text = "".join(reader.read(audit_page(held_out.audited, training(held_out))).text).lower()
    assert "schools that taught nothing" in text
    assert not [words for words in OF_A_LATER_YEAR if words in text]


def test_a_summary_does_not_say_which_of_the_two_tests_it_was(summary: Summary) -> None:
    page = summary_page(summary)
    assert "from whom it had not learnt" in page
    assert "in a later year" not in page


def test_both_records_say_what_was_held_out_and_when_the_outcome_was_due(
    findings: Findings, held_out: Findings
) -> None:
    record, params = training_record(held_out), entry_of(held_out, {}, {}).params
    assert (record["held_out_share"], record["outcome_years"]) == (0.3, 4)
    assert (params["held_out_share"], params["outcome_years"]) == ("0.3", "4")
    assert training_record(findings)["held_out_share"] is None
    assert entry_of(findings, {}, {}).params["held_out_share"] == "none"
