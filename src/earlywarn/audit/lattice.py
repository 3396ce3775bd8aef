"""The groups of an audit by the attributes that meet in them: which group stands where when one value is changed.

It holds no counts, and a combination of values that no group has is nowhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from earlywarn.columns import Ints
from earlywarn.groups import Cell

NOWHERE = -1


@dataclass(frozen=True)
class Combination:
    """The groups by the same attributes.

    Attributes
    ----------
    cells
        Their places in the audit, shape (groups,).
    codes
        Their values by attribute, shape (groups, attributes).
    grid
        Place in the audit by values, NOWHERE if there is no such group: one axis an attribute.
    """

    attributes: tuple[str, ...]
    cells: Ints
    codes: Ints
    grid: Ints

    @cached_property
    def key(self) -> frozenset[str]:
        """The attributes in no order."""
        return frozenset(self.attributes)

    def at(self, codes: Mapping[str, Ints]) -> Ints:
        """Give the groups of these values, all of four axes; shapes broadcast."""
        if not self.attributes:
            return self.grid.reshape(1, 1, 1, 1)  # everyone, whatever the values
        return np.asarray(self.grid[tuple(codes[name] for name in self.attributes)])


@dataclass(frozen=True)
class Lattice:
    """All combinations of an audit, by their attributes in no order, and how many values each attribute has."""

    combinations: Mapping[frozenset[str], Combination]
    values: Mapping[str, int]

    def above(self, key: frozenset[str]) -> Iterator[Combination]:
        """Give the combinations of these attributes, with or without others."""
        return (held for held in self.combinations.values() if key <= held.key)


def lattice(cells: Sequence[Cell], occupied: NDArray[np.bool_]) -> Lattice:
    """Lay out the groups; one that nobody is in is nowhere."""
    values: dict[str, dict[str, int]] = {}
    by_attributes: dict[tuple[str, ...], list[int]] = {}
    # In the order of their values, so that the order of the cells does not matter.
    for place in sorted(np.flatnonzero(occupied).tolist(), key=lambda place: cells[place].values):
        cell = cells[place]
        by_attributes.setdefault(cell.attributes, []).append(place)
        for name, value in zip(cell.attributes, cell.values, strict=True):
            values.setdefault(name, {}).setdefault(value, len(values[name]))
    made = (_combination(names, places, cells, values) for names, places in by_attributes.items())
    return Lattice({held.key: held for held in made}, {name: len(codes) for name, codes in values.items()})


def _combination(
    names: tuple[str, ...], places: list[int], cells: Sequence[Cell], values: Mapping[str, Mapping[str, int]]
) -> Combination:
    pairs = [zip(names, cells[place].values, strict=True) for place in places]
    codes = np.array([[values[name][value] for name, value in each] for each in pairs], dtype=np.int64)
    codes = codes.reshape(len(places), len(names))
    grid = np.full(tuple(len(values[name]) for name in names), NOWHERE, dtype=np.int64)
    grid[tuple(codes.T)] = places if names else places[0]
    return Combination(names, np.array(places, dtype=np.int64), codes, grid)
