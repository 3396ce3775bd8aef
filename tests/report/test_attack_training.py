"""What a training run publishes of another list and of levels gives no small count away, by integer programming.

The attacker holds every count, share and difference as it is told beside the record of groups, and knows which were
rounded and to which grain. Unknown are, of each group, who missed the standard and was found, who was overlooked, and
how many of both the other list finds; and of each level who missed and who met it.
"""

import os
from collections.abc import Iterator

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from earlywarn.audit.measures import RECALL
from earlywarn.audit.rounding import Count, Rate, Shown, count_of, share_of
from earlywarn.audit.suppression import Suppression, suppress
from earlywarn.groups import EVERYONE, Cell
from earlywarn.report.other_lists import OtherList
from earlywarn.trial import levels_told

DISTRICTS = 8 * int(os.environ.get("EARLYWARN_ATTACKS", "1"))
MINIMUM, EDGE = 10, 1e-6
GROUPS = tuple(Cell(("a",), (f"v{place}",)) for place in range(4))
CELLS = (EVERYONE, *GROUPS)

Told = tuple[np.ndarray, float, float]


@pytest.mark.parametrize("seed", range(DISTRICTS))
def test_whom_another_list_finds_of_a_group_could_be_any_of_three(seed: int) -> None:
    known, truth = district(seed)
    other = OtherList(known, ("missed",), {cell: held(cell, truth) for cell in CELLS})
    rows = list(told_of(known, other))
    assert all(low - EDGE <= row @ truth <= high + EDGE for row, low, high in rows)
    for cell in CELLS:
        listed, missed = unknown(cell, 2), unknown(cell, 0) + unknown(cell, 1)
        for asked in (listed, missed - listed, unknown(cell, 0), unknown(cell, 1)):
            if asked @ truth < MINIMUM:
                assert span(asked, rows, truth) >= 2, cell.slug


@pytest.mark.parametrize("seed", range(DISTRICTS))
def test_what_came_of_a_level_could_be_any_of_three(seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts = np.stack([rng.integers(0, 40, 3), rng.integers(0, 90, 3)], axis=1)
    known = suppress(
        [EVERYONE], np.array([[0, counts[:, 1].sum() + 20, 0, 0, counts[:, 0].sum() + 20, *[0] * 4]]), MINIMUM
    )
    truth, unit = counts.ravel(), np.eye(6)
    rows = [(unit[place::2].sum(axis=0), truth[place::2].sum(), truth[place::2].sum()) for place in range(2)]
    told = levels_told(counts[:, 0].tolist(), counts.sum(axis=1).tolist(), known)
    for place, parts in enumerate(told):
        missed, students = unit[2 * place], unit[2 * place] + unit[2 * place + 1]
        rows += [counted(students, count_of(parts[1], MINIMUM)), *shared(missed, students, share_of(parts, MINIMUM))]
    for asked in unit:
        if asked @ truth < MINIMUM:
            assert span(asked, rows, truth) >= 2


def district(seed: int) -> tuple[Suppression, np.ndarray]:
    """Give the record of a district of four groups, and of each: found, overlooked, found by the other list."""
    rng = np.random.default_rng(seed)
    found, overlooked = rng.integers(0, 45, 4), rng.integers(0, 45, 4)
    listed = rng.integers(0, found + overlooked + 1)
    atoms = np.zeros((4, 9), dtype=int)
    atoms[:, 0], atoms[:, 1], atoms[:, 3], atoms[:, 4] = 100, 60, overlooked, found
    known = suppress(CELLS, np.concatenate([atoms.sum(axis=0, keepdims=True), atoms]), MINIMUM)
    return known, np.stack([found, overlooked, listed], axis=1).ravel().astype(float)


def unknown(cell: Cell, place: int) -> np.ndarray:
    made = np.zeros((4, 3))
    made[slice(None) if cell == EVERYONE else GROUPS.index(cell), place] = 1
    return made.ravel()


def held(cell: Cell, truth: np.ndarray) -> tuple[float, float]:
    return float(unknown(cell, 2) @ truth), float((unknown(cell, 0) + unknown(cell, 1)) @ truth)


def told_of(known: Suppression, other: OtherList) -> Iterator[Told]:
    for cell in CELLS:
        found, overlooked, listed = (unknown(cell, place) for place in range(3))
        missed = found + overlooked
        yield missed - listed, 0, np.inf
        for asked, kind in ((found, "flagged_missed"), (overlooked, "overlooked"), (missed, "missed")):
            yield counted(asked, known.count(cell, kind))
        yield from shared(found, missed, known.share(cell, RECALL.name))
        yield counted(listed, other.count(cell))
        yield from shared(listed, missed, other.share(cell))
        more, unit = other.more(cell)
        yield listed - found, more - unit / 2 * (unit > 1), more + unit / 2 * (unit > 1)


def counted(asked: np.ndarray, count: Count) -> Told:
    return asked, count.low, count.high


def shared(part: np.ndarray, whole: np.ndarray, rate: Rate) -> Iterator[Told]:
    if rate.low is not None and rate.high is not None:
        slack = 1 / 2000 if rate.shown is Shown.EXACT else EDGE
        yield part - (rate.low - slack) * whole, 0, np.inf
        yield part - (rate.high + slack) * whole, -np.inf, 0


def span(asked: np.ndarray, rows: list[Told], truth: np.ndarray) -> int:
    """Give how far apart the least and the most are that a count may be for all that is told."""
    matrix, low, high = (np.array(each, dtype=float) for each in zip(*rows, strict=True))
    rules, whole = LinearConstraint(matrix, low - EDGE, high + EDGE), np.ones(len(asked))
    ends = [milp(sign * asked, constraints=rules, integrality=whole, bounds=Bounds(0, np.inf)).fun for sign in (1, -1)]
    assert all(end is not None for end in ends)
    return round(-ends[1] - ends[0])
