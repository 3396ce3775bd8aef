"""A list weighed against the chosen one: counts as in the rows, changes paired, silence where too few moved."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earlywarn.columns import MET, MISSED, UNKNOWN, Coded
from earlywarn.config.sections import Evidence
from earlywarn.evaluate import HeldOut
from earlywarn.frontier.lists import Contender, Frontier, Kind
from earlywarn.frontier.weighing import GAPS, Compared, weigh, widest
from earlywarn.groups import EVERYONE, Cell

F, N = Cell(("lunch",), ("F",)), Cell(("lunch",), ("N",))
STUDENTS, SCHOOLS = 2400, 30


def made(seed: int = 0) -> tuple[Compared, np.ndarray]:
    """Give students in schools, of two groups, and points that say something of them."""
    rng = np.random.default_rng(seed)
    school = Coded(rng.integers(0, SCHOOLS, STUDENTS).astype(np.int32), tuple(f"S{n}" for n in range(SCHOOLS)))
    poorer = rng.random(STUDENTS) < 0.4
    points = rng.normal(size=STUDENTS) + 0.7 * poorer - 1
    outcome = np.where(rng.random(STUDENTS) < sigmoid(points), MISSED, MET)
    outcome[rng.random(STUDENTS) < 0.1] = UNKNOWN
    ids = np.array([f"{row:05d}" for row in range(STUDENTS)], dtype=object)
    group = Coded(np.where(poorer, 0, 1).astype(np.int32), ("F", "N", "(not recorded)"))
    return Compared(HeldOut(ids, school, outcome, 3, STUDENTS), "lunch", group, "N", Evidence()), points


def sigmoid(points: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-points))


def contender(compared: Compared, points: np.ndarray, name: str = "chosen", kind: Kind = Kind.CHOSEN) -> Contender:
    return Contender(name, name, kind, "", points, sigmoid(points), compared.test.make_list(points, 0.2))


def pair(compared: Compared, points: np.ndarray, seed: int = 1) -> tuple[Contender, Contender]:
    """Give the chosen list and one that holds more students without free lunch."""
    noise = np.random.default_rng(seed).normal(scale=0.3, size=STUDENTS)
    other = points + noise - 0.6 * (compared.group.codes == 0)
    return contender(compared, points), contender(compared, other, "other", Kind.MITIGATED)


def test_found_and_flagged_in_vain_are_counted_as_the_rows_are() -> None:
    compared, points = made()
    both = pair(compared, points)
    for step, each in zip(weigh(both, compared), both, strict=True):
        for cell, rows in ((EVERYONE, slice(None)), (F, compared.group.codes == 0), (N, compared.group.codes == 1)):
            outcome, flagged = compared.test.outcome[rows], each.listed.flagged[rows]
            group = step.group(cell)
            assert (group.missed, group.met) == ((outcome == MISSED).sum(), (outcome == MET).sum())
            assert group.found == pytest.approx((flagged & (outcome == MISSED)).sum())
            assert group.in_vain == pytest.approx((flagged & (outcome == MET)).sum())
        assert step.recall == pytest.approx(step.group(EVERYONE).found / step.group(EVERYONE).missed)


def test_the_chosen_list_has_no_change_and_the_others_the_difference_of_the_two() -> None:
    compared, points = made()
    own, other = weigh(pair(compared, points), compared)
    assert own.recall_change is None
    assert all(moved.change is None for moved in own.moved)
    assert other.recall_change.value == pytest.approx(other.recall - own.recall)
    for measure in GAPS:
        now, before = (step.gap(measure, F) for step in (other, own))
        assert now.change.value == pytest.approx(now.value - before.value)
    for cell in (EVERYONE, F, N):
        now, before = other.group(cell), own.group(cell)
        assert now.more_found.value == pytest.approx(now.found - before.found)
        assert now.more_in_vain.value == pytest.approx(now.in_vain - before.in_vain)


def test_a_change_has_the_error_of_a_jackknife_that_makes_both_lists_anew() -> None:
    compared, points = made()
    both = pair(compared, points)
    test, school = compared.test, compared.test.school.codes

    def found_more(rows: np.ndarray) -> float:
        missed = test.outcome[rows] == MISSED
        lists = [np.argsort(np.argsort(-each.points[rows])) < round(0.2 * rows.sum()) for each in both]
        return float(lists[1][missed].mean() - lists[0][missed].mean())

    without = np.array([found_more(school != place) for place in range(SCHOOLS)])
    error = np.sqrt((SCHOOLS - 1) / SCHOOLS * ((without - without.mean()) ** 2).sum())
    assert weigh(both, compared)[1].recall_change.se == pytest.approx(error, rel=0.25)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_the_order_of_the_rows_changes_nothing(seed: int) -> None:
    compared, points = made()
    shuffle = np.random.default_rng(seed).permutation(STUDENTS)
    test = compared.test
    mixed = replace(
        compared,
        test=replace(
            test,
            student_id=test.student_id[shuffle],
            school=test.school.take(shuffle),
            outcome=test.outcome[shuffle],
        ),
        group=compared.group.take(shuffle),
    )
    one, other = pair(compared, points)
    again = [contender(mixed, each.points[shuffle], each.name, each.kind) for each in (one, other)]
    before, after = weigh((one, other), compared)[1], weigh(again, mixed)[1]
    assert after.recall_change.value == pytest.approx(before.recall_change.value)
    assert after.recall_change.se == pytest.approx(before.recall_change.se)
    assert after.gap("same_risk_gap", F).value == pytest.approx(before.gap("same_risk_gap", F).value)


def test_a_list_that_moves_a_handful_has_no_interval() -> None:
    compared, points = made()
    own = contender(compared, points)
    at_the_cut = np.argsort(own.listed.rank)[int(0.2 * STUDENTS) - 3 : int(0.2 * STUDENTS) + 3]
    few = points.copy()
    few[at_the_cut] = points[at_the_cut][::-1]
    step = weigh((own, contender(compared, few, "few", Kind.REMOVAL)), compared)[1]
    assert step.recall_change is None
    assert step.group(F).more_found is None
    assert step.gap("recall", F).change is None
    assert step.gap("recall", F).reason == ""


def test_a_bound_that_draws_lots_has_no_interval() -> None:
    compared, points = made()
    own, other = pair(compared, points)
    step = weigh((own, replace(other, kind=Kind.BOUND)), compared)[1]
    assert step.recall_change is None
    assert all(moved.change is None for moved in step.moved)
    assert step.recall != weigh((own, other), compared)[0].recall


def test_a_small_group_says_what_it_lacks_and_is_never_the_widest() -> None:
    compared, points = made()
    few = np.where(np.arange(STUDENTS) < 12, 2, compared.group.codes).astype(np.int32)
    small = replace(compared, group=Coded(few, compared.group.names))
    step = weigh(pair(small, points), small)[0]
    gap = step.gap("recall", Cell(("lunch",), ("(not recorded)",)))
    assert gap.reason.startswith("too little data: fewer than 30 students with a known outcome")
    assert widest(step, step)["recall"] == F


def test_without_a_reference_each_group_is_compared_with_all_others() -> None:
    compared, points = made()
    step = weigh(pair(compared, points), replace(compared, reference=None))[0]
    assert {moved.cell: moved.versus for moved in step.moved} == {F: "all others", N: "all others"}
    assert step.gap("recall", F).value == pytest.approx(-step.gap("recall", N).value)


def test_a_frontier_gives_its_lists_by_kind() -> None:
    compared, points = made()
    frontier = Frontier("lunch", {}, weigh(pair(compared, points), compared))
    assert frontier.chosen.contender.name == "chosen"
    assert [step.contender.name for step in frontier.of(Kind.MITIGATED, Kind.MIXTURE)] == ["other"]


def test_a_gap_that_the_test_cannot_tell_is_not_followed() -> None:
    compared, points = made()
    own = contender(compared, points)
    taught = weigh([own], replace(compared, reference=None))[0]
    few = np.where(compared.group.codes == 1, 2, compared.group.codes).astype(np.int32)
    few[:5] = 1
    tested = weigh([own], replace(compared, group=Coded(few, compared.group.names), reference=None))[0]
    assert set(widest(taught, taught).values()) <= {F, N}
    assert widest(taught, tested) == {"recall": F, "false_alarm_rate": F}
