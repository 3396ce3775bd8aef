"""What must stand on the list, the page of a student and the pages around them, and what must never stand there."""

import re
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from earlywarn.review.listing import in_order
from earlywarn.review.load import Published, publish
from earlywarn.review.models import Account, Entry, Plan, Publication, Review, Role, Student
from earlywarn.scorecard.otherwise import Otherwise
from tests.review.desk_words import HOSTILE, of, student_of
from tests.review.made import AS_OF, PASSWORD, Made, made_account, made_desk, made_ready

pytestmark = pytest.mark.django_db
LISTS = ("/students/", "/students/not-enough-data", "/students/find?q=first")
EARLIER = Made(as_of=date(2026, 9, 5), seed=8)
GROUPS = re.compile(r"\b(?:sex|race|ethnicity|free lunch|girls?|boys?|black|white|hispanic|asian)\b", re.IGNORECASE)
OF_ONE = re.compile(r"\b(?:ranks?|risk|points? total|probability|percentile)\b", re.IGNORECASE)


@pytest.fixture
def second(db: None) -> Published:
    """The second list of the same students, so that there is something to compare."""
    made_desk(EARLIER)
    return made_desk()


def said(page: str) -> str:
    """Give what a reader sees, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def signed_in(role: Role, **reach: object) -> Client:
    client = Client()
    client.force_login(made_account(role, "other", **reach))
    return client


def expire(desk: Published) -> None:
    Publication.objects.filter(pk=desk.publication.pk).update(expires=timezone.localdate() - timedelta(days=1))


def test_the_list_says_how_many_of_how_many_and_of_which_day(desk: Published, as_counselor: Client) -> None:
    own = desk.publication.entries.filter(counselor="C1")
    words = said(as_counselor.get("/students/").text)
    assert f"{own.filter(flagged=True).count()} students to review" in words
    assert f"Your caseload of {own.count()} · data up to 14 November 2026" in words
    assert f"{own.filter(scored=False).count()} students have not enough data" in words
    assert "This list is provisional until 30 June 2099." in words
    assert "Made-up names." in words


def test_a_row_tells_level_reasons_a_strength_status_and_owner(desk: Published, as_counselor: Client) -> None:
    entry = student_of(desk)
    page = as_counselor.get("/students/")
    row = page.context["rows"][0]
    told = said(page.text.split("<tbody>")[1].split("</tr>")[0]).replace("\u00a0", " ")
    assert row.key == str(entry.student.key)
    assert f'name="s" value="{row.key}"' in page.text
    assert (entry.name in told, row.level.name in told, row.review in told, "nobody yet" in told) == (True,) * 4
    assert all(reason in told for reason in row.reasons[:2])
    assert all(f"Strength: {strength}" in told for strength in row.strengths[:1])


def test_a_number_never_parts_from_its_unit(desk: Published, as_counselor: Client) -> None:
    for address in ("/students/", of(student_of(desk))):
        assert re.findall(r"\d %", as_counselor.get(address).text) == []


def test_the_first_list_has_no_column_of_changes_and_the_second_has(as_counselor: Client) -> None:
    made_desk(EARLIER)
    assert "Since last list" not in as_counselor.get("/students/").text
    made_desk()
    assert "New on this list" in as_counselor.get("/students/").text


def test_filters_stand_in_the_address_and_are_kept_in_form_pages_and_exports(
    desk: Published, as_counselor: Client
) -> None:
    page = as_counselor.get("/students/?reason=absent&status=")
    assert '<option value="absent" selected>Days absent</option>' in page.text
    assert "students found" in page.text
    assert 'href="/export/students.csv?reason=absent&amp;status="' in page.text
    assert all("Days absent" in " ".join(row.reasons) for row in page.context["rows"])
    assert "Clear filters" in page.text
    assert "Clear filters" not in as_counselor.get("/students/").text


def test_a_lead_may_choose_a_school_and_a_counselor_of_one_school_is_not_asked(
    desk: Published, as_counselor: Client
) -> None:
    assert 'name="school"' not in as_counselor.get("/students/").text
    lead = signed_in(Role.LEAD, schools=["S1", "S2"])
    assert "School S2" in lead.get("/students/").text
    assert {row.school for row in lead.get("/students/?school=S2").context["rows"]} == {"S2"}


def test_an_answer_to_htmx_moves_the_focus_to_the_result_and_a_page_does_not(
    desk: Published, as_counselor: Client
) -> None:
    address = "/students/?grade=1"
    answer = as_counselor.get(address, headers={"HX-Request": "true"}).text
    assert '<h2 id="result" tabindex="-1" autofocus>' in answer
    assert "Page 1 of 1" in answer.split('role="status">')[-1]
    assert "autofocus" not in as_counselor.get(address).text


def test_htmx_is_led_to_the_sign_in_page_and_never_gets_it_into_a_list(client: Client, desk: Published) -> None:
    answer = client.get("/students/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"], answer.content) == (200, "/sign-in?next=/students/", b"")


def test_whoever_has_not_enough_data_stands_with_what_is_missing(desk: Published, as_counselor: Client) -> None:
    own = desk.publication.entries.filter(counselor="C1", scored=False)
    page = as_counselor.get("/students/not-enough-data")
    assert page.context["page"].paginator.count == own.count() > 0
    assert "That is not the same as no need." in page.text


def test_a_student_who_is_not_on_the_list_is_found_without_accents_and_can_be_added(as_counselor: Client) -> None:
    desk = made_desk(Made(), ["Prádo"] * 60)
    entry = student_of(desk, flagged=False)
    found = as_counselor.get(f"/students/find?q=prado+{entry.first_name}").context["rows"]
    assert str(entry.student.key) in [row.key for row in found]
    assert f'action="{of(entry, "add")}"' in as_counselor.get(of(entry)).text
    assert f'action="{of(student_of(desk), "add")}"' not in as_counselor.get(of(student_of(desk))).text


def test_a_students_page_tells_what_a_level_meant_of_a_hundred(desk: Published, as_counselor: Client) -> None:
    words = said(as_counselor.get(of(student_of(desk))).text)
    assert "Of 100 students at this level last time, about 61 missed the standard" in words
    assert "without extra support (57 to 65). 39 met it." in words
    assert "What helps already" in words


def test_what_would_change_it_is_a_possibility_and_no_promise(desk: Published, as_counselor: Client) -> None:
    page = as_counselor.get(of(student_of(desk)))
    assert page.context["told"].changes
    assert "a possibility, not a promise" in said(page.text)
    assert "the most that this alone can do" not in page.text


def test_where_one_change_is_not_enough_the_level_stays(
    desk: Published, as_counselor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = Otherwise(("absent",), (4.0,), "Days absent: 4 % of days, not 14 %", "High", stays=True)
    monkeypatch.setattr("earlywarn.review.sheet.otherwise", lambda *_given: (alone,))
    words = said(as_counselor.get(of(student_of(desk))).text)
    assert "the most that this alone can do still High" in words


def test_values_over_time_are_drawn_once_there_are_two_lists(second: Published, as_counselor: Client) -> None:
    page = as_counselor.get(of(student_of(second))).text
    assert 'class="chart"' in page
    assert "on 5 September to" in said(page).replace("\u00a0", " ")
    assert "The same in numbers" in page


def test_one_list_alone_is_no_course(desk: Published, as_counselor: Client) -> None:
    assert 'class="chart"' not in as_counselor.get(of(student_of(desk))).text


def test_the_forms_of_a_students_page_preselect_nothing(desk: Published, as_counselor: Client) -> None:
    page = as_counselor.get(of(student_of(desk))).text
    assert f'action="{of(student_of(desk), "decide")}"' in page
    assert f'action="{of(student_of(desk), "note")}"' in page
    assert "checked" not in page


def test_no_page_shows_a_rank_a_risk_or_a_group_of_one_student(second: Published, as_counselor: Client) -> None:
    for address in (*LISTS, of(student_of(second)), of(student_of(second, flagged=False))):
        # What is missing is said of groups in one sentence on every page; it names none of them.
        words = said(as_counselor.get(address).text)
        assert (address, GROUPS.findall(words), OF_ONE.findall(words)) == (address, [], [])


@pytest.mark.parametrize("text", HOSTILE, ids=("script", "formula", "rtl", "long", "emoji", "quote"))
def test_a_hostile_name_is_shown_as_written_and_fills_no_page(text: str, as_counselor: Client) -> None:
    desk = made_desk(Made(), [text] * 60)
    for address in (*LISTS, of(student_of(desk))):
        page = as_counselor.get(address).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "x" * 200 not in page


def test_each_page_asks_the_same_number_of_questions_however_long_the_list(as_counselor: Client) -> None:
    counts = []
    for made in (Made(students=40), replace(Made(students=400), as_of=AS_OF + timedelta(days=7))):
        desk = made_desk(made)
        for address in (*LISTS, of(student_of(desk))):
            as_counselor.get(address)
            with CaptureQueriesContext(connection) as asked:
                as_counselor.get(address)
            counts.append(len(asked))
    assert counts[:4] == counts[4:]


# ── nothing to show ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("address", LISTS)
def test_before_a_list_is_published_every_page_says_so(address: str, as_counselor: Client) -> None:
    assert "No list is published yet" in as_counselor.get(address).text


@pytest.mark.parametrize("address", LISTS)
def test_a_list_that_is_over_is_hidden_with_the_reason(address: str, desk: Published, as_counselor: Client) -> None:
    expire(desk)
    words = said(as_counselor.get(address).text)
    assert "The list of 14 November 2026 is not shown any more. Its verdict was provisional and ended" in words
    assert "No list is shown at the moment" in words
    assert [name for name in Entry.objects.values_list("first_name", flat=True) if f"{name} " in words] == []


@pytest.mark.parametrize(
    ("role", "reach", "told"),
    [
        (Role.COUNSELOR, {"caseloads": []}, "No caseload is linked to your account yet"),
        (Role.LEAD, {"schools": []}, "No school is linked to your account yet"),
        (Role.COUNSELOR, {"caseloads": ["C99"]}, "None of your students is in this list"),
    ],
)
def test_an_account_without_students_is_told_whom_to_ask(
    role: Role, reach: dict[str, object], told: str, desk: Published
) -> None:
    page = signed_in(role, **reach).get("/students/")
    assert told in page.text
    assert "data team" in page.text


def test_a_filter_that_finds_nothing_offers_the_way_back(desk: Published, as_counselor: Client) -> None:
    page = as_counselor.get("/students/?q=nobody-bears-this").text
    assert "No student on the list matches." in page
    assert "Clear filters" in page
    assert 'href="/students/find?q=nobody-bears-this"' in page


def test_a_list_that_is_all_reviewed_says_so_and_shows_them_when_asked(desk: Published, as_counselor: Client) -> None:
    on_list = desk.publication.entries.filter(counselor="C1", flagged=True)
    for entry in on_list.select_related("student"):
        entry.student.review = "not_needed"
        entry.student.save()
    page = as_counselor.get("/students/")
    assert f"All {on_list.count()} students on the list are reviewed." in page.text
    assert len(as_counselor.get("/students/?status=").context["rows"]) == on_list.count()


def test_an_empty_list_does_not_say_that_nobody_needs_support(desk: Published, as_counselor: Client) -> None:
    desk.publication.entries.update(flagged=False)
    assert "That does not say that nobody needs support" in as_counselor.get("/students/").text


# ── the way through the list ───────────────────────────────────────────────────────────────────────


def test_from_each_student_one_click_leads_to_whoever_is_next_to_review(desk: Published, as_counselor: Client) -> None:
    own = [of(entry) for entry in in_order(desk.publication.entries.filter(counselor="C1", flagged=True))]
    assert len(own) > 2
    after = own[1:] + own[:1]  # after the last the list begins again
    for here, follows in zip(own, after, strict=True):
        assert f'<a href="{follows}">Next student to review' in as_counselor.get(here).text


def test_after_the_last_decision_nobody_is_next(desk: Published, as_counselor: Client) -> None:
    own = desk.publication.entries.filter(counselor="C1", flagged=True)
    Student.objects.filter(pk__in=own.values("student")).update(review=Review.SUPPORTED)
    assert "Next student" not in as_counselor.get(of(own[0])).text


def test_the_list_tells_apart_who_is_to_review_who_is_in_progress_and_what_is_due(
    desk: Published, as_counselor: Client
) -> None:
    own = desk.publication.entries.filter(counselor="C1", flagged=True)
    due = timezone.localdate()
    Student.objects.filter(pk=own[0].student_id).update(review=Review.PLAN, next_check=due)
    words = said(as_counselor.get("/students/").text)
    assert f"{own.count() - 1} students to review" in words
    assert "1 in progress · 1 check is due · data up to" in words


# ── the account ────────────────────────────────────────────────────────────────────────────────────


def test_a_new_password_is_answered_in_words(counselor: Account, as_counselor: Client, desk: Published) -> None:
    new = "another long enough word"
    fields = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert "Your password is changed." in as_counselor.post("/password", fields, follow=True).text


def test_every_page_says_who_is_signed_in_and_leads_to_their_password(desk: Published, as_counselor: Client) -> None:
    page = as_counselor.get("/students/").text
    assert "<bdi>counselor</bdi>, Counselor" in page
    assert 'href="/password"' in page


def test_values_before_and_after_a_support_stand_side_by_side_and_claim_no_cause(client: Client) -> None:
    made_desk()
    done = publish(made_ready(Made(seed=8, as_of=date(2026, 11, 28))))
    entry = done.publication.entries.filter(counselor="C1", scored=True, flagged=True).first()
    assert entry is not None
    counselor = made_account(Role.COUNSELOR)
    days = {"start": date(2026, 11, 20), "end": date(2027, 1, 1), "next_check": date(2026, 11, 27)}
    words = {"type": "Attendance mentor", "tier": "2", "goal": "Comes every day"}
    Plan.objects.create(
        student=entry.student,
        by=counselor,
        owner=counselor,
        form=uuid4(),
        publication=done.publication,
        **days,
        **words,
    )
    client.force_login(counselor)
    page = client.get(f"/students/{entry.student.key}/")
    (around,) = page.context["told"].around
    earlier = entry.student.entries.get(publication__state="past")
    (absent,) = [row for row in around.rows if row[0] == "Days absent"]
    assert [row.split()[0] for row in absent[1:]] == [
        f"{one.values['absent']:.1f}".removesuffix(".0") for one in (earlier, entry)
    ]
    assert "not what the support has caused" in page.content.decode()
