"""A fitted additive model folded into a scorecard, by probing its public decision_function.

Exact: every value at which the model can bend or jump is asked for. It refuses a fold that does not
equal the model it came from.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from earlywarn.candidates.basis import Column
from earlywarn.columns import Coded, Floats, InputSpec
from earlywarn.errors import Fault, ScorecardError
from earlywarn.inputs import Values
from earlywarn.scorecard.points import total_points
from earlywarn.scorecard.table import Kind, PointsTable, Scorecard

TOLERANCE = 1e-9
"""How far a scorecard's points may lie from the model's decision function, on any row."""


def fold(model: Any, specs: Sequence[InputSpec], training: pd.DataFrame, name: str, candidate: str) -> Scorecard:
    """Turn a fitted pipeline (basis or codes, then a linear model or additive boosting) into a scorecard.

    Points are centred on their training mean, so that 0 is typical; the intercept takes the rest.

    Raises
    ------
    ScorecardError
        The scorecard differs from the model on a training row by more than TOLERANCE: not additive.
    """
    first, last = model[0], model[-1]
    kind = Kind.STEPS if hasattr(last, "n_iter_") and hasattr(first, "bins") else Kind.PIECES
    base = _base_row(first.columns_)
    start = float(model.decision_function(base)[0])
    tables, shift = [], 0.0
    for spec, column in zip(specs, first.columns_, strict=True):
        table, typical = _table(model, spec, column, kind, base, start, training[spec.name])
        tables.append(table)
        shift += typical
    card = Scorecard(name, candidate, start + shift, tuple(tables), levels=())
    check_equal(card, model, training)
    return card


def check_equal(card: Scorecard, model: Any, rows: pd.DataFrame) -> float:
    """Give the largest difference between points and the model's decision function over rows.

    Rows that lack an input which training (all but) never saw missing are left out: there the scorecard
    takes typical points and the model was not taught.

    Raises
    ------
    ScorecardError
        The difference exceeds TOLERANCE.
    """
    taught = np.ones(len(rows), dtype=bool)
    for table in card.tables:
        if table.missing is None:
            column = rows[table.spec.name]
            unseen = ~column.isin(table.values) if table.kind is Kind.CATEGORIES else column.isna()
            taught &= ~unseen.to_numpy()
    held = rows[taught]
    if held.empty:
        return 0.0
    off = float(np.abs(total_points(card, frame_values(card.specs, held)) - model.decision_function(held)).max())
    if off > TOLERANCE:
        raise ScorecardError(
            Fault(card.candidate, f"the scorecard differs from its model by {off:.3g}", f"at most {TOLERANCE:g}",
                  "only additive models can be folded")
        )  # fmt: skip
    return off


def frame_values(specs: Sequence[InputSpec], frame: pd.DataFrame) -> Values:
    """Give a frame's inputs as a scorecard reads them."""
    return {spec.name: _column_values(frame[spec.name]) for spec in specs}


def _column_values(column: pd.Series) -> "Floats | Coded":
    if column.dtype.kind == "f":
        return column.to_numpy()
    codes, names = pd.factorize(column, sort=True)
    return Coded(codes.astype(np.int32), tuple(str(name) for name in names))


def _base_row(columns: Sequence[Column]) -> pd.DataFrame:
    values = {c.name: [c.categories[0] if c.categories else None] if c.is_text else _first(c.values) for c in columns}
    return pd.DataFrame(values)


def _first(values: Floats) -> list[float]:
    return [float(values[0]) if len(values) else 0.0]


def _table(
    model: Any,
    spec: InputSpec,
    column: Column,
    kind: Kind,
    base: pd.DataFrame,
    start: float,
    training: pd.Series,
) -> tuple[PointsTable, float]:
    """Probe one input; gives its centred table and its typical points before centring."""
    probes = _probes(column, kind)
    missing: list[Any] = [None if column.is_text else np.nan] if column.missing else []
    frame = pd.concat([base] * (len(probes) + len(missing)), ignore_index=True)
    frame[spec.name] = pd.Series([*probes, *missing], dtype=object if column.is_text else np.float64)
    points = model.decision_function(frame) - start
    heights, gone = points[: len(probes)], points[len(probes)] if missing else None
    kept = Kind.CATEGORIES if column.is_text else kind
    marks: tuple[Any, ...] = column.categories if column.is_text else tuple(column.values.tolist())
    if kept is Kind.STEPS:
        marks, heights = _merge_steps(marks, heights)
    elif not marks and kept is Kind.PIECES:  # never known in training: every value is as good as any other
        marks, heights = (0.0,), np.zeros(1)
    raw = PointsTable(
        spec, kept, marks, tuple(heights.tolist()), None if gone is None else float(gone), _typical(training)
    )
    typical = float(total_points(Scorecard("", "", 0.0, (raw,), ()), {spec.name: _column_values(training)}).mean())
    centred = tuple((heights - typical).tolist())
    return PointsTable(
        spec, kept, marks, centred, None if gone is None else float(gone) - typical, raw.typical
    ), typical


def _probes(column: Column, kind: Kind) -> list[Any]:
    if column.is_text:
        return list(column.categories)
    values: list[Any] = column.values.tolist()
    if kind is Kind.STEPS:
        return [values[0] - 1.0, *values] if values else [0.0]
    return values


def _merge_steps(edges: tuple[float, ...], heights: Floats) -> tuple[tuple[float, ...], Floats]:
    """Drop the edges at which nothing changes."""
    changes = np.flatnonzero(heights[1:] != heights[:-1])
    return tuple(edges[place] for place in changes), heights[np.concatenate([[0], changes + 1])]


def _typical(training: pd.Series) -> float | str:
    known = training.dropna()
    if training.dtype.kind == "f":
        return float(known.median()) if len(known) else 0.0
    return str(known.mode().iloc[0]) if len(known) else ""
