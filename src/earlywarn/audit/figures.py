"""Every figure of an audit: a measure for a group, alone or against its reference, with its evidence.

A figure without enough evidence keeps its counts and says why there is no interval; it is never 0
and never left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from earlywarn.audit import measures as m
from earlywarn.audit.fairlearn import METRICS, confusion_measures
from earlywarn.columns import MET, MISSED, Floats
from earlywarn.config.sections import Evidence, Groups
from earlywarn.groups import EVERYONE, Cell
from earlywarn.histograms import STUDENTS, Sums
from earlywarn.intervals import Estimate, effective_schools, jackknife

OTHERS = "all others"
"""The comparison of an attribute without a reference."""

SAME_RISK_GAP, RECALL_GAIN = "same_risk_gap", "recall_gain"
TITLES = {measure.name: measure.title for measure in m.MEASURES} | {
    SAME_RISK_GAP: "More often missed at the same risk",
    RECALL_GAIN: "Recall above the indicator rules",
}


@dataclass(frozen=True)
class Figure:
    """One row of the audit.

    Attributes
    ----------
    versus
        "" for the group alone, else the slug of its reference or OTHERS.
    estimate
        None where ``reason`` says why.
    value
        The point value, NaN where undefined or where the group is below the privacy minimum.
    students, events, non_events, schools
        Of the smaller side of a comparison; schools are effective schools.
    """

    measure: str
    cell: Cell
    versus: str
    value: float
    estimate: Estimate | None
    reason: str
    students: int
    events: int
    non_events: int
    schools: float


@dataclass(frozen=True)
class Side:
    """The sums of one side of a comparison: as counted, and as the jackknife sees them."""

    plain: Floats  # (3, schools, bins, outcomes, 2)
    aware: Floats
    cell: Cell | None = None  # None for all others

    @classmethod
    def of(cls, sums: Sums, cell: Cell, aware: Floats) -> "Side":
        """Cut one cell out of all sums."""
        place = sums.place(cell)
        return cls(sums.values[:, :, place], aware[:, :, place], cell)

    def less(self, other: "Side") -> "Side":
        """Give all students of this side who are not on the other."""
        return Side(self.plain - other.plain, self.aware - other.aware)

    @property
    def students(self) -> int:
        """All scored students, outcome known or not."""
        return round(float(self.plain[STUDENTS].sum()))


def audit_figures(
    sums: Sums, rule_sums: Sums, discordant: Floats, groups: Groups, evidence: Evidence
) -> tuple[Figure, ...]:
    """Give every figure: each measure for each cell, against its reference, and the gain over the rules.

    Parameters
    ----------
    sums, rule_sums
        The same students, schools, cells and bins, with the model's list and with the indicator rules' list
        of equal size.
    discordant
        By cell, how many who missed the standard one of the two lists alone found: what the gain rests on.
    """
    work = _Audit(
        sums=sums,
        rule_sums=rule_sums,
        discordant=discordant,
        groups=groups,
        evidence=evidence,
        aware=sums.knowing_the_cut(),
        rule_aware=rule_sums.knowing_the_cut(),
        confusion=fairlearn_values(sums),
    )
    return tuple(figure for cell in sums.cells for figure in work.of_cell(cell))


@dataclass(frozen=True)
class _Audit:
    sums: Sums
    rule_sums: Sums
    discordant: Floats
    groups: Groups
    evidence: Evidence
    aware: Floats
    rule_aware: Floats
    confusion: Mapping[tuple[str, Cell], float]

    def of_cell(self, cell: Cell) -> Iterator[Figure]:
        side = Side.of(self.sums, cell, self.aware)
        yield from (self._alone(measure, cell, side) for measure in m.MEASURES)
        yield self._gain(cell, side)
        against = self._reference(cell, side)
        if against is not None:
            versus, other = against
            yield from (self._between(measure, cell, versus, side, other) for measure in m.MEASURES)
            yield self._same_risk(cell, versus, side, other)

    def _reference(self, cell: Cell, side: Side) -> tuple[str, Side] | None:
        """Give what a cell is compared with: the cell of all references, or everyone else; None for these."""
        if cell == EVERYONE:
            return None
        references = tuple(self.groups.attributes[name].reference for name in cell.attributes)
        if any(value is None for value in references):
            others = Side.of(self.sums, EVERYONE, self.aware).less(side)
            return (OTHERS, others) if others.students else None
        reference = Cell(cell.attributes, tuple(str(value) for value in references))
        if reference == cell or reference not in self.sums.cells:
            return None
        return reference.slug, Side.of(self.sums, reference, self.aware)

    def _point(self, measure: m.Measure, side: Side) -> float:
        """Give the point value: Fairlearn's for the confusion measures of a group, else from the sums."""
        if side.cell is not None and measure.name in METRICS:
            return self.confusion[measure.name, side.cell]
        return m.value_of(measure, side.plain.sum(axis=2))

    def _alone(self, measure: m.Measure, cell: Cell, side: Side) -> Figure:
        plain, aware = side.plain.sum(axis=2), side.aware.sum(axis=2)
        reason, counts = self._evidence(measure, [plain])
        estimate = None
        if not reason:
            if measure.is_share:
                estimate = m.share_estimate(measure, plain, aware)
            else:
                estimate = jackknife(m.value_of(measure, plain), m.without_each_school(measure, aware), counts[3])
        value = self._point(measure, side)
        return self._figure(measure.name, cell, "", value, estimate, reason, [side], counts)

    def _between(self, measure: m.Measure, cell: Cell, versus: str, side: Side, other: Side) -> Figure:
        plain = [part.plain.sum(axis=2) for part in (side, other)]
        aware = [part.aware.sum(axis=2) for part in (side, other)]
        reason, counts = self._evidence(measure, plain)
        value = self._point(measure, side) - self._point(measure, other)
        without = m.without_each_school(measure, aware[0]) - m.without_each_school(measure, aware[1])
        estimate = None if reason else _varying(jackknife(value, without, counts[3]))
        return self._figure(measure.name, cell, versus, value, estimate, reason, [side, other], counts)

    def _same_risk(self, cell: Cell, versus: str, side: Side, other: Side) -> Figure:
        reason, counts = self._evidence(m.PREVALENCE, [part.plain.sum(axis=2) for part in (side, other)])
        value, without = m.same_risk_gap(side.plain[STUDENTS].sum(-1), other.plain[STUDENTS].sum(-1))
        estimate = None if reason else _varying(jackknife(value, without, counts[3]))
        return self._figure(SAME_RISK_GAP, cell, versus, value, estimate, reason, [side, other], counts)

    def _gain(self, cell: Cell, side: Side) -> Figure:
        """Paired: recall of the model's list less recall of the rules' list, on the same students.

        It rests on those whom one list alone found; with few of them the jackknife sees no variation.
        """
        rule = Side.of(self.rule_sums, cell, self.rule_aware)
        plain = [part.plain.sum(axis=2) for part in (side, rule)]
        aware = [part.aware.sum(axis=2) for part in (side, rule)]
        reason, counts = self._evidence(m.PREVALENCE, plain[:1])
        alone, least = round(float(self.discordant[self.sums.place(cell)])), self.evidence.events
        if not reason and alone < least:
            reason = f"too little data: fewer than {least} students who missed were found by one list alone"
        value = m.value_of(m.RECALL, plain[0]) - m.value_of(m.RECALL, plain[1])
        without = m.without_each_school(m.RECALL, aware[0]) - m.without_each_school(m.RECALL, aware[1])
        estimate = None if reason else _varying(jackknife(value, without, counts[3]))
        return self._figure(RECALL_GAIN, cell, "", value, estimate, reason, [side], counts)

    def _evidence(self, measure: m.Measure, sides: list[Floats]) -> tuple[str, tuple[int, int, int, float]]:
        """Give the reason why there is too little data ("" if there is enough) and the smaller side's counts."""
        need = self.evidence
        found = []
        for sums in sides:
            by_school = m.by_school(sums, measure.terms[0].denominator)
            known = max(sums[STUDENTS][:, [MET, MISSED]].sum(), by_school.sum() if measure.counts_unknown else 0)
            events, others = (m.by_school(sums, w).sum() for w in (measure.events, measure.non_events))
            found.append((round(known), round(events), round(others), effective_schools(by_school)))
        students, events, others, schools = (min(parts) for parts in zip(*found, strict=True))
        wanted = (
            (students, need.students, "students with a known outcome"),
            (events, need.events, "events"),
            (others, need.non_events, "non-events"),
        )
        lacks = [f"fewer than {least} {what}" for have, least, what in wanted if have < least]
        if schools < need.schools:
            lacks.append(f"{schools:.1f} effective schools, {need.schools:g} are needed")
        return ("too little data: " + "; ".join(lacks) if lacks else ""), (students, events, others, schools)

    def _figure(
        self, name: str, cell: Cell, versus: str, value: float, estimate: Estimate | None, reason: str,
        sides: list[Side], counts: tuple[int, int, int, float],
    ) -> Figure:  # fmt: skip
        smallest = min(side.students for side in sides)
        if smallest < self.groups.privacy_minimum:
            reason = (
                f"fewer than {self.groups.privacy_minimum} students: not shown" if smallest else "nobody in this group"
            )
            value, estimate, counts = float("nan"), None, (0, 0, 0, 0.0)
        elif np.isnan(value):
            reason = "undefined: no student to take it of"
        elif estimate is None and not reason:
            reason = "no interval: a single school, or nothing that varies"
        students, events, others, schools = counts
        return Figure(name, cell, versus, value, estimate, reason, students, events, others, schools)


def _varying(estimate: Estimate | None) -> Estimate | None:
    """Give no estimate where no school differs from another: such an interval would have no width."""
    return None if estimate is None or estimate.se <= 0 else estimate


def fairlearn_values(sums: Sums) -> dict[tuple[str, Cell], float]:
    """Give Fairlearn's point value of each confusion measure for each cell."""
    table = confusion_measures(sums.counts().sum(axis=0))
    return {(name, cell): float(table[name].iloc[place]) for name in METRICS for place, cell in enumerate(sums.cells)}
