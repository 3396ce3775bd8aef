"""Every page in every look: axe finds nothing, nothing runs out of the screen, the browser complains of nothing."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import PICTURES, SMALL, Opened, picture
from tests.browser.places import PLACES, Place, names_of
from tests.browser.served import Served

pytestmark = pytest.mark.needs_browser

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "small": {"viewport": SMALL},
}
PAPER = {"width": 718, "height": 1016}
"""What A4 holds within the margins of the print style, in the points of a screen."""


def come_to(page: Page, place: Place, served: Served) -> None:
    page.goto(place.path.format_map(names_of(served.desk)))
    place.does(page)
    page.evaluate("document.fonts.ready.then(() => true)")


def found_by_axe(page: Page) -> list[str]:
    """Give what axe finds, a line for each rule and place."""
    # To preload style sheets axe would write some inline, which the desk's policy refuses.
    options = {"runOnly": list(TAGS), "resultTypes": ["violations"], "preload": False}
    found = Axe().run(page, options=options).response
    return [
        f"{one['id']}: {node['target']}: {node.get('failureSummary', '')}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_page_is_whole_in_a_look(place: Place, look: str, opened: Opened, served: Served) -> None:
    page = opened(place.who, **LOOKS[look])
    come_to(page, place, served)
    picture(page, f"{place.name}-{look}")
    wide, room = page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
    assert wide <= room, "the page has to be moved sideways to be read"
    found = found_by_axe(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("place", [place for place in PLACES if place.prints], ids=lambda place: place.name)
def test_a_page_prints_without_forms_and_ways_round(place: Place, opened: Opened, served: Served) -> None:
    page = opened(place.who, viewport=PAPER)
    come_to(page, place, served)
    page.emulate_media(media="print")
    picture(page, f"{place.name}-print")
    page.pdf(path=PICTURES / f"{place.name}.pdf", prefer_css_page_size=True, format="A4")
    shown = page.locator("nav, form, button, input, select, textarea, .noprint").filter(visible=True)
    assert [one.evaluate("element => element.outerHTML.slice(0, 80)") for one in shown.all()] == []
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
