"""Tables that no district should have, by the thousand: the audit shows no false number and never breaks."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from earlywarn.audit import measures as m
from earlywarn.audit import sheets
from earlywarn.audit.fairlearn import METRICS, confusion_measures
from earlywarn.audit.figures import Figure, Form
from earlywarn.audit.ranked import INTERCEPT, SLOPE
from earlywarn.audit.sheets import NOT_SCORED
from earlywarn.audit.subject import RECALL_GAIN, Cut, Subject, audit_figures
from earlywarn.capacity import given_list, make_list
from earlywarn.columns import MET, MISSED, UNKNOWN, Coded
from earlywarn.config.sections import Attribute, Evidence, Groups
from earlywarn.groups import MISSING, GroupTable, Membership, membership
from earlywarn.histograms import Presence, Scored
from tests.audit.brute import Brute, has_shift, has_slope, surplus

TABLES = int(os.environ.get("EARLYWARN_TABLES", "60"))
"""How many are held against rows, and a fifth as many for each law; ``make tables`` asks for more."""

EVIDENCE = Evidence(schools=2, students=1, events=1, non_events=1)
CODES = {"a": ("x", "y", "z", MISSING), "b": ("p", "q", MISSING)}
"""z is declared and nobody has it."""


def _groups(least: int) -> Groups:
    """Give the plan of the groups; least may be less than a config may say, so that small groups are checked too."""
    attributes = {
        "a": Attribute(column="a", title="A", values={"x": "X", "y": "Y", "z": "Z"}, reference="y"),
        "b": Attribute(column="b", title="B", values={"p": "P", "q": "Q"}),
    }
    return Groups(attributes=attributes).model_copy(update={"privacy_minimum": least})


@dataclass(frozen=True)
class Plan:
    """What a table is to be like; the rest is chance."""

    students: int
    schools: int
    outcomes: tuple[float, float, float]
    risks: tuple[float, ...]
    listed: str
    shares: tuple[float, float]
    least: int
    seed: int


OUTCOMES = st.sampled_from(
    [(0.5, 0.4, 0.1), (0.9, 0.1, 0), (0.2, 0.8, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (0.3, 0.1, 0.6)]
)
RISKS = st.sampled_from([(), (), (0.5,), (0.0, 1.0), (0.0, 0.3, 1.0), (0.2, 0.4, 0.6), (1.0,)])
LISTS = st.sampled_from(["short", "half", "long", "nobody", "everyone", "fixed"])
SEATS = {"short": 0.1, "half": 0.5, "long": 0.9, "nobody": 0.0, "everyone": 1.0}
PLANS = st.builds(
    Plan,
    students=st.integers(1, 60),
    schools=st.sampled_from([1, 2, 3, 4, 6, 40]),
    outcomes=OUTCOMES,
    risks=RISKS,
    listed=LISTS,
    shares=st.sampled_from([(0.5, 0.5), (0.05, 0.9), (1.0, 0.0), (0.0, 1.0)]),
    least=st.sampled_from([1, 1, 3, 10]),
    seed=st.integers(0, 2**32 - 1),
)


def drawn(plan: Plan) -> Subject:
    """Draw a table; some students of its schools are not scored."""
    rng = np.random.default_rng(plan.seed)
    n = plan.students
    ids = np.array([str(row) for row in range(n)], dtype=object)
    school = Coded(rng.integers(0, plan.schools, n).astype(np.int32), tuple(map(str, range(plan.schools))))
    a = np.where(rng.random(n) < plan.shares[0], 0, np.where(rng.random(n) < 0.9, 1, 3))
    b = np.where(rng.random(n) < plan.shares[1], 0, np.where(rng.random(n) < 0.9, 1, 2))
    table = GroupTable({k: Coded(c.astype(np.int32), CODES[k]) for k, c in (("a", a), ("b", b))})
    cells = membership(table, 2 if plan.seed % 4 == 0 else 1)
    risk = rng.choice(plan.risks, n) if plan.risks else rng.random(n)
    outcome = rng.choice([MET, MISSED, UNKNOWN], n, p=plan.outcomes)
    held = rng.random(n) < 0.85
    scored = Scored(school, cells, risk, outcome, given_list(risk >= 0.5))
    if plan.listed != "fixed":
        scored = replace(scored, listed=make_list(risk, ids, 3, round(SEATS[plan.listed] * n)))
    other = replace(scored, listed=make_list(rng.choice([0.0, 1.0, 2.0], n), ids, 3, scored.listed.seats))
    presence = Presence(school, cells, {NOT_SCORED: ~held})
    return Subject(scored, presence, cuts=(Cut("stated", 0.4),), against={RECALL_GAIN: other})


@pytest.fixture(autouse=True)
def _quick_point_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fairlearn's point values take nine tenths of an audit; the last test says that these are the same."""
    monkeypatch.setattr(sheets, "confusion_measures", _ours)


def _ours(counts: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({name: m.left_out(m.BY_NAME[name], counts[None, None])[0] for name in METRICS})


@settings(max_examples=TABLES, deadline=None)
@given(PLANS)
def test_no_table_yields_a_false_number(plan: Plan) -> None:
    subject, groups = drawn(plan), _groups(plan.least)
    brute = Brute(subject, groups)
    for figure in audit_figures(subject, groups, EVIDENCE):
        smallest = min(side.sum() for side in brute.sides(figure))
        if smallest < plan.least:
            _shows_nothing(figure)
        elif figure.measure in (SLOPE, INTERCEPT):
            _is_a_fit(figure, brute)
        else:
            _is_told_as_it_is(figure, brute)
        _has_an_interval_or_a_reason(figure)


def _shows_nothing(figure: Figure) -> None:
    assert np.isnan(figure.value)
    assert figure.estimate is None
    assert figure.rough is None
    assert figure.students == figure.events == figure.non_events == 0
    assert figure.reason.startswith(("nobody in this group", "fewer than"))


def _is_told_as_it_is(figure: Figure, brute: Brute) -> None:
    if figure.measure == "auc" and figure.versus == "all others":
        assert np.isnan(figure.value)  # rows of all others are not ranked: no figure, and it says so
        return
    assert figure.value == pytest.approx(brute.value(figure), abs=1e-9, nan_ok=True)


def _is_a_fit(figure: Figure, brute: Brute) -> None:
    """A slope or intercept of a group alone makes the residuals vanish; where none is finite it is NaN."""
    if figure.versus:
        return
    rows = brute.rows(figure).of(brute.sides(figure)[0])
    if figure.measure == INTERCEPT:
        assert np.isnan(figure.value) == (not has_shift(rows))
        assert np.isnan(figure.value) or surplus(rows, figure.value, 1.0)[0] == pytest.approx(0, abs=1e-6)
    else:
        assert np.isnan(figure.value) == (not has_slope(rows))


def _has_an_interval_or_a_reason(figure: Figure) -> None:
    assert (figure.estimate is None) == bool(figure.reason)
    for found in (figure.estimate, figure.rough):
        if found is not None:
            low, high = found.interval(0.95)
            assert low <= figure.value + 1e-12
            assert figure.value - 1e-12 <= high
            assert high - low > 1e-9
            if figure.form is Form.VALUE and (figure.measure in m.BY_NAME and m.BY_NAME[figure.measure].is_share):
                assert 0 <= low <= high <= 1


@settings(max_examples=TABLES // 5, deadline=None)
@given(PLANS)
def test_the_order_of_students_changes_nothing(plan: Plan) -> None:
    subject, groups = drawn(plan), _groups(plan.least)
    order = np.random.default_rng(plan.seed).permutation(plan.students)
    _same(audit_figures(subject, groups, EVIDENCE), audit_figures(_taken(subject, order), groups, EVIDENCE))


@settings(max_examples=TABLES // 5, deadline=None)
@given(PLANS)
def test_the_names_of_schools_change_nothing(plan: Plan) -> None:
    subject, groups = drawn(plan), _groups(plan.least)
    places = np.random.default_rng(plan.seed).permutation(plan.schools)
    school = Coded(places[subject.scored.school.codes].astype(np.int32), subject.scored.school.names)
    renamed = replace(
        subject,
        scored=replace(subject.scored, school=school),
        presence=replace(subject.presence, school=school),
        against={name: replace(other, school=school) for name, other in subject.against.items()},
    )
    _same(audit_figures(subject, groups, EVIDENCE), audit_figures(renamed, groups, EVIDENCE))


@settings(max_examples=TABLES // 5, deadline=None)
@given(PLANS)
def test_the_order_of_groups_changes_nothing(plan: Plan) -> None:
    """Renaming a group is giving its cell another place."""
    subject, groups = drawn(plan), _groups(plan.least)
    cells = subject.scored.groups.cells
    places = np.concatenate([[0], 1 + np.random.default_rng(plan.seed).permutation(len(cells) - 1)])
    moved = tuple(cells[place] for place in np.argsort(places))
    turned = Membership(moved, places[subject.scored.groups.codes].astype(np.int32))
    renamed = replace(
        subject,
        scored=replace(subject.scored, groups=turned),
        presence=replace(subject.presence, groups=turned),
        against={name: replace(other, groups=turned) for name, other in subject.against.items()},
    )
    after = {_key(figure): figure for figure in audit_figures(renamed, groups, EVIDENCE)}
    before = audit_figures(subject, groups, EVIDENCE)
    _same(before, [after[_key(figure)] for figure in before])


def _key(figure: Figure) -> tuple[object, ...]:
    return figure.measure, figure.cell, figure.versus, figure.form, figure.cut


def _taken(subject: Subject, order: np.ndarray) -> Subject:
    def scored(one: Scored) -> Scored:
        kept = one.listed
        listed = replace(kept, rank=kept.rank[order], flagged=kept.flagged[order], chance=kept.chance[order])
        return Scored(one.school.take(order), one.groups.take(order), one.risk[order], one.outcome[order], listed)

    lacks = {name: lacking[order] for name, lacking in subject.presence.lacks.items()}
    here = subject.presence
    return replace(
        subject,
        scored=scored(subject.scored),
        presence=replace(here, school=here.school.take(order), groups=here.groups.take(order), lacks=lacks),
        against={name: scored(other) for name, other in subject.against.items()},
    )


def _same(before: Iterator[Figure], after: Iterator[Figure]) -> None:
    for one, other in zip(before, after, strict=True):
        assert _key(one) == _key(other)
        assert one.reason == other.reason
        assert one.value == pytest.approx(other.value, abs=1e-9, nan_ok=True)
        if one.estimate is not None:
            assert one.estimate.interval(0.9) == pytest.approx(other.estimate.interval(0.9), rel=1e-6, abs=1e-8)


@settings(max_examples=max(TABLES // 50, 5), deadline=None)
@given(PLANS)
def test_fairlearn_says_the_same_of_such_tables(plan: Plan) -> None:
    subject = drawn(plan)
    assume(plan.students > 1)
    cells = len(subject.scored.groups.cells)
    counts = np.zeros((cells, 3, 2))
    chance = subject.scored.listed.chance
    for codes in subject.scored.groups.codes:
        for flag, weight in ((1, chance), (0, 1 - chance)):
            np.add.at(counts, (codes, subject.scored.outcome, flag), weight)
    told = confusion_measures(counts)[list(METRICS)].to_numpy()
    np.testing.assert_allclose(told, _ours(counts).to_numpy(), atol=1e-12, rtol=0)
