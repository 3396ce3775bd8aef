"""How much the draw of schools alone moves a figure: one experiment's held-out test over several seeds.

``python -m experiments.draws ROSTER --config TOML --candidate piecewise`` fits one candidate on each draw and prints
its figures on the students whose outcome is known, without intervals. It chooses nothing and registers nothing;
the experiment's own test is that of the seed in its TOML.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.metrics import brier_score_loss, roc_auc_score

from earlywarn.candidates.catalogue import Role, catalogue
from earlywarn.candidates.crossfit import risk_and_points
from earlywarn.candidates.learn import with_groups
from earlywarn.cli.terminal import guarded
from earlywarn.cohort import build_cohort, split
from earlywarn.columns import MISSED, UNKNOWN
from earlywarn.config.experiment import Experiment
from earlywarn.config.load import load_experiment
from earlywarn.config.sections import PROMOTABLE
from earlywarn.roster.door import Door, open_roster


def draws(door: Door, experiment: Experiment, candidate: str, seeds: int) -> Iterator[dict[str, float]]:
    """Give the figures of the experiment's own seed, then of 0, 1, 2 and so on."""
    alone = experiment.candidates.model_copy(update={"simplest_first": (candidate,)})
    for seed in (experiment.seed, *range(seeds)):
        yield {"seed": seed} | figures(door, experiment.model_copy(update={"seed": seed, "candidates": alone}))


def figures(door: Door, experiment: Experiment) -> dict[str, float]:
    """Fit the candidate on the teaching side and try it on the students of the other whose outcome is known."""
    parts = split(build_cohort(door.roster, door.groups, experiment), experiment)
    (model,) = (candidate.model for candidate in catalogue(experiment) if candidate.role is Role.PROMOTABLE)
    fitted = clone(model).fit(with_groups(parts.train), parts.train.outcome)
    judged = parts.test.take(parts.test.enough & (parts.test.outcome != UNKNOWN))
    risk, points = risk_and_points(fitted, with_groups(judged))
    missed = judged.outcome == MISSED
    return {
        "schools": judged.frame["school"].nunique(),
        "students": len(judged),
        "missed": missed.mean(),
        "AUC": roc_auc_score(missed, points),
        "recall_10": _recall(missed, points, 0.10),
        "recall_20": _recall(missed, points, 0.20),
        "Brier": brier_score_loss(missed, risk),
    }


def _recall(missed: np.ndarray, points: np.ndarray, share: float) -> float:
    """Give the share of those who missed among the highest of the students whose outcome is known."""
    listed = np.argsort(-points, kind="stable")[: round(share * len(points))]
    return float(missed[listed].sum() / missed.sum())


def main() -> None:
    """Print a row a draw, then the least, the mean and the most."""
    parser = argparse.ArgumentParser(prog="python -m experiments.draws", description=__doc__)
    parser.add_argument("roster", type=Path)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--candidate", choices=PROMOTABLE, required=True)
    parser.add_argument("--seeds", type=int, default=20, help="draws beside the experiment's own")
    chosen = parser.parse_args()
    experiment = load_experiment(chosen.config)
    door = open_roster(chosen.roster, experiment)
    table = pd.DataFrame(draws(door, experiment, chosen.candidate, chosen.seeds)).set_index("seed")
    print(pd.concat([table, table.agg(["min", "mean", "max"])]).round(3).to_string())


if __name__ == "__main__":
    raise SystemExit(guarded(main))
