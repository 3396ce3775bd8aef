"""Rows parted on disk by a hash of the student's id, so that two runs can be joined a part at a time.

The same id falls into the same part in both runs. It refuses no id; the join itself is by the whole id, never the hash.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from earlywarn import arrow
from earlywarn.columns import Ints

ROWS = 65_536
"""Rows read at a time, and rows that a part should hold."""

MOST = 256
"""Parts at most: each keeps a file open while it is written. Beyond 16 million students parts grow instead."""

_WORDS = np.uint64(0x9E3779B97F4A7C15) * np.arange(1, 65, dtype=np.uint64)
_STIR = np.uint64(0xFF51AFD7ED558CCD)


def parts_for(rows: int) -> int:
    """Give how many parts so many rows need."""
    return min(max(-(-rows // ROWS), 1), MOST)


def part_of(ids: Any, parts: int) -> Ints:
    """Give the part of each id, shape (n,); every byte and its place in the id count."""
    array = ids.cast(pa.large_string())
    if not len(array):
        return np.zeros(0, dtype=np.int64)
    offsets = np.frombuffer(array.buffers()[1], dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    letters = np.frombuffer(array.buffers()[2] or b"", dtype=np.uint8)[offsets[0] : offsets[-1]].astype(np.uint64)
    lengths = np.diff(offsets)
    place = np.arange(len(letters)) - np.repeat(offsets[:-1] - offsets[0], lengths)
    worth = (letters + np.uint64(1)) * _stirred(_WORDS)[place % len(_WORDS)]
    sums = np.zeros(len(array), dtype=np.uint64)
    held = lengths > 0
    sums[held] = np.add.reduceat(worth, (offsets[:-1] - offsets[0])[held]) if held.any() else 0
    return np.asarray(_stirred(sums) % np.uint64(parts), dtype=np.int64)


def _stirred(words: Any) -> Any:
    words = (words ^ (words >> np.uint64(33))) * _STIR
    return words ^ (words >> np.uint64(29))


@dataclass
class Parts:
    """So many files of rows in a folder, written a block at a time and read a part at a time."""

    folder: Path
    name: str
    count: int
    _writers: dict[int, Any] = field(default_factory=dict)

    def add(self, rows: Any, part: Ints) -> None:
        """Write the rows of a table or batch, each to its part."""
        order = np.argsort(part, kind="stable")
        sorted_rows = rows.take(arrow.integers(order))
        bounds = np.searchsorted(part[order], np.arange(self.count + 1))
        for place in np.flatnonzero(np.diff(bounds)).tolist():
            some = sorted_rows.slice(bounds[place], bounds[place + 1] - bounds[place])
            self._writer(place, some.schema).write(some)

    def close(self) -> None:
        """End writing."""
        for writer, sink in self._writers.values():
            writer.close()
            sink.close()
        self._writers.clear()

    def read(self, part: int) -> Any:
        """Give the rows of one part as a table; None where it has none."""
        path = self._path(part)
        if not path.is_file():
            return None
        with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as stream:
            return stream.read_all()

    def _writer(self, part: int, schema: Any) -> Any:
        if part not in self._writers:
            sink = pa.OSFile(str(self._path(part)), "wb")
            self._writers[part] = pa.ipc.new_stream(sink, schema), sink
        return self._writers[part][0]

    def _path(self, part: int) -> Path:
        return self.folder / f"{self.name}-{part}.arrow"


def blocks(path: Path, columns: list[str]) -> Iterator[tuple[int, Any]]:
    """Give a Parquet file's rows in blocks, each with the number of its first row."""
    first = 0
    with pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 16) as file:
        for batch in file.iter_batches(ROWS, columns=columns, use_threads=False):
            yield first, batch
            first += batch.num_rows
