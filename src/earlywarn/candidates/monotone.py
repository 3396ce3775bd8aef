"""A piecewise-linear logistic model that never bends against a direction that the district states.

scikit-learn's logistic regression knows no such limit. So knots are taken out, one an input at a time,
until every number with a stated direction obeys it; in the last resort its line is flat.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from earlywarn.candidates.basis import AdditiveBasis, Column
from earlywarn.columns import Floats, Ints

SLACK = 1e-12
"""A step of so little against the direction is rounding."""


class MonotonePiecewise(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Logistic regression over straight pieces, monotone where a direction is stated.

    Parameters
    ----------
    columns
        Names of the inputs to read.
    knots
        Knots a number to begin with.
    directions
        Input -> 1 if higher values raise the risk, -1 if lower ones do.
    """

    def __init__(self, columns: Sequence[str], knots: int, directions: Mapping[str, int]) -> None:
        self.columns = columns
        self.knots = knots
        self.directions = directions

    def fit(self, X: pd.DataFrame, y: Ints) -> Self:
        """Fit, take out the knots next to pieces that go the wrong way, and fit again until none does."""
        kept: dict[str, Floats] = {}
        while True:
            self.pipeline_ = self._pipeline(kept).fit(X, y)
            wrong = {c.name: self._without_worst(c, X) for c in self.pipeline_[0].columns_ if c.name in self.directions}
            wrong = {name: knots for name, knots in wrong.items() if knots is not None}
            if not wrong:
                break
            kept |= wrong
        self.classes_ = self.pipeline_.classes_
        return self

    def decision_function(self, X: pd.DataFrame) -> Floats:
        """Give the log-odds, shape (n,)."""
        return np.asarray(self.pipeline_.decision_function(X))

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Give the risk, shape (n, 2)."""
        return np.asarray(self.pipeline_.predict_proba(X))

    def __getitem__(self, step: int) -> Any:
        return self.pipeline_[step]

    def _pipeline(self, kept: Mapping[str, Floats]) -> Pipeline:
        return make_pipeline(AdditiveBasis(self.columns, self.knots, kept), LogisticRegression(C=1.0, max_iter=2000))

    def _without_worst(self, column: Column, X: pd.DataFrame) -> Floats | None:
        """Give the knots without the one that ends the piece most against the direction; None if none is."""
        knots, against = column.values, -self.directions[column.name] * rises(self, column, X)
        worst = int(against.argmax()) if len(against) else 0
        if not (against > SLACK).any():
            return None
        inner = worst + 1 if worst + 1 < len(knots) - 1 else worst
        return np.delete(knots, inner) if 0 < inner < len(knots) - 1 else knots[:1]


def rises(model: Any, column: Column, X: pd.DataFrame) -> Floats:
    """Give how much the points of an additive model rise from each knot to the next, shape (knots - 1,)."""
    rows = pd.concat([X.iloc[[0]]] * max(len(column.values), 1), ignore_index=True)
    rows[column.name] = column.values if len(column.values) else np.nan
    return np.diff(np.asarray(model.decision_function(rows), dtype=np.float64))
