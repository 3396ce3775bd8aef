"""The summary of a score run as one self-contained HTML page; light, since every score run makes one."""

from dataclasses import dataclass

from earlywarn.report import words as w
from earlywarn.report.change_tables import change_told
from earlywarn.report.house import pages
from earlywarn.report.summary import LevelLine, SchoolLine, Summary
from earlywarn.report.tables import Table, row
from earlywarn.scorecard.levels import meaning

NOT_SHOWN = "too few students: not shown"
COUNTED = ("Students in scope", "On the list", "Not enough data")


@dataclass(frozen=True)
class LevelCard:
    """A level with its shape (so many dots of so many) and its picture of 100 students."""

    line: LevelLine
    filled: int
    of: int
    missed: int | None
    told: str


def summary_page(summary: Summary) -> str:
    """Render summary.html; the same summary gives the same bytes."""
    return (
        pages()
        .get_template("summary.html.j2")
        .render(
            s=summary,
            rows=rows_table(summary),
            levels=tuple(_level_card(line, place, len(summary.levels)) for place, line in enumerate(summary.levels)),
            schools=_schools(summary),
            groups=_groups(summary),
            quarantine=_quarantine(summary),
            missing=_missing(summary),
            change=change_told(summary.change) if summary.change else None,
        )
    )


def rows_table(summary: Summary) -> Table:
    """Account for every row; the last line is the sum of the others."""
    parts = (
        ("Scored", summary.counts.scored, "ordered by points; the first of them are the list"),
        ("Not enough data", summary.counts.not_enough_data, "too few inputs known; look at these students yourself"),
        ("Out of scope", summary.counts.out_of_scope, "another school year, or a grade that this model does not serve"),
        ("Merged", summary.counts.merged, "the same row more than once, or a second spell of enrolment in one year"),
        ("Quarantined", summary.counts.quarantined, "refused at the door; see below and quarantine.csv"),
    )
    rows = tuple(row(head, w.count(number), why) for head, number, why in parts)
    total = sum(number for _, number, _ in parts)
    columns = ("What became of it", "Rows", "Which")
    return Table("Every row of the roster, and what became of it.", columns, rows, row("Rows in", w.count(total), ""))


def _level_card(line: LevelLine, place: int, levels: int) -> LevelCard:
    share = line.level.share
    missed = None if share is None else round(100 * share)
    return LevelCard(line, levels - place, levels, missed, w.capital(meaning(line.level)) + ".")


def _schools(summary: Summary) -> Table:
    rows = (
        row(line.school, w.count(line.students), _of(line.flagged, line.students), w.count(line.not_enough_data))
        for line in sorted(summary.schools, key=_in_order)
    )
    return Table("The list by school.", ("School", *COUNTED), tuple(rows))


def _groups(summary: Summary) -> Table:
    rows = tuple(row(line.words, *([count.words for count in line.counts] or [NOT_SHOWN])) for line in summary.groups)
    return Table("The list by group. Sums only: no list and no reason names a group.", ("Group", *COUNTED), rows)


def _of(part: int, whole: int) -> str:
    return w.count(part) + (f" ({w.percent(part / whole, 0)})" if whole else "")


def _in_order(line: SchoolLine) -> tuple[bool, int, str]:
    """Order schools whose names are numbers as numbers, before all others."""
    number = line.school.isascii() and line.school.isdigit()
    return not number, int(line.school) if number else 0, line.school


def _quarantine(summary: Summary) -> Table:
    rows = (
        row(line.column or "whole row", line.rule, w.count(line.rows), _lines(line.lines, line.rows), line.remedy)
        for line in summary.quarantine
    )
    columns = ("Column", "Rule", "Rows", "Lines of the file", "What to do")
    return Table("Rows refused, by rule. No value is shown.", columns, tuple(rows))


def _lines(lines: tuple[int, ...], rows: int) -> str:
    told = ", ".join(str(line) for line in lines)
    return f"{told} \N{HORIZONTAL ELLIPSIS}" if rows > len(lines) else told


def _missing(summary: Summary) -> Table:
    rows = (row(title, w.percent(share)) for title, share in summary.missing)
    return Table("Scored students without this input.", ("Input", "Missing"), tuple(rows))
