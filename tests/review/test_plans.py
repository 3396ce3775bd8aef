"""Plans: made, changed, looked at, ended; two who change one at a time; days that do not fit."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from earlywarn.review.load import Published
from earlywarn.review.models import Account, Entry, Plan, PlanCheck, PlanEdit, Review, Role, Student
from earlywarn.review.plans import make
from tests.review.desk_words import of, planned_by, send, student_of
from tests.review.made import made_account

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def fields_of(plan: Plan, **more: Any) -> dict[str, Any]:
    names = ("type", "tier", "goal", "start", "end", "next_check", "edition")
    fields = {name: getattr(plan, name) for name in names} | {"owner": plan.owner_id} | more
    return {name: "" if value is None else str(value) for name, value in fields.items()}


def made_plan(desk: Published, account: Account, place: int = 0, **more: Any) -> tuple[Entry, Plan]:
    entry = student_of(desk, place)
    return entry, make(entry, account, planned_by(account, **more), uuid4())


def _student(entry: Entry) -> Student:
    return Student.objects.get(pk=entry.student_id)


def _new(client: Client, entry: Entry, owner: Account, **more: Any) -> Any:
    usual = {"type": "Tutoring in reading", "tier": "2", "goal": "Reads a page.", "owner": owner.pk}
    return send(client, of(entry, "plans/new"), **{**usual, "start": timezone.localdate().isoformat(), **more})


def test_a_plan_takes_six_weeks_and_a_look_a_week_unless_told_otherwise(
    desk: Published, as_counselor: Client, counselor: Account
) -> None:
    entry, today = student_of(desk), timezone.localdate()
    assert as_counselor.get(of(entry, "plans/new")).status_code == 200
    answer = _new(as_counselor, entry, counselor)
    plan = Plan.objects.get()
    assert (answer.status_code, answer.url) == (302, of(entry, f"plans/{plan.pk}/"))
    assert (plan.start, plan.end, plan.next_check) == (today, today + 42 * DAY, today + 7 * DAY)
    assert (plan.publication, plan.by, plan.owner) == (desk.publication, counselor, counselor)
    student = _student(entry)
    assert (student.review, student.owner, student.next_check) == (Review.PLAN, counselor, plan.next_check)
    assert as_counselor.get(answer.url).status_code == 200


def test_a_second_click_makes_no_second_plan(desk: Published, as_counselor: Client, counselor: Account) -> None:
    entry, form = student_of(desk), str(uuid4())
    first, second = (_new(as_counselor, entry, counselor, form=form) for _click in range(2))
    assert first.url == second.url
    assert Plan.objects.count() == 1


def test_all_that_does_not_fit_is_said_at_once(desk: Published, as_counselor: Client, counselor: Account) -> None:
    entry, start = student_of(desk), timezone.localdate() + 400 * DAY
    answer = _new(
        as_counselor, entry, made_account(Role.DATA), type="", tier="9", goal="", start=start.isoformat(),
        end=(start - DAY).isoformat(), next_check=(start - 2 * DAY).isoformat(),
    )  # fmt: skip
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"type", "tier", "goal", "owner", "start", "end", "next_check"}
    assert not Plan.objects.exists()
    assert _student(entry).review == Review.TO_REVIEW


@pytest.mark.parametrize(
    ("days", "wrong"),
    [
        ({"end": -1}, {"end"}),
        ({"end": 400}, {"end"}),
        ({"end": 7, "next_check": 8}, {"next_check"}),
        ({"next_check": -1}, {"next_check"}),
        ({"end": 0}, set()),
        ({"end": 3}, set()),
        ({"end": 7, "next_check": 7}, set()),
    ],
)
def test_days_of_a_plan_fit_together(
    desk: Published, as_counselor: Client, counselor: Account, days: dict[str, int], wrong: set[str]
) -> None:
    today = timezone.localdate()
    answer = _new(
        as_counselor,
        student_of(desk),
        counselor,
        **{name: (today + count * DAY).isoformat() for name, count in days.items()},
    )
    assert answer.status_code == (422 if wrong else 302)
    if wrong:
        assert set(answer.context["form"].errors) == wrong
    else:
        plan = Plan.objects.get()
        assert plan.next_check is not None
        assert plan.start <= plan.next_check <= plan.end


@pytest.mark.parametrize("start", ["9999-12-31", "0001-01-01", "soon", "2026-02-30", ""])
def test_a_start_that_cannot_be_is_refused(
    desk: Published, as_counselor: Client, counselor: Account, start: str
) -> None:
    answer = _new(as_counselor, student_of(desk), counselor, start=start)
    assert answer.status_code == 422
    assert "start" in answer.context["form"].errors


def test_only_who_may_see_the_student_can_look_after_the_plan(
    desk: Published, as_counselor: Client, counselor: Account
) -> None:
    lead = made_account(Role.LEAD)
    gone = made_account(Role.COUNSELOR, "gone", is_active=False)
    others = [made_account(Role.COUNSELOR, "other", caseloads=["C2"]), made_account(Role.DATA), gone]
    entry = student_of(desk)
    offered = [pk for pk, _words in as_counselor.get(of(entry, "plans/new")).context["form"].fields["owner"].choices]
    assert set(offered) == {"", counselor.pk, lead.pk}
    for other in others:
        assert _new(as_counselor, entry, other).status_code == 422
    assert _new(as_counselor, entry, lead).status_code == 302
    assert _student(entry).owner == lead


# ── changes ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_change_is_kept_and_so_is_what_was_before(desk: Published, as_counselor: Client, counselor: Account) -> None:
    entry, plan = made_plan(desk, counselor)
    page = of(entry, f"plans/{plan.pk}/")
    answer = send(as_counselor, page, **fields_of(plan, goal="Reads a chapter."))
    assert (answer.status_code, answer.url) == (302, page)
    plan.refresh_from_db()
    assert (plan.goal, plan.edition) == ("Reads a chapter.", 2)
    edit = PlanEdit.objects.get()
    assert (edit.before["goal"], edit.before["edition"], edit.by) == ("Reads a page aloud.", 1, counselor)
    shown = as_counselor.get(page).text
    assert "Reads a chapter." in shown
    assert "Reads a page aloud." in shown


def test_what_was_planned_stays_in_the_words_of_who_planned_it(
    desk: Published, as_counselor: Client, counselor: Account
) -> None:
    entry, plan = made_plan(desk, counselor)
    as_lead = Client()
    as_lead.force_login(made_account(Role.LEAD))
    for edition, goal in ((1, "Of the lead."), (2, "Of the lead again.")):
        send(as_lead, of(entry, f"plans/{plan.pk}/"), **fields_of(plan, goal=goal, edition=edition))
    events = send(as_counselor, of(entry, "decide")).context["so_far"].events
    assert [(event.by, event.words) for event in events] == [
        ("lead", ""),
        ("lead", ""),
        ("counselor", "Reads a page aloud."),
    ]


def test_a_second_click_on_a_change_and_a_change_of_nothing_are_no_news(
    desk: Published, as_counselor: Client, counselor: Account
) -> None:
    entry, plan = made_plan(desk, counselor)
    page, form = of(entry, f"plans/{plan.pk}/"), str(uuid4())
    sent = fields_of(plan, goal="Reads a chapter.", form=form)
    assert send(as_counselor, page, **sent).url == send(as_counselor, page, **sent).url == page
    plan.refresh_from_db()
    assert send(as_counselor, page, **fields_of(plan)).status_code == 302
    assert PlanEdit.objects.count() == 1


def test_the_later_of_two_editors_sees_both_texts_and_loses_neither(
    desk: Published, as_counselor: Client, counselor: Account
) -> None:
    entry, plan = made_plan(desk, counselor)
    page, as_lead = of(entry, f"plans/{plan.pk}/"), Client()
    as_lead.force_login(made_account(Role.LEAD))
    send(as_lead, page, **fields_of(plan, goal="The goal of the lead."))
    answer = send(as_counselor, page, **fields_of(plan, goal="The goal of the counselor."))
    assert answer.status_code == 409
    assert "The goal of the lead." in answer.text
    assert "The goal of the counselor." in answer.text
    assert [side.label for side in answer.context["yours"] if side.differs] == ["Goal"]
    assert answer.context["saved_by"] == "lead"
    plan.refresh_from_db()
    assert (plan.goal, plan.edition) == ("The goal of the lead.", 2)
    ours = answer.context["form"]
    sent = {field.html_name: field.value() for field in ours}
    assert as_counselor.post(answer.context["save_url"], sent).status_code == 302
    plan.refresh_from_db()
    assert plan.goal == "The goal of the counselor."
    assert [edit.before["goal"] for edit in PlanEdit.objects.order_by("pk")] == [
        "Reads a page aloud.",
        "The goal of the lead.",
    ]


def test_a_check_meanwhile_is_a_change_too(desk: Published, as_counselor: Client, counselor: Account) -> None:
    entry, plan = made_plan(desk, counselor)
    send(as_counselor, of(entry, f"plans/{plan.pk}/check"), on=timezone.localdate().isoformat(), words="Well.")
    answer = send(as_counselor, of(entry, f"plans/{plan.pk}/"), **fields_of(plan, goal="Other."))
    assert answer.status_code == 409


def test_a_plan_that_ended_meanwhile_is_not_changed_and_the_words_are_shown(
    desk: Published, as_counselor: Client, counselor: Account
) -> None:
    entry, plan = made_plan(desk, counselor)
    page = of(entry, f"plans/{plan.pk}/")
    send(as_counselor, page + "end", words="Reached.")
    answer = send(as_counselor, page, **fields_of(plan, goal="Other words."))
    assert answer.status_code == 409
    assert "Other words." in answer.text
    assert answer.context["form"] is None
    assert Plan.objects.get().goal == "Reads a page aloud."
    assert as_counselor.get(page).status_code == 200


def test_a_change_that_does_not_fit_comes_back_with_its_words(
    desk: Published, as_counselor: Client, counselor: Account
) -> None:
    entry, plan = made_plan(desk, counselor)
    answer = send(as_counselor, of(entry, f"plans/{plan.pk}/"), **fields_of(plan, goal="Mine.", end="2000-01-01"))
    assert answer.status_code == 422
    assert "Mine." in answer.text
    assert set(answer.context["form"].errors) == {"end", "next_check"}


def test_a_plan_of_another_student_is_not_there(desk: Published, as_counselor: Client, counselor: Account) -> None:
    _entry, plan = made_plan(desk, counselor)
    other = student_of(desk, 1)
    for what in ("", "check", "end"):
        assert send(as_counselor, of(other, f"plans/{plan.pk}/{what}"), words="Seen.").status_code == 404
    assert as_counselor.get(of(other, f"plans/{plan.pk}/")).status_code == 404
    assert not PlanCheck.objects.exists()


# ── looks and ends ──────────────────────────────────────────────────────────────────────────────────


def test_a_look_sets_the_next_a_week_on_and_never_after_the_end(
    desk: Published, as_counselor: Client, counselor: Account
) -> None:
    today = timezone.localdate()
    entry, plan = made_plan(desk, counselor, start=today - 14 * DAY, end=today + 3 * DAY, next_check=today)
    page = of(entry, f"plans/{plan.pk}/check")
    expected = ((today - 7 * DAY, today), (today, today + 3 * DAY), (today - 9 * DAY, today + 3 * DAY))
    for on, following in expected:
        assert send(as_counselor, page, on=on.isoformat(), words=f"Seen on {on}.").status_code == 302
        plan.refresh_from_db()
        assert plan.next_check == following
        assert _student(entry).next_check == following


def test_after_the_last_look_the_end_of_the_plan_is_what_is_due(
    desk: Published, as_counselor: Client, counselor: Account
) -> None:
    today = timezone.localdate()
    entry, plan = made_plan(desk, counselor, start=today - 14 * DAY, end=today, next_check=today)
    send(as_counselor, of(entry, f"plans/{plan.pk}/check"), on=today.isoformat(), words="Well.")
    plan.refresh_from_db()
    assert plan.next_check is None
    assert _student(entry).next_check == plan.due == today


@pytest.mark.parametrize("days", [-15, 1])
def test_a_look_lies_between_the_start_and_today(
    desk: Published, as_counselor: Client, counselor: Account, days: int
) -> None:
    today = timezone.localdate()
    entry, plan = made_plan(desk, counselor, start=today - 14 * DAY)
    answer = send(as_counselor, of(entry, f"plans/{plan.pk}/check"), on=(today + days * DAY).isoformat(), words="Seen.")
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"on"}
    assert not PlanCheck.objects.exists()


def test_a_second_click_on_a_look_keeps_one(desk: Published, as_counselor: Client, counselor: Account) -> None:
    entry, plan = made_plan(desk, counselor)
    form, today = str(uuid4()), timezone.localdate().isoformat()
    for _click in range(2):
        send(as_counselor, of(entry, f"plans/{plan.pk}/check"), on=today, words="Well.", form=form)
    plan.refresh_from_db()
    assert (PlanCheck.objects.count(), plan.edition) == (1, 2)


def test_an_ended_plan_leads_back_to_review_unless_another_is_active(
    desk: Published, as_counselor: Client, counselor: Account
) -> None:
    entry, first = made_plan(desk, counselor)
    second = make(entry, counselor, planned_by(counselor, next_check=timezone.localdate() + 3 * DAY), uuid4())
    assert _student(entry).next_check == second.next_check
    for plan, review, following in ((second, Review.PLAN, first.next_check), (first, Review.TO_REVIEW, None)):
        answer = send(as_counselor, of(entry, f"plans/{plan.pk}/end"), words="Reached.")
        assert (answer.status_code, answer.url) == (302, of(entry, f"plans/{plan.pk}/"))
        student = _student(entry)
        assert (student.review, student.next_check) == (review, following)
        plan.refresh_from_db()
        assert plan.ended_on == timezone.localdate()
    assert PlanCheck.objects.count() == 2


def test_words_on_a_plan_that_somebody_ended_first_are_kept(
    desk: Published, as_counselor: Client, counselor: Account
) -> None:
    entry, plan = made_plan(desk, counselor)
    page, today = of(entry, f"plans/{plan.pk}/"), timezone.localdate()
    for words in ("Reached.", "I think so too."):
        send(as_counselor, page + "end", words=words)
    send(as_counselor, page + "check", on=today.isoformat(), words="Seen after.")
    plan.refresh_from_db()
    assert (plan.ended_on, plan.next_check, PlanCheck.objects.count()) == (today, None, 3)


def test_an_end_does_not_undo_what_somebody_decided(desk: Published, as_counselor: Client, counselor: Account) -> None:
    entry, plan = made_plan(desk, counselor)
    send(as_counselor, of(entry, "decide"), view="moved")
    send(as_counselor, of(entry, f"plans/{plan.pk}/end"), words="Moved away.")
    assert _student(entry).review == Review.MOVED


# ── the list ────────────────────────────────────────────────────────────────────────────────────────


def test_the_list_has_own_students_plans_alone_those_due_first(
    desk: Published, as_counselor: Client, counselor: Account
) -> None:
    today = timezone.localdate()
    checks = (today + 5 * DAY, today - 2 * DAY, None, today)
    for place, check in enumerate(checks):
        made_plan(desk, counselor, place, start=today - 7 * DAY, end=today + 20 * DAY, next_check=check)
    make(student_of(desk, counselor="C2"), counselor, planned_by(counselor), uuid4())
    rows = as_counselor.get("/plans/").context["rows"]
    assert [(row.due - today).days for row in rows] == [-2, 0, 5, 20]
    assert [row.is_due for row in rows] == [True, True, False, False]
    assert {row.school for row in rows} == {"S1"}


def test_ended_plans_have_a_list_of_their_own(desk: Published, as_counselor: Client, counselor: Account) -> None:
    entry, plan = made_plan(desk, counselor)
    made_plan(desk, counselor, 1)
    send(as_counselor, of(entry, f"plans/{plan.pk}/end"), words="Reached.")
    assert [row.number for row in as_counselor.get("/plans/?show=ended").context["rows"]] == [plan.pk]
    assert plan.pk not in [row.number for row in as_counselor.get("/plans/").context["rows"]]
    assert as_counselor.get("/plans/?show=<script>&page=x").status_code == 200


def test_a_longer_list_of_plans_asks_the_database_no_more(
    desk: Published, as_counselor: Client, counselor: Account, django_assert_max_num_queries: Any
) -> None:
    counts = []
    as_counselor.get("/plans/")  # the first request of a session writes it
    for place in range(6):
        made_plan(desk, counselor, place)
        if place in (0, 5):
            with django_assert_max_num_queries(20) as asked:
                as_counselor.get("/plans/")
            counts.append(len(asked))
    assert counts[0] == counts[1]
