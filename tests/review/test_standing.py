"""A list disappears from view once its verdict is over or its run was withdrawn, with the reason."""

import json
from datetime import date
from pathlib import Path
from unittest.mock import patch

import pytest
from django.test import Client

from earlywarn.review.load import Published, publish
from earlywarn.review.models import Account, Publication
from earlywarn.review.standing import hidden_by
from earlywarn.score_run import MANIFEST
from tests.review.made import made_promotion, made_ready, plain_manifest

pytestmark = pytest.mark.django_db


def test_a_provisional_list_is_shown_until_its_last_day_and_not_after() -> None:
    one = publish(made_ready(promotion=made_promotion(expires=date(2027, 6, 30)))).publication
    assert hidden_by(one, date(2027, 6, 30)) == ""
    assert "2027-06-30" in hidden_by(one, date(2027, 7, 1))


def test_an_expired_list_leaves_the_page_and_the_reason_stays(desk: Published, as_counselor: Client) -> None:
    Publication.objects.update(expires=date(2020, 1, 1))
    page = as_counselor.get("/students/")
    assert page.context["rows"] == []
    assert "not shown any more" in page.content.decode()
    key = desk.publication.entries.filter(counselor="C1")[0].student.key
    assert as_counselor.get(f"/students/{key}/").status_code == 404


def test_a_waived_expiry_keeps_the_list(desk: Published) -> None:
    desk.publication.expires, desk.publication.expiry_waived = date(2020, 1, 1), True
    assert hidden_by(desk.publication, date(2026, 1, 1)) == ""


def test_a_run_that_is_withdrawn_after_it_was_published_leaves_the_page_at_once(
    desk: Published, as_counselor: Client, tmp_path: Path
) -> None:
    Publication.objects.update(folder=str(tmp_path))
    path = tmp_path / MANIFEST
    path.write_text(json.dumps(plain_manifest({})))
    assert as_counselor.get("/students/").context["rows"]
    on = {"on": "2026-11-20", "by": "A. Clerk", "reason": "wrong roster", "files_before": {}}
    path.write_text(json.dumps(plain_manifest(on)))
    page = as_counselor.get("/students/")
    assert page.context["rows"] == []
    assert "wrong roster" in page.content.decode()


def test_a_folder_that_is_gone_or_damaged_hides_nothing(desk: Published, tmp_path: Path) -> None:
    desk.publication.folder = str(tmp_path / "gone")
    assert hidden_by(desk.publication, date(2026, 11, 20)) == ""
    (tmp_path / MANIFEST).write_text("{")
    desk.publication.folder = str(tmp_path)
    assert hidden_by(desk.publication, date(2026, 11, 20)) == ""


def test_a_session_ends_when_nothing_was_asked_for_half_an_hour(desk: Published, as_counselor: Client) -> None:
    with patch("earlywarn.review.session.time.time", return_value=1_000_000):
        assert as_counselor.get("/students/").status_code == 200
    with patch("earlywarn.review.session.time.time", return_value=1_000_000 + 29 * 60):
        assert as_counselor.get("/students/").status_code == 200
    with patch("earlywarn.review.session.time.time", return_value=1_000_000 + 60 * 60):
        assert as_counselor.get("/students/").status_code == 302


def test_a_role_that_changes_holds_from_the_next_request(desk: Published, as_counselor: Client) -> None:
    assert as_counselor.get("/students/").status_code == 200
    Account.objects.update(role="analyst")
    assert as_counselor.get("/students/").status_code == 403
