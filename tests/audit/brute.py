"""Every figure of an audit straight from rows, with no table of sums, no sheets and nothing shared with the audit."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from earlywarn.audit.figures import Figure, Form
from earlywarn.audit.subject import SAME_RISK_GAP, Subject
from earlywarn.columns import MET, MISSED, UNKNOWN
from earlywarn.config.sections import Groups
from earlywarn.groups import Cell

OTHERS = "all others"


@dataclass(frozen=True)
class Rows:
    """Some scored students: risk, chance of a place on the list and on another, and outcome."""

    risk: np.ndarray
    flagged: np.ndarray
    other: np.ndarray
    outcome: np.ndarray

    def of(self, rows: np.ndarray) -> "Rows":
        return Rows(*(part[rows] for part in vars(self).values()))

    @property
    def missed(self) -> np.ndarray:
        return (self.outcome == MISSED).astype(float)

    @property
    def met(self) -> np.ndarray:
        return (self.outcome == MET).astype(float)

    @property
    def known(self) -> np.ndarray:
        return (self.outcome != UNKNOWN).astype(float)

    @property
    def off(self) -> np.ndarray:
        return 1 - self.flagged


def _share(part: np.ndarray, of: np.ndarray) -> float:
    return float(part.sum() / of.sum()) if of.sum() > 1e-12 else np.nan


def _auc(rows: Rows) -> float:
    one, other = rows.risk[rows.outcome == MISSED], rows.risk[rows.outcome == MET]
    if not len(one) or not len(other):
        return np.nan
    above = one[:, None] - other[None, :]
    return float((above > 0).mean() + (above == 0).mean() / 2)


MEASURES: dict[str, Callable[[Rows], float]] = {
    "share_flagged": lambda r: _share(r.flagged, np.ones_like(r.risk)),
    "recall": lambda r: _share(r.flagged * r.missed, r.missed),
    "overlooked_share": lambda r: _share(r.off * r.missed, r.missed),
    "false_alarm_rate": lambda r: _share(r.flagged * r.met, r.met),
    "precision": lambda r: _share(r.flagged * r.missed, r.flagged * r.known),
    "false_omission_rate": lambda r: _share(r.off * r.missed, r.off * r.known),
    "prevalence": lambda r: _share(r.missed, r.known),
    "unknown_share": lambda r: _share(1 - r.known, np.ones_like(r.risk)),
    "calibration_gap": lambda r: _share((r.risk - r.missed) * r.known, r.known),
    "brier": lambda r: _share((r.risk - r.missed) ** 2 * r.known, r.known),
    "excess_overlooked": lambda r: (
        _share(r.off * r.missed, r.missed) - _share(r.risk * r.off * r.known, r.risk * r.known)
    ),
    "excess_false_alarms": lambda r: (
        _share(r.flagged * r.met, r.met) - _share((1 - r.risk) * r.flagged * r.known, (1 - r.risk) * r.known)
    ),
    "recall_gain": lambda r: _share((r.flagged - r.other) * r.missed, r.missed),
    "auc": _auc,
}


def surplus(rows: Rows, intercept: float, slope: float) -> tuple[float, float]:
    """Give the scores of outcome ~ intercept + slope * logit(risk): 0 and 0 at the fit."""
    known = rows.of(rows.outcome != UNKNOWN)
    logit = special.logit(known.risk)
    left = known.missed - special.expit(intercept + slope * logit)
    return float(left.sum()), float(left @ logit)


def has_shift(rows: Rows) -> bool:
    """Tell whether both outcomes occur and every risk has log-odds, without which no intercept is finite."""
    risk = rows.risk[rows.outcome != UNKNOWN]
    return bool(rows.missed.any() and rows.met.any() and risk.min() > 0 and risk.max() < 1)


def has_slope(rows: Rows) -> bool:
    """Tell whether the risks of the two outcomes overlap and have log-odds, without which no slope is finite."""
    one, other = rows.risk[rows.outcome == MISSED], rows.risk[rows.outcome == MET]
    return has_shift(rows) and bool(one.max() > other.min() and other.max() > one.min())


class Brute:
    """All rows of a subject and who is in which group."""

    def __init__(self, subject: Subject, groups: Groups) -> None:
        self._subject, self._groups = subject, groups
        self._scored = self._members(subject.scored.groups)
        self._present = self._members(subject.presence.groups)
        self._edges = np.unique(np.quantile(subject.scored.risk, np.arange(1, 10) / 10)) if len(
            subject.scored.risk) else np.empty(0)  # fmt: skip

    def _members(self, membership: object) -> dict[Cell, np.ndarray]:
        return {cell: (membership.codes == place).any(axis=0) for place, cell in enumerate(membership.cells)}

    def rows(self, figure: Figure) -> Rows:
        """Give all scored students, flagged by the figure's cut."""
        scored = self._subject.scored
        flagged = scored.listed.chance
        for cut in self._subject.cuts:
            if cut.name == figure.cut:
                flagged = (scored.risk >= cut.risk).astype(float)
        against = next(iter(self._subject.against.values()), scored)
        return Rows(scored.risk, flagged, against.listed.chance, scored.outcome)

    def versus(self, figure: Figure, members: dict[Cell, np.ndarray]) -> np.ndarray:
        """Find whom a figure is held against by reading the plan anew."""
        mine = members[figure.cell]
        if figure.versus == "all":
            return np.ones_like(mine)
        names = [self._groups.attributes[name].reference for name in figure.cell.attributes]
        if None in names:
            assert figure.versus == OTHERS
            return ~mine
        return members[Cell(figure.cell.attributes, tuple(names))]

    def sides(self, figure: Figure) -> tuple[np.ndarray, np.ndarray]:
        """Give who is in the group and in what it is held against; the group again where it stands alone."""
        members = self._present if self.is_presence(figure) else self._scored
        mine = members[figure.cell]
        return mine, self.versus(figure, members) if figure.versus else mine

    def is_presence(self, figure: Figure) -> bool:
        return figure.measure in self._subject.presence.lacks

    def value(self, figure: Figure) -> float:
        """Give a figure's value; NaN where it is undefined."""
        one, other = self.sides(figure)
        if figure.measure == SAME_RISK_GAP:
            return self._same_risk(self.rows(figure), one, other)
        values = [self._alone(figure, side) for side in (one, other)]
        if not figure.versus:
            return values[0]
        if figure.form is Form.DIFFERENCE:
            return values[0] - values[1]
        return values[0] / values[1] if values[1] else np.nan

    def _alone(self, figure: Figure, side: np.ndarray) -> float:
        if self.is_presence(figure):
            lacking = self._subject.presence.lacks[figure.measure]
            return _share((lacking & side).astype(float), side.astype(float))
        return MEASURES[figure.measure](self.rows(figure).of(side))

    def _same_risk(self, rows: Rows, one: np.ndarray, other: np.ndarray) -> float:
        bins = np.searchsorted(self._edges, rows.risk, side="right")
        top = bottom = 0.0
        for stratum in np.unique(bins):
            mine, theirs = (rows.of((bins == stratum) & side & (rows.outcome != UNKNOWN)) for side in (one, other))
            n, m = len(mine.risk), len(theirs.risk)
            if n and m:
                top += (mine.missed.sum() * m - theirs.missed.sum() * n) / (n + m)
                bottom += n * m / (n + m)
        return top / bottom if bottom else np.nan
