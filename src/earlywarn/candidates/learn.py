"""All that training alone teaches: folds, choice, calibration, fit and fold. No test row comes here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from earlywarn import intervals as iv
from earlywarn.candidates.catalogue import GROUP_PREFIX, Candidate, Role
from earlywarn.candidates.crossfit import (
    Calibration,
    Choice,
    Fold,
    calibrate,
    calibrated_out_of_fold,
    choose,
    fit_all,
    out_of_fold,
    school_folds,
)
from earlywarn.candidates.fold import fold
from earlywarn.cohort import Cohort
from earlywarn.columns import MISSED, Coded, Floats, Ints
from earlywarn.config.experiment import Experiment
from earlywarn.errors import EvidenceError, Fault
from earlywarn.estimate import Estimate
from earlywarn.evaluate import log_losses
from earlywarn.scorecard.table import Scorecard


@dataclass(frozen=True)
class Lesson:
    """The training rows with their groups, outcomes, schools and folds; shapes (n,)."""

    frame: pd.DataFrame
    outcome: Ints
    school: Ints
    folds: Sequence[Fold]


@dataclass(frozen=True)
class Learnt:
    """All that training alone has taught.

    Attributes
    ----------
    points
        Candidate -> its points out of fold, shape (training rows,).
    weighed
        Mitigated candidate -> its calibration: weighing rows spoils the risk.
    """

    choice: Choice
    loss: Mapping[str, Estimate | None]
    calibration: Calibration
    fitted: Mapping[str, Any]
    card: Scorecard
    points: Mapping[str, Floats]
    weighed: Mapping[str, Calibration]


def learn(train_part: Cohort, candidates: tuple[Candidate, ...], experiment: Experiment) -> Learnt:
    """Cross-fit every candidate over schools, choose, calibrate, fit all, and fold the chosen one."""
    lesson = lesson_of(train_part, experiment)
    models = {candidate.name: candidate.model for candidate in candidates}
    scores = out_of_fold(models, lesson.frame, lesson.outcome, lesson.frame, lesson.folds)
    points = {name: found for name, (_, found) in scores.items()}
    weighed = {c.name: _calibrated(points[c.name], lesson) for c in candidates if c.role is Role.MITIGATED}
    again = {n: calibrated_out_of_fold(points[n], lesson.outcome, lesson.folds) for n, c in weighed.items() if c.used}
    risks = {name: risk for name, (risk, _) in scores.items()} | again
    choice = _choice(risks, lesson, experiment)
    calibration = _calibrated(points[choice.chosen], lesson)
    _check_slope(choice.chosen, calibration)
    fitted = fit_all(models, lesson.frame, lesson.outcome)
    card = fold(fitted[choice.chosen], experiment.inputs, lesson.frame, experiment.name, choice.chosen)
    card = replace(card, slope=calibration.slope, shift=calibration.shift, serving=experiment.serving())
    loss = {n: loss_of(risk, lesson) for n, risk in risks.items()}
    return Learnt(choice, loss, calibration, fitted, card, points, weighed)


def lesson_of(train_part: Cohort, experiment: Experiment) -> Lesson:
    """Part the training rows into folds of schools.

    Raises
    ------
    EvidenceError
        A fold whose teaching schools know one outcome only.
    """
    frame, school = with_groups(train_part), schools(train_part).codes.astype(np.int64)
    folds = school_folds(frame, experiment.cohort.folds, experiment.seed)
    _check_folds(train_part, folds)
    return Lesson(frame, train_part.outcome, school, folds)


def loss_of(risk: Floats, lesson: Lesson) -> Estimate | None:
    """Give the mean log loss of training rows, jackknifed over schools."""
    return iv.mean_by_school(log_losses(lesson.outcome == MISSED, risk), lesson.school)


def _choice(risks: Mapping[str, Floats], lesson: Lesson, experiment: Experiment) -> Choice:
    """Choose, or take the candidate that the config names."""
    choice = choose(risks, lesson.outcome, lesson.school, experiment.candidates.simplest_first)
    return replace(choice, chosen=experiment.candidates.use or choice.chosen)


def _calibrated(points: Floats, lesson: Lesson) -> Calibration:
    return calibrate(points, lesson.outcome, lesson.school, lesson.folds)


def _check_slope(chosen: str, calibration: Calibration) -> None:
    """Refuse points that go with less risk the more of them there are; only a named candidate can be so."""
    if calibration.slope <= 0:
        found = f"out of fold, more points of '{chosen}' go with less risk (slope {calibration.slope:.3f})"
        raise EvidenceError(Fault("candidates.use", found, "a slope above 0", "name another candidate, or none"))


def _check_folds(part: Cohort, folds: Sequence[Fold]) -> None:
    """Refuse a fold whose teaching schools know one outcome only."""
    for number, (teach, _) in enumerate(folds, start=1):
        if len(np.unique(part.outcome[teach])) < 2:
            found = "the schools that teach it know one outcome only"
            remedy = "bring more schools, or set a smaller cohort.folds"
            raise EvidenceError(Fault(f"fold {number} of {len(folds)}", found, "both outcomes", remedy))


def with_groups(part: Cohort) -> pd.DataFrame:
    """Give the frame with the groups that only the aware comparator reads."""
    groups = {GROUP_PREFIX + n: np.array(c.texts(), dtype=object) for n, c in part.groups.attributes.items()}
    return part.frame.assign(**groups)


def schools(part: Cohort) -> Coded:
    """Give the schools of a cohort's rows."""
    codes, names = pd.factorize(part.frame["school"], sort=True)
    return Coded(codes.astype(np.int32), tuple(names))
