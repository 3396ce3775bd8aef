"""The list of students to review."""

import pytest
from django.test import Client

from earlywarn.review.load import Published

pytestmark = pytest.mark.django_db


def test_a_counselor_sees_their_own_caseload_alone(desk: Published, as_counselor: Client) -> None:
    page = as_counselor.get("/students/")
    assert page.status_code == 200
    assert {row.school for row in page.context["rows"]} == {"S1"}
    own = desk.publication.entries.filter(counselor="C1")
    assert page.context["caseload"] == own.count() == 20
    assert page.context["page"].paginator.count == own.filter(flagged=True).count() > 0


def test_a_page_of_one_student_tells_reasons_strengths_and_what_would_change_it(
    desk: Published, as_counselor: Client
) -> None:
    entry = desk.publication.entries.filter(counselor="C1", level="High").order_by("rank").first()
    assert entry is not None
    page = as_counselor.get(f"/students/{entry.student.key}/")
    told = page.context["told"]
    assert page.status_code == 200
    assert [why.weight for why in told.why] == sorted((why.weight for why in told.why), reverse=True)
    assert told.meaning.missed == 61
    assert told.meaning.met == 39
    assert told.changes
