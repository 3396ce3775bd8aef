"""Gaps that are told twice: of two groups held against each other, the one that a reader needs.

Where an attribute has two groups and no reference, each is held against the other, and both gaps are one. Sentences,
figures and lists of what is open tell it once, from the side where it weighs more. It drops nothing from the figures.
"""

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

from earlywarn.audit.figures import Figure
from earlywarn.audit.sides import OTHERS
from earlywarn.columns import Outcome
from earlywarn.gate import Judgement
from earlywarn.groups import Cell
from earlywarn.report import words as w
from earlywarn.report.reading import Reading

WEIGHT = {Outcome.PASS: 0, Outcome.PROVISIONAL: 1, Outcome.FAIL: 2}

Weight = tuple[int, float]
One = TypeVar("One", Judgement, Figure)


def judged_once(reading: Reading, judgements: Sequence[Judgement]) -> list[Judgement]:
    """Leave out of each pair the judgement that says less: the milder outcome, else the side below the other.

    A group's gain over another list is held against no group, and stays.
    """
    return _once(reading, judgements, lambda j: (WEIGHT[j.outcome], _above(j.value)), lambda j: j.rule)


def gaps_once(reading: Reading, gaps: Sequence[Figure]) -> list[Figure]:
    """Leave out of each pair the gap that lies below the other."""
    return _once(reading, gaps, lambda gap: (0, _above(gap.value)), lambda gap: gap.measure)


def cells_once(reading: Reading, cells: Sequence[Cell], above: Callable[[Cell], float]) -> tuple[Cell, ...]:
    """Leave out of each pair the group for which ``above`` is less."""
    held = {cell: (above(cell), -place) for place, cell in enumerate(cells)}
    mates = reading.mates
    return tuple(cell for cell in cells if mates.get(cell) not in held or held[mates[cell]] < held[cell])


def mirror_note(reading: Reading) -> str:
    """Say of which groups the gap is told once; "" where there are none."""
    pairs = dict.fromkeys(tuple(sorted(pair, key=reading.cells.index)) for pair in reading.mates.items())
    named = (w.listed(reading.words(cell) for cell in pair) for pair in pairs)
    told = "; ".join(named)
    if not told:
        return ""
    return f"Held against each other, so that their gap is told once here, and from both sides in the tables: {told}."


def _once(
    reading: Reading, those: Sequence[One], weight: Callable[[One], Weight], kind: Callable[[One], str]
) -> list[One]:
    held = {(kind(one), one.cell): (weight(one), -place) for place, one in enumerate(those) if one.versus == OTHERS}
    mates = reading.mates

    def weighs_most(one: One) -> bool:
        mate = mates.get(one.cell)
        other = None if mate is None or one.versus != OTHERS else held.get((kind(one), mate))
        return other is None or other < held[kind(one), one.cell]

    return [one for one in those if weighs_most(one)]


def _above(value: float) -> float:
    return value if math.isfinite(value) else -math.inf
