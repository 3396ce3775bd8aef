"""Lists weighed against the chosen one: paired, with intervals over schools, group by group.

It refuses an interval where too few students are placed differently for schools to tell.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from earlywarn import intervals as iv
from earlywarn.audit import measures as m
from earlywarn.audit.sides import OTHERS
from earlywarn.audit.subject import SAME_RISK_GAP
from earlywarn.columns import MET, MISSED, Coded, Floats
from earlywarn.config.sections import Evidence
from earlywarn.estimate import Estimate
from earlywarn.evaluate import HeldOut
from earlywarn.frontier.lists import Contender, Kind, Moved, Step, Traded
from earlywarn.groups import EVERYONE, Cell, GroupTable, Membership, membership
from earlywarn.histograms import STUDENTS, Scored, count, risk_edges


@dataclass(frozen=True)
class Compared:
    """The students on whom lists are weighed, shape (n,), and who is compared with whom.

    ``reference`` is the value that the attribute's others are compared with; None compares each with all others.
    """

    test: HeldOut
    attribute: str
    group: Coded
    reference: str | None
    need: Evidence

    @property
    def groups(self) -> Membership:
        """Everyone, and each group of the attribute."""
        return membership(GroupTable({self.attribute: self.group}), 1)


def weigh(contenders: Sequence[Contender], compared: Compared) -> tuple[Step, ...]:
    """Weigh every list against the first, the chosen one; all are of equal length."""
    own = _Sums.of(contenders[0], compared)
    return tuple(_Weighing(each, _Sums.of(each, compared), own, compared).step() for each in contenders)


def widest(taught: Step, tested: Step) -> dict[str, Cell]:
    """Give, for each raw gap, the group whose gap was widest in training, of those with enough data on both sides."""
    enough = {(moved.measure, moved.cell) for moved in tested.moved if not moved.reason}
    held = [moved for moved in taught.moved if not moved.reason and (moved.measure, moved.cell) in enough]
    by_measure = {name: [moved for moved in held if moved.measure == name] for name in PLACED}
    return {name: max(those, key=lambda m: abs(m.value)).cell for name, those in by_measure.items() if those}


Part = tuple[Floats, Floats]
"""Sums (3, schools, bins, outcomes, 2) of some students: as counted, and as the jackknife sees them."""

Told = tuple[float, Floats]
"""A value, and the value without one school each."""


@dataclass(frozen=True)
class _Sums:
    """The table of sums of one list, and each student's chance of a place on it."""

    cells: tuple[Cell, ...]
    plain: Floats
    aware: Floats
    chance: Floats

    @classmethod
    def of(cls, contender: Contender, compared: Compared) -> "_Sums":
        test, risk = compared.test, contender.risk
        sums = count(Scored(test.school, compared.groups, risk, test.outcome, contender.listed), risk_edges(risk))
        return cls(sums.cells, sums.values, sums.knowing_the_cut(), contender.listed.chance)

    def part(self, cells: Sequence[Cell]) -> Part:
        """Add up some cells."""
        places = [self.cells.index(cell) for cell in cells]
        return self.plain[:, :, places].sum(axis=2), self.aware[:, :, places].sum(axis=2)


def _rate(measure: m.Measure) -> Callable[[Part], Told]:
    return lambda part: (
        m.value_of(measure, part[0].sum(axis=2)),
        m.without_each_school(measure, part[1].sum(axis=2)),
    )


def _gap(measure: m.Measure) -> Callable[[Part, Part], Told]:
    rate = _rate(measure)
    return lambda one, other: _less(rate(one), rate(other))


def _less(one: Told, other: Told) -> Told:
    values, without = [np.array([each]) for each in (one[0], other[0])], [each[:, None] for each in (one[1], other[1])]
    return one[0] - other[0], m.joined((1.0, -1.0), values, without)[:, 0]


RECALL, FALSE_ALARMS = _rate(m.RECALL), _rate(m.FALSE_ALARMS)
GAPS: dict[str, Callable[[Part, Part], Told]] = {
    m.RECALL.name: _gap(m.RECALL),
    m.FALSE_ALARMS.name: _gap(m.FALSE_ALARMS),
    SAME_RISK_GAP: lambda one, other: m.same_risk_gap(one[0][STUDENTS].sum(-1), other[0][STUDENTS].sum(-1)),
    m.EXCESS_OVERLOOKED.name: _gap(m.EXCESS_OVERLOOKED),
    m.EXCESS_FALSE_ALARMS.name: _gap(m.EXCESS_FALSE_ALARMS),
}
"""Gaps of a group to its reference: two raw ones, and three that compare like with like."""

PLACED = {m.RECALL.name: (MISSED,), m.FALSE_ALARMS.name: (MET,)}
"""Gaps that move only where students of these outcomes are placed differently."""


@dataclass(frozen=True)
class _Weighing:
    contender: Contender
    sums: _Sums
    own: _Sums
    compared: Compared

    def step(self) -> Step:
        recall, before = (RECALL(sums.part([EVERYONE])) for sums in (self.sums, self.own))
        return Step(
            contender=self.contender,
            recall=recall[0],
            recall_change=self._paired(_less(recall, before), [EVERYONE], (MISSED,)),
            moved=tuple(self._moved(name, *pair) for pair in self._pairs() for name in GAPS),
            traded=tuple(self._traded(cell) for cell in self.sums.cells if self._known([cell]).any()),
        )

    def _pairs(self) -> Iterator[tuple[Cell, str, list[Cell]]]:
        """Give each group of the attribute with what it is compared with: its reference, or all others."""
        singles = [cell for cell in self.sums.cells if cell != EVERYONE and self._known([cell]).any()]
        for cell in singles:
            if self.compared.reference is None:
                yield cell, OTHERS, [other for other in singles if other != cell]
            elif cell.values != (self.compared.reference,):
                reference = Cell(cell.attributes, (self.compared.reference,))
                yield cell, reference.slug, [reference]

    def _moved(self, measure: str, cell: Cell, versus: str, others: list[Cell]) -> Moved:
        gap = GAPS[measure]
        now, before = (gap(sums.part([cell]), sums.part(others)) for sums in (self.sums, self.own))
        lack = self._lack(cell, others)
        change = None if lack else self._paired(_less(now, before), [cell, *others], PLACED.get(measure))
        return Moved(measure, cell, versus, now[0], change, lack)

    def _traded(self, cell: Cell) -> Traded:
        counts = self.sums.part([cell])[0][STUDENTS].sum(axis=(0, 1))
        missed, met = (round(float(counts[outcome].sum())) for outcome in (MISSED, MET))
        more = []
        for rate, outcome, students in ((RECALL, MISSED, missed), (FALSE_ALARMS, MET, met)):
            change = _less(rate(self.sums.part([cell])), rate(self.own.part([cell])))
            more.append(self._paired((students * change[0], students * change[1]), [cell], (outcome,)))
        return Traded(cell, missed, met, float(counts[MISSED, 1]), float(counts[MET, 1]), *more)

    def _paired(self, change: Told, cells: list[Cell], outcomes: tuple[int, ...] | None) -> Estimate | None:
        """Estimate a change; None where lots are drawn, too few are placed differently, or nothing varies."""
        if self.contender.kind is Kind.BOUND or self._apart(cells, outcomes) < self.compared.need.events:
            return None
        known = self._known(cells)
        every = known.sum(axis=1)
        schools, carried = iv.effective_schools(every), iv.carriers(every[:, None], known[:, :1], known[:, 1:])
        estimate = iv.jackknife(*change, float(carried[0]))
        return None if estimate is None or estimate.se <= 0 or schools < self.compared.need.schools else estimate

    def _apart(self, cells: list[Cell], outcomes: tuple[int, ...] | None) -> float:
        """Count students of these cells and outcomes whom one of the two lists alone holds."""
        if outcomes is None:
            return np.inf
        groups, test = self.compared.groups, self.compared.test
        places = [groups.cells.index(cell) for cell in cells]
        rows = np.isin(groups.codes, places).any(axis=0) & np.isin(test.outcome, outcomes)
        return float(np.abs(self.sums.chance - self.own.chance)[rows].sum())

    def _known(self, cells: list[Cell]) -> Floats:
        """Count students of known outcome by school and outcome, shape (schools, 2)."""
        return np.asarray(self.own.part(cells)[0][STUDENTS].sum(axis=(1, 3))[:, [MET, MISSED]])

    def _lack(self, cell: Cell, others: list[Cell]) -> str:
        """Say what evidence is lacking on the smaller side of a comparison, "" if nothing is."""
        need, sides = self.compared.need, [self._known(part) for part in ([cell], others)]
        found = (
            (min(side.sum() for side in sides), need.students, "students with a known outcome"),
            (min(side[:, 1].sum() for side in sides), need.events, "who missed"),
            (min(side[:, 0].sum() for side in sides), need.non_events, "who met"),
            (min(iv.effective_schools(side.sum(axis=1)) for side in sides), need.schools, "effective schools"),
        )
        lacks = [f"fewer than {least:g} {what}" for have, least, what in found if have < least]
        return "too little data: " + "; ".join(lacks) if lacks else ""
