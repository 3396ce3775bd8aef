"""A curious reader of an audit: what follows from all that is published.

Unknown to the reader are the students of every finest group (a value of every attribute) and atom.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from earlywarn.audit.kinds import AUDITED, Kinds
from earlywarn.audit.rounding import Rate, Shown
from earlywarn.audit.suppression import OTHERS, Suppression, suppress
from earlywarn.columns import Coded
from earlywarn.groups import EVERYONE, Cell, GroupTable, membership

EDGE = 1e-9
TOO_MANY = 2_000_000

Told = tuple[np.ndarray, float, float]
"""What is told of a sum of unknowns: low <= row @ unknowns <= high."""


@dataclass(frozen=True)
class District:
    """Students by finest group and atom, and their audit; ``finest`` has an axis an attribute and one of atoms."""

    finest: np.ndarray
    depth: int
    minimum: int
    kinds: Kinds = AUDITED

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        students = self.finest.sum(axis=-1)
        codes = np.unravel_index(np.repeat(np.arange(students.size), students.ravel()), students.shape)
        named = {
            f"a{at}": Coded(code.astype(np.int32), tuple(f"v{value}" for value in range(size)))
            for at, (code, size) in enumerate(zip(codes, students.shape, strict=True))
        }
        return membership(GroupTable(named), self.depth).cells

    @cached_property
    def counts(self) -> np.ndarray:
        unknowns = self.finest.reshape(-1, self.finest.shape[-1])
        return np.array([self.inside(cell) @ unknowns for cell in self.cells])

    @cached_property
    def published(self) -> Suppression:
        return suppress(self.cells, self.counts, self.minimum, self.kinds)

    def inside(self, cell: Cell) -> np.ndarray:
        """1 for each finest group within a group."""
        shape = self.finest.shape[:-1]
        made = np.ones(shape, dtype=np.int64)
        for name, value in zip(cell.attributes, cell.values, strict=True):
            at, wanted = int(name[1:]), int(value[1:])
            made = made * (np.indices(shape)[at] == wanted)
        return made.ravel()

    def adds_up(self, cell: Cell, kind: str) -> np.ndarray:
        """Which unknowns a count adds up."""
        return np.outer(self.inside(cell), self.kinds.matrix[self.kinds.place[kind]]).ravel()

    def small(self) -> Iterator[tuple[Cell, str, int]]:
        """Every count that must not be found out."""
        told = self.kinds.matrix @ self.kinds.used(self.counts) > 0
        for cell, row in zip(self.cells, self.published.numbers, strict=True):
            for kind, number, is_told in zip(self.kinds.names, row.tolist(), told, strict=True):
                if number < self.minimum and row[self.kinds.place[self.kinds.size]] and is_told:
                    yield cell, kind, number


@dataclass(frozen=True)
class Reader:
    """All that is published, as low <= rows @ unknowns <= high."""

    rows: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def of(cls, district: District) -> "Reader":
        told = [*_counts(district), *_who_is_there(district), *_shares(district), *_differences(district)]
        rows, low, high = zip(*told, strict=True)
        return cls(np.array(rows, dtype=float), np.array(low, dtype=float), np.array(high, dtype=float))

    def fits(self, tables: np.ndarray) -> np.ndarray:
        """Those of some tables, one a row, that agree with everything told."""
        for row, low, high in zip(self.rows, self.low, self.high, strict=True):
            found = tables @ row
            tables = tables[(found >= low - EDGE) & (found <= high + EDGE)]
        return tables

    def least_and_most(self, asked: np.ndarray) -> tuple[int, int]:
        """Give the bounds of a count over all tables of whole numbers that agree, by integer programming."""
        rules = LinearConstraint(self.rows, self.low, self.high)
        whole = np.ones(len(asked))
        found = [
            milp(sign * asked, constraints=rules, integrality=whole, bounds=Bounds(0, np.inf)) for sign in (1.0, -1.0)
        ]
        return round(found[0].fun), round(-found[1].fun)


def every_table(district: District) -> np.ndarray:
    """Every table of what may be in each finest group by what is told of it; none where there are too many."""
    names = {atoms[0]: name for name, atoms in district.kinds.counts.items() if len(atoms) == 1}
    spans = []
    for place in np.ndindex(district.finest.shape[:-1]):
        cell = Cell(tuple(f"a{at}" for at in range(len(place))), tuple(f"v{value}" for value in place))
        told = [
            district.published.count(cell, names[atom]) if cell in district.cells else None
            for atom in range(len(names))
        ]
        spans += [np.arange(count.low, count.high + 1) if count else np.zeros(1, dtype=int) for count in told]
    if np.prod([float(len(span)) for span in spans]) > TOO_MANY:
        return np.empty((0, len(spans)), dtype=int)
    return np.stack(np.meshgrid(*spans, indexing="ij"), axis=-1).reshape(-1, len(spans))


def _counts(district: District) -> Iterator[Told]:
    for cell in district.cells:
        for kind in district.kinds.names:
            told = district.published.count(cell, kind)
            yield district.adds_up(cell, kind), told.low, told.high


def _who_is_there(district: District) -> Iterator[Told]:
    """A group that is not listed, or is said to be empty, is empty; any other is not."""
    listed = {cell for cell, size in zip(district.cells, district.counts.sum(axis=1), strict=True) if size}
    for values in product(*(range(-1, size) for size in district.finest.shape[:-1])):
        held = [(f"a{at}", f"v{value}") for at, value in enumerate(values) if value >= 0]
        cell = Cell(tuple(name for name, _ in held), tuple(value for _, value in held))
        if 0 < cell.depth <= district.depth:
            bounds = (1, np.inf) if cell in listed else (0, 0)
            yield district.adds_up(cell, district.kinds.size), *bounds


def _shares(district: District) -> Iterator[Told]:
    for cell in district.cells:
        for name, share in district.kinds.shares.items():
            rate = district.published.share(cell, name)
            yield from _between(rate, district.adds_up(cell, share.part), district.adds_up(cell, share.whole))


def _between(rate: Rate, part: np.ndarray, whole: np.ndarray) -> Iterator[Told]:
    """Low <= part / whole <= high, as sums."""
    if rate.low is not None and rate.high is not None:
        yield part - rate.low * whole, 0.0, np.inf
        yield part - rate.high * whole, -np.inf, 0.0


def _differences(district: District) -> Iterator[Told]:
    """Differences of shares whose wholes are told as they are: the others are no sums of unknowns."""
    held, others = district.published, (EVERYONE, OTHERS)
    for cell, (name, share), other in product(district.cells[1:], district.kinds.shares.items(), others):
        wholes = [held.count(cell, share.whole), held.count(EVERYONE, share.whole)]
        rate = held.difference(cell, other, name)
        if any(whole.shown is not Shown.EXACT for whole in wholes) or rate.low is None or rate.high is None:
            continue
        (one, every), part = (whole.low for whole in wholes), district.adds_up(cell, share.part)
        whole_part = district.adds_up(EVERYONE, share.part)
        beside = whole_part / every if other is not OTHERS else (whole_part - part) / (every - one)
        yield part / one - beside, rate.low, rate.high
