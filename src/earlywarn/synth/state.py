"""A made-up state on disk: rosters by year, people, schools, an experiment, and a word that nothing is real.

The state is written zone by zone, so its size does not count in memory; the folder appears whole or not at
all. It refuses a folder that is there already, and faults in Parquet, whose cells have types.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol, Self

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from earlywarn.errors import Fault, UsageError
from earlywarn.files import publish_folder
from earlywarn.synth import assumed
from earlywarn.synth.experiment import experiment_toml
from earlywarn.synth.faults import KINDS, Planter, key_text
from earlywarn.synth.life import Year, live
from earlywarn.synth.people import PEOPLE_COLUMNS, people_table
from earlywarn.synth.rows import MADE_UP, METADATA, ROSTER_COLUMNS, YES, roster_table
from earlywarn.synth.zones import Plan, Zone, check_plan, zones

ROSTERS, PEOPLE, SCHOOLS = "roster", "people.csv", "schools.csv"
EXPERIMENT, NOTICE, KEY = "experiment.toml", "MADE-UP.txt", "MADE-UP-faults.csv"
FORMATS = ("csv", "parquet")
ROWS_A_GROUP = 100_000
"""Rows that a Parquet file holds together; a CSV's bytes do not hang on it."""

SCHOOL_COLUMNS = ("school_id", "district_id", "level", "first_grade", "last_grade", "students", MADE_UP)


@dataclass(frozen=True)
class Order:
    """What to make and where; ``dirty`` plants so many of each fault into the newest year, 0 for none."""

    plan: Plan
    out: Path
    dirty: int = 0
    format: str = "csv"
    rows_a_group: int = ROWS_A_GROUP


@dataclass(frozen=True)
class Made:
    """What was made."""

    folder: Path
    students: int
    school_years: tuple[int, ...]
    rows: int
    schools: int
    faults: int


def make_state(order: Order, tell: Callable[[str], None] = lambda step: None) -> Made:
    """Make a state and write it whole or not at all.

    Raises
    ------
    UsageError
        Sizes that cannot be made, an unknown format, a folder that is there already, too many faults.
    MachineError
        The disk is full or failing.
    """
    _refuse(order)
    counted: list[Made] = []
    publish_folder(order.out, lambda folder: counted.append(_fill(folder, order, tell)))
    return counted[0]


def _refuse(order: Order) -> None:
    check_plan(order.plan)
    if order.format not in FORMATS:
        raise UsageError(Fault("--format", f"'{order.format}'", " or ".join(FORMATS), "give one of these"))
    if order.dirty and order.format != "csv":
        remedy = "leave out --format, or --dirty"
        raise UsageError(Fault("--dirty", "faults are planted in text, and Parquet has types", "csv", remedy))
    if order.out.exists():
        raise UsageError(Fault(str(order.out), "this is there already", remedy="give another --out, or move it away"))


def _fill(folder: Path, order: Order, tell: Callable[[str], None]) -> Made:
    plan, years = order.plan, tuple(order.plan.school_years)
    planter = _planter(order) if order.dirty else None
    (folder / ROSTERS).mkdir()
    schools = before = done = 0
    with ExitStack() as stack:
        rosters = {year: stack.enter_context(_writer(folder, order, year)) for year in years}
        people = stack.enter_context((folder / PEOPLE).open("wb"))
        buildings = stack.enter_context((folder / SCHOOLS).open("wb"))
        people.write(_header(PEOPLE_COLUMNS))
        buildings.write(_header(SCHOOL_COLUMNS))
        for zone in zones(plan):
            lived = live(zone, plan)
            for year in lived:
                table = roster_table(zone, year, before)
                rosters[year.school_year].write(table, planter if year is lived[-1] else None)
            people.write(csv_bytes(people_table(zone, lived[-1], before, plan)))
            buildings.write(csv_bytes(_schools(zone, lived[-1])))
            before += max(int(year.number.max()) for year in lived)
            schools, done = schools + len(zone.school_ids), done + zone.students
            tell(f"made up {done:,} of {plan.students:,} students")
    faults = _write_words(folder, order, planter)
    return Made(order.out, plan.students, years, plan.students * len(years), schools, faults)


def _planter(order: Order) -> Planter:
    rng = np.random.default_rng([order.plan.seed, 0, 1])
    return Planter(_name(order, assumed.NEWEST_YEAR), order.plan.students, order.dirty, rng)


def _name(order: Order, year: int) -> str:
    return f"roster-{year}.{order.format}"


def _write_words(folder: Path, order: Order, planter: Planter | None) -> int:
    (folder / EXPERIMENT).write_text(experiment_toml(order.plan), encoding="utf-8")
    (folder / NOTICE).write_text("\n".join(_notice(order)) + "\n", encoding="utf-8")
    if planter is None:
        return 0
    planter.finish()
    (folder / KEY).write_text(key_text(planter.key), encoding="utf-8")
    return len(KINDS) * order.dirty


def _notice(order: Order) -> Iterator[str]:
    plan = order.plan
    yield "MADE UP. No student, school, district or counselor in this folder exists; 'earlywarn synth' invented all."
    yield f"Made with --students {plan.students} --years {plan.years} --seed {plan.seed} --format {order.format}"
    yield f"and --dirty {order.dirty}." if order.dirty else "and without planted faults."
    yield ""
    yield "What was invented, and what drifts (docs/synth.md tells it all):"
    yield f"- school years {plan.school_years[0]} to {plan.school_years[-1]}, {plan.students:,} students in each;"
    yield f"- the share with lunch support rises by about {assumed.LUNCH_A_YEAR:.3f} a year,"
    yield f"  that in special education by {assumed.SPECIAL_EDUCATION_A_YEAR:.3f};"
    yield f"- skill changes by {assumed.SKILL_A_YEAR:+.2f} deviations a year;"
    if plan.years > 1:
        shift = f"{assumed.SCALE_SHIFT:g} points higher"
        yield f"- in {assumed.NEWEST_YEAR} the {assumed.SHIFTED_SUBJECT} scale stands {shift}."
    yield ""
    yield f"{ROSTERS}/ holds the rosters; every row says {MADE_UP} = {YES}. {PEOPLE} never enters training."
    if order.dirty:
        yield f"{KEY} lists every planted fault: file, line (the header is line 1), column, name of the fault."


class _RosterFile(Protocol):
    """A roster that is being written."""

    def __enter__(self) -> Self:
        """Give itself."""

    def __exit__(self, *raised: object) -> None:
        """Close the file."""

    def write(self, table: Any, planter: Planter | None) -> None:
        """Write a zone's rows, with faults if there is a planter."""


class _CsvFile:
    """A CSV of a roster: every zone's rows go straight to the file's buffer."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("wb", buffering=1 << 20)
        self._file.write(_header(ROSTER_COLUMNS))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._file.close()

    def write(self, table: Any, planter: Planter | None) -> None:
        """Write a zone's rows, with faults if there is a planter."""
        text = csv_bytes(table)
        self._file.write(planter.plant(text) if planter else text)


@dataclass
class _ParquetFile:
    """A Parquet file of a roster: zones are gathered until they make a row group."""

    path: Path
    rows_a_group: int
    _tables: list[Any] = field(default_factory=list)
    _writer: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        if raised[0] is None:
            self._flush()
        if self._writer is not None:
            self._writer.close()

    def write(self, table: Any, planter: Planter | None) -> None:
        """Write a zone's rows."""
        self._tables.append(table)
        if sum(map(len, self._tables)) >= self.rows_a_group:
            self._flush()

    def _flush(self) -> None:
        if self._tables:
            table = pa.concat_tables(self._tables)
            self._writer = self._writer or pq.ParquetWriter(self.path, table.schema.with_metadata(METADATA))
            self._writer.write_table(table)
            self._tables.clear()


def _writer(folder: Path, order: Order, year: int) -> _RosterFile:
    path = folder / ROSTERS / _name(order, year)
    makers: Mapping[str, Callable[[], _RosterFile]] = {
        "csv": lambda: _CsvFile(path),
        "parquet": lambda: _ParquetFile(path, order.rows_a_group),
    }
    return makers[order.format]()


def csv_bytes(table: Any) -> bytes:
    """Give a table's rows as CSV without its header; made-up cells hold nothing that needs quotes."""
    out = io.BytesIO()
    arrow_csv.write_csv(table, out, arrow_csv.WriteOptions(include_header=False, quoting_style="none"))
    return out.getvalue()


def _header(columns: tuple[str, ...]) -> bytes:
    return (",".join(columns) + "\n").encode()


def _schools(zone: Zone, year: Year) -> Any:
    count, levels = len(zone.school_ids), zone.levels
    students = np.bincount(np.asarray(year.columns["school"], dtype=np.int64), minlength=count)
    columns = (
        pa.array(zone.school_ids),
        pa.array([f"D{zone.district:05d}"] * count),
        pa.array(levels),
        pa.array([assumed.LEVELS[level][0] for level in levels]),
        pa.array([assumed.LEVELS[level][1] for level in levels]),
        pa.array(students),
        pa.array([YES] * count),
    )
    return pa.table(dict(zip(SCHOOL_COLUMNS, columns, strict=True)))
