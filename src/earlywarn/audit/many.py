"""Many comparisons at once: what is left after asking so often, and estimates drawn towards each other.

Both stand beside the raw figures; neither reaches the gate.
"""

from collections.abc import Sequence

import numpy as np
from scipy import special

from earlywarn.columns import Floats
from earlywarn.estimate import Estimate


def adjusted(p_values: Floats) -> Floats:
    """Give Benjamini and Hochberg's adjusted p-values (1995, JRSS B 57), in the order given.

    Below .05, at most one in twenty of the differences so marked is expected to be none.

    >>> adjusted(np.array([0.01, 0.04, 0.03])).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    count = len(p_values)
    order = np.argsort(p_values)
    ranked = p_values[order] * count / np.arange(1, count + 1)
    held = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1.0)
    adjusted_values = np.empty(count)
    adjusted_values[order] = held
    return adjusted_values


def pooled(estimates: Sequence[Estimate]) -> tuple[Estimate, ...]:
    """Draw estimates towards their common mean, each the more the less it knows (empirical Bayes).

    Spread between groups by DerSimonian and Laird (1986); shrunk value and error as in Morris (1983), without
    his correction for the estimated spread. One alone stays as it is.
    """
    if len(estimates) < 2:
        return tuple(estimates)
    values, variances = np.array([e.value for e in estimates]), np.array([_error(e) ** 2 for e in estimates])
    if not (variances > 0).all():
        return tuple(estimates)
    weights = 1 / variances
    mean = float(np.sum(weights * values) / weights.sum())
    excess = float(np.sum(weights * (values - mean) ** 2)) - (len(values) - 1)
    between = max(excess / float(weights.sum() - np.sum(weights**2) / weights.sum()), 0.0)
    weights = 1 / (variances + between)
    mean = float(np.sum(weights * values) / weights.sum())
    kept = between / (between + variances)
    errors = np.sqrt(kept * variances + (1 - kept) ** 2 / weights.sum())
    shrunk = mean + kept * (values - mean)
    return tuple(
        Estimate(float(value), float(error), e.df) for value, error, e in zip(shrunk, errors, estimates, strict=True)
    )


def _error(estimate: Estimate) -> float:
    """Give the standard error that an interval amounts to, on whichever scale it was taken."""
    low, high = estimate.interval(0.95)
    return (high - low) / (2 * float(special.stdtrit(estimate.df, 0.975)))
