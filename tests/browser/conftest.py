"""Debian's Chromium before a desk that is really served; whoever signs in does so once a desk."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from earlywarn.promotions import load_scorecard
from earlywarn.review.about import about
from tests.browser.served import PASSWORD, ROOT, Desk, Served, serving
from tests.conftest import District

PICTURES = ROOT / "build" / "desk"
BOUND = 30_000
"""Milliseconds; whatever takes a page longer than this never comes."""
expect.set_options(timeout=BOUND)
WIDE, SMALL = {"width": 1280, "height": 900}, {"width": 320, "height": 640}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, never one that Playwright fetched."""
    return browser_type_launch_args | {"executable_path": shutil.which("chromium")}


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, district: District) -> Desk:
    """A desk that is filled once; each file of tests changes a copy."""
    folder = tmp_path_factory.mktemp("filled")
    card = load_scorecard(district.home, district.promotion.scorecard)
    told = folder / "told.json"
    told.write_text(json.dumps(about(district.home, district.promotion, card).to_json()), encoding="utf-8")
    desk = Desk(folder / "desk")
    desk.fill(told)
    return desk


@pytest.fixture(scope="module")
def served(filled: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The desk that the tests of one file share."""
    folder = tmp_path_factory.mktemp("served") / "desk"
    shutil.copytree(filled.folder, folder)
    with serving(Desk(folder)) as running:
        yield running


@dataclass
class Watched:
    """What a page should not do: complain, break its own policy, or ask another host."""

    own: str
    faults: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> Page:
        page.on(
            "console",
            lambda message: self._note(f"{message.type}: {message.text} {message.location}", message.type == "error"),
        )
        page.on("pageerror", lambda error: self._note(f"script: {error}", True))
        page.on("request", self._asked)
        return page

    def _asked(self, request: Request) -> None:
        self._note(f"asked elsewhere: {request.url[:200]}", not request.url.startswith((self.own, "data:")))

    def _note(self, words: str, wrong: bool) -> None:
        # A browser says of each answer of 400 and more that it "failed to load"; those pages are meant.
        if wrong and "the server responded with a status of 4" not in words:
            self.faults.append(words)


Opened = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, served: Served, signed_in: dict[str, Any]) -> Iterator[Opened]:
    """Give a page of a browser of its own: ``opened("counselor", color_scheme="dark")``; it may do nothing wrong."""
    watched, contexts = Watched(served.url), list[BrowserContext]()

    def open_as(username: str = "", **given: Any) -> Page:
        options = {"base_url": served.url, "viewport": WIDE, "locale": "en-GB", "reduced_motion": "reduce", **given}
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(BOUND)
        page = watched.watch(context.new_page())
        if username and username not in signed_in:
            sign_in(page, username)
            signed_in[username] = context.cookies()
        elif username:
            context.add_cookies(signed_in[username])
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert not watched.faults, "\n".join(watched.faults)


@pytest.fixture(scope="module")
def signed_in() -> dict[str, Any]:
    """Who signed in at this desk, by username: the cookies."""
    return {}


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    """Sign in by the form."""
    page.goto("/sign-in")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


@pytest.fixture
def student(served: Served) -> Iterator[dict[str, Any]]:
    """A student of the counselor who is on the list, to review, and whom no other test of this file has had."""
    free = _FREE.setdefault(served.url, [one for one in served.desk.students if _is_free(one)])
    return free.pop()


_FREE: dict[str, list[dict[str, Any]]] = {}


def _is_free(one: dict[str, Any]) -> bool:
    return bool(one["caseload"] == "C1" and one["flagged"] and one["review"] == "to_review" and not one["hostile"])


def picture(page: Page, name: str) -> Path:
    """Keep a screenshot of the page, from its top as far as anyone scrolls."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{name}.png"
    wide, tall = page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollHeight]")
    page.screenshot(path=path, full_page=True, clip={"x": 0, "y": 0, "width": wide, "height": min(tall, 8000)})
    return path
