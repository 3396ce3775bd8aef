"""Ranking and calibration of scores against outcomes, at the list that the district can serve.

Every figure has a 95 % interval whose unit is the school, or says why not; rows of training must
never come here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special
from sklearn.metrics import average_precision_score

from earlywarn import intervals as iv
from earlywarn.audit import measures as m
from earlywarn.capacity import Listed, make_list, seats_for
from earlywarn.columns import MISSED, UNKNOWN, Bools, Coded, Floats, Ints, Texts
from earlywarn.estimate import Estimate
from earlywarn.groups import EVERYONE, Membership
from earlywarn.histograms import Scored, Sums, count, risk_edges

LIST_SHARES = (0.05, 0.10, 0.20)
"""Lists at which precision and recall are told, beside the district's capacity."""


@dataclass(frozen=True)
class HeldOut:
    """The students on whom scores are tried, shape (n,) each; all scored, outcomes known or not.

    ``in_scope`` counts the roster of which capacity is a share: these and those without enough data.
    """

    student_id: Texts
    school: Coded
    outcome: Ints
    seed: int
    in_scope: int

    @property
    def known(self) -> Bools:
        """Rows with a known outcome."""
        return np.asarray(self.outcome != UNKNOWN)

    def make_list(self, points: Floats, share: float) -> Listed:
        """Give the list of a share of the roster."""
        return make_list(points, self.student_id, self.seed, seats_for(share, self.in_scope))


@dataclass(frozen=True)
class Bin:
    """One row of the reliability table: students of similar risk, mean risk, and the share who missed."""

    students: int
    risk: float
    missed: Estimate | None


@dataclass(frozen=True)
class Evaluation:
    """What one candidate does on a test; None where nothing can be estimated."""

    figures: Mapping[str, Estimate | None]
    reliability: tuple[Bin, ...]


def evaluate(risk: Floats, points: Floats, test: HeldOut, share: float, minimum: int) -> Evaluation:
    """Give every figure of one candidate.

    Parameters
    ----------
    risk, points
        Shape (n,): points rank, risk is judged for calibration.
    share
        The district's capacity as a share of the roster.
    minimum
        So many who missed and who met are in each bin of the reliability table at least; without them there is none.
    """
    known = test.known
    missed, school = test.outcome[known] == MISSED, test.school.codes[known].astype(np.int64)
    ranked, stated = points[known], np.clip(risk[known], 1e-12, 1 - 1e-12)
    figures: dict[str, Estimate | None] = {
        "auc": iv.auc(missed, ranked, school),
        "average_precision": _recomputed(lambda rows: average_precision_score(missed[rows], ranked[rows]), school),
        "skill_within_schools": _within_schools(missed, ranked, school),
        "log_loss": iv.mean_by_school(log_losses(missed, stated), school),
        "brier": iv.mean_by_school((stated - missed) ** 2, school),
        "calibration_slope": _recomputed(lambda rows: calibration(missed[rows], stated[rows])[1], school),
        "calibration_intercept": _recomputed(lambda rows: _in_the_large(missed[rows], stated[rows]), school),
    }
    for name, part in [("capacity", share), *((f"{s:.0%}".replace("%", "_percent"), s) for s in LIST_SHARES)]:
        figures |= _at_list(test, risk, test.make_list(points, part), name)
    return Evaluation(figures, _reliability(missed, stated, test.school.take(known), minimum))


def recall_gain(test: HeldOut, points: Floats, against: Floats, share: float) -> Estimate | None:
    """Estimate recall of one list less recall of another of equal size, on the same students."""
    sides = [overall_sums(test, values, test.make_list(values, share)) for values in (points, against)]
    plain = [sums.values[:, :, 0].sum(axis=2) for sums in sides]
    aware = [sums.knowing_the_cut()[:, :, 0].sum(axis=2) for sums in sides]
    value = m.value_of(m.RECALL, plain[0]) - m.value_of(m.RECALL, plain[1])
    without = m.without_each_school(m.RECALL, aware[0]) - m.without_each_school(m.RECALL, aware[1])
    missed = m.by_school(plain[0], m.RECALL.terms[0].denominator)
    return iv.jackknife(value, without, iv.effective_schools(missed))


def overall_sums(test: HeldOut, risk: Floats, listed: Listed) -> Sums:
    """Count everyone as one group."""
    everyone = Membership((EVERYONE,), np.zeros((1, len(risk)), dtype=np.int32))
    return count(Scored(test.school, everyone, risk, test.outcome, listed), np.empty(0))


def log_losses(missed: Bools, risk: Floats) -> Floats:
    """Give each student's log loss, shape (n,); a certain error is held at -log(1e-12)."""
    held = np.clip(risk, 1e-12, 1 - 1e-12)
    return np.where(missed, -np.log(held), -np.log1p(-held))


def calibration(missed: Bools, risk: Floats) -> tuple[float, float]:
    """Fit outcome ~ intercept + slope * logit(risk) by Newton steps; gives (intercept, slope).

    Slope 1 and intercept 0 are perfect (Cox 1958). NaN where nothing can be fitted: risks that do not
    vary, one outcome only, or outcomes that the risks part without exception.
    """
    logits = np.log(risk / (1 - risk))
    if np.ptp(logits) < 1e-9:
        return np.nan, np.nan
    design = np.column_stack([np.ones_like(logits), logits])
    weights = np.zeros(2)  # from 0 Newton steps do not overshoot
    for _ in range(50):
        expected = special.expit(design @ weights)
        curve = (design * (expected * (1 - expected))[:, None]).T @ design
        step = np.linalg.lstsq(curve, design.T @ (missed - expected), rcond=None)[0]
        weights = weights + np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-10:
            return float(weights[0]), float(weights[1])
    return np.nan, np.nan


def _in_the_large(missed: Bools, risk: Floats) -> float:
    """Fit outcome ~ intercept + logit(risk): how far risks lie off as a whole, in log-odds; NaN without a root."""
    logits, events = np.log(risk / (1 - risk)), float(missed.sum())

    def surplus(shift: float) -> float:
        return float(special.expit(logits + shift).sum()) - events

    if not surplus(-40.0) < 0 < surplus(40.0):
        return np.nan
    return float(optimize.brentq(surplus, -40.0, 40.0, xtol=1e-12))


def _at_list(test: HeldOut, risk: Floats, listed: Listed, name: str) -> dict[str, Estimate | None]:
    sums = overall_sums(test, risk, listed)
    plain, aware = sums.values[:, :, 0].sum(axis=2), sums.knowing_the_cut()[:, :, 0].sum(axis=2)
    return {f"{measure.name}_at_{name}": m.share_estimate(measure, plain, aware) for measure in (m.RECALL, m.PRECISION)}


def _recomputed(statistic: Callable[[Bools], float], school: Ints) -> Estimate | None:
    """Jackknife a statistic of rows by computing it anew without each school."""
    sizes = iv.sum_by(school)
    held = np.flatnonzero(sizes)
    if len(held) < 2:
        return None
    without = np.array([float(statistic(school != place)) for place in held])
    everyone = np.ones(len(school), dtype=bool)
    return iv.jackknife(float(statistic(everyone)), without, iv.effective_schools(sizes[held]))


def _within_schools(missed: Bools, points: Floats, school: Ints) -> Estimate | None:
    """Estimate the share of rightly ordered pairs among pairs of one school: skill beyond knowing the school."""
    right, pairs = np.zeros(school.max() + 1), np.zeros(school.max() + 1)
    for place in np.unique(school):
        rows = school == place
        events = missed[rows]
        if events.any() and not events.all():
            pairs[place] = events.sum() * (~events).sum()
            right[place] = pairs[place] * iv.placements(events, points[rows]).auc
    return iv.ratio(right, pairs)


def _reliability(missed: Bools, risk: Floats, school: Coded, minimum: int) -> tuple[Bin, ...]:
    place = np.searchsorted(risk_edges(risk), risk, side="right")
    pool = _pooled(np.stack([np.bincount(place, each) for each in (missed, ~missed)], axis=1), minimum)[place]
    bins = []
    for number in np.unique(pool[pool >= 0]):
        found = iv.share_of(pool == number, missed, school)
        bins.append(Bin(found.students, float(risk[pool == number].mean()), found.estimate))
    return tuple(bins)


def _pooled(counts: Floats, minimum: int) -> Ints:
    """Give each bin its pool, the least that holds enough of both outcomes; -1 where all bins together do not.

    ``counts`` are students by bin and outcome, shape (bins, 2).
    """
    pools, held = np.zeros(len(counts), dtype=np.int64), np.zeros(2)
    for place, each in enumerate(counts):
        full = held.min() >= minimum
        pools[place] = pools[place - 1] + full if place else 0
        held = each + held * (not full)
    return np.asarray(pools if held.min() >= minimum else np.minimum(pools, pools.max() - 1))
