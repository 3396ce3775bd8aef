"""Whom a list that is not audited finds of each group, as it may be told.

The record of groups holds no counts of such a list, so it is looked at as a whole: where a part of one group is small,
no group's are told as they are, and all students' are where none of theirs is small. It tells nothing of hidden groups.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from earlywarn.audit import rounding as told
from earlywarn.audit.measures import RECALL
from earlywarn.audit.rounding import Count, Held, Parts, Rate
from earlywarn.audit.suppression import Suppression
from earlywarn.groups import EVERYONE, Cell
from earlywarn.report import words as w
from earlywarn.report.findings import Reached
from earlywarn.report.reading import Reading


@dataclass(frozen=True)
class OtherList:
    """Students of some groups on a list, all of one outcome.

    Attributes
    ----------
    kinds
        What must be exact in the record of groups for a count here to be: who has the outcome, first of all.
    held
        Group -> how many of how many with that outcome; everyone, and every group by the same attributes.
    """

    known: Suppression
    kinds: tuple[str, ...]
    held: Mapping[Cell, tuple[float, float]]

    def count(self, cell: Cell) -> Count:
        """Give how many of a group are on the list."""
        return told.count_of(self.parts(cell)[0], self.known.minimum)

    def more(self, cell: Cell) -> tuple[int, int]:
        """Give how many more of a group are on it than on the list that is audited, and to the nearest of what."""
        own = self.known.parts(cell, cell, RECALL.name)[0]
        return told.more_of(self.parts(cell)[0], own, self.known.minimum)

    def share(self, cell: Cell) -> Rate:
        """Give the share of a group's students with this outcome who are on the list."""
        return told.share_of(self.parts(cell), self.known.minimum)

    def parts(self, cell: Cell) -> Parts:
        """Give who is on the list, all of this outcome, and who is not on it."""
        part, whole = self.held[cell]
        sure, exact = self._is_sure(cell, self.kinds[:1]), self.is_exact(cell)
        return Held(part, exact), Held(whole, sure), Held(whole - part, exact and sure)

    def is_exact(self, cell: Cell) -> bool:
        """Tell whether it may be told as it is who of a group is on the list."""
        alone = cell == EVERYONE and cell not in self._small
        return self._is_sure(cell, self.kinds) and (alone or not self._small)

    def _is_sure(self, cell: Cell, kinds: tuple[str, ...]) -> bool:
        return all(self.known.is_exact((cell, cell), kind) for kind in kinds)

    @cached_property
    def _small(self) -> frozenset[Cell]:
        """The groups of which a part is small; one that is not here and has students has nobody of this outcome."""
        own = {cell.attributes for cell in self.held}
        cells = (cell for cell in self.known.groups if cell.attributes in own)
        absent = {cell: (0.0, 0.0) for cell in cells if self.known.numbers[self.known.place[cell]].any()}
        sides = {cell: (part, whole - part) for cell, (part, whole) in (absent | dict(self.held)).items()}
        return frozenset(cell for cell, parts in sides.items() if min(parts) < self.known.minimum)


def reached_by(reading: Reading, reached: Iterable[Reached]) -> OtherList:
    """Give whom a list that knows the groups finds of those who missed the standard."""
    held = {line.cell: (float(line.aware), float(line.missed)) for line in reached}
    return OtherList(reading.suppression, ("missed",), held)


def more_words(more: int, nearest: int) -> str:
    """Write how many more there are, and whether that is rounded.

    >>> more_words(4, 1), more_words(20, 10)
    ('+4', 'about +20')
    """
    return f"{'about ' * (nearest > 1)}{w.signed(more, 0)}"
