"""The true figures of a superpopulation, by quadrature; the formulas of sums are the audit's own, of one school.

It refuses what has no limit: nothing here is simulated, so nothing here has an error to speak of.
"""

import numpy as np
from scipy import optimize, special, stats

from bench.districts import COMBOS, GRID, RULE_NOISE, STATED, VALUES, Population
from earlywarn.audit import measures as m
from earlywarn.audit.figures import AT_CAPACITY, Form
from earlywarn.audit.ranked import AUC, INTERCEPT, SLOPE
from earlywarn.audit.sheets import NOT_SCORED
from earlywarn.audit.sides import OTHERS
from earlywarn.audit.subject import RECALL_GAIN, SAME_RISK_GAP
from earlywarn.columns import MISSED
from earlywarn.groups import EVERYONE, Cell
from earlywarn.histograms import BINS

RISK = special.expit(GRID)
Key = tuple[str, str, str, str, str]
"""Measure, cell's slug, whom it is held against, form and cut."""


class Truth:
    """The true figures of a population."""

    def __init__(self, population: Population) -> None:
        self.population = population
        known = population.density * (1 - population.unknown)[None, :, None]
        self._by_combo = np.stack([
            (known * (1 - population.missing)).sum(axis=0),
            (known * population.missing).sum(axis=0),
            (population.density * population.unknown[None, :, None]).sum(axis=0),
        ])  # fmt: skip # (outcomes, combos, grid)
        everyone = self._by_combo.sum(axis=(0, 1))
        self._listed = {AT_CAPACITY: _top(everyone, population.design.share), STATED: _from(population.stated)}
        self._rule = self._ruled(everyone)
        inner = np.searchsorted(np.cumsum(everyone), np.arange(1, BINS) / BINS)
        self._bins = np.searchsorted(inner, np.arange(len(GRID)), side="right")
        self._values = {slug: self._of(combos) for slug, combos in _columns().items()}

    def of(self, key: Key) -> float:
        """Give one true figure."""
        measure, slug, versus, form, cut = key
        if measure == SAME_RISK_GAP:
            return self._same_risk(*(_columns()[side] for side in (slug, _other(slug, versus))))
        value = self._values[slug][measure, cut]
        if not versus:
            return value
        other = self._values[_other(slug, versus)][measure, cut]
        return value - other if form == Form.DIFFERENCE else value / other

    def _of(self, combos: np.ndarray) -> dict[tuple[str, str], float]:
        by_outcome = self._by_combo[:, combos].sum(axis=1)
        found = {
            (measure.name, cut): m.value_of(measure, _sums(by_outcome, listed))
            for cut, listed in self._listed.items()
            for measure in m.MEASURES
            if cut == AT_CAPACITY or measure.at_any_cut
        }
        met, missed, _ = by_outcome
        population = self.population
        students = population.students.sum(axis=0)[combos]
        slope, intercept = _calibration(met, missed)
        return found | {
            (NOT_SCORED, AT_CAPACITY): float(students @ population.unscored[combos] / students.sum()),
            (RECALL_GAIN, AT_CAPACITY): float(missed @ (self._listed[AT_CAPACITY] - self._rule) / missed.sum()),
            (AUC, AT_CAPACITY): _auc(met, missed),
            (SLOPE, AT_CAPACITY): slope,
            (INTERCEPT, AT_CAPACITY): intercept,
        }

    def _ruled(self, everyone: np.ndarray) -> np.ndarray:
        """Give the chance of a place on the other list by score: its level lies above the cut, or wins the tie."""
        above = stats.norm.sf((self.population.steps[:, None] - GRID) / RULE_NOISE)  # at step k or more
        above = np.vstack([np.ones_like(GRID), above, np.zeros_like(GRID)])
        held = above @ everyone
        tied = int(np.flatnonzero(held >= self.population.design.share)[-1])
        chance = (self.population.design.share - held[tied + 1]) / (held[tied] - held[tied + 1])
        return above[tied + 1] + chance * (above[tied] - above[tied + 1])

    def _same_risk(self, one: np.ndarray, other: np.ndarray) -> float:
        sides = []
        for combos in (one, other):
            by_bin = np.zeros((1, BINS, 3))
            for outcome, along in enumerate(self._by_combo[:, combos].sum(axis=1)):
                by_bin[0, :, outcome] = np.bincount(self._bins, weights=along, minlength=BINS)
            sides.append(by_bin)
        return m.same_risk_gap(*sides)[0]


def _columns() -> dict[str, np.ndarray]:
    """Give the combinations of every cell, and of those who are not in it."""
    found = {EVERYONE.slug: np.ones(len(COMBOS), dtype=bool)}
    for place, (name, values) in enumerate(VALUES.items()):
        for code, value in enumerate(values):
            held = np.array(COMBOS)[:, place] == code
            slug = Cell((name,), (value,)).slug
            found[slug], found[f"not {slug}"] = held, ~held
    return found


def _other(slug: str, versus: str) -> str:
    return f"not {slug}" if versus == OTHERS else versus


def _top(everyone: np.ndarray, share: float) -> np.ndarray:
    above = np.cumsum(everyone[::-1])[::-1]
    return np.clip((share - (above - everyone)) / np.maximum(everyone, 1e-300), 0, 1)


def _from(place: int) -> np.ndarray:
    return (np.arange(len(GRID)) >= place).astype(float)


def _sums(by_outcome: np.ndarray, listed: np.ndarray) -> np.ndarray:
    """Lay out sums as the audit has them, of one school: (students or risk, 1, outcomes, flagged)."""
    chance, powers = np.stack([1 - listed, listed]), np.stack([np.ones_like(RISK), RISK, RISK**2])
    return np.einsum("px,ox,fx->pof", powers, by_outcome, chance)[:, None]


def _auc(met: np.ndarray, missed: np.ndarray) -> float:
    below = np.cumsum(met) - met / 2
    return float(missed @ below / (missed.sum() * met.sum()))


def _calibration(met: np.ndarray, missed: np.ndarray) -> tuple[float, float]:
    def score(weights: np.ndarray) -> np.ndarray:
        left = missed - (met + missed) * special.expit(weights[0] + weights[1] * GRID)
        return np.array([left.sum(), left @ GRID])

    slope = optimize.root(score, np.array([0.0, 1.0]), tol=1e-12).x[1]
    events = missed.sum()
    intercept = optimize.brentq(lambda a: float((met + missed) @ special.expit(a + GRID)) - events, -20, 20)
    return float(slope), float(intercept)


__all__ = ["MISSED", "Key", "Truth"]
