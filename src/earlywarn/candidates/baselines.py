"""The baselines that a model must beat: the district's indicator rules, and the school alone."""

from collections.abc import Sequence
from typing import Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.preprocessing import TargetEncoder

from earlywarn.columns import Floats, Ints
from earlywarn.config.sections import Indicator


class IndicatorRules(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Rank by how many of the district's rules a student meets; risk is the training share missed at that count."""

    def __init__(self, rules: Sequence[Indicator]) -> None:
        self.rules = rules

    def fit(self, X: pd.DataFrame, y: Ints) -> Self:
        """Learn the share missed at each count; a count never seen takes the overall share."""
        count, places = self.decision_function(X).astype(int), len(self.rules) + 1
        sizes, events = np.bincount(count, minlength=places), np.bincount(count, weights=y, minlength=places)
        self.share_ = np.where(sizes > 0, events / np.maximum(sizes, 1), y.mean())
        self.classes_ = np.array([0, 1])
        return self

    def decision_function(self, X: pd.DataFrame) -> Floats:
        """Give how many rules each student meets, shape (n,)."""
        return np.asarray(np.sum([self._met(X, rule) for rule in self.rules], axis=0), dtype=np.float64)

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Give the risk, shape (n, 2)."""
        risk = self.share_[self.decision_function(X).astype(int)]
        return np.column_stack([1 - risk, risk])

    def _met(self, X: pd.DataFrame, rule: Indicator) -> "np.ndarray":
        values = X[rule.input].to_numpy()
        return values < rule.below if rule.below is not None else values > rule.above


class SchoolAlone(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Give every student the missed share of the school, shrunk towards all (scikit-learn's TargetEncoder)."""

    def fit(self, X: pd.DataFrame, y: Ints) -> Self:
        """Learn the shares from outcomes known by then."""
        self.encoder_ = TargetEncoder(target_type="binary").fit(X[["school"]], y)
        self.classes_ = np.array([0, 1])
        return self

    def decision_function(self, X: pd.DataFrame) -> Floats:
        """Give the school's share, shape (n,); an unseen school takes the overall one."""
        return np.asarray(self.encoder_.transform(X[["school"]]))[:, 0]

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Give the risk, shape (n, 2)."""
        risk = self.decision_function(X)
        return np.column_stack([1 - risk, risk])
