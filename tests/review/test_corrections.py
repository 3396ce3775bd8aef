"""The clerk's list of data to correct."""

from typing import Any

import pytest
from django.test import Client

from earlywarn.review.load import Published
from earlywarn.review.models import Decision, Review, Role, Student
from tests.review.desk_words import of, send, student_of
from tests.review.made import made_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_clerk(db: None) -> Client:
    client = Client()
    client.force_login(made_account(Role.DATA))
    return client


def _wrong(client: Client, desk: Published, place: int = 0, words: str = "The June test is of a brother.") -> Decision:
    send(client, of(student_of(desk, place), "decide"), view="data", words=words)
    return Decision.objects.latest("pk")


def test_wrong_data_reach_the_clerk_with_school_number_name_words_day_and_writer(
    desk: Published, as_counselor: Client, as_clerk: Client
) -> None:
    decision, entry = _wrong(as_counselor, desk), student_of(desk)
    page = as_clerk.get("/corrections/")
    line = page.context["rows"][0][0]
    assert (line.name, line.number, line.school) == (entry.name, entry.student.student_id, "S1")
    assert line.decision == decision
    for told in (entry.name, entry.student.student_id, "S1", "The June test is of a brother.", "counselor"):
        assert told in page.text


def test_a_closed_line_leaves_the_open_list_and_the_review_begins_again(
    desk: Published, as_counselor: Client, as_clerk: Client
) -> None:
    decision = _wrong(as_counselor, desk)
    answer = as_clerk.post(f"/corrections/{decision.pk}/done", {"words": "Mended."})
    assert (answer.status_code, answer.url) == (302, "/corrections/")
    assert as_clerk.get("/corrections/").context["rows"] == []
    assert "Mended." in as_clerk.get("/corrections/?show=closed").text
    assert Student.objects.get(pk=decision.student_id).review == Review.TO_REVIEW


def test_a_line_is_closed_with_a_sentence(desk: Published, as_counselor: Client, as_clerk: Client) -> None:
    decision = _wrong(as_counselor, desk)
    answer = as_clerk.post(f"/corrections/{decision.pk}/done", {"words": ""})
    assert answer.status_code == 422
    assert Decision.objects.get().corrected_at is None


def test_a_second_click_closes_nothing_twice_and_another_clerks_words_do_not_take_its_place(
    desk: Published, as_counselor: Client, as_clerk: Client
) -> None:
    decision, other = _wrong(as_counselor, desk), Client()
    other.force_login(made_account(Role.DATA, "other"))
    address = f"/corrections/{decision.pk}/done"
    first = as_clerk.post(address, {"words": "Mended."})
    Student.objects.update(review=Review.AGREED)
    assert as_clerk.post(address, {"words": "Mended."}).url == first.url
    refused = other.post(address, {"words": "Was right."})
    assert refused.status_code == 409
    assert "Was right." in refused.text
    assert "Mended." in refused.text
    assert Decision.objects.get().corrected_words == "Mended."
    assert Student.objects.get(pk=decision.student_id).review == Review.AGREED


def test_a_review_begins_again_once_nothing_is_left_to_correct(
    desk: Published, as_counselor: Client, as_clerk: Client
) -> None:
    first, second = _wrong(as_counselor, desk), _wrong(as_counselor, desk, words="And the days absent.")
    as_clerk.post(f"/corrections/{first.pk}/done", {"words": "Mended."})
    assert Student.objects.get(pk=first.student_id).review == Review.DATA
    as_clerk.post(f"/corrections/{second.pk}/done", {"words": "Mended."})
    assert Student.objects.get(pk=first.student_id).review == Review.TO_REVIEW


def test_what_somebody_decided_meanwhile_holds(desk: Published, as_counselor: Client, as_clerk: Client) -> None:
    decision = _wrong(as_counselor, desk)
    send(as_counselor, of(student_of(desk), "decide"), view="moved")
    as_clerk.post(f"/corrections/{decision.pk}/done", {"words": "Mended."})
    assert Student.objects.get(pk=decision.student_id).review == Review.MOVED


def test_a_view_that_is_no_correction_cannot_be_closed(desk: Published, as_counselor: Client, as_clerk: Client) -> None:
    send(as_counselor, of(student_of(desk), "decide"), view="agree")
    number = Decision.objects.get().pk
    assert as_clerk.post(f"/corrections/{number}/done", {"words": "Mended."}).status_code == 404
    assert as_clerk.post("/corrections/999/done", {"words": "Mended."}).status_code == 404


def test_counselors_see_that_it_was_corrected(desk: Published, as_counselor: Client, as_clerk: Client) -> None:
    decision = _wrong(as_counselor, desk)
    as_clerk.post(f"/corrections/{decision.pk}/done", {"words": "Mended at last."})
    page = send(as_counselor, of(student_of(desk), "decide"))
    assert "Mended at last." in page.text


def test_only_the_data_team_sees_the_list(desk: Published, as_counselor: Client) -> None:
    decision = _wrong(as_counselor, desk)
    assert as_counselor.get("/corrections/").status_code == 403
    assert as_counselor.post(f"/corrections/{decision.pk}/done", {"words": "Mended."}).status_code == 403
    assert Decision.objects.get().corrected_at is None


def test_a_longer_list_asks_the_database_no_more(
    desk: Published, as_counselor: Client, as_clerk: Client, django_assert_max_num_queries: Any
) -> None:
    counts = []
    as_clerk.get("/corrections/")  # the first request of a session writes it
    for place in range(6):
        _wrong(as_counselor, desk, place)
        if place in (0, 5):
            with django_assert_max_num_queries(20) as asked:
                as_clerk.get("/corrections/")
            counts.append(len(asked))
    assert counts[0] == counts[1]
