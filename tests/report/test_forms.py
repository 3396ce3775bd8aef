"""The same page serves a training run, a vendor's scores, and a list before outcomes are known."""

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from earlywarn.columns import Outcome
from earlywarn.config.sections import Gate, Rule
from earlywarn.gate import Verdict, judge
from earlywarn.report.beside import Beside, training
from earlywarn.report.card import model_card
from earlywarn.report.evidence import UNKNOWN_SCHOOLS
from earlywarn.report.findings import UNSUPPRESSED, Audited, Findings
from earlywarn.report.forests import gap_forest
from earlywarn.report.pages import audit_page, figure_files
from earlywarn.report.questions import question_of
from earlywarn.report.reading import Reading
from earlywarn.report.tables import Table, row
from earlywarn.report.told import Told
from earlywarn.report.unjudged import HEADLINE, NOT_YET
from earlywarn.report.verdict_words import NOT_JUDGED, verdict_sentences
from tests.report.reader import read, words

FORMS = ("ranking", "early", "pooled")


@pytest.fixture(params=FORMS)
def audited(request: pytest.FixtureRequest) -> Audited:
    found: Audited = request.getfixturevalue(request.param)
    return found


def test_every_form_makes_a_page_that_asks_for_nothing_and_can_be_heard(audited: Audited) -> None:
    page = audit_page(audited)
    found = read(page)
    assert not re.search(r"https?:|url\(|@import", page)
    assert not {tag for tag, _ in found.tags} & {"script", "link", "img", "iframe", "form"}
    tables = sum(tag == "table" for tag, _ in found.tags)
    assert tables == sum(tag == "caption" for tag, _ in found.tags) > 4
    pictures = [attributes for tag, attributes in found.tags if tag == "svg"]
    assert all(len(str(a["aria-label"])) > 40 for a in pictures)
    headings = [int(tag[1]) for tag, _ in found.tags if re.fullmatch(r"h\d", tag)]
    assert headings.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(headings))


def test_every_form_is_the_same_twice_and_links_only_to_parts_it_has(audited: Audited) -> None:
    page = audit_page(audited)
    assert audit_page(audited) == page
    found = read(page)
    places = {str(attributes["id"]) for _, attributes in found.tags if "id" in attributes}
    assert {str(a["href"]).removeprefix("#") for tag, a in found.tags if tag == "a"} <= places


def test_no_form_tells_of_a_model_that_it_has_not(audited: Audited) -> None:
    text = words(audit_page(audited))
    assert "The model" not in text.replace("The model in use", "")
    assert "Scorecard" not in text
    assert "Points of each input" not in text
    assert not re.search(r"until \d", text)


def test_before_outcomes_are_known_the_page_asks_three_questions_and_judges_nothing(early: Audited) -> None:
    text = words(audit_page(early))
    assert HEADLINE in text
    assert "Verdict" not in text
    assert re.findall(r"(\d)\. (Who.*?\?)", text) == [
        ("1", "Who is on the list?"),
        ("2", "Who could not be scored?"),
        ("3", "Whose inputs are missing?"),
    ]
    assert all(said in text for said in NOT_YET)
    assert "More often without Reading result: Free lunch than No free lunch" in text
    assert "Nobody in scope lacks: Age." in text
    assert "at most 10 in 100 more" in text or not any(rule.name == "coverage" for rule in early.gate.rules)


def test_before_outcomes_are_known_figures_are_files_too(early: Audited) -> None:
    assert set(figure_files(early)) == {"share_flagged.svg", "not_scored_share.svg", "missing_reading.svg"}


def test_a_list_without_inputs_leaves_the_third_question_out(early: Audited) -> None:
    bare = replace(early, inputs={}, figures=tuple(f for f in early.figures if not f.measure.startswith("missing:")))
    text = words(audit_page(bare))
    assert "2. Who could not be scored?" in text
    assert "Whose inputs" not in text


def test_where_nobody_is_without_a_score_that_is_said(early: Audited) -> None:
    full = tuple(
        replace(f, value=0.0, events=0, estimate=None, rough=None) if f.measure == "not_scored_share" else f
        for f in early.figures
    )
    assert "Nobody. Every student in scope has a score." in words(audit_page(replace(early, figures=full)))


def test_where_everyone_has_a_score_the_judged_question_says_so_and_draws_nothing(pooled: Audited) -> None:
    gate = Gate(rules=(Rule(name="coverage", measure="not_scored_share", at_most=0.1),))
    judged = replace(pooled, gate=gate, verdict=judge(pooled.figures, gate))
    text = words(audit_page(judged))
    assert "1. Can every group be scored alike? Yes. Every student in scope has a score." in text
    assert "Limit: at most 10 in 100 more, shaded." not in text


def test_scores_that_only_rank_are_never_called_risks(ranking: Audited) -> None:
    text = words(audit_page(ranking))
    assert "At the same score, does one group miss the standard more often?" in text
    assert "At the same risk" not in text
    assert "Calibration" not in text
    assert "Brier" not in text
    assert "Score 2.5 or higher" in text
    assert "These scores only put students in order." in text


def test_where_schools_are_not_known_nothing_is_judged_and_intervals_are_rough(ranking: Audited) -> None:
    page = audit_page(ranking)
    text = words(page)
    assert "Verdict: provisional until more evidence decides. Nothing could be judged." in text
    assert f"Too little data to judge any group: {UNKNOWN_SCHOOLS}." in text
    assert "rough, not judged" in text
    assert "rough: " in text
    assert "30 schools" not in text
    assert 'class="rough"' in page


def test_a_rough_interval_does_not_stretch_the_axis_of_those_that_are_judged(findings: Findings) -> None:
    reading = Reading(findings.audited)
    question = question_of("same_risk_gap")
    before = gap_forest(reading, question)
    (home,) = (f for f in findings.audited.figures if f.measure == "same_risk_gap" and f.cell.slug == "home-X")
    wide = next(f for f in findings.audited.figures if f.measure == "same_risk_gap" and f.estimate)
    rough = replace(wide.estimate, value=0.0, se=5.0)  # type: ignore[type-var]
    open_one = replace(home, rough=rough, value=0.0, events=20, non_events=20)
    figures = tuple(open_one if f is home else f for f in findings.audited.figures)
    after = gap_forest(Reading(replace(findings.audited, figures=figures)), question)
    assert after.span == before.span
    drawn = next(line for line in after.layouts[0].lines if line.line.verdict == "rough, not judged")
    start, end = after.layouts[0].layout.strip
    assert drawn.thin == (start, end)


def test_an_audit_in_which_nothing_could_be_judged_does_not_claim_that_all_is_decided(pooled: Audited) -> None:
    reading = Reading(replace(pooled, verdict=Verdict(Outcome.PROVISIONAL, ())))
    nothing, not_judged, not_asked = verdict_sentences(reading)
    assert (nothing, not_judged) == ("Nothing could be judged.", NOT_JUDGED)
    assert not_asked.startswith("Not asked: whether")


def test_levels_and_stated_cuts_have_their_tables(pooled: Audited) -> None:
    page = audit_page(pooled)
    for title in ("Level High or higher", "Risk 0.3 or higher"):
        (table,) = re.findall(rf"<details><summary>{title}</summary>(.*?)</details>", page, re.DOTALL)
        assert '<th scope="col">Flagged</th>' in table
        assert "false-omission rate" in table
        assert "Free lunch" in table


def test_a_verdict_that_may_expire_says_until_when(findings: Findings, pooled: Audited) -> None:
    waiting = replace(pooled, verdict=Verdict(Outcome.PROVISIONAL, ()))
    assert "Verdict: provisional until more evidence decides." in words(audit_page(waiting))
    text = words(audit_page(waiting, Beside(today=waiting.about.day)))
    assert "Verdict: provisional until 22 November 2027." in text
    assert "for 365 days from this audit" in text
    assert "waiver" not in words(audit_page(waiting))


def test_other_pieces_have_their_places_on_the_page(pooled: Audited) -> None:
    table = Table("Parts of the gap.", ("Input", "Part"), (row("Reading", "+3.1"),))
    told = Told("On the list: Free lunch against No free lunch", ("Two thirds come from reading.",), table)
    beside = Beside(origins=(told,), changed=(replace(told, title="Since last year", table=None),))
    text = words(audit_page(pooled, beside))
    assert "Where a gap comes from On the list: Free lunch against No free lunch Two thirds come from reading." in text
    assert "What changed, against another audit Since last year" in text
    assert "Parts of the gap." in text
    assert "Where a gap comes from" not in words(audit_page(pooled))


def test_an_unsuppressed_page_says_so_at_every_part_and_on_every_sheet_of_paper(findings: Findings) -> None:
    open_one = replace(findings.audited, unsuppressed=True)
    page = audit_page(open_one, training(findings))
    parts = page.count('<section class="part"')
    assert page.count(UNSUPPRESSED) == parts + 1 > 4
    assert "@top-center" in page
    assert UNSUPPRESSED not in audit_page(findings.audited, training(findings))
    card = model_card(replace(findings, audited=open_one))
    assert card.count(UNSUPPRESSED) == len(re.findall(r"^##? ", card, re.MULTILINE))
    assert UNSUPPRESSED not in model_card(findings)


def test_an_audit_of_very_few_students_shows_no_count(pooled: Audited) -> None:
    few = tuple(
        replace(f, value=float("nan"), estimate=None, rough=None, q=None, pooled=None, students=0, events=0,
                non_events=0, schools=0.0, reason="fewer than 10 students: not shown")
        for f in pooled.figures
    )  # fmt: skip
    counted = tuple(replace(line, students=7, missed=4, met=3, unknown=0) for line in pooled.counted)
    known = pooled.suppression
    hidden = replace(known, numbers=np.minimum(known.numbers, 4), exact=np.zeros_like(known.exact))
    judged = replace(pooled, figures=few, counted=counted, suppression=hidden)
    text = words(audit_page(replace(judged, verdict=Verdict(Outcome.PROVISIONAL, ()))))
    assert "Of fewer than 10 scored students who missed the standard" in text
    assert not re.search(r"\b[1-9]\d? students? (?:who|of)", text.split("How to read")[0])
