"""Deciding and adding by hand: what is kept, what follows, what is refused."""

from uuid import uuid4

import pytest
from django.test import Client

from earlywarn.review.load import Published
from earlywarn.review.models import Account, Decision, Review, Role, Student, View
from earlywarn.review.plans import make
from tests.review.desk_words import of, planned_by, send, student_of
from tests.review.made import AS_OF, Made, made_account, made_ready

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("view", "review"),
    [
        ("agree", Review.AGREED),
        ("supported", Review.SUPPORTED),
        ("data", Review.DATA),
        ("moved", Review.MOVED),
        ("not_needed", Review.NOT_NEEDED),
        ("other", Review.OTHER),
    ],
)
def test_a_view_is_kept_and_the_review_follows_it(
    desk: Published, as_counselor: Client, counselor: Account, view: str, review: Review
) -> None:
    entry = student_of(desk)
    answer = send(as_counselor, of(entry, "decide"), view=view, words="Seen in class.")
    assert (answer.status_code, answer.url) == (302, of(entry))
    decision = Decision.objects.get()
    assert (decision.student, decision.by, decision.view) == (entry.student, counselor, view)
    assert (decision.words, decision.publication) == ("Seen in class.", desk.publication)
    assert Student.objects.get(pk=entry.student_id).review == review


def test_who_agrees_owns_a_student_whom_nobody_owned(desk: Published, as_counselor: Client, counselor: Account) -> None:
    entry, other = student_of(desk), made_account(Role.LEAD)
    send(as_counselor, of(entry, "decide"), view="supported")
    assert Student.objects.get(pk=entry.student_id).owner is None
    send(as_counselor, of(entry, "decide"), view="agree")
    assert Student.objects.get(pk=entry.student_id).owner == counselor
    as_lead = Client()
    as_lead.force_login(other)
    send(as_lead, of(entry, "decide"), view="agree")
    assert Student.objects.get(pk=entry.student_id).owner == counselor


def test_agreeing_to_an_active_plan_leaves_it_active(desk: Published, as_counselor: Client, counselor: Account) -> None:
    entry = student_of(desk)
    make(entry, counselor, planned_by(counselor), uuid4())
    send(as_counselor, of(entry, "decide"), view="agree")
    assert Student.objects.get(pk=entry.student_id).review == Review.PLAN


def test_who_is_not_on_the_list_is_added_to_it_not_agreed_with(desk: Published, as_counselor: Client) -> None:
    entry = desk.publication.entries.filter(counselor="C1", flagged=False).first()
    assert entry is not None
    page = as_counselor.get(of(entry)).text
    assert "Yes, plan support" not in page
    assert of(entry, "plans/new") not in page
    assert send(as_counselor, of(entry, "decide"), view="agree").status_code == 422
    send(as_counselor, of(entry, "add"), words="Seen in class.")
    page = as_counselor.get(of(entry)).text
    assert "Yes, plan support" in page
    assert of(entry, "plans/new") in page


@pytest.mark.parametrize("view", ["data", "not_needed", "other"])
def test_some_views_need_a_sentence(desk: Published, as_counselor: Client, view: str) -> None:
    entry = student_of(desk)
    for words in ("", "  \r\n "):
        answer = send(as_counselor, of(entry, "decide"), view=view, words=words)
        assert answer.status_code == 422
        assert answer.context["form"].errors.keys() == {"words"}
        assert f'value="{view}"' in answer.text
    assert not Decision.objects.exists()
    assert Student.objects.get(pk=entry.student_id).review == Review.TO_REVIEW


@pytest.mark.parametrize("view", ["agree", "supported", "moved"])
def test_other_views_need_none(desk: Published, as_counselor: Client, view: str) -> None:
    assert send(as_counselor, of(student_of(desk), "decide"), view=view).status_code == 302


@pytest.mark.parametrize("view", ["", "added", "off", "flagged"])
def test_a_view_that_is_not_offered_is_refused(desk: Published, as_counselor: Client, view: str) -> None:
    answer = send(as_counselor, of(student_of(desk), "decide"), view=view, words="So it is.")
    assert answer.status_code == 422
    assert "view" in answer.context["form"].errors
    assert not Decision.objects.exists()


def test_nothing_is_preselected(desk: Published, as_counselor: Client) -> None:
    answer = send(as_counselor, of(student_of(desk), "decide"), words="A sentence.")
    assert " checked" not in answer.text
    assert "A sentence." in answer.text


def test_a_sentence_has_2000_letters_and_a_line_end_is_one_of_them(desk: Published, as_counselor: Client) -> None:
    entry = student_of(desk)
    assert send(as_counselor, of(entry, "decide"), view="agree", words="x\r\n" * 999 + "ab").status_code == 302
    too_long = send(as_counselor, of(entry, "decide"), view="agree", words="y" * 2001)
    assert too_long.status_code == 422
    assert "y" * 2001 in too_long.text
    assert Decision.objects.count() == 1


def test_a_second_click_on_the_same_form_changes_nothing(desk: Published, as_counselor: Client) -> None:
    entry, form = student_of(desk), str(uuid4())
    first = send(as_counselor, of(entry, "decide"), view="moved", form=form)
    Student.objects.filter(pk=entry.student_id).update(review=Review.AGREED)
    second = send(as_counselor, of(entry, "decide"), view="moved", form=form)
    assert (first.status_code, first.url) == (second.status_code, second.url)
    assert Decision.objects.count() == 1
    assert Student.objects.get(pk=entry.student_id).review == Review.AGREED


def test_other_words_on_the_same_form_are_kept_too(desk: Published, as_counselor: Client) -> None:
    entry, form = student_of(desk), str(uuid4())
    for words in ("First thought.", "Second thought."):
        send(as_counselor, of(entry, "decide"), view="other", words=words, form=form)
    assert set(Decision.objects.values_list("words", flat=True)) == {"First thought.", "Second thought."}


def test_a_form_without_a_number_is_refused(desk: Published, as_counselor: Client) -> None:
    for form in ("", "1"):
        assert send(as_counselor, of(student_of(desk), "decide"), view="agree", form=form).status_code == 422
    assert not Decision.objects.exists()


def test_views_of_two_people_are_both_kept_and_the_later_holds(desk: Published, as_counselor: Client) -> None:
    entry, as_lead = student_of(desk), Client()
    as_lead.force_login(made_account(Role.LEAD))
    form = str(uuid4())  # even of the same number
    send(as_counselor, of(entry, "decide"), view="agree", form=form)
    send(as_lead, of(entry, "decide"), view="supported", form=form)
    assert list(Decision.objects.order_by("pk").values_list("view", "by__role")) == [
        ("agree", "counselor"),
        ("supported", "lead"),
    ]
    assert Student.objects.get(pk=entry.student_id).review == Review.SUPPORTED


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("decide", {"view": "agree"}),
        ("add", {"words": "Seen."}),
        ("note", {"words": "Seen."}),
        ("plans/new", {}),
        ("plans/1/", {}),
        ("plans/1/check", {"words": "Seen."}),
        ("plans/1/end", {"words": "Seen."}),
    ],
)
def test_another_caseloads_student_is_not_there_and_nothing_changes(
    desk: Published, as_counselor: Client, address: str, fields: dict[str, str]
) -> None:
    other = student_of(desk, counselor="C2")
    before = Student.objects.filter(pk=other.student_id).values().get()
    answer = send(as_counselor, of(other, address), **fields)
    nobody = send(as_counselor, f"/students/{uuid4()}/{address}", **fields)
    assert answer.status_code == nobody.status_code == 404
    assert Student.objects.filter(pk=other.student_id).values().get() == before
    assert not Decision.objects.exists()


# ── by hand ─────────────────────────────────────────────────────────────────────────────────────────


def test_who_is_not_flagged_is_added_with_a_sentence_and_is_equal_in_all_that_follows(
    desk: Published, as_counselor: Client, counselor: Account
) -> None:
    entry = student_of(desk, flagged=False)
    assert send(as_counselor, of(entry, "add"), words="").status_code == 422
    answer = send(as_counselor, of(entry, "add"), words="Lost a parent.")
    assert (answer.status_code, answer.url) == (302, of(entry))
    student = Student.objects.get(pk=entry.student_id)
    assert (student.added_by, student.added_why) == (counselor, "Lost a parent.")
    assert student.added_on is not None
    assert str(student.key) in [row.key for row in as_counselor.get("/students/").context["rows"]]
    assert send(as_counselor, of(entry, "decide"), view="agree").status_code == 302
    assert list(Decision.objects.order_by("pk").values_list("view", flat=True)) == ["added", "agree"]


def test_nobody_is_added_twice_and_the_words_of_the_second_come_back(desk: Published, as_counselor: Client) -> None:
    entry, form = student_of(desk, flagged=False), str(uuid4())
    first = send(as_counselor, of(entry, "add"), words="Seen.", form=form)
    again = send(as_counselor, of(entry, "add"), words="Seen.", form=form)
    assert (again.status_code, again.url) == (first.status_code, first.url)
    other = send(as_counselor, of(entry, "add"), words="Seen too.")
    assert other.status_code == 422
    assert "Seen too." in other.text
    flagged = send(as_counselor, of(student_of(desk), "add"), words="Seen.")
    assert flagged.status_code == 422
    assert Decision.objects.count() == 1


def test_who_was_added_by_hand_is_taken_off_by_hand_and_what_was_said_stays(
    desk: Published, as_counselor: Client
) -> None:
    entry = student_of(desk, flagged=False)
    send(as_counselor, of(entry, "add"), words="Seen.")
    assert send(as_counselor, of(entry, "decide"), view="off", words="A mistake of mine.").status_code == 302
    student = Student.objects.get(pk=entry.student_id)
    assert (student.added_on, student.added_by, student.added_why) == (None, None, "")
    assert str(student.key) not in [row.key for row in as_counselor.get("/students/").context["rows"]]
    assert list(Decision.objects.order_by("pk").values_list("words", flat=True)) == ["Seen.", "A mistake of mine."]
    assert send(as_counselor, of(entry, "add"), words="After all.").status_code == 302


def test_adding_reopens_a_review_that_was_closed(desk: Published, as_counselor: Client) -> None:
    entry = student_of(desk, flagged=False)
    send(as_counselor, of(entry, "decide"), view="supported")
    send(as_counselor, of(entry, "add"), words="Seen.")
    assert Student.objects.get(pk=entry.student_id).review == Review.TO_REVIEW


# ── with the next list ──────────────────────────────────────────────────────────────────────────────


def test_a_new_list_reopens_closed_reviews_of_who_is_new_or_higher_on_it_and_no_other(desk: Published) -> None:
    from datetime import timedelta

    from earlywarn.review.load import publish

    Student.objects.update(review=Review.NOT_NEEDED)
    later = publish(made_ready(Made(seed=8, as_of=AS_OF + timedelta(days=7)))).publication
    worse = later.entries.filter(flagged=True, since__in=("new", "higher")).values("student")
    assert 0 < worse.count() < 60
    assert set(Student.objects.filter(pk__in=worse).values_list("review", flat=True)) == {Review.TO_REVIEW}
    assert set(Student.objects.exclude(pk__in=worse).values_list("review", flat=True)) == {Review.NOT_NEEDED}


def test_every_view_has_words_and_a_place_where_the_review_stands() -> None:
    from earlywarn.review.decisions import REVIEWS

    assert {*REVIEWS} | {View.ADDED} == {*View}
