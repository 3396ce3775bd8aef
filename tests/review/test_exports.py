"""Exports: by right, recorded, confidential, and nothing in them that a spreadsheet runs."""

import csv
import json
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client

from earlywarn.review.exported import EXPORTS
from earlywarn.review.load import Published
from earlywarn.review.models import Role, Student
from earlywarn.review.rights import RIGHTS
from earlywarn.review.written import FORMS
from tests.review.made import made_account, made_desk

pytestmark = pytest.mark.django_db

HOSTILE = [
    '=HYPERLINK("http://x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "＝1+1",
    "<script>alert(1)</script>",
    "\u202egnirts",
    "Ж" * 10_000,
    "👩‍👩‍👧 Müller",
    'quote " , comma',
    "\r=1+1",
]


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("what", EXPORTS)
@pytest.mark.parametrize("role", Role)
def test_an_export_is_for_roles_with_the_right_of_its_list(
    desk: Published, client: Client, role: Role, what: str
) -> None:
    client.force_login(made_account(role))
    expected = 200 if EXPORTS[what].right in RIGHTS[role] else 403
    assert {client.get(f"/export/{what}.{form}").status_code for form in FORMS} == {expected}


def test_an_unknown_list_or_form_is_no_page(desk: Published, as_counselor: Client) -> None:
    for address in ("students.pdf", "everything.csv", "students.CSV", "groups.xlsx"):
        assert as_counselor.get(f"/export/{address}").status_code == 404


def test_the_export_of_the_list_holds_what_the_list_holds(desk: Published, as_counselor: Client) -> None:
    page = as_counselor.get("/students/")
    answer = as_counselor.get("/export/students.csv")
    line, heads, *rows = rows_of(answer.content)
    assert line[0].startswith("CONFIDENTIAL. Students to review, exported by counselor (counselor) on ")
    assert [row[0] for row in rows] == [row.number for row in page.context["rows"]]
    assert [row[5] for row in rows] == ["; ".join(row.reasons) for row in page.context["rows"]]
    assert all(len(row) == len(heads) for row in rows)
    assert not {"Rank", "Risk", "Points", "Group"} & set(heads)
    assert answer["Content-Disposition"].startswith('attachment; filename="CONFIDENTIAL-students-')
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_the_filters_of_the_list_hold_for_its_export(desk: Published, as_counselor: Client) -> None:
    rows = rows_of(as_counselor.get("/export/students.csv?grade=1").content)[2:]
    listed = as_counselor.get("/students/?grade=1").context["rows"]
    assert [row[0] for row in rows] == [row.number for row in listed]
    assert {row[3] for row in rows} == {"1"}


def test_all_pages_are_exported_and_every_student_is_on_record(db: None, client: Client, settings: Any) -> None:
    from tests.review.made import Made

    made_desk(Made(students=300, schools=1))
    account = made_account(Role.COUNSELOR)
    client.force_login(account)
    rows = rows_of(client.get("/export/students.csv").content)[2:]
    assert len(rows) > 25
    (path,) = Path(settings.RECORD_FOLDER).glob("record-*.jsonl")
    line = [json.loads(one) for one in path.read_text().split("\n") if one][-1]
    numbers = dict(Student.objects.values_list("pk", "student_id"))
    assert [numbers[key] for key in line["students"]] == [row[0] for row in rows]
    assert line["words"] == f"students.csv, {len(rows)} rows"
    assert (line["what"], line["account"], line["status"]) == ("export", account.pk, 200)


def test_hostile_names_are_text_in_a_csv(db: None, client: Client) -> None:
    made_desk(names=HOSTILE)
    client.force_login(made_account(Role.LEAD, schools=["S1", "S2", "S3"]))
    rows = _everyone(client, "csv")
    for row in rows[1:]:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝")) for cell in row)
        assert not any("\u202e" in cell or "\r" in cell for cell in row)


def _everyone(client: Client, form: str) -> list[list[str]]:
    Student.objects.filter(entries__flagged=False, entries__scored=True).update(added_on="2026-11-20")
    rows = rows_of(client.get(f"/export/students.{form}?status=").content)
    rows += rows_of(client.get(f"/export/not-enough-data.{form}").content)
    assert len(rows) == 60 + 4
    return rows


def test_an_xlsx_holds_text_alone_and_is_marked_on_every_printed_page(db: None, client: Client) -> None:
    made_desk(names=HOSTILE)
    Student.objects.update(added_on="2026-11-20")
    client.force_login(made_account(Role.LEAD, schools=["S1", "S2", "S3"]))
    answer = client.get("/export/students.xlsx")
    with ZipFile(BytesIO(answer.content)) as book:
        sheet, strings = book.read("xl/worksheets/sheet1.xml").decode(), book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet.lower()
    assert "<oddHeader>&amp;CCONFIDENTIAL" in sheet
    assert "<oddFooter>&amp;LCONFIDENTIAL" in sheet
    assert "CONFIDENTIAL. Students to review" in strings
    assert "Last20 (made up)" in strings
    assert "\u202e" not in strings


def test_a_name_with_an_ampersand_gives_no_order_in_a_header(desk: Published, client: Client) -> None:
    account = made_account(Role.COUNSELOR, first_name="&G&Z", last_name="x" * 150)
    client.force_login(account)
    with ZipFile(BytesIO(client.get("/export/students.xlsx").content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "&amp;G" not in sheet


def test_an_export_that_cannot_be_recorded_is_not_given(
    desk: Published, as_counselor: Client, settings: Any, tmp_path: Path
) -> None:
    settings.RECORD_FOLDER = tmp_path / "gone"
    answer = as_counselor.get("/export/students.csv")
    assert answer.status_code == 503
    assert b"Last" not in answer.content
