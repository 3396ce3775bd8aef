"""At the door: signing in and out, wrong passwords, cookies, and what is left in the browser afterwards."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opened, sign_in
from tests.browser.served import Served

pytestmark = pytest.mark.needs_browser


def test_signing_in_leads_to_the_list_and_signing_out_back_to_the_door(opened: Opened) -> None:
    page = opened()
    sign_in(page, "colleague")
    expect(page).to_have_url("/students/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("to review")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_wrong_password_is_told_in_words_and_the_words_have_the_focus(opened: Opened) -> None:
    page = opened()
    sign_in(page, "colleague", "not the password")
    told = page.get_by_role("alert")
    expect(told).to_contain_text("do not belong together")
    expect(told).to_be_focused()
    expect(page.get_by_label("User name")).to_have_value("colleague")
    expect(page.get_by_label("Password")).to_have_value("")


def test_too_many_wrong_passwords_lock_the_door_for_a_while_and_say_so(opened: Opened) -> None:
    page = opened()
    for _ in range(5):
        sign_in(page, "locked-out", "not the password")
    expect(page.get_by_role("heading", level=1)).to_have_text("Signing in is locked for a while")
    sign_in(page, "locked-out")
    expect(page.get_by_role("heading", level=1)).to_have_text("Signing in is locked for a while")


def test_each_cookie_is_secure_closed_to_scripts_and_of_this_site_alone(opened: Opened) -> None:
    page = opened()
    sign_in(page, "counselor")
    expect(page).to_have_url("/students/")
    kept = [(one["secure"], one["httpOnly"], one["sameSite"]) for one in page.context.cookies()]
    assert len(kept) >= 1
    assert set(kept) == {(True, True, "Strict")}
    assert page.evaluate("[document.cookie, localStorage.length]") == ["", 0]


def test_going_back_after_signing_out_shows_no_student(opened: Opened, served: Served) -> None:
    page = opened()
    sign_in(page, "counselor")
    page.locator("a.name").first.click()
    page.wait_for_url("**/students/*-*/")
    name = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert name not in page.content()


def test_a_browser_of_another_language_gets_a_page_that_says_which_language_it_is_in(opened: Opened) -> None:
    for locale in ("es-MX", "ar-EG"):
        page = opened("counselor", locale=locale)
        page.goto("/students/")
        assert page.locator("html").get_attribute("lang") == "en"


def test_a_page_of_another_role_and_a_student_of_another_caseload_are_not_shown(opened: Opened, served: Served) -> None:
    other = next(one for one in served.desk.students if one["caseload"] == "C2")
    page = opened("counselor")
    answer = page.goto(f"/students/{other['key']}/")
    assert answer is not None
    assert answer.status == 404
    assert other["name"] not in page.content()
    answer = page.goto("/record/")
    assert answer is not None
    assert answer.status == 403
    expect(page.get_by_role("heading", level=1)).to_have_text("Your role does not include this")
