"""The model card holds the whole table of points, the limits of the data, the audit, and every waiver."""

import re

import pytest

from earlywarn.promotions import Promotion
from earlywarn.report import words as w
from earlywarn.report.card import model_card, with_waivers
from earlywarn.report.findings import Findings

PARTS = (
    "What it is for", "What it is not for", "The standard", "Data and their limits", "The scorecard",
    "What a level means", "What it does", "What it was compared with", "Audit by group", "Verdict", "Privacy",
    "How to correct an error",
)  # fmt: skip


@pytest.fixture(scope="module")
def card(findings: Findings) -> str:
    return model_card(findings)


def test_the_card_has_every_part(card: str, findings: Findings) -> None:
    assert re.findall(r"^## (.*)$", card, re.MULTILINE) == list(PARTS)
    assert findings.experiment.cohort.note in card
    assert findings.card.sha256 in card


def test_the_whole_table_of_points_is_on_the_card(card: str, findings: Findings) -> None:
    for table in findings.card.tables:
        for points in table.points:
            assert f"| {w.signed(points)} " in card
    assert "| missing         | typical points, 0.000 |" in card
    assert "below the first" in card


def test_every_candidate_stands_on_the_card_with_its_interval(card: str, findings: Findings) -> None:
    for tried in findings.tried:
        auc = tried.test.figures["auc"]
        assert auc is not None
        assert f"{w.decimal(auc.value)} ({w.span(auc.interval(0.95), w.decimal)})" in card


def test_unknown_outcomes_that_differ_by_group_are_told_with_numbers(card: str) -> None:
    assert re.search(
        r"^- Free lunch: the outcome is unknown for \d+\.\d.% \(.*\), against .* of No free lunch", card, re.M
    )


def test_markup_in_a_name_stays_text(card: str) -> None:
    assert "<script" not in card.replace("\\<script", "")
    assert r"\<script\>alert('x')\</script\> \| \*bold\*" in card


def test_rows_of_every_table_have_as_many_cells_as_its_head(card: str) -> None:
    blocks = re.findall(r"(?:^\|.*\n)+", card, re.MULTILINE)
    assert len(blocks) > 10
    for block in blocks:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1


def test_waivers_are_appended_by_rule_name_and_reason(card: str, promotion: Promotion) -> None:
    promoted = with_waivers(card, promotion)
    assert promoted.startswith(card.rstrip("\n"))
    section = promoted[len(card) :]
    assert "## Promotion" in section
    assert "20 November 2026 by A. Ruiz, as star-next-grade version 3" in section
    assert "| same-risk-gap | A. Ruiz | a pilot in two schools" in section
    assert "**fail**" in section


def test_the_card_is_the_same_twice(card: str, findings: Findings) -> None:
    assert model_card(findings) == card
