"""The house style: Jinja environments over ``templates/``, for pages that escape all and for Markdown.

Light, since every score run makes a page. It refuses an undefined name in a template.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from earlywarn.report import words as w

TEMPLATES = Path(__file__).parent / "templates"
_SPECIAL = re.compile(r"([\\`*_\[\]<>|])")
FILTERS = {
    "count": w.count,
    "day": w.day,
    "decimal": w.decimal,
    "of_hundred": w.of_hundred,
    "percent": w.percent,
    "plural": w.plural,
    "signed": w.signed,
    "listed": w.listed,
    "capital": w.capital,
}
GLOBALS = {"bare_percent": w.bare_percent, "of_hundred": w.of_hundred, "signed": w.signed}


@cache
def pages() -> Environment:
    """Give the environment of HTML and SVG: everything is escaped."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    made.filters |= FILTERS
    made.globals |= GLOBALS
    return made


@cache
def cards() -> Environment:
    """Give the environment of Markdown: what is written into it cannot be markup."""
    return pages().overlay(autoescape=False, finalize=_finalize)


def in_markdown(text: str) -> str:
    r"""Give a text that Markdown shows as it stands, on one line.

    >>> print(in_markdown("free_lunch | <b>"))
    free\_lunch \| \<b\>
    """
    return _SPECIAL.sub(r"\\\1", re.sub(r"[\r\n]+", " ", text))


def _finalize(value: Any) -> Any:
    if isinstance(value, str) and not isinstance(value, Markup):
        return in_markdown(value)
    return value
