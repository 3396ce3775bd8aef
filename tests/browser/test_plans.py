"""Plans: written, sent back, saved, looked at, and changed by two people at once."""

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opened

pytestmark = pytest.mark.needs_browser
Student = dict[str, Any]


def fill(page: Page, goal: str) -> None:
    page.get_by_label("What is planned").fill("Reading with a volunteer")
    page.get_by_label("Tier 2: in a small group").check()
    page.get_by_label("Goal").fill(goal)


def planned(page: Page, student: Student, goal: str) -> None:
    page.goto(f"/students/{student['key']}/plans/new")
    fill(page, goal)
    page.get_by_role("button", name="Save plan").click()
    expect(page.get_by_role("status")).to_contain_text("The plan is saved.")


def test_an_empty_plan_is_sent_back_with_every_fault_at_once(opened: Opened, student: Student) -> None:
    page = opened("counselor")
    page.goto(f"/students/{student['key']}/plans/new")
    page.get_by_role("button", name="Save plan").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("listitem")).to_have_count(3)
    summary.get_by_role("link").filter(has_text="goal").click()
    expect(page.get_by_label("Goal")).to_be_focused()


def test_a_plan_is_saved_and_stands_on_the_list_and_on_the_students_page(opened: Opened, student: Student) -> None:
    page = opened("counselor")
    planned(page, student, "Reads a page aloud by January.")
    page.goto("/plans/")
    row = page.get_by_role("row").filter(has_text=student["name"])
    expect(row).to_contain_text("Reading with a volunteer")
    page.goto(f"/students/{student['key']}/")
    expect(page.get_by_text("Plan active").first).to_be_visible()


def test_a_plan_is_looked_at_and_ended(opened: Opened, student: Student) -> None:
    page = opened("counselor")
    planned(page, student, "Reads a page aloud by January.")
    page.get_by_label("How does it go?").fill("Two lines read without help.")
    page.get_by_role("button", name="Save check").click()
    expect(page.get_by_role("status")).to_contain_text("The check is saved.")
    expect(page.get_by_text("Two lines read without help.")).to_be_visible()
    page.get_by_label("How did it go?").fill("Reads whole pages now.")
    page.get_by_role("button", name="End this plan").click()
    expect(page.get_by_role("status")).to_contain_text("The plan is ended.")
    expect(page.get_by_text(f"This plan ended on {date.today():%-d %B %Y}.")).to_be_visible()


def test_of_two_who_change_a_plan_the_later_sees_both_texts_and_neither_is_lost(
    opened: Opened, student: Student
) -> None:
    first, second = opened("counselor"), opened("lead")
    planned(first, student, "Reads a page aloud by January.")
    second.goto(first.url)
    first.get_by_label("Goal").fill("Reads a page aloud by December.")
    second.get_by_label("Goal").fill("Tells a story to the class.")
    first.get_by_role("button", name="Save change").click()
    expect(first.get_by_role("status")).to_contain_text("The plan is saved.")
    with second.expect_response(lambda response: response.request.method == "POST") as answered:
        second.get_by_role("button", name="Save change").click()
    assert answered.value.status == 409
    expect(second.get_by_role("heading", level=1)).to_have_text("Somebody else saved this first")
    expect(second.get_by_text("Reads a page aloud by December.")).to_be_visible()
    expect(second.get_by_text("Tells a story to the class.")).to_be_visible()
    second.get_by_role("button", name="Put yours in its place").click()
    expect(second.get_by_role("status")).to_contain_text("The plan is saved.")
    first.reload()
    expect(first.get_by_label("Goal")).to_have_value("Tells a story to the class.")
    first.get_by_text("What the plan was before").click()
    expect(first.get_by_text("Reads a page aloud by December.").first).to_be_visible()
