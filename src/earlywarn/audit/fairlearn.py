"""Point values of the confusion measures from Fairlearn, over the table of counts.

MetricFrame with the counts as sample_weight gives what it would give row by row, at a fraction of
the cost. Fairlearn returns 0.0 for a recall without events; here such a value is NaN.
"""

import numpy as np
import pandas as pd
import sklearn
from fairlearn.metrics import (
    MetricFrame,
    false_negative_rate,
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)
from sklearn.metrics import precision_score

from earlywarn.columns import MET, MISSED, UNKNOWN, Floats


def _precision(y_true: Floats, y_pred: Floats, sample_weight: Floats) -> float:
    return float(precision_score(y_true, y_pred, sample_weight=sample_weight, zero_division=np.nan))


def _false_omission(y_true: Floats, y_pred: Floats, sample_weight: Floats) -> float:
    right = precision_score(y_true, y_pred, pos_label=0, sample_weight=sample_weight, zero_division=np.nan)
    return 1 - float(right)


METRICS = {
    "share_flagged": selection_rate,
    "recall": true_positive_rate,
    "overlooked_share": false_negative_rate,
    "false_alarm_rate": false_positive_rate,
    "precision": _precision,
    "false_omission_rate": _false_omission,
}
NEEDS = {"recall": MISSED, "overlooked_share": MISSED, "false_alarm_rate": MET}
"""Measures that are undefined without students of this outcome."""


def confusion_measures(counts: Floats) -> pd.DataFrame:
    """Give one row a cell and one column a measure.

    Parameters
    ----------
    counts
        Students by cell, outcome (met, missed, unknown) and flagged: shape (cells, 3, 2). Share flagged is
        taken of all of them, the other measures of those with a known outcome.
    """
    known = [name for name in METRICS if name != "share_flagged"]
    # The counts are ours: scikit-learn need not look at them again for each group and measure.
    with sklearn.config_context(assume_finite=True, skip_parameter_validation=True):
        parts = [_by_cell(counts, known, (MET, MISSED)), _by_cell(counts, ["share_flagged"], (MET, MISSED, UNKNOWN))]
    table = pd.concat(parts, axis=1).reindex(range(len(counts)))
    for name, outcome in NEEDS.items():
        table.loc[counts[:, outcome].sum(axis=1) == 0, name] = np.nan
    return table[list(METRICS)]


def _by_cell(counts: Floats, names: list[str], outcomes: tuple[int, ...]) -> pd.DataFrame:
    cell, outcome, flagged = np.indices(counts.shape).reshape(3, -1)
    weight = counts.reshape(-1)
    held = (weight > 0) & np.isin(outcome, outcomes)
    if not held.any():
        return pd.DataFrame(dict.fromkeys(names, pd.Series(dtype=float)))  # MetricFrame refuses to measure nobody
    found: pd.DataFrame = MetricFrame(
        metrics={name: METRICS[name] for name in names},
        y_true=(outcome[held] == MISSED).astype(int),
        y_pred=flagged[held],
        sensitive_features=pd.Series(cell[held], name="cell"),
        sample_params={name: {"sample_weight": weight[held]} for name in names},
    ).by_group
    return found
