"""Out-of-fold risks by school, the choice among candidates, and calibration where it earns its place.

Nothing here ever sees a test row. Folds part schools, and a student who changed schools teaches no
fold in which that student is judged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.base import clone
from sklearn.model_selection import GroupKFold

from earlywarn.columns import Floats, Ints
from earlywarn.estimate import Estimate
from earlywarn.evaluate import calibration, log_losses
from earlywarn.intervals import mean_by_school

Fold = tuple[Ints, Ints]
"""Rows that teach, rows that are judged."""


@dataclass(frozen=True)
class Calibration:
    """risk = sigmoid(shift + slope * points), and what it gained in log loss out of fold."""

    slope: float
    shift: float
    gain: Estimate | None
    used: bool

    def risk(self, points: Floats) -> Floats:
        """Give the risk that points stand for, shape (n,)."""
        return _sigmoid(self.shift + self.slope * points)


def school_folds(frame: pd.DataFrame, folds: int, seed: int) -> list[Fold]:
    """Part the rows by school; rows of the judged students are left out of what teaches."""
    splitter = GroupKFold(n_splits=folds, shuffle=True, random_state=seed)
    student = frame["student_id"]
    parts = []
    for teach, judged in splitter.split(frame, groups=frame["school"]):
        moved = student.iloc[teach].isin(set(student.iloc[judged])).to_numpy()
        parts.append((teach[~moved], judged))
    return parts


def across_schools(train: pd.DataFrame, test: pd.DataFrame, folds: int, seed: int) -> list[Fold]:
    """Part test rows by school; training rows of those schools or students teach not.

    Rows that teach are places in ``train``, rows that are judged places in ``test``.
    """
    parts = []
    for _, judged in school_folds(test, folds, seed):
        schools, students = set(test["school"].iloc[judged]), set(test["student_id"].iloc[judged])
        apart = ~(train["school"].isin(schools) | train["student_id"].isin(students)).to_numpy()
        parts.append((np.flatnonzero(apart), judged))
    return parts


def out_of_fold(
    models: Mapping[str, Any], train: pd.DataFrame, outcome: Ints, judged: pd.DataFrame, folds: Sequence[Fold]
) -> dict[str, tuple[Floats, Floats]]:
    """Give each model's out-of-fold risk and points on the judged frame, fitted in parallel.

    Returns
    -------
    dict
        name -> (risk, points), each of shape (rows of ``judged``,).
    """
    tasks = [(name, fold) for name in models for fold in folds]
    found = Parallel(n_jobs=-1)(
        delayed(_fit_and_score)(models[name], train.iloc[teach], outcome[teach], judged.iloc[rows])
        for name, (teach, rows) in tasks
    )
    scores = {name: (np.empty(len(judged)), np.empty(len(judged))) for name in models}
    for (name, (_, rows)), (risk, points) in zip(tasks, found, strict=True):
        scores[name][0][rows], scores[name][1][rows] = risk, points
    return scores


def fit_all(models: Mapping[str, Any], train: pd.DataFrame, outcome: Ints) -> dict[str, Any]:
    """Fit every model on all training rows, in parallel."""
    fitted = Parallel(n_jobs=-1)(delayed(_fit)(model, train, outcome) for model in models.values())
    return dict(zip(models, fitted, strict=True))


def risk_and_points(model: Any, frame: pd.DataFrame) -> tuple[Floats, Floats]:
    """Give a fitted model's risk and points."""
    return model.predict_proba(frame)[:, 1], np.asarray(model.decision_function(frame), dtype=np.float64)


def choose(risks: Mapping[str, Floats], outcome: Ints, school: Ints, simplest_first: Sequence[str]) -> "Choice":
    """Choose the simplest candidate whose log loss is within one standard error of the best.

    The error is that of the paired difference to the best, jackknifed over schools (DESIGN decision 4).
    """
    losses = {name: log_losses(outcome == 1, risks[name]) for name in simplest_first}
    best = min(simplest_first, key=lambda name: float(losses[name].mean()))
    behind = {name: mean_by_school(losses[name] - losses[best], school) for name in simplest_first}
    near = [n for n in simplest_first if n == best or ((gap := behind[n]) is not None and gap.value <= gap.se)]
    return Choice(near[0], best, {n: mean_by_school(losses[n], school) for n in simplest_first}, behind, near[0])


@dataclass(frozen=True)
class Choice:
    """The chosen candidate, the one of least loss, all losses, and how far each lies behind the best.

    ``automatic`` is the simplest near the best; the chosen one differs where the config names another.
    """

    chosen: str
    best: str
    loss: Mapping[str, Estimate | None]
    behind: Mapping[str, Estimate | None]
    automatic: str


def calibrate(points: Floats, outcome: Ints, school: Ints, folds: Sequence[Fold]) -> Calibration:
    """Fit slope and shift on out-of-fold points; use them only if they help by a standard error out of fold."""
    risk, adjusted = _sigmoid(points), calibrated_out_of_fold(points, outcome, folds)
    missed = outcome == 1
    gain = mean_by_school(log_losses(missed, risk) - log_losses(missed, adjusted), school)
    used = gain is not None and bool(np.isfinite(adjusted).all()) and gain.value > gain.se
    shift, slope = calibration(missed, risk) if used else (0.0, 1.0)
    return Calibration(slope, shift, gain, used)


def calibrated_out_of_fold(points: Floats, outcome: Ints, folds: Sequence[Fold]) -> Floats:
    """Give risks whose slope and shift were learnt on the other folds, shape (n,); NaN where none can be fitted."""
    risk = _sigmoid(points)
    adjusted = np.empty(len(points))
    for teach, judged in folds:
        shift, slope = calibration(outcome[teach] == 1, risk[teach])
        adjusted[judged] = _sigmoid(shift + slope * points[judged])
    return adjusted


def _fit(model: Any, frame: pd.DataFrame, outcome: Ints) -> Any:
    return clone(model).fit(frame, outcome)


def _fit_and_score(model: Any, frame: pd.DataFrame, outcome: Ints, judged: pd.DataFrame) -> tuple[Floats, Floats]:
    return risk_and_points(_fit(model, frame, outcome), judged)


def _sigmoid(points: Floats) -> Floats:
    return np.asarray(np.clip(1 / (1 + np.exp(-points)), 1e-12, 1 - 1e-12))
