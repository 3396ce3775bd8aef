"""The desk speaks as docs/words-desk.md says, can be translated whole, and runs and fetches nothing foreign."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOM = Path(__file__).parents[2] / "src" / "earlywarn" / "review"
TEMPLATES = sorted((ROOM / "templates").rglob("*.html"))
STYLES = sorted((ROOM / "static").rglob("*.css"))
GUIDE = ROOM.parents[2] / "docs" / "words-desk.md"
BRAND = "earlywarn"

BANNED = re.compile(
    r"\b(?:failing|at[- ]risk|(?:high|low)[- ]risk|risk (?:score|level)s?|drop-?outs?|de-?bias\w*|"
    r"(?:un)?fair(?:er|est)? (?:model|algorithm)s?|predict\w* to|will (?:miss|fail)|likely to|ranks?|ranked|ranking|"
    r"red|yellow|green|amber|traffic lights?|alerts?|alarms?|s?he|him|his|hers?|himself|herself|weak(?:ness)?|"
    r"poor(?:ly)?|struggling|deficits?|problem students?|interventions?|invalid|submit|click here|please note)\b",
    re.IGNORECASE,
)
READ_OUT = {"alt", "aria-description", "aria-label", "aria-roledescription", "data-label", "placeholder", "title"}
BLOCK = re.compile(r"{%-?\s*blocktranslate\b.*?%}(.*?){%-?\s*endblocktranslate\s*%}", re.DOTALL)
LINE = re.compile(r"""{%-?\s*translate\s+(?:"([^"]*)"|'([^']*)')[^%]*%}""")
COMMENT = re.compile(r"{#.*?#}|{%\s*comment\b.*?{%\s*endcomment\s*%}|<!--.*?-->", re.DOTALL)
TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
FOREIGN = {
    "a style in the page": re.compile(r"<style|\sstyle\s*="),
    "a script in the page": re.compile(r"<script(?![^>]*\ssrc=)|javascript:", re.I),
    "a handler in the page": re.compile(r"\s(?:on[a-z]+|hx-on[:a-z-]*|hx-vals=.js:)\s*=", re.I),
    "an address elsewhere": re.compile(r"https?:|(?:src|href|action)=[\"']//|@import|url\([\"']?(?:data:|//)", re.I),
}


class Seen(HTMLParser):
    """Collects what a reader sees or hears of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [value.strip() for name, value in attrs if name in READ_OUT and value]


def untranslated(template: str) -> list[str]:
    """Give every text of a template that a translator would never meet."""
    page = Seen()
    page.feed(TAG.sub(" ", BLOCK.sub(" ", COMMENT.sub("", template))))
    page.close()
    return [text for text in page.texts if re.search(r"[^\W\d_]", text.replace(BRAND, ""))]


def spoken(template: str) -> str:
    """Give all that a template says by itself."""
    bare = COMMENT.sub("", template)
    lines = ["".join(found.groups(default="")) for found in LINE.finditer(bare)]
    return "\n".join([*BLOCK.findall(bare), *lines, *untranslated(template)])


def strings(source: str) -> Iterator[str]:
    """Give every text of a module but its docstrings."""
    tree = ast.parse(source)
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    begun = (node.body[0] for node in ast.walk(tree) if isinstance(node, holders) and node.body)
    hidden = {id(first.value) for first in begun if isinstance(first, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in hidden:
            yield node.value


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOM))


def foreign(text: str) -> list[str]:
    return [what for what, pattern in FOREIGN.items() if pattern.search(text)]


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_no_template_labels_or_ranks_a_student(path: Path) -> None:
    text = path.read_text("utf-8")
    assert BANNED.findall(spoken(text)) == []
    # Nor does it show what only orders the list.
    assert re.findall(r"{{[^}]*\b(?:rank|points|risk)\b[^}]*}}", text) == []


@pytest.mark.parametrize("path", sorted(ROOM.rglob("*.py")), ids=name_of)
def test_no_message_labels_or_ranks_a_student(path: Path) -> None:
    # One word by itself is the name of a column or of a widget; people are told in sentences.
    told = [text for text in strings(path.read_text("utf-8")) if " " in text.strip()]
    assert [word for text in told for word in BANNED.findall(text)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_text_of_a_template_can_be_translated(path: Path) -> None:
    assert untranslated(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", [*TEMPLATES, *STYLES], ids=name_of)
def test_no_page_runs_or_fetches_anything_foreign(path: Path) -> None:
    assert foreign(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "planted",
    [
        '{% translate "A failing student" %}',
        "{% blocktranslate trimmed %}Amara is at risk, and she is likely to miss it{% endblocktranslate %}",
        "{% translate 'Ranked by risk score' %}",
        '<p title="High risk">{{ name }}</p>',
        "<p>A red light</p>",
    ],
)
def test_a_planted_word_would_be_found(planted: str) -> None:
    assert BANNED.search(spoken(planted))


def test_a_planted_word_in_a_message_would_be_found() -> None:
    module = '"""A dropout, in a docstring."""\nTOLD = _("She is predicted to miss it")\n'
    assert [BANNED.findall(text) for text in strings(module)] == [["She", "predicted to"]]


def test_a_comment_and_a_tags_own_words_are_not_spoken() -> None:
    assert spoken('{# ranks #}<div role="alert">{% if row.rank %}{{ row.name }}{% endif %}</div>').strip() == ""


@pytest.mark.parametrize(
    ("planted", "left"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ('<a aria-label="Next">{% translate "Next" %}</a>', ["Next"]),
        ('<td data-label="{% translate "Status" %}">{{ status }} · 3 %</td>', []),
        ("{% blocktranslate trimmed count n=n %}One{% plural %}Many{% endblocktranslate %}", []),
        ("<a>earlywarn</a>", []),
    ],
)
def test_a_text_outside_translation_would_be_found(planted: str, left: list[str]) -> None:
    assert untranslated(planted) == left


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ('<p style="color: inherit">', "a style in the page"),
        ("<style>p {}</style>", "a style in the page"),
        ("<script>go()</script>", "a script in the page"),
        ('<a href="javascript:go()">', "a script in the page"),
        ('<p onclick="go()">', "a handler in the page"),
        ('<p hx-on:click="go()">', "a handler in the page"),
        ('<img src="https://elsewhere.example/x.png">', "an address elsewhere"),
        ('<script src="//elsewhere.example/x.js"></script>', "an address elsewhere"),
        ("p { background: url(data:image/png;base64,) }", "an address elsewhere"),
    ],
)
def test_what_is_foreign_would_be_found(planted: str, found: str) -> None:
    assert found in foreign(planted)


def test_there_are_templates_and_a_style_to_look_at() -> None:
    assert {"desk/base.html", "404.html", "registration/login.html"} <= {
        str(path.relative_to(ROOM / "templates")) for path in TEMPLATES
    }
    assert [path.name for path in STYLES] == ["admin.css", "audit.css", "desk.css"]


def test_the_guide_names_what_is_not_used() -> None:
    guide = GUIDE.read_text("utf-8")
    assert {"risk score", "red", "he", "invalid", "rank"} <= {word.lower() for word in BANNED.findall(guide)}
    assert len(guide.splitlines()) <= 120
