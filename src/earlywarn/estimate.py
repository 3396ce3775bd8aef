"""A figure with what its interval needs, at any confidence; refuses to name a width that it does not have."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy import optimize, special


class Scale(StrEnum):
    """On which scale an estimate is taken as t-distributed."""

    IDENTITY = "identity"
    LOGIT = "logit"
    LOG = "log"
    WILSON = "wilson"
    MOVER = "mover"


@dataclass(frozen=True)
class Estimate:
    """A figure with what is needed for its interval at any confidence.

    Attributes
    ----------
    se
        Standard error on the scale; for Wilson the effective sample size stands here instead, for MOVER the
        correlation of the two sides.
    df
        Degrees of freedom of the t distribution: effective schools less one.
    skew
        Of the schools' terms, sum d^3 / (sum d^2)^1.5. The end towards which they have their tail lies farther out by
        skew * (1 + 2 t^2) / 6 standard errors (Johnson 1978, Journal of the American Statistical Association 73,
        pages 536-544): schools not seen may be those that would move it. The other end stays where t puts it.
    sides
        For MOVER the two shares whose difference this is.
    ends
        Of a rounded estimate (confidence, low, high): only these can be told.
    digits
        Of a rounded estimate, how many decimals are left.
    """

    value: float
    se: float
    df: float
    scale: Scale = Scale.IDENTITY
    skew: float = 0.0
    sides: "tuple[Estimate, Estimate] | None" = None
    ends: tuple[tuple[float, float, float], ...] = ()
    digits: int | None = None

    def interval(self, confidence: float) -> tuple[float, float]:
        """Give the two-sided interval (low, high)."""
        if self.ends:
            return next((low, high) for told, low, high in self.ends if math.isclose(told, confidence))
        if self.sides is not None:
            return _mover(*self.sides, self.se, confidence)
        t = float(special.stdtrit(self.df, 0.5 + confidence / 2))
        if self.scale is Scale.WILSON:
            return _wilson(self.value, self.se, t)
        stretch = self.skew * (1 + 2 * t**2) / 6
        down, up = (t + max(-stretch, 0.0)) * self.se, (t + max(stretch, 0.0)) * self.se
        if self.scale is Scale.LOGIT:
            middle = math.log(self.value / (1 - self.value))
            return _sigmoid(middle - down), _sigmoid(middle + up)
        if self.scale is Scale.LOG:
            return self.value * math.exp(-down), self.value * math.exp(min(up, 700.0))
        return self.value - down, self.value + up

    def p_beyond(self, limit: float, side: int) -> float:
        """Give the one-sided p-value against "not above the limit" (side 1) or "not below it" (side -1).

        The interval turned round: the p at which its end on that side reaches the limit. NaN of a rounded estimate.
        """
        if self.ends:
            return math.nan
        if self.sides is not None:
            return self._p_by_search(limit, side)
        if self.value == limit:
            return 0.5
        with np.errstate(divide="ignore", invalid="ignore"):
            errors = _DISTANCES[self.scale](np.float64(self.value), np.float64(limit), np.float64(self.se))
        return float(special.stdtr(self.df, -_drawn_in(side * float(errors), -side * self.skew / 6)))

    def p_differs(self, limit: float = 0.0) -> float:
        """Give the two-sided p-value against "equal to the limit"."""
        return min(1.0, 2 * min(self.p_beyond(limit, 1), self.p_beyond(limit, -1)))

    def _p_by_search(self, limit: float, side: int) -> float:
        if side * (self.value - limit) <= 0:
            return 0.5 if self.value == limit else 1 - self._p_by_search(limit, -side)

        def beyond(p: float) -> float:
            ends = self.interval(1 - 2 * p)
            return side * (ends[0 if side > 0 else 1] - limit)

        least, most = 1e-12, 0.5 - 1e-9
        if beyond(most) <= 0:  # the value lies next to the limit
            return 0.5
        return least if beyond(least) > 0 else float(optimize.brentq(beyond, least, most))


def _drawn_in(errors: float, stretch: float) -> float:
    """Give the t whose end, with what skewness adds (t + stretch * (1 + 2 t^2)), lies so many standard errors out."""
    if stretch <= 0 or errors <= 0:
        return errors
    left = max(errors - stretch, 0.0)
    return 2 * left / (1 + math.sqrt(1 + 8 * stretch * left))


_DISTANCES: dict[Scale, Callable[[np.float64, np.float64, np.float64], np.float64]] = {
    Scale.IDENTITY: lambda value, limit, se: (value - limit) / se,
    Scale.LOGIT: lambda value, limit, se: (special.logit(value) - special.logit(limit)) / se,
    Scale.LOG: lambda value, limit, se: (np.log(value) - np.log(limit)) / se,
    Scale.WILSON: lambda value, limit, size: (value - limit) / np.sqrt(limit * (1 - limit) / size),
}
"""How many standard errors lie between a value and a limit, by scale; Wilson's are those at the limit."""


def mover(one: Estimate, other: Estimate, correlation: float) -> Estimate:
    """Give the difference of two shares from the shares' own intervals: the method of variance estimates recovery.

    For few events or non-events, where the jackknife of a difference sees next to no variation (Zou and
    Donner 2008, Statistics in Medicine 27, pages 1693-1702; the correlation enters as in Zou 2007).
    ``correlation`` is that of the schools' linearised terms of the two shares.
    """
    sides = (one, other)
    held = min(max(correlation, -1.0), 1.0)
    return Estimate(one.value - other.value, held, min(one.df, other.df), Scale.MOVER, sides=sides)


def _mover(one: Estimate, other: Estimate, correlation: float, confidence: float) -> tuple[float, float]:
    (low, high), (other_low, other_high) = one.interval(confidence), other.interval(confidence)
    difference = one.value - other.value
    down, up = one.value - low, high - one.value
    other_down, other_up = other.value - other_low, other_high - other.value
    below = down**2 + other_up**2 - 2 * correlation * down * other_up
    above = up**2 + other_down**2 - 2 * correlation * up * other_down
    return difference - math.sqrt(max(below, 0.0)), difference + math.sqrt(max(above, 0.0))


def _wilson(share: float, size: float, t: float) -> tuple[float, float]:
    centre = (share + t * t / (2 * size)) / (1 + t * t / size)
    half = t / (1 + t * t / size) * math.sqrt(share * (1 - share) / size + t * t / (4 * size * size))
    return min(max(centre - half, 0.0), share), max(min(centre + half, 1.0), share)  # rounding must not pass it


def _sigmoid(value: float) -> float:
    return float(special.expit(value))
