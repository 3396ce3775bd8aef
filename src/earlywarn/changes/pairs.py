"""Students of two runs side by side, joined by the whole id: what each was, what each is, and which of them changed."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from earlywarn import arrow
from earlywarn.changes.causes import Cause
from earlywarn.changes.sides import ABSENT, LISTED, UNLISTED, Students
from earlywarn.columns import Bools, Floats, Ints


class Kind(IntEnum):
    """What happened to a student; a student may have one of the first two and one of the next two."""

    NEW = 0
    OFF = 1
    HIGHER = 2
    LOWER = 3
    STANDING = 4

    @property
    def slug(self) -> str:
        """The name for machines."""
        return ("new_on_list", "off_list", "higher_level", "lower_level", "other_standing")[self]


_FACTS = np.full((5, 5), Cause.NONE, dtype=np.int64)
"""The fact behind a change of standing, by the standing before and now."""
_FACTS[:, 1], _FACTS[1, :] = Cause.OUT_OF_SCOPE, Cause.INTO_SCOPE
_FACTS[1, 1] = Cause.NONE
_FACTS[UNLISTED:, 2], _FACTS[2, UNLISTED:] = Cause.NO_LONGER_SCORED, Cause.NEWLY_SCORED
_FACTS[ABSENT, :], _FACTS[:, ABSENT] = Cause.NEW_IN_ROSTER, Cause.GONE
_FACTS[ABSENT, ABSENT] = Cause.NONE


@dataclass(frozen=True)
class Pairs:
    """Every student of either run in one part, shape (n,); ``at_before`` and ``at_now`` are -1 where not in that run.

    ``levels`` says whether the two runs call their levels by the same names in the same order.
    """

    before: Students
    now: Students
    at_before: Ints
    at_now: Ints
    levels: bool

    def take(self, rows: Ints) -> "Pairs":
        """Give the chosen students."""
        return Pairs(self.before, self.now, self.at_before[rows], self.at_now[rows], self.levels)

    def __len__(self) -> int:
        return len(self.at_now)

    @property
    def student_id(self) -> Any:
        """The id of each."""
        return self.either("student_id")

    def either(self, name: str) -> Any:
        """Give a text of each student as of now, or as of then of one who is gone."""
        both = pa.concat_arrays([getattr(self.now, name), getattr(self.before, name)])
        return both.take(arrow.integers(np.where(self.at_now >= 0, self.at_now, len(self.now) + self.at_before)))

    @property
    def standing(self) -> tuple[Ints, Ints]:
        """What each was, and is."""
        return (
            _or(self.before.standing, self.at_before, ABSENT),
            _or(self.now.standing, self.at_now, ABSENT),
        )

    @property
    def level(self) -> tuple[Ints, Ints]:
        """The level of each before and now, -1 for none."""
        return _or(self.before.level, self.at_before, -1), _or(self.now.level, self.at_now, -1)

    @property
    def points(self) -> tuple[Floats, Floats]:
        """The points of each before and now; only of students who were and are scored."""
        return self.before.points[self.at_before], self.now.points[self.at_now]

    @property
    def list_kind(self) -> Ints:
        """NEW or OFF; -1 where the place on the list is as before."""
        before, now = (standing == LISTED for standing in self.standing)
        return np.where(now & ~before, Kind.NEW, np.where(before & ~now, Kind.OFF, -1))

    @property
    def level_kind(self) -> Ints:
        """HIGHER or LOWER; -1 where the level is as before or there are not two to compare."""
        before, now = self.level
        moved = self.scored_twice & (before >= 0) & (now >= 0) & (before != now) & self.levels
        return np.where(moved, np.where(now < before, Kind.HIGHER, Kind.LOWER), -1)

    @property
    def scored_twice(self) -> Bools:
        """Who was scored in both runs."""
        before, now = self.standing
        return np.asarray((before >= UNLISTED) & (now >= UNLISTED))

    @property
    def fact(self) -> Ints:
        """The fact behind a change of standing, NONE where there is none."""
        return np.asarray(_FACTS[self.standing])

    @property
    def changed(self) -> Bools:
        """Who has a row: place, level or standing changed; who came into or left the roster only if listed."""
        in_both = (self.at_before >= 0) & (self.at_now >= 0)
        return np.asarray((self.list_kind >= 0) | (self.level_kind >= 0) | (in_both & (self.fact != Cause.NONE)))


def join(before: Students | None, now: Students | None, levels: bool) -> Pairs:
    """Join the students of one part; none of either run is left out."""
    some = now if now is not None else before
    if some is None:
        raise AssertionError("a part of nobody")
    nobody = some.take(np.zeros(0, dtype=np.int64))
    before, now = before or nobody, now or nobody
    found = arrow.to_integers(pc.index_in(now.student_id, value_set=before.student_id))
    left = np.ones(len(before), dtype=bool)
    left[found[found >= 0]] = False
    gone = np.flatnonzero(left)
    return Pairs(
        before=before,
        now=now,
        at_before=np.concatenate([found, gone]),
        at_now=np.concatenate([np.arange(len(now)), np.full(len(gone), -1)]),
        levels=levels,
    )


def _or(values: Ints, at: Ints, otherwise: int) -> Ints:
    """Take values by place; a place of -1 finds the last, which is ``otherwise``."""
    return np.asarray(np.append(values, otherwise)[at])
