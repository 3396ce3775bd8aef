"""Numpy arrays to pyarrow columns and back, refusing to import pandas.

pyarrow looks for pandas in most of its own conversions and so imports it where it is installed
(0.4 CPU-seconds of a score run that takes one); the buffers say the same without it.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from earlywarn.columns import Bools, Coded, Floats, Ints


def floats(values: Floats) -> Any:
    """Give a float64 column; NaN becomes null."""
    data = np.ascontiguousarray(values, dtype=np.float64)
    return pa.Array.from_buffers(pa.float64(), len(data), [_validity(~np.isnan(data)), pa.py_buffer(data)])


def integers(values: NDArray[Any], known: Bools | None = None) -> Any:
    """Give an int32 column; rows that are not known become null."""
    data = np.ascontiguousarray(values, dtype=np.int32)
    return pa.Array.from_buffers(pa.int32(), len(data), [_validity(known), pa.py_buffer(data)])


def booleans(values: Bools) -> Any:
    """Give a bool column."""
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, _bits(values)])


def strings(values: Iterable[str | None]) -> Any:
    """Give a text column; None becomes null."""
    texts = list(values)
    known = np.fromiter((text is not None for text in texts), dtype=bool, count=len(texts))
    encoded = [text.encode() if text else b"" for text in texts]
    offsets = np.zeros(len(texts) + 1, dtype=np.int32)
    np.cumsum([len(text) for text in encoded], out=offsets[1:])
    data = pa.py_buffer(b"".join(encoded))
    return pa.Array.from_buffers(pa.string(), len(texts), [_validity(known), pa.py_buffer(offsets), data])


def text(value: str) -> Any:
    """Give a pyarrow scalar of text."""
    return strings([value])[0]


def coded(values: Coded) -> Any:
    """Give a text column of few values, dictionary-encoded; code -1 becomes null."""
    indices = integers(np.maximum(values.codes, 0), values.codes >= 0)
    return pa.DictionaryArray.from_arrays(indices, strings(values.names))


def raw(values: NDArray[Any]) -> Any:
    """Give a column of the numbers as they are; NaN stays NaN."""
    data = np.ascontiguousarray(values)
    return pa.Array.from_buffers(pa.from_numpy_dtype(data.dtype), len(data), [None, pa.py_buffer(data)])


def raw_rows(values: NDArray[Any]) -> Any:
    """Give a column of the bytes of each row, shape (n, k)."""
    data = np.ascontiguousarray(values)
    return pa.Array.from_buffers(pa.binary(data.strides[0]), len(data), [None, pa.py_buffer(data)])


def raw_values(column: Any, kind: type[np.generic]) -> "NDArray[Any]":
    """Give back the numbers of a column that ``raw`` or ``raw_rows`` made, row after row; not to write on."""
    width = column.type.bit_width // 8 if len(column) else 0
    data = np.frombuffer(column.buffers()[1], dtype=np.uint8) if len(column) else np.empty(0, dtype=np.uint8)
    return data[column.offset * width : (column.offset + len(column)) * width].view(kind)


def name_lists(rows: NDArray[np.int64], picks: NDArray[np.int64], names: Sequence[str], length: int) -> Any:
    """Give a column of lists of names, as codes: ``names[picks[i]]`` belongs to row ``rows[i]`` (sorted)."""
    offsets = np.zeros(length + 1, dtype=np.int32)
    np.cumsum(np.bincount(rows, minlength=length), out=offsets[1:])
    values = coded(Coded(picks.astype(np.int32), tuple(names)))
    return pa.ListArray.from_arrays(integers(offsets), values)


def to_floats(column: Any) -> Floats:
    """Give float64 values of a numeric column, NaN where null."""
    array = _one(column if column.type == pa.float64() else column.cast(pa.float64()))
    data = np.frombuffer(array.buffers()[1], dtype=np.float64) if len(array) else np.empty(0)
    values = data[array.offset : array.offset + len(array)].copy()
    if array.null_count:
        values[~_known(array)] = np.nan
    return values


def to_integers(column: Any) -> NDArray[np.int64]:
    """Give whole numbers of an int32 column, -1 where null."""
    array = _one(column)
    numbers = _raw_integers(array).astype(np.int64)
    numbers[~_known(array)] = -1
    return numbers


def to_coded(column: Any) -> Coded:
    """Give codes and sorted names of a text column."""
    array = _one(column.cast(pa.string())).dictionary_encode()
    names = array.dictionary.to_pylist()
    order = sorted(range(len(names)), key=names.__getitem__)
    place = np.full(len(names) + 1, -1, dtype=np.int32)
    place[order] = np.arange(len(names), dtype=np.int32)
    return Coded(place[codes(array.indices)], tuple(names[i] for i in order))


def codes(indices: Any) -> NDArray[np.int32]:
    """Give the indices of a dictionary-encoded column, -1 where null."""
    found = _raw_integers(indices if indices.type == pa.int32() else indices.cast(pa.int32()))
    if indices.null_count:
        found[~_known(indices)] = -1
    return found


def to_texts(column: Any) -> NDArray[np.object_]:
    """Give an object array of str (None where null)."""
    texts = np.empty(len(column), dtype=object)
    texts[:] = column.to_pylist()
    return texts


def known(column: Any) -> Bools:
    """Tell which rows of a column are not null."""
    return _known(_one(column))


def true(column: Any) -> Bools:
    """Give the rows of a bool column that are true; null counts as false."""
    array = _one(column)
    bits = _unpack(array.buffers()[1], array.offset, len(array)) if len(array) else np.zeros(0, dtype=bool)
    return bits & _known(array)


def _one(column: Any) -> Any:
    if isinstance(column, pa.ChunkedArray):
        return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    return column


def _raw_integers(array: Any) -> NDArray[np.int32]:
    if not len(array):
        return np.empty(0, dtype=np.int32)
    data = np.frombuffer(array.buffers()[1], dtype=np.int32)
    return data[array.offset : array.offset + len(array)].copy()


def _known(array: Any) -> Bools:
    buffer = array.buffers()[0]
    if buffer is None or not len(array):
        return np.ones(len(array), dtype=bool)
    return _unpack(buffer, array.offset, len(array))


def _unpack(buffer: Any, offset: int, length: int) -> Bools:
    bits = np.unpackbits(np.frombuffer(buffer, dtype=np.uint8), bitorder="little", count=offset + length)
    return bits[offset:].astype(bool)


def _bits(values: Bools) -> Any:
    return pa.py_buffer(np.packbits(values, bitorder="little"))


def _validity(rows: Bools | None) -> Any:
    return None if rows is None or rows.all() else _bits(rows)


def write_csv(table: Any, path: Any) -> None:
    """Write a table as CSV, UTF-8, quoted where needed, to a path or a stream."""
    from pyarrow import csv

    csv.write_csv(table, path, csv.WriteOptions(quoting_style="needed"))


def write_rows(table: Any, stream: Any) -> None:
    """Write the rows of a table as CSV, without its header."""
    from pyarrow import csv

    csv.write_csv(table, stream, csv.WriteOptions(quoting_style="needed", include_header=False))


__all__ = [
    "booleans", "coded", "codes", "floats", "integers", "known", "name_lists", "raw", "raw_rows", "raw_values",
    "strings", "text", "to_coded", "to_floats", "to_integers", "to_texts", "true", "write_csv", "write_rows",
]  # fmt: skip


def places_of(wanted: Any, among: Any) -> Ints:
    """Give the place of each text among others, -1 where it is not there; both arrays or chunked columns."""
    import pyarrow.compute as pc

    return to_integers(pc.index_in(wanted, value_set=among))
