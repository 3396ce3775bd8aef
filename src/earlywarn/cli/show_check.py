"""What the terminal shows of a checked roster: rows in = accepted + merged + quarantined, why, and what changed."""

from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from earlywarn.check import CORRECTIONS, CheckedDistrict
from earlywarn.cli.show_account import show_account
from earlywarn.cli.tables import percent, table
from earlywarn.cli.terminal import out, show
from earlywarn.printable import one_line
from earlywarn.report.checked import Checked
from earlywarn.roster.findings import ACCEPTED, MERGED, QUARANTINED, RuleCount, by_rule

_HEADS = {QUARANTINED: "Quarantined, by rule", MERGED: "Merged", ACCEPTED: "Accepted, but look"}


def show_check(checked: Checked, quarantine: Path | None, folder: Path | None) -> None:
    """Print the account of rows, findings by rule, rows by group, guesses and alarms."""
    surveyed = checked.surveyed
    counts = surveyed.counts
    out.print(
        f"{one_line(surveyed.file)}: {counts.rows_in:,} rows in = {counts.accepted:,} accepted "
        f"+ {counts.merged:,} merged + {counts.quarantined:,} quarantined"
    )
    _show_changes(checked)
    for fate, head in _HEADS.items():
        _show_rules([count for count in checked.rules if count.fate == fate], head)
    _show_groups(checked)
    for guess in surveyed.guesses:
        told = one_line(f"{guess.where}, {guess.what}: {guess.found} ({guess.sure})")
        out.print(f"{'LOOK  ' if guess.is_warning else ''}{told}")
    if folder is not None:
        out.print(f"Page, record, correction list and profile: {folder}", soft_wrap=True)
    if quarantine is not None:
        out.print(f"Every refused row: {quarantine}", soft_wrap=True)
    elif surveyed.refusals and folder is None:
        out.print("Give --out FOLDER for the correction list, or --quarantine FILE for every refused row.")


def show_district(checked: CheckedDistrict, folder: Path | None) -> None:
    """Print each band, and the rows of no band."""
    for served, one in checked.bands:
        out.print(Text(f"Grades {', '.join(served.grades)}: {one.serving.title}", style="bold"))
        show_check(one, None, None if folder is None else folder / served.experiment.name)
    show_account(checked.account())
    _show_rules(by_rule(checked.rest.findings, checked.rest.file), "Quarantined without a band, by rule")
    if folder is not None and checked.rest.findings:
        out.print(f"Correction list of rows without a band: {folder / CORRECTIONS}", soft_wrap=True)


def _show_rules(rules: Sequence[RuleCount], head: str) -> None:
    if not rules:
        return
    made = table("Rule", "Column", "What is wrong", ">Rows", "First lines", "What to do")
    for count in rules:
        made.add_row(count.name, count.column, count.rule, f"{count.rows:,}", ", ".join(count.lines), count.remedy)
    show(head, made)


def _show_groups(checked: Checked) -> None:
    made = table("Group", ">Rows in", ">Accepted", ">Merged", ">Quarantined")
    for line in checked.groups:
        made.add_row(line.words, *(line.numbers or ("too few: not shown",)))
    if checked.groups and checked.surveyed.counts.accepted < checked.surveyed.counts.rows_in:
        show("Rows by group", made)


def _show_changes(checked: Checked) -> None:
    changes = checked.changes
    if changes is None:
        out.print("There is no earlier roster to compare with.")
        return
    for words in changes.loud:
        out.print(f"LOOK  since {checked.against}: {words}")
    if not changes.alarms:
        out.print(f"Since {checked.against}: none of {len(changes.shifts)} shares moved beyond its usual noise.")
        return
    made = table("Column", "Code", ">Then", ">Now", ">Usual")
    for shift in changes.alarms:
        within = f"±{percent(2 * shift.usual)}"
        made.add_row(shift.column, shift.code or "(missing)", f"{shift.before:.1%}", f"{shift.now:.1%}", within)
    show(f"LOOK: shares that jumped since {checked.against}", made)
