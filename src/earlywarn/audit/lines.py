"""A difference in flags between two sides, split exactly into parts of the points, pair by pair on straight lines.

Students i and k of two sides differ by F(i) - F(k), where the flag F goes by the points s alone. On the
straight line from k to i a part j of the points grows at the steady rate p_ij - p_kj while s grows at
s_i - s_k. So its share of the difference is (p_ij - p_kj) / (s_i - s_k), whatever F does on the way and in
whatever order the parts are named. Averaged over all pairs the shares add up to the difference.
(The diagonal of Aumann and Shapley 1974, Values of Non-Atomic Games. To attribute a change: Sun and
Sundararajan 2011, arXiv 1102.0989; the output of a model, as integrated gradients: Sundararajan, Taly and Yan 2017.)

It refuses to credit a part with what points do not explain. That is the cut's: flags beyond F at the
same points, and pairs too close in points for a line. Students of one bin of points are taken
together, by their mean points, so that the cost does not grow with the pairs.
"""

from dataclasses import dataclass

import numpy as np

from earlywarn.columns import Floats

TIED = 0.01
"""Points closer than this, in log-odds, are tied: they move no risk by more than a quarter of a student in 100.

Without it the share of one part grows without bound as two students come close, one on the list and one not.
"""


@dataclass(frozen=True)
class Side:
    """The students of one side by bin of points.

    Attributes
    ----------
    students
        Shape (bins,).
    points
        Sums of the points of each part, shape (bins, parts).
    surplus
        The sum of flags beyond F.
    """

    students: Floats
    points: Floats
    surplus: float

    @property
    def size(self) -> float:
        """All students of the side."""
        return float(self.students.sum())

    @property
    def weight(self) -> Floats:
        """The share of the side in each bin, 0 where the side is empty."""
        return np.asarray(self.students / (self.size or 1.0))

    @property
    def mean(self) -> Floats:
        """Mean points by bin and part, 0 where nobody is."""
        held = self.students[:, None] > 0
        return np.divide(self.points, self.students[:, None], out=np.zeros_like(self.points), where=held)


@dataclass(frozen=True)
class Lines:
    """The split, and how each student of the first side sways it.

    The last part is the cut's. A student in bin b with points s, points p of a part and a flag r beyond
    F sways that part by ``own[b] * p + level[b] * s + base[b]`` over the side's students (its influence
    function), and the cut's by ``r + base[b]``.

    Attributes
    ----------
    value
        Mean flag of the first side less that of the other, by part, shape (parts + 1,).
    own
        Shape (bins,).
    level, base
        Shape (bins, parts + 1).
    moved
        How each part grows with F of a bin by the students of the first side, shape (bins, parts + 1).
    """

    value: Floats
    own: Floats
    level: Floats
    base: Floats
    moved: Floats


def lines(side: Side, other: Side, flagged: Floats) -> Lines:
    """Split the mean flag of a side less that of the other.

    Parameters
    ----------
    flagged
        F by bin, the same for both sides, shape (bins,).
    """
    here, mean = side.weight, side.mean
    level = mean.sum(axis=1)
    rate, tied = _rates(level, other.mean.sum(axis=1))
    step = flagged[:, None] - flagged[None, :]
    own, gain = _towards(rate * step, mean, other)
    _, bend = _towards(rate**2 * step, mean, other)
    _, eased = _towards(rate, mean, other)
    jump, close = (tied * step) @ other.weight, tied @ other.weight
    split = np.append(here @ gain, here @ jump + side.surplus / (side.size or 1.0))
    beyond = np.append(np.zeros(mean.shape[1]), other.surplus / (other.size or 1.0))
    return Lines(
        value=split - beyond,
        own=own,
        level=np.column_stack([-bend, np.zeros_like(own)]),
        base=np.column_stack([gain - own[:, None] * mean + bend * level[:, None], jump]) - split,
        moved=here[:, None] * np.column_stack([eased, close]),
    )


def _rates(level: Floats, other: Floats) -> tuple[Floats, Floats]:
    """Give 1 / (s - s') for each pair of bins, 0 where no line can be drawn; and 1 for two bins that are tied."""
    apart = level[:, None] - other[None, :]
    same = np.eye(len(level), dtype=bool)
    held = (np.abs(apart) > TIED) & ~same
    rate = np.divide(1.0, apart, out=np.zeros_like(apart), where=held)
    return rate, np.where(held | same, 0.0, 1.0)


def _towards(rate: Floats, mean: Floats, other: Side) -> tuple[Floats, Floats]:
    """Average over the other side's students, by bin of this one: a rate, and the rate times p - p'."""
    over = rate @ other.weight
    return over, over[:, None] * mean - rate @ (other.weight[:, None] * other.mean)
