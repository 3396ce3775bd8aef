"""All that training alone teaches: folds, choice, calibration, fit and fold. No test row comes here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from earlywarn import intervals as iv
from earlywarn.candidates.catalogue import GROUP_PREFIX, Candidate
from earlywarn.candidates.crossfit import (
    Calibration,
    Choice,
    Fold,
    calibrate,
    choose,
    fit_all,
    out_of_fold,
    school_folds,
)
from earlywarn.candidates.fold import fold
from earlywarn.cohort import Cohort
from earlywarn.columns import MISSED, Coded
from earlywarn.config.experiment import Experiment
from earlywarn.errors import EvidenceError, Fault
from earlywarn.estimate import Estimate
from earlywarn.evaluate import log_losses
from earlywarn.scorecard.table import Scorecard


@dataclass(frozen=True)
class Learnt:
    """All that training alone has taught."""

    choice: Choice
    loss: Mapping[str, Estimate | None]
    calibration: Calibration
    fitted: Mapping[str, Any]
    card: Scorecard


def learn(train_part: Cohort, candidates: tuple[Candidate, ...], experiment: Experiment) -> Learnt:
    """Cross-fit every candidate over schools, choose, calibrate, fit all, and fold the chosen one."""
    frame, school = with_groups(train_part), schools(train_part).codes.astype(np.int64)
    models = {candidate.name: candidate.model for candidate in candidates}
    folds = school_folds(frame, experiment.cohort.folds, experiment.seed)
    _check_folds(train_part, folds)
    scores = out_of_fold(models, frame, train_part.outcome, frame, folds)
    risks = {name: risk for name, (risk, _) in scores.items()}
    choice = choose(risks, train_part.outcome, school, experiment.candidates.simplest_first)
    calibration = calibrate(scores[choice.chosen][1], train_part.outcome, school, folds)
    fitted = fit_all(models, frame, train_part.outcome)
    card = fold(fitted[choice.chosen], experiment.inputs, frame, experiment.name, choice.chosen)
    card = replace(card, slope=calibration.slope, shift=calibration.shift, serving=experiment.serving())
    loss = {n: iv.mean_by_school(log_losses(train_part.outcome == MISSED, risk), school) for n, risk in risks.items()}
    return Learnt(choice, loss, calibration, fitted, card)


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
