"""The model as a table: for each input a short list of (value, points); to and from JSON.

It refuses anything that is not exactly such a table; a scorecard is text to be read, never code.
Points are log-odds, centred so that the typical (training-mean) points of every input are 0.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from earlywarn.columns import Direction, InputSpec, InputType
from earlywarn.errors import Fault, ScorecardError
from earlywarn.files import canonical_json, sha256_of

FORMAT = "earlywarn-scorecard/1"


class Kind(StrEnum):
    """How points follow from a value."""

    PIECES = "pieces"  # straight lines between (value, points); the end points hold beyond the ends
    STEPS = "steps"  # points[i] for edges[i-1] <= value < edges[i]
    CATEGORIES = "categories"


@dataclass(frozen=True)
class PointsTable:
    """The points of one input.

    Attributes
    ----------
    values
        Knots, edges or categories, ascending.
    points
        As many as values; for steps one more.
    missing
        Points for a missing or unseen value; None when training saw too few: typical points, 0.
    typical
        The training median, or the commonest category: for words, never for points.
    """

    spec: InputSpec
    kind: Kind
    values: tuple[float, ...] | tuple[str, ...]
    points: tuple[float, ...]
    missing: float | None
    typical: float | str


@dataclass(frozen=True)
class LevelMeaning:
    """A word for a span of risk and what came of such students in the untouched later test.

    ``share`` missed the standard, of ``students`` with a known outcome; ``low`` to ``high`` is the
    95 % interval over schools. All three are None where there was too little data; ``students`` is 0 where their
    number may not be told, and rounded as the three are where one of the levels held few of one outcome.
    """

    name: str
    start: float
    students: int = 0
    share: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Scorecard:
    """Risk = sigmoid(shift + slope * (intercept + sum of points)); rank is by points."""

    name: str
    candidate: str
    intercept: float
    tables: tuple[PointsTable, ...]
    levels: tuple[LevelMeaning, ...]
    slope: float = 1.0
    shift: float = 0.0
    serving: Mapping[str, Any] = field(default_factory=dict)

    @property
    def specs(self) -> tuple[InputSpec, ...]:
        """The inputs, in the table's order."""
        return tuple(table.spec for table in self.tables)

    def to_bytes(self) -> bytes:
        """Give the canonical JSON, whose sha256 names this scorecard."""
        return canonical_json({"format": FORMAT, **asdict(self)})

    @property
    def sha256(self) -> str:
        """The name by which promotions know this scorecard."""
        return sha256_of(self.to_bytes())


def from_bytes(content: bytes, where: str = "scorecard") -> Scorecard:
    """Read a scorecard; refuses every deviation from the form.

    Raises
    ------
    ScorecardError
        Not JSON, another format, a missing or surplus key, a table that does not fit together.
    """
    try:
        raw = json.loads(content)
        card = _scorecard(raw)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = str(error) if isinstance(error, ValueError) else f"{type(error).__name__} at {error}"
        raise ScorecardError(
            Fault(where, f"not a scorecard ({reason})", FORMAT, "restore it from the registry, or promote again")
        ) from None
    return card


def _scorecard(raw: dict[str, Any]) -> Scorecard:
    _keys(raw, {"format", "name", "candidate", "intercept", "tables", "levels", "slope", "shift", "serving"})
    if raw["format"] != FORMAT:
        raise ValueError("another format")
    return Scorecard(
        name=_text(raw["name"]),
        candidate=_text(raw["candidate"]),
        intercept=_number(raw["intercept"]),
        tables=tuple(_table(item) for item in raw["tables"]),
        levels=tuple(_level(item) for item in raw["levels"]),
        slope=_number(raw["slope"]),
        shift=_number(raw["shift"]),
        serving=dict(raw["serving"]),
    )


def _table(raw: dict[str, Any]) -> PointsTable:
    _keys(raw, {"spec", "kind", "values", "points", "missing", "typical"})
    kind = Kind(raw["kind"])
    points = tuple(_number(point) for point in raw["points"])
    read = _text if kind is Kind.CATEGORIES else _number
    values = tuple(read(value) for value in raw["values"])
    if len(points) != len(values) + (kind is Kind.STEPS) or (kind is Kind.PIECES and not values):
        raise ValueError("values and points do not fit together")
    if list(values) != sorted(set(values)):
        raise ValueError("values are not ascending")
    return PointsTable(
        spec=_spec(raw["spec"]),
        kind=kind,
        values=values,  # type: ignore[arg-type] # all texts or all numbers, by the kind
        points=points,
        missing=None if raw["missing"] is None else _number(raw["missing"]),
        typical=read(raw["typical"]),
    )


def _spec(raw: dict[str, Any]) -> InputSpec:
    _keys(raw, {"name", "column", "type", "title", "unit", "risk", "changeable", "cuts"})
    cuts = {grade: (_number(cut), _number(spread)) for grade, (cut, spread) in raw["cuts"].items()}
    return InputSpec(
        name=_text(raw["name"]),
        column=_text(raw["column"]),
        type=InputType(raw["type"]),
        title=_text(raw["title"]),
        unit=_text(raw["unit"]),
        risk=None if raw["risk"] is None else Direction(raw["risk"]),
        changeable=bool(raw["changeable"]),
        cuts=cuts,
    )


def _level(raw: dict[str, Any]) -> LevelMeaning:
    _keys(raw, {"name", "start", "students", "share", "low", "high"})
    shares = {key: None if raw[key] is None else _number(raw[key]) for key in ("share", "low", "high")}
    return LevelMeaning(name=_text(raw["name"]), start=_number(raw["start"]), students=int(raw["students"]), **shares)


def _keys(raw: dict[str, Any], allowed: set[str]) -> None:
    if set(raw) != allowed:
        raise ValueError(f"keys missing or surplus: {sorted(set(raw) ^ allowed)}")


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("a number is not a finite number")
    return float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text is not a text")
    return value
