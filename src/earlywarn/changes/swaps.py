"""What would be if a student's data, the model or the others were those of then: points, levels, places, inputs.

It tries only what both scorecards can read; the caller says not known of all else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from earlywarn.changes.causes import Cause, cause_of_level, cause_of_place
from earlywarn.changes.ends import Ends
from earlywarn.columns import Floats, Ints, Texts
from earlywarn.inputs import Values
from earlywarn.scorecard.levels import level_of
from earlywarn.scorecard.points import point_blocks, risk_of
from earlywarn.scorecard.table import Scorecard

THEN, NOW = 0, 1

LEAST = 1e-9
"""Points that moved no more than this have not moved: it is the computer's."""

NO_INPUT = -1
"""No input moved it."""

Cards = tuple[Scorecard, Scorecard]
"""The scorecards of then and of now."""


@dataclass(frozen=True)
class Swaps:
    """Points by data and model of then or now: shape (2, 2, n); and where lists end, by model and others."""

    cards: Cards
    points: Floats
    ends: Mapping[tuple[int, int], Ends]

    def level_causes(self, before: Ints, now: Ints) -> Ints:
        """Give why levels moved."""
        new_data, new_model = self._level(NOW, THEN), self._level(THEN, NOW)
        return cause_of_level(before, now, new_data, new_model)

    def place_causes(self, student_id: Texts) -> Ints:
        """Give why students came on the list or left it."""
        on = np.empty((2, 2, 2, self.points.shape[-1]), dtype=bool)
        for data, model, others in np.ndindex(2, 2, 2):
            own, tried = self.points[others, model], self.points[data, model]
            on[data, model, others] = self.ends[model, others].would_hold(student_id, own, tried)
        return cause_of_place(on)

    def _level(self, data: int, model: int) -> Ints:
        card = self.cards[model]
        return level_of(risk_of(card, self.points[data, model]), card.levels).codes.astype(np.int64)


def heights(cards: Cards, values: tuple[Values, Values], names: Sequence[str]) -> Floats:
    """Give the points of each input by data and model of then or now: shape (2, 2, inputs, n)."""
    rows = len(next(iter(values[THEN].values())))
    made = np.zeros((2, 2, len(names), rows))
    for data, model in np.ndindex(2, 2):
        if model == NOW and cards[NOW] is cards[THEN]:
            made[data, NOW] = made[data, THEN]
            continue
        places = [names.index(spec.name) for spec in cards[model].specs]
        for some, block, _ in point_blocks(cards[model], values[data]):
            made[data, model, places, some] = block
    return made


def mover(found: Floats, causes: Ints, upwards: "np.ndarray") -> Ints:
    """Give the place of the input whose points moved most in the direction of the move, NO_INPUT where none did.

    Along the way of the cause: by the student's data under the model of then, by the model on the data of then, or by
    both; what others moved is no input's.

    Parameters
    ----------
    found
        As :func:`heights` gives it.
    causes, upwards
        The cause of each move, and whether it leads on the list or to a higher level, shape (n,).
    """
    swapped = causes <= Cause.ALL
    data = (swapped & (causes & Cause.DATA > 0)).astype(np.int64)
    model = (swapped & (causes & Cause.MODEL > 0)).astype(np.int64)
    every = np.arange(len(causes))
    moved = (found[data, model, :, every] - found[THEN, THEN, :, every]).T * np.where(upwards, 1.0, -1.0)
    best = moved.argmax(axis=0)
    return np.where(moved[best, every] > LEAST, best, NO_INPUT)
