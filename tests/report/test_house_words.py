"""The words of the house: none that blames a student stands in a template or on a page."""

import re
from pathlib import Path

import pytest

import earlywarn.report
from earlywarn.report.beside import training
from earlywarn.report.card import model_card
from earlywarn.report.findings import Findings
from earlywarn.report.house import TEMPLATES, in_markdown, pages
from earlywarn.report.pages import audit_page
from earlywarn.report.summary import Summary
from earlywarn.report.summary_page import summary_page

BANNED = re.compile(
    r"\b(failing|at[- ]risk|dropouts?|debias(ed|ing)?|unbiased|fair(er)? models?|false negatives?|low[- ]performing)\b",
    re.IGNORECASE,
)
ROOM = Path(earlywarn.report.__file__).parent
SOURCES = sorted([*TEMPLATES.iterdir(), *ROOM.glob("*.py")])


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_banned_word_in_the_room(path: Path) -> None:
    assert BANNED.findall(path.read_text("utf-8")) == []


def test_no_banned_word_on_any_page(findings: Findings, summary: Summary) -> None:
    for page in (audit_page(findings.audited, training(findings)), model_card(findings), summary_page(summary)):
        assert BANNED.findall(page) == []


def test_a_minus_is_a_minus(findings: Findings) -> None:
    text = re.sub(r"<style>.*?</style>|<[^>]*>", "", audit_page(findings.audited, training(findings)), flags=re.DOTALL)
    assert re.findall(r"(?<![\w-])-\d", text) == []


def test_pages_escape_and_markdown_escapes() -> None:
    assert pages().from_string("{{ name }}").render(name="<b>") == "&lt;b&gt;"
    assert in_markdown("a\nb|c") == r"a b\|c"
