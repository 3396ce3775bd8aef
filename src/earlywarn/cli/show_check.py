"""What the terminal shows of a roster at the door: rows in = accepted + merged + quarantined, and why."""

from pathlib import Path
from typing import Any

from earlywarn.cli.tables import table
from earlywarn.cli.terminal import out, show
from earlywarn.roster.door import Door
from earlywarn.roster.quarantine import summary


def show_check(door: Door, quarantine: Path | None) -> None:
    """Print the account of rows, and each rule that was broken with its remedy and first lines."""
    counts = door.counts
    out.print(
        f"{door.file}: {counts.rows_in:,} rows in = {counts.accepted:,} accepted + {counts.merged:,} merged "
        f"+ {counts.quarantined:,} quarantined"
    )
    if door.refusals:
        made = table("Column", "Rule", ">Rows", "First lines", "What to do")
        for count in summary(door.refusals):
            made.add_row(count.column, count.rule, f"{count.rows:,}", ", ".join(map(str, count.lines)), count.remedy)
        show("Refused, by rule", made)
    if quarantine is not None:
        out.print(f"Every refused row: {quarantine}")
    elif door.refusals:
        out.print("Give --quarantine FILE for every refused row.")


def check_record(door: Door) -> dict[str, Any]:
    """Give the account of a roster as plain values."""
    refused = [
        {"column": column, "rule": rule, "remedy": remedy, "rows": rows, "first_lines": list(lines)}
        for column, rule, remedy, rows, lines in summary(door.refusals)
    ]
    return {"file": door.file, "sha256": door.sha256, "counts": vars(door.counts), "refused": refused}
