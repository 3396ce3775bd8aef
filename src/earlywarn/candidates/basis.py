"""Inputs expanded so that a linear model over them is a sum of straight pieces, and codes for boosting.

Both learn from training rows alone what is typical, what is missing and what has been seen; an unseen
category is read as missing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from earlywarn.columns import Bools, Floats

TAIL = 0.01
"""The outer knots of a piecewise input stand at this share and its complement; the end points hold beyond."""


LEAST_MISSING = 30
"""So many training rows must lack an input before "missing" has points of its own: from fewer, little can be learnt."""


MOST_CATEGORIES = 60
"""The commonest categories have points of their own; all rarer ones are read as missing."""


@dataclass(frozen=True)
class Column:
    """What training said of one input: knots or edges and the median, or categories; and if missing was learnt."""

    name: str
    values: Floats
    middle: float
    categories: tuple[str, ...]
    missing: bool
    is_text: bool
    never_known: bool = False

    def missing_rows(self, column: pd.Series) -> Bools:
        """Tell which rows are missing, or unseen categories."""
        return np.asarray(~column.isin(self.categories) if self.is_text else column.isna())


class AdditiveBasis(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Give each number a slope and hinges at inner knots, each category and each missing its own column.

    Parameters
    ----------
    columns
        Names of the inputs to read.
    knots
        Knots a number, the outer two included; 2 is a straight line between the training's ends.
    kept
        Input -> its knots, where they are not to be learnt.
    """

    def __init__(self, columns: Sequence[str], knots: int = 2, kept: Mapping[str, Floats] | None = None) -> None:
        self.columns = columns
        self.knots = knots
        self.kept = kept

    def fit(self, X: pd.DataFrame, y: object = None) -> Self:
        """Learn knots, categories and scales."""
        kept = self.kept or {}
        learnt = [_learn(X[name], self._knots) for name in self.columns]
        self.columns_ = [replace(column, values=kept.get(column.name, column.values)) for column in learnt]
        raw = np.hstack([_expand(column, X[column.name]) for column in self.columns_])
        # Zeros and ones stay as they are: scaled, a rare one would escape the penalty and take huge points.
        scaled = ~((raw == 0) | (raw == 1)).all(axis=0) & (raw.std(axis=0) > 0)
        self.centre_ = np.where(scaled, raw.mean(axis=0), 0.0)
        self.scale_ = np.where(scaled, raw.std(axis=0), 1.0)
        return self

    def transform(self, X: pd.DataFrame) -> Floats:
        """Give the expanded columns, shape (n, columns); slopes and hinges have mean 0 and spread 1 in training."""
        raw = np.hstack([_expand(column, X[column.name]) for column in self.columns_])
        return np.asarray((raw - self.centre_) / self.scale_)

    def _knots(self, values: Floats) -> Floats:
        if self.knots == 2:
            return np.unique([values.min(), values.max()])
        return np.unique(np.quantile(values, np.linspace(TAIL, 1 - TAIL, self.knots)))


class Codes(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Give each number the code of its bin and each category its place; NaN for missing and unseen.

    Parameters
    ----------
    columns
        Names of the inputs to read.
    bins
        At most so many bins a number, cut at training quantiles.
    """

    def __init__(self, columns: Sequence[str], bins: int = 63) -> None:
        self.columns = columns
        self.bins = bins

    def fit(self, X: pd.DataFrame, y: object = None) -> Self:
        """Learn edges and categories."""
        self.columns_ = [_learn(X[name], self._edges) for name in self.columns]
        return self

    def transform(self, X: pd.DataFrame) -> Floats:
        """Give the codes, shape (n, inputs)."""
        return np.column_stack([_encode(column, X[column.name]) for column in self.columns_])

    def _edges(self, values: Floats) -> Floats:
        found = np.unique(values)
        if len(found) > self.bins:
            found = np.unique(np.quantile(values, np.linspace(0, 1, self.bins + 1)[:-1]))
        return found[1:]


def _learn(column: pd.Series, marks: Callable[[Floats], Floats]) -> Column:
    name, missing = str(column.name), int(column.isna().sum()) >= LEAST_MISSING
    if column.dtype.kind != "f":
        kept = tuple(sorted(column.value_counts(sort=True).index[:MOST_CATEGORIES]))
        gone = int((~column.isin(kept)).sum())
        return Column(name, np.empty(0), 0.0, kept, gone >= LEAST_MISSING, is_text=True, never_known=not kept)
    known = column.dropna().to_numpy()
    if not len(known):
        return Column(name, np.empty(0), 0.0, (), missing, is_text=False, never_known=True)
    return Column(name, marks(known), float(np.median(known)), (), missing, is_text=False)


def _expand(column: Column, values: pd.Series) -> Floats:
    gone = column.missing_rows(values)
    parts = _one_hot(column, values) if column.is_text else _hinges(column, values.to_numpy(), gone)
    return np.hstack([parts, gone[:, None]]).astype(np.float64) if column.missing else parts


def _one_hot(column: Column, values: pd.Series) -> Floats:
    if not column.categories:
        return np.zeros((len(values), 1))
    return np.column_stack([values == name for name in column.categories]).astype(np.float64)


def _hinges(column: Column, values: Floats, gone: Bools) -> Floats:
    knots = column.values
    if not len(knots):
        return np.zeros((len(values), 1))
    held = np.clip(np.where(gone, column.middle, values), knots[0], knots[-1])
    return np.column_stack([np.maximum(held - knot, 0.0) for knot in (knots[:-1] if len(knots) > 1 else knots)])


def _encode(column: Column, values: pd.Series) -> Floats:
    if column.never_known:
        return np.zeros(len(values))  # never known in training: a constant, since boosting cannot bin nothing
    if column.is_text:
        place = {name: float(code) for code, name in enumerate(column.categories)}
        return np.asarray(values.map(place), dtype=np.float64)
    numbers = values.to_numpy()
    codes = np.searchsorted(column.values, numbers, side="right").astype(np.float64)
    codes[np.isnan(numbers)] = np.nan
    return codes
