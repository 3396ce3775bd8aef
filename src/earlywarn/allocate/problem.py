"""What is to be shared out, in whole numbers: students with weights, supports with seats, limits by place.

A place is a school (or a grade, where floors are by grade). It holds no group and no name.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from earlywarn.columns import Floats, Ints

UNIT = 1_000_000_000
"""Risks are counted in so many parts of one: sums of them are then exact, and so is the proof."""

NOBODY = -1
"""In place of a support: no seat."""


@dataclass(frozen=True)
class Problem:
    """Students and the seats that they may be given.

    Attributes
    ----------
    weight
        What a seat is worth for each student, in UNITs, 0 or more: shape (n,).
    order
        Rows in the order in which they are served: by weight, the highest first, ties by a stated order.
    place
        Place of each student: shape (n,).
    answers
        Which supports answer each student, as bits (1 << support): shape (n,).
    seats
        Seats of each support: shape (supports,).
    least, most
        Seats of each support that a place must and may have: shape (places, supports).
    reserved
        Seats kept for a place as far as students there can take them: between least and most.
    """

    weight: Ints
    order: Ints
    place: Ints
    answers: Ints
    seats: Ints
    least: Ints
    most: Ints
    reserved: Ints

    @cached_property
    def kinds(self) -> tuple[Ints, Ints, Ints]:
        """Students of one place whom the same supports answer: the kind of each row, and place and answers of each."""
        key = self.place * (1 << len(self.seats)) + self.answers
        found, kind = np.unique(key, return_inverse=True)
        place, answers = np.divmod(found, 1 << len(self.seats))
        return kind.astype(np.int64), place, answers


@dataclass(frozen=True)
class Seating:
    """Who sits where.

    Attributes
    ----------
    support
        The support of each student's seat, or NOBODY: shape (n,).
    given
        Seats given by place and support: shape (places, supports).
    kept
        So many of them were given for ``least`` and ``reserved``, and may not be moved elsewhere.
    short
        Seats of ``least`` that no student could be found for; a policy with any is refused.
    """

    support: Ints
    given: Ints
    kept: Ints
    short: Ints


def in_units(risk: Floats) -> Ints:
    """Give risks as whole numbers of UNITs."""
    return np.rint(risk * UNIT).astype(np.int64)
