"""The list's cut: seats for a share of the roster, ranks by points, ties by a stated hash."""

import hashlib
from dataclasses import dataclass

import numpy as np

from earlywarn.columns import Bools, Floats, Ints, Texts


@dataclass(frozen=True)
class Listed:
    """Rank 1 is the highest risk, shape (n,); the first ``seats`` ranks are flagged.

    ``chance`` is each student's chance of a seat over all orders of equal points: 0 or 1 but for those
    tied at the cut. What a list of coarse scores finds is told by it, so that no figure hangs on the seed.
    ``fixed`` says that the cut was not estimated from these students: a stated risk, or a list from outside.
    """

    rank: Ints
    flagged: Bools
    seats: int
    chance: Floats
    fixed: bool = False

    def near(self, share: float = 0.05, at_least: int = 25) -> Bools:
        """Give the rows whose rank lies within ``share`` of all ranks (or ``at_least`` rows) of the cut."""
        if self.fixed:
            return np.zeros(len(self.chance), dtype=bool)
        reach = max(at_least, round(share * len(self.rank)))
        return (self.rank > self.seats - reach) & (self.rank <= self.seats + reach)


def seats_for(share: float, students: int) -> int:
    """Give the seats that a share of ``students`` means, halves rounded up."""
    return int(share * students + 0.5)


def make_list(points: Floats, student_id: Texts, seed: int, seats: int) -> Listed:
    """Rank by points, the highest first; equal points by sha256 of "seed:id".

    The hash is the same for everyone who knows seed and id, so that a tie can be checked, and it
    knows nothing of the student.
    """
    order = np.argsort(-points, kind="stable")
    _break_ties(order, points, student_id, seed)
    rank = np.empty(len(points), dtype=np.int64)
    rank[order] = np.arange(1, len(points) + 1)
    flagged = rank <= seats
    return Listed(rank, flagged, min(seats, len(points)), _chances(points, flagged))


def list_by_chance(points: Floats, seats: int) -> Listed:
    """Give the list of the highest points where nobody is to be named: ties go by chance alone, not by the hash.

    ``flagged`` and ``rank`` take tied students in the order given; what the list finds is told by ``chance``.
    """
    order = np.argsort(-points, kind="stable")
    rank = np.empty(len(points), dtype=np.int64)
    rank[order] = np.arange(1, len(points) + 1)
    flagged = rank <= seats
    return Listed(rank, flagged, min(seats, len(points)), _chances(points, flagged))


def given_list(flagged: Bools) -> Listed:
    """Give a list whose cut nobody estimates from these students; its ranks are not told (all 0)."""
    return Listed(np.zeros(len(flagged), dtype=np.int64), flagged, int(flagged.sum()), flagged.astype(np.float64), True)


def _chances(points: Floats, flagged: Bools) -> Floats:
    chance = flagged.astype(np.float64)
    if flagged.any() and not flagged.all():
        tied = points == points[flagged].min()
        chance[tied] = flagged[tied].mean()
    return chance


def _break_ties(order: Ints, points: Floats, student_id: Texts, seed: int) -> None:
    ordered = points[order]
    same = np.flatnonzero(ordered[1:] == ordered[:-1])
    if not len(same):
        return
    starts = same[np.diff(same, prepend=-2) != 1]
    ends = same[np.diff(same, append=len(points) + 1) != 1] + 2
    for start, end in zip(starts, ends, strict=True):
        run = order[start:end].tolist()
        order[start:end] = sorted(run, key=lambda row: tie_key(seed, str(student_id[row])))


def tie_key(seed: int, student_id: str) -> bytes:
    """Give the stated hash that orders students of equal points."""
    return hashlib.sha256(f"{seed}:{student_id}".encode()).digest()
