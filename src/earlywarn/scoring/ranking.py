"""Who is how high on the list, of points alone: 4 bytes a student, and while it is found no more than 32.

The roster is not looked at again. Only the ids of students of equal points are read back, for the stated hash.
"""

import numpy as np
from numpy.typing import NDArray

from earlywarn import arrow
from earlywarn.capacity import tie_key
from earlywarn.columns import Floats, Ints
from earlywarn.scoring.spill import Spill

Ranks = NDArray[np.int32]


def ranks(points: Floats, spill: Spill, seed: int) -> Ranks:
    """Rank by points, the highest first, from 1; equal points by sha256 of "seed:id"; 0 where there are none.

    Parameters
    ----------
    points
        Shape (n,), in the order of the spill; NaN where not scored. Spent.

    Returns
    -------
    Ranks
        Shape (n,).
    """
    np.negative(points, out=points)
    order = np.argsort(points)  # NaN comes last; equal points are put in order below
    scored = len(points) - int(np.isnan(points).sum())
    order = order[:scored]
    tied = _tied(points, order)
    if tied.any():
        _break_ties(order, tied, points, spill, seed)
    found = np.zeros(len(points), dtype=np.int32)
    found[order] = np.arange(1, scored + 1, dtype=np.int32)
    return found


def _tied(points: Floats, order: Ints) -> NDArray[np.bool_]:
    """Tell which places of the order have the points of a neighbour."""
    tied = np.zeros(len(order), dtype=bool)
    for start in range(0, len(order) - 1, _AT_ONCE):
        ordered = points[order[start : start + _AT_ONCE + 1]]
        same = ordered[1:] == ordered[:-1]
        tied[start : start + len(same)] |= same
        tied[start + 1 : start + 1 + len(same)] |= same
    return tied


_AT_ONCE = 1 << 20


def _break_ties(order: Ints, tied: NDArray[np.bool_], points: Floats, spill: Spill, seed: int) -> None:
    places = np.flatnonzero(tied)
    rows = order[places]
    keys = _keys(np.sort(rows), spill, seed)
    own = keys[np.searchsorted(np.sort(rows), rows)]
    order[places] = rows[np.lexsort((own, points[rows]))]


def _keys(rows: Ints, spill: Spill, seed: int) -> NDArray[np.uint64]:
    """Give the first eight bytes of the hash of some rows, in their order."""
    ends = np.cumsum(spill.lengths)
    number = np.searchsorted(ends, rows, side="right")
    wanted = np.unique(number)
    found = np.empty(len(rows), dtype=np.uint64)
    done = 0
    for block, ids in spill.part("student_id", wanted.tolist()):
        own = rows[number == block] - (ends[block] - spill.lengths[block])
        texts = ids.take(arrow.raw(own)).to_pylist()
        found[done : done + len(own)] = [int.from_bytes(tie_key(seed, text)[:8], "big") for text in texts]
        done += len(own)
    return found
