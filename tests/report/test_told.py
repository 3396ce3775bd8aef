"""What is published is told in words that its numbers bear: what is lacking, bounds, and no place too many."""

import re
from dataclasses import replace

import pytest

from earlywarn.audit.figures import Figure
from earlywarn.estimate import Estimate
from earlywarn.groups import EVERYONE
from earlywarn.report.accounts import list_words
from earlywarn.report.entries import figure_entry
from earlywarn.report.findings import Audited, Findings
from earlywarn.report.pages import audit_page
from earlywarn.report.published import coarse, published
from earlywarn.report.reading import Reading
from tests.report.reader import words


@pytest.fixture(scope="module")
def audited(findings: Findings) -> Audited:
    return published(findings.audited)


def test_a_published_figure_says_what_it_lacks_as_the_audit_itself_would(findings: Findings, audited: Audited) -> None:
    exact, told = Reading(findings.audited), Reading(audited)
    lacking = [f for f in findings.audited.figures if f.cell.slug == "home-X" and exact.lacks(f)]
    assert lacking
    for figure in lacking:
        found = told.find(figure.measure, figure.cell, figure.versus, figure.cut, figure.form)
        assert found is not None
        assert told.why_not(found) == exact.why_not(figure)


def test_no_published_reason_names_a_number_of_effective_schools_of_a_hidden_group(audited: Audited) -> None:
    hidden = Reading(audited).discretion.hidden
    reasons = {figure.reason for figure in audited.figures if figure.cell in hidden}
    assert reasons <= {"fewer than 10 students: not shown", "nobody in this group"}


def test_a_share_next_to_none_is_told_by_its_bound(audited: Audited) -> None:
    bound = [figure for figure in audited.figures if figure.bound]
    assert bound
    for figure in bound:
        entry = figure_entry(Reading(audited), figure)
        assert entry.text == figure.bound
        assert re.fullmatch(r"(under|over) \d+ %", entry.text)
    assert bound[0].bound in words(audit_page(audited))


def figure(estimate: Estimate) -> Figure:
    return Figure("recall", EVERYONE, "", estimate.value, estimate, "", 400, 200, 200, 20.0)


def test_rounded_numbers_have_no_place_more_than_is_left_of_them(audited: Audited) -> None:
    exact = Estimate(0.4273, 0.021, 30.0)
    rough = coarse(exact, 0.01, (0.95,))
    told = [figure_entry(Reading(audited), figure(each)) for each in (exact, rough)]
    assert told[0].text == "42.7\u00a0%"
    assert told[1].text == "43\u00a0%"
    assert re.fullmatch(r"\d+ to \d+", told[1].under)


def test_an_audit_is_made_ready_once(findings: Findings, audited: Audited) -> None:
    assert audited.is_published
    open_one = replace(findings.audited, unsuppressed=True)
    assert published(open_one) == open_one


def test_the_share_of_all_students_is_set_by_the_lists_length_however_it_is_rounded(audited: Audited) -> None:
    reading = Reading(audited)
    told = figure_entry(reading, reading.figure("share_flagged"))
    assert told.under == "fixed by the list\u2019s length"


def test_the_words_on_the_list_tell_as_many_who_missed_as_the_tables_do(audited: Audited) -> None:
    reading = Reading(audited)
    assert list_words(reading).missed == reading.known_and_missed(EVERYONE)[1]
