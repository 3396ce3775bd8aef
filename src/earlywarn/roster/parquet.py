"""A Parquet file as blocks of columns; the row's number, from 1, is its line. Refuses a damaged file."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa

from earlywarn import arrow
from earlywarn.config.reading import Reading
from earlywarn.errors import Fault, RosterError
from earlywarn.roster.blocks import Block, Source
from earlywarn.roster.cells import is_text
from earlywarn.roster.stored import Stored, too_much

ROWS = 65_536
"""Rows in a block."""

T = TypeVar("T")


def open_parquet(file: Stored, _how: Reading) -> Source:
    """Read the schema of a Parquet file.

    Raises
    ------
    RosterError
        It is damaged, or larger than the limits.
    """
    with _opened(file, ()) as opened:
        known, types = _guarded(file, lambda: (opened.schema_arrow.names, tuple(opened.schema_arrow.types)))
        _refuse_large(file, opened.metadata)
        runs = _runs([opened.metadata.row_group(place).num_rows for place in range(opened.metadata.num_row_groups)])
    names = tuple(name.strip() for name in known)
    stored = dict(zip(names, known, strict=True))

    def read(own: Sequence[Run]) -> Source:
        return Source(file.name, names, types, partial(_blocks, file, stored, own), file.sha256, parts=(file.name,))

    return replace(read(runs), splits=lambda: tuple(read((run,)) for run in runs))


class Run(NamedTuple):
    """Row groups that are read together, and the line of their first row."""

    groups: tuple[int, ...]
    first: int


def _runs(rows: Sequence[int]) -> tuple[Run, ...]:
    """Part row groups, given by their rows, into runs of a block at least, but for the last; blocks end with them."""
    runs: list[Run] = []
    held: list[int] = []
    first = 1
    for group in range(len(rows)):
        held.append(group)
        count = sum(rows[place] for place in held)
        if count >= ROWS or group == len(rows) - 1:
            runs.append(Run(tuple(held), first))
            first, held = first + count, []
    return tuple(runs)


def _blocks(
    file: Stored, stored: Mapping[str, str], runs: Sequence[Run], types: Mapping[str, Any], _missing: frozenset[str]
) -> Iterator[Block]:
    wanted = [stored[name] for name in types]
    few = [stored[name] for name, kind in types.items() if pa.types.is_dictionary(kind)]
    with _opened(file, few) as opened:
        for run in runs:
            batches = _guarded(file, partial(opened.iter_batches, ROWS, run.groups, wanted))
            first = run.first
            while (batch := _guarded(file, partial(next, batches, None))) is not None:
                columns = _guarded(file, partial(_columns, batch, wanted, tuple(types)))
                yield Block(columns, np.arange(first, first + batch.num_rows))
                first += batch.num_rows


@contextlib.contextmanager
def _opened(file: Stored, few: Any) -> Iterator[Any]:
    """Open the file; columns named in ``few`` come dictionary-encoded, as few values repeat in them."""
    from pyarrow import parquet

    with file.opened() as stream:
        yield _guarded(file, lambda: parquet.ParquetFile(stream, read_dictionary=list(few)))


def _refuse_large(file: Stored, metadata: Any) -> None:
    limits, remedy = file.limits, "leave out what is not needed"
    if metadata.num_columns > limits.columns:
        raise RosterError(too_much(file.name, f"{metadata.num_columns:,} columns", limits, "columns", remedy))
    unzipped = sum(metadata.row_group(place).total_byte_size for place in range(metadata.num_row_groups))
    if unzipped > limits.unzipped_bytes:
        remedy = "give it in parts"
        raise RosterError(too_much(file.name, f"{unzipped:,} unzipped bytes", limits, "unzipped_bytes", remedy))


def _columns(batch: Any, stored: Sequence[str], names: Sequence[str]) -> dict[str, Any]:
    return {name: _plain(batch.column(known)) for name, known in zip(names, stored, strict=True)}


def _plain(column: Any) -> Any:
    """Write missing in one way: a column may be of nulls alone, and many programs write NaN for missing."""
    if pa.types.is_null(column.type):
        return column.cast(pa.string())
    if is_text(column.type):
        column.validate(full=True)  # or bytes that are no UTF-8 would surface anywhere
    return arrow.floats(arrow.to_floats(column)) if pa.types.is_floating(column.type) else column


def _guarded(file: Stored, step: Callable[[], T]) -> T:
    """Turn pyarrow's complaints, which may quote the data, into one that does not."""
    try:
        return step()
    except (pa.ArrowException, ValueError, OverflowError, MemoryError, OSError):
        found = "a damaged or encrypted Parquet file"
        raise RosterError(Fault(file.name, found, "a whole Parquet file", "export it again")) from None
