"""What the terminal shows of a first mapping: what is certain, likely and open, and what was not recognised."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from earlywarn.cli.tables import table
from earlywarn.cli.terminal import out, show
from earlywarn.printable import one_line
from earlywarn.roster.mapping import Mapping, Sure


def show_map(made: Sequence[Mapping], target: Path) -> None:
    """Print every file's columns with what they seem to be; names of columns, never a cell."""
    for mapping in made:
        counts = {sure: sum(fit.sure is sure for fit in mapping.fits) for sure in Sure}
        told = ", ".join(f"{count} {sure.value}" for sure, count in counts.items())
        told += f", {len(mapping.open)} open, {len(mapping.unknown)} not recognised"
        out.print(one_line(f"{', '.join(mapping.files)}: {told}"))
        if mapping.fits or mapping.open:
            show("Columns", _table(mapping))
        for column, remark in mapping.aside:
            out.print(one_line(f"Not mapped: {column}: {remark}"))
        if mapping.unknown:
            out.print(one_line(f"Not recognised: {', '.join(mapping.unknown)}"))
    out.print(f"wrote {target}: choose what is open, confirm what is likely, then put it into your experiment TOML")


def _table(mapping: Mapping) -> Any:
    shown = table("Column of the file", "Is", "How sure", "Because of")
    for fit in mapping.fits:
        shown.add_row(fit.column, fit.canonical, fit.sure.value, fit.why)
    for choice in mapping.open:
        why = "several columns fit one" if len(choice.columns) > 1 else "one column fits several"
        shown.add_row(", ".join(choice.columns), " or ".join(choice.canonical), "open: choose", why)
    return shown


def map_record(made: Sequence[Mapping], target: Path) -> dict[str, Any]:
    """Give the mapping as plain values."""
    return {"file": str(target), "mapped": [_record(mapping) for mapping in made]}


def _record(mapping: Mapping) -> dict[str, Any]:
    return {
        "files": list(mapping.files),
        "fits": [vars(fit) | {"sure": fit.sure.value} for fit in mapping.fits],
        "open": [{"canonical": list(choice.canonical), "columns": list(choice.columns)} for choice in mapping.open],
        "not_mapped": [{"column": column, "why": why} for column, why in mapping.aside],
        "not_recognised": list(mapping.unknown),
    }
