"""Reasons and strengths in the config's words: the input, the student's value, what is typical.

A reason is a row of the scorecard and nothing else; no group and no id can stand in one.
"""

from earlywarn.columns import InputSpec, InputType
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
        points, side = _side(float(value) * _spread(spec, grade), places - 1)
        return f"{points} {spec.unit or 'points'} {side} the standard"
    shown = _number(float(value), places)
    return f"{shown} {spec.unit.removesuffix('s') if shown in {'1', '-1'} else spec.unit}".rstrip()


def _typical(table: PointsTable, grade: str | None) -> str:
    if table.spec.type is InputType.CATEGORY:
        return f"most often: {table.typical}"
    if table.spec.type is InputType.RESULT:
        return f"typical: {' '.join(_side(float(table.typical) * _spread(table.spec, grade)))}"
    return f"typical: {_number(float(table.typical))}"


def _spread(spec: InputSpec, grade: str | None) -> float:
    return spec.cuts[grade][1] if grade is not None and grade in spec.cuts else 1.0


def _side(points: float, places: int = 0) -> tuple[str, str]:
    rounded = round(points, places)
    return f"{abs(rounded):.{places}f}", "below" if rounded < 0 else "above"


def _number(value: float, places: int = 1) -> str:
    return f"{round(value, places) + 0.0:.{places}f}".removesuffix(".0")  # + 0.0 turns -0.0 into 0.0
