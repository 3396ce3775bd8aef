"""An export as a file: CSV or XLSX, marked confidential, harmless to spreadsheets; none of it is put on a disk."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO, StringIO

from django.utils.translation import gettext as _

from earlywarn.formula import formula_safe
from earlywarn.review.exported import MOST, Exported, moment_words

KEPT = ("\n", "\u200c", "\u200d")
"""Letters that are not printed and belong to writing: an end of line, and what joins letters in some scripts."""
LONGEST = 32_000
"""Letters of a cell; a spreadsheet holds no more than 32,767."""
WIDE = 255


@dataclass(frozen=True)
class Form:
    """A form of file."""

    content_type: str
    write: Callable[[Exported, str, datetime], bytes]


def mark(exported: Exported, who: str, at: datetime) -> str:
    """Give the first line of every export."""
    words = _("CONFIDENTIAL. %(title)s, exported by %(who)s on %(at)s. It is on the record who exported it.") % {
        "title": exported.title,
        "who": who,
        "at": moment_words(at),
    }
    if not exported.left_out:
        return words
    more = _("The first %(most)s rows; %(left)s more are left out: filter the list.")
    return f"{words} {more % {'most': f'{MOST:,}', 'left': f'{exported.left_out:,}'}}"


def safe(text: str) -> str:
    """Give a cell that no spreadsheet runs."""
    return formula_safe("".join(letter for letter in text if letter.isprintable() or letter in KEPT)[:LONGEST])


def _csv(exported: Exported, line: str, at: datetime) -> bytes:
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([safe(line)])
    writer.writerow(exported.heads)
    writer.writerows([safe(cell) for cell in row] for row in exported.rows)
    return out.getvalue().encode("utf-8-sig")  # the mark by which spreadsheets know UTF-8


def _xlsx(exported: Exported, line: str, at: datetime) -> bytes:
    import xlsxwriter

    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"created": at.replace(tzinfo=None), "title": exported.title})
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        sheet.set_header("&C" + _in_header(line))
        sheet.set_footer("&L" + _("CONFIDENTIAL") + "&R&P / &N")
        sheet.write_string(0, 0, safe(line), bold)
        sheet.set_column(0, len(exported.heads) - 1, 20)
        for column, head in enumerate(exported.heads):
            sheet.write_string(1, column, head, bold)
        sheet.freeze_panes(2, 0)
        sheet.repeat_rows(0, 1)
        for number, row in enumerate(exported.rows, start=2):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, safe(cell))
    return out.getvalue()


def _in_header(line: str) -> str:
    """Give as much as a header holds; an ampersand would begin an order there."""
    return line.replace("&", "+")[: WIDE - 10]


FORMS: Mapping[str, Form] = {
    "csv": Form("text/csv; charset=utf-8", _csv),
    "xlsx": Form("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
}
