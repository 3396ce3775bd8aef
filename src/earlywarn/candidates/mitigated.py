"""Mitigated candidates: logistic models fitted on weighed rows, one a step, that fold into scorecards like any other.

They read an attribute while they are fitted and never after: scoring needs no group. They refuse to be
randomised. Weighing spoils the risk, so it is calibrated again out of fold; the rank is by points.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.pipeline import Pipeline, make_pipeline

from earlywarn.candidates.basis import AdditiveBasis, Column
from earlywarn.candidates.catalogue import GROUP_PREFIX, Candidate, Role, directions
from earlywarn.candidates.monotone import SLACK, rises
from earlywarn.candidates.pooling import Pooling, pool
from earlywarn.candidates.reductions import GridStep, MixtureMember, Weighable
from earlywarn.cohort import Cohort
from earlywarn.columns import Floats, Ints
from earlywarn.config.experiment import Experiment
from earlywarn.config.mitigation import Constraint, Member

TITLES: dict[Constraint, str] = {
    "true_positive_rate_parity": "Found alike",
    "false_positive_rate_parity": "Flagged in vain alike",
    "equalized_odds": "Found and flagged in vain alike",
    "bounded_group_loss": "Loss bounded for each group",
}


@dataclass(frozen=True)
class Aim:
    """What is to be alike, for which groups, at a list of which share."""

    constraint: Constraint
    pooling: Pooling
    share: float


class Mitigated(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A logistic model over straight lines, on rows weighed by a reduction.

    An input whose line goes against a stated direction is made flat: no weighing may list a student for a
    better result.

    Parameters
    ----------
    columns
        Names of the inputs to read.
    directions
        Input -> 1 if higher values raise the risk, -1 if lower ones do.
    aim
        The constraint and its groups, read from ``group:ATTRIBUTE`` in :meth:`fit` alone.
    reduction
        A grid's step, or a mixture whose heaviest member is taken.
    """

    def __init__(
        self,
        columns: Sequence[str],
        directions: Mapping[str, int],
        aim: Aim,
        reduction: GridStep | MixtureMember,
    ) -> None:
        self.columns = columns
        self.directions = directions
        self.aim = aim
        self.reduction = reduction

    def fit(self, X: pd.DataFrame, y: Ints) -> Self:
        """Learn the basis, weigh the rows and fit; again, with flat lines, while a direction is not kept."""
        kept: dict[str, Floats] = {}
        while True:
            self.pipeline_ = self._pipeline(X, y, kept)
            wrong = [column for column in self.pipeline_[0].columns_ if self._goes_wrong(column, X)]
            if not wrong:
                break
            kept |= {column.name: column.values[:1] for column in wrong}
        self.classes_ = np.array([0, 1])
        return self

    def decision_function(self, X: pd.DataFrame) -> Floats:
        """Give the points, shape (n,)."""
        return np.asarray(self.pipeline_.decision_function(X))

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Give the risk as weighed, shape (n, 2): not calibrated."""
        return np.asarray(self.pipeline_.predict_proba(X))

    def __getitem__(self, step: int) -> Any:
        return self.pipeline_[step]

    def _pipeline(self, X: pd.DataFrame, y: Ints, kept: Mapping[str, Floats]) -> Pipeline:
        basis = AdditiveBasis(tuple(self.columns), kept=kept).fit(X)
        group = self.aim.pooling.of(X[GROUP_PREFIX + self.aim.pooling.attribute].to_numpy(dtype=object))
        rows = Weighable(basis.transform(X), np.asarray(y), group, self.aim.constraint, self.aim.share)
        return make_pipeline(basis, self.reduction.fit(rows))

    def _goes_wrong(self, column: Column, X: pd.DataFrame) -> bool:
        direction = self.directions.get(column.name, 0)
        return bool((direction * rises(self, column, X) < -SLACK).any())


def mitigated(experiment: Experiment, train: Cohort) -> tuple[Candidate, ...]:
    """Give every mitigated candidate of an experiment; none where it asks for no constraint.

    Raises
    ------
    EvidenceError
        Fewer than two groups of the attribute are large enough in training.
    """
    plan = experiment.mitigation
    if plan is None or not plan.constraints:
        return ()
    pooling = pooling_of(experiment, train)
    aims = {name: Aim(name, pooling, experiment.capacity.share) for name in plan.constraints}
    inputs = tuple(spec.name for spec in experiment.inputs), directions(experiment.inputs)
    return tuple(
        Candidate(
            name=member.name,
            title=title_of(member),
            role=Role.MITIGATED,
            model=Mitigated(*inputs, aims[member.constraint], _reduction(member, plan.bound)),
        )
        for member in plan.members
    )


def pooling_of(experiment: Experiment, train: Cohort) -> Pooling:
    """Learn from training rows which groups of the experiment's attribute are large enough."""
    attribute = experiment.mitigation.attribute if experiment.mitigation else ""
    groups = np.array(train.groups.attributes[attribute].texts(), dtype=object)
    return pool(attribute, groups, train.outcome, experiment.gate.evidence)


def title_of(member: Member) -> str:
    """Give the name for people: ``Found alike, step 2 of 3``."""
    which = f"step {member.step} of {member.steps}" if member.step else "one of a mixture"
    return f"{TITLES[member.constraint]}, {which}"


def _reduction(member: Member, bound: float) -> GridStep | MixtureMember:
    return GridStep(member.step / member.steps) if member.step else MixtureMember(bound)
