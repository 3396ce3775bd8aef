"""Who is compared with whom: every group beside its reference, all others, and everyone.

Groups and what they are compared with stand side by side as columns, so that one pass over sums by
school serves them all. It compares no group with itself.
"""

from dataclasses import dataclass

import numpy as np

from earlywarn.columns import Floats, Ints
from earlywarn.config.sections import Groups
from earlywarn.groups import EVERYONE, Cell

OTHERS = "all others"
"""The comparison of an attribute without a reference."""

NOBODY = -1


@dataclass(frozen=True)
class Sides:
    """Columns: first every cell, then in the same order the students who are not in it; everyone is cell 0.

    Attributes
    ----------
    reference
        For each cell the column that it is compared with, or NOBODY, shape (cells,).
    versus
        For each cell the name of that comparison.
    """

    cells: tuple[Cell, ...]
    reference: Ints
    versus: tuple[str, ...]

    @property
    def others(self) -> Ints:
        """For each column that of all other students, shape (columns,)."""
        return np.roll(np.arange(2 * len(self.cells)), len(self.cells))

    def lay(self, by_cell: Floats, axis: int) -> Floats:
        """Give sums by cell with the columns of all others added."""
        return np.concatenate([by_cell, np.take(by_cell, [0], axis=axis) - by_cell], axis=axis)


def sides(cells: tuple[Cell, ...], groups: Groups) -> Sides:
    """Find what each cell is compared with.

    A cell is compared with the cell of all its attributes' references; where one attribute has none, with
    everyone who is not in it. The cell of the references itself is compared with nobody.
    """
    place = {cell: number for number, cell in enumerate(cells)}
    reference, versus = np.full(len(cells), NOBODY), [""] * len(cells)
    for number, cell in enumerate(cells):
        named = tuple(groups.attributes[name].reference for name in cell.attributes)
        if cell == EVERYONE:
            continue
        if None in named:
            reference[number], versus[number] = len(cells) + number, OTHERS
            continue
        other = Cell(cell.attributes, tuple(str(value) for value in named))
        if other != cell and other in place:
            reference[number], versus[number] = place[other], other.slug
    return Sides(cells, reference, tuple(versus))
