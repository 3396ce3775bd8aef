"""The card's plain sections are shown as text: no markup, link or image of anybody's."""

import pytest

from earlywarn.errors import ScorecardError
from earlywarn.report.card import model_card
from earlywarn.report.findings import Findings
from earlywarn.review.model_card import PLAIN, plain_sections
from tests.report import reader
from tests.report.conftest import experiment, findings  # noqa: F401 (fixtures of a made-up district)


def card_with(body: str) -> str:
    return "# Model card\n\nAbove.\n\n" + "".join(f"## {title}\n\n{body}\n\n" for title in (*PLAIN, "Other"))


def test_the_card_of_a_training_has_every_plain_section(findings: Findings) -> None:  # noqa: F811
    sections = plain_sections(model_card(findings), "card.md")
    assert tuple(section.title for section in sections) == PLAIN
    assert all(section.html.strip() for section in sections)
    assert "<script" not in "".join(section.html for section in sections)
    assert "sha256:" not in "".join(section.html for section in sections)


def test_hostile_text_stays_text() -> None:
    body = (
        '<script>alert(1)</script> <b onclick="x">b</b> [in](https://x.example) ![a](https://x.example/a.png) '
        "<https://x.example> [ref]\n\n[ref]: https://x.example\n\n<style>p {}</style>"
    )
    html = plain_sections(card_with(body), "card.md")[0].html
    assert {tag for tag, _ in reader.read(html).tags} == {"p"}


def test_a_table_is_a_table_and_holds_no_style() -> None:
    html = plain_sections(card_with("| a | b |\n|:--|--:|\n| 1 | 2 |\n\n### Below\n\n- one"), "card.md")[0].html
    assert "<td>1</td>" in html
    assert '<th scope="col">a</th>' in html
    assert "<h3>Below</h3>\n<ul>" in html
    assert "style" not in html


def test_what_lies_between_sections_is_in_none() -> None:
    html = [section.html for section in plain_sections(card_with("Here."), "card.md")]
    assert html == ["<p>Here.</p>\n"] * len(PLAIN)


def test_a_card_that_lacks_a_section_is_refused() -> None:
    with pytest.raises(ScorecardError, match="without: Privacy"):
        plain_sections(card_with("x").replace("## Privacy", "## Secrecy"), "card.md")
