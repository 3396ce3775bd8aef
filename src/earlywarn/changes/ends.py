"""Where a list ends: its last place and the first beyond, by points and the stated hash of ties.

By these two alone it is told whether a student with other points would be on the list; it refuses no list, not even one
of no place.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from earlywarn.capacity import tie_key
from earlywarn.columns import Bools, Floats, Ints, Texts


@dataclass(frozen=True)
class Place:
    """One place on a list: points, and the id that decides a tie."""

    points: float
    student_id: str


@dataclass(frozen=True)
class Ends:
    """The last student on a list and the first beyond it; None where there is none. ``seed`` is that of its ties."""

    last: Place | None
    beyond: Place | None
    seed: int

    def would_hold(self, student_id: Texts, own: Floats, points: Floats) -> Bools:
        """Tell who would be on the list with other points, everybody else staying as they are.

        A student on the list makes room for the first beyond it, and so must beat that one; anyone else must beat
        the last.

        Parameters
        ----------
        own
            The points with which each student stands in this list, shape (n,).
        points
            The points to try.
        """
        inside = self._beats(student_id, own, self.last, or_is=True)
        stays = self._beats(student_id, points, self.beyond) if self.beyond else np.ones(len(points), dtype=bool)
        return np.where(inside, stays, self._beats(student_id, points, self.last))

    def _beats(self, student_id: Texts, points: Floats, place: Place | None, or_is: bool = False) -> Bools:
        if place is None:
            return np.zeros(len(points), dtype=bool)
        better = points > place.points
        mark = tie_key(self.seed, place.student_id)
        for row in np.flatnonzero(points == place.points).tolist():
            key = tie_key(self.seed, str(student_id[row]))
            better[row] = key < mark or (or_is and key == mark)
        return np.asarray(better)


def ends_of(points: Floats, places: int, seed: int, ids_at: Callable[[Ints], Texts]) -> Ends:
    """Find the ends of the list of so many places that these points make.

    Parameters
    ----------
    points
        Shape (n,); NaN is nobody's.
    ids_at
        Gives the ids of rows; it is asked only for those tied at the ends.
    """
    ranked = np.flatnonzero(~np.isnan(points))
    held = points[ranked]
    last, beyond = (_place(ranked, held, rank, seed, ids_at) for rank in (places, places + 1))
    return Ends(last, beyond, seed)


def _place(ranked: Ints, held: Floats, rank: int, seed: int, ids_at: Callable[[Ints], Texts]) -> Place | None:
    """Give the student of a rank, 1 for the highest; None where there is no such rank."""
    if not 1 <= rank <= len(held):
        return None
    value = float(np.partition(held, len(held) - rank)[len(held) - rank])
    tied = sorted((str(name) for name in ids_at(ranked[held == value])), key=lambda name: tie_key(seed, name))
    return Place(value, tied[rank - 1 - int((held > value).sum())])
