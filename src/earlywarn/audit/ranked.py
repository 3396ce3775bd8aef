"""What only rows can say of a group: the AUC within it, and the slope and intercept of its calibration.

Rows are sorted once for all groups. A group with one outcome only has none of these: NaN, never 0 or .5.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

from earlywarn.audit.sheets import Counts, Sheet, counts_of, varying
from earlywarn.audit.sides import Sides
from earlywarn.columns import MISSED, UNKNOWN, Floats, Ints
from earlywarn.estimate import Estimate
from earlywarn.histograms import Scored, by_school_and_cell
from earlywarn.intervals import jackknife_errors, share_estimates

AUC, SLOPE, INTERCEPT = "auc", "calibration_slope", "calibration_intercept"
TITLES = {AUC: "AUC within the group", SLOPE: "Calibration slope", INTERCEPT: "Calibration intercept"}
UNDEFINED = {
    AUC: "it needs students of both outcomes, and is not told of all others together",
    SLOPE: "it needs both outcomes at overlapping risks above 0 and below 1, and is not told of all others together",
    INTERCEPT: "it needs both outcomes at risks above 0 and below 1, and is not told of all others together",
}
"""Why a value is NaN."""

SPANS = 2048
"""Risks are gathered in so many spans of equal size for the calibration; where fewer occur, each is its own."""

ROUNDS = 40
"""Newton steps at most; from 0 it takes about six."""


@dataclass(frozen=True)
class _Known:
    """Students of known outcome in the order of their risk."""

    scored: Scored
    missed: Floats
    tie: Ints

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.scored.school.names), len(self.scored.groups.cells)


def ranked_sheets(scored: Scored, sides: Sides, *, is_risk: bool) -> Iterator[Sheet]:
    """Lay out AUC and, where scores are risks, calibration, for all cells; all others have no column of theirs."""
    known = _in_order(scored)
    students = by_school_and_cell(known.scored, np.ones(len(known.missed), dtype=bool))
    counts = _counts(known, students, sides)
    value, influence = _auc(known, counts)
    alone = _bounded(value, _parts(influence, students), counts)
    yield _sheet(AUC, value, _parts(influence, students), counts, alone)
    if is_risk:
        for name, (value, influence) in zip((SLOPE, INTERCEPT), _calibrations(known), strict=True):
            yield _sheet(name, value, _parts(influence, students), counts, ())


def _in_order(scored: Scored) -> _Known:
    order = np.flatnonzero(scored.outcome != UNKNOWN)
    order = order[np.argsort(scored.risk[order], kind="stable")]
    risk = scored.risk[order]
    taken = Scored(scored.school.take(order), scored.groups.take(order), risk, scored.outcome[order], scored.listed)
    tie = np.cumsum(np.diff(risk, prepend=risk[:1]) > 0, dtype=np.int64)
    return _Known(taken, (taken.outcome == MISSED).astype(np.float64), tie)


def _counts(known: _Known, students: Floats, sides: Sides) -> Counts:
    events = by_school_and_cell(known.scored, known.missed > 0)
    return counts_of(*(sides.lay(kind, 1) for kind in (students, events, students - events)))


def _auc(known: _Known, counts: Counts) -> tuple[Floats, Floats]:
    """Give each cell's AUC and each school's part in its error, from placements.

    A student's placement is the share of the cell's students of the other outcome that are ordered rightly,
    ties counting half (Hanley and Hajian-Tilaki 1997); a school's part sums its students' (Obuchowski 1997).
    """
    value, influence = np.full(known.shape[1], np.nan), np.zeros(known.shape)
    for codes in known.scored.groups.codes:
        order = np.argsort(codes, kind="stable")
        cell, missed = codes[order], known.missed[order]
        placement = _placements(cell, known.tie[order], missed)
        others = np.where(missed > 0, counts.events[cell], counts.non_events[cell])
        with np.errstate(divide="ignore", invalid="ignore"):
            weight = 1 / others
            sums = np.bincount(cell, weights=np.where(missed > 0, placement * weight, 0.0), minlength=len(value))
            here = np.unique(cell)
            both = (counts.events[here] > 0) & (counts.non_events[here] > 0)
            value[here] = np.where(both, sums[here], np.nan)
            part = weight * (placement - value[cell])
        school = known.scored.school.codes[order].astype(np.int64)
        flat = np.bincount(school * known.shape[1] + cell, weights=part, minlength=influence.size)
        influence += flat.reshape(known.shape)
    return value, influence


def _placements(cell: Ints, tie: Ints, missed: Floats) -> Floats:
    """Give placements of rows sorted by cell and, within, by risk."""
    fresh = np.flatnonzero(np.diff(cell, prepend=-1))
    run = np.flatnonzero((np.diff(cell, prepend=-1) != 0) | (np.diff(tie, prepend=-1) != 0))
    in_run = np.cumsum(np.bincount(run, minlength=len(cell))) - 1
    in_cell = np.cumsum(np.bincount(fresh, minlength=len(cell))) - 1
    before = np.concatenate([[0.0], np.cumsum(missed)])
    starts, ends = run, np.append(run[1:], len(cell))
    first, last = fresh, np.append(fresh[1:], len(cell))
    missed_below = before[starts][in_run] - before[first][in_cell]
    missed_tied = (before[ends] - before[starts])[in_run]
    missed_all = (before[last] - before[first])[in_cell]
    all_below, all_tied = (starts[in_run] - first[in_cell]), (ends - starts)[in_run]
    met_below, met_tied = all_below - missed_below, all_tied - missed_tied
    met_all = (last - first)[in_cell] - missed_all
    with np.errstate(divide="ignore", invalid="ignore"):
        of_missed = (met_below + met_tied / 2) / met_all
        of_met = (missed_all - missed_below - missed_tied / 2) / missed_all
    return np.asarray(np.where(missed > 0, of_missed, of_met))


def _calibrations(known: _Known) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Give slope (of outcome ~ a + b logit(risk)) and intercept (of outcome ~ a + logit(risk)) by cell.

    Cox 1958; the schools' parts are the sandwich's: inverse curvature times the school's score (Liang and
    Zeger 1986). Risks are taken at the mean logit of their span. A risk of exactly 0 or 1 has no log-odds: a
    cell with one has neither figure.
    """
    sure = (known.scored.risk <= 0) | (known.scored.risk >= 1)
    logit = special.logit(np.where(sure, 0.5, known.scored.risk))
    span = _spans(known.tie)
    middle = np.bincount(span, weights=logit) / np.bincount(span)
    shape = (known.shape[1], len(middle))
    students, missed = np.zeros(shape), np.zeros(shape)
    for codes in known.scored.groups.codes:
        place = codes.astype(np.int64) * shape[1] + span
        students += np.bincount(place, minlength=students.size).reshape(shape)
        missed += np.bincount(place, weights=known.missed, minlength=students.size).reshape(shape)
    students[np.unique(known.scored.groups.codes[:, sure])] = np.nan
    both = _fit(middle, students, missed, free_slope=True)
    shift = _fit(middle, students, missed, free_slope=False)
    parts = [_influence(known, span, middle, fit) for fit in (both, shift)]
    return (both.slope, parts[0][1]), (shift.start, parts[1][0])


def _spans(tie: Ints) -> Ints:
    """Number the ties, or spans of equal size where there are too many; rows are in the order of risk."""
    if not len(tie) or tie[-1] < SPANS:
        return tie
    return np.arange(len(tie)) * SPANS // len(tie)


@dataclass(frozen=True)
class _Fit:
    """Start and slope by cell, shape (cells,), NaN where nothing can be fitted; inverse curvature (cells, 2, 2)."""

    start: Floats
    slope: Floats
    inverse: Floats


def _fit(middle: Floats, students: Floats, missed: Floats, *, free_slope: bool) -> _Fit:
    """Fit outcome ~ start + slope * logit in every cell at once, by Newton steps from 0.

    A step that would move some student's logit by d moves it by log(1 + d), which cannot overshoot for good (Sun and
    Tran-Dinh 2019, Mathematical Programming 178, for logistic losses) and is a whole step near the fit.
    """
    cells = len(students)
    weights = np.zeros((cells, 2)) if free_slope else np.tile([0.0, 1.0], (cells, 1))
    design = np.stack([np.ones_like(middle), middle])
    inverse = np.full((cells, 2, 2), np.nan)
    step = np.full((cells, 2), np.inf)
    for _ in range(ROUNDS):
        expected = special.expit(weights @ design)
        curve = np.einsum("ib,cb,jb->cij", design, students * expected * (1 - expected), design, optimize=True)
        score = (missed - students * expected) @ design.T
        inverse = _inverse(curve, free_slope)
        step = np.nan_to_num(np.einsum("cij,cj->ci", inverse, score))
        moved = np.abs(np.where(students > 0, step @ design, 0.0)).max(axis=1, initial=1e-12)
        step *= (np.log1p(moved) / moved)[:, None]
        weights = weights + step
        if np.abs(step).max(initial=0.0) < 1e-10:
            break
    settled = (np.abs(step).max(axis=1) < 1e-8) & np.isfinite(inverse[:, 0, 0])
    weights[~settled] = np.nan
    return _Fit(weights[:, 0], weights[:, 1], inverse)


def _inverse(curve: Floats, free_slope: bool) -> Floats:
    """Invert (cells, 2, 2); where risks do not vary or nobody is, NaN."""
    a, b, c = curve[:, 0, 0], curve[:, 0, 1], curve[:, 1, 1]
    made = np.zeros_like(curve)
    with np.errstate(divide="ignore", invalid="ignore"):
        if not free_slope:
            made[:, 0, 0] = np.where(a > 0, 1 / a, np.nan)
            return made
        det = a * c - b * b
        whole = np.where(det > 1e-9 * np.maximum(a * c, 1e-300), det, np.nan)
        made[:, 0, 0], made[:, 1, 1] = c / whole, a / whole
        made[:, 0, 1] = made[:, 1, 0] = -b / whole
    return made


def _influence(known: _Known, span: Ints, middle: Floats, fit: _Fit) -> tuple[Floats, Floats]:
    """Give each school's part in the error of start and of slope, each (schools, cells)."""
    expected = special.expit(fit.start[:, None] + fit.slope[:, None] * middle)
    scores = np.zeros((2, *known.shape))
    for codes in known.scored.groups.codes:
        left = known.missed - expected[codes, span]
        place = known.scored.school.codes.astype(np.int64) * known.shape[1] + codes
        for which, weight in enumerate((left, left * middle[span])):
            scores[which] += np.bincount(place, weights=weight, minlength=scores[0].size).reshape(known.shape)
    parts = np.einsum("cij,jsc->isc", fit.inverse, scores)
    return parts[0], parts[1]


def _parts(influence: Floats, students: Floats) -> Floats:
    """Give what leaving a school out takes away, NaN where it has no student: k / (k - 1) times its influence."""
    held = students > 0
    count = held.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(held, influence * (count / (count - 1)), np.nan)


def _sheet(name: str, value: Floats, parts: Floats, counts: Counts, alone: tuple[Estimate | None, ...]) -> Sheet:
    further = len(counts.students) - len(value)
    wide = np.pad(value - parts, ((0, 0), (0, further)), constant_values=np.nan)
    value = np.pad(value, (0, further), constant_values=np.nan)
    alone = alone and (*alone, *([None] * further))
    return Sheet(name, TITLES[name], value, wide, counts, alone, undefined=UNDEFINED[name])


def _bounded(value: Floats, parts: Floats, counts: Counts) -> tuple[Estimate | None, ...]:
    """Give each AUC on the logit scale; a perfect one by Wilson, on its effective schools alone."""
    with np.errstate(divide="ignore", invalid="ignore"):
        errors, skews = jackknife_errors(value - parts)
        errors = errors / (value * (1 - value))
    perfect = (value <= 0) | (value >= 1)
    spread = np.where(perfect, counts.schools[: len(value)], errors)
    return varying(share_estimates(value, spread, counts.carriers[: len(value)], perfect, skews))
