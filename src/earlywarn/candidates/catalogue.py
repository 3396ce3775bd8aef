"""Every candidate as a row of a table: name, title, role, and a factory of an unfitted model.

Only additive models that fold into a scorecard may be promoted; the ceiling and the aware comparator
say what that costs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from earlywarn.candidates.baselines import IndicatorRules, SchoolAlone
from earlywarn.candidates.basis import AdditiveBasis, Codes
from earlywarn.candidates.monotone import MonotonePiecewise
from earlywarn.columns import Direction, InputSpec, InputType
from earlywarn.config.experiment import Experiment

GROUP_PREFIX = "group:"
"""Columns of groups, given to the aware comparator alone."""

KNOTS = 7
ROUNDS = 150
"""Stages of boosting at a learning rate of 0.06 and at most 8 leaves; untuned, the same for every experiment."""


class Role(StrEnum):
    """What a candidate is for."""

    BASELINE = "baseline"
    PROMOTABLE = "promotable"
    CEILING = "ceiling"
    AWARE = "aware comparator"
    MITIGATED = "mitigated"


@dataclass(frozen=True)
class Candidate:
    """One row: ``model`` is unfitted and takes a frame with school, inputs and (aware) groups."""

    name: str
    title: str
    role: Role
    model: Any


def catalogue(experiment: Experiment) -> tuple[Candidate, ...]:
    """Give all candidates of an experiment, the promotable ones in its order of simplicity."""
    specs = experiment.inputs
    groups = [GROUP_PREFIX + name for name in experiment.groups.attributes]
    titles = {
        "logistic": "Logistic",
        "piecewise": "Piecewise logistic",
        "additive_boosting": "Additive boosting",
    }
    return (
        Candidate("indicator_rules", "Indicator rules", Role.BASELINE, IndicatorRules(experiment.indicators)),
        Candidate("last_result", "Last result alone", Role.BASELINE, _logistic(experiment.candidates.last_result, 2)),
        Candidate("school_alone", "School alone", Role.BASELINE, SchoolAlone()),
        *(
            Candidate(name, titles[name], Role.PROMOTABLE, promotable(name, specs, experiment.seed))
            for name in experiment.candidates.simplest_first
        ),
        Candidate(
            "ceiling",
            "Full boosting (ceiling)",
            Role.CEILING,
            _boosting(specs, [], experiment.seed, additive=False),
        ),
        Candidate("aware", "Aware comparator", Role.AWARE, _boosting(specs, groups, experiment.seed, additive=True)),
    )


def promotable(name: str, specs: Sequence[InputSpec], seed: int) -> Any:
    """Give the unfitted model of a promotable candidate over these inputs, all of them or some."""
    names = tuple(spec.name for spec in specs)
    makers: dict[str, Callable[[], Any]] = {
        "logistic": lambda: _logistic(names, 2),
        "piecewise": lambda: MonotonePiecewise(names, KNOTS, directions(specs)),
        "additive_boosting": lambda: _boosting(specs, [], seed, additive=True),
    }
    return makers[name]()


def directions(specs: Sequence[InputSpec]) -> dict[str, int]:
    """Give 1 or -1 for each input whose direction the config states."""
    return {spec.name: 1 if spec.risk is Direction.HIGHER else -1 for spec in specs if spec.risk is not None}


def _logistic(names: Sequence[str], knots: int) -> Pipeline:
    return make_pipeline(AdditiveBasis(tuple(names), knots), LogisticRegression(C=1.0, max_iter=2000))


def _boosting(specs: Sequence[InputSpec], groups: Sequence[str], seed: int, *, additive: bool) -> Pipeline:
    from sklearn.ensemble import HistGradientBoostingClassifier  # an audit of others' scores shall not pay for it

    names = (*(spec.name for spec in specs), *groups)
    texts = [spec.type is InputType.CATEGORY for spec in specs] + [True] * len(groups)
    limits: dict[str, Any] = {"interaction_cst": "no_interactions"} if additive else {}
    if additive:
        signs = directions(specs)
        limits["monotonic_cst"] = np.array([signs.get(name, 0) for name in names])
    booster = HistGradientBoostingClassifier(
        learning_rate=0.06,
        max_iter=ROUNDS,
        max_leaf_nodes=8,
        min_samples_leaf=40,
        early_stopping=False,
        categorical_features=np.array(texts),
        random_state=seed,
        **limits,
    )
    return make_pipeline(Codes(names, 63 if additive else 255), booster)
