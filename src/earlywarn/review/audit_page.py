"""An audit page for the desk, which lets no inline style through: its style, its first page, and the whole.

It refuses a page with a ``style`` attribute, a script, a link to outside, or any element or attribute that a report has
no need of.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

from earlywarn.errors import Fault, ScorecardError

STYLE_GOES_HERE = "<!-- style -->"
"""Stands in ``whole`` for the link to its style sheet."""

TAGS = frozenset((
    "a", "body", "br", "caption", "circle", "dd", "details", "div", "dl", "dt", "em", "figcaption", "figure", "footer",
    "h1", "h2", "h3", "head", "header", "html", "li", "line", "main", "meta", "nav", "p", "path", "polyline", "rect",
    "section", "span", "strong", "summary", "svg", "table", "tbody", "td", "text", "tfoot", "th", "thead", "title",
    "tr", "ul",
))  # fmt: skip
"""What a report is made of; the desk's own answer forbids the rest once more."""

ATTRIBUTES = frozenset((
    "aria-hidden", "aria-label", "charset", "class", "colspan", "content", "cx", "cy", "d", "data-label", "fill",
    "height", "href", "id", "lang", "name", "points", "r", "role", "scope", "stroke-width", "text-anchor", "viewbox",
    "width", "x", "x1", "x2", "y", "y1", "y2",
))  # fmt: skip

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>\n?')
_HEADING = re.compile(r"(</?h)([1-3])\b")


@dataclass(frozen=True)
class AuditPage:
    """A page in parts.

    Attributes
    ----------
    css
        What stood in its ``<style>``.
    first
        The first page: the body of ``<main>`` up to the first detailed part; its headings are one step lower.
    whole
        The document, with STYLE_GOES_HERE where its style stood.
    """

    css: str
    first: str
    whole: str


def audit_page(content: bytes, where: str = "audit.html") -> AuditPage:
    """Take an audit page apart.

    Raises
    ------
    ScorecardError
        It is not a page that a report made, or holds what the desk may not show; says which, all at once.
    """
    page = content.decode(errors="replace")
    styles = _STYLE.findall(page)
    whole = _POLICY.sub("", _STYLE.sub(STYLE_GOES_HERE, page))  # the answer's own header says what is allowed
    first = _first(whole)
    faults = _Faults.of(whole) + _style_faults(styles) + ([] if first else ["no first page"])
    if faults:
        remedy = "train, audit and promote the model again"
        raise ScorecardError(
            [Fault(where, found, "an audit page as 'earlywarn train' makes it", remedy) for found in faults]
        )
    return AuditPage(styles[0].strip() + "\n", _HEADING.sub(lambda head: f"{head[1]}{int(head[2]) + 1}", first), whole)


def with_style(page: AuditPage, address: str) -> str:
    """Give the whole page with a link to its style sheet at an address that the caller has escaped."""
    return page.whole.replace(STYLE_GOES_HERE, f'<link rel="stylesheet" href="{address}">', 1)


def linked_to(first: str, address: str) -> str:
    """Let the first page's links lead into the whole page at an address that the caller has escaped."""
    return first.replace('href="#', f'href="{address}#')


def _first(page: str) -> str:
    found = re.search(r'<main id="main">(.*?)<section class="part"', page, re.DOTALL)
    return found[1].strip() + "\n" if found else ""


def _style_faults(styles: Sequence[str]) -> list[str]:
    if len(styles) != 1:
        return [f"{len(styles)} style elements"]
    told = (("url(", "an address in its style"), ("@import", "another style sheet"), ("<", "an element in its style"))
    bare = re.sub(r"\\.", "", styles[0]).lower()
    return [words for sign, words in told if sign in bare] + ["an escape in its style"] * ("\\" in styles[0])


class _Faults(HTMLParser):
    """Collects what may not stand in a page, by name and never by value."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, None] = {}

    @classmethod
    def of(cls, page: str) -> list[str]:
        """Give every fault once, in the order of the page."""
        reader = cls()
        reader.feed(page)
        reader.close()
        return list(reader.found)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Hold an element and its attributes against what a report needs."""
        if tag not in TAGS:
            self.found[f"an element '{tag[:20]}'"] = None
        for name, value in attrs:
            if name not in ATTRIBUTES:
                self.found[f"an attribute '{name[:20]}'"] = None
            elif name == "href" and not (value or "").startswith("#"):
                self.found["a link to outside"] = None
            elif "url(" in (value or "").lower():
                self.found[f"an address in '{name}'"] = None
