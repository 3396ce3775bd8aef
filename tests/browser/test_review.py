"""The main job: look through the list, open a student, say yes or no, note, add by hand; what became of it."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opened
from tests.browser.served import Served

pytestmark = pytest.mark.needs_browser
Student = dict[str, Any]


def names(page: Page) -> list[str]:
    return page.locator("tbody a.name").all_inner_texts()


def open_student(page: Page, student: Student) -> None:
    page.goto(f"/students/{student['key']}/")
    expect(page.get_by_role("heading", level=1)).to_have_text(student["name"])


def test_filters_stand_in_the_address_and_narrow_the_list(opened: Opened) -> None:
    page = opened("counselor")
    page.goto("/students/")
    assert len(names(page)) == 25
    page.get_by_label("Owner").select_option(label="Nobody yet")
    page.get_by_label("Changed").select_option("new")
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**changed=new**")
    expect(page.locator("#result")).to_contain_text("found")
    expect(page.locator("tbody tr")).to_have_count(page.locator("td").get_by_text("New on this list").count())
    page.reload()
    expect(page.get_by_label("Owner")).to_have_value("nobody")
    page.get_by_role("link", name="Clear filters").click()
    expect(page.locator("tbody tr")).to_have_count(25)


def test_a_search_finds_a_student_by_name_and_by_number(opened: Opened, student: Student) -> None:
    page = opened("counselor")
    page.goto("/students/")
    for sought in (student["number"], student["name"].split()[0].upper()):
        page.get_by_label("Name or student number").fill(sought)
        page.get_by_role("button", name="Show", exact=True).click()
        expect(page.get_by_role("link", name=student["name"], exact=True)).to_be_visible()
        expect(page.locator("tbody tr")).not_to_have_count(25)


def test_the_second_page_of_the_list_shows_the_rest(opened: Opened) -> None:
    page = opened("counselor")
    page.goto("/students/")
    first = names(page)
    page.get_by_role("link", name="Next page").click()
    page.wait_for_url("**page=2**")
    expect(page.locator("[aria-current=page]").filter(has_text="2")).to_be_visible()
    rest = names(page)
    assert rest
    assert not set(first) & set(rest)


def test_a_student_opens_from_the_list_with_reasons_and_nothing_chosen(opened: Opened) -> None:
    page = opened("counselor")
    page.goto("/students/")
    page.locator("a.name").first.click()
    page.wait_for_url("**/students/*-*/")
    expect(page.get_by_role("heading", name="What helps already")).to_be_visible()
    expect(page.get_by_role("group", name="Does this student need support now?")).to_be_visible()
    assert page.locator("input[type=radio]:checked").count() == 0


def test_a_view_without_a_choice_is_sent_back_with_its_words_and_a_focused_summary(
    opened: Opened, student: Student
) -> None:
    page = opened("counselor")
    open_student(page, student)
    page.get_by_label("In a sentence").fill("I saw progress in class.")
    page.get_by_role("button", name="Save your view").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    assert page.title().startswith("Error:")
    expect(page.get_by_label("In a sentence")).to_have_value("I saw progress in class.")
    summary.get_by_role("link").first.click()
    expect(page.get_by_role("radio").first).to_be_focused()
    page.get_by_label("No: not needed now").check()
    page.get_by_role("button", name="Save your view").click()
    expect(page.get_by_role("status").filter(has_text="saved")).to_be_visible()
    expect(page.get_by_text("I saw progress in class.")).to_be_visible()


def test_a_yes_takes_one_click_and_leads_to_a_plan(opened: Opened, student: Student) -> None:
    page = opened("counselor")
    open_student(page, student)
    page.get_by_label("Yes, plan support").check()
    page.get_by_role("button", name="Save your view").click()
    expect(page.get_by_role("status").filter(has_text="Your view is saved.")).to_be_visible()
    expect(page.get_by_text("Support to plan")).to_be_visible()


def test_wrong_data_reach_the_data_team_and_come_back_corrected(opened: Opened, student: Student) -> None:
    page = opened("counselor")
    open_student(page, student)
    page.get_by_label("No: the data are wrong").check()
    page.get_by_label("In a sentence").fill("The reading result is of another student.")
    page.get_by_role("button", name="Save your view").click()
    team = opened("data")
    team.goto("/corrections/")
    line = team.get_by_role("row").filter(has_text=student["number"])
    expect(line).to_contain_text("The reading result is of another student.")
    line.get_by_label("What was corrected").fill("The right result is entered.")
    line.get_by_role("button", name="Close this line").click()
    expect(team.get_by_role("status")).to_contain_text("Closed")
    page.reload()
    expect(page.get_by_text("The right result is entered.")).to_be_visible()


def test_a_note_for_counselors_alone_is_not_shown_to_the_school_lead(opened: Opened, student: Student) -> None:
    page, lead = opened("counselor"), opened("lead")
    open_student(page, student)
    page.get_by_text("Write a note").click()
    page.get_by_label("Note", exact=True).fill("Only counselors read this <b>line</b>.")
    page.get_by_label("Counselor", exact=True).check()
    page.get_by_role("button", name="Save note").click()
    expect(page.get_by_text("Only counselors read this <b>line</b>.")).to_be_visible()
    open_student(lead, student)
    assert "Only counselors read this" not in lead.content()


def test_a_student_who_was_not_flagged_is_found_and_added_by_hand(opened: Opened, served: Served) -> None:
    one = next(one for one in served.desk.students if one["caseload"] == "C1" and one["scored"] and not one["flagged"])
    page = opened("counselor")
    page.goto("/students/find")
    page.get_by_label("Name or student number").fill(one["number"])
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("link", name=one["name"], exact=True).click()
    page.get_by_label("Why this student should be on the list").fill("Comes late since the family moved.")
    page.get_by_role("button", name="Add to the list").click()
    expect(page.get_by_role("status")).to_contain_text("Added to the list.")
    page.goto(f"/students/?q={one['number']}")
    expect(page.get_by_role("row").filter(has_text=one["name"])).to_contain_text("Added by hand")


def test_hostile_names_are_shown_as_they_are_and_do_nothing(opened: Opened, served: Served) -> None:
    hostile = [one for one in served.desk.students if one["hostile"]]
    assert len(hostile) == 5
    page = opened("counselor")
    page.on("dialog", lambda dialog: pytest.fail(f"a name ran: {dialog.message}"))
    for one in hostile:
        page.goto(f"/students/{one['key']}/")
        expect(page.get_by_role("heading", level=1)).to_contain_text(one["name"])
        assert page.locator("main img").count() == 0


def test_the_record_shows_what_was_just_done_of_this_student(opened: Opened, student: Student) -> None:
    page, admin = opened("counselor"), opened("admin")
    open_student(page, student)
    page.get_by_label("Yes, plan support").check()
    page.get_by_role("button", name="Save your view").click()
    expect(page.get_by_role("status").filter(has_text="Your view is saved.")).to_be_visible()
    page.goto("/record/")
    admin.goto("/record/")
    expect(admin.get_by_role("row").filter(has_text="refused").filter(has_text="counselor").first).to_be_visible()
    admin.get_by_label("Student number").fill(student["number"])
    admin.get_by_role("button", name="Show", exact=True).click()
    admin.wait_for_url("**student=**")
    rows = admin.get_by_role("row").filter(has_text="counselor")
    expect(rows.filter(has_text="Student's page").first).to_be_visible()
    expect(rows.filter(has_text="view: agree").first).to_be_visible()


def test_school_pages_tell_sums_to_lead_and_analyst_and_name_nobody(opened: Opened, served: Served) -> None:
    own = [one["name"] for one in served.desk.students if not one["hostile"]]
    for who in ("lead", "analyst"):
        page = opened(who)
        page.goto("/schools/")
        expect(page.get_by_role("table").first).to_be_visible()
        content = page.content()
        assert [name for name in own if name in content] == []
