"""An audit page is taken apart for a desk that lets no inline style through; anything odd in it is refused."""

import re

import pytest

from earlywarn.errors import ScorecardError
from earlywarn.promotions import Promotion
from earlywarn.report.beside import training
from earlywarn.report.findings import Findings
from earlywarn.report.house import TEMPLATES
from earlywarn.report.pages import audit_page as page_of
from earlywarn.report.pages import with_promotion
from earlywarn.review.audit_page import ATTRIBUTES, TAGS, audit_page, linked_to, with_style
from tests.report import reader
from tests.report.conftest import experiment, findings, promotion  # noqa: F401 (fixtures of a made-up district)

PAGE = (
    '<!doctype html><html lang="en"><head><style>\np { margin: 0; }\n</style></head><body><main id="main">\n'
    '<h1>One</h1><section><h2>Two</h2>BODY</section>\n<section class="part" id="more"><h2>More</h2></section>'
    "</main></body></html>"
)


@pytest.fixture
def taken(findings: Findings, promotion: Promotion) -> str:  # noqa: F811
    return with_promotion(page_of(findings.audited, training(findings)), promotion)


def test_a_page_of_a_training_is_taken_apart(taken: str) -> None:
    found = audit_page(taken.encode())
    assert found.css.startswith(":root")
    assert "<style" not in found.whole
    assert "Content-Security-Policy" not in found.whole
    assert found.css.strip() in taken


def test_the_first_page_ends_before_the_first_part(taken: str) -> None:
    found = audit_page(taken.encode())
    read = reader.read(found.first)
    assert "Does it work for every group?" in "".join(read.text)
    assert "Waived: same-risk-gap" in "".join(read.text)
    assert not [a for tag, a in read.tags if tag == "section" and a.get("class") == "part"]
    assert {tag for tag, _ in read.tags if re.fullmatch("h[1-6]", tag)} == {"h2", "h3"}
    for tag in ("div", "section", "figure", "svg"):
        assert found.first.count(f"<{tag}") == found.first.count(f"</{tag}>")


def test_the_style_is_linked_and_the_first_page_leads_into_the_whole() -> None:
    found = audit_page(PAGE.replace("BODY", '<a href="#more">More</a>').encode())
    assert found.css == "p { margin: 0; }\n"
    assert '<head><link rel="stylesheet" href="/about/audit.css"></head>' in with_style(found, "/about/audit.css")
    assert linked_to(found.first, "/about/audit") == (
        '<h2>One</h2><section><h3>Two</h3><a href="/about/audit#more">More</a></section>\n'
    )


@pytest.mark.parametrize(
    ("odd", "fault"),
    [
        ('<p style="margin: 0">x</p>', "attribute 'style'"),
        ("<script>alert(1)</script>", "element 'script'"),
        ('<p onclick="x">x</p>', "attribute 'onclick'"),
        ('<a href="https://x.example">x</a>', "link to outside"),
        ('<a href="javascript:x">x</a>', "link to outside"),
        ('<img src="a.png">', "element 'img'"),
        ('<rect fill="url(https://x.example)"/>', "address in 'fill'"),
        ('<meta http-equiv="refresh" content="0">', "attribute 'http-equiv'"),
        ("<style>p {}</style>", "2 style elements"),
        ('<style media="all">p {}</style>', "element 'style'"),
        ('<svg><use xlink:href="x"/></svg>', "element 'use'"),
    ],
)
def test_what_a_report_does_not_need_is_refused(odd: str, fault: str) -> None:
    with pytest.raises(ScorecardError, match=fault):
        audit_page(PAGE.replace("BODY", odd).encode())


@pytest.mark.parametrize("odd", ["p { background: url(x) }", "@import 'x';", "p { background: \\75rl(x) }"])
def test_a_style_that_asks_for_anything_is_refused(odd: str) -> None:
    with pytest.raises(ScorecardError, match="style"):
        audit_page(PAGE.replace("p { margin: 0; }", odd).encode())


def test_what_is_no_page_is_refused_with_every_fault() -> None:
    with pytest.raises(ScorecardError) as caught:
        audit_page(b"<script>")
    assert [fault.found for fault in caught.value.faults] == [
        "an element 'script'",
        "0 style elements",
        "no first page",
    ]


def test_no_template_of_a_report_holds_what_the_desk_refuses() -> None:
    """Alone-standing figures have a style and a namespace; every page has one style and its policy."""
    text = "".join(path.read_text() for path in sorted(TEMPLATES.glob("*.j2")) if not path.name.endswith(".md.j2"))
    bare = re.sub(r"\{%.*?%\}|\{#.*?#\}", "", re.sub(r"\{\{.*?\}\}", "0", text), flags=re.DOTALL)
    assert set(re.findall(r"<([a-z]+[0-9]?)\b", bare)) <= TAGS | {"style"}
    names = {
        name.lower() for tag in re.findall(r"<[a-z][^<>]*>", bare) for name in re.findall(r'\s([a-zA-Z:-]+)="', tag)
    }
    assert names <= ATTRIBUTES | {"xmlns", "http-equiv"}
