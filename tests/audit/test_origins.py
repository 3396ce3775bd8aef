"""Where gaps come from: exact sums, constructed cases, schools left out, lists that ignore the points."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earlywarn.audit import tallies as t
from earlywarn.audit.lines import Lines
from earlywarn.audit.origins import Gap, Origin, Source, origins
from earlywarn.audit.schools import contrast, without_each_school
from earlywarn.audit.subject import Subject, audit_figures
from earlywarn.capacity import Listed, make_list
from earlywarn.columns import MET, MISSED, UNKNOWN, Coded, InputSpec, InputType
from earlywarn.config.sections import Attribute, Evidence, Groups
from earlywarn.groups import MISSING, Cell, GroupTable, membership
from earlywarn.histograms import Presence, Scored
from earlywarn.inputs import Values
from earlywarn.intervals import jackknife_errors
from earlywarn.scorecard.points import total_points
from earlywarn.scorecard.table import Kind, PointsTable, Scorecard

GROUPS = Groups(
    attributes={
        "lunch": Attribute(
            column="lunch", title="Free lunch", values={"F": "Free lunch", "N": "Others"}, reference="N"
        ),
        "sex": Attribute(column="sex", title="Sex", values={"F": "Girls", "M": "Boys"}),
    }
)
LUNCH, OTHERS = Cell(("lunch",), ("F",)), Cell(("lunch",), ("N",))
GIRLS, BOYS = Cell(("sex",), ("F",)), Cell(("sex",), ("M",))
OUTCOMES = {Gap.SHARE_FLAGGED: (MET, MISSED, UNKNOWN), Gap.FALSE_ALARMS: (MET,), Gap.OVERLOOKED: (MISSED,)}
NOBODY_ASKS = Evidence(schools=2, students=1, events=1, non_events=1)


def spec(name: str, kind: InputType = InputType.NUMBER) -> InputSpec:
    return InputSpec(name, name, kind, name.capitalize())


CARD = Scorecard(
    "made-up",
    "piecewise",
    -1.0,
    (
        PointsTable(spec("reading"), Kind.PIECES, (-2.0, 0.0, 2.0), (1.2, -0.1, -0.9), 0.4, 0.0),
        PointsTable(spec("days"), Kind.STEPS, (5.0, 10.0), (-0.3, 0.2, 0.8), None, 3.0),
        PointsTable(spec("class", InputType.CATEGORY), Kind.CATEGORIES, ("a", "b"), (0.2, -0.3), 0.6, "a"),
        PointsTable(spec("age"), Kind.PIECES, (-3.0, 3.0), (-0.6, 0.6), 0.1, 0.0),
    ),
    (),
)
INPUTS = [table.spec.name for table in CARD.tables]


def ids(students: int) -> np.ndarray:
    return np.array([str(row) for row in range(students)], dtype=object)


def district(students: int = 1600, schools: int = 40, seed: int = 0, decimals: int = 9) -> tuple[Values, Scored]:
    """Draw a district in which free lunch goes with lower reading, more days absent and more missing results."""
    rng = np.random.default_rng(seed)
    school = rng.integers(0, schools, students)
    lunch = rng.random(students) < rng.beta(2, 2, schools)[school]
    luck = rng.normal(scale=0.4, size=schools)[school]
    reading = np.round(rng.normal(size=students) - 0.6 * lunch + luck, decimals)
    reading[rng.random(students) < 0.05 + 0.1 * lunch] = np.nan
    days = rng.gamma(2, 2, students) + 2 * lunch * rng.random(students)
    kind = rng.integers(-1, 2, students).astype(np.int32)
    age = np.round(rng.normal(size=students), decimals)
    values: Values = {"reading": reading, "days": days, "class": Coded(kind, ("a", "b")), "age": age}
    outcome = np.where(rng.random(students) < _sigmoid(1.3 * total_points(CARD, values) - 0.3 * luck), MISSED, MET)
    outcome[rng.random(students) < 0.15] = UNKNOWN
    groups = GroupTable(
        {
            "lunch": Coded(np.where(lunch, 0, 1).astype(np.int32), ("F", "N", MISSING)),
            "sex": Coded(rng.integers(0, 2, students).astype(np.int32), ("F", "M", MISSING)),
        }
    )
    codes = Coded(school.astype(np.int32), tuple(str(place) for place in range(schools)))
    return values, scored_by(values, codes, groups, outcome.astype(np.int64), students // 5)


def scored_by(values: Values, school: Coded, groups: GroupTable, outcome: np.ndarray, seats: int) -> Scored:
    points = total_points(CARD, values)
    listed = make_list(points, ids(len(points)), 1, seats)
    return Scored(school, membership(groups, 2), _sigmoid(points), outcome, listed)


def with_list(scored: Scored, chance: np.ndarray) -> Scored:
    """Give the students a list whose cut nobody estimates from them."""
    flagged = chance > 0.5
    return replace(
        scored, listed=Listed(np.zeros(len(chance), dtype=np.int64), flagged, int(flagged.sum()), chance, True)
    )


def seats_by_school(values: Values, scored: Scored) -> Scored:
    chance, points = np.zeros(len(scored.outcome)), total_points(CARD, values)
    for place in range(len(scored.school.names)):
        rows = np.flatnonzero(scored.school.codes == place)
        chance[rows] = make_list(points[rows], ids(len(rows)), 1, len(rows) // 5).chance
    return with_list(scored, chance)


def taken(values: Values, scored: Scored, rows: np.ndarray) -> tuple[Values, Scored]:
    chosen = {name: each.take(rows) if isinstance(each, Coded) else each[rows] for name, each in values.items()}
    kept = scored.listed
    return chosen, Scored(
        scored.school.take(rows),
        scored.groups.take(rows),
        scored.risk[rows],
        scored.outcome[rows],
        Listed(kept.rank[rows], kept.flagged[rows], kept.seats, kept.chance[rows], kept.fixed),
    )


def found(values: Values, scored: Scored, evidence: Evidence | None = None) -> dict[tuple[Gap, Cell], Origin]:
    return {(o.gap, o.cell): o for o in split(CARD, values, scored, evidence or Evidence())}


def split(card: Scorecard, values: Values, scored: Scored, evidence: Evidence) -> tuple[Origin, ...]:
    figures = audit_figures(Subject(scored, Presence(scored.school, scored.groups, {})), GROUPS, evidence)
    return origins(card, values, scored, GROUPS, figures)


def parts_of(origin: Origin) -> np.ndarray:
    return np.array([part.estimate.value for part in origin.parts])


def flag_gap(scored: Scored, outcomes: tuple[int, ...]) -> float | None:
    """Give the mean flag with free lunch less that of others; None where a side is empty."""
    counted = np.isin(scored.outcome, outcomes)
    rows = [(scored.groups.codes == scored.groups.cells.index(cell)).any(axis=0) & counted for cell in (LUNCH, OTHERS)]
    means = [float(scored.listed.chance[each].mean()) for each in rows if each.any()]
    return means[0] - means[1] if len(means) == 2 else None


def splits(values: Values, scored: Scored, bins: int) -> dict[tuple[int, ...], tuple[Lines, np.ndarray]]:
    """Split free lunch against the rest, whatever the evidence, and without each school."""
    held = t.binned(CARD, values, scored.listed, bins)
    tally = t.tallies(CARD, values, scored, held)[0]
    sides = [[t.Those(np.array([cell]), np.array(outcomes)) for cell in (0, 1)] for outcomes in OUTCOMES.values()]
    made = [contrast(tally, *both, held.flagged) for both in sides]
    without = without_each_school(made, CARD, values, scored, held)
    return {o: (each.lines[0], left) for o, each, left in zip(OUTCOMES.values(), made, without, strict=True)}


# ── the law: parts add up ───────────────────────────────────────────────────────────────────────────


@given(
    seed=st.integers(0, 10_000),
    students=st.integers(1, 60),
    schools=st.integers(1, 5),
    decimals=st.integers(0, 3),
    seats=st.integers(0, 60),
    bins=st.integers(1, 80),
)
def test_the_parts_add_up_to_the_gap(
    seed: int, students: int, schools: int, decimals: int, seats: int, bins: int
) -> None:
    """With ties, missing values, one school, everyone flagged and nobody."""
    values, scored = district(students, schools, seed, decimals)
    listed = make_list(total_points(CARD, values), ids(students), 1, seats)
    scored = replace(scored, listed=listed)
    for outcomes, (split, _) in splits(values, scored, bins).items():
        gap = flag_gap(scored, outcomes)
        assert gap is None or split.value.sum() == pytest.approx(gap, abs=1e-12)


def test_every_gap_told_is_the_sum_of_its_parts_and_missing_inputs_of_theirs() -> None:
    values, scored = district()
    told = [origin for origin in found(values, scored).values() if origin.total is not None]
    assert {origin.gap for origin in told} == set(Gap)
    for origin in told:
        assert parts_of(origin).sum() == pytest.approx(origin.total.value, abs=1e-12)
        (missing,) = (part for part in origin.parts if part.source is Source.MISSING)
        assert sum(part.estimate.value for part in origin.missing) == pytest.approx(missing.estimate.value, abs=1e-12)
        assert [part.input for part in origin.parts] == [*INPUTS, "", ""]
        assert [part.input for part in origin.missing] == ["reading", "class", "age"]  # days has no points for it


def test_the_gap_is_that_of_the_flags_and_overlooked_counts_seats_not_given() -> None:
    values, scored = district()
    told = found(values, scored)
    for gap, outcomes in OUTCOMES.items():
        sign = -1 if gap is Gap.OVERLOOKED else 1
        assert told[gap, LUNCH].total.value == pytest.approx(sign * flag_gap(scored, outcomes), abs=1e-12)


@pytest.mark.parametrize(("students", "schools", "seed"), ((3000, 30, 3), (600, 12, 2), (150, 10, 4)))
def test_a_gap_is_the_audits_own_figure(students: int, schools: int, seed: int) -> None:
    """The value and its interval, which knows that the cut is estimated; or the same reason why there is none."""
    values, scored = district(students, schools, seed)
    presence = Presence(scored.school, scored.groups, {})
    figures = audit_figures(Subject(scored, presence), GROUPS, Evidence())
    by_key = {(figure.measure, figure.cell): figure for figure in figures if figure.is_main and figure.versus}
    for (gap, cell), origin in found(values, scored).items():
        figure = by_key[gap.value, cell]
        assert (origin.versus, origin.reason) == (figure.versus, figure.reason)
        if origin.total is not None:
            assert origin.total.value == pytest.approx(figure.value, abs=1e-12)
            assert origin.total.se == pytest.approx(figure.estimate.se, rel=1e-3)
            assert origin.total.df == pytest.approx(figure.estimate.df)


def test_a_school_that_holds_all_of_a_group_gives_no_interval() -> None:
    values, scored = district(600, 12)
    cells, codes = scored.groups.cells, scored.groups.codes.copy()
    sex = next(row for row in codes if cells[row[0]].attributes == ("sex",))
    sex[:] = np.where(scored.school.codes == 3, cells.index(GIRLS), cells.index(BOYS))
    told = found(values, replace(scored, groups=replace(scored.groups, codes=codes)), NOBODY_ASKS)
    assert told[Gap.SHARE_FLAGGED, GIRLS].total is None


# ── how far bins stray from pairs ───────────────────────────────────────────────────────────────────


def _all_pairs(values: Values, scored: Scored) -> np.ndarray:
    ((_, points),) = t.part_blocks(CARD, values, np.arange(len(scored.outcome)))
    lunch = (scored.groups.codes == scored.groups.cells.index(LUNCH)).any(axis=0)
    total, flags = points.sum(axis=0), scored.listed.chance
    apart = total[lunch][:, None] - total[~lunch][None, :]
    step = flags[lunch][:, None] - flags[~lunch][None, :]
    rate = np.divide(step, apart, out=np.zeros_like(apart), where=np.abs(apart) > 0.01)
    inputs = points[:, lunch] @ rate.mean(axis=1) / lunch.sum() - points[:, ~lunch] @ rate.mean(axis=0) / (~lunch).sum()
    return np.append(inputs, np.where(rate == 0, step, 0.0).mean())


def test_bins_of_twenty_students_stray_by_less_than_a_tenth_of_a_student_in_100() -> None:
    values, scored = district(3000)
    split, _ = splits(values, scored, t.bins_for(3000))[OUTCOMES[Gap.SHARE_FLAGGED]]
    assert split.value == pytest.approx(_all_pairs(values, scored), abs=0.001)


@given(st.integers(0, 10_000), st.integers(1, 50), st.booleans())
def test_in_bins_the_share_flagged_never_falls_and_a_list_by_points_leaves_no_surplus(
    seed: int, bins: int, lot: bool
) -> None:
    values, scored = district(60, 5, seed, decimals=0)
    drawn = (np.random.default_rng(seed).random(60) < 0.3).astype(float)
    held = t.binned(CARD, values, with_list(scored, drawn).listed if lot else scored.listed, bins)
    assert (np.diff(held.flagged) >= 0).all()
    assert np.bincount(held.place).min() > 0
    assert held.surplus.sum() == pytest.approx(0, abs=1e-12)
    assert lot or held.surplus == pytest.approx(0, abs=1e-12)


def test_blocks_of_students_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    values, scored = district(500, 12)
    whole = found(values, scored, NOBODY_ASKS)[Gap.SHARE_FLAGGED, LUNCH]
    monkeypatch.setattr(t, "BLOCK", 17)
    by_blocks = found(values, scored, NOBODY_ASKS)[Gap.SHARE_FLAGGED, LUNCH]
    assert parts_of(by_blocks) == pytest.approx(parts_of(whole), abs=1e-12)
    assert by_blocks.parts[0].estimate.se == pytest.approx(whole.parts[0].estimate.se)


# ── what must not matter ────────────────────────────────────────────────────────────────────────────


def test_shuffling_students_changes_nothing() -> None:
    values, scored = district(600, 15)
    order = np.random.default_rng(1).permutation(600)
    before, after = found(values, scored), found(*taken(values, scored, order))
    for key, origin in before.items():
        assert after[key].reason == origin.reason
        assert parts_of(after[key]) == pytest.approx(parts_of(origin), abs=1e-12)
        for one, other in zip(origin.parts, after[key].parts, strict=True):
            assert other.estimate.se == pytest.approx(one.estimate.se, abs=1e-12)


def test_swapping_the_groups_turns_every_sign() -> None:
    told = found(*district())
    for gap in Gap:
        girls, boys = told[gap, GIRLS], told[gap, BOYS]
        assert girls.total.value == pytest.approx(-boys.total.value, abs=1e-12)
        assert parts_of(girls) == pytest.approx(-parts_of(boys), abs=1e-12)
        assert girls.total.se == pytest.approx(boys.total.se)


def test_the_order_in_which_ties_are_broken_changes_nothing() -> None:
    values, scored = district(800, 20, decimals=0)
    points = np.round(total_points(CARD, values), 0)  # a list of coarse scores, hundreds of them tied at the cut
    lists = [make_list(points, ids(800), seed, 160) for seed in (1, 2)]
    assert (lists[0].flagged != lists[1].flagged).any()
    one, other = (found(values, with_list(scored, listed.chance)) for listed in lists)
    assert parts_of(one[Gap.SHARE_FLAGGED, LUNCH]) == pytest.approx(parts_of(other[Gap.SHARE_FLAGGED, LUNCH]))


def test_groups_never_touch_the_model() -> None:
    """Other groups, same scorecard, same bins; and nothing that was given is written to."""
    values, scored = district(600, 15)
    for column in values.values():
        (column.codes if isinstance(column, Coded) else column).flags.writeable = False
    before = CARD.sha256
    split(CARD, values, scored, Evidence())
    assert CARD.sha256 == before
    held = t.binned(CARD, values, scored.listed, 30)
    shuffled = np.random.default_rng(4).permutation(600)
    mixed = replace(scored, groups=scored.groups.take(shuffled))
    sums = [t.tallies(CARD, values, each, held)[0].points.sum(axis=(0, 1)) for each in (scored, mixed)]
    assert sums[0] == pytest.approx(sums[1], abs=1e-9)


# ── constructed cases ───────────────────────────────────────────────────────────────────────────────


def _share(values: Values, scored: Scored) -> dict[str, float]:
    origin = found(values, scored)[Gap.SHARE_FLAGGED, LUNCH]
    return {part.input or part.source.value: part.estimate.value for part in origin.parts}


def test_an_input_with_the_same_points_for_everyone_brings_nothing() -> None:
    values, scored = district()
    values = {**values, "days": np.full(1600, 7.0)}
    points = total_points(CARD, values)
    listed = make_list(points, ids(1600), 1, 320)
    assert _share(values, replace(scored, listed=listed))["days"] == pytest.approx(0, abs=1e-12)


def test_an_input_alike_in_both_groups_brings_next_to_nothing() -> None:
    values, scored = district(8000, 60)
    parts = _share(values, scored)
    assert parts["age"] == pytest.approx(0, abs=0.01)
    assert parts["reading"] > 0.05


def test_an_input_whose_points_all_come_from_missing_goes_to_missing_inputs() -> None:
    flat = PointsTable(spec("reading"), Kind.PIECES, (-2.0, 2.0), (0.0, 0.0), 1.5, 0.0)
    age = PointsTable(spec("age"), Kind.PIECES, (-3.0, 3.0), (-0.6, 0.6), None, 0.0)
    card = replace(CARD, tables=(flat, age))
    values, scored = district(4000, 60)
    points = total_points(card, values)
    listed = make_list(points, ids(4000), 1, 500)
    told = split(card, values, replace(scored, listed=listed), Evidence())
    (origin,) = (o for o in told if (o.gap, o.cell) == (Gap.SHARE_FLAGGED, LUNCH))
    reading, other, missing, cut = parts_of(origin)
    assert reading == pytest.approx(0, abs=1e-12)
    assert missing > 0.8 * origin.total.value > 0
    assert abs(other) + abs(cut) < 0.2 * origin.total.value
    assert [part.input for part in origin.missing] == ["reading"]


def test_a_list_drawn_by_lot_is_the_cuts_and_no_inputs() -> None:
    """Inputs differ between the groups, and the list knows nothing of them."""
    values, scored = district(4000, 60)
    lot = np.random.default_rng(2).random(4000) < 0.2
    drawn = with_list(scored, lot.astype(float))
    parts, gap = _share(values, drawn), flag_gap(drawn, OUTCOMES[Gap.SHARE_FLAGGED])
    assert all(abs(parts[name]) < 0.015 for name in INPUTS)
    assert parts["the cut"] == pytest.approx(gap, abs=0.02)
    overlooked = found(values, drawn)[Gap.OVERLOOKED, LUNCH]
    assert np.abs(parts_of(overlooked)[:-1]).max() < 0.02


def test_seats_given_school_by_school_are_told_as_the_cut() -> None:
    """Schools of many free-lunch students have no more seats than others: at equal points fewer of them are flagged."""
    values, scored = district(4000, 60)
    parts = _share(values, seats_by_school(values, scored))
    assert parts["the cut"] < -0.005
    assert parts["reading"] > 0.05


# ── how sure ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("listed", "off"), (("by points", 0.15), ("by school", 0.25)))
def test_each_part_without_a_school_is_the_split_of_the_others(listed: str, off: float) -> None:
    """Against bins and split made anew with every school left out in turn; flags stay, so that the cut does too."""
    values, scored = district(3000, 25)
    kept = with_list(scored, scored.listed.chance) if listed == "by points" else seats_by_school(values, scored)
    anew = [splits(*taken(values, kept, np.flatnonzero(kept.school.codes != school)), 100) for school in range(25)]
    for outcomes, (_, told) in splits(values, kept, 100).items():
        left = np.array([each[outcomes][0].value for each in anew])
        assert told.sum(axis=1) == pytest.approx(left.sum(axis=1), abs=1e-12)
        for part in (0, 1, 2, 3, *([-1] if listed == "by school" else [])):
            assert jackknife_errors(told)[0][part] == pytest.approx(jackknife_errors(left)[0][part], rel=off)


def test_a_school_without_students_changes_nothing() -> None:
    values, scored = district()
    more = replace(scored, school=replace(scored.school, names=(*scored.school.names, "nobody's")))
    one, other = (found(values, each)[Gap.FALSE_ALARMS, LUNCH].total for each in (scored, more))
    assert one == other


def test_a_school_more_or_less_moves_parts_as_a_bootstrap_of_schools_does() -> None:
    """Schools drawn anew with replacement, the list made anew each time."""
    values, scored = district(3000, 60, seed=5)
    rng, drawn = np.random.default_rng(8), []
    of_school = [np.flatnonzero(scored.school.codes == place) for place in range(60)]
    for _ in range(200):
        rows = np.concatenate([of_school[place] for place in rng.integers(0, 60, 60)])
        again, sample = taken(values, scored, rows)
        listed = make_list(
            total_points(CARD, again), np.arange(len(rows)).astype(str).astype(object), 1, len(rows) // 5
        )
        drawn.append([each.value for each, _ in splits(again, replace(sample, listed=listed), 150).values()])
    spread = np.std(drawn, axis=0)
    for gap, (_, told) in enumerate(splits(values, scored, 150).values()):
        for part in range(len(INPUTS)):
            assert jackknife_errors(told)[0][part] == pytest.approx(spread[gap, part], rel=0.25)


@pytest.mark.parametrize("listed", ("by points", "by lot"))
def test_intervals_of_parts_are_right_in_fresh_districts(listed: str) -> None:
    """The mean standard error is the true spread over districts drawn anew, and for a list by lot no less."""
    values, errors = [], []
    for seed in range(100):
        drawn, scored = district(seed=seed)
        lot = (np.random.default_rng(seed).random(1600) < 0.2).astype(float)
        origin = found(drawn, scored if listed == "by points" else with_list(scored, lot))[Gap.SHARE_FLAGGED, LUNCH]
        values.append(parts_of(origin)[: len(INPUTS)])
        errors.append([part.estimate.se for part in origin.parts[: len(INPUTS)]])
    ratio = np.mean(errors, axis=0) / np.std(values, axis=0)
    assert ratio.min() > 0.8
    assert listed == "by lot" or ratio.max() < 1.2


def test_shares_are_named_only_where_the_gap_is_surely_one() -> None:
    told = found(*district())
    surely = told[Gap.SHARE_FLAGGED, LUNCH]
    low, _ = surely.total.interval(0.95)
    assert low > 0
    assert sum(part.share.value for part in surely.parts) == pytest.approx(1, abs=1e-9)
    perhaps = told[Gap.SHARE_FLAGGED, GIRLS]
    low, high = perhaps.total.interval(0.95)
    assert low <= 0 <= high
    assert all(part.share is None for part in (*perhaps.parts, *perhaps.missing))


# ── too little data ─────────────────────────────────────────────────────────────────────────────────


def test_a_reference_is_not_compared_with_itself() -> None:
    assert OTHERS not in {origin.cell for origin in found(*district()).values()}


def test_a_group_that_nobody_is_in_is_named_and_not_split() -> None:
    origin = found(*district())[Gap.OVERLOOKED, Cell(("lunch",), (MISSING,))]
    assert (origin.total, origin.parts, origin.reason) == (None, (), "nobody in this group")


def test_a_group_of_six_is_too_small_to_be_shown() -> None:
    values, scored = district()
    cells, codes = scored.groups.cells, scored.groups.codes.copy()
    lunch = next(row for row in codes if cells[row[0]].attributes == ("lunch",))
    lunch[:6] = cells.index(Cell(("lunch",), (MISSING,)))
    told = found(values, replace(scored, groups=replace(scored.groups, codes=codes)))
    assert told[Gap.SHARE_FLAGGED, Cell(("lunch",), (MISSING,))].reason == "fewer than 10 students: not shown"


def test_too_little_evidence_is_told_with_what_is_needed() -> None:
    reason = found(*district(200, 5))[Gap.FALSE_ALARMS, LUNCH].reason
    assert reason.startswith("too little data: fewer than 10 events; ")
    assert reason.endswith("effective schools, 8 are needed")


def test_a_list_of_nobody_has_no_gap_to_split() -> None:
    values, scored = district()
    told = found(values, with_list(scored, np.zeros(1600)))
    assert all(origin.reason for origin in told.values())


def _sigmoid(points: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-points)))
