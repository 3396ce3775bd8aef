"""What cuts that differ by group could do under a constraint: a bound for the figure, never a candidate.

Fairlearn's ThresholdOptimizer (Hardt and others 2016, arXiv 1610.02413) may not serve: it draws lots, so the same
student has two answers; it must be told a student's group at scoring; and it sets a different bar by group.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from fairlearn.postprocessing import ThresholdOptimizer
from sklearn.base import BaseEstimator, ClassifierMixin

from earlywarn.candidates.pooling import Pooling
from earlywarn.columns import Floats, Ints, Texts
from earlywarn.config.mitigation import Constraint

PRICES = tuple((10 - price, price) for price in range(1, 10))
"""How often a row counts that missed, and one that met: the dearer a place in vain, the shorter the list.

ThresholdOptimizer takes no weights and knows no length of a list, so its rows are repeated.
"""

PLACES = 200
"""Values of the constrained rate that are tried."""


class Points(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Points that were given already, as Fairlearn wants to be handed a model."""

    def fit(self, X: Floats, y: Ints) -> Self:
        """Learn nothing."""
        self.classes_ = np.array([0, 1])
        return self

    def decision_function(self, X: Floats) -> Floats:
        """Give the points, shape (n,)."""
        return np.asarray(X[:, 0])


@dataclass(frozen=True)
class Bound:
    """Cuts by group that keep a constraint on training rows, for lists from short to long.

    Attributes
    ----------
    rungs
        One a price, each the cuts of every group: Fairlearn's ``interpolation_dict``.
    """

    constraint: Constraint
    pooling: Pooling
    rungs: tuple[Mapping[str, Any], ...]

    def chances(self, points: Floats, groups: Texts, seats: int) -> Floats:
        """Give each student's chance of a place, shape (n,), on lists of ``seats`` students in expectation.

        Between two rungs the chances are mixed so that their sum is the number of seats.
        """
        pooled, nobody, everyone = self.pooling.of(groups), np.zeros(len(points)), np.ones(len(points))
        rungs = sorted((nobody, *(_chances(rung, points, pooled) for rung in self.rungs), everyone), key=np.sum)
        sizes = np.array([rung.sum() for rung in rungs])
        above = min(max(int(np.searchsorted(sizes, seats)), 1), len(rungs) - 1)
        part = (seats - sizes[above - 1]) / max(sizes[above] - sizes[above - 1], 1e-12)
        return np.asarray((1 - part) * rungs[above - 1] + part * rungs[above])


def learn_bound(constraint: Constraint, pooling: Pooling, points: Floats, outcome: Ints, groups: Texts) -> Bound:
    """Learn cuts by group from training rows and their points out of fold, shapes (n,)."""
    pooled = pooling.of(groups).astype(str)
    rungs = []
    for missed, met in PRICES:
        rows = np.repeat(np.arange(len(points)), np.where(outcome == 1, missed, met))
        optimizer = ThresholdOptimizer(
            estimator=Points().fit(points[:, None], outcome),
            constraints=constraint,
            objective="accuracy_score",
            grid_size=PLACES,
            prefit=True,
            predict_method="decision_function",
        ).fit(points[rows, None], outcome[rows], sensitive_features=pooled[rows])
        rungs.append(optimizer.interpolated_thresholder_.interpolation_dict)
    return Bound(constraint, pooling, tuple(rungs))


def _chances(rung: Mapping[str, Any], points: Floats, groups: Texts) -> Floats:
    """Give the expectation of what ThresholdOptimizer would draw for each student."""
    chance = np.zeros(len(points))
    for group, cut in rung.items():
        rows = groups == group
        by_points = cut.p0 * cut.operation0(points[rows]) + cut.p1 * cut.operation1(points[rows])
        ignored = cut.get("p_ignore", 0.0)
        chance[rows] = ignored * cut.get("prediction_constant", 0.0) + (1 - ignored) * by_points
    return chance
