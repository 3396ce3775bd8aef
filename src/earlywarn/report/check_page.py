"""The page of a checked roster: one self-contained HTML file for the data team and the clerk."""

from itertools import groupby

from earlywarn.report import words as w
from earlywarn.report.checked import FATES, Checked
from earlywarn.report.house import pages
from earlywarn.report.summary_page import NOT_SHOWN
from earlywarn.report.tables import Table, row
from earlywarn.roster.findings import ACCEPTED, MERGED, QUARANTINED

MOST_LINES, MOST_SCHOOLS = 50, 60
"""The page shows so many lines of so many schools; corrections.csv has all."""

_FATES = {
    QUARANTINED: ("Quarantined", "These rows are not used until they are mended."),
    MERGED: ("Merged", "Each student keeps one row; nothing to mend unless it is wrong."),
    ACCEPTED: ("Accepted, but look", "These rows are used as they are."),
}


def check_page(checked: Checked) -> str:
    """Render check.html; the same check gives the same bytes."""
    template = pages().get_template("check.html.j2")
    return template.render(
        c=checked.surveyed.counts,
        file=checked.surveyed.file,
        title=checked.serving.title,
        limit=checked.serving.roster.max_quarantined,
        rows=_rows(checked),
        rules=tuple(filter(lambda each: each[1].rows, _rules(checked))),
        groups=_groups(checked),
        guesses=_guesses(checked),
        loud_guesses=[guess for guess in checked.surveyed.guesses if guess.is_warning],
        changes=checked.changes,
        against=checked.against,
        alarms=_alarms(checked),
        schools=_schools(checked),
        corrections=len(checked.corrections),
        sha256=checked.surveyed.sha256,
    )


def _rows(checked: Checked) -> Table:
    counts = checked.surveyed.counts
    parts = (
        ("Accepted", counts.accepted, "what training and scoring take"),
        ("Merged", counts.merged, "the same row again, or a second spell of enrolment in one year"),
        ("Quarantined", counts.quarantined, "refused; every one is in corrections.csv, with what to do"),
    )
    rows = tuple(row(head, w.count(number), why) for head, number, why in parts)
    columns = ("What became of it", "Rows", "Which")
    return Table("Every row, and what became of it.", columns, rows, row("Rows in", w.count(counts.rows_in), ""))


def _rules(checked: Checked) -> list[tuple[str, Table]]:
    columns = ("Column", "What is wrong", "Rows", "First lines", "What to do", "Name for machines")
    made = []
    for fate, (head, why) in _FATES.items():
        rows = tuple(
            row(each.column, each.rule, w.count(each.rows), _lines(each.lines, each.rows), each.remedy, each.name)
            for each in checked.rules
            if each.fate == fate
        )
        made.append((head, Table(why, columns, rows)))
    return made


def _lines(lines: tuple[str, ...], rows: int) -> str:
    return ", ".join(lines) + (" \N{HORIZONTAL ELLIPSIS}" if rows > len(lines) else "")


def _groups(checked: Checked) -> Table:
    rows = tuple(row(line.words, *(line.numbers or (NOT_SHOWN,))) for line in checked.groups)
    return Table("Rows by group. Rows that could not be read are of no group.", ("Group", *FATES), rows)


def _guesses(checked: Checked) -> Table:
    rows = tuple(
        row(guess.where, guess.what, guess.found, ("look: " if guess.is_warning else "") + guess.sure)
        for guess in checked.surveyed.guesses
    )
    return Table("What the files do not say themselves.", ("Where", "What", "Taken as", "How sure"), rows)


def _alarms(checked: Checked) -> Table:
    shifts = checked.changes.alarms if checked.changes else ()
    rows = tuple(
        row(
            f"{shift.column}: {shift.code or 'missing'}",
            w.percent(shift.before, 1),
            w.percent(shift.now, 1),
            f"by chance within {w.percent(2 * shift.usual, 1)}",
        )
        for shift in shifts
    )
    return Table("Shares that moved beyond their usual noise.", ("Column and code", "Then", "Now", "Usual"), rows)


def _schools(checked: Checked) -> list[tuple[str, Table]]:
    made = []
    for school, found in groupby(checked.corrections, key=lambda each: each.school):
        each = list(found)
        rows = tuple(
            row(f"{one.refusal.file}: {one.refusal.line}", one.refusal.column, one.refusal.rule, one.refusal.remedy)
            for one in each[:MOST_LINES]
        )
        more = f" The first {MOST_LINES} of {len(each):,}; corrections.csv has all." if len(each) > MOST_LINES else ""
        columns = ("File and line", "Column", "What is wrong", "What to do")
        made.append((f"{school}: {w.plural(len(each), 'correction')}", Table(f"{school}.{more}", columns, rows)))
    return made[:MOST_SCHOOLS]
