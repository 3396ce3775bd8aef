"""What may be published of counts, attacked by linear algebra and by trying every table."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earlywarn.audit.suppression import ATOMS, KINDS, Shown, Suppression, suppress
from earlywarn.columns import Coded
from earlywarn.groups import EVERYONE, Cell, GroupTable, Membership, membership
from earlywarn.report.privacy import nearest

MINIMUM = 10


class Made:
    """Students drawn at random, some values of some attributes rare."""

    def __init__(self, seed: int, sizes: list[int], students: int) -> None:
        rng = np.random.default_rng(seed)
        self.columns = {f"a{place}": self._column(rng, size, students) for place, size in enumerate(sizes)}
        self.groups: Membership = membership(GroupTable(self.columns), 2)
        self.atom = rng.integers(0, 3, students) * 3 + rng.choice(3, students, p=[0.6, 0.3, 0.1])
        self.atoms = np.zeros((len(self.groups.cells), len(ATOMS)), dtype=np.int64)
        for codes in self.groups.codes:
            np.add.at(self.atoms, (codes, self.atom), 1)

    @staticmethod
    def _column(rng: np.random.Generator, size: int, students: int) -> Coded:
        shares = np.append(0.97 * rng.dirichlet(np.full(size, 0.7)), 0.03)
        names = (*(f"v{value}" for value in range(size)), "(not recorded)")
        return Coded(rng.choice(size + 1, students, p=shares).astype(np.int32), names)

    @property
    def finest(self) -> np.ndarray:
        """The values of all attributes together that occur, shape (combinations, attributes)."""
        return np.unique(np.column_stack([column.codes for column in self.columns.values()]), axis=0)

    def adds_up(self, cell: Cell, kind: str) -> np.ndarray:
        """Which atoms of which finest combination a count adds up."""
        finest, names = self.finest, list(self.columns)
        inside = np.ones(len(finest), dtype=bool)
        for attribute, value in zip(cell.attributes, cell.values, strict=True):
            inside &= finest[:, names.index(attribute)] == self.columns[attribute].names.index(value)
        return np.outer(inside, KINDS[kind]).ravel().astype(float)

    def counts(self) -> Iterator[tuple[Cell, str, int]]:
        for cell, counts in zip(self.groups.cells, self.atoms, strict=True):
            if counts.sum():
                yield from ((cell, name, int(counts[kind].sum())) for name, kind in KINDS.items())


tables = st.builds(
    Made, st.integers(0, 10**6), st.lists(st.integers(2, 4), min_size=1, max_size=3), st.integers(20, 900)
)


@settings(max_examples=120)
@given(tables)
def test_no_hidden_count_follows_from_the_exact_ones(made: Made) -> None:
    """Every published exact count is an equation over the finest groups; a hidden one must not be in their span."""
    found = suppress(made.groups.cells, made.atoms, MINIMUM)
    exact = [made.adds_up(cell, kind) for cell, kind, _ in made.counts() if found.of(cell) is Shown.EXACT]
    hidden = [
        made.adds_up(cell, kind)
        for cell, kind, size in made.counts()
        if found.of(cell) is not Shown.EXACT and size < MINIMUM
    ]
    if exact and hidden:
        _, strength, axes = np.linalg.svd(np.array(exact), full_matrices=False)
        span = axes[strength > 1e-9]
        left = np.array(hidden) - np.array(hidden) @ span.T @ span
        assert (np.abs(left).max(axis=1) > 1e-7).all()


@settings(max_examples=60)
@given(tables)
def test_an_exact_group_has_no_part_below_the_minimum(made: Made) -> None:
    found = suppress(made.groups.cells, made.atoms, MINIMUM)
    for cell, kind, size in made.counts():
        if found.of(cell) is Shown.EXACT and kind not in ("not_scored", "not_scored_missed", "unknown"):
            assert size >= MINIMUM
        if found.of(cell) is Shown.EXACT and (cell != EVERYONE or kind != "not_scored_missed"):
            assert size == 0 or size >= MINIMUM


def test_a_table_without_small_parts_is_shown_whole() -> None:
    cells = (EVERYONE, Cell(("sex",), ("F",)), Cell(("sex",), ("M",)))
    atoms = np.full((3, 9), 50)
    atoms[0] = 100
    assert set(suppress(cells, atoms, MINIMUM).shown.values()) == {Shown.EXACT}
    assert set(suppress(cells, np.ones((3, 9), dtype=int), 0).shown.values()) == {Shown.EXACT}


def test_nobody_without_a_score_or_an_outcome_is_no_small_part() -> None:
    cells = (EVERYONE,)
    atoms = np.array([[50, 50, 0, 50, 50, 0, 0, 0, 0]])
    assert suppress(cells, atoms, MINIMUM).of(EVERYONE) is Shown.EXACT


def test_one_small_group_rounds_another_and_two_small_groups_need_no_other() -> None:
    parts = [Cell(("race",), (value,)) for value in "ABCD"]
    sizes = np.array([[400], [200], [180], [16], [4]]) * np.ones((1, 9), dtype=int)
    found = suppress((EVERYONE, *parts), sizes, MINIMUM)
    assert found.of(parts[3]) is Shown.ABOUT if MINIMUM <= 4 * 9 else Shown.HIDDEN
    assert found.of(EVERYONE) is Shown.EXACT


@pytest.mark.parametrize("seed", range(60))
def test_every_table_that_fits_what_is_told_leaves_a_hidden_group_open(seed: int) -> None:
    """By brute force: 2 x 3 tables of sizes with all margins; each hidden size has two values or more that fit."""
    rng = np.random.default_rng(seed)
    table = rng.choice([0, 1, 2, 3, 4, 7, 9, 12], size=(2, 3))
    told = Told(table, 5)
    hidden = [place for place in np.ndindex(2, 3) if told.of(*place) is Shown.HIDDEN and table[place]]
    fits = [np.array(one).reshape(2, 3) for one in product(*(told.possible(*p) for p in np.ndindex(2, 3)))]
    fits = [one for one in fits if told.agrees(one)]
    assert any((one == table).all() for one in fits)
    for place in hidden:
        assert len({int(one[place]) for one in fits}) >= 2


class Told:
    """What is published of a small two-way table of sizes: exact, rounded to the nearest ten, or below the minimum."""

    def __init__(self, table: np.ndarray, minimum: int) -> None:
        self.table, self.minimum = table, minimum
        self.names = ("r", "c")
        rows = [Cell(("r",), (str(value),)) for value in range(2)]
        columns = [Cell(("c",), (str(value),)) for value in range(3)]
        crossed = [Cell(("r", "c"), (str(r), str(c))) for r, c in np.ndindex(2, 3) if table[r, c]]
        self.cells = (EVERYONE, *rows, *columns, *crossed)
        sizes = [self._size(table, cell) for cell in self.cells]
        # Everyone is flagged, and nothing is known of outcomes: sizes are all that is told.
        atoms = np.zeros((len(self.cells), 9), dtype=np.int64)
        atoms[:, 7] = sizes
        self.found: Suppression = suppress(self.cells, atoms, minimum)

    def of(self, row: int, column: int) -> Shown:
        return self.found.of(Cell(("r", "c"), (str(row), str(column))))

    def possible(self, row: int, column: int) -> list[int]:
        size, shown = int(self.table[row, column]), self.of(row, column)
        if not size:
            return [0]
        if shown is Shown.EXACT:
            return [size]
        if shown is Shown.HIDDEN:
            return list(range(1, self.minimum))
        return [n for n in range(self.minimum, size + 11) if nearest(n) == nearest(size)]

    def agrees(self, table: np.ndarray) -> bool:
        return all(self._fits(cell, self._size(table, cell), self._size(self.table, cell)) for cell in self.cells)

    def _fits(self, cell: Cell, size: int, true: int) -> bool:
        shown = self.found.of(cell)
        if not true:
            return size == 0
        if shown is Shown.HIDDEN:
            return 0 < size < self.minimum
        return size == true if shown is Shown.EXACT else nearest(size) == nearest(true)

    @staticmethod
    def _size(table: np.ndarray, cell: Cell) -> int:
        held = dict(zip(cell.attributes, map(int, cell.values), strict=True))
        return int(table[held.get("r", slice(None)), :][..., held.get("c", slice(None))].sum())


def test_renaming_groups_changes_nothing_but_names() -> None:
    made = Made(3, [3, 3], 400)
    renamed = tuple(replace(cell, values=tuple(f"x{value}" for value in cell.values)) for cell in made.groups.cells)
    one, other = suppress(made.groups.cells, made.atoms, MINIMUM), suppress(renamed, made.atoms, MINIMUM)
    assert list(one.shown.values()) == list(other.shown.values())
