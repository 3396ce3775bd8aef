"""Pass, provisional, fail: each rule for each group, Holm, and what would decide."""

import numpy as np
import pytest

from earlywarn.audit.figures import Figure
from earlywarn.columns import Outcome
from earlywarn.config.sections import Gate, Rule
from earlywarn.estimate import Estimate
from earlywarn.gate import judge
from earlywarn.groups import EVERYONE, Cell

GAP = Rule(name="gap", measure="same_risk_gap", at_least=-0.05, at_most=0.05)
GATE = Gate(rules=(GAP,))


def _cell(name: str) -> Cell:
    return Cell(("race",), (name,))


def _figure(
    measure: str, cell: Cell, value: float, se: float | None, versus: str = "race-W", students: int = 500
) -> Figure:
    estimate = None if se is None else Estimate(value, se, 40)
    reason = "too little data: 3 events, 10 are needed" if se is None else ""
    return Figure(measure, cell, versus, value, estimate, reason, students, 100, 100, 30.0)


def _sized(cell: Cell, students: int) -> Figure:
    """The share flagged rests on every scored student: these make the size of a group."""
    return Figure(
        "share_flagged",
        cell,
        "",
        0.2,
        Estimate(0.2, 0.01, 40),
        "",
        students,
        students // 5,
        students - students // 5,
        30.0,
    )


def _all(*gaps: tuple[str, float, float | None, int]) -> list[Figure]:
    figures = [_sized(EVERYONE, 1000)]
    for name, value, se, students in gaps:
        figures.append(_sized(_cell(name), students))
        figures.append(_figure("same_risk_gap", _cell(name), value, se))
    return figures


@pytest.mark.parametrize(
    ("value", "se", "outcome"),
    [
        (0.00, 0.01, Outcome.PASS),
        (0.04, 0.02, Outcome.PROVISIONAL),
        (0.06, 0.02, Outcome.PROVISIONAL),
        (0.12, 0.02, Outcome.FAIL),
        (-0.12, 0.02, Outcome.FAIL),
    ],
)
def test_one_group_passes_is_undecided_or_fails(value: float, se: float, outcome: Outcome) -> None:
    assert judge(_all(("B", value, se, 500)), GATE).outcome is outcome


def test_one_fail_outweighs_any_number_of_passes() -> None:
    verdict = judge(_all(("B", 0.0, 0.01, 300), ("A", 0.2, 0.01, 300)), GATE)
    assert verdict.outcome is Outcome.FAIL
    assert verdict.failed_rules == ("gap",)


def test_holm_asks_more_of_one_among_many() -> None:
    """One group at p about .03 fails alone, and is undecided among ten comparisons."""
    alone = judge(_all(("B", 0.05 + 1.95 * 0.02, 0.02, 500)), GATE)
    others = [(f"O{n}", 0.0, 0.01, 500) for n in range(9)]
    among = judge(_all(("B", 0.05 + 1.95 * 0.02, 0.02, 500), *others), GATE)
    assert alone.outcome is Outcome.FAIL
    assert among.outcome is Outcome.PROVISIONAL


def test_holm_goes_on_after_its_first_rejection() -> None:
    """By Bonferroni the second of two would not fail at p about .03; by Holm it does."""
    verdict = judge(_all(("B", 0.3, 0.01, 500), ("A", 0.05 + 1.95 * 0.02, 0.02, 500)), GATE)
    assert [j.outcome for j in verdict.judgements] == [Outcome.FAIL, Outcome.FAIL]


def test_a_small_group_with_too_little_data_is_named_and_moves_nothing() -> None:
    verdict = judge(_all(("B", 0.0, 0.01, 500), ("A", np.nan, None, 49)), GATE)
    assert verdict.outcome is Outcome.PASS
    assert [j.cell for j in verdict.named] == [_cell("A")]


def test_a_group_of_five_percent_with_too_little_data_leaves_it_undecided() -> None:
    verdict = judge(_all(("B", 0.0, 0.01, 500), ("A", np.nan, None, 50)), GATE)
    assert verdict.outcome is Outcome.PROVISIONAL
    assert verdict.named == ()


def test_intersections_are_reported_and_never_judged() -> None:
    both = Cell(("race", "sex"), ("B", "F"))
    figures = [*_all(("B", 0.0, 0.01, 500)), _figure("same_risk_gap", both, 0.5, 0.01)]
    assert judge(figures, GATE).outcome is Outcome.PASS


def test_a_raw_gap_cannot_be_made_a_rule() -> None:
    with pytest.raises(ValueError, match="same_risk_gap"):
        Rule(name="raw", measure="recall", at_most=0.1)


def test_what_would_decide_is_the_square_of_how_much_narrower() -> None:
    (judgement,) = judge(_all(("B", 0.03, 0.02, 500)), GATE).judgements
    assert judgement.outcome is Outcome.PROVISIONAL
    half = judgement.high - 0.03
    assert judgement.needed == pytest.approx((half / 0.02) ** 2)


def test_where_nothing_could_be_judged_the_verdict_is_no_pass() -> None:
    verdict = judge([f for f in _all(("B", 0.2, 0.01, 500)) if f.measure == "share_flagged"], GATE)
    assert (verdict.judgements, verdict.outcome) == ((), Outcome.PROVISIONAL)
