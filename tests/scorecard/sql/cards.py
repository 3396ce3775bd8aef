"""Scorecards and roster tables by chance: every kind of input, hostile names, values on knots and edges."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from earlywarn.columns import Coded, InputSpec, InputType, Status
from earlywarn.inputs import input_values, known_count
from earlywarn.scorecard.levels import level_of
from earlywarn.scorecard.points import LEAST_POINTS, NONE, point_blocks, score
from earlywarn.scorecard.sql.select import Rows
from earlywarn.scorecard.table import Kind, LevelMeaning, PointsTable, Scorecard
from tests.scorecard.sql.engines import Table

KEYS = {"student_id": "text", "school_id": "text", "school_year": "year", "grade": "text"}
GRADES = ("K", "1", "gr'ade \\")
LEVELS = (LevelMeaning("High", 0.5), LevelMeaning("It's \\ Moderate", 0.25), LevelMeaning("Low", 0.0))
ROWS = 16

PIECES = [*"aAé'\"`[]\\;-/*%${}:. \n\t\r", "--", "/*", "\\\n", "'; DROP TABLE roster; --", "字", "\U0001f600"]
hostile = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join)
size = st.floats(1e-3, 1e3).map(lambda value: round(value, 6))
number = st.builds(lambda value, sign: value * sign, size, st.sampled_from([-1.0, 1.0])) | st.just(0.0)
point = st.sampled_from([0.0, 0.05, -0.05, 0.049, 0.5, -0.5]) | st.floats(-4, 4).map(lambda value: round(value, 9))
huge_or_not = st.one_of(point, point, st.sampled_from([800.0, -800.0, 1e6, -1e6]))


@dataclass(frozen=True)
class Case:
    """A scorecard, which rows it scores, and a table to try it on."""

    card: Scorecard
    rows: Rows
    table: Table


@st.composite
def cases(draw: st.DrawFn) -> Case:
    names = draw(st.lists(hostile, min_size=1, max_size=5, unique_by=lambda name: name.casefold()))
    tables = tuple(draw(points_tables(f"c{place} {name}")) for place, name in enumerate(names))
    card = Scorecard(
        name="by-chance",
        candidate="chance",
        intercept=draw(point),
        tables=tables,
        levels=LEVELS,
        slope=draw(st.sampled_from([1.0, 0.7, 1.3, 0.0, 1e3])),
        shift=draw(point),
    )
    known = draw(st.lists(st.sampled_from([spec.name for spec in card.specs]), min_size=1, unique=True))
    rows = rows_for(known, draw(st.integers(1, len(known))))
    columns: dict[str, Any] = {
        "student_id": [f"{place:03d}" for place in range(ROWS)],
        "school_id": draw(many(st.sampled_from(["S 1", None]))),
        "school_year": draw(many(st.sampled_from([2023, 2023, 2023, 2022, None]))),
        "grade": draw(many(st.sampled_from([*GRADES, *GRADES, "2", "k", "K ", None]))),
    }
    columns |= {table.spec.column: draw(many(values_near(table))) for table in tables}
    return Case(card, rows, Table(columns, KEYS | kinds_of(card)))


def rows_for(known: list[str], least: int) -> Rows:
    return Rows(("roster",), "student_id", "school_id", "school_year", "grade", 2023, GRADES, tuple(known), least)


def kinds_of(card: Scorecard) -> dict[str, str]:
    return {spec.column: "text" if spec.type is InputType.CATEGORY else "number" for spec in card.specs}


def many(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(values, min_size=ROWS, max_size=ROWS)


@st.composite
def points_tables(draw: st.DrawFn, column: str) -> PointsTable:
    kind = draw(st.sampled_from(Kind))
    values: list[Any]
    if kind is Kind.CATEGORIES:
        spec = InputSpec(f"n {column}", column, InputType.CATEGORY, draw(hostile))
        values = sorted(draw(st.lists(hostile, max_size=5, unique=True)))
    else:
        cuts = {grade: (draw(number), draw(size)) for grade in draw(st.sampled_from([GRADES, GRADES[:2], ()]))}
        result = draw(st.booleans())
        spec = InputSpec(
            f"n {column}",
            column,
            InputType.RESULT if result else InputType.NUMBER,
            draw(hostile),
            unit=draw(hostile),
            cuts=cuts if result else {},
        )
        least = 1 if kind is Kind.PIECES else 0
        values = sorted({round(value, 6) + 0.0 for value in draw(st.lists(number, min_size=least, max_size=20))})
    count = len(values) + (kind is Kind.STEPS)
    points = draw(st.lists(huge_or_not, min_size=count, max_size=count))
    return PointsTable(
        spec, kind, tuple(values), tuple(points), draw(st.none() | huge_or_not), "" if kind is Kind.CATEGORIES else 0.0
    )


def values_near(table: PointsTable) -> st.SearchStrategy[Any]:
    """Give values on knots and edges, beside them, far off, or missing; of a result those that fall there."""
    if table.kind is Kind.CATEGORIES:
        known = [str(value) for value in table.values]
        variants = [spelt for value in known for spelt in (value, value.swapcase(), value + " ", value[:-1])]
        return st.sampled_from([*variants, "", "other", None])
    knots = [float(value) for value in table.values]
    near = [side for knot in knots for side in (knot, *_beside(knot))]
    bars = list(table.spec.cuts.values())
    near += [cut + spread * knot for knot in knots for cut, spread in bars] + [cut for cut, _ in bars]
    special = [None, math.nan, 0.0, -0.0, 1e12, -1e12]
    return st.sampled_from([*near, *special]) | number


def _beside(knot: float) -> tuple[float, float]:
    """Give the nearest numbers; beside 0 those that PostgreSQL can still multiply."""
    return (math.nextafter(knot, math.inf), math.nextafter(knot, -math.inf)) if knot else (1e-90, -1e-90)


def expected(case: Case) -> list[dict[str, Any]]:
    """Give what Python says of each row, straight from the rooms that score."""
    card, rows, columns = case.card, case.rows, case.table.columns
    grade = coded(columns["grade"])
    numbers = {name: floats(columns[name]) for name, kind in case.table.kinds.items() if kind == "number"}
    texts = {name: coded(columns[name]) for name, kind in case.table.kinds.items() if kind == "text"}
    values = input_values(card.specs, numbers, texts, grade)
    enough = known_count(rows.known, values) >= rows.least_known
    found = score(card, values)
    level = level_of(found.risk, card.levels).texts()
    names = [*(spec.name for spec in card.specs), None]
    told = []
    for place, (year, served) in enumerate(zip(columns["school_year"], columns["grade"], strict=True)):
        in_scope = year == rows.year and served in rows.grades
        status = (Status.SCORED if enough[place] else Status.NOT_ENOUGH_DATA) if in_scope else Status.OUT_OF_SCOPE
        row: dict[str, Any] = {name: columns[name][place] for name in ("student_id", "school_id", "grade")}
        row |= {"status": status.value, "risk": found.risk[place], "points": found.points[place], "level": level[place]}
        sides = {"reason": found.reasons[place], "strength": found.strengths[place]}
        row |= {f"{side}_{turn + 1}": names[best[turn]] for side, best in sides.items() for turn in range(3)}
        asked = ("risk", "points", "level", *(name for name in row if name.startswith(("reason", "strength"))))
        told.append(row if status is Status.SCORED else row | dict.fromkeys(asked))
    assert NONE == -1  # so that no further reason is the last of the names
    return told


def coded(texts: Any) -> Coded:
    names = tuple(sorted({text for text in texts if text is not None}))
    codes = [-1 if text is None else names.index(text) for text in texts]
    return Coded(np.array(codes, dtype=np.int32), names)


def floats(values: Any) -> Any:
    return np.array([math.nan if value is None else value for value in values], dtype=np.float64)


def differences(found: list[dict[str, Any]], case: Case) -> list[str]:
    """Tell where a query and Python differ: risk by more than 1e-9, points in their bits, all else at all.

    Reasons may stand in another order where points differ by a rounding error alone: see ``_nearly_tied``.
    """
    wanted, heights = expected(case), heights_of(case)
    assert len(found) == len(wanted)
    by_student = {row["student_id"]: row for row in found}
    told = []
    for place, row in enumerate(wanted):
        other = by_student[row["student_id"]]
        assert list(other) == list(row)
        unlike = [name for name in row if not _same(name, other[name], row[name])]
        if unlike and all(name.startswith(("reason", "strength")) for name in unlike) and _nearly_tied(heights[place]):
            continue
        told += [f"{name}: {other[name]!r}, not {row[name]!r}" for name in unlike]
    return told


def heights_of(case: Case) -> Any:
    """Give the points of each row and input."""
    columns, kinds = case.table.columns, case.table.kinds
    numbers = {name: floats(columns[name]) for name, kind in kinds.items() if kind == "number"}
    texts = {name: coded(columns[name]) for name, kind in kinds.items() if kind == "text"}
    values = input_values(case.card.specs, numbers, texts, coded(columns["grade"]))
    return np.concatenate([block for _, block, _ in point_blocks(case.card, values)], axis=1).T


def _nearly_tied(heights: Any) -> bool:
    """Tell whether points, or points and the least that count, differ, but by less than a millionth of a millionth."""
    sizes = np.sort(np.append(np.abs(heights), LEAST_POINTS))
    gaps = np.diff(sizes)
    return bool(((gaps > 0) & (gaps <= 1e-12 * sizes[1:])).any())


def _same(name: str, found: Any, wanted: Any) -> bool:
    if name == "risk" and None not in (found, wanted):
        return abs(found - wanted) <= 1e-9
    return bool(found == wanted)
