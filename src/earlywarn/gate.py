"""The gate: figures of the audit and the config's rules in, a verdict out.

It judges only comparisons that are alike (DESIGN decision 7); raw gaps never reach it. A verdict is
fail if any rule fails for a group, provisional if any is undecided, else pass.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from earlywarn.audit.figures import Figure
from earlywarn.audit.sheets import NOT_SCORED
from earlywarn.audit.subject import AGAINST
from earlywarn.columns import Outcome
from earlywarn.config.sections import Gate, Rule
from earlywarn.estimate import Estimate
from earlywarn.groups import EVERYONE, MISSING, Cell


@dataclass(frozen=True)
class Judgement:
    """What one rule says of one group.

    Attributes
    ----------
    low, high
        The interval at the gate's confidence; None with too little data.
    counts
        Whether it moves the verdict: a small group with too little data is named, no more.
    needed
        By what factor outcomes (and schools) must grow to decide it, if the value stays; 0 if decided.
    """

    rule: str
    measure: str
    cell: Cell
    versus: str
    outcome: Outcome
    value: float
    low: float | None
    high: float | None
    limits: tuple[float | None, float | None]
    reason: str
    students: int
    schools: float
    share: float
    counts: bool = True
    needed: float = 0.0


@dataclass(frozen=True)
class Verdict:
    """Pass, provisional or fail, with every judgement behind it."""

    outcome: Outcome
    judgements: tuple[Judgement, ...]

    def of(self, outcome: Outcome) -> tuple[Judgement, ...]:
        """Give the judgements of one outcome that move the verdict."""
        return tuple(j for j in self.judgements if j.outcome is outcome and j.counts)

    @property
    def failed_rules(self) -> tuple[str, ...]:
        """Names of the rules that failed for some group."""
        return tuple(dict.fromkeys(judgement.rule for judgement in self.of(Outcome.FAIL)))

    @property
    def named(self) -> tuple[Judgement, ...]:
        """Judgements without enough data that are too small to move the verdict."""
        return tuple(j for j in self.judgements if not j.counts)


def judge(figures: Iterable[Figure], gate: Gate) -> Verdict:
    """Judge every rule for every single-attribute group, or overall.

    A rule about what was not audited, such as the gain over a list that nobody gave, judges nothing; where
    nothing at all could be judged the verdict is provisional.
    """
    known = tuple(figures)
    scored = {f.cell: f.events + f.non_events for f in known if _is_size(f)}
    sizes = {cell: students / max(scored[EVERYONE], 1) for cell, students in scored.items()}
    judgements: list[Judgement] = []
    for rule in gate.rules:
        judgements += _judge_rule(rule, [f for f in known if _concerns(rule, f)], gate, sizes)
    return Verdict(_overall(judgements), tuple(judgements))


def _is_size(figure: Figure) -> bool:
    return figure.measure == "share_flagged" and figure.is_main and not figure.versus


def _concerns(rule: Rule, figure: Figure) -> bool:
    if figure.measure != rule.measure or not figure.is_main or figure.cell.depth > 1:
        return False
    if rule.scope == "overall":
        return figure.cell == EVERYONE
    if rule.measure == NOT_SCORED and MISSING in figure.cell.values:
        return False  # whose records lack one thing lack others: reported, and no group of children to be judged by
    return figure.cell != EVERYONE and (bool(figure.versus) or rule.measure in AGAINST)


def _judge_rule(rule: Rule, figures: Sequence[Figure], gate: Gate, sizes: dict[Cell, float]) -> list[Judgement]:
    fails = _holm_failures(rule, figures, (1 - gate.confidence) / 2)
    comparisons = max(sum(figure.estimate is not None for figure in figures), 1)
    return [
        _judgement(rule, figure, figure.cell in fails, gate, (sizes.get(figure.cell, 0.0), comparisons))
        for figure in figures
    ]


def _holm_failures(rule: Rule, figures: Sequence[Figure], alpha: float) -> set[Cell]:
    """Give the groups whose Holm-adjusted interval lies wholly beyond a limit (Holm 1979)."""
    p_values = sorted(
        ((_p_beyond(rule, figure.estimate), figure.cell) for figure in figures if figure.estimate is not None),
        key=lambda pair: pair[0],
    )
    failures: set[Cell] = set()
    for rank, (p, cell) in enumerate(p_values):
        if p >= alpha / (len(p_values) - rank):
            break
        failures.add(cell)
    return failures


def _p_beyond(rule: Rule, estimate: Estimate) -> float:
    above = 1.0 if rule.at_most is None else estimate.p_beyond(rule.at_most, 1)
    below = 1.0 if rule.at_least is None else estimate.p_beyond(rule.at_least, -1)
    return min(above, below)


def _judgement(rule: Rule, figure: Figure, failed: bool, gate: Gate, place: tuple[float, int]) -> Judgement:
    low = high = None
    share, comparisons = place
    needed, counts = 0.0, True
    if figure.estimate is None:
        outcome, counts = Outcome.PROVISIONAL, share >= gate.undecided_share
    else:
        low, high = figure.estimate.interval(gate.confidence)
        within = (rule.at_least is None or low > rule.at_least) and (rule.at_most is None or high < rule.at_most)
        outcome = Outcome.FAIL if failed else Outcome.PASS if within else Outcome.PROVISIONAL
        if outcome is Outcome.PROVISIONAL:
            needed = _needed(rule, figure.estimate, gate.confidence, comparisons)
    return Judgement(
        rule=rule.name,
        measure=rule.measure,
        cell=figure.cell,
        versus=figure.versus,
        outcome=outcome,
        value=figure.value,
        low=low,
        high=high,
        limits=(rule.at_least, rule.at_most),
        reason=figure.reason,
        students=figure.students,
        schools=figure.schools,
        share=share,
        counts=counts,
        needed=needed,
    )


def _needed(rule: Rule, estimate: Estimate, confidence: float, comparisons: int) -> float:
    """Give the factor on outcomes and schools that would decide, were the value to stay.

    Within a limit the interval must clear it; beyond, the interval widened for all comparisons must.
    """
    low, high = estimate.interval(confidence)
    wide_low, wide_high = estimate.interval(1 - (1 - confidence) / comparisons)
    value, factors = estimate.value, [1.0]
    for limit, within, beyond in (
        (rule.at_most, high - value, value - wide_low),
        (rule.at_least, value - low, wide_high - value),
    ):
        if limit is not None:
            is_beyond = value > limit if limit is rule.at_most else value < limit
            factors.append((beyond if is_beyond else within) / max(abs(value - limit), 1e-9))
    return max(factors) ** 2


def _overall(judgements: Iterable[Judgement]) -> Outcome:
    """Any fail: fail; else any undecided, or nothing that could be judged: provisional; else pass."""
    found = {judgement.outcome for judgement in judgements if judgement.counts}
    if Outcome.FAIL in found:
        return Outcome.FAIL
    return Outcome.PASS if found == {Outcome.PASS} else Outcome.PROVISIONAL
