"""Members of Fairlearn's reductions over a logistic model: weighed rows in, one linear model out.

A reduction weighs training rows anew (and, where a constraint is strong, turns some outcomes round), so that
a plain learner moves towards a constraint (Agarwal and others 2018, arXiv 1803.02453). It refuses to hand on
a mixture of models: that would give the same student two answers.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from fairlearn import reductions as fair
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression

from earlywarn.columns import Floats, Ints, Texts
from earlywarn.config.mitigation import Constraint
from earlywarn.errors import EvidenceError, Fault

ROUNDS = 10
"""At most so many rounds of exponentiated gradient; each fits the learner a few times."""

FAR = 1.0
"""What the multipliers of a grid add up to at its far end, where the error itself counts 1."""

HALVINGS = 5
"""Where a grid overshoots, its end is found to a thirty-second of FAR."""


@dataclass(frozen=True)
class Weighable:
    """What a reduction sees of n training rows.

    Attributes
    ----------
    X, outcome, group
        Shapes (n, columns), (n,), (n,); the group is for the constraint and never a column of X.
    share
        The district's capacity: constraints speak of a classifier at its own cut, and errors are priced
        so that the plain learner's cut lies where a list of this share ends.
    """

    X: Floats
    outcome: Ints
    group: Texts
    constraint: Constraint
    share: float

    @property
    def labels(self) -> dict[str, Any]:
        """What Fairlearn loads."""
        group = pd.Series(self.group.astype(str), name="group")
        return {"X": self.X, "y": pd.Series(self.outcome, name="outcome"), "sensitive_features": group}


@dataclass(frozen=True)
class Plain:
    """What the learner says of its training rows before any weighing: risks, the risk at the cut, the mean loss."""

    risk: Floats
    cut: float
    loss: float


class RiskLearner(BaseEstimator):  # type: ignore[misc]
    """The learner with its risk as prediction, as a bound on a loss needs it."""

    def fit(self, X: Floats, y: Ints, sample_weight: Floats | None = None) -> Self:
        """Fit the learner."""
        self.model_ = learner().fit(X, y, sample_weight=sample_weight)
        return self

    def predict(self, X: Floats) -> Floats:
        """Give the risk, shape (n,)."""
        return np.asarray(self.model_.predict_proba(X)[:, 1])


def learner() -> LogisticRegression:
    """Give the learner that rows are weighed for: that of the candidate ``logistic``."""
    return LogisticRegression(C=1.0, max_iter=2000)


@dataclass(frozen=True)
class Reduction:
    """How one constraint is put to Fairlearn."""

    moment: Callable[[float, Plain], Any]
    priced: Callable[[Plain], Any]
    learner: Callable[[], Any]
    predicted: Callable[[Plain], Floats]


def _parity(moment: Callable[..., Any]) -> Reduction:
    return Reduction(
        moment=lambda bound, plain: moment(difference_bound=bound),
        priced=lambda plain: fair.ErrorRate(costs={"fp": plain.cut, "fn": 1 - plain.cut}),
        learner=learner,
        predicted=lambda plain: (plain.risk > plain.cut).astype(np.float64),
    )


def _bounded_loss() -> Reduction:
    """Bound each group's Brier score near that of all; a loss has no cut, so nothing is priced."""
    return Reduction(
        moment=lambda bound, plain: fair.BoundedGroupLoss(fair.SquareLoss(0, 1), upper_bound=plain.loss + bound),
        priced=lambda plain: None,
        learner=RiskLearner,
        predicted=lambda plain: plain.risk,
    )


REDUCTIONS: dict[Constraint, Reduction] = {
    "true_positive_rate_parity": _parity(fair.TruePositiveRateParity),
    "false_positive_rate_parity": _parity(fair.FalsePositiveRateParity),
    "equalized_odds": _parity(fair.EqualizedOdds),
    "bounded_group_loss": _bounded_loss(),
}


@dataclass(frozen=True)
class GridStep:
    """One point of a grid of multipliers: ``strength`` 0 is the plain learner, 1 the far end.

    The grid is a line: from the plain learner's multipliers in the direction in which it breaks the constraint in
    training, to where the constraint is met there, or to FAR. Fairlearn's own grid, where it is small and
    groups are several, holds the first points of a larger one, which all lie on one side.
    """

    strength: float

    def fit(self, rows: Weighable) -> LogisticRegression:
        """Fit the learner on rows weighed for this point.

        Raises
        ------
        EvidenceError
            Weighed so, every row has the same outcome.
        """
        line = _Line.of(rows)
        return _linear(line.search(self.strength * line.reach()).predictors_, rows.constraint)


@dataclass(frozen=True)
class _Line:
    """A line of multipliers, from those of the plain learner towards what it breaks."""

    rows: Weighable
    plain: Plain
    start: pd.Series
    towards: pd.Series

    @classmethod
    def of(cls, rows: Weighable) -> Self:
        row, plain = REDUCTIONS[rows.constraint], _plain(rows)
        moment = row.moment(1.0, plain)
        moment.load_data(**rows.labels)
        broken = moment.gamma(lambda _: row.predicted(plain))
        plainly = moment.default_objective_lambda_vec
        start = pd.Series(0.0, index=moment.index) if plainly is None else plainly
        excess = (broken - _floor(broken)).clip(lower=0)
        return cls(rows, plain, start, excess / excess.sum() if excess.sum() > 0 else start)

    def search(self, place: float) -> Any:
        """Run GridSearch on one point of the line."""
        row = REDUCTIONS[self.rows.constraint]
        moment = row.moment(1.0, self.plain)
        if (priced := row.priced(self.plain)) is not None:
            moment.default_objective = lambda: priced  # GridSearch takes its objective from nowhere else
        grid = pd.DataFrame({0: (1 - place / FAR) * self.start + place * self.towards})
        return fair.GridSearch(row.learner(), moment, grid=grid).fit(**self.rows.labels)

    def reach(self) -> float:
        """Give the place at which the constraint is met in training, at most FAR."""
        low, high = 0.0, FAR
        if self._is_broken(high):
            return high
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if self._is_broken(middle) else (low, middle)
        return high

    def _is_broken(self, place: float) -> bool:
        broken = self.search(place).gammas_[0]
        return bool((self.towards * broken).sum() > _floor(broken))


def _floor(broken: pd.Series) -> float:
    """Give what counts as kept: no violation, or the least loss of any group, since every loss is above 0."""
    return max(float(broken.min()), 0.0)


@dataclass(frozen=True)
class MixtureMember:
    """The heaviest member of the mixture that exponentiated gradient ends with.

    The mixture draws a member anew for each student at each call. What was promised of it need not hold
    for one member, which is therefore audited by itself.
    """

    bound: float

    def fit(self, rows: Weighable) -> LogisticRegression:
        """Fit the mixture and give its heaviest linear member.

        Raises
        ------
        EvidenceError
            No member is linear: weighed for any of them, every row has the same outcome.
        """
        row, plain = REDUCTIONS[rows.constraint], _plain(rows)
        mixture = fair.ExponentiatedGradient(
            row.learner(),
            row.moment(self.bound, plain),
            objective=row.priced(plain),
            eps=self.bound,
            max_iter=ROUNDS,
        ).fit(**rows.labels)
        heaviest = mixture.weights_.sort_values(ascending=False, kind="stable").index
        return _linear((mixture.predictors_[place] for place in heaviest), rows.constraint)


def _plain(rows: Weighable) -> Plain:
    risk = RiskLearner().fit(rows.X, rows.outcome).predict(rows.X)
    return Plain(risk, float(np.quantile(risk, 1 - rows.share)), float(np.mean((risk - rows.outcome) ** 2)))


def _linear(found: Iterable[Any], constraint: Constraint) -> LogisticRegression:
    """Give the first that is a logistic model; Fairlearn puts a constant where all weighed outcomes agree."""
    models = (getattr(model, "model_", model) for model in found)
    for model in models:
        if isinstance(model, LogisticRegression):
            return model
    raise EvidenceError(
        Fault(
            f"mitigation.constraints '{constraint}'",
            "weighed for it, all training rows have the same outcome: nothing can be fitted",
            remedy="take this constraint out, or bring more years",
        )
    )
