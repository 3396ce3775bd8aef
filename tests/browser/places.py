"""Every page of the desk and how a person comes to it: who, where, and what is done there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from tests.browser.fill import HOSTILE
from tests.browser.served import Desk


def _nothing(page: Page) -> None:
    """It is enough to come."""


@dataclass(frozen=True)
class Place:
    """A page. ``path`` may name students as in `names_of`; what is done there must leave the desk as it was."""

    name: str
    who: str
    path: str
    does: Callable[[Page], None] = _nothing
    prints: bool = True


def press(name: str) -> Callable[[Page], None]:
    """Press a button without filling anything in, past the browser's own look at the form."""

    def pressed(page: Page) -> None:
        page.get_by_role("button", name=name, exact=True).first.click()

    return pressed


def _wrong_password(page: Page) -> None:
    page.get_by_label("User name").fill("nobody")
    page.get_by_label("Password").fill("a wrong one")
    page.get_by_role("button", name="Sign in").click()


def _locked(page: Page) -> None:
    for _ in range(6):
        if page.get_by_label("User name").count():
            page.get_by_label("User name").fill("locked-out")
            page.get_by_label("Password").fill("a wrong one")
            page.get_by_role("button", name="Sign in").click()


def _empty_note(page: Page) -> None:
    page.get_by_text("Write a note").first.click()
    press("Save note")(page)


def _old_edition(page: Page) -> None:
    page.get_by_label("Goal").fill("Tells a story that nobody had told before.")
    page.locator("input[name=edition]").evaluate("field => { field.value = 99 }")
    page.get_by_role("button", name="Save change").click()


def _unfit_days(page: Page) -> None:
    page.get_by_label("Start").fill("2026-11-20")
    page.get_by_label("End").fill("2026-11-01")
    page.get_by_role("button", name="Save plan").click()


PLACES = (
    Place("sign-in", "", "/sign-in"),
    Place("sign-in-refused", "", "/sign-in", _wrong_password),
    Place("sign-in-locked", "", "/sign-in", _locked),
    Place("password", "counselor", "/password"),
    Place("password-refused", "counselor", "/password", press("Change password")),
    Place("students", "counselor", "/students/"),
    Place("students-of-a-school", "lead", "/students/"),
    Place("students-page-2", "counselor", "/students/?page=2"),
    Place("students-filtered", "counselor", "/students/?grade=1&status=&q=first"),
    Place("students-none-found", "counselor", "/students/?q=nobody+has+this+name"),
    Place("students-none-here", "colleague", "/students/?status=moved"),
    Place("not-enough-data", "counselor", "/students/not-enough-data"),
    Place("find", "counselor", "/students/find"),
    Place("find-found", "counselor", "/students/find?q=first1"),
    Place("student", "counselor", "/students/{plain}/"),
    Place("student-with-plan", "counselor", "/students/{planned}/"),
    Place("student-with-notes", "counselor", "/students/{noted}/"),
    Place("student-not-listed", "counselor", "/students/{unlisted}/"),
    Place("student-without-data", "counselor", "/students/{unscored}/"),
    *(Place(f"student-{name}", "counselor", f"/students/{{{name}}}/") for name in HOSTILE),
    Place("decide-refused", "counselor", "/students/{plain}/", press("Save your view")),
    Place("note-refused", "counselor", "/students/{plain}/", _empty_note),
    Place("plan-new", "counselor", "/students/{plain}/plans/new"),
    Place("plan-refused", "counselor", "/students/{plain}/plans/new", _unfit_days),
    Place("plan", "counselor", "/students/{planned}/plans/{plan}/"),
    Place("plan-changed-by-two", "counselor", "/students/{planned}/plans/{plan}/", _old_edition),
    Place("plan-end-refused", "counselor", "/students/{planned}/plans/{plan}/", press("End this plan")),
    Place("plans", "counselor", "/plans/"),
    Place("plans-ended", "counselor", "/plans/?show=ended"),
    Place("meeting", "counselor", "/meeting?s={plain}&s={planned}&s={long}"),
    Place("meeting-nobody", "counselor", "/meeting"),
    Place("family", "counselor", "/students/{plain}/family"),
    Place("family-right-to-left", "counselor", "/students/{right-to-left}/family"),
    Place("schools-lead", "lead", "/schools/"),
    Place("schools", "analyst", "/schools/"),
    Place("corrections", "data", "/corrections/"),
    Place("corrections-closed", "data", "/corrections/?show=closed"),
    Place("correction-refused", "data", "/corrections/", press("Close this line")),
    Place("accounts", "data", "/accounts/review/account/", prints=False),
    Place("account-new", "data", "/accounts/review/account/add/", prints=False),
    Place("record", "admin", "/record/"),
    Place("record-refused", "admin", "/record/?student=none-such"),
    Place("about", "counselor", "/about/"),
    Place("audit", "counselor", "/about/audit"),
    Place("no-such-page", "counselor", "/students/nobody"),
    Place("not-of-this-role", "analyst", "/record/"),
)


def names_of(desk: Desk) -> dict[str, Any]:
    """Give the students that paths name: one for each kind."""
    own = [one for one in desk.students if one["caseload"] == "C1"]
    flagged = [one for one in own if one["flagged"]]
    plain = [one for one in flagged if not one["hostile"] and one["review"] == "to_review"]
    planned = next(one for one in flagged if one["plan"])
    kinds = {
        "plain": plain[0],
        "noted": next(one for one in flagged if one["notes"]),
        "planned": planned,
        "unlisted": next(one for one in own if one["scored"] and not one["flagged"]),
        "unscored": next(one for one in own if not one["scored"]),
        **{one["hostile"]: one for one in flagged if one["hostile"]},
    }
    return {name: one["key"] for name, one in kinds.items()} | {"plan": planned["plan"]}
