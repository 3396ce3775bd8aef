"""The head of a page answers four questions, the last of which is what can be done and at what cost."""

import re
from dataclasses import replace

import pytest

from earlywarn.report.beside import NOTHING_BESIDE, Beside, training
from earlywarn.report.findings import Audited, Findings
from earlywarn.report.pages import audit_page
from earlywarn.report.reading import Reading
from earlywarn.report.told import Told
from earlywarn.report.ways import ways
from tests.report.reader import read, words

FOUR = ("For whom it works", "For whom it does not", "How sure that is", "What can be done, and at what cost")


def leads(audited: Audited, beside: Beside = NOTHING_BESIDE) -> list[str]:
    return [way.lead for way in ways(Reading(audited), beside)]


def head(page: str) -> str:
    """Give what stands above the first question."""
    return words(page).split("1. ")[0]


def test_a_judged_page_answers_four_questions_before_the_first_figure(findings: Findings) -> None:
    told = head(audit_page(findings.audited, training(findings)))
    assert [said for said in FOUR if said in told] == list(FOUR)
    assert "Free lunch: at the same risk missed the standard more often than No free lunch" in told
    assert "intervals over schools" in told


def test_before_outcomes_are_known_the_page_says_that_nobody_can_know(early: Audited) -> None:
    told = head(audit_page(early))
    assert "For whom it works, for whom not, and how sure that is Nobody can know before outcomes are known" in told
    assert leads(early) == [
        "Look by hand at who was not scored.",
        "Fill in what is missing.",
        "Audit again once outcomes are known.",
    ]


def test_without_schools_the_first_way_is_to_say_them(ranking: Audited) -> None:
    assert leads(ranking)[0] == "Say which school each student attends."


def test_scores_alone_are_told_which_command_says_where_a_gap_comes_from(ranking: Audited) -> None:
    told = {way.lead: way.rest for way in ways(Reading(ranking), NOTHING_BESIDE)}
    assert "earlywarn audit ROSTER --model NAME" in told["Look at where a gap comes from."]
    assert "Take another list." not in told


def test_the_widest_gap_is_named_with_a_link_to_the_part(findings: Findings) -> None:
    narrow, wide = (Told(f"{n}", (f"Sentence {n}.",), width=n) for n in (0.1, 0.2))
    found = ways(Reading(findings.audited), Beside(findings=findings, origins=(narrow, wide)))
    (way,) = (way for way in found if way.part == "origins")
    assert way.rest == "Sentence 0.2."


def test_a_longer_list_is_told_with_what_it_finds_and_costs(pooled: Audited) -> None:
    (way,) = (way for way in ways(Reading(pooled), NOTHING_BESIDE) if way.lead == "Support more students.")
    assert re.search(
        r"If all students of (level High|risk 0.3) or higher were on the list, [\d.]+.% of all scored students would",
        way.rest,
    )
    assert way.rest.count("(now ") == 3
    assert way.part == "groups"


def test_without_further_cuts_the_list_as_it_is_has_its_price(findings: Findings) -> None:
    (way,) = (way for way in ways(Reading(findings.audited), NOTHING_BESIDE) if way.lead == "Support more students.")
    assert "places find" in way.rest
    assert "went to students who met it" in way.rest


@pytest.mark.parametrize("form", ["ranking", "early", "pooled"])
def test_every_link_of_the_head_leads_to_a_part_of_the_page(form: str, request: pytest.FixtureRequest) -> None:
    page = audit_page(request.getfixturevalue(form))
    targets = set(re.findall(r'href="#([a-z]+)"', page))
    assert targets <= set(re.findall(r'id="([a-z]+)"', page))
    assert read(page)


def test_the_page_is_named_after_what_was_audited(ranking: Audited) -> None:
    page = audit_page(replace(ranking, about=replace(ranking.about, title="Audit of a scores file")))
    assert "<title>Audit of a scores file: scores.csv</title>" in page
    assert "Audit of Audit" not in page
    assert "<title>Audit of A made-up district" in audit_page(ranking)
