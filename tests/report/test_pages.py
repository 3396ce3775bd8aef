"""The audit page keeps its word: self-contained, every group on it, no number of a small one, words of the house."""

import re
import xml.etree.ElementTree as ET

import pytest

from earlywarn.promotions import Promotion
from earlywarn.report import words as w
from earlywarn.report.beside import training
from earlywarn.report.findings import Findings
from earlywarn.report.forest import NARROW, WIDE
from earlywarn.report.forests import gap_forest, recall_forest
from earlywarn.report.pages import audit_page, figure_files, with_promotion
from earlywarn.report.questions import BY_MEASURE, QUESTIONS
from earlywarn.report.reading import Reading
from tests.report import reader
from tests.report.reader import Texts


@pytest.fixture(scope="module")
def page(findings: Findings) -> str:
    return audit_page(findings.audited, training(findings))


@pytest.fixture(scope="module")
def read(page: str) -> Texts:
    return reader.read(page)


def test_nothing_is_asked_of_another_host_and_no_script_runs(page: str, read: Texts) -> None:
    assert "http:" not in page
    assert "https:" not in page
    assert "url(" not in page
    assert "@import" not in page
    names = {tag for tag, _ in read.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "form"}
    assert not [attributes for _, attributes in read.tags if any(key.startswith("on") for key in attributes)]
    assert not [attributes for _, attributes in read.tags if "style" in attributes]
    assert all(str(a["href"]).startswith("#") for tag, a in read.tags if tag == "a")


def test_the_page_can_be_heard(read: Texts) -> None:
    assert ("html", {"lang": "en"}) in read.tags
    assert [a for tag, a in read.tags if tag == "a" and a.get("class") == "skip"]
    tables = sum(tag == "table" for tag, _ in read.tags)
    assert tables == sum(tag == "caption" for tag, _ in read.tags) > 10
    assert all("scope" in attributes for tag, attributes in read.tags if tag == "th")
    pictures = [attributes for tag, attributes in read.tags if tag == "svg"]
    assert pictures
    assert all(a.get("role") == "img" and len(str(a["aria-label"])) > 40 for a in pictures)


def test_every_judged_group_is_on_the_page(findings: Findings, read: Texts) -> None:
    text, reading = "".join(read.text), Reading(findings.audited)
    assert all(reading.words(judgement.cell) in text for judgement in findings.verdict.judgements)
    judged = {judgement.measure for judgement in findings.verdict.judgements}
    assert all((question.title in text) == (question.measure in judged) for question in QUESTIONS)


def test_a_name_that_is_markup_stays_a_name(page: str, read: Texts) -> None:
    assert "<script" not in page
    assert "<script>alert('x')</script>" in "".join(read.text)


def test_a_small_group_has_its_row_and_no_number(page: str) -> None:
    rows = re.findall(r'<tr><th scope="row">\s*Sex not recorded</th>(.*?)</tr>', page.replace("\n", ""))
    assert rows
    for row in rows:
        assert re.sub(r"<[^>]*>|fewer than 10[a-z ]*: not shown|\s", "", row) == ""


def test_counts_that_would_give_a_small_group_away_are_rounded(findings: Findings, page: str) -> None:
    reading = Reading(findings.audited)
    girls = next(cell for cell in reading.singles if cell.slug == "sex-F")
    exact = reading.counted[girls].students
    assert exact % 10
    assert w.count(exact) not in page
    assert f"about {w.count(10 * round(exact / 10))}" in page


def test_a_fail_says_for_whom_and_by_how_much(findings: Findings, read: Texts) -> None:
    text = "".join(read.text)
    assert findings.verdict.failed_rules == ("same-risk-gap",)
    assert "Verdict: fail." in text
    assert "Free lunch: at the same risk missed the standard more often than No free lunch, by " in text


def test_intervals_on_the_page_are_the_estimates(findings: Findings, page: str) -> None:
    for figure in findings.audited.figures:
        if figure.measure == "recall" and figure.cell.depth == 1 and not figure.versus and figure.estimate:
            low, high = figure.estimate.interval(0.95)
            shown = f"{w.percent(figure.value)}</span>"
            assert shown in page
            assert f"{100 * low:.1f} to {100 * high:.1f}</span>" in page


def test_a_passed_rule_is_told_as_within_the_limit(page: str) -> None:
    assert "within the limit" in page
    assert "not decided" in page


def test_the_page_is_the_same_twice(findings: Findings, page: str) -> None:
    assert audit_page(findings.audited, training(findings)) == page


def test_a_promotion_and_its_waiver_stand_on_the_page(page: str, promotion: Promotion) -> None:
    promoted = with_promotion(page, promotion)
    assert "Promoted on 20 November 2026 by A. Ruiz" in promoted
    assert "Waived: same-risk-gap, by A. Ruiz. Reason: a pilot in two schools" in promoted
    assert "<script" not in promoted
    assert with_promotion(promoted, promotion) == promoted


@pytest.mark.parametrize("layout", (WIDE, NARROW))
def test_what_is_drawn_is_what_was_estimated(findings: Findings, layout: object) -> None:
    reading = Reading(findings.audited)
    forest = gap_forest(reading, BY_MEASURE["same_risk_gap"])
    placed = next(found for found in forest.layouts if found.layout is layout)
    start, end = placed.layout.strip
    low, high = forest.span
    judged = {reading.words(j.cell): j for j in reading.judged("same_risk_gap")}
    drawn = [line for line in placed.lines if line.thick is not None]
    assert drawn
    for line in drawn:
        judgement = judged[line.line.words]
        back = [low + (x - start) / (end - start) * (high - low) for x in line.thick]  # type: ignore[union-attr]
        assert back == pytest.approx([judgement.low, judgement.high], abs=2e-3)
        assert w.of_hundred(judgement.value) in line.line.numbers


def test_a_group_with_too_little_data_keeps_its_line_and_says_why(findings: Findings) -> None:
    forest = recall_forest(Reading(findings.audited))
    (line,) = (line for line in forest.lines if "script" in line.words)
    assert line.value is None
    assert line.note.startswith("too little data")
    assert line.note in forest.told


def test_figures_stand_alone_as_svg_with_a_text_alternative(findings: Findings) -> None:
    files = figure_files(findings.audited, training(findings))
    assert {"reliability.svg", "recall_by_group.svg", "same_risk_gap.svg", "points_age.svg"} <= set(files)
    for name, text in files.items():
        root = ET.fromstring(text)
        assert root.tag == "{http://www.w3.org/2000/svg}svg", name
        assert root.get("role") == "img"
        assert len(root.get("aria-label", "")) > 20
        assert root.find("{http://www.w3.org/2000/svg}style") is not None
        assert "script" not in {element.tag.split("}")[1] for element in root.iter()}
