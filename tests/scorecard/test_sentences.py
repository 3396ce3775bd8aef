"""Sentences said for many students at once are those said one by one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from earlywarn.columns import InputSpec, InputType
from earlywarn.scorecard.reasons import sentence, sentences
from earlywarn.scorecard.table import Kind, PointsTable

GRADES = ("3", "4", "K")
NUMBERS = st.one_of(
    st.sampled_from([float("nan"), 0.25, 0.35, -0.05, 0.05, 2.0, 2.5, -0.0, 1e15, 12.349999999999999]),
    st.floats(-1e6, 1e6).map(lambda value: round(value, 2)),
    st.floats(-1e3, 1e3),
)
rows = st.lists(st.tuples(NUMBERS, st.integers(-1, 2)), max_size=40)


def table(kind: InputType) -> PointsTable:
    """Give a table whose typical value is 2."""
    cuts = {"3": (400.0, 20.0), "4": (420.0, 12.5)} if kind is InputType.RESULT else {}
    spec = InputSpec("x", "x", kind, "Input", "days" if kind is InputType.NUMBER else "", cuts=cuts)
    return PointsTable(spec, Kind.PIECES, (0.0, 1.0), (0.0, 1.0), None, 2.0)


@given(rows, st.sampled_from([InputType.NUMBER, InputType.RESULT]))
def test_numbers_and_results_are_said_as_one_by_one(cells: list[tuple[float, int]], kind: InputType) -> None:
    values, grades = np.array([v for v, _ in cells]), np.array([g for _, g in cells], dtype=np.int32)
    words, which = sentences(table(kind), values, grades, (None, GRADES))
    for (value, grade), place in zip(cells, which.tolist(), strict=True):
        told = None if np.isnan(value) else float(value)
        expected = sentence(table(kind), told, GRADES[grade] if grade >= 0 else None)
        assert (words[place] if place >= 0 else None) == (None if told == 2.0 else expected)


@given(st.lists(st.sampled_from([0.0, 1.0, float("nan")]), max_size=10))
def test_categories_are_said_as_one_by_one_and_the_commonest_not_at_all(codes: list[float]) -> None:
    spec = InputSpec("x", "x", InputType.CATEGORY, "Class")
    of = PointsTable(spec, Kind.CATEGORIES, ("large", "small"), (0.0, 1.0), None, "large")
    names = ("large", "odd")
    words, which = sentences(of, np.array(codes), np.zeros(len(codes), dtype=np.int32), (names, GRADES))
    for code, place in zip(codes, which.tolist(), strict=True):
        name = None if np.isnan(code) else names[int(code)]
        assert (words[place] if place >= 0 else None) == (None if name == "large" else sentence(of, name, "3"))
