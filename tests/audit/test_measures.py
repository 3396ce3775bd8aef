"""Our rates against Fairlearn's, brute force over rows, and simulation."""

from dataclasses import replace

import numpy as np
import pytest
from fairlearn.metrics import (
    MetricFrame,
    false_negative_rate,
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from earlywarn.audit import measures as m
from earlywarn.audit.fairlearn import METRICS, confusion_measures
from earlywarn.audit.figures import Figure
from earlywarn.audit.sheets import NOT_SCORED
from earlywarn.audit.subject import RECALL_GAIN, SAME_RISK_GAP, Subject, audit_figures
from earlywarn.capacity import make_list
from earlywarn.columns import MET, MISSED, UNKNOWN, Coded
from earlywarn.config.sections import Attribute, Evidence, Groups
from earlywarn.estimate import Scale
from earlywarn.groups import EVERYONE, Cell, GroupTable, membership
from earlywarn.histograms import Presence, Scored, Sums, count, discordance, risk_edges
from earlywarn.intervals import jackknife_errors

GROUPS = Groups(
    attributes={
        "lunch": Attribute(
            column="lunch", title="Free lunch", values={"F": "Free lunch", "N": "Others"}, reference="N"
        ),
        "sex": Attribute(column="sex", title="Sex", values={"F": "Girls", "M": "Boys"}),
    }
)


def students(n: int = 3000, schools: int = 30, seed: int = 0, luck: float = 0.4, gap: float = 0.0) -> Scored:
    """Draw students whose stated risk is true, up to school luck and a gap for free lunch."""
    rng = np.random.default_rng(seed)
    school = rng.integers(0, schools, n)
    lunch = rng.integers(0, 2, n)
    logit = rng.normal(size=n) - 0.8 + 0.5 * (lunch == 0)
    true = logit + rng.normal(scale=luck, size=schools)[school] + gap * (lunch == 0)
    outcome = np.where(rng.random(n) < 1 / (1 + np.exp(-true)), MISSED, MET)
    outcome[rng.random(n) < 0.2] = UNKNOWN
    ids = np.array([str(row) for row in range(n)], dtype=object)
    table = GroupTable(
        {
            "lunch": Coded(lunch.astype(np.int32), ("F", "N", "(not recorded)")),
            "sex": Coded(rng.integers(0, 2, n).astype(np.int32), ("F", "M", "(not recorded)")),
        }
    )
    codes = Coded(school.astype(np.int32), tuple(str(s) for s in range(schools)))
    listed = make_list(logit, ids, 1, n // 5)
    return Scored(codes, membership(table, 2), 1 / (1 + np.exp(-logit)), outcome, listed)


def sums_of(scored: Scored) -> Sums:
    return count(scored, risk_edges(scored.risk))


def fairlearn_values(sums: Sums) -> dict[tuple[str, Cell], float]:
    told = confusion_measures(sums.counts().sum(axis=0))
    return {(name, cell): float(told[name].iloc[place]) for name in METRICS for place, cell in enumerate(sums.cells)}


def audited(scored: Scored, other: Scored | None = None) -> tuple[Figure, ...]:
    """Audit a list, held against another one or itself."""
    presence = Presence(scored.school, scored.groups, {NOT_SCORED: np.zeros(len(scored.risk), dtype=bool)})
    return audit_figures(Subject(scored, presence, against={RECALL_GAIN: other or scored}), GROUPS, Evidence())


def test_sums_add_up_to_the_students() -> None:
    scored = students()
    sums = sums_of(scored)
    assert sums.counts()[:, 0].sum() == 3000
    for cell in sums.cells:
        rows = (scored.groups.codes == sums.place(cell)).any(axis=0)
        held = sums.values[:, :, sums.place(cell)]
        assert held[0].sum() == rows.sum()
        assert held[1].sum() == pytest.approx(scored.risk[rows].sum())
        assert held[2].sum() == pytest.approx((scored.risk[rows] ** 2).sum())


@settings(max_examples=25, deadline=None)
@given(st.integers(30, 400), st.integers(0, 10_000))
def test_confusion_measures_equal_fairlearn_row_by_row(n: int, seed: int) -> None:
    scored = students(n, 5, seed)
    sums, found = sums_of(scored), fairlearn_values(sums_of(scored))
    known = scored.outcome != UNKNOWN
    for codes in scored.groups.codes:
        frame = MetricFrame(
            metrics={
                "recall": true_positive_rate,
                "overlooked_share": false_negative_rate,
                "false_alarm_rate": false_positive_rate,
            },
            y_true=(scored.outcome[known] == MISSED).astype(int),
            y_pred=scored.listed.flagged[known].astype(int),
            sensitive_features=codes[known],
        ).by_group
        for code, row in frame.iterrows():
            cell = sums.cells[code]
            events = (scored.outcome[known & (codes == code)] == MISSED).sum()
            for name, value in row.items():
                needed = events if name != "false_alarm_rate" else (known & (codes == code)).sum() - events
                ours = m.value_of(m.BY_NAME[name], sums.values[:, :, sums.place(cell)].sum(axis=2))
                if needed:
                    assert ours == pytest.approx(value, abs=1e-12)
                    assert found[name, cell] == pytest.approx(value, abs=1e-12)
                else:
                    assert np.isnan(ours)
                    assert np.isnan(found[name, cell])


def test_share_flagged_counts_students_of_unknown_outcome_too() -> None:
    scored = students()
    found = fairlearn_values(sums_of(scored))
    assert found["share_flagged", EVERYONE] == pytest.approx(
        selection_rate(np.zeros(3000), scored.listed.flagged.astype(int)), abs=1e-12
    )


def test_excess_measures_equal_their_formulas_by_rows() -> None:
    scored = students()
    sums = sums_of(scored).values[:, :, 0].sum(axis=2)
    known, flagged, risk = scored.outcome != UNKNOWN, scored.listed.flagged, scored.risk
    missed, met = scored.outcome == MISSED, scored.outcome == MET
    overlooked = (missed & ~flagged).sum() / missed.sum() - risk[known & ~flagged].sum() / risk[known].sum()
    alarms = (met & flagged).sum() / met.sum() - (1 - risk)[known & flagged].sum() / (1 - risk)[known].sum()
    assert m.value_of(m.EXCESS_OVERLOOKED, sums) == pytest.approx(overlooked, abs=1e-12)
    assert m.value_of(m.EXCESS_FALSE_ALARMS, sums) == pytest.approx(alarms, abs=1e-12)


def test_true_risks_leave_nothing_to_explain() -> None:
    sums = sums_of(students(60_000, 200, luck=0.0)).values[:, :, 0].sum(axis=2)
    for measure in (m.EXCESS_OVERLOOKED, m.EXCESS_FALSE_ALARMS, m.CALIBRATION_GAP):
        assert m.value_of(measure, sums) == pytest.approx(0, abs=0.015)


def _gap_by_rows(scored: Scored, edges: np.ndarray, rows: np.ndarray) -> float:
    """Mantel-Haenszel risk difference straight from rows."""
    place = np.searchsorted(edges, scored.risk, side="right")
    lunch = (scored.groups.codes == 1).any(axis=0)  # cell 1 is lunch F: after everyone
    known = rows & (scored.outcome != UNKNOWN)
    top = bottom = 0.0
    for stratum in np.unique(place):
        ours, theirs = (known & (place == stratum) & (lunch == side) for side in (True, False))
        n, k = ours.sum(), theirs.sum()
        if n and k:
            a, b = (scored.outcome[ours] == MISSED).sum(), (scored.outcome[theirs] == MISSED).sum()
            top += (a * k - b * n) / (n + k)
            bottom += n * k / (n + k)
    return top / bottom


def test_the_same_risk_gap_and_its_jackknife_equal_rows_left_out_one_school_at_a_time() -> None:
    scored = students(gap=0.6)
    edges = risk_edges(scored.risk)
    sums = sums_of(scored)
    sides = [sums.values[0, :, sums.place(Cell(("lunch",), (v,)))].sum(-1) for v in ("F", "N")]
    value, without = m.same_risk_gap(*sides)
    everyone = np.ones(3000, dtype=bool)
    assert value == pytest.approx(_gap_by_rows(scored, edges, everyone), abs=1e-12)
    by_rows = [_gap_by_rows(scored, edges, scored.school.codes != school) for school in range(30)]
    assert without == pytest.approx(by_rows, abs=1e-12)
    assert value > 0.05


@pytest.mark.parametrize("measure", [m.RECALL, m.PRECISION], ids=lambda measure: measure.name)
def test_intervals_know_that_the_cut_was_estimated(measure: m.Measure) -> None:
    """Against 400 fresh districts: the mean standard error is the true spread; ignoring the cut, recall's is not."""
    values, known, ignored = [], [], []
    for seed in range(400):
        sums = sums_of(students(1500, 40, seed, luck=0.6))
        plain, aware = (whole[:, :, 0].sum(axis=2) for whole in (sums.values, sums.knowing_the_cut()))
        values.append(m.value_of(measure, plain))
        known.append(jackknife_errors(m.without_each_school(measure, aware)[:, None])[0][0])
        ignored.append(jackknife_errors(m.without_each_school(measure, plain)[:, None])[0][0])
    spread = np.std(values)
    assert np.mean(known) == pytest.approx(spread, rel=0.12)
    if measure is m.RECALL:
        assert np.mean(ignored) > 1.2 * spread


def _figures(scored: Scored, other: Scored | None = None) -> dict[tuple[str, str, bool], Figure]:
    return {(f.measure, f.cell.slug, bool(f.versus)): f for f in audited(scored, other) if f.is_main}


def test_a_list_gains_nothing_over_itself_and_says_so_with_a_width() -> None:
    gain = _figures(students())[RECALL_GAIN, "all", False]
    assert gain.value == 0
    low, high = gain.estimate.interval(0.95)
    assert -0.05 < low < 0 < high < 0.05


def test_a_gain_that_rests_on_few_students_takes_its_width_from_those_whom_one_list_alone_found() -> None:
    scored = students()
    chance = scored.listed.chance.copy()
    first = np.flatnonzero((scored.outcome == MISSED) & (chance == 1))[:3]
    chance[first] = 0.0
    other = replace(scored, listed=replace(scored.listed, chance=chance))
    gain = _figures(scored, other)[RECALL_GAIN, "all", False]
    missed = (scored.outcome == MISSED).sum()
    assert gain.value == pytest.approx(3 / missed)
    assert gain.estimate.scale is Scale.MOVER
    assert gain.estimate.interval(0.95)[0] < 0


def test_the_lists_differ_by_those_whom_one_alone_found() -> None:
    scored = students()
    assert sum(part.sum() for part in discordance(scored, scored)) == 0
    noise = make_list(np.random.default_rng(3).normal(size=3000), np.array([str(r) for r in range(3000)]), 1, 600)
    other = Scored(scored.school, scored.groups, scored.risk, scored.outcome, noise)
    missed = scored.outcome == MISSED
    gained, lost = (part[:, 0].sum() for part in discordance(scored, other))
    assert gained == (scored.listed.flagged & ~noise.flagged & missed).sum()
    assert lost == (~scored.listed.flagged & noise.flagged & missed).sum()


def test_tied_scores_are_judged_over_all_orders_of_the_tie() -> None:
    """Three values for 3,000 students: another seed of the tie changes the list, and no figure."""
    scored = students()
    ids = np.array([str(row) for row in range(3000)], dtype=object)
    coarse = np.digitize(scored.risk, [0.3, 0.6]).astype(float)
    lists = [make_list(coarse, ids, seed, 600) for seed in (1, 2)]
    assert (lists[0].flagged != lists[1].flagged).any()
    sums = [sums_of(Scored(scored.school, scored.groups, scored.risk, scored.outcome, one)) for one in lists]
    assert sums[0].counts() == pytest.approx(sums[1].counts())
    assert sums[0].counts()[:, 0, :, 1].sum() == pytest.approx(600)


def test_a_group_without_events_is_undefined_and_named() -> None:
    scored = students()
    lunch = (scored.groups.codes == 1).any(axis=0)
    scored.outcome[lunch & (scored.outcome == MISSED)] = MET
    figure = _figures(scored)["recall", "lunch-F", False]
    assert np.isnan(figure.value)
    assert figure.estimate is None
    assert figure.reason.startswith("undefined")


def test_a_group_of_six_is_too_small_to_be_shown() -> None:
    scored = students(300)
    codes = scored.groups.codes.copy()
    for row in codes:
        row[:6] = np.where(np.isin(row[:6], [1, 2]), 3, row[:6])  # lunch not recorded
    few = _figures(
        Scored(
            scored.school,
            type(scored.groups)(scored.groups.cells, codes),
            scored.risk,
            scored.outcome,
            scored.listed,
        )
    )
    figure = few["recall", "lunch-missing", False]
    assert figure.reason == "fewer than 10 students: not shown"
    assert np.isnan(figure.value)
    assert (figure.students, figure.events) == (0, 0)


def test_a_declared_group_that_nobody_has_stands_in_the_table() -> None:
    assert _figures(students())["recall", "lunch-missing", False].reason == "nobody in this group"


def test_too_few_schools_is_told_with_what_is_needed() -> None:
    figure = _figures(students(600, schools=5))[SAME_RISK_GAP, "lunch-F", True]
    assert figure.estimate is None
    assert figure.reason.startswith("too little data: ")
    assert "effective schools, 8 are needed" in figure.reason


def test_shuffling_students_changes_no_figure() -> None:
    scored = students(400, 12)
    order = np.random.default_rng(2).permutation(400)
    groups = type(scored.groups)(scored.groups.cells, scored.groups.codes[:, order])
    kept = scored.listed
    listed = type(kept)(kept.rank[order], kept.flagged[order], kept.seats, kept.chance[order])
    mixed = Scored(scored.school.take(order), groups, scored.risk[order], scored.outcome[order], listed)
    after = _figures(mixed)
    for key, figure in _figures(scored).items():
        assert after[key].value == pytest.approx(figure.value, nan_ok=True, abs=1e-12)


def test_the_audits_point_values_are_fairlearns() -> None:
    scored = students(1200, 20)
    sums = sums_of(scored)
    found = fairlearn_values(sums)
    shown = [f for f in _figures(scored).values() if (f.measure, f.cell) in found and not f.versus and f.students]
    assert len(shown) > 20
    assert all(f.value == found[f.measure, f.cell] for f in shown if not np.isnan(f.value))


def test_before_outcomes_are_known_only_who_is_flagged_is_measured() -> None:
    scored = students(200)
    scored = replace(scored, outcome=np.full(200, UNKNOWN))
    presence = Presence(scored.school, scored.groups, {NOT_SCORED: np.zeros(200, dtype=bool)})
    figures = audit_figures(Subject(scored, presence), GROUPS, Evidence())
    assert {figure.measure for figure in figures} == {"share_flagged", "unknown_share", NOT_SCORED}
