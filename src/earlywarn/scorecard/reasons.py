"""Reasons and strengths in the config's words: the input, the student's value, what is typical.

A reason is a row of the scorecard and nothing else; no group and no id can stand in one.
"""

from collections.abc import Sequence

import numpy as np

from earlywarn.columns import Bools, Codes, Floats, InputSpec, InputType
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
    if value is None:
        return f"{table.spec.title}: not recorded"
    return f"{table.spec.title}: {value_words(table.spec, value, grade)} ({_typical(table, grade)})"


def value_words(spec: InputSpec, value: float | str | None, grade: str | None, places: int = 1) -> str:
    """Say a value as a reason says it, without the input's title: ``24 points below the standard``.

    ``places`` are the decimals of a number; a result has one fewer.
    """
    if value is None:
        return "not recorded"
    if spec.type is InputType.CATEGORY:
        return str(value)
    if spec.type is InputType.RESULT:
        points, side = _side(float(value) * spread_of(spec, grade), places - 1)
        return f"{points} {spec.unit or 'points'} {side} the standard"
    shown = _number(float(value), places)
    return f"{shown} {spec.unit.removesuffix('s') if shown in {'1', '-1'} else spec.unit}".rstrip()


def spread_of(spec: InputSpec, grade: str | None) -> float:
    """Give the spread of a grade in which a result is told; 1 where the grade has no cut."""
    return spec.cuts[grade][1] if grade is not None and grade in spec.cuts else 1.0


def sentences(
    table: PointsTable, values: Floats, grades: Codes, names: tuple[Sequence[str] | None, Sequence[str]]
) -> tuple[list[str], Codes]:
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
    shown, near = _shown(table, values, grades, names)
    gone, typical = np.isnan(values), _is_typical(table, values, names[0])
    for rows, keys in ((~near & ~gone, shown), (near & ~gone, values), (gone, gone)):
        own = np.flatnonzero(rows & ~typical)
        first, place = np.unique(keys[own], return_index=True, return_inverse=True)[1:]
        which[own] = place + len(words)
        words += [_said(table, values[row], int(grades[row]), names) for row in own[first].tolist()]
    return words, which


def _is_typical(table: PointsTable, values: Floats, names: Sequence[str] | None) -> Bools:
    if names is None:
        return np.asarray(values == table.typical)
    return np.asarray(values == (names.index(str(table.typical)) if table.typical in names else np.nan))


def _said(table: PointsTable, value: float, grade: int, names: tuple[Sequence[str] | None, Sequence[str]]) -> str:
    told = None if np.isnan(value) else float(value) if names[0] is None else names[0][int(value)]
    return sentence(table, told, names[1][grade] if grade >= 0 else None)


def _shown(
    table: PointsTable, values: Floats, grades: Codes, names: tuple[Sequence[str] | None, Sequence[str]]
) -> tuple[Floats, Bools]:
    """Give a number that is the same for students of whom the same is said; and who is to be told by the value itself.

    Near a half of a tenth the decimal rounding of a binary number is its own affair.
    """
    never = np.zeros(len(values), dtype=bool)
    if names[0] is not None:
        return values, never
    if table.spec.type is InputType.RESULT:
        spreads = [table.spec.cuts[name][1] if name in table.spec.cuts else 1.0 for name in names[1]]
        return np.rint(values * np.array([*spreads, 1.0])[grades]) * (len(names[1]) + 1) + grades, never
    shown = np.rint(values * 10)
    return shown, np.abs(np.abs(values * 10 - shown) - 0.5) < 1e-6 * (1 + np.abs(shown))


def _typical(table: PointsTable, grade: str | None) -> str:
    if table.spec.type is InputType.CATEGORY:
        return f"most often: {table.typical}"
    if table.spec.type is InputType.RESULT:
        return f"typical: {' '.join(_side(float(table.typical) * spread_of(table.spec, grade)))}"
    return f"typical: {_number(float(table.typical))}"


def _side(points: float, places: int = 0) -> tuple[str, str]:
    rounded = round(points, places)
    return f"{abs(rounded):.{places}f}", "below" if rounded < 0 else "above"


def _number(value: float, places: int = 1) -> str:
    return f"{round(value, places) + 0.0:.{places}f}".removesuffix(".0")  # + 0.0 turns -0.0 into 0.0
