"""A Parquet file as blocks of columns; the row's number, from 1, is its line. Refuses a damaged file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from earlywarn import arrow
from earlywarn.errors import Fault, RosterError
from earlywarn.roster.blocks import Block, Source
from earlywarn.roster.cells import is_text

ROWS = 65_536
"""Rows in a block."""

T = TypeVar("T")


def open_parquet(path: Path) -> Source:
    """Read the schema of a Parquet file."""
    schema = _guarded(path, lambda: _file(path, ()).schema_arrow)
    names = tuple(name.strip() for name in schema.names)
    stored = dict(zip(names, schema.names, strict=True))
    return Source(path.name, names, tuple(schema.types), partial(_blocks, path, stored))


def _blocks(
    path: Path, stored: Mapping[str, str], types: Mapping[str, Any], _missing: frozenset[str]
) -> Iterator[Block]:
    wanted = [stored[name] for name in types]
    few = [stored[name] for name, kind in types.items() if pa.types.is_dictionary(kind)]
    batches = _guarded(path, lambda: _file(path, few).iter_batches(ROWS, columns=wanted))
    first = 1
    while (batch := _guarded(path, lambda: next(batches, None))) is not None:
        columns = _guarded(path, partial(_columns, batch, [stored[name] for name in types], tuple(types)))
        yield Block(columns, np.arange(first, first + batch.num_rows))
        first += batch.num_rows


def _file(path: Path, few: Any) -> Any:
    """Open the file; columns named in ``few`` come dictionary-encoded, as few values repeat in them."""
    from pyarrow import parquet

    return parquet.ParquetFile(path, read_dictionary=list(few))


def _columns(batch: Any, stored: Sequence[str], names: Sequence[str]) -> dict[str, Any]:
    return {name: _plain(batch.column(known)) for name, known in zip(names, stored, strict=True)}


def _plain(column: Any) -> Any:
    """Write missing in one way: a column may be of nulls alone, and many programs write NaN for missing."""
    if pa.types.is_null(column.type):
        return column.cast(pa.string())
    if is_text(column.type):
        column.validate(full=True)  # or bytes that are no UTF-8 would surface anywhere
    return arrow.floats(arrow.to_floats(column)) if pa.types.is_floating(column.type) else column


def _guarded(path: Path, step: Callable[[], T]) -> T:
    """Turn pyarrow's complaints, which may quote the data, into one that does not."""
    try:
        return step()
    except (pa.ArrowException, OSError):
        found = "a damaged or encrypted Parquet file"
        raise RosterError(Fault(path.name, found, "a whole Parquet file", "export it again")) from None
