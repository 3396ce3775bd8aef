"""A scorecard as one SELECT over a roster table; refuses what no warehouse could calculate as Python does.

The arithmetic is that of ``inputs``, ``points`` and ``levels``, in doubles and in the same order. So statuses, levels,
reasons and strengths are the same, and risks differ by no more than the last bits of EXP, which are each machine's
own. Only two inputs whose points differ by less than one part in a million million may stand in the other order among
the reasons: Python may hold them to be equal, and a machine that multiplies and adds in one step ends on another bit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from earlywarn.columns import InputSpec, InputType, Status
from earlywarn.printable import one_line
from earlywarn.scorecard.sql.dialects import Dialect
from earlywarn.scorecard.sql.heaviest import SIDES, extreme_points, whose_points
from earlywarn.scorecard.sql.layout import case, flow
from earlywarn.scorecard.sql.limits import refuse_what_cannot_stand
from earlywarn.scorecard.sql.lookup import looked_up
from earlywarn.scorecard.table import LevelMeaning, PointsTable, Scorecard

TURNS = range(1, 4)
"""Three reasons and three strengths, found one after the other."""

CERTAIN = 700.0
"""Log-odds beyond which the risk is 0 or 1 to 300 digits; EXP of more is an error in PostgreSQL and SQL Server."""

KEYS = ("s.student_id", "s.school_id", "s.grade")


@dataclass(frozen=True)
class Rows:
    """The roster table, its keys, and which of its rows are scored.

    Attributes
    ----------
    table
        Parts of the table's name, such as schema and table.
    year
        The school year that is scored.
    grades
        The grades that the model serves.
    known, least_known
        A row is scored if at least so many of these inputs are known.
    """

    table: tuple[str, ...]
    student_id: str
    school_id: str
    school_year: str
    grade: str
    year: int
    grades: tuple[str, ...]
    known: tuple[str, ...]
    least_known: int


def select_of(card: Scorecard, rows: Rows, dialect: Dialect) -> str:
    """Write the SELECT, without a semicolon.

    Raises
    ------
    ScorecardError
        A number that could overflow, a text that no literal can hold, a known input that the table lacks.
    """
    names = (*rows.table, rows.student_id, rows.school_id, rows.school_year, rows.grade, *rows.grades)
    refuse_what_cannot_stand(card, rows.known, names)
    steps = _steps(card, rows, dialect)
    sources = [".".join(map(dialect.name, rows.table)), *(step.name for step in steps)]
    whole = [_written(step, source, dialect) for step, source in zip(steps, sources, strict=False)]
    return "WITH\n" + ",\n".join(whole) + "\n" + _final(card, sources[-1], dialect)


@dataclass(frozen=True)
class _Step:
    name: str
    says: str
    columns: Sequence[str]


def _steps(card: Scorecard, rows: Rows, dialect: Dialect) -> list[_Step]:
    return [
        _Step("earlywarn_values", "The roster's own columns as numbers and texts.", _values(card, rows, dialect)),
        _Step("earlywarn_inputs", "Results as distances to the standard, in spreads of the grade; who is in scope.",
              _inputs(card, rows, dialect)),
        _Step("earlywarn_points", "The scorecard: log-odds against the typical student's; NULL if missing or unseen. "
              f"{dialect.number(0.5)} is 0.5 as a double.", _points(card, rows, dialect)),
        _Step("earlywarn_total", "The sum, in which what is missing has points of its own, for rows that are scored.",
              ("s.*", f"{_if_scored(_total(card, dialect), dialect)} AS total")),
        *(step for turn in TURNS for step in _turn(card, dialect, turn)),
    ]  # fmt: skip


def _turn(card: Scorecard, dialect: Dialect, turn: int) -> Iterable[_Step]:
    """Give two steps: the heaviest points among inputs not named yet, then whose they are."""
    tops, names = ["s.*"], ["s.*"]
    for side in SIDES:
        top = extreme_points(side, card.tables, dialect, turn)
        tops.append(f"{_if_scored(top, dialect) if turn == 1 else top} AS {side.extreme}_{turn}")
        names.append(f"{whose_points(side, card.tables, dialect, turn)} AS {side.name}_{turn}")
    if turn == 1:
        tops.append(_risk(card, dialect))
    yield _Step(f"earlywarn_top_{turn}", f"The most and the fewest points of an input, turn {turn}.", tops)
    yield _Step(f"earlywarn_named_{turn}", "Whose points these are, by the input's number; the first of equals.", names)


def _written(step: _Step, source: str, dialect: Dialect) -> str:
    columns = ",\n".join(f"    {column}" for column in step.columns)
    first, last = f" {dialect.first}" * bool(dialect.first), f"\n  {dialect.last}" * bool(dialect.last)
    return f"-- {step.says}\n{step.name} AS (\n  SELECT{first}\n{columns}\n  FROM {source} AS s{last}\n)"


def _values(card: Scorecard, rows: Rows, dialect: Dialect) -> Sequence[str]:
    keys = {"student_id": rows.student_id, "school_id": rows.school_id, "grade": rows.grade}
    columns = [f"s.{dialect.name(column)} AS {key}" for key, column in keys.items()]
    columns.append(f"{dialect.as_number(rows.school_year)} AS school_year")
    columns.append(f"{dialect.as_text(rows.grade)} AS grade_text")
    for place, spec in enumerate(card.specs, start=1):
        read = dialect.as_text if spec.type is InputType.CATEGORY else dialect.as_number
        columns.append(f"{_says(place, spec)}\n    {read(spec.column)} AS value_{place}")
    return columns


def _says(place: int, spec: InputSpec) -> str:
    unit = f" ({one_line(spec.unit)})" * bool(spec.unit)
    return f"-- {place}. {one_line(spec.name)}: {one_line(spec.title)}{unit}"


def _inputs(card: Scorecard, rows: Rows, dialect: Dialect) -> Sequence[str]:
    grades = flow([dialect.equals("s.grade_text", grade) for grade in rows.grades], " OR ")
    served = f"s.school_year = {dialect.number(rows.year)} AND ({grades})"
    inputs = [f"{_input(place, spec, dialect)} AS input_{place}" for place, spec in enumerate(card.specs, start=1)]
    return (*KEYS, f"CASE WHEN {served} THEN 1 ELSE 0 END AS in_scope", *inputs)


def _input(place: int, spec: InputSpec, dialect: Dialect) -> str:
    value = f"s.value_{place}"
    if spec.type is not InputType.RESULT:
        return value
    lines = [
        f"WHEN {dialect.equals('s.grade_text', grade)} THEN ({value} {dialect.signed(-cut)}) / {dialect.number(spread)}"
        for grade, (cut, spread) in spec.cuts.items()
    ]
    return case(lines, "NULL") if lines else f"CAST(NULL AS {dialect.double})"


def _points(card: Scorecard, rows: Rows, dialect: Dialect) -> Sequence[str]:
    columns = [*KEYS, f"{_status(card, rows, dialect)} AS status"]
    for place, table in enumerate(card.tables, start=1):
        says = f"{_says(place, table.spec)}; where missing {_missing(table):.3g}"
        columns.append(f"{says}\n    {looked_up(f's.input_{place}', table, dialect)} AS points_{place}")
    return columns


def _missing(table: PointsTable) -> float:
    """Give the points of what is missing; where training saw too few, the typical, 0."""
    return table.missing or 0.0


def _status(card: Scorecard, rows: Rows, dialect: Dialect) -> str:
    places = {spec.name: place for place, spec in enumerate(card.specs, start=1)}
    known = [f"CASE WHEN s.input_{places[name]} IS NULL THEN 0 ELSE 1 END" for name in rows.known]
    words = {status: dialect.text_literal(status.value) for status in Status}
    lines = [
        f"WHEN s.in_scope = 0 THEN {words[Status.OUT_OF_SCOPE]}",
        f"WHEN {flow(known, ' + ')} < {rows.least_known} THEN {words[Status.NOT_ENOUGH_DATA]}",
    ]
    return case(lines, words[Status.SCORED])


def _total(card: Scorecard, dialect: Dialect) -> str:
    """Sum in the table's order, from the intercept on: the same bits as Python's."""
    terms = [
        f"COALESCE(s.points_{place}, {dialect.number(_missing(table))})"
        for place, table in enumerate(card.tables, start=1)
    ]
    return flow([dialect.number(card.intercept), *terms], " + ")


def _if_scored(expression: str, dialect: Dialect) -> str:
    return f"CASE WHEN s.status = {dialect.text_literal(Status.SCORED.value)} THEN {expression} END"


def _risk(card: Scorecard, dialect: Dialect) -> str:
    odds = f"({dialect.number(card.shift)} + {dialect.number(card.slope)} * s.total)"
    certain, zero, one = dialect.number(CERTAIN), dialect.number(0.0), dialect.number(1.0)
    lines = [f"WHEN {odds} > {certain} THEN {one}", f"WHEN {odds} < -{certain} THEN {zero}"]
    return f"{case(lines, f'{one} / ({one} + EXP(-{odds}))')} AS risk"


def _final(card: Scorecard, source: str, dialect: Dialect) -> str:
    names = [f"WHEN {place} THEN {dialect.text_literal(spec.name)}" for place, spec in enumerate(card.specs, start=1)]
    told = [f"{side.name}_{turn}" for side in SIDES for turn in TURNS]
    columns = [*KEYS, "s.status", "s.risk", "s.total AS points", f"{_level(card.levels, dialect)} AS level"]
    columns += [f"{flow([f'CASE s.{column}', *names, 'END'], ' ')} AS {column}" for column in told]
    return "SELECT\n" + ",\n".join(f"    {column}" for column in columns) + f"\nFROM {source} AS s\n"


def _level(levels: Sequence[LevelMeaning], dialect: Dialect) -> str:
    lines = [
        f"WHEN s.risk >= {dialect.number(level.start)} THEN {dialect.text_literal(level.name)}" for level in levels[:-1]
    ]
    return case(["WHEN s.risk IS NULL THEN NULL", *lines], dialect.text_literal(levels[-1].name))
