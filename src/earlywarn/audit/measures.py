"""The audit's measures as rows of a table, each a signed sum of ratios of sums by school.

One loop gives values, differences and jackknifed intervals for all of them; it refuses to call an
empty denominator zero: such a value is NaN and its reason is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from earlywarn.columns import MET, MISSED, UNKNOWN, Floats
from earlywarn.histograms import RISK, STUDENTS
from earlywarn.intervals import Estimate, ratio

Weights = tuple[tuple[int, int, int, float], ...]
"""What is summed: (students or risk, outcome, flagged, weight)."""

KNOWN = (MET, MISSED)
EVERY = (MET, MISSED, UNKNOWN)


def _sum_of(what: int, outcomes: Sequence[int], flags: Sequence[int] = (0, 1), weight: float = 1.0) -> Weights:
    return tuple((what, outcome, flag, weight) for outcome in outcomes for flag in flags)


def _safe_sum_of(outcomes: Sequence[int], flags: Sequence[int] = (0, 1)) -> Weights:
    """Sum 1 - risk."""
    return _sum_of(STUDENTS, outcomes, flags) + _sum_of(RISK, outcomes, flags, -1.0)


@dataclass(frozen=True)
class Term:
    """sign * numerator / denominator."""

    sign: float
    numerator: Weights
    denominator: Weights


@dataclass(frozen=True)
class Measure:
    """One measure: what it is called and the terms that it adds up.

    ``events`` and ``non_events`` are the counts on which its evidence rests.
    """

    name: str
    title: str
    terms: tuple[Term, ...]
    events: Weights
    non_events: Weights

    @property
    def counts_unknown(self) -> bool:
        """Whether students of unknown outcome are counted too."""
        return any(outcome == UNKNOWN for _, outcome, _, _ in self.terms[0].denominator)

    @property
    def is_share(self) -> bool:
        """One ratio within 0 and 1: its interval is taken on the logit scale."""
        return len(self.terms) == 1


def _share(name: str, title: str, numerator: Weights, denominator: Weights) -> Measure:
    rest = tuple(term for term in denominator if term not in numerator)
    return Measure(name, title, (Term(1, numerator, denominator),), numerator, rest)


def _excess(name: str, title: str, observed: Term, expected: Term, outcome: int) -> Measure:
    """Observed less expected share; both must rest on students on either side of the cut."""
    return Measure(
        name,
        title,
        (observed, expected),
        _sum_of(STUDENTS, [outcome], [0]),
        _sum_of(STUDENTS, [outcome], [1]),
    )


_MISSED, _MET = _sum_of(STUDENTS, [MISSED]), _sum_of(STUDENTS, [MET])
_EVERY, _KNOWN = _sum_of(STUDENTS, EVERY), _sum_of(STUDENTS, KNOWN)

SHARE_FLAGGED = _share("share_flagged", "Share flagged", _sum_of(STUDENTS, EVERY, [1]), _EVERY)
RECALL = _share("recall", "Recall", _sum_of(STUDENTS, [MISSED], [1]), _MISSED)
OVERLOOKED = _share("overlooked_share", "Overlooked share", _sum_of(STUDENTS, [MISSED], [0]), _MISSED)
FALSE_ALARMS = _share("false_alarm_rate", "False-alarm rate", _sum_of(STUDENTS, [MET], [1]), _MET)
PRECISION = _share("precision", "Precision", _sum_of(STUDENTS, [MISSED], [1]), _sum_of(STUDENTS, KNOWN, [1]))
PREVALENCE = _share("prevalence", "Share who missed the standard", _MISSED, _KNOWN)
UNKNOWN_SHARE = _share("unknown_share", "Share with unknown outcome", _sum_of(STUDENTS, [UNKNOWN]), _EVERY)
CALIBRATION_GAP = Measure(
    "calibration_gap",
    "Risk less observed",
    (Term(1, _sum_of(RISK, KNOWN), _KNOWN), Term(-1, _MISSED, _KNOWN)),
    _MISSED,
    _MET,
)
EXCESS_OVERLOOKED = _excess(
    "excess_overlooked",
    "Overlooked beyond what risks explain",
    Term(1, _sum_of(STUDENTS, [MISSED], [0]), _MISSED),
    Term(-1, _sum_of(RISK, KNOWN, [0]), _sum_of(RISK, KNOWN)),
    MISSED,
)
EXCESS_FALSE_ALARMS = _excess(
    "excess_false_alarms",
    "False alarms beyond what risks explain",
    Term(1, _sum_of(STUDENTS, [MET], [1]), _MET),
    Term(-1, _safe_sum_of(KNOWN, [1]), _safe_sum_of(KNOWN)),
    MET,
)

SHARES = (SHARE_FLAGGED, RECALL, OVERLOOKED, FALSE_ALARMS, PRECISION, PREVALENCE, UNKNOWN_SHARE)
MEASURES = (*SHARES, CALIBRATION_GAP, EXCESS_OVERLOOKED, EXCESS_FALSE_ALARMS)
BY_NAME = {measure.name: measure for measure in MEASURES}


def by_school(sums: Floats, weights: Weights) -> Floats:
    """Add up what ``weights`` name.

    Parameters
    ----------
    sums
        Shape (3, schools, outcomes, 2), the risk bins and all but one cell already summed away.

    Returns
    -------
    ndarray of shape (schools,)
    """
    return np.asarray(sum(weight * sums[what, :, outcome, flag] for what, outcome, flag, weight in weights))


def value_of(measure: Measure, sums: Floats) -> float:
    """Give the measure over all schools; NaN where a denominator is empty."""
    return sum(
        term.sign * _divide(by_school(sums, term.numerator).sum(), by_school(sums, term.denominator).sum())
        for term in measure.terms
    )


def without_each_school(measure: Measure, sums: Floats) -> Floats:
    """Give the measure without one school each, shape (schools,)."""
    total = np.zeros(sums.shape[1])
    for term in measure.terms:
        numerator, denominator = by_school(sums, term.numerator), by_school(sums, term.denominator)
        with np.errstate(divide="ignore", invalid="ignore"):
            total += term.sign * (numerator.sum() - numerator) / (denominator.sum() - denominator)
    return total


def share_estimate(measure: Measure, sums: Floats, aware: Floats) -> Estimate | None:
    """Estimate a measure of one ratio; ``aware`` are the sums that know the cut was estimated."""
    term = measure.terms[0]
    numerator, denominator = by_school(aware, term.numerator), by_school(aware, term.denominator)
    return ratio(numerator, denominator, by_school(sums, term.denominator))


def same_risk_gap(group: Floats, reference: Floats) -> tuple[float, Floats]:
    """Give the Mantel-Haenszel risk difference over risk bins, and without one school each.

    At the same risk, how much more often did the group miss the standard than the reference:
    sum_k (a_k m_k - b_k n_k) / N_k over sum_k n_k m_k / N_k, with a_k of n_k who missed in the group and
    b_k of m_k in the reference (Mantel and Haenszel 1959; risk difference: Greenland and Robins 1985).

    Parameters
    ----------
    group, reference
        Students by school, bin, outcome: shape (schools, bins, 3); unknown outcomes are left out.
    """
    parts = np.stack([group[..., MISSED], group[..., [MET, MISSED]].sum(-1),
                      reference[..., MISSED], reference[..., [MET, MISSED]].sum(-1)])  # fmt: skip
    total = parts.sum(axis=1)
    return float(_mantel_haenszel(total)), _mantel_haenszel(total[:, None, :] - parts)


def _mantel_haenszel(parts: Floats) -> Floats:
    a, n, b, m = parts
    size = np.where(n + m > 0, n + m, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(((a * m - b * n) / size).sum(-1) / (n * m / size).sum(-1))


def _divide(numerator: float, denominator: float) -> float:
    return float(numerator / denominator) if denominator > 0 else float("nan")
