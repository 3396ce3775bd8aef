"""The page of an allocation in every look: axe finds nothing, nothing runs out of the screen, nothing is asked for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from earlywarn.allocate.compare import Order, allocate
from earlywarn.config.allocation import usual_plan
from earlywarn.report.allocation_page import allocation_page
from tests.browser.conftest import WIDE, picture
from tests.browser.test_looks import LOOKS, PAPER, found_by_axe
from tests.conftest import District
from tests.test_score import scored

pytestmark = pytest.mark.needs_browser


@pytest.fixture(scope="module")
def page_file(district: District, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with every policy, a past outcome and a floor."""
    folder = tmp_path_factory.mktemp("seats")
    run = scored(district, folder).folder
    (folder / "supports.csv").write_text("name,seats,answers\ntutoring,30,all\nmentors,12,all\n", encoding="utf-8")
    order = Order(run, folder / "supports.csv", district.home, usual_plan(1, 0.3), district.outcomes, 0.2)
    path = folder / "seats.html"
    path.write_text(allocation_page(allocate(order)), encoding="utf-8")
    return path


@pytest.fixture(params=[*LOOKS, "print"])
def seen(request: pytest.FixtureRequest, browser: Browser, page_file: Path) -> Iterator[tuple[str, Page]]:
    """The page in one look; every request that it makes is a fault."""
    options: dict[str, Any] = {"viewport": WIDE} | LOOKS.get(request.param, {"viewport": PAPER})
    context = browser.new_context(**options)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.goto(page_file.as_uri())
    if request.param == "print":
        page.emulate_media(media="print")
    yield request.param, page
    context.close()
    assert [url for url in asked if not url.startswith((page_file.as_uri(), "data:"))] == []


def test_the_page_of_seats_is_whole_in_a_look(seen: tuple[str, Page]) -> None:
    look, page = seen
    picture(page, f"seats-{look}")
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    found = found_by_axe(page)
    assert not found, "\n".join(found)
