"""A first look at a roster, before there is a config: names, kinds and counts; refuses only what cannot be read."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from earlywarn.columns import Coded, Floats
from earlywarn.errors import Fault, RosterError
from earlywarn.roster.cells import Kind, Term, read_cells
from earlywarn.roster.header import refuse_no_header
from earlywarn.roster.read import open_source
from earlywarn.roster.recognise import KEYS

MISSING = frozenset({"", "NA", "N/A", "NULL", "null", "."})
MOST_VALUES = 200
"""With more distinct values a column is no category; they are no longer counted."""


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

    def see(self, coded: Coded) -> None:
        """Add the values of a block."""
        counts = np.bincount(coded.codes[coded.codes >= 0], minlength=len(coded.names)).tolist()
        self.known += sum(counts)
        self.numeric += sum(count for name, count in zip(coded.names, counts, strict=True) if is_number(name))
        if len(self.values) <= MOST_VALUES:
            self.values.update(dict(zip(coded.names, counts, strict=True)))


def is_number(text: str) -> bool:
    """Tell whether a cell is a finite number."""
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def look_at(path: Path) -> tuple[Look, ...]:
    """Look at every named column of a roster.

    Raises
    ------
    UsageError, RosterError, MachineError
        The file cannot be read, or has no rows.
    """
    source = open_source(path)
    refuse_no_header(source, [name for names in KEYS.values() for name in names])
    plain = [name for name, kind in zip(source.names, source.types, strict=True) if name and not _is_odd(kind)]
    names = tuple(dict.fromkeys(plain))
    looks = {name: Look(name) for name in names}
    few = pa.dictionary(pa.int32(), pa.string())
    rows = 0
    for block in source.blocks(dict.fromkeys(names, few), MISSING):
        rows += len(block.lines)
        for name, look in looks.items():
            values = read_cells(block.columns[name], Term(name, Kind.TEXT, MISSING)).values
            look.see(values)
    if not rows:
        raise RosterError(Fault(source.file, "a header and no rows", "at least one row", "export it again"))
    return tuple(looks.values())


def _is_odd(kind: Any) -> bool:
    """Tell whether a Parquet column holds what no roster column can: lists, bytes, moments."""
    return bool(pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_temporal(kind))


def spread_by(path: Path, column: str, by: str) -> dict[str, tuple[int, float, float]]:
    """Give, for each value of ``by``, how many numbers ``column`` has, their 30th percentile and their spread."""
    few = pa.dictionary(pa.int32(), pa.string())
    found: dict[str, list[Floats]] = {}
    for block in open_source(path).blocks({column: pa.float64(), by: few}, MISSING):
        numbers = read_cells(block.columns[column], Term(column, Kind.NUMBER, MISSING)).values
        groups = read_cells(block.columns[by], Term(by, Kind.TEXT, MISSING)).values
        for code, name in enumerate(groups.names):
            found.setdefault(name, []).append(numbers[(groups.codes == code) & np.isfinite(numbers)])
    return {name: _spread(np.concatenate(parts)) for name, parts in found.items()}


def _spread(numbers: Floats) -> tuple[int, float, float]:
    if not len(numbers):
        return 0, 0.0, 0.0
    return len(numbers), float(np.percentile(numbers, 30)), float(np.std(numbers))
