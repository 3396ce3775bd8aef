"""One roster, a file or a folder of parts, of any format that the first bytes tell; refuses all others by name."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from earlywarn.columns import Ints
from earlywarn.config.reading import Reading
from earlywarn.errors import Fault, RosterError, UsageError
from earlywarn.roster import delimited, folder, parquet, workbook
from earlywarn.roster.blocks import Block, Source
from earlywarn.roster.stored import Stored, reading, stored, unchanged

ALLOWED = "CSV, TSV, Parquet or XLSX, gzipped or not; a file or a folder of such parts"

_OPENERS: tuple[tuple[bytes, Callable[[Stored, Reading], Source]], ...] = (
    (b"PAR1", parquet.open_parquet),
    (b"PK\x03\x04", workbook.open_workbook),
    (b"PK\x05\x06", workbook.open_workbook),
    (b"\xd0\xcf\x11\xe0", workbook.refuse_compound),
)
"""First bytes, and who reads such a file; all else is text."""

_OTHERS = (
    (b"\x1f\x8b", "a gzip archive within a gzip archive", "unpack it once"),
    (b"%PDF", "a PDF", "ask for the table itself, as CSV, XLSX or Parquet"),
)
"""First bytes, what such a file is, what to do."""


def open_source(path: Path, how: Reading | None = None) -> Source:
    """Read the header of a roster; without ``how`` all is guessed and the usual limits hold.

    Raises
    ------
    UsageError
        No such file, or one that cannot be read twice, such as a pipe.
    RosterError
        A file is empty, of another kind, damaged, too large or without a header; parts do not fit together.
    MachineError
        A file may not be read.
    """
    how = how or Reading()
    with reading(path):
        if not path.is_file() and not path.is_dir():
            found = "no plain file" if path.exists() else "no such file"
            raise UsageError(Fault(str(path), found, ALLOWED, "check the path"))
        if path.is_dir():
            parts, left_out = folder.parts_of(path)
            return folder.joined(path, [_open_file(part, how) for part in parts], left_out)
        return _open_file(path, how)


def _open_file(path: Path, how: Reading) -> Source:
    file = stored(path, how.limits)
    with unchanged(file):
        source = _opener(file)(file, how)
    at = source.at and partial(_steady_at, file, source)
    splits = source.splits and partial(_steady_splits, file, source)
    return replace(source, blocks=partial(_steady, file, source), at=at, splits=splits, parts=(file.name,))


def _opener(file: Stored) -> Callable[[Stored, Reading], Source]:
    first = file.first(8)
    if not first:
        raise RosterError(Fault(file.name, "an empty file", ALLOWED, "export it again"))
    for start, found, remedy in _OTHERS:
        if first.startswith(start):
            raise RosterError(Fault(file.name, found, ALLOWED, remedy))
    named = next((suffix for suffix in file.path.suffixes[::-1] if suffix.lower() != ".gz"), "").lower()
    opener = next((opener for start, opener in _OPENERS if first.startswith(start)), None)
    if opener is None and named in _NAMED:
        found = f"named {named}, but no {_NAMED[named]}"
        raise RosterError(Fault(file.name, found, ALLOWED, "export it again"))
    return opener or delimited.open_delimited


_NAMED = {".parquet": "Parquet file", ".xlsx": "workbook", ".xls": "workbook"}


def _steady(file: Stored, source: Source, types: Mapping[str, Any], missing: frozenset[str]) -> Iterator[Block]:
    with unchanged(file):
        yield from source.blocks(types, missing)


def _steady_at(
    file: Stored, source: Source, types: Mapping[str, Any], missing: frozenset[str], places: Ints
) -> Iterator[Block]:
    with unchanged(file):
        yield from source.rows_at(types, missing, places)


def _steady_splits(file: Stored, source: Source) -> tuple[Source, ...]:
    return tuple(replace(split, blocks=partial(_steady, file, split)) for split in (source.splits or tuple)())
