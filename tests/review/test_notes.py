"""Notes: read by those for whom they were written, and never altered."""

from uuid import uuid4

import pytest
from django.test import Client

from earlywarn.review.load import Published
from earlywarn.review.models import Account, Note, Role
from earlywarn.review.notes import notes_for
from tests.review.desk_words import of, send, student_of
from tests.review.made import made_account

pytestmark = pytest.mark.django_db
SECRET = "Talked with the court."


@pytest.fixture
def lead(db: None) -> Account:
    return made_account(Role.LEAD)


@pytest.fixture
def as_lead(lead: Account) -> Client:
    client = Client()
    client.force_login(lead)
    return client


def test_a_note_is_kept_once_however_often_it_is_sent(
    desk: Published, as_counselor: Client, counselor: Account
) -> None:
    entry, form = student_of(desk), str(uuid4())
    for _click in range(2):
        answer = send(as_counselor, of(entry, "note"), words="Called the family.", form=form)
        assert (answer.status_code, answer.url) == (302, of(entry))
    note = Note.objects.get()
    assert (note.student, note.by, note.words, note.roles) == (entry.student, counselor, "Called the family.", [])


def test_a_note_has_words_and_at_most_2000_letters_and_readers_who_see_students(
    desk: Published, as_counselor: Client
) -> None:
    entry = student_of(desk)
    for wrong in ({"words": " "}, {"words": "x" * 2001}, {"words": "Seen.", "roles": "analyst"}):
        answer = send(as_counselor, of(entry, "note"), **wrong)
        assert answer.status_code == 422
        assert answer.context["form"].errors
    assert not Note.objects.exists()


def test_a_note_for_leads_is_read_by_them_and_its_writer_alone(
    desk: Published, as_counselor: Client, counselor: Account, as_lead: Client, lead: Account
) -> None:
    entry = student_of(desk)
    send(as_lead, of(entry, "note"), words=SECRET, roles=["lead"])
    other_lead = made_account(Role.LEAD, "other")
    assert notes_for(counselor, entry.student_id) == []
    assert [note.words for note in notes_for(lead, entry.student_id)] == [SECRET]
    assert [note.words for note in notes_for(other_lead, entry.student_id)] == [SECRET]
    send(as_counselor, of(entry, "note"), words="Mine, for leads.", roles=["lead"])
    assert [note.words for note in notes_for(counselor, entry.student_id)] == ["Mine, for leads."]


def test_a_note_for_leads_is_on_no_page_and_no_sheet_of_a_counselor(
    desk: Published, as_counselor: Client, as_lead: Client
) -> None:
    entry = student_of(desk)
    send(as_lead, of(entry, "note"), words=SECRET, roles=["lead"])
    send(as_lead, of(entry, "note"), words="For everybody.")
    again = send(as_counselor, of(entry, "decide"))
    assert "For everybody." in again.text
    assert SECRET not in again.text
    assert SECRET in send(as_lead, of(entry, "decide")).text
    for address in (of(entry), of(entry, "family"), f"/meeting?s={entry.student.key}", "/students/", "/plans/"):
        page = as_counselor.get(address)
        assert page.status_code == 200
        assert SECRET not in page.text


def test_no_address_alters_or_removes_a_note(desk: Published, as_counselor: Client) -> None:
    entry = student_of(desk)
    send(as_counselor, of(entry, "note"), words="As it was.")
    for method in (as_counselor.get, as_counselor.put, as_counselor.patch, as_counselor.delete):
        assert method(of(entry, "note")).status_code == 405
    assert Note.objects.get().words == "As it was."
