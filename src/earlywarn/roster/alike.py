"""Ids that a reader, or a spreadsheet, may take for one: 00123 and 123, O and 0, l and 1. Told, never merged."""

from collections.abc import Iterator

from earlywarn.columns import Bools
from earlywarn.roster.findings import ACCEPTED, Finding
from earlywarn.roster.ids import folded
from earlywarn.roster.rows import Rows

ZERO_STRIPPED, LOOK_ALIKE = "zero_stripped_id", "look_alike_id"
_RULES = {
    ZERO_STRIPPED: "an id that another one equals but for leading zeros",
    LOOK_ALIKE: "an id that looks like another one",
}
_REMEDY = "is it the same student as in {}? Then write both ids alike; ids are text, and zeros in front count"


def alike_findings(rows: Rows, meant: Bools, schools: list[str], column: str) -> Iterator[Finding]:
    """Give one finding for each row whose id looks like that of another row."""
    ids = rows.ids.to_pylist()
    groups: dict[str, dict[str, list[int]]] = {}
    for row in meant.nonzero()[0].tolist():
        if ids[row] is not None:
            groups.setdefault(folded(ids[row]), {}).setdefault(ids[row], []).append(row)
    for group in groups.values():
        for text, places in group.items():
            others = [other for other in group if other != text]
            if others:
                yield from (_finding(rows, row, group, text, others, schools[row], column) for row in places)


def _finding(
    rows: Rows, row: int, group: dict[str, list[int]], text: str, others: list[str], school: str, column: str
) -> Finding:
    stripped = [other for other in others if other.lstrip("0") == text.lstrip("0")]
    name = ZERO_STRIPPED if stripped else LOOK_ALIKE
    other = group[(stripped or others)[0]][0]
    return Finding(
        rows.refuse(row, column, _RULES[name], _REMEDY.format(rows.beside(row, other)), name), school, ACCEPTED
    )
