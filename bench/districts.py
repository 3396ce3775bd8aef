"""Made-up districts whose true figures are known: draws for :mod:`bench.coverage`, and the truth by quadrature.

True is what a measure tends to as schools are drawn without end: the ratio of expected sums over a
superpopulation of schools, the list's cut at the superpopulation's own quantile. A school has a kind, which
sets how many of each group it has; its students' scores share one effect, their luck another. All effects
are normal or beta and independent given the kind, so that the truth is a sum over kinds, groups and a grid
of scores, with no simulation in it.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from scipy import optimize, special, stats

from earlywarn.audit.sheets import NOT_SCORED
from earlywarn.audit.subject import RECALL_GAIN, Cut, Subject
from earlywarn.capacity import make_list
from earlywarn.columns import MET, MISSED, UNKNOWN, Coded
from earlywarn.config.sections import Attribute, Groups
from earlywarn.groups import GroupTable, membership
from earlywarn.histograms import Presence, Scored

GROUPS = Groups(
    attributes={
        "lunch": Attribute(column="lunch", title="Lunch", values={"N": "Paid", "F": "Free"}, reference="N"),
        "race": Attribute(column="race", title="Race", values={"W": "W", "B": "B", "C": "C"}, reference="W"),
        "lang": Attribute(column="lang", title="Language", values={"E": "English", "L": "Learner"}),
        "sex": Attribute(column="sex", title="Sex", values={"G": "Girls", "M": "Boys"}),
    }
)
VALUES = {name: tuple(attribute.values) for name, attribute in GROUPS.attributes.items()}
COMBOS = tuple(product(*(range(len(values)) for values in VALUES.values())))

STATED = "stated"
"""The name of the cut at a stated risk."""
STATED_SHARE = 0.15
"""Of all students, how many the stated risk would flag."""

KINDS = np.array([0.5, 0.3, 0.2])
"""Shares of the three kinds of school; the third holds most learners of English."""
SIZES = np.array([1.0, 1.0, 1.3])
SHIFTS = np.array([-0.7, 0.2, 1.2])
"""How far a kind lies off, in units of the schools' spread."""
MIX = {
    "lunch": np.array([0.30, 0.55, 0.70]),
    "race": np.array([0.10, 0.35, 0.40]),
    "other": np.array([0.08, 0.06, 0.06]),
    "lang": np.array([0.02, 0.02, 0.32]),
}
"""Mean share in a school of each kind: free lunch, B, C among those who are not B, learners."""
MIX_SIZE = 8.0
"""A school's share is beta with this many earlier observations: the smaller, the more schools differ."""
PUPILS = 60.0
SPREAD, TILT = 1.3, 0.9
"""Of scores within a school, in logits; and what the outcome's logit makes of a score's."""
MEAN = {"lunch": (0.0, 0.5), "race": (0.0, 0.3, -0.1), "lang": (0.0, 0.2), "sex": (-0.05, 0.05)}
GAP = {"lunch": (0.0, 0.2), "race": (0.0, 0.15, 0.0), "lang": (0.0, 0.1), "sex": (0.0, 0.0)}
"""What groups add to the score's logit, and to the outcome's beyond it."""
UNKNOWN_LOGIT, NOT_SCORED_LOGIT, LESS = -1.5, -2.2, 0.5
"""Chance of an unknown outcome, of no score, and what free lunch adds to either."""
RULE_NOISE, RULE_STEPS = 1.0, np.arange(-4.0, 3.5, 1.0)
"""The other list's coarse score: the score with noise, in steps of a logit; so it ties at its cut."""

STEP = 0.005
GRID = np.arange(-13.0, 9.0, STEP)
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(41)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True)
class Design:
    """One cell of the simulation.

    Attributes
    ----------
    correlation
        Of missing the standard between two students of one school, at the same mix of groups.
    share
        The list's length as a share of the students.
    uneven
        Whether the schools' sizes vary by 70 % (coefficient of variation) or by 20 %.
    """

    schools: int
    correlation: float
    base: float
    share: float
    uneven: bool


def smooth(logit: np.ndarray, spread: float) -> np.ndarray:
    """Give the mean of the sigmoid under normal noise on the logit."""
    return special.expit(logit[..., None] + spread * _NODES) @ _WEIGHTS


class Population:
    """The superpopulation of a design: draws districts and knows their true figures."""

    def __init__(self, design: Design) -> None:
        self.design = design
        combos = np.array(COMBOS)
        self.mean, self.gap = (sum(np.array(table[name])[combos[:, k]] for k, name in enumerate(VALUES))
                               for table in (MEAN, GAP))  # fmt: skip
        free = combos[:, 0]
        self.odd = 0.5 if design.correlation else 0.0
        self.unscored = smooth(NOT_SCORED_LOGIT + LESS * free, self.odd)
        self.unknown = smooth(UNKNOWN_LOGIT + LESS * free, self.odd)
        race = np.stack([(1 - MIX["race"]) * (1 - MIX["other"]), MIX["race"], (1 - MIX["race"]) * MIX["other"]])
        two = {name: np.stack([1 - MIX[name], MIX[name]]) for name in ("lunch", "lang")}
        held = two["lunch"][combos[:, 0]] * race[combos[:, 1]] * two["lang"][combos[:, 2]] / 2
        self.students = (held * KINDS * SIZES).T  # (kinds, combos)
        self.students /= self.students.sum()
        self.shift, self.between = self._solved()

    def _solved(self) -> tuple[float, float]:
        """Find the shift that gives the base rate and the schools' spread that gives the correlation."""
        design, shift, between = self.design, -1.5, 0.0
        for _ in range(60):
            before = (shift, between)
            shift = optimize.brentq(lambda x, b=between: self._rates(x, b)[0] - design.base, -12, 6)
            if design.correlation:
                between = optimize.brentq(lambda b, x=shift: self._rates(x, b)[1] - design.correlation, 1e-4, 4)
            if np.allclose(before, (shift, between), atol=1e-9):
                break
        return shift, between

    def _rates(self, shift: float, between: float) -> tuple[float, float]:
        """Give the share who miss the standard, and the correlation within schools at an even mix of groups."""
        mix = self.students.sum(axis=0)
        kinds = KINDS * SIZES / (KINDS * SIZES).sum()
        effect = SHIFTS[:, None] * between + between * _NODES  # kinds x nodes: kind, score effect and luck as one
        logit = TILT * (self.mean[:, None, None] + shift) + self.gap[:, None, None] + effect
        by_school = smooth(logit, TILT * SPREAD)  # combos x kinds x nodes
        share = np.einsum("tc,ctn,n->", self.students, by_school, _WEIGHTS)
        at_mix = np.einsum("c,ctn->tn", mix, by_school)
        mean = kinds @ at_mix @ _WEIGHTS
        variance = kinds @ (at_mix - mean) ** 2 @ _WEIGHTS
        return float(share), float(variance / (mean * (1 - mean)))

    @property
    def _parts(self) -> tuple[float, float]:
        """Half of the schools' variance is in the score, half is luck."""
        return self.between * np.sqrt(0.5) / TILT, self.between * np.sqrt(0.5)

    @cached_property
    def density(self) -> np.ndarray:
        """Scored students by kind, combination and score: (kinds, combos, grid), summing to 1."""
        inside, _ = self._parts
        centre = self.shift + self.mean[None, :] + (SHIFTS * self.between * 0.5 / TILT)[:, None]
        around = stats.norm.pdf(GRID, centre[..., None], np.hypot(SPREAD, inside))
        density = around / around.sum(axis=-1, keepdims=True) * (self.students * (1 - self.unscored))[..., None]
        return density / density.sum()

    @cached_property
    def missing(self) -> np.ndarray:
        """The chance to miss the standard, of the same shape."""
        _, luck = self._parts
        logit = TILT * GRID + (self.gap[None, :, None] + (SHIFTS * self.between * 0.5)[:, None, None])
        return smooth(logit, luck)

    def draw(self, rng: np.random.Generator) -> Subject:
        """Draw one district of schools and their students."""
        design = self.design
        kind = rng.choice(len(KINDS), design.schools, p=KINDS)
        varies = 0.7 if design.uneven else 0.2
        sizes = 1 + rng.poisson((PUPILS - 1) * SIZES[kind] * rng.gamma(varies**-2, varies**2, design.schools))
        school = np.repeat(np.arange(design.schools), sizes)
        groups = self._groups(rng, kind, school)
        code = np.ravel_multi_index(tuple(groups.values()), [len(v) for v in VALUES.values()])
        inside, luck = self._parts
        effects = rng.normal(size=(4, design.schools))
        known_part = SHIFTS[kind] * self.between * 0.5 / TILT + inside * effects[0]
        luck_part = SHIFTS[kind] * self.between * 0.5 + luck * effects[1]
        score = self.shift + self.mean[code] + known_part[school] + SPREAD * rng.normal(size=len(school))
        missed = rng.random(len(school)) < special.expit(TILT * score + self.gap[code] + luck_part[school])
        outcome = np.where(missed, MISSED, MET)
        free = LESS * groups["lunch"]
        outcome[_happens(rng, UNKNOWN_LOGIT + free + self.odd * effects[2][school])] = UNKNOWN
        unscored = _happens(rng, NOT_SCORED_LOGIT + free + self.odd * effects[3][school])
        rule = np.digitize(score + RULE_NOISE * rng.normal(size=len(school)), self.steps).astype(float)
        return self._subject(Coded(school.astype(np.int32), tuple(map(str, range(design.schools)))),
                             groups, (score, rule), outcome, unscored)  # fmt: skip

    @cached_property
    def steps(self) -> np.ndarray:
        """Where the other list's coarse score steps."""
        return self.shift + 2.0 + RULE_STEPS

    def _groups(self, rng: np.random.Generator, kind: np.ndarray, school: np.ndarray) -> dict[str, np.ndarray]:
        def share(name: str) -> np.ndarray:
            mean = MIX[name][kind]
            return rng.beta(mean * MIX_SIZE, (1 - mean) * MIX_SIZE)[school]

        def chosen(name: str) -> np.ndarray:
            return rng.random(len(school)) < share(name)

        lunch, black, other, learner = (chosen(name) for name in ("lunch", "race", "other", "lang"))
        return {
            "lunch": lunch.astype(np.int32),
            "race": np.where(black, 1, np.where(other, 2, 0)).astype(np.int32),
            "lang": learner.astype(np.int32),
            "sex": rng.integers(0, 2, len(school), dtype=np.int32),
        }

    def _subject(self, school: Coded, groups: dict[str, np.ndarray], scores: tuple[np.ndarray, np.ndarray],
                 outcome: np.ndarray, unscored: np.ndarray) -> Subject:  # fmt: skip
        table = GroupTable({n: Coded(c, VALUES[n]) for n, c in groups.items()})
        cells, held = membership(table, 1), ~unscored
        seats = round(self.design.share * int(held.sum()))
        ids = np.char.mod("%d", np.arange(int(held.sum()))).astype(object)
        ours, theirs = (
            Scored(school.take(held), cells.take(held), special.expit(points[held]), outcome[held],
                   make_list(points[held], ids, 0, seats))
            for points in scores
        )  # fmt: skip
        cut = Cut(STATED, float(special.expit(GRID[self.stated] - STEP / 2)))
        return Subject(ours, Presence(school, cells, {NOT_SCORED: unscored}), cuts=(cut,),
                       against={RECALL_GAIN: theirs})  # fmt: skip

    @cached_property
    def stated(self) -> int:
        """The place on the grid from which the stated risk flags."""
        held = np.cumsum(self.density.sum(axis=(0, 1)))
        return int(np.searchsorted(held, 1 - STATED_SHARE)) + 1


def _happens(rng: np.random.Generator, logit: np.ndarray) -> np.ndarray:
    return rng.random(len(logit)) < special.expit(logit)
