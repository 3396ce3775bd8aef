"""The list of a withdrawn score run, marked: a banner on the page, a first column in each row of a list.

A list keeps the form of a table, so that a machine reads no sentence as a student: the mark is a column of its own,
and the file bears another name. It refuses to change anything else.
"""

import csv
from pathlib import Path

from earlywarn.report.house import pages
from earlywarn.withdrawal import Withdrawal

COLUMN = "withdrawn"
_BODY, _TITLE = b"<body>", b"<title>"


def mark_page(source: Path, target: Path, withdrawal: Withdrawal) -> None:
    """Write a page with the banner before all else, and the word in its title."""
    banner = pages().get_template("withdrawn.html.j2").render(w=withdrawal).encode()
    page = source.read_bytes().replace(_TITLE, _TITLE + b"WITHDRAWN: ", 1)
    target.write_bytes(page.replace(_BODY, _BODY + b"\n" + banner, 1))


def mark_list(source: Path, target: Path, withdrawal: Withdrawal) -> None:
    """Write a CSV with a first column that says in every row that the list was withdrawn, and why."""
    words = f"WITHDRAWN, do not use: {withdrawal.words}"
    with (
        source.open(encoding="utf-8", newline="") as read,
        target.open("w", encoding="utf-8", newline="") as written,
    ):
        writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for number, row in enumerate(csv.reader(read)):
            writer.writerow([words if number else COLUMN, *row])
