"""Findings with the look-ups that every page needs: which figure, which words, what may be shown."""

from dataclasses import dataclass
from functools import cached_property

from earlywarn.audit.figures import Figure
from earlywarn.audit.sides import OTHERS
from earlywarn.audit.subject import AGAINST
from earlywarn.audit.suppression import Shown
from earlywarn.columns import Outcome
from earlywarn.config.sections import Evidence, Rule
from earlywarn.gate import Judgement, Verdict
from earlywarn.groups import EVERYONE, Cell
from earlywarn.report import words as w
from earlywarn.report.findings import Audited, Counted
from earlywarn.report.privacy import Discretion


@dataclass(frozen=True)
class Reading:
    """What was found, ready to be told; ``rules`` is the audit of the indicator rules beside it."""

    audited: Audited
    rules: Audited | None = None

    @property
    def verdict(self) -> Verdict:
        """What the gate says; before outcomes are known it says nothing of anybody."""
        return self.audited.verdict or Verdict(Outcome.PROVISIONAL, ())

    @cached_property
    def discretion(self) -> Discretion:
        """Which counts may be shown."""
        known = self.audited.suppression
        return Discretion(known.minimum, known.cells(Shown.HIDDEN), known.cells(Shown.ABOUT))

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
    def _figures(self) -> dict[tuple[str, Cell, str], Figure]:
        return _looked_up(self.audited.figures)

    @cached_property
    def _references(self) -> dict[tuple[str, Cell], str]:
        return {(f.measure, f.cell): f.versus for f in self.audited.figures if f.versus and f.is_main}

    @cached_property
    def _rule_figures(self) -> dict[tuple[str, Cell, str], Figure]:
        return _looked_up(self.rules.figures if self.rules else ())

    def figure(self, measure: str, cell: Cell = EVERYONE, versus: str = "") -> Figure:
        """Give a figure of the chosen candidate."""
        return self._figures[measure, cell, versus]

    def rule_figure(self, measure: str, cell: Cell = EVERYONE) -> Figure:
        """Give a figure of the indicator rules."""
        return self._rule_figures[measure, cell, ""]

    def gap(self, measure: str, cell: Cell) -> Figure | None:
        """Give a figure against its reference; the gain over the rules has none. None for a reference itself."""
        if measure in AGAINST:
            return self.figure(measure, cell)
        versus = self._references.get((measure, cell))
        return None if versus is None else self.figure(measure, cell, versus)

    def evidence(self, judgement: Judgement) -> Figure:
        """Give the figure that a judgement of the chosen candidate rests on."""
        return self.figure(judgement.measure, judgement.cell, judgement.versus)

    def words(self, cell: Cell) -> str:
        """Give a group's name for people, with a cross where groups meet: Free lunch × Black."""
        groups, parts = self.audited.groups, zip(cell.attributes, cell.values, strict=True)
        names = (Cell((attribute,), (value,)).words(groups) for attribute, value in parts)
        return " \N{MULTIPLICATION SIGN} ".join(names) or EVERYONE.words(groups)

    def against(self, versus: str) -> str:
        """Give the reference's name for people."""
        found = (self.words(cell) for cell in self.cells if cell.slug == versus)
        return versus if versus == OTHERS else next(found, versus)

    def known(self, cell: Cell) -> str:
        """Say how many students of a group have a known outcome."""
        return self.known_and_missed(cell)[0]

    def known_and_missed(self, cell: Cell) -> tuple[str, str]:
        """Say how many students of a group have a known outcome, and how many of these missed the standard."""
        size = self.figure("prevalence", cell)
        known, missed, _ = self.discretion.counts(cell, size.students, size.events, size.non_events)
        return known, missed

    def rule(self, judgement: Judgement) -> Rule:
        """Give the config's rule behind a judgement."""
        return next(rule for rule in self.audited.gate.rules if rule.name == judgement.rule)

    def judged(self, measure: str, scope: str = "groups") -> tuple[Judgement, ...]:
        """Give the judgements of the rules about one measure."""
        names = {r.name for r in self.audited.gate.rules if (r.measure, r.scope) == (measure, scope)}
        return tuple(j for j in self.verdict.judgements if j.rule in names)

    def why_not(self, figure: Figure) -> str:
        """Say why a figure has no interval: the first thing that it lacks, without a small count."""
        lack = _lack(self.audited.gate.evidence, figure)
        if figure.cell in self.discretion.hidden or not lack:
            return figure.reason
        return f"too little data: {lack}"


def _looked_up(figures: tuple[Figure, ...]) -> dict[tuple[str, Cell, str], Figure]:
    return {(f.measure, f.cell, f.versus): f for f in figures if f.is_main}


def is_open(judgement: Judgement) -> bool:
    """Tell whether evidence does not yet decide a judgement that moves the verdict."""
    return judgement.outcome is Outcome.PROVISIONAL and judgement.counts


def _lack(need: Evidence, figure: Figure) -> str:
    if figure.students < need.students:
        return f"fewer than {need.students} outcomes known"
    if figure.events < need.events or figure.non_events < need.non_events:
        return f"fewer than {max(need.events, need.non_events)} on one side"
    if figure.schools < need.schools:
        return f"{w.decimal(figure.schools, 1)} effective schools, {need.schools:g} needed"
    return ""
