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
