"""What is audited, and every figure of it: students, scores, a list, and the lists that it is held against.

The scores may be anybody's. What they cannot say (no outcomes, scores that are no risks, schools not
known) is left out or named, never made up.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from earlywarn.audit import measures as m
from earlywarn.audit import ranked
from earlywarn.audit.figures import Figure, Form, Frame, Rows, figures_of, jackknifed, to_reference
from earlywarn.audit.many import adjusted, pooled
from earlywarn.audit.sheets import (
    Counts,
    Sheet,
    gain_sheet,
    measure_counts,
    measure_sheets,
    presence_sheets,
    title_of_lack,
)
from earlywarn.audit.sides import Sides, sides
from earlywarn.capacity import given_list
from earlywarn.columns import UNKNOWN, Floats
from earlywarn.config.sections import Evidence, Groups
from earlywarn.estimate import Estimate
from earlywarn.groups import EVERYONE
from earlywarn.histograms import STUDENTS, Presence, Scored, Sums, by_school_and_cell, count, risk_edges

SAME_RISK_GAP, RECALL_GAIN, RECALL_DRIFT = "same_risk_gap", "recall_gain", "recall_drift"
AGAINST = {RECALL_GAIN: "Recall above the indicator rules", RECALL_DRIFT: "Recall above the model in use"}
TITLES = (
    {measure.name: measure.title for measure in m.MEASURES}
    | {SAME_RISK_GAP: "More often missed at the same risk"}
    | AGAINST
    | ranked.TITLES
)


def title_of(measure: str) -> str:
    """Give a measure's title."""
    return TITLES.get(measure) or title_of_lack(measure)


@dataclass(frozen=True)
class Cut:
    """A stated risk from which students count as flagged, beside the list that is served."""

    name: str
    risk: float


@dataclass(frozen=True)
class Subject:
    """Everything that an audit reads.

    Attributes
    ----------
    scored
        Students with a score; their cells are those of ``presence``.
    presence
        All students in scope, scored or not.
    is_risk
        Whether scores are probabilities; else they only rank.
    against
        RECALL_GAIN or RECALL_DRIFT -> the same students with the other list.
    lack
        A reason why nothing may be judged; "" if none.
    """

    scored: Scored
    presence: Presence
    is_risk: bool = True
    cuts: tuple[Cut, ...] = ()
    against: Mapping[str, Scored] = field(default_factory=dict)
    lack: str = ""

    @property
    def has_outcomes(self) -> bool:
        """Whether any outcome is known."""
        return bool((self.scored.outcome != UNKNOWN).any())


def audit_figures(
    subject: Subject, groups: Groups, evidence: Evidence, *, partial_pooling: bool = False
) -> tuple[Figure, ...]:
    """Give every figure: each measure for each group, alone and against its reference and everyone."""
    frame = _frame(subject, groups, evidence)
    figures = tuple(_every(subject, frame))
    figures = _with_discoveries(figures)
    return _with_pooled(figures) if partial_pooling else figures


def _frame(subject: Subject, groups: Groups, evidence: Evidence) -> Frame:
    made = sides(subject.scored.groups.cells, groups)
    return Frame(made, evidence, _sizes(subject.scored, made), groups.privacy_minimum, subject.lack)


def _sizes(students: Scored | Presence, made: Sides) -> Floats:
    """Count the students of each column: what privacy goes by."""
    everyone = np.ones(len(students.school), dtype=bool)
    return np.asarray(made.lay(by_school_and_cell(students, everyone), 1).sum(axis=0))


def _every(subject: Subject, frame: Frame) -> Iterator[Figure]:
    sums = count(subject.scored, risk_edges(subject.scored.risk))
    measures = tuple(measure for measure in m.MEASURES if _says(measure, subject))
    for sheet in measure_sheets(sums, frame.sides, measures):
        yield from figures_of(sheet, frame)
    if subject.has_outcomes:
        for sheet in ranked.ranked_sheets(subject.scored, frame.sides, is_risk=subject.is_risk):
            yield from figures_of(sheet, frame)
        yield from _same_risk(sums, frame)
        for sheet in _gains(subject, sums, frame.sides):
            yield from figures_of(sheet, frame)
    in_scope = replace(frame, sizes=_sizes(subject.presence, frame.sides))
    for sheet in presence_sheets(subject.presence, frame.sides):
        yield from figures_of(sheet, in_scope)
    for cut in subject.cuts:
        yield from _at(cut, subject, frame)


def _says(measure: m.Measure, subject: Subject) -> bool:
    return (subject.is_risk or not measure.needs_risk) and (subject.has_outcomes or not measure.needs_outcomes)


def _same_risk(sums: Sums, frame: Frame) -> Iterator[Figure]:
    """Hold each cell against its reference within bins of risk."""
    laid = frame.sides.lay(sums.values[STUDENTS].sum(axis=-1), 1)
    rows = Rows(SAME_RISK_GAP, frame, to_reference(frame.sides), _prevalence_counts(sums, frame.sides))
    for row, (one, other) in enumerate(zip(rows.pairs.one, rows.pairs.other, strict=True)):
        value, without = m.same_risk_gap(laid[:, one], laid[:, other])
        found = jackknifed(np.array([value]), without[:, None], rows.smaller.carriers[[row]])
        yield rows.figure(row, value, found[0], np.where(np.isfinite(without), without - value, 0.0))


def _prevalence_counts(sums: Sums, made: Sides) -> Counts:
    return measure_counts(m.PREVALENCE, made.lay(sums.values.sum(axis=3), 2))


def _gains(subject: Subject, sums: Sums, made: Sides) -> Iterator[Sheet]:
    for name, other in subject.against.items():
        both = (sums, count(other, np.empty(0)))
        yield gain_sheet(name, AGAINST[name], subject.scored, other, both, made)


def _at(cut: Cut, subject: Subject, frame: Frame) -> Iterator[Figure]:
    scored = replace(subject.scored, listed=given_list(subject.scored.risk >= cut.risk))
    measures = tuple(measure for measure in m.MEASURES if measure.at_any_cut and _says(measure, subject))
    for sheet in measure_sheets(count(scored, np.empty(0)), frame.sides, measures):
        yield from figures_of(sheet, frame, cut.name)


def _with_discoveries(figures: tuple[Figure, ...]) -> tuple[Figure, ...]:
    """Adjust the differences of intersections for their number, measure by measure and cut by cut."""
    asked = _alike(figures, lambda f: (f.measure, f.cut) if f.cell.depth > 1 else None)
    found: dict[int, float] = {}
    for places in asked.values():
        p_values = np.array([figures[place].estimate.p_differs() for place in places])  # type: ignore[union-attr]
        found |= dict(zip(places, adjusted(p_values).tolist(), strict=True))
    return tuple(replace(f, q=found[place]) if place in found else f for place, f in enumerate(figures))


def _with_pooled(figures: tuple[Figure, ...]) -> tuple[Figure, ...]:
    """Draw the differences of groups by the same attributes towards each other."""
    asked = _alike(figures, lambda f: (f.measure, f.cut, f.cell.attributes))
    found: dict[int, Estimate] = {}
    for places in asked.values():
        found |= dict(zip(places, pooled([figures[place].estimate for place in places]), strict=True))  # type: ignore[misc]
    return tuple(replace(f, pooled=found[place]) if place in found else f for place, f in enumerate(figures))


def _alike(figures: tuple[Figure, ...], key: Callable[[Figure], object]) -> dict[object, list[int]]:
    """Give the places of estimated differences to references, by what they have in common."""
    alike: dict[object, list[int]] = {}
    for place, figure in enumerate(figures):
        compared = figure.form is Form.DIFFERENCE and figure.versus != EVERYONE.slug
        if compared and figure.estimate is not None and (common := key(figure)) is not None:
            alike.setdefault(common, []).append(place)
    return alike
