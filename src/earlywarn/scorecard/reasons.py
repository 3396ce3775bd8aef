"""Reasons and strengths in the config's words: the input, the student's value, what is typical.

A reason is a row of the scorecard and nothing else; no group and no id can stand in one.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earlywarn.columns import Floats, InputSpec, InputType
from earlywarn.scorecard.table import PointsTable


def sentence(table: PointsTable, value: float | str | None, grade: str | None) -> str:
    """Say one reason or strength, for instance ``Reading result: 24 points below the standard (typical: 6 above)``.

    Parameters
    ----------
    value
        The input's value as scored (a result: its distance to the standard in spreads); None is missing.
    grade
        The student's present grade, in whose spread a result is told.
    """
    spec = table.spec
    if value is None:
        return f"{spec.title}: not recorded"
    if spec.type is InputType.CATEGORY:
        return f"{spec.title}: {value} (most often: {table.typical})"
    if spec.type is InputType.RESULT:
        return _result_sentence(spec, float(value), float(table.typical), grade)
    shown = _number(float(value))
    unit = spec.unit.removesuffix("s") if shown in {"1", "-1"} else spec.unit
    return f"{spec.title}: {shown} {unit}".rstrip() + f" (typical: {_number(float(table.typical))})"


def sentences(
    table: PointsTable, values: Floats, grades: NDArray[np.int32], names: tuple[Sequence[str] | None, Sequence[str]]
) -> tuple[list[str], NDArray[np.int32]]:
    """Say many reasons of one input: the different sentences, and which of them each row has, -1 for none.

    Parameters
    ----------
    values
        The input as scored, NaN for missing; of a category the code into the first of ``names``.
    grades
        Codes into the second of ``names``, -1 for none.

    Returns
    -------
    list of str, array of shape (n,)
        None is said of a value that is the typical one: it tells a person nothing, whatever its points.
    """
    words: list[str] = []
    which = np.full(len(values), -1, dtype=np.int32)
    for rows in _told_alike(table, values, grades, names):
        value, grade = _value(values[rows[0]], names[0]), int(grades[rows[0]])
        if value != table.typical:
            which[rows] = len(words)
            words.append(sentence(table, value, names[1][grade] if grade >= 0 else None))
    return words, which


def _value(value: float, names: Sequence[str] | None) -> float | str | None:
    if np.isnan(value):
        return None
    return float(value) if names is None else names[int(value)]


def _told_alike(
    table: PointsTable, values: Floats, grades: NDArray[np.int32], names: tuple[Sequence[str] | None, Sequence[str]]
) -> Iterator[NDArray[np.int64]]:
    """Part rows by what a sentence shows of them: the rounded value, of a result in its grade's spread."""
    odd = np.isnan(values) if names[0] is not None else np.isnan(values) | (values == table.typical)
    if table.spec.type is InputType.RESULT:
        spreads = [table.spec.cuts[name][1] if name in table.spec.cuts else 1.0 for name in names[1]]
        shown = np.rint(values * np.array([*spreads, 1.0])[grades]) * (len(names[1]) + 1) + grades
    elif names[0] is None:
        shown = np.rint(values * 10)
        # Near a half of a tenth the decimal rounding of a binary number is its own affair: value by value.
        odd |= np.abs(np.abs(values * 10 - shown) - 0.5) < 1e-6 * (1 + np.abs(shown))
    else:
        shown = values
    yield from _equal(np.flatnonzero(~odd), shown)
    yield from _equal(np.flatnonzero(odd), np.nan_to_num(values, nan=np.inf), grades)


def _equal(rows: NDArray[np.int64], *keys: NDArray[Any]) -> Iterator[NDArray[np.int64]]:
    """Part rows by their keys."""
    if not len(rows):
        return
    order = rows[np.lexsort([key[rows] for key in keys])]
    changes = np.any([key[order][1:] != key[order][:-1] for key in keys], axis=0)
    yield from np.split(order, np.flatnonzero(changes) + 1)


def _result_sentence(spec: InputSpec, value: float, typical: float, grade: str | None) -> str:
    spread = spec.cuts[grade][1] if grade is not None and grade in spec.cuts else 1.0
    unit = spec.unit or "points"
    here, there = _side(value * spread), _side(typical * spread)
    return f"{spec.title}: {here[0]} {unit} {here[1]} the standard (typical: {there[0]} {there[1]})"


def _side(points: float) -> tuple[str, str]:
    rounded = round(points)
    return str(abs(rounded)), "below" if rounded < 0 else "above"


def _number(value: float) -> str:
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")  # + 0.0 turns -0.0 into 0.0
