"""Reads a page as its reader does: tags with their attributes, and the text outside style."""

import re
from html.parser import HTMLParser


class Texts(HTMLParser):
    """Collects tags with their attributes, and the text outside style."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.inside.pop()

    def handle_data(self, data: str) -> None:
        if "style" not in self.inside:
            self.text.append(data)


def read(page: str) -> Texts:
    """Read a page."""
    parser = Texts()
    parser.feed(page)
    return parser


def words(page: str) -> str:
    """Give a page's text, its spaces squeezed."""
    return re.sub(r"\s+", " ", "".join(read(page).text))
