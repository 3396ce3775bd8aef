"""The audit's groups of students: attributes, intersections, and words for them.

Groups are parted from features at the door and never meet them again; a missing value is a
group of its own, and a declared value that nobody has still stands in the table.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from earlywarn.columns import Coded
from earlywarn.config.sections import Groups
from earlywarn.printable import short

MISSING = "(not recorded)"
"""The value of students whose attribute is missing."""

OTHER = "(other values)"
"""Undeclared codes that fewer students hold than the privacy minimum: a shifted cell could be a name."""


@dataclass(frozen=True)
class GroupTable:
    """One Coded column per attribute; names are the declared codes, then others found, then MISSING."""

    attributes: Mapping[str, Coded]

    def __len__(self) -> int:
        return len(next(iter(self.attributes.values())))

    def take(self, rows: NDArray[np.generic]) -> "GroupTable":
        """Give the chosen rows (indices or mask)."""
        return GroupTable({name: coded.take(rows) for name, coded in self.attributes.items()})


@dataclass(frozen=True)
class Cell:
    """One group: a value for each of its attributes; the empty cell is every student."""

    attributes: tuple[str, ...]
    values: tuple[str, ...]

    @property
    def slug(self) -> str:
        """A name safe for files and MLflow: ``all`` or ``lunch-F.race-B``."""
        pairs = zip(self.attributes, self.values, strict=True)
        safe = (f"{name}-{_safe(value)}" for name, value in pairs)
        return ".".join(safe) or "all"

    @property
    def depth(self) -> int:
        """How many attributes meet in this group."""
        return len(self.attributes)

    def words(self, groups: Groups) -> str:
        """Give the name for people: ``All students``, ``Free lunch``, ``Free lunch, Black``."""
        if not self.attributes:
            return "All students"
        return ", ".join(_words(groups, name, value) for name, value in zip(self.attributes, self.values, strict=True))


EVERYONE = Cell((), ())


@dataclass(frozen=True)
class Membership:
    """Which cell of each combination of attributes a student is in.

    ``codes[c, i]`` is the place in ``cells`` of student i for combination c; every student is in
    exactly one cell of every combination, and combination 0 is everyone.
    """

    cells: tuple[Cell, ...]
    codes: NDArray[np.int32]

    def take(self, rows: NDArray[np.generic]) -> "Membership":
        """Give the chosen rows (indices or mask); every cell stays, also one that is then empty."""
        return Membership(self.cells, self.codes[:, rows])


def membership(table: GroupTable, depth: int) -> Membership:
    """Give everyone, every attribute and every combination of attributes up to ``depth``."""
    names = tuple(table.attributes)
    cells: list[Cell] = []
    codes: list[NDArray[np.int32]] = []
    for size in range(min(depth, len(names)) + 1):
        for chosen in combinations(names, size):
            local, found = _combine([table.attributes[name] for name in chosen], len(table))
            codes.append((local + len(cells)).astype(np.int32))
            cells.extend(Cell(chosen, values) for values in found)
    return Membership(tuple(cells), np.vstack(codes))


def part(columns: Mapping[str, Coded], groups: Groups) -> GroupTable:
    """Make the groups from roster columns keyed by the file's column; missing becomes MISSING."""
    least = groups.privacy_minimum
    return GroupTable(
        {name: _declared(columns[a.column], tuple(a.values), least) for name, a in groups.attributes.items()}
    )


def recorded(columns: Mapping[str, Coded], groups: Groups) -> GroupTable:
    """Make the groups from columns that a score run has stored by attribute: declared codes first."""
    return GroupTable({name: _declared_first(columns[name], tuple(a.values)) for name, a in groups.attributes.items()})


def _declared_first(column: Coded, codes: Sequence[str]) -> Coded:
    names = (*codes, *(name for name in column.names if name not in codes))
    place = np.array([names.index(name) for name in column.names], dtype=np.int32)
    return Coded(place[column.codes], names)


def declared(
    found: Sequence[str], held: Sequence[int], codes: Sequence[str], least: int
) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Put declared codes first; undeclared ones that few students hold are pooled, since they may be anything.

    Parameters
    ----------
    found, held
        Codes that occur, and how many students hold each.

    Returns
    -------
    tuple of str, array of shape (len(found) + 1,)
        The values of the attribute, and the place of each code among them, last that of a missing one.
    """
    kept = [name for name, count in zip(found, held, strict=True) if name not in codes and count >= least]
    kept = sorted(name for name in kept if name not in (MISSING, OTHER))  # a code that spells our own word is missing
    rare = {name for name in found if name not in (*codes, *kept, MISSING, OTHER)}
    names = (*codes, *kept, *([OTHER] if rare else []), MISSING)
    spelt = (MISSING if n in (MISSING, OTHER) else OTHER if n in rare else n for n in found)
    return names, np.array([*(names.index(name) for name in spelt), len(names) - 1], dtype=np.int32)


def _declared(column: Coded, codes: Sequence[str], least: int) -> Coded:
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.names))
    names, place = declared(column.names, counts.tolist(), codes, least)
    return Coded(place[column.codes], names)


def _combine(columns: Sequence[Coded], length: int) -> tuple[NDArray[np.int64], list[tuple[str, ...]]]:
    """Number the combinations of values: all for one attribute, those that occur for several."""
    if not columns:
        return np.zeros(length, dtype=np.int64), [()]
    if len(columns) == 1:
        return columns[0].codes.astype(np.int64), [(name,) for name in columns[0].names]
    flat = np.ravel_multi_index([c.codes for c in columns], [len(c.names) for c in columns])
    found, local = np.unique(flat, return_inverse=True)
    places = np.unravel_index(found, [len(c.names) for c in columns])
    values = [tuple(c.names[i] for c, i in zip(columns, row, strict=True)) for row in zip(*places, strict=True)]
    return local, values


def _safe(value: str) -> str:
    """Spell a value with letters, digits and _ alone; what is changed takes a hash, so that no two values meet."""
    if value == MISSING:
        return "missing"
    safe = "".join(c if c.isascii() and c.isalnum() else "_" for c in value)
    if safe == value and safe != "missing":
        return safe
    return f"{safe}_{hashlib.sha256(value.encode()).hexdigest()[:6]}"


def _words(groups: Groups, name: str, value: str) -> str:
    attribute = groups.attributes[name]
    if value == MISSING:
        return f"{attribute.title} not recorded"
    if value == OTHER:
        return f"{attribute.title}: other values"
    return attribute.values.get(value, f"{attribute.title} '{short(value)}'")
