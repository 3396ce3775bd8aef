"""Every address x every role x own, other caseload, other school, not existing; made from the URL configuration.

A new address fails here until its view names a right and it has a row in ``ROWS``.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.http import Http404
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from earlywarn.review.asked import WHAT
from earlywarn.review.models import Account, Decision, Entry, Plan, Publication, RecordLine, Role, Student, View
from earlywarn.review.record.load import load
from earlywarn.review.record.middleware import Seen
from earlywarn.review.rights import Right, right_of, rights_of
from tests.review.made import PASSWORD, made_account, made_desk

pytestmark = pytest.mark.django_db

ROLES: Mapping[Right, set[Role]] = {
    Right.ANYONE: set(Role),
    Right.OWN: set(Role),
    Right.ABOUT: set(Role),
    Right.REVIEW: {Role.COUNSELOR, Role.LEAD},
    Right.SCHOOL: {Role.LEAD, Role.ANALYST},
    Right.CORRECTIONS: {Role.DATA},
    Right.ACCOUNTS: {Role.DATA, Role.ADMIN},
    Right.RECORD: {Role.ADMIN},
}
"""What each role is for, written down a second time: a change of rights is a change here, too."""
ONE = "students/<uuid:key>/"


# ── the addresses ───────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Route:
    """One address of the URL configuration."""

    pattern: str
    namespace: str
    name: str
    view: Callable[..., Any]


def _walk(patterns: list[Any], before: str = "", namespace: str = "") -> Iterator[Route]:
    for one in patterns:
        here = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, here, namespace or one.namespace or "")
        else:
            assert isinstance(one, URLPattern)
            yield Route(here, namespace, one.name or "", one.callback)


ROUTES = {route.pattern: route for route in _walk(get_resolver().url_patterns)}


# ── the rows ────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Row:
    """What is expected of one address: who may, by which method, what is answered, and what fills its gaps."""

    right: Right
    answers: tuple[int, ...] = (200,)
    method: str = "get"
    fill: Mapping[str, str] = field(default_factory=dict)
    roles: frozenset[Role] | None = None  # of those with the right, where the view asks for more


def _export(what: str, right: Right) -> dict[str, Row]:
    fill = {"<slug:what>": what, "<slug:form>": "csv"}
    return {f"export/<slug:what>.<slug:form>#{what}": Row(Right.OWN, fill=fill, roles=frozenset(ROLES[right]))}


POSTED = (302, 422)
ACCOUNT = "accounts/review/account/"
ROWS: Mapping[str, Row] = {
    "": Row(Right.OWN, (302,)),
    "health": Row(Right.ANYONE),
    "sign-in": Row(Right.ANYONE, (200, 302)),
    "sign-out": Row(Right.ANYONE, (302,), "post"),
    "password": Row(Right.OWN),
    "students/": Row(Right.REVIEW),
    "students/not-enough-data": Row(Right.REVIEW),
    "students/find": Row(Right.REVIEW),
    ONE: Row(Right.REVIEW),
    ONE + "family": Row(Right.REVIEW),
    ONE + "add": Row(Right.REVIEW, POSTED, "post"),
    ONE + "decide": Row(Right.REVIEW, POSTED, "post"),
    ONE + "note": Row(Right.REVIEW, POSTED, "post"),
    ONE + "plans/new": Row(Right.REVIEW),
    ONE + "plans/<int:number>/": Row(Right.REVIEW),
    ONE + "plans/<int:number>/check": Row(Right.REVIEW, POSTED, "post"),
    ONE + "plans/<int:number>/end": Row(Right.REVIEW, POSTED, "post"),
    "plans/": Row(Right.REVIEW),
    "meeting": Row(Right.REVIEW),
    "schools/": Row(Right.SCHOOL),
    "corrections/": Row(Right.CORRECTIONS),
    "corrections/<int:number>/done": Row(Right.CORRECTIONS, POSTED, "post"),
    **_export("students", Right.REVIEW),
    **_export("not-enough-data", Right.REVIEW),
    **_export("plans", Right.REVIEW),
    **_export("schools", Right.SCHOOL),
    **_export("corrections", Right.CORRECTIONS),
    **_export("record", Right.RECORD),
    "about/": Row(Right.ABOUT),
    "about/audit": Row(Right.ABOUT, (200, 404)),  # the made-up list comes without an audit
    "about/audit.css": Row(Right.ABOUT, (200, 404)),
    "record/": Row(Right.RECORD),
    # Django's admin, for accounts alone
    "accounts/": Row(Right.ACCOUNTS),
    "accounts/login/": Row(Right.ACCOUNTS, (302,)),
    "accounts/logout/": Row(Right.ACCOUNTS, (200, 302), "post"),
    "accounts/password_change/": Row(Right.ACCOUNTS),
    "accounts/password_change/done/": Row(Right.ACCOUNTS),
    "accounts/autocomplete/": Row(Right.ACCOUNTS, (403, 404)),
    "accounts/jsi18n/": Row(Right.ACCOUNTS),
    "accounts/r/<path:content_type_id>/<path:object_id>/": Row(
        Right.ACCOUNTS, (404,), fill={"<path:content_type_id>": "1", "<path:object_id>": "1"}
    ),
    ACCOUNT: Row(Right.ACCOUNTS),
    ACCOUNT + "add/": Row(Right.ACCOUNTS),
    ACCOUNT + "<id>/password/": Row(Right.ACCOUNTS),
    ACCOUNT + "<path:object_id>/history/": Row(Right.ACCOUNTS),
    ACCOUNT + "<path:object_id>/delete/": Row(Right.ACCOUNTS, (403,)),
    ACCOUNT + "<path:object_id>/change/": Row(Right.ACCOUNTS),
    ACCOUNT + "<path:object_id>/": Row(Right.ACCOUNTS, (302,)),
    "accounts/^(?P<app_label>review)/$": Row(Right.ACCOUNTS, fill={"^(?P<app_label>review)/$": "review/"}),
    "accounts/(?P<url>.*)$": Row(Right.ACCOUNTS, (404,), fill={"(?P<url>.*)$": "no-such/"}),
}


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert {key.split("#")[0] for key in ROWS} == set(ROUTES)


def test_every_view_names_the_right_of_its_row() -> None:
    named = {key: right_of(ROUTES[key.split("#")[0]].view, ROUTES[key.split("#")[0]].namespace) for key in ROWS}
    assert named == {key: row.right for key, row in ROWS.items()}


def test_a_view_without_a_right_is_refused_to_everyone(db: None, settings: Any, client: Client) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("earlywarn.review.urls.urlpatterns", [*_urls(), *_ruleless()])
        settings.ROOT_URLCONF = "earlywarn.review.urls"  # read anew
        for role in Role:
            client.force_login(made_account(role))
            assert client.get("/ruleless").status_code == 403
        client.logout()
        assert client.get("/ruleless")["Location"].startswith("/sign-in")


def _urls() -> list[Any]:
    from earlywarn.review import urls

    return list(urls.urlpatterns)


def _ruleless() -> list[Any]:
    from django.http import HttpResponse
    from django.urls import path

    return [path("ruleless", lambda request: HttpResponse("shown"))]


# ── the matrix ──────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class World:
    """Students as seen by the counselor of C1 and the lead of S1, each with a plan."""

    own: UUID
    other_caseload: UUID
    other_school: UUID
    off_list: UUID
    absent: UUID
    plans: Mapping[UUID, int]
    decision: int
    account: int

    def mine(self, role: Role) -> list[UUID]:
        return [self.own, self.other_caseload] if role is Role.LEAD else [self.own]

    def not_mine(self, role: Role) -> list[UUID]:
        every = [self.own, self.other_caseload, self.other_school, self.off_list]
        return [key for key in every if key not in self.mine(role)]


@pytest.fixture
def world(db: None) -> World:
    published = made_desk()
    writer = made_account(Role.COUNSELOR, "writer", caseloads=[])
    entries = list(published.publication.entries.filter(flagged=False, school="S1")[:2])
    Entry.objects.filter(pk=entries[1].pk).update(counselor="C9")
    entries.append(published.publication.entries.filter(flagged=False, school="S2")[0])
    own, other_caseload, other_school = (entry.student for entry in entries)
    off_list = Student.objects.create(student_id="of an earlier list")
    plans = {
        one.key: _plan(one, writer, published.publication) for one in (own, other_caseload, other_school, off_list)
    }
    decision = Decision.objects.create(
        student=own, by=writer, form=uuid4(), publication=published.publication, view=View.DATA, words="wrong"
    )
    return World(own.key, other_caseload.key, other_school.key, off_list.key, uuid4(), plans, decision.pk, writer.pk)


def _plan(student: Student, by: Account, publication: Publication) -> int:
    start, end = date(2026, 11, 16), date(2026, 12, 28)
    given = {"type": "Reading group", "tier": "2", "goal": "Read", "start": start, "end": end}
    return Plan.objects.create(student=student, publication=publication, by=by, owner=by, form=uuid4(), **given).pk


def _address(key: str, row: Row, world: World, student: UUID, number: int | None = None) -> str:
    pattern = key.split("#")[0]
    numbers = str(world.decision if pattern.startswith("corrections") else world.plans.get(student, 999_999))
    gaps = {
        "<uuid:key>": str(student),
        "<int:number>": numbers if number is None else str(number),
        "<path:object_id>": str(world.account),
        "<id>": str(world.account),
    }
    for gap, filled in {**row.fill, **gaps}.items():
        pattern = pattern.replace(gap, filled)
    assert not re.search(r"[<>^$]", pattern), pattern
    return f"/{pattern}"


def _of(account: Account | None) -> Client:
    client = Client(raise_request_exception=False)
    if account is not None:
        client.force_login(account)
        client.get("/about/")  # what a session writes once a minute is written
    return client


@pytest.mark.parametrize("key", ROWS)
def test_who_has_not_signed_in_is_asked_to(world: World, key: str) -> None:
    row = ROWS[key]
    for method in ("get", "post"):
        answer = getattr(_of(None), method)(_address(key, row, world, world.own))
        if row.right is Right.ANYONE:
            assert answer.status_code in (200, 302, 405)
        else:
            assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/sign-in")


@pytest.mark.parametrize("key", ROWS)
def test_who_has_no_right_is_refused(world: World, key: str) -> None:
    row = ROWS[key]
    for role in set(Role) - _roles(row):
        client = _of(made_account(role))
        for method in ("get", "post") if row.roles is None else ("get",):
            for student in (world.own, world.absent):
                assert getattr(client, method)(_address(key, row, world, student)).status_code == 403, (role, method)


@pytest.mark.parametrize("key", ROWS)
def test_who_has_the_right_is_answered(world: World, key: str) -> None:
    row = ROWS[key]
    for role in _roles(row):
        account = made_account(role)
        for student in world.mine(role) if key.startswith(ONE) else [world.own]:
            answer = getattr(_of(account), row.method)(_address(key, row, world, student))
            assert answer.status_code in row.answers, role


@pytest.mark.parametrize("key", [key for key in ROWS if key.startswith(ONE)])
@pytest.mark.parametrize("role", sorted(ROLES[Right.REVIEW]))
def test_a_student_who_is_not_theirs_is_answered_as_one_who_does_not_exist(world: World, key: str, role: Role) -> None:
    row, client = ROWS[key], _of(made_account(role))
    for method in {row.method, "get", "post"}:
        absent = _answer(client, method, _address(key, row, world, world.absent))
        for student in world.not_mine(role):
            assert _answer(client, method, _address(key, row, world, student)) == absent
    assert _answer(client, row.method, _address(key, row, world, world.absent))[0] == 404


@pytest.mark.parametrize("key", [key for key in ROWS if "plans/<int:number>" in key])
def test_a_plan_of_another_student_is_answered_as_one_that_does_not_exist(world: World, key: str) -> None:
    row, client = ROWS[key], _of(made_account(Role.COUNSELOR))
    absent = _answer(client, row.method, _address(key, row, world, world.own, 999_999))
    assert absent[0] == 404
    for student in world.not_mine(Role.COUNSELOR):
        number = world.plans[student]
        assert _answer(client, row.method, _address(key, row, world, world.own, number)) == absent


def test_a_meeting_with_a_student_who_is_not_theirs_is_no_page(world: World) -> None:
    client = _of(made_account(Role.COUNSELOR))
    assert client.get("/meeting", {"s": [world.own]}).status_code == 200
    absent = _answer(client, "get", f"/meeting?s={world.own}&s={world.absent}")
    assert absent[0] == 404
    for student in world.not_mine(Role.COUNSELOR):
        assert _answer(client, "get", f"/meeting?s={world.own}&s={student}") == absent


def test_a_correction_that_does_not_exist_is_no_page(world: World) -> None:
    key = "corrections/<int:number>/done"
    client = _of(made_account(Role.DATA))
    assert client.post(_address(key, ROWS[key], world, world.own, 999_999)).status_code == 404


def _roles(row: Row) -> set[Role]:
    return ROLES[row.right] & (set(Role) if row.roles is None else row.roles)


def _answer(client: Client, method: str, address: str) -> tuple[int, bytes, dict[str, str], int]:
    """Give all that a browser can see of an answer, and how many queries it took; a form's token is new each time."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = getattr(client, method)(address)
    body = re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", answer.content)
    body = body.replace(address.encode(), b"")
    return answer.status_code, body, dict(answer.items()), len(queries)


def test_the_record_has_words_for_every_address_of_the_desk() -> None:
    names = {route.name for route in ROUTES.values() if not route.namespace}
    assert names <= set(WHAT)


# ── guesses ─────────────────────────────────────────────────────────────────────────────────────────
GUESSES = 10_000


def test_of_ten_thousand_guessed_students_none_is_shown(world: World) -> None:
    """Half of them are students of others, half are nobody; through every view of one student."""
    account = made_account(Role.COUNSELOR)
    own = set(Entry.objects.filter(counselor="C1").values_list("student__key", flat=True))
    others = list(Student.objects.exclude(key__in=own).values_list("key", flat=True))
    views = [(row.method, ROUTES[key].view, "<int" in key) for key, row in ROWS.items() if key.startswith(ONE)]
    factory, leaks = RequestFactory(), 0
    for guess in range(GUESSES):
        method, view, numbered = views[guess % len(views)]
        key = others[guess // 2 % len(others)] if guess % 2 else uuid4()
        request: Any = getattr(factory, method)("/")
        request.user, request.seen = account, Seen()
        numbers = {"number": world.plans.get(key, guess)} if numbered else {}
        leaks += _leaks(lambda: view(request, key=key, **numbers), request)  # noqa: B023 (called at once)
    assert leaks == 0


def _leaks(ask: Callable[[], HttpResponseBase], request: Any) -> bool:
    try:
        ask()
    except Http404:
        return bool(request.seen.students) or not request.seen.denied
    return True


# ── changes act at once ─────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"caseloads": []}, 404),
        ({"caseloads": ["C2"]}, 404),
        ({"role": Role.LEAD, "schools": ["S2"]}, 404),
        ({"role": Role.LEAD, "schools": ["S1"]}, 200),
        ({"role": Role.ANALYST}, 403),
        ({"role": ""}, 403),
        ({"role": "emperor"}, 403),
        ({"is_active": False}, 302),
        ({"role": Role.DATA, "is_superuser": True, "is_staff": True}, 403),
    ],
)
def test_a_change_of_an_account_acts_at_its_next_request(world: World, change: dict[str, Any], status: int) -> None:
    account = made_account(Role.COUNSELOR)
    client, address = _of(account), f"/students/{world.own}/"
    assert client.get(address).status_code == 200
    Account.objects.filter(pk=account.pk).update(**change)
    assert client.get(address).status_code == status


@pytest.mark.parametrize("stored", [[], [""], {}, {"C1": 1}, "C1", 5, [5], [["C1"]], [None], True])
@pytest.mark.parametrize("role", sorted(ROLES[Right.REVIEW]))
def test_a_list_of_caseloads_that_is_none_reaches_nobody(world: World, role: Role, stored: Any) -> None:
    account = made_account(role, caseloads=[], schools=[])
    Account.objects.filter(pk=account.pk).update(caseloads=stored, schools=stored)
    client = _of(account)
    assert list(client.get("/students/?status=").context["rows"]) == []
    assert client.get(f"/students/{world.own}/").status_code == 404


# ── accounts in Django's admin ──────────────────────────────────────────────────────────────────────
def _given(**more: Any) -> dict[str, Any]:
    return {"username": "newcomer", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD} | more


FORGED = {"is_superuser": "on", "is_staff": "on", "groups": "1", "user_permissions": "1"}


def test_an_account_made_without_caseloads_sees_nobody(world: World) -> None:
    admin = _of(made_account(Role.DATA))
    assert admin.post(f"/{ACCOUNT}add/", _given(role="counselor", **FORGED)).status_code == 302
    made = Account.objects.get(username="newcomer")
    assert (made.role, made.caseloads, made.schools, made.is_superuser, made.is_staff) == (
        "counselor", [], [], False, False,
    )  # fmt: skip
    client = _of(made)
    assert list(client.get("/students/?status=").context["rows"]) == []
    assert client.get(f"/students/{world.own}/").status_code == 404


def test_the_data_team_makes_no_administrator_and_an_administrator_does(db: None) -> None:
    assert _of(made_account(Role.DATA)).post(f"/{ACCOUNT}add/", _given(role="admin")).status_code == 200
    assert not Account.objects.filter(username="newcomer").exists()
    assert _of(made_account(Role.ADMIN)).post(f"/{ACCOUNT}add/", _given(role="admin")).status_code == 302
    assert Account.objects.get(username="newcomer").role == Role.ADMIN


def _changed(client: Client, account: Account, **more: Any) -> int:
    given = {"username": account.username, "role": account.role, "caseloads": "", "schools": "", "is_active": "on"}
    return client.post(f"/{ACCOUNT}{account.pk}/change/", given | FORGED | more).status_code


def test_the_data_team_changes_no_administrator(db: None) -> None:
    admin, client = made_account(Role.ADMIN), _of(made_account(Role.DATA))
    assert _changed(client, admin, role="data") == 403
    new = "another word, long enough"
    answer = client.post(f"/{ACCOUNT}{admin.pk}/password/", {"password1": new, "password2": new})
    assert answer.status_code == 403
    admin.refresh_from_db()
    assert admin.role == Role.ADMIN
    assert admin.check_password(PASSWORD)


def test_the_data_team_turns_no_account_into_an_administrator(db: None) -> None:
    account, client = made_account(Role.COUNSELOR), _of(made_account(Role.DATA))
    assert _changed(client, account, role="admin") == 200
    account.refresh_from_db()
    assert account.role == Role.COUNSELOR
    assert not account.is_superuser


def test_whose_account_was_changed_and_what_stands_in_the_record(db: None, settings: Any) -> None:
    account, client = made_account(Role.COUNSELOR), _of(made_account(Role.DATA))
    assert _changed(client, account, caseloads="C1, C2") == 302
    new = "another word, long enough"
    given = {"password1": new, "password2": new, "usable_password": "true"}
    assert client.post(f"/{ACCOUNT}{account.pk}/password/", given).status_code == 302
    load(settings.RECORD_FOLDER)
    told = RecordLine.objects.exclude(status=None).exclude(words="").order_by("pk")
    assert [one.words for one in told] == ["account counselor: caseloads", "account counselor: password"]


@pytest.mark.parametrize("role", sorted(ROLES[Right.ACCOUNTS]))
def test_nobody_changes_their_own_role_or_reach(db: None, role: Role) -> None:
    account = made_account(role)
    _changed(_of(account), account, role="counselor", caseloads="C1", schools="S1")
    account.refresh_from_db()
    assert (account.role, account.caseloads, account.schools) == (role, [], [])
    assert not account.is_superuser
    assert not account.is_staff


@pytest.mark.parametrize("role", sorted(ROLES[Right.ACCOUNTS]))
def test_nobody_deletes_an_account(db: None, role: Role) -> None:
    account, client = made_account(Role.COUNSELOR), _of(made_account(role))
    assert client.post(f"/{ACCOUNT}{account.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(f"/{ACCOUNT}", {"action": "delete_selected", "_selected_action": account.pk, "post": "yes"})
    assert Account.objects.filter(pk=account.pk).exists()


HOSTILE = [
    "C1, C2\nC3,,C1",
    '["C1"]',
    "{}",
    "null",
    "\x00",
    "C1\x00",
    "\u202eC1",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "," * 10_000,
    "x" * 100_000,
    "\ud7ff\uffff",
]


@pytest.mark.parametrize("said", HOSTILE)
def test_whatever_is_typed_as_caseloads_is_a_list_of_texts_or_refused(db: None, said: str) -> None:
    account, client = made_account(Role.COUNSELOR), _of(made_account(Role.ADMIN))
    assert _changed(client, account, caseloads=said, schools=said) in (200, 302)
    account.refresh_from_db()
    assert all(isinstance(one, str) and one for one in account.caseloads)
    assert isinstance(account.caseloads, list)
    assert client.get(f"/{ACCOUNT}{account.pk}/change/").status_code == 200


def test_caseloads_are_typed_with_commas(db: None) -> None:
    account, client = made_account(Role.COUNSELOR), _of(made_account(Role.ADMIN))
    assert _changed(client, account, caseloads=" C1, C2,\r\nC3 ,,C1") == 302
    account.refresh_from_db()
    assert account.caseloads == ["C1", "C2", "C3"]
    assert b"C1, C2, C3" in client.get(f"/{ACCOUNT}{account.pk}/change/").content


@pytest.mark.parametrize("query", ["q=%00", "role__exact=%00", "p=-1", "o=99", "all=", "e=1", "is_active__exact=x"])
def test_hostile_queries_of_the_list_of_accounts_are_no_fault_of_the_desk(db: None, query: str) -> None:
    assert _of(made_account(Role.ADMIN)).get(f"/{ACCOUNT}?{query}").status_code < 500


@pytest.mark.parametrize("name", ["a\x00b", "", "x" * 10_000, "\u202e"])
def test_a_hostile_name_at_the_door_is_refused(db: None, name: str) -> None:
    answer = _of(None).post("/sign-in", {"username": name, "password": "\x00" + name})
    assert answer.status_code < 500
    assert not rights_of(None) - {Right.ANYONE}
