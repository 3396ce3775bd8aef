"""How far the inputs of two score runs lie apart, by what both counted in the places of one scorecard's tables."""

from collections.abc import Mapping, Sequence

import numpy as np

SHARE = 0.05
"""From here on an input is told: so many of 100 students would have to move for one run to look like the other."""


def moved(before: Mapping[str, Sequence[int]], now: Mapping[str, Sequence[int]]) -> tuple[tuple[str, float], ...]:
    """Give the inputs whose students lie otherwise, with the share that would have to move, the largest first.

    The share is the total variation distance of the two distributions: half the sum of absolute differences. Where
    one run scored nobody, or counted other places, nothing is said.

    Examples
    --------
    >>> moved({"absent": [50, 50, 0]}, {"absent": [40, 40, 20]})
    (('absent', 0.2),)
    """
    found = {
        name: _distance(np.asarray(before[name], dtype=np.float64), np.asarray(counts, dtype=np.float64))
        for name, counts in now.items()
        if name in before and len(before[name]) == len(counts) and sum(before[name]) > 0 and sum(counts) > 0
    }
    told = [(name, round(share, 6)) for name, share in found.items() if share >= SHARE]
    return tuple(sorted(told, key=lambda each: (-each[1], each[0])))


def _distance(before: "np.ndarray", now: "np.ndarray") -> float:
    return float(np.abs(before / before.sum() - now / now.sum()).sum() / 2)
