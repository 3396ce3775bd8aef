"""The audit's measures as rows of a table, each a signed sum of ratios of sums by school.

One loop gives values, differences and jackknifed intervals for all of them; it refuses to call an
empty denominator zero: such a value is NaN and its reason is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from earlywarn.columns import MET, MISSED, UNKNOWN, Floats
from earlywarn.estimate import Estimate
from earlywarn.histograms import RISK, RISK_SQUARED, STUDENTS
from earlywarn.intervals import carriers, leave_one_out, ratios

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

    Attributes
    ----------
    events, non_events
        The counts on which its evidence rests.
    is_share
        One ratio within 0 and 1: its interval is taken on the logit scale, and a ratio of two such is told.
    at_any_cut
        Whether it is told at levels and stated cuts too, beside the list that is served.
    also
        What else its error rests on, beside the first denominator, events and non-events.
    """

    name: str
    title: str
    terms: tuple[Term, ...]
    events: Weights
    non_events: Weights
    is_share: bool = False
    at_any_cut: bool = False
    also: tuple[Weights, ...] = ()

    @property
    def carried_by(self) -> tuple[Weights, ...]:
        """All that its error rests on: see :func:`earlywarn.intervals.carriers`."""
        return (self.terms[0].denominator, self.events, self.non_events, *self.also)

    @property
    def tells_of_flags(self) -> bool:
        """Whether a longer list would change it."""
        every = (weights for term in self.terms for weights in (term.numerator, term.denominator))
        return any({(what, outcome, 1 - flag, weight) for what, outcome, flag, weight in w} != set(w) for w in every)

    @property
    def counts_unknown(self) -> bool:
        """Whether students of unknown outcome are counted too."""
        return any(outcome == UNKNOWN for _, outcome, _, _ in self.terms[0].denominator)

    @property
    def needs_outcomes(self) -> bool:
        """Whether it says nothing before outcomes are known."""
        return not self.counts_unknown

    @property
    def needs_risk(self) -> bool:
        """Whether scores must be probabilities: it sums them."""
        return any(what != STUDENTS for term in self.terms for what, *_ in (*term.numerator, *term.denominator))


def _share(name: str, title: str, numerator: Weights, denominator: Weights, *, at_any_cut: bool = False) -> Measure:
    rest = tuple(term for term in denominator if term not in numerator)
    return Measure(name, title, (Term(1, numerator, denominator),), numerator, rest, True, at_any_cut)


_MISSED, _MET = _sum_of(STUDENTS, [MISSED]), _sum_of(STUDENTS, [MET])
_EVERY, _KNOWN = _sum_of(STUDENTS, EVERY), _sum_of(STUDENTS, KNOWN)

_ON_LIST, _OFF_LIST = _sum_of(STUDENTS, KNOWN, [1]), _sum_of(STUDENTS, KNOWN, [0])
_FOUND, _OVERLOOKED = _sum_of(STUDENTS, [MISSED], [1]), _sum_of(STUDENTS, [MISSED], [0])
_FALSE_ALARMS, _RIGHTLY_OFF = _sum_of(STUDENTS, [MET], [1]), _sum_of(STUDENTS, [MET], [0])

SHARE_FLAGGED = _share("share_flagged", "Share flagged", _sum_of(STUDENTS, EVERY, [1]), _EVERY, at_any_cut=True)
RECALL = _share("recall", "Recall", _FOUND, _MISSED, at_any_cut=True)
OVERLOOKED = _share("overlooked_share", "Overlooked share", _OVERLOOKED, _MISSED, at_any_cut=True)
FALSE_ALARMS = replace(
    _share("false_alarm_rate", "False-alarm rate", _FALSE_ALARMS, _MET, at_any_cut=True),
    also=(_FOUND,),  # a list has its length: where more of the flagged missed the standard, fewer met it
)
PRECISION = _share("precision", "Precision", _FOUND, _ON_LIST, at_any_cut=True)
FALSE_OMISSIONS = _share("false_omission_rate", "False-omission rate", _OVERLOOKED, _OFF_LIST, at_any_cut=True)
PREVALENCE = _share("prevalence", "Share who missed the standard", _MISSED, _KNOWN)
UNKNOWN_SHARE = _share("unknown_share", "Share with unknown outcome", _sum_of(STUDENTS, [UNKNOWN]), _EVERY)
BRIER = Measure(
    "brier",
    "Brier score",
    (Term(1, _sum_of(RISK_SQUARED, KNOWN) + _sum_of(RISK, [MISSED], weight=-2.0) + _MISSED, _KNOWN),),
    _MISSED,
    _MET,
)
CALIBRATION_GAP = Measure(
    "calibration_gap",
    "Risk less observed",
    (Term(1, _sum_of(RISK, KNOWN), _KNOWN), Term(-1, _MISSED, _KNOWN)),
    _MISSED,
    _MET,
)
EXCESS_OVERLOOKED = Measure(
    "excess_overlooked",
    "Overlooked beyond what risks explain",
    (Term(1, _OVERLOOKED, _MISSED), Term(-1, _sum_of(RISK, KNOWN, [0]), _sum_of(RISK, KNOWN))),
    _OVERLOOKED,
    _FOUND,
)
EXCESS_FALSE_ALARMS = Measure(
    "excess_false_alarms",
    "False alarms beyond what risks explain",
    (Term(1, _FALSE_ALARMS, _MET), Term(-1, _safe_sum_of(KNOWN, [1]), _safe_sum_of(KNOWN))),
    _FALSE_ALARMS,
    _FOUND,
    also=(_RIGHTLY_OFF,),
)
"""Not of all who met the standard: it is the few flagged who missed it that a handful of schools can move."""

SHARES = (
    SHARE_FLAGGED, RECALL, OVERLOOKED, FALSE_ALARMS, PRECISION, FALSE_OMISSIONS, PREVALENCE, UNKNOWN_SHARE
)  # fmt: skip
MEASURES = (*SHARES, CALIBRATION_GAP, BRIER, EXCESS_OVERLOOKED, EXCESS_FALSE_ALARMS)
BY_NAME = {measure.name: measure for measure in MEASURES}


def by_school(sums: Floats, weights: Weights) -> Floats:
    """Add up what ``weights`` name.

    Parameters
    ----------
    sums
        Shape (3, schools, ..., outcomes, 2), the risk bins already summed away; ... may be groups.

    Returns
    -------
    ndarray of shape (schools, ...)
    """
    return np.asarray(sum(weight * sums[what, ..., outcome, flag] for what, outcome, flag, weight in weights))


def value_of(measure: Measure, sums: Floats) -> float:
    """Give the measure over all schools; NaN where a denominator is empty."""
    return float(left_out(measure, sums[..., None, :, :])[0][0])


def left_out(measure: Measure, sums: Floats) -> tuple[Floats, Floats]:
    """Give the measure of many groups, and each without one school.

    Parameters
    ----------
    sums
        Shape (3, schools, groups, outcomes, 2).

    Returns
    -------
    ndarray of shape (groups,), ndarray of shape (schools, groups)
        As :func:`earlywarn.intervals.leave_one_out` gives them.
    """
    parts = [leave_one_out(by_school(sums, t.numerator), by_school(sums, t.denominator)) for t in measure.terms]
    signs, values, without = ([t.sign for t in measure.terms], [v for v, _ in parts], [w for _, w in parts])
    value = np.asarray(sum(sign * part for sign, part in zip(signs, values, strict=True)))
    return value, joined(signs, values, without)


def without_each_school(measure: Measure, sums: Floats) -> Floats:
    """Give the measure of one group without one school each, shape (schools,); NaN where a school holds nothing."""
    return left_out(measure, sums[..., None, :, :])[1][:, 0]


def share_estimate(measure: Measure, sums: Floats, aware: Floats) -> Estimate | None:
    """Estimate a measure of one ratio; ``aware`` are the sums that know the cut was estimated."""
    found = shares(measure, sums[..., None, :, :], aware[..., None, :, :], carried(measure, sums[..., None, :, :]))
    return found[0]


def shares(measure: Measure, sums: Floats, aware: Floats, carried_by: Floats) -> tuple[Estimate | None, ...]:
    """Estimate a measure of one ratio for many groups; sums have shape (3, schools, groups, outcomes, 2)."""
    term = measure.terms[0]
    numerator, denominator = by_school(aware, term.numerator), by_school(aware, term.denominator)
    return ratios(numerator, denominator, by_school(sums, term.denominator), carried_by)


def carried(measure: Measure, sums: Floats) -> Floats:
    """Give the effective schools that a measure of many groups is carried by, shape (groups,)."""
    return carriers(*(by_school(sums, kind) for kind in measure.carried_by))


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
    without = _mantel_haenszel(total[:, None, :] - parts)
    held = parts.any(axis=(0, 2))
    return float(_mantel_haenszel(total)), np.where(held, np.where(np.isfinite(without), without, np.inf), np.nan)


def joined(signs: Sequence[float], values: Sequence[Floats], without: Sequence[Floats]) -> Floats:
    """Add up figures without one school each; a school that holds nothing of one part leaves that part as it is.

    Parameters
    ----------
    values
        Each of shape (figures,).
    without
        Each of shape (schools, figures), NaN where a school holds nothing.
    """
    held = np.any([~np.isnan(part) for part in without], axis=0)
    filled = [np.where(np.isnan(part), value, part) for value, part in zip(values, without, strict=True)]
    with np.errstate(invalid="ignore"):
        total = np.asarray(sum(sign * part for sign, part in zip(signs, filled, strict=True)))
    return np.where(held, np.where(np.isfinite(total), total, np.inf), np.nan)


def _mantel_haenszel(parts: Floats) -> Floats:
    a, n, b, m = parts
    size = np.where(n + m > 0, n + m, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(((a * m - b * n) / size).sum(-1) / (n * m / size).sum(-1))
