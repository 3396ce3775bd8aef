"""Signing in, headers, cookies and what Django's own check of a deployment says."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from gunicorn.config import Config

from earlywarn.errors import UsageError
from earlywarn.review.accounts import Wanted, make_account
from earlywarn.review.load import Published
from earlywarn.review.models import Account, Role
from earlywarn.review.serving import BareLogger
from tests.review.made import PASSWORD, made_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client: Client) -> Client:
    """A browser that keeps to the form: Django's own test client skips the check against forged requests."""
    return Client(enforce_csrf_checks=True)


def test_signing_in_leads_each_role_to_its_first_page(client: Client) -> None:
    first = {
        Role.COUNSELOR: "/students/", Role.LEAD: "/students/", Role.ANALYST: "/schools/",
        Role.DATA: "/corrections/", Role.ADMIN: "/record/",
    }  # fmt: skip
    for role, page in first.items():
        made_account(role)
        answer = client.post("/sign-in", {"username": role.value, "password": PASSWORD}, follow=True)
        assert [url for url, _status in answer.redirect_chain] == ["/", page]
        client.post("/sign-out")


def test_five_wrong_passwords_lock_the_sixth_out_even_if_it_is_right(counselor: Account, client: Client) -> None:
    for _ in range(5):
        client.post("/sign-in", {"username": "counselor", "password": "wrong"})
    answer = client.post("/sign-in", {"username": "counselor", "password": PASSWORD})
    assert answer.status_code == 429
    assert client.get("/students/").status_code == 302


def test_an_unknown_name_and_a_wrong_password_are_answered_alike(counselor: Account, client: Client) -> None:
    answers = [
        client.post("/sign-in", {"username": name, "password": "wrong"}).content.decode()
        for name in ("counselor", "nobody99x")
    ]
    told = [re.sub(r'value="[^"]*"', "", answer) for answer in answers]
    assert told[0] == told[1]


def test_a_form_without_its_token_is_refused_in_words(counselor: Account, browser: Client) -> None:
    browser.force_login(counselor)
    answer = browser.post("/sign-out")
    assert answer.status_code == 403
    assert b"<h1>" in answer.content


def test_every_answer_has_a_strict_policy_and_is_kept_by_no_cache(desk: Published, as_counselor: Client) -> None:
    for path in ("/students/", "/nothing-here", "/sign-in", "/about/"):
        answer = as_counselor.get(path)
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert "unsafe" not in answer["Content-Security-Policy"]
        assert "no-store" in answer["Cache-Control"]
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"


def test_without_its_database_the_desk_still_says_so_in_words(
    as_counselor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("earlywarn.review.own.shown", _gone)
    as_counselor.raise_request_exception = False
    answer = as_counselor.get("/students/")
    assert answer.status_code == 500
    assert b"Something went wrong here" in answer.content
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]


def _gone(today: object) -> None:
    raise OperationalError("connection is bad")


def test_the_servers_log_holds_no_address_and_no_words_of_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    log = BareLogger(Config())
    try:
        raise ValueError("Jane Doe")
    except ValueError:
        log.exception("Error handling request %s %s", "GET", "/students/?q=Jane+Doe")
    told = capsys.readouterr().err
    assert "ValueError at test_front.py" in told
    assert "Jane" not in told


def test_two_commands_that_set_up_one_desk_at_once_both_do(tmp_path: Path) -> None:
    known = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    code = "from earlywarn.review.start import start; start(); import django.conf as on; print(on.settings.SECRET_KEY)"
    begun = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            env=known | {"EARLYWARN_DESK": str(tmp_path / "desk")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    told = [process.communicate() for process in begun]
    assert [process.returncode for process in begun] == [0, 0], told
    assert told[0][0] == told[1][0]


def test_cookies_are_secure_closed_to_scripts_and_of_this_site_alone(counselor: Account, client: Client) -> None:
    client.get("/sign-in")
    answer = client.post("/sign-in", {"username": "counselor", "password": PASSWORD})
    for cookie in answer.cookies.values():
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Strict")


def test_the_deployed_desk_passes_djangos_own_check(tmp_path: Path) -> None:
    known = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    place = {"EARLYWARN_DESK": str(tmp_path), "EARLYWARN_DESK_HOSTS": "desk.example.org"}
    (tmp_path / "secret.key").write_text("k" * 50 + "abcdefgh")
    command = [sys.executable, "-W", "error", "-m", "django", "check", "--deploy", "--fail-level", "INFO"]
    settings = {"DJANGO_SETTINGS_MODULE": "earlywarn.review.settings"}
    done = subprocess.run(command, env=known | place | settings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_no_migration_is_missing(db: None) -> None:
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("R. Alvarez", "R.", "Alvarez"), ("Sesev Wumimus (made up)", "Sesev", "Wumimus (made up)"), ("Osei", "", "Osei")],
)
def test_an_account_is_named_by_first_and_last_name(name: str, first: str, last: str) -> None:
    make_account(Wanted("somebody", Role.DATA, name))
    made = Account.objects.get(username="somebody")
    assert (made.first_name, made.last_name, made.words) == (first, last, name)


def _locked_out(username: str) -> bool:
    given = {"username": username, "password": "wrong"}
    return [Client().post("/sign-in", given).status_code for _ in range(6)][-1] == 429


@pytest.mark.parametrize("keeper", [Role.DATA, Role.ADMIN])
def test_a_new_password_opens_a_locked_account_at_once(db: None, keeper: Role) -> None:
    made_account(keeper, "keeper")
    locked = made_account(Role.ANALYST, "locked")
    assert _locked_out("locked")
    as_keeper = Client()
    as_keeper.force_login(Account.objects.get(username="keeper"))
    new = "another long enough word"
    fields = {"password1": new, "password2": new, "usable_password": "true"}
    assert as_keeper.post(f"/accounts/review/account/{locked.pk}/password/", fields).status_code == 302
    assert Client().post("/sign-in", {"username": "locked", "password": new}).status_code == 302


def test_a_new_password_by_command_opens_a_locked_account_at_once(db: None) -> None:
    made_account(Role.ANALYST, "locked")
    assert _locked_out("locked")
    made = make_account(Wanted("locked"))
    assert Client().post("/sign-in", {"username": "locked", "password": made.password}).status_code == 302


def test_behind_a_proxy_a_lock_is_of_the_address_that_the_proxy_saw(
    counselor: Account, client: Client, settings: Any
) -> None:
    settings.BEHIND_TLS = True
    for _ in range(6):
        client.post("/sign-in", {"username": "counselor", "password": "x"}, headers={"x-forwarded-for": "192.0.2.7"})
    wrong, right = {"x-forwarded-for": "198.51.100.1, 192.0.2.7"}, {"x-forwarded-for": "192.0.2.8"}
    form = {"username": "counselor", "password": PASSWORD}
    assert client.post("/sign-in", form, headers=wrong).status_code == 429
    assert client.post("/sign-in", form, headers=right).status_code == 302


def test_a_folder_or_a_key_that_others_may_open_is_refused(tmp_path: Path) -> None:
    from earlywarn.review.place import Place, prepare

    place = Place(tmp_path / "desk", "", ())
    prepare(place)
    place.key_file.chmod(0o644)
    with pytest.raises(UsageError, match="chmod"):
        prepare(place)
    place.key_file.chmod(0o600)
    place.folder.chmod(0o755)
    with pytest.raises(UsageError, match="chmod"):
        prepare(place)
