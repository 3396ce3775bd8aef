"""The model card's plain-word sections as HTML for the desk.

It refuses a card that lacks one of them. What is written in a card can be no markup, no link and no image.
"""

from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from earlywarn.errors import Fault, ScorecardError

PLAIN = (
    "What it is for",
    "What it is not for",
    "The standard",
    "Data and their limits",
    "What a level means",
    "Privacy",
    "How to correct an error",
)
"""The sections that a counselor can read without the rest: no table of points, no figures of the audit."""


@dataclass(frozen=True)
class Section:
    """One section: its heading, and its body as HTML without ``style``, link or image."""

    title: str
    html: str


def plain_sections(card: str, where: str) -> tuple[Section, ...]:
    """Render the sections of PLAIN, in that order.

    Raises
    ------
    ScorecardError
        The card lacks one of them.
    """
    reader = (
        MarkdownIt("commonmark", {"html": False}).enable("table").disable(["link", "image", "autolink", "reference"])
    )
    found = _cut(reader.parse(card))
    lacking = [title for title in PLAIN if title not in found]
    if lacking:
        raise ScorecardError(
            Fault(
                where, f"a model card without: {', '.join(lacking)}", remedy="train, audit and promote the model again"
            )
        )
    return tuple(Section(title, _html(reader, title, found[title])) for title in PLAIN)


def _html(reader: MarkdownIt, title: str, tokens: list[Token]) -> str:
    """Render a section; a table wider than the screen can be moved sideways, by keyboard too."""
    html: str = reader.renderer.render(tokens, reader.options, {})
    opened = f'<div class="scroll" role="group" tabindex="0" aria-label="{title}"><table>'
    return html.replace("<table>", opened).replace("</table>", "</table></div>")


def _cut(tokens: list[Token]) -> dict[str, list[Token]]:
    """Give the tokens of each section by its heading; what stands before the first belongs to none."""
    found: dict[str, list[Token]] = {}
    body: list[Token] = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "heading_open" and token.tag == "h2":
            body = []
        elif before is not None and before.type == "heading_open" and before.tag == "h2":
            body = found.setdefault(token.content, [])
        elif not (token.type == "heading_close" and token.tag == "h2"):
            token.attrs.pop("style", None)  # how a table's column is aligned: no inline style is let through
            token.attrs |= {"scope": "col"} if token.type == "th_open" else {}
            body.append(token)
    return found
