"""Hostile names and sentences through every page of what people do at the desk: shown as written, run by nobody."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from earlywarn.review.models import Account, Plan, Role
from tests.review.desk_words import HOSTILE, of, send, student_of
from tests.review.made import Made, made_account, made_desk

pytestmark = pytest.mark.django_db
PLANTED = ("<script>alert", "<img src=x")


def _pages(client: Client, clerk: Client, entry: Any, plan: Plan) -> list[Any]:
    page = of(entry, f"plans/{plan.pk}/")
    addresses = (of(entry), of(entry, "family"), of(entry, "plans/new"), f"/meeting?s={entry.student.key}", page)
    return [
        *(client.get(address) for address in (*addresses, "/plans/")),
        send(client, of(entry, "decide")),
        *(clerk.get(f"/corrections/?show={show}") for show in ("open", "closed")),
    ]


@pytest.mark.parametrize("text", HOSTILE, ids=("script", "formula", "rtl", "long", "emoji", "quote"))
def test_a_hostile_text_in_every_field_stays_a_text(text: str, db: None) -> None:
    made = Made()
    desk = made_desk(made, [text] * made.students)
    counselor = made_account(Role.COUNSELOR, first_name=text[:150], last_name="Writer")
    client, clerk = Client(), Client()
    client.force_login(counselor)
    clerk.force_login(made_account(Role.DATA))
    entry, words, today = student_of(desk), text[:2000], timezone.localdate().isoformat()
    assert send(client, of(entry, "decide"), view="data", words=words).status_code == 302
    assert send(client, of(entry, "note"), words=words, roles=["counselor"]).status_code == 302
    fields = {"type": text[:100], "tier": "1", "goal": words, "owner": counselor.pk, "start": today}
    assert send(client, of(entry, "plans/new"), **fields).status_code == 302
    plan = Plan.objects.get()
    page = of(entry, f"plans/{plan.pk}/")
    assert send(client, page, **fields, edition=1, end=plan.start.isoformat()).status_code == 302
    conflict = send(client, page, **(fields | {"goal": f"{words[:1900]} again"}), edition=1)
    assert conflict.status_code == 409
    assert send(client, page + "check", on=today, words=words).status_code == 302
    assert send(client, page + "end", words=words).status_code == 302
    by_hand = student_of(desk, flagged=False)
    assert send(client, of(by_hand, "add"), words=words).status_code == 302
    number = desk.publication.entries.get(pk=entry.pk).student.decisions.get(view="data").pk
    assert clerk.post(f"/corrections/{number}/done", {"words": words}).status_code == 302
    for shown in (*_pages(client, clerk, entry, plan), conflict):
        assert shown.status_code in (200, 409, 422)
        assert not [planted for planted in PLANTED if planted in shown.text]


@pytest.mark.parametrize("text", HOSTILE, ids=("script", "formula", "rtl", "long", "emoji", "quote"))
@pytest.mark.parametrize("address", ["decide", "add", "note", "plans/new"])
def test_a_hostile_text_in_every_field_of_a_form_that_is_refused_comes_back_as_a_text(
    text: str, address: str, desk: Any, as_counselor: Client, counselor: Account
) -> None:
    names = ("view", "words", "roles", "type", "tier", "goal", "owner", "start", "end", "next_check", "edition")
    answer = send(as_counselor, of(student_of(desk), address), **dict.fromkeys(names, text))
    assert answer.status_code == 422
    assert not [planted for planted in PLANTED if planted in answer.text]
    plain = answer.context["form"]["words" if address != "plans/new" else "goal"].value()
    assert plain == text


def test_letters_that_no_text_has_are_left_out_or_refused(desk: Any, as_counselor: Client) -> None:
    entry = student_of(desk)
    for broken in ("a\x00b", "a\x1b[31mb", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")):
        answer = as_counselor.post(of(entry, "note"), {"form": str(uuid4()), "words": broken})
        assert answer.status_code == 302
    assert "\x00" not in "".join(entry.student.notes.values_list("words", flat=True))
