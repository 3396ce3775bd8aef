"""Which counts of students a page may show: none of a small group, and none that gives one away by subtraction.

A group below the privacy minimum is hidden. Where the hidden groups beside a shown one add up to fewer
than the minimum, the shown counts are rounded to the nearest ten, so that the total less their sum says
nothing (complementary suppression by rounding). It refuses to round a rate: rates rest on exact counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from earlywarn.report.words import count

if TYPE_CHECKING:  # the page of a score run must not load what these load
    from earlywarn.audit.figures import Figure
    from earlywarn.groups import Cell
    from earlywarn.report.findings import Counted

NEAREST = 10
SCORED, KNOWN = "share_flagged", "prevalence"
"""The measures that rest on every scored student of a group, and on those whose outcome is known."""

PARTS = ("missed", "met", "unknown", "not_enough_data", "not_scored_missed")
"""The parts of a group's students that are told beside its size."""


@dataclass(frozen=True)
class Discretion:
    """What may be said of the size of each group.

    Attributes
    ----------
    hidden
        Groups below the minimum.
    rounded
        Groups whose exact counts would give a hidden group away.
    """

    minimum: int
    hidden: frozenset[Cell]
    rounded: frozenset[Cell]

    @property
    def hidden_words(self) -> str:
        """What stands in place of a small group."""
        return f"fewer than {self.minimum} students: not shown"

    def count(self, cell: Cell, number: int) -> str:
        """Give one count of a group's students in words."""
        return self.counts(cell, number)[0]

    def counts(self, cell: Cell, whole: int, *parts: int) -> tuple[str, ...]:
        """Give a group's size and parts of it in words; a small part is hidden, then the rest is rounded.

        >>> from earlywarn.groups import EVERYONE
        >>> Discretion(10, frozenset(), frozenset()).counts(EVERYONE, 1234, 1231, 3)
        ('about 1,230', 'about 1,230', 'fewer than 10')
        """
        return shown((whole, *parts), self.minimum, rounded=cell in self.rounded)


def shown(numbers: tuple[int, ...], minimum: int, *, rounded: bool) -> tuple[str, ...]:
    """Give a whole and its parts in words; a number below the minimum is hidden and rounds the others.

    >>> shown((120, 30), 10, rounded=False), shown((124, 30), 10, rounded=True)
    (('120', '30'), ('about 120', 'about 30'))
    """
    rounded = rounded or min(numbers) < minimum
    return tuple(_words(number, minimum, rounded) for number in numbers)


def discretion(figures: Iterable[Figure], counted: Iterable[Counted], minimum: int) -> Discretion:
    """Find the groups to hide and those to round."""
    alone = [figure for figure in figures if figure.is_main and not figure.versus]
    scored, known = ({f.cell: f.events + f.non_events for f in alone if f.measure == m} for m in (SCORED, KNOWN))
    lines = list(counted)
    students = {line.cell: line.students for line in lines}
    parts = [
        {f.cell: f.events for f in alone if f.measure == KNOWN},
        {f.cell: f.non_events for f in alone if f.measure == KNOWN},
        *({line.cell: getattr(line, part) for line in lines} for part in PARTS),
    ]
    hidden = {cell for size in (scored, students) for cell, number in size.items() if number < minimum}
    rounded = {cell for size in (scored, known, students, *parts) for cell in _given_away(size, hidden, minimum)}
    return Discretion(minimum, frozenset(hidden), frozenset(rounded))


def nearest(number: int) -> int:
    """Give the nearest multiple of ten."""
    return NEAREST * ((number + NEAREST // 2) // NEAREST)


def _words(number: int, minimum: int, rounded: bool) -> str:
    if number < minimum:
        return f"fewer than {minimum}"
    return f"about {count(nearest(number))}" if rounded else count(number)


def _given_away(size: Mapping[Cell, int], hidden: set[Cell], minimum: int) -> Iterable[Cell]:
    """Do what a curious reader would: subtract the shown groups from the group that holds them all."""
    shown: dict[tuple[Cell, tuple[str, ...]], list[Cell]] = {}
    for cell in size:
        if cell not in hidden and size[cell] >= minimum:
            for parent in _parents(cell):
                shown.setdefault((parent, cell.attributes), []).append(cell)
    for (parent, _), cells in shown.items():
        left = size.get(parent, 0) - sum(size[cell] for cell in cells)
        if parent not in hidden and 0 < left < minimum:
            yield from cells


def _parents(cell: Cell) -> Iterable[Cell]:
    for place in range(cell.depth):
        kept = [(a, v) for at, (a, v) in enumerate(zip(cell.attributes, cell.values, strict=True)) if at != place]
        yield replace(cell, attributes=tuple(a for a, _ in kept), values=tuple(v for _, v in kept))
