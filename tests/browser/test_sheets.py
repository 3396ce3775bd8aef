"""What leaves the screen: the meeting sheet, the family sheet and exports, opened and read."""

import csv
import io
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opened
from tests.browser.served import Served

pytestmark = pytest.mark.needs_browser


def chosen(page: Page) -> list[str]:
    """Choose three students on the list; their names."""
    page.goto("/students/?page=2")
    for row in range(3):
        page.locator("input[name=s]").nth(row).check()
    return page.locator("a.name").all_inner_texts()[:3]


def download(page: Page, link: str, into: Path) -> Path:
    with page.expect_download() as started:
        page.get_by_role("link", name=link).click()
    path = into / started.value.suggested_filename
    started.value.save_as(path)
    return path


def test_a_meeting_sheet_holds_the_chosen_students_and_prints_without_forms(opened: Opened, tmp_path: Path) -> None:
    page = opened("counselor")
    names = chosen(page)
    page.get_by_role("button", name="Meeting sheet for chosen students").click()
    expect(page.get_by_role("heading", level=2)).to_have_text(names)
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=2)).to_have_text(names)
    assert page.locator("nav, form, button").filter(visible=True).count() == 0
    assert page.pdf(path=tmp_path / "sheet.pdf", prefer_css_page_size=True).startswith(b"%PDF")


def test_a_family_sheet_says_the_standard_the_reasons_and_how_to_correct_an_error(
    opened: Opened, served: Served
) -> None:
    one = next(one for one in served.desk.students if one["caseload"] == "C1" and one["flagged"])
    page = opened("counselor")
    page.goto(f"/students/{one['key']}/")
    page.get_by_role("link", name="Family sheet").click()
    for words in ("The standard", "If something is wrong, or you want to ask"):
        expect(page.get_by_role("heading", name=words)).to_be_visible()
    assert one["number"] not in page.locator("main").inner_text()


def test_a_list_leaves_as_csv_marked_confidential_and_without_formulas(opened: Opened, tmp_path: Path) -> None:
    page = opened("counselor")
    page.goto("/students/?status=")
    path = download(page, "CSV", tmp_path)
    assert path.name.startswith("CONFIDENTIAL-students-")
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    assert rows[0][0].startswith("CONFIDENTIAL")
    assert len(rows) == 2 + int(re.search(r"of (\d+)", page.locator(".pages").inner_text())[1])  # type: ignore[index]
    assert any("HYPERLINK" in cell for row in rows for cell in row)
    assert [cell[:20] for row in rows for cell in row if cell[:1] in "=+-@\t\r" and cell] == []


def test_a_list_leaves_as_xlsx_with_texts_alone(opened: Opened, tmp_path: Path) -> None:
    page = opened("counselor")
    page.goto("/students/?status=")
    path = download(page, "XLSX", tmp_path)
    with zipfile.ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
        assert not [name for name in book.namelist() if "externalLink" in name or "vbaProject" in name]
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet
    assert "CONFIDENTIAL" in texts
    assert "HYPERLINK" in texts


def test_the_audit_is_shown_with_its_own_style_and_nothing_else(opened: Opened) -> None:
    page = opened("analyst")
    page.goto("/about/")
    page.get_by_role("link", name="The whole audit").click()
    page.wait_for_url("**/about/audit**")
    assert page.evaluate("document.styleSheets.length") >= 1
    assert page.locator("script, iframe").count() == 0
