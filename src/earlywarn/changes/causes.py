"""Why a student's level or place on the list changed: the rule, on arrays. It names a cause or says not known.

Three things differ between two score runs: a student's own *data* (the inputs as scored; a new grade is data too), the
*model* (the scorecard), and the *others*: everybody else's data, who is in the roster, and the number of places. Each
is swapped by itself. Let A be what was, B what is, and ``f(d, m, o)`` what would be with data d, model m and others o,
each of then (0) or of now (1); so f(0, 0, 0) = A and f(1, 1, 1) = B.

A thing is *involved* if it moves the result by itself (f with it alone of now is not A), or if the move is not made
without it (f with all but it of now is not B).

- Exactly one is involved, by both halves of the rule: it is the cause. For a level, which others cannot move, this
  reads: with the model of then the data of now give the level of now, and with the model of now the data of then
  give the level of then: *data*; the other way about: *model*.
- Several are involved: they are the cause together; each may have been enough, or all were needed.
- In all other cases (three things of which any two would have done) all three are named.

A level and a place on the list are judged apart; their causes may differ. For the list, ``f`` asks whether the student
would be on the list that model m makes of the roster of o, with the places of that run, with only their own data put in
their place. Who was scored stays as it was in that run. A student whose standing changed (new in the roster, gone,
newly scored, no longer scored, into or out of scope) has that fact for a cause, and no swap is tried.
"""

from enum import IntEnum

import numpy as np

from earlywarn.columns import Bools, Ints


class Cause(IntEnum):
    """Why something changed; the first seven are sums of DATA, MODEL and OTHERS."""

    NONE = 0
    DATA = 1
    MODEL = 2
    DATA_AND_MODEL = 3
    OTHERS = 4
    DATA_AND_OTHERS = 5
    MODEL_AND_OTHERS = 6
    ALL = 7
    NOT_KNOWN = 8
    NEW_IN_ROSTER = 9
    GONE = 10
    NEWLY_SCORED = 11
    NO_LONGER_SCORED = 12
    INTO_SCOPE = 13
    OUT_OF_SCOPE = 14

    @property
    def slug(self) -> str:
        """The name for machines: ``data``, ``data_and_model``."""
        return self.name.lower()

    @property
    def words(self) -> str:
        """The name for people."""
        return WORDS[self]


WORDS = (
    "",
    "the student's data",
    "the model",
    "the student's data and the model",
    "other students or the number of places",
    "the student's data, and other students or the number of places",
    "the model, and other students or the number of places",
    "the student's data, the model, and other students or the number of places",
    "not known",
    "new in the roster",
    "gone from the roster",
    "enough data now",
    "not enough data now",
    "in scope now",
    "out of scope now",
)


def cause_of(alone: Bools, needed: Bools) -> Ints:
    """Give the cause of each change by the rule above, as sums of DATA, MODEL and OTHERS.

    Parameters
    ----------
    alone, needed
        Whether each thing moves the result by itself, and whether the move is not made without it: shape (things, n).
    """
    worth = 2 ** np.arange(len(alone))
    involved = alone | needed
    how_many = involved.sum(axis=0)
    clear = (how_many > 1) | ((how_many == 1) & (alone & needed).any(axis=0))
    return np.asarray(np.where(clear, worth @ involved, worth.sum()), dtype=np.int64)


def cause_of_level(then: Ints, now: Ints, new_data: Ints, new_model: Ints) -> Ints:
    """Give the cause of a move between levels; all are places of levels, shape (n,).

    Parameters
    ----------
    new_data, new_model
        The level by the data of now under the model of then, and by the data of then under the model of now.
    """
    swapped = np.stack([new_data, new_model])
    return cause_of(swapped != then, swapped[::-1] != now)


def cause_of_place(on: Bools) -> Ints:
    """Give the cause of coming on the list or leaving it.

    Parameters
    ----------
    on
        On the list or not by data, model and others of then or now: shape (2, 2, 2, n).
    """
    then, now = on[0, 0, 0], on[1, 1, 1]
    alone = np.stack([on[1, 0, 0], on[0, 1, 0], on[0, 0, 1]]) != then
    needed = np.stack([on[0, 1, 1], on[1, 0, 1], on[1, 1, 0]]) != now
    return cause_of(alone, needed)
