"""Other ways through the main job: by keyboard alone, without JavaScript, on a small screen, from right to left."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import SMALL, Opened, sign_in
from tests.browser.served import PASSWORD

pytestmark = pytest.mark.needs_browser
Student = dict[str, Any]
MOST = 120
"""Steps that anyone goes with Tab to a thing on a page."""

FOCUS = """() => {
  const here = document.activeElement, look = getComputedStyle(here), box = here.getBoundingClientRect();
  const over = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return {
    said: here.outerHTML.slice(0, 90),
    ring: look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2,
    inSight: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
    free: over === here || here.contains(over) || (over !== null && over.contains(here)),
  };
}"""


def go_to(page: Page, target: Locator) -> None:
    """Go on with Tab until the target has the focus; at every step the focus must be seen."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        seen = page.evaluate(FOCUS)
        assert (seen["ring"], seen["inSight"], seen["free"]) == (True, True, True), seen
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail("the focus never came there")


def test_the_main_job_is_done_by_keyboard_alone(opened: Opened, student: Student) -> None:
    page = opened()
    page.goto("/sign-in")
    go_to(page, page.get_by_label("User name"))
    page.keyboard.type("counselor")
    go_to(page, page.get_by_label("Password"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url("/students/")
    go_to(page, page.get_by_label("Name or student number"))
    page.keyboard.type(student["number"])
    go_to(page, page.get_by_label("Owner"))
    page.keyboard.type("Nobody")
    go_to(page, page.get_by_role("button", name="Show", exact=True))
    page.keyboard.press("Enter")
    page.wait_for_url("**owner=nobody**")
    expect(page.locator("tbody tr")).to_have_count(1)
    go_to(page, page.locator("a.name"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(student["name"])
    go_to(page, page.get_by_role("radio").first)
    page.keyboard.press("Space")
    go_to(page, page.get_by_label("In a sentence"))
    page.keyboard.type("Said by keyboard.")
    go_to(page, page.get_by_role("button", name="Save your view"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Your view is saved.")).to_be_visible()


def test_the_first_step_by_keyboard_leads_past_the_way_round(opened: Opened) -> None:
    page = opened("counselor")
    page.goto("/students/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


@pytest.mark.parametrize("more", [{}, {"viewport": SMALL}], ids=["wide", "small"])
def test_the_main_job_is_done_without_javascript(opened: Opened, student: Student, more: dict[str, Any]) -> None:
    page = opened(java_script_enabled=False, **more)
    sign_in(page, "counselor")
    page.get_by_label("Name or student number").fill(student["number"])
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_role("link", name=student["name"], exact=True).click()
    page.get_by_label("Yes, plan support").check()
    page.get_by_role("button", name="Save your view").click()
    expect(page.get_by_text("Your view is saved.")).to_be_visible()
    page.locator("a.button").filter(has_text="Plan support").click()
    page.get_by_label("What is planned").fill("Reading with a volunteer")
    page.get_by_label("Tier 1: for every student").check()
    page.get_by_label("Goal").fill("Reads a page aloud by January.")
    page.get_by_role("button", name="Save plan").click()
    expect(page.get_by_text("The plan is saved.")).to_be_visible()


def test_the_list_and_a_student_hold_from_right_to_left(opened: Opened, student: Student) -> None:
    for size in (SMALL, {"width": 1280, "height": 900}):
        page = opened("counselor", viewport=size)
        for path in ("/students/", f"/students/{student['key']}/"):
            page.goto(path)
            page.evaluate("document.documentElement.dir = 'rtl'")
            assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), path
            assert page.evaluate("document.scrollingElement.scrollLeft") == 0
