"""From roster columns to the values that a scorecard reads; the one path for training and scoring.

A past result enters as its distance to the standard of its own grade, in spreads of that grade;
it refuses nothing: what cannot be known is missing.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from earlywarn.columns import Coded, Floats, InputSpec, InputType

Values = Mapping[str, "Floats | Coded"]
"""One entry an input: float64 values (NaN missing) or a Coded category."""


def input_values(
    specs: Sequence[InputSpec], numbers: Mapping[str, Floats], texts: Mapping[str, Coded], grade: Coded
) -> dict[str, Floats | Coded]:
    """Give the values of every input, in the order of ``specs``.

    Parameters
    ----------
    numbers, texts
        Roster columns by name, each of n rows.
    grade
        The students' present grade, n rows; a result of a grade without a cut is missing.
    """
    values: dict[str, Floats | Coded] = {}
    for spec in specs:
        if spec.type is InputType.CATEGORY:
            values[spec.name] = texts[spec.column]
        elif spec.type is InputType.RESULT:
            values[spec.name] = distance(spec, numbers[spec.column], grade)
        else:
            values[spec.name] = numbers[spec.column]
    return values


def distance(spec: InputSpec, results: Floats, grade: Coded) -> Floats:
    """Give (result - cut) / spread with the cut and spread of each row's grade; below 0 is below the standard."""
    table = np.full((len(grade.names) + 1, 2), np.nan)  # the last row serves the missing grade, code -1
    for code, name in enumerate(grade.names):
        if name in spec.cuts:
            table[code] = spec.cuts[name]
    cut, spread = table[grade.codes].T
    return np.asarray((results - cut) / spread, dtype=np.float64)


def known_count(names: Sequence[str], values: Values) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Count how many of the named inputs each row has."""
    total = np.zeros(len(next(iter(values.values()))), dtype=np.int64)
    for name in names:
        column = values[name]
        total += (column.codes >= 0) if isinstance(column, Coded) else ~np.isnan(column)
    return total


def value_at(column: "Floats | Coded", row: int) -> float | str | None:
    """Give one row's value as sentences want it: a number, a category, or None for missing."""
    if isinstance(column, Coded):
        code = int(column.codes[row])
        return column.names[code] if code >= 0 else None
    value = float(column[row])
    return None if np.isnan(value) else value


def of_rows(specs: Sequence[InputSpec], rows: Sequence[Mapping[str, float | str | None]]) -> dict[str, Floats | Coded]:
    """Give the values of rows told one by one, as :func:`value_at` gives them; what a row does not name is missing."""
    values: dict[str, Floats | Coded] = {}
    for spec in specs:
        cells = [row.get(spec.name) for row in rows]
        values[spec.name] = _coded(cells) if spec.type is InputType.CATEGORY else _floats(cells)
    return values


def _coded(cells: Sequence[float | str | None]) -> Coded:
    names = tuple(sorted({str(cell) for cell in cells if cell is not None}))
    order = {name: code for code, name in enumerate(names)}
    return Coded(np.array([-1 if cell is None else order[str(cell)] for cell in cells], dtype=np.int32), names)


def _floats(cells: Sequence[float | str | None]) -> Floats:
    return np.array([np.nan if cell is None else float(cell) for cell in cells], dtype=np.float64)
