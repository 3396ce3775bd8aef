"""Who is how high on the list, of points alone: 4 bytes a student, and while it is found no more than 32.

The roster is not looked at again. Only the ids of students of equal points are read back, for the stated hash.
"""

from collections.abc import Iterator

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
    for part in _parts(points, order, scored):
        _break_ties(order[part], points, spill, seed)
    found = np.zeros(len(points), dtype=np.int32)
    found[order[:scored]] = np.arange(1, scored + 1, dtype=np.int32)
    return found


_AT_ONCE = 1 << 20
"""Students put in order at once, at least; an eighth of a larger roster, since every part reads ids from the disk."""


def _parts(points: Floats, order: Ints, scored: int) -> Iterator[slice]:
    """Part the order of those scored where points differ, so that students of equal points stay together."""
    size, start = max(_AT_ONCE, scored // 8), 0
    while start < scored:
        last = points[order[min(start + size, scored) - 1]]
        end = int(np.searchsorted(points, last, side="right", sorter=order))
        yield slice(start, end)
        start = end


def _break_ties(order: Ints, points: Floats, spill: Spill, seed: int) -> None:
    """Put students of equal points in order by the hash, in place."""
    ordered = points[order]
    same = ordered[1:] == ordered[:-1]
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
    if len(tied):
        rows = np.sort(order[tied])
        keys = _keys(rows, spill, seed)
        order[tied] = rows[np.lexsort((keys, points[rows]))]


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
