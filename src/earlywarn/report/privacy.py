"""Counts of students in the words that a page may show: exact, rounded to the nearest ten, or fewer than ten.

Which group is told how stands in :mod:`earlywarn.audit.suppression`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from earlywarn.audit.rounding import hidden_below
from earlywarn.columns import ROUNDED_TO
from earlywarn.report.words import count

if TYPE_CHECKING:  # the page of a score run must not load what these load
    from earlywarn.groups import Cell


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

    Of a group that is told about (``rounded``) a number is hidden already where it may be below the minimum.

    >>> shown((120, 30), 10, rounded=False), shown((124, 30), 10, rounded=True)
    (('120', '30'), ('about 120', 'about 30'))
    """
    few = f"fewer than {hidden_below(minimum) if rounded else minimum}"
    rounded = rounded or min(numbers) < minimum
    return tuple(few if number < minimum else _words(number, rounded) for number in numbers)


def nearest(number: int) -> int:
    """Give the nearest multiple of ten."""
    return ROUNDED_TO * ((number + ROUNDED_TO // 2) // ROUNDED_TO)


def _words(number: int, rounded: bool) -> str:
    return f"about {count(nearest(number))}" if rounded else count(number)
