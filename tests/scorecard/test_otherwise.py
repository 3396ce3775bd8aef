"""What would change a level is what the scorecard says, and no value short of it would."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from earlywarn.columns import Direction, InputSpec, InputType
from earlywarn.inputs import of_rows, value_at
from earlywarn.scorecard.levels import level_of
from earlywarn.scorecard.otherwise import MOST, Otherwise, Row, otherwise, weights
from earlywarn.scorecard.points import NONE, risk_of, score, total_points
from earlywarn.scorecard.table import Kind, LevelMeaning, PointsTable, Scorecard

LEVELS = (LevelMeaning("High", 0.5), LevelMeaning("Moderate", 0.25), LevelMeaning("Low", 0.0))
CUTS = {"1": (500.0, 40.0), "2": (550.0, 25.0)}
ABSENT = InputSpec("absent", "absent", InputType.NUMBER, "Days absent", "%", Direction.HIGHER, changeable=True)
READING = InputSpec(
    "reading", "read", InputType.RESULT, "Reading result", "points", Direction.LOWER, changeable=True, cuts=CUTS
)
CLASS = InputSpec("class", "class", InputType.CATEGORY, "Class type", changeable=True)
AGE = InputSpec("age", "age", InputType.NUMBER, "Age", "years")


def card_of(*tables: PointsTable, intercept: float = 0.0) -> Scorecard:
    return Scorecard("m", "c", intercept, tables, LEVELS)


def absent(kind: Kind = Kind.PIECES, **changes: object) -> PointsTable:
    points = (-1.0, 0.0, 2.0) if kind is Kind.PIECES else (-1.0, 0.0, 1.0, 2.0)
    return replace(PointsTable(ABSENT, kind, (0.0, 10.0, 20.0), points, None, 5.0), **changes)  # type: ignore[arg-type]


def reading(**changes: object) -> PointsTable:
    made = PointsTable(READING, Kind.PIECES, (-2.0, 0.0, 2.0), (2.0, 0.5, -2.0), None, 0.5)
    return replace(made, **changes)  # type: ignore[arg-type]


def small_class() -> PointsTable:
    return PointsTable(CLASS, Kind.CATEGORIES, ("large", "middle", "small"), (0.5, 0.2, -0.5), 0.0, "large")


def level(card: Scorecard, row: Row) -> int:
    return int(level_of(risk_of(card, total_points(card, of_rows(card.specs, [row]))), card.levels).codes[0])


def told(card: Scorecard, row: Row, grade: str | None = "1") -> list[tuple[str, str, bool]]:
    return [(row.words, row.level, row.stays) for row in otherwise(card, row, grade)]


def test_the_nearest_whole_number_of_a_straight_piece_is_told() -> None:
    assert told(card_of(absent()), {"absent": 14.0}) == [
        ("Days absent: 9 %, not 14 %", "Moderate", False),
    ]


def test_a_value_with_a_decimal_is_told_with_one() -> None:
    assert told(card_of(absent()), {"absent": 14.3})[0][0] == "Days absent: 9.9 %, not 14.3 %"


def test_a_value_that_would_read_the_same_is_told_with_more_decimals() -> None:
    assert told(card_of(absent()), {"absent": 10.04})[0][0] == "Days absent: 9.9 %, not 10 %"
    near = card_of(absent(), intercept=-0.004)
    assert told(near, {"absent": 10.04})[0][0] == "Days absent: 10.01 %, not 10.04 %"


def test_of_steps_the_last_value_before_the_edge_is_told() -> None:
    steps = card_of(absent(Kind.STEPS), intercept=-0.5)
    assert told(steps, {"absent": 14.0})[0] == ("Days absent: 9 %, not 14 %", "Moderate", False)


def test_the_standard_is_told_by_its_name() -> None:
    rows = told(card_of(reading(points=(2.0, -1.2, -2.0))), {"reading": -1.5})
    assert rows == [
        ("Reading result: 29 points below the standard, not 60 points below", "Moderate", False),
        ("Reading result: at the standard, not 60 points below", "Low", False),
    ]


def test_every_category_that_is_enough_is_told() -> None:
    assert told(card_of(small_class(), intercept=-0.3), {"class": "large"}) == [
        ("Class type: middle, not large", "Moderate", False),
        ("Class type: small, not large", "Moderate", False),
    ]


def test_where_nothing_alone_is_enough_two_at_their_typical_values_and_the_most_of_one_are_told() -> None:
    card = card_of(absent(), reading(points=(2.0, 0.5, -1.0)))
    both = "Days absent: 5 %, not 18 %; and Reading result: 20 points above the standard, not 40 points below"
    assert told(card, {"absent": 18.0, "reading": -1.0}) == [
        (both, "Moderate", False),
        ("Days absent: 5 %, not 18 %", "High", True),
    ]


def test_an_input_that_is_not_recorded_is_not_offered() -> None:
    assert not told(card_of(absent(missing=3.0)), {"absent": None})


def test_nobody_on_the_lowest_level_is_told_anything() -> None:
    assert not told(card_of(absent(), intercept=-9.0), {"absent": 14.0})


def test_fewer_days_than_none_are_never_told() -> None:
    assert all(row.values[0] >= 0 for row in otherwise(card_of(absent(), intercept=5.0), {"absent": 14.0}, "1"))


NUMBERS = st.integers(-40, 40).map(lambda tenth: tenth / 10)
HEIGHTS = st.integers(-30, 30).map(lambda tenth: tenth / 10)


@st.composite
def tables(draw: st.DrawFn, spec: InputSpec) -> PointsTable:
    if spec.type is InputType.CATEGORY:
        heights = tuple(draw(st.lists(HEIGHTS, min_size=3, max_size=3)))
        return PointsTable(spec, Kind.CATEGORIES, ("a", "b", "c"), heights, 0.3, draw(st.sampled_from("abc")))
    kind = draw(st.sampled_from([Kind.PIECES, Kind.STEPS]))
    knots = sorted(draw(st.sets(NUMBERS, min_size=2, max_size=5)))
    count = len(knots) + (kind is Kind.STEPS)
    heights = tuple(draw(st.lists(HEIGHTS, min_size=count, max_size=count)))
    typical = draw(st.sampled_from(knots))
    return PointsTable(spec, kind, tuple(knots), heights, 0.3, typical)


@st.composite
def students(draw: st.DrawFn) -> tuple[Scorecard, Row, str | None]:
    way = draw(st.sampled_from([Direction.HIGHER, Direction.LOWER, None]))
    specs = (replace(ABSENT, risk=way), READING, CLASS, AGE)
    card = card_of(*[draw(tables(spec)) for spec in specs], intercept=draw(HEIGHTS))
    numbers = st.one_of(st.none(), NUMBERS, st.floats(-5, 5).map(lambda value: round(value, 3)))
    row: Row = {spec.name: draw(numbers) for spec in specs if spec is not CLASS and spec.type is not InputType.CATEGORY}
    row = {**row, "class": draw(st.sampled_from(["a", "b", "c", "odd", None]))}
    return card, row, draw(st.sampled_from(["1", "2", None]))


def changed(row: Row, other: Otherwise) -> Row:
    return {**row, **dict(zip(other.inputs, other.values, strict=True))}


@given(students())
def test_the_level_told_is_that_of_the_changed_row(student: tuple[Scorecard, Row, str | None]) -> None:
    card, row, grade = student
    found = otherwise(card, row, grade)
    assert len(found) <= MOST
    assert sum(other.stays for other in found) <= 1
    for other in found:
        place = level(card, changed(row, other))
        assert card.levels[place].name == other.level
        assert (place == level(card, row)) if other.stays else (place > level(card, row))


@given(students())
def test_only_what_a_school_can_change_and_is_recorded_is_offered(student: tuple[Scorecard, Row, str | None]) -> None:
    card, row, grade = student
    for other in otherwise(card, row, grade):
        for name, value in zip(other.inputs, other.values, strict=True):
            table = next(table for table in card.tables if table.spec.name == name)
            assert table.spec.changeable
            assert row[name] is not None
            assert value != row[name]
            if table.spec.risk is not None:
                assert (value > row[name]) == (table.spec.risk is Direction.LOWER)  # type: ignore[operator]
            if table.kind is Kind.PIECES:
                assert table.values[0] - 1e-9 <= value <= table.values[-1] + 1e-9  # type: ignore[operator]


@given(students())
def test_no_shown_value_short_of_the_nearest_one_told_is_enough(student: tuple[Scorecard, Row, str | None]) -> None:
    card, row, grade = student
    found = otherwise(card, row, grade)
    for name in {other.inputs[0] for other in found if len(other.inputs) == 1 and not other.stays} - {"class"}:
        now = float(row[name] or 0)
        nearest = smallest_told(found, name, now)
        scale = shown_scale(card, name, now, nearest, grade)
        short = (round(nearest * scale) + np.sign(now - nearest)) / scale
        if abs(now - short) > 1e-9 and np.sign(now - short) == np.sign(now - nearest):
            assert level(card, {**row, name: float(short)}) <= level(card, row)


@given(students())
def test_no_value_is_told_that_lies_beyond_the_typical_one_and_the_standard(
    student: tuple[Scorecard, Row, str | None],
) -> None:
    card, row, grade = student
    for other in otherwise(card, row, grade):
        for name, value in zip(other.inputs, other.values, strict=True):
            table = next(table for table in card.tables if table.spec.name == name)
            if table.kind is not Kind.CATEGORIES:
                marks = [float(table.typical), float(row[name] or 0), *([0.0] if name == "reading" else [])]
                unit = 1 / shown_scale(card, name, float(row[name] or 0), float(value), grade)
                assert min(marks) - unit <= float(value) <= max(marks) + unit


def smallest_told(found: tuple[Otherwise, ...], name: str, now: float) -> float:
    alone = [float(other.values[0]) for other in found if other.inputs == (name,) and not other.stays]
    return min(alone, key=lambda value: abs(value - now))


def shown_scale(card: Scorecard, name: str, now: float, value: float, grade: str | None) -> float:
    """Give the coarsest scale on which the value can have been told."""
    table = next(table for table in card.tables if table.spec.name == name)
    spread = CUTS[grade][1] if name == "reading" and grade else 1.0
    whole = name == "reading" or (now.is_integer() and float(table.typical).is_integer())
    scales = (spread * 10**places for places in range(0 if whole else 1, 5))
    return next(scale for scale in scales if abs(value * scale - round(value * scale)) < 1e-6)


@given(students())
def test_a_category_that_is_enough_is_never_left_out_for_a_larger_change(
    student: tuple[Scorecard, Row, str | None],
) -> None:
    card, row, grade = student
    assume(row["class"] is not None)
    found = otherwise(card, row, grade)
    enough = [name for name in "abc" if name != row["class"] and level(card, {**row, "class": name}) > level(card, row)]
    if enough:
        assert found
        assert not any(other.stays or len(other.inputs) > 1 for other in found)


@given(students())
def test_weights_are_the_points_of_what_is_shown_beside_the_heaviest(
    student: tuple[Scorecard, Row, str | None],
) -> None:
    card, row, _ = student
    found = score(card, of_rows(card.specs, [row]))
    places = [place for place in (*found.reasons[0], *found.strengths[0]) if place != NONE]
    bars = weights(card, row)
    assert list(bars) == [card.specs[place].name for place in places]
    assert not bars or max(bars.values()) == 100.0
    assert all(0 < bar <= 100 for bar in bars.values())


def test_a_weight_half_as_heavy_is_half_as_long() -> None:
    card = card_of(absent(), small_class(), reading())
    assert weights(card, {"absent": 15.0, "class": "large", "reading": 2.0}) == pytest.approx(
        {"absent": 50.0, "class": 25.0, "reading": 100.0}
    )


@given(st.lists(st.tuples(st.none() | NUMBERS, st.sampled_from(["a", "b", None])), min_size=1, max_size=5))
def test_rows_told_one_by_one_come_back_as_they_were(cells: list[tuple[float | None, str | None]]) -> None:
    values = of_rows((ABSENT, CLASS), [{"absent": number, "class": text} for number, text in cells])
    for place, (number, text) in enumerate(cells):
        assert (value_at(values["absent"], place), value_at(values["class"], place)) == (number, text)
