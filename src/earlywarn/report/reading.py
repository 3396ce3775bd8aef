"""An audit with the look-ups that every page needs: which figure, which words, what may be shown."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from earlywarn.audit import measures as m
from earlywarn.audit.figures import AT_CAPACITY, Figure, Form
from earlywarn.audit.rounding import Shown
from earlywarn.audit.subject import AGAINST, SAME_RISK_GAP
from earlywarn.audit.suppression import Suppression
from earlywarn.columns import Outcome
from earlywarn.config.sections import Rule
from earlywarn.estimate import Estimate
from earlywarn.gate import Judgement, Verdict
from earlywarn.groups import EVERYONE, MISSING, OTHER, Cell
from earlywarn.report import words as w
from earlywarn.report.evidence import lacks
from earlywarn.report.findings import Audited, Counted
from earlywarn.report.privacy import Discretion
from earlywarn.report.telling import Telling

Key = tuple[str, Cell, str, str, Form]

FEW_NOT_RECORDED = 0.05
"""Where a larger share of students has no value of an attribute, its two groups are not each other's reverse."""

TOO_LITTLE, NOBODY = "too little data", "nobody in this group"
OWN = {SAME_RISK_GAP: m.PREVALENCE.name}
"""Measures that exist only as a comparison -> the one that tells what a group's own side rests on."""


@dataclass(frozen=True)
class Reading:
    """An audit, ready to be told."""

    audited: Audited

    @property
    def verdict(self) -> Verdict:
        """What the gate says; before outcomes are known it says nothing of anybody."""
        return self.audited.verdict or Verdict(Outcome.PROVISIONAL, ())

    @cached_property
    def suppression(self) -> Suppression:
        """How every count may be told."""
        known = self.audited.suppression
        return replace(known, minimum=0, exact=np.ones_like(known.exact)) if self.audited.unsuppressed else known

    @cached_property
    def discretion(self) -> Discretion:
        """Which counts may be shown."""
        if self.audited.unsuppressed:
            return Discretion(0, self._not_told, frozenset())
        known = self.audited.suppression
        return Discretion(known.minimum, known.cells(Shown.HIDDEN), known.cells(Shown.ABOUT))

    @property
    def _not_told(self) -> frozenset[Cell]:
        """Groups of which the figures themselves say nothing."""
        sizes = (self.find(m.SHARE_FLAGGED.name, cell) for cell in self.cells)
        return frozenset(size.cell for size in sizes if size is not None and math.isnan(size.value))

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Every group of the audit, in its order."""
        return tuple(dict.fromkeys(figure.cell for figure in self.audited.figures))

    @cached_property
    def singles(self) -> tuple[Cell, ...]:
        """Groups by one attribute."""
        return tuple(cell for cell in self.cells if cell.depth == 1)

    @cached_property
    def counted(self) -> dict[Cell, Counted]:
        """Students of the test year by group."""
        return {line.cell: line for line in self.audited.counted}

    @cached_property
    def mates(self) -> Mapping[Cell, Cell]:
        """Each of the two groups of an attribute without a reference -> the other: their gaps are one."""
        attributes = self.audited.groups.attributes
        pairs = (self._pair(name) for name, attribute in attributes.items() if attribute.reference is None)
        return {one: other for pair in pairs if len(pair) == 2 for one, other in (pair, pair[::-1])}

    def _pair(self, attribute: str) -> tuple[Cell, ...]:
        """Give the groups of an attribute if they are all its students, but for few whose value is not recorded."""
        held = [cell for cell in self.singles if cell.attributes == (attribute,) and self._counted(cell)]
        named = tuple(cell for cell in held if cell.values[0] != MISSING)
        rest = sum(self._counted(cell) for cell in held if cell not in named)
        pooled = any(cell.values[0] == OTHER for cell in named)
        return () if pooled or rest > FEW_NOT_RECORDED * self._counted(EVERYONE) else named

    def _counted(self, cell: Cell) -> int:
        """Count the students of a group in scope; below 0 where they may not be told."""
        return self.counted[cell].students if cell in self.counted else 0

    @cached_property
    def _by_slug(self) -> dict[str, Cell]:
        return {cell.slug: cell for cell in self.cells}

    @cached_property
    def _figures(self) -> dict[Key, Figure]:
        return {(f.measure, f.cell, f.versus, f.cut, f.form): f for f in self.audited.figures}

    @cached_property
    def _references(self) -> dict[tuple[str, Cell], str]:
        return {(f.measure, f.cell): f.versus for f in self.audited.figures if f.versus and f.is_main}

    @cached_property
    def measures(self) -> frozenset[str]:
        """What was measured at all."""
        return frozenset(figure.measure for figure in self.audited.figures)

    @cached_property
    def cuts(self) -> tuple[str, ...]:
        """Every further cut, in the audit's order; the list that is served is not among them."""
        found = dict.fromkeys(figure.cut for figure in self.audited.figures)
        return tuple(cut for cut in found if cut != AT_CAPACITY)

    @property
    def schools_known(self) -> bool:
        """Whether it is known which school a student attends."""
        return self.audited.about.schools > 0

    def find(
        self, measure: str, cell: Cell, versus: str = "", cut: str = AT_CAPACITY, form: Form | None = None
    ) -> Figure | None:
        """Give a figure, or None where it was not measured; the form follows from ``versus`` if none is given."""
        told = form or (Form.DIFFERENCE if versus else Form.VALUE)
        return self._figures.get((measure, cell, versus, cut, told))

    def figure(self, measure: str, cell: Cell = EVERYONE, versus: str = "") -> Figure:
        """Give a figure at the list that is served, which must have been measured."""
        form = Form.DIFFERENCE if versus else Form.VALUE
        return self._figures[measure, cell, versus, AT_CAPACITY, form]

    def reference(self, measure: str, cell: Cell) -> str | None:
        """Give the slug of what a group is held against; None for a reference itself."""
        return self._references.get((measure, cell))

    def gap(self, measure: str, cell: Cell) -> Figure | None:
        """Give a figure against its reference; the gain over another list has none. None for a reference itself."""
        if measure in AGAINST:
            return self.find(measure, cell)
        versus = self.reference(measure, cell)
        return None if versus is None else self.find(measure, cell, versus)

    def evidence(self, judgement: Judgement) -> Figure:
        """Give the figure that a judgement of the chosen candidate rests on."""
        return self.figure(judgement.measure, judgement.cell, judgement.versus)

    def words(self, cell: Cell) -> str:
        """Give a group's name for people, with a cross where groups meet: Free lunch × Black."""
        groups, parts = self.audited.groups, zip(cell.attributes, cell.values, strict=True)
        names = (Cell((attribute,), (value,)).words(groups) for attribute, value in parts)
        return " \N{MULTIPLICATION SIGN} ".join(names) or EVERYONE.words(groups)

    def cell_of(self, slug: str) -> Cell | None:
        """Give the group of a slug; None for all others."""
        return self._by_slug.get(slug)

    def against(self, versus: str) -> str:
        """Give the reference's name for people."""
        cell = self._by_slug.get(versus)
        return versus if cell is None else self.words(cell)

    def known(self, cell: Cell) -> str:
        """Say how many students of a group have a known outcome."""
        return self.known_and_missed(cell)[0]

    def known_and_missed(self, cell: Cell) -> tuple[str, str]:
        """Say how many students of a group have a known outcome, and how many of these missed the standard."""
        if self.find(m.PREVALENCE.name, cell) is None:
            return w.NOTHING, w.NOTHING
        known, missed = self.suppression.counts(cell, "known", "missed")
        return known, missed

    def has_students(self, cell: Cell) -> bool:
        """Tell whether anybody is in a group; a declared value that nobody has still is a group."""
        line = self.counted.get(cell)
        return not self.counted or (line is not None and line.students > 0)

    def students(self, cell: Cell) -> str:
        """Say how many students of a group are in scope, scored or not."""
        return self.suppression.count(cell, "students").words if cell in self.counted else self.size(cell)

    def size(self, cell: Cell) -> str:
        """Say how many students of a group were scored."""
        return self.suppression.count(cell, "scored").words

    def rule(self, judgement: Judgement) -> Rule:
        """Give the config's rule behind a judgement."""
        return next(rule for rule in self.audited.gate.rules if rule.name == judgement.rule)

    def judged(self, measure: str, scope: str = "groups") -> tuple[Judgement, ...]:
        """Give the judgements of the rules about one measure."""
        names = {r.name for r in self.audited.gate.rules if (r.measure, r.scope) == (measure, scope)}
        return tuple(j for j in self.verdict.judgements if j.rule in names)

    def rough(self, figure: Figure) -> Estimate | None:
        """Give the interval of a figure that may not be judged, where no part of it is a small count."""
        small = min(figure.events, figure.non_events) < self.discretion.minimum
        return None if small else figure.rough

    def lacks(self, figure: Figure) -> tuple[str, ...]:
        """Say all that a figure lacks before it may be judged; of a comparison, on which side."""
        need, words = self.audited.gate.evidence, self._exact if self.audited.unsuppressed else self._telling.words
        found = lacks(figure, need, self.discretion, words, schools_known=self.schools_known)
        own = self.find(OWN.get(figure.measure, figure.measure), figure.cell, cut=figure.cut)
        if found and figure.versus and own is not None and own.estimate is not None:
            return tuple(f"of {self.against(figure.versus)} {lack}" for lack in found)
        return found

    @cached_property
    def _telling(self) -> Telling:
        return Telling(self.audited)

    def _exact(self, figure: Figure, need: tuple[int, int, int]) -> tuple[str, ...]:
        return tuple(w.count(number) for number in (figure.students, figure.events, figure.non_events))

    def why_not(self, figure: Figure) -> str:
        """Say why a figure has no interval: what it lacks and how much of it, without a small count."""
        if self.audited.is_published:
            return figure.reason
        found = self.lacks(figure)
        return f"{TOO_LITTLE}: {'; '.join(found)}" if found else figure.reason


def is_open(judgement: Judgement) -> bool:
    """Tell whether evidence does not yet decide a judgement that moves the verdict."""
    return judgement.outcome is Outcome.PROVISIONAL and judgement.counts
