"""What was found in a roster, row by row, for a clerk to mend: where, which rule, what to do; never a value."""

from dataclasses import dataclass
from typing import NamedTuple

from earlywarn.columns import Refusal

QUARANTINED, MERGED, KEPT, ACCEPTED = "quarantined", "merged", "kept", "accepted"
"""What became of the row: refused; gone into another; the one that speaks for both; taken, but look at it."""

NOT_KNOWN = ""
"""The school of a row that could not be parted into cells, or has none."""


class Finding(NamedTuple):
    """One rule that one row broke, the school of the row, and what became of it."""

    refusal: Refusal
    school: str
    fate: str


@dataclass(frozen=True)
class RuleCount:
    """How many rows have one finding in one column, and its first lines."""

    name: str
    column: str
    rule: str
    remedy: str
    fate: str
    rows: int
    lines: tuple[str, ...]


LINES_NAMED = 5


def by_rule(findings: "tuple[Finding, ...]", roster: str) -> list[RuleCount]:
    """Count findings by rule, column and fate, the most frequent first; lines of a folder's part name the part."""
    found: dict[tuple[str, str, str, str], list[Refusal]] = {}
    for refusal, _, fate in findings:
        found.setdefault((refusal.name, refusal.column, refusal.rule, fate), []).append(refusal)
    counts = [
        RuleCount(name, column, rule, rows[0].remedy, fate, len(rows), _first_lines(rows, roster))
        for (name, column, rule, fate), rows in found.items()
    ]
    return sorted(counts, key=lambda count: (_ORDER[count.fate], -count.rows, count.column, count.name))


_ORDER = {QUARANTINED: 0, MERGED: 1, KEPT: 2, ACCEPTED: 3}


def _first_lines(rows: list[Refusal], roster: str) -> tuple[str, ...]:
    shown = sorted(rows, key=lambda row: (row.file, row.line))[:LINES_NAMED]
    return tuple(str(row.line) if row.file == roster else f"{row.file}: {row.line}" for row in shown)
