"""A first look at a roster, before there is a config: what its columns seem to be.

It refuses only a file that cannot be read, and keeps no row.
"""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from earlywarn.columns import Coded, Floats
from earlywarn.config.sections import WORDS_FOR_MISSING
from earlywarn.errors import Fault, RosterError
from earlywarn.roster.blocks import Block
from earlywarn.roster.blocks import Guess as Doubt
from earlywarn.roster.cells import read_cells
from earlywarn.roster.header import refuse_no_header, repeated_names
from earlywarn.roster.read import open_source
from earlywarn.roster.recognise import KEYS, Guess, Role, guess
from earlywarn.roster.stored import reading
from earlywarn.roster.terms import Kind, Term

MISSING = frozenset(WORDS_FOR_MISSING)
MOST_VALUES = 200
"""With more distinct values a column is no category; they are no longer counted."""

ENOUGH = 100_000
"""So many cells tell whether a column with many values holds numbers."""


@dataclass
class Look:
    """One column: how often each value occurs while they are few, and whether all are numbers."""

    column: str
    values: Counter[str] = field(default_factory=Counter)
    known: int = 0
    numeric: int = 0

    @property
    def is_number(self) -> bool:
        """Whether every known value is a number."""
        return 0 < self.known == self.numeric

    @property
    def has_few_values(self) -> bool:
        """Whether its values may be categories."""
        return 0 < len(self.values) <= MOST_VALUES

    @property
    def is_known(self) -> bool:
        """Whether more rows would tell nothing more."""
        return len(self.values) > MOST_VALUES and self.known > ENOUGH

    def see(self, coded: Coded) -> None:
        """Add the values of a block."""
        counts = np.bincount(coded.codes[coded.codes >= 0], minlength=len(coded.names)).tolist()
        self.known += sum(counts)
        self.numeric += sum(count for name, count in zip(coded.names, counts, strict=True) if is_number(name))
        if len(self.values) <= MOST_VALUES:
            self.values.update(dict(zip(coded.names, counts, strict=True)))


GRADES = ("PK", "K", *map(str, range(1, 13)))


@dataclass(frozen=True)
class Seen:
    """One column with what it seems to be."""

    look: Look
    guess: Guess

    @property
    def column(self) -> str:
        """Its name in the file."""
        return self.look.column


@dataclass(frozen=True)
class Sheet:
    """A roster: its columns in the order of the file, what they seem to be, and what a person should look at."""

    path: Path
    columns: tuple[Seen, ...]
    warnings: tuple[Doubt, ...] = ()

    def key(self, name: str) -> Seen | None:
        """Give the first column that seems to be this key."""
        return next((seen for seen in self.columns if seen.guess == Guess(Role.KEY, name)), None)

    def of(self, role: Role) -> list[Seen]:
        """Give the columns that seem to have this role."""
        return [seen for seen in self.columns if seen.guess.role is role]

    @cached_property
    def results(self) -> dict[tuple[str, int], Seen]:
        """The first column of each subject, this year's and last year's."""
        found = [seen for seen in self.of(Role.RESULT) if seen.look.is_number]
        return {(seen.guess.name, seen.guess.years_ago): seen for seen in reversed(found)}

    @cached_property
    def subjects(self) -> list[str]:
        """Subjects with a result of this year, in the order of the file."""
        return [subject for subject, years_ago in reversed(self.results) if not years_ago]

    @cached_property
    def grades(self) -> list[str]:
        """The grades in ascending order; where there is one alone, the next one too."""
        seen = self.key("grade")
        grades = sorted(seen.look.values, key=_grade_place) if seen and seen.look.has_few_values else ["K"]
        return grades if len(grades) > 1 else [*grades, _next_grade(grades[0])]


def is_number(text: str) -> bool:
    """Tell whether a cell is a finite number."""
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def look_at(path: Path) -> Sheet:
    """Look at every named column of a roster.

    Raises
    ------
    UsageError, RosterError, MachineError
        The file cannot be read, or has no rows.
    """
    source = open_source(path)
    refuse_no_header(source, [name for names in KEYS.values() for name in names])
    if faults := repeated_names(source):
        raise RosterError(faults)
    stored = zip(source.names, source.types, strict=True)
    names = tuple(dict.fromkeys(name for name, kind in stored if name and not _is_odd(kind)))
    looks = {name: Look(name) for name in names}
    few = pa.dictionary(pa.int32(), pa.string())
    rows = 0
    with reading(path):
        for block in source.blocks(dict.fromkeys(names, few), MISSING):
            rows += len(block.lines)
            for look in looks.values():
                if not look.is_known:
                    look.see(_texts(block, look.column))
    if not rows:
        raise RosterError(Fault(source.file, "a header and no rows", "at least one row", "export it again"))
    columns = tuple(Seen(look, guess(look.column)) for look in looks.values())
    return Sheet(path, columns, tuple(doubt for doubt in source.guesses if doubt.is_warning))


def _is_odd(kind: Any) -> bool:
    """Tell whether a Parquet column holds what no roster column can: lists, bytes, moments."""
    return bool(pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_temporal(kind))


def spread_by(path: Path, column: str, by: str) -> dict[str, tuple[int, float, float]]:
    """Give for each value of ``by``: how many numbers ``column`` has, their 30th percentile and spread."""
    few = pa.dictionary(pa.int32(), pa.string())
    found: dict[str, list[Floats]] = {}
    for block in open_source(path).blocks({column: pa.float64(), by: few}, MISSING):
        numbers = read_cells(block.columns[column], Term(column, Kind.NUMBER, MISSING)).values
        groups = _texts(block, by)
        for code, name in enumerate(groups.names):
            found.setdefault(name, []).append(numbers[(groups.codes == code) & np.isfinite(numbers)])
    return {name: _spread(np.concatenate(parts)) for name, parts in found.items()}


def _texts(block: Block, column: str) -> Coded:
    found: Coded = read_cells(block.columns[column], Term(column, Kind.TEXT, MISSING)).values
    return found


def _spread(numbers: Floats) -> tuple[int, float, float]:
    if not len(numbers):
        return 0, 0.0, 0.0
    return len(numbers), float(np.percentile(numbers, 30)), float(np.std(numbers))


def _grade_place(grade: str) -> tuple[int, str]:
    plain = grade.lstrip("0").upper() or "K"
    return (GRADES.index(plain), grade) if plain in GRADES else (len(GRADES), grade)


def _next_grade(grade: str) -> str:
    place, _ = _grade_place(grade)
    if place + 1 >= len(GRADES):
        return f"after {grade}"
    return GRADES[place + 1].zfill(len(grade)) if grade.startswith("0") else GRADES[place + 1]
