"""The loader behind ``mlflow.pyfunc.load_model``: a scorecard read from JSON, and nothing executed.

It imports the scorecard and what that stands on. The model takes a frame of roster columns; numbers may
come as numbers or as text, categories as text. A pandas category is refused with its remedy.
"""

from pathlib import Path
from typing import Any

import numpy as np

from earlywarn.columns import Coded, Floats, InputSpec, InputType
from earlywarn.errors import Fault, UsageError
from earlywarn.inputs import Values, input_values, known_count
from earlywarn.scorecard.levels import level_of
from earlywarn.scorecard.points import risk_of, total_points
from earlywarn.scorecard.table import Scorecard, from_bytes


class ScorecardModel:
    """What ``load_model`` gives: ``predict(frame)``."""

    def __init__(self, card: Scorecard) -> None:
        self.card = card

    def predict(self, frame: Any, params: dict[str, Any] | None = None) -> Any:
        """Give status, points, risk and level for each row of a frame of roster columns.

        Parameters
        ----------
        frame : pandas.DataFrame
            The roster's grade column and the column of every input, in any order; others are ignored.

        Raises
        ------
        UsageError
            Every column that is absent, a category, or not a number where one is needed.
        """
        import pandas as pd

        if not hasattr(frame, "columns") or not frame.columns.is_unique:
            raise UsageError(
                Fault("the frame", "no pandas DataFrame with each column once", "a DataFrame of roster columns")
            )
        name = self.card.serving["roster"]["grade"]
        grades = InputSpec(name, name, InputType.CATEGORY, name)
        frame = frame.replace(dict.fromkeys((*self.card.serving["roster"]["missing"], "")))
        columns = {name: grades} | {spec.column: spec for spec in self.card.specs}
        faults = [fault for name, spec in columns.items() for fault in _faults(frame, name, spec)]
        if faults:
            raise UsageError(faults)
        grade = _coded(_whole_numbers_as_text(frame[name]))
        self._refuse_unknown_grades(name, grade)
        read = {spec.column: _read(frame[spec.column], spec) for spec in self.card.specs}
        texts = {name: column for name, column in read.items() if isinstance(column, Coded)}
        numbers = {name: column for name, column in read.items() if not isinstance(column, Coded)}
        return pd.DataFrame(
            self._columns(input_values(self.card.specs, numbers, texts, grade), grade), index=frame.index
        )

    def _refuse_unknown_grades(self, name: str, grade: Coded) -> None:
        known = self.card.serving["standard"]["grades"]
        if not set(grade.names) <= set(known):
            found, remedy = "grades that the standard does not name", 'write grades as the standard does, such as "2"'
            raise UsageError(Fault(f"column '{name}'", found, ", ".join(known), remedy))

    def _columns(self, values: Values, grade: Coded) -> dict[str, Any]:
        cohort = self.card.serving["cohort"]
        served = np.array([name in cohort["grades"] for name in grade.names] + [False])[grade.codes]
        enough = served & (known_count(cohort["known_inputs"], values) >= cohort["min_known"])
        points = total_points(self.card, values)
        risk = risk_of(self.card, points)
        level = level_of(risk, self.card.levels).texts()
        return {
            "status": np.where(served, np.where(enough, "scored", "not enough data"), "out of scope"),
            "points": np.where(enough, points, np.nan),
            "risk": np.where(enough, risk, np.nan),
            "level": [name if held else None for name, held in zip(level, enough, strict=True)],
        }


def _load_pyfunc(data_path: str) -> ScorecardModel:
    """Read the scorecard of a logged model; the name is MLflow's."""
    path = Path(data_path)
    return ScorecardModel(from_bytes(path.read_bytes(), path.name))


def _faults(frame: Any, name: str, spec: InputSpec) -> list[Fault]:
    where = f"column '{name}'"
    if name not in frame:
        return [
            Fault(
                where,
                "not in the frame",
                remedy="give every roster column that the model reads; the model card lists them",
            )
        ]
    if str(frame[name].dtype) == "category":
        return [
            Fault(
                where,
                "a pandas category",
                "text (str or object)",
                f"frame['{name}'] = frame['{name}'].astype(str)",
            )
        ]
    if spec.type is not InputType.CATEGORY and not _is_numeric(frame[name]):
        return [
            Fault(
                where,
                "not finite numbers alone",
                "finite numbers, or text that reads as such",
                "mend or blank those cells",
            )
        ]
    return []


def _is_numeric(column: Any) -> bool:
    import pandas as pd

    if column.dtype.kind in "Mmb":
        return False
    numbers = pd.to_numeric(column, errors="coerce")
    return bool(numbers.notna().sum() == column.notna().sum()) and not np.isinf(numbers.to_numpy(np.float64)).any()


def _read(column: Any, spec: InputSpec) -> "Floats | Coded":
    import pandas as pd

    if spec.type is InputType.CATEGORY:
        return _coded(column)
    return np.asarray(pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan))


def _coded(column: Any) -> Coded:
    import pandas as pd

    codes, names = pd.factorize(column.astype(object).where(column.notna()), sort=True)
    return Coded(codes.astype(np.int32), tuple(str(name) for name in names))


def _whole_numbers_as_text(column: Any) -> Any:
    """Write grades that pandas holds as numbers (2, or 2.0 where some are missing) as "2"."""
    if column.dtype.kind not in "iuf":
        return column
    return column.map(lambda grade: f"{grade:g}", na_action="ignore").astype(object)
