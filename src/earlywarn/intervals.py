"""What counts by school can say, and how sure: closed-form intervals that know schools.

The unit of resampling is always the school. It refuses to give an interval where nothing can be
estimated: then there is a reason in its place.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from earlywarn.columns import Bools, Coded, Floats, Ints
from earlywarn.estimate import Estimate, Scale

LEAST_SCHOOLS = 2.0
"""Below so many effective schools nothing is said of how sure a figure is: t with next to no freedom explodes."""

LEAST_EVENTS = 10
"""Below so many events or non-events the jackknife of a share is blind or leaps; Wilson serves instead."""

NOTHING = 1e-9
"""A sum up to this is empty: sums of risks and of shares of a seat leave such rests."""

PLANNING_CORRELATION = 0.15
"""Intra-class correlation assumed where no event was seen, the upper end of what schools show."""


def effective_schools(weights: Floats) -> float:
    """Give (sum d)^2 / sum d^2: how many equal schools the weights d are worth (Kish 1965, section 11.7)."""
    return float(_worth(weights[:, None])[0])


def carriers(*parts: Floats) -> Floats:
    """Give the effective schools of the rarest of what figures rest on: one more than their degrees of freedom.

    Where few students of one kind, such as those who missed the standard, sit in a few schools, it is these
    schools that a figure varies with, however many schools hold the rest. Satterthwaite's (1946) degrees of
    freedom, with each school's variance in proportion to its count, are just this number less one.

    Parameters
    ----------
    parts
        Students of one kind each, shape (schools, figures): the denominator, events, non-events.

    Returns
    -------
    ndarray of shape (figures,)
        A kind that nobody is of does not count.
    """
    found = np.array([_worth(part) for part in parts])
    return np.asarray(np.where(found > 0, found, np.inf).min(axis=0))


def ratio(numerator: Floats, denominator: Floats) -> Estimate | None:
    """Estimate a share, sum(numerator) / sum(denominator), both by school; see :func:`ratios`."""
    events, students = numerator[:, None], denominator[:, None]
    return ratios(events, students, students, carriers(students, events, students - events))[0]


def ratios(numerator: Floats, denominator: Floats, students: Floats, carried: Floats) -> tuple[Estimate | None, ...]:
    """Estimate many shares at once, each sum(numerator) / sum(denominator) over schools.

    The delete-one-school jackknife on the logit scale with t and the effective number of schools
    (jackknife of a ratio: Wolter 2007, Introduction to Variance Estimation, section 4.2). With fewer than
    LEAST_EVENTS events or non-events the jackknife is blind: then Wilson (1927) with the effective sample size.

    Parameters
    ----------
    numerator, denominator
        Shape (schools, shares).
    students
        The denominators as counted, where the others were adjusted for an estimated cut.
    carried
        As :func:`carriers` gives it, shape (shares,).

    Returns
    -------
    tuple of Estimate or None
        None where the denominator is empty or a school or two hold all that a share rests on.
    """
    value, without = leave_one_out(numerator, denominator)
    held = students.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        few = np.minimum(value, 1 - value) * held < LEAST_EVENTS - NOTHING
        logits = np.log(without / (1 - without))
    inside = np.where(np.isnan(without), 0.5, without)
    blind = few | (np.minimum(value, inside.min(axis=0)) <= 0) | (np.maximum(value, inside.max(axis=0)) >= 1)
    errors, skews = jackknife_errors(np.where(blind, np.nan, logits))
    spread = np.where(blind, _effective_sizes(held, np.sum(students**2, axis=0)), errors)
    schools = np.where(blind, _worth(students), carried)
    return share_estimates(value, spread, schools, blind, skews)


def share_estimates(
    value: Floats, spread: Floats, schools: Floats, blind: Bools, skews: Floats
) -> tuple[Estimate | None, ...]:
    """Give shares on the logit scale, where ``spread`` is the error there; where that is blind, by Wilson.

    Then ``spread`` is the effective sample size. None where too few schools carry one. All have shape (shares,).
    """
    every = zip(*(part.tolist() for part in (value, spread, schools, blind, skews)), strict=True)
    return tuple(_share(*each) for each in every)


def leave_one_out(numerator: Floats, denominator: Floats) -> tuple[Floats, Floats]:
    """Give many ratios of sums over schools, and each without one school.

    Returns
    -------
    ndarray of shape (ratios,), ndarray of shape (schools, ratios)
        The first is NaN where the denominator is empty, the second where a school holds nothing of a ratio;
        it is infinite where a school holds all of it.
    """
    held = (np.abs(denominator) > NOTHING) | (np.abs(numerator) > NOTHING)
    top, bottom = numerator.sum(axis=0), denominator.sum(axis=0)
    left = bottom - denominator
    value = np.divide(top, bottom, out=np.full_like(bottom, np.nan), where=bottom > NOTHING)
    without = np.divide(top - numerator, left, out=np.full_like(left, np.inf), where=left > NOTHING)
    return value, np.where(held, without, np.nan)


def jackknife_errors(without: Floats) -> tuple[Floats, Floats]:
    """Give the jackknife's standard error of many figures, and how skewed the schools' terms are.

    The error is sqrt((K - 1) / K * sum (theta_(g) - mean)^2) over the K schools that hold something (Efron and
    Stein 1981); the skewness that of their sum, sum d^3 / (sum d^2)^1.5 with d = mean - theta_(g).

    Parameters
    ----------
    without
        Shape (schools, figures), as :func:`leave_one_out` gives it.

    Returns
    -------
    two ndarrays of shape (figures,)
        The error is NaN where fewer than two schools hold something or one holds all; then the skewness is 0.
    """
    held = ~np.isnan(without)
    count = held.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(held, without, 0.0).sum(axis=0) / count
        terms = np.where(held, mean - without, 0.0)
        spread = np.sum(terms**2, axis=0)
        errors = np.sqrt((count - 1) / count * spread)
        skews = np.sum(terms**3, axis=0) / spread**1.5
    return np.where(np.isfinite(errors) & (count > 1), errors, np.nan), np.where(np.isfinite(skews), skews, 0.0)


def _share(value: float, spread: float, schools: float, blind: bool, skew: float) -> Estimate | None:
    if not schools >= LEAST_SCHOOLS or math.isnan(spread) or math.isnan(value):
        return None
    if blind:
        return Estimate(min(max(value, 0.0), 1.0), spread, schools - 1, Scale.WILSON)
    return Estimate(value, spread, schools - 1, Scale.LOGIT, skew)


def sum_by(school: NDArray[Any], weights: NDArray[Any] | None = None, places: int = 0) -> Floats:
    """Sum weights (or count rows) by school, shape (schools,)."""
    return np.asarray(np.bincount(school, weights=weights, minlength=places), dtype=np.float64)


@dataclass(frozen=True)
class Share:
    """The share of some students to whom something happened: how many, effective schools, the estimate."""

    students: int
    schools: float
    estimate: Estimate | None


def share_of(rows: Bools, event: Bools, school: Coded) -> Share:
    """Estimate the share of the chosen rows with an event, jackknifed over schools."""
    places = len(school.names)
    students = sum_by(school.codes[rows], None, places)
    events = sum_by(school.codes[rows], event[rows], places)
    return Share(int(rows.sum()), effective_schools(students), ratio(events, students))


def jackknife(value: float, without: Floats, schools: float) -> Estimate | None:
    """Estimate any smooth statistic from its values without one school each, on the identity scale.

    ``without`` is NaN where a school holds nothing.
    """
    if schools < LEAST_SCHOOLS or not math.isfinite(value) or np.isinf(without).any():
        return None
    (error,), (skew,) = jackknife_errors(without[:, None])
    return Estimate(value, float(error), schools - 1, skew=float(skew))


def mean_by_school(values: Floats, school: Ints) -> Estimate | None:
    """Estimate a mean of row values (log loss, Brier, a paired difference), jackknifed over schools."""
    sums, sizes = sum_by(school, values), sum_by(school)
    held = sizes > 0
    if held.sum() < 2:
        return None
    without = _without_one(sums[held], sizes[held])
    return jackknife(float(values.mean()), without, effective_schools(sizes[held]))


@dataclass(frozen=True)
class Placements:
    """Each student's placement among those of the other outcome; the mean over either is the AUC."""

    auc: float
    placement: Floats


def placements(missed: Bools, points: Floats) -> Placements:
    """Give, for each student, the share of the other outcome that is ordered rightly (ties count half).

    Hanley and Hajian-Tilaki 1997; shape (n,).
    """
    ranks = stats.rankdata(points)
    events, others = int(missed.sum()), int((~missed).sum())
    placement = np.empty(len(points))
    placement[missed] = (ranks[missed] - stats.rankdata(points[missed])) / others
    placement[~missed] = 1 - (ranks[~missed] - stats.rankdata(points[~missed])) / events
    return Placements(float(placement[missed].mean()), placement)


def auc(missed: Bools, points: Floats, school: Ints) -> Estimate | None:
    """Estimate the AUC with the variance of clustered placement values (Obuchowski 1997, Biometrics 53)."""
    if missed.all() or not missed.any():
        return None
    found = placements(missed, points)
    se, skew = _clustered_se(missed, found.placement - found.auc, school)
    schools = outcome_carriers(missed, school)
    if not 0 < found.auc < 1:
        return _share(found.auc, effective_schools(sum_by(school)), schools, True, 0.0)
    return _share(found.auc, se / (found.auc * (1 - found.auc)), schools, False, skew)


def auc_difference(missed: Bools, points: Floats, against: Floats, school: Ints) -> Estimate | None:
    """Estimate AUC(points) - AUC(against) on the same students, paired and clustered."""
    if missed.all() or not missed.any():
        return None
    one, other = placements(missed, points), placements(missed, against)
    value = one.auc - other.auc
    se, skew = _clustered_se(missed, one.placement - other.placement - value, school)
    schools = outcome_carriers(missed, school)
    return Estimate(value, se, schools - 1, skew=skew) if schools >= LEAST_SCHOOLS else None


def outcome_carriers(missed: Bools, school: Ints) -> float:
    """Give :func:`carriers` of students by outcome, from rows."""
    every = sum_by(school)[:, None]
    events = sum_by(school, missed.astype(np.float64))[:, None]
    return float(carriers(every, events, every - events)[0])


def _clustered_se(missed: Bools, centred: Floats, school: Ints) -> tuple[float, float]:
    """Give the standard error and the skewness from the schools' sums of centred placements.

    Obuchowski's three terms with one factor k/(k-1) for the k schools in place of one for each outcome.
    """
    weight = np.where(missed, 1 / missed.sum(), 1 / (~missed).sum())
    sums, count = sum_by(school, weight * centred), len(np.unique(school))
    spread = np.sum(sums**2)
    if count < 2 or not spread > 0:
        return 0.0, 0.0
    return float(np.sqrt(count / (count - 1) * spread)), float(np.sum(sums**3) / spread**1.5)


def _without_one(numerator: Floats, denominator: Floats) -> Floats:
    held = (denominator != 0) | (numerator != 0)
    return np.asarray((numerator.sum() - numerator[held]) / (denominator.sum() - denominator[held]))


def _effective_sizes(students: Floats, squares: Floats) -> Floats:
    """Give n / (1 + (m - 1) * rho), the size under the planning correlation; m weighs schools by their size."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(students / (1 + np.maximum(squares / students - 1, 0.0) * PLANNING_CORRELATION))


def _worth(weights: Floats) -> Floats:
    """Give effective schools by figure, 0 where nobody is; ``weights`` has shape (schools, figures)."""
    squares = np.sum(weights**2, axis=0)
    return np.asarray(np.divide(weights.sum(axis=0) ** 2, squares, out=np.zeros_like(squares), where=squares > 0))
