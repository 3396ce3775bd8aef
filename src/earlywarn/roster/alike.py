"""Ids that a reader, or a spreadsheet, may take for one: 00123 and 123, O and 0, '123 and 123.0. Told, never merged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from earlywarn.columns import Bools, Coded, Refusal
from earlywarn.roster.blocks import Source
from earlywarn.roster.findings import ACCEPTED, Finding
from earlywarn.roster.ids import folded
from earlywarn.roster.judge import Judged
from earlywarn.roster.places import beside, whereabouts
from earlywarn.roster.rows import Rows
from earlywarn.roster.terms import Kind

ZERO_STRIPPED, LOOK_ALIKE = "zero_stripped_id", "look_alike_id"
_RULES = {
    ZERO_STRIPPED: "an id that another one equals but for leading zeros",
    LOOK_ALIKE: "an id that looks like another one",
}
_REMEDY = "is it the same student as in {}? Then write both ids alike; ids are text, and zeros in front count"
_OF_SCHOOL = {
    ZERO_STRIPPED: "a school id that another one equals but for leading zeros; told once an id",
    LOOK_ALIKE: "a school id that looks like another one; told once an id",
}
_SAME_SCHOOL = "the id in line {} stands in {:,} rows: is it the school of {}? Write both alike, or it counts as two"


@dataclass
class SchoolsSeen:
    """The place of the first sound row of each school id in one column."""

    column: str
    first: dict[str, int] = field(default_factory=dict)

    def add(self, judged: Judged) -> None:
        """Take a block."""
        school: Coded = judged.values[self.column, Kind.SCHOOL]
        rows = np.flatnonzero(~judged.refused & (school.codes >= 0))[::-1]
        place = np.full(len(school.names), -1, dtype=np.int64)
        place[school.codes[rows]] = judged.lines[rows]  # the last one written is the first in the file
        for name, line in zip(school.names, place.tolist(), strict=True):
            if line >= 0:
                self.first.setdefault(name, line)

    def findings(self, source: Source, counts: Mapping[str, int]) -> Iterator[Finding]:
        """Give one finding for each school id that looks like a more frequent one, by the rows of each."""
        groups: dict[str, list[str]] = {}
        for name in self.first:
            if counts.get(name, 0) > 0:
                groups.setdefault(folded(name), []).append(name)
        for group in groups.values():
            most, *others = sorted(group, key=lambda name: (-counts[name], self.first[name]))
            yield from (self._finding(source, text, most, counts[text]) for text in others)

    def _finding(self, source: Source, text: str, most: str, rows: int) -> Finding:
        name = ZERO_STRIPPED if text.lstrip("0") == most.lstrip("0") else LOOK_ALIKE
        file, line = here = whereabouts(source, self.first[text])
        remedy = _SAME_SCHOOL.format(line, rows, beside(here, whereabouts(source, self.first[most])))
        return Finding(Refusal(line, self.column, _OF_SCHOOL[name], remedy, file, name), text, ACCEPTED)


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
