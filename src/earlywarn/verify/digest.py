"""Eight bytes for each text of a column: what differs here differs, what is equal here is looked at again."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Digests = NDArray[np.uint64]

_STEP, _FIRST, _SECOND = (np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


def digests(column: Any) -> Digests:
    """Give 64 bits a text, shape (n,); null is as "".

    A sum of bytes, each times an odd number of its own place (multilinear hashing), and the length. Two texts meet by
    chance once in 2**56, or on purpose: no equality is believed without a look at the texts.
    """
    array = column.cast(pa.large_string())
    if array.null_count:
        array = pc.fill_null(array, "")
    if not len(array):
        return np.empty(0, dtype=np.uint64)
    offsets = np.frombuffer(array.buffers()[1], dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    text = array.buffers()[2]
    letters = np.frombuffer(text, dtype=np.uint8) if text is not None else np.empty(0, dtype=np.uint8)
    lengths = np.diff(offsets)
    total = _mixed(lengths.astype(np.uint64))
    order = np.argsort(-lengths, kind="stable")
    ends = np.searchsorted(-lengths[order], -np.arange(lengths.max(initial=0)), side="left")
    for place, end in enumerate(ends):
        rows = order[:end]  # those that have a letter here
        total[rows] += (letters[offsets[rows] + place].astype(np.uint64) + np.uint64(1)) * _weight(place)
    return _mixed(total)


def digests_of_rows(columns: Sequence[Any]) -> Digests:
    """Give 64 bits a row of several columns."""
    total = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        total = _mixed(total + digests(column) + _STEP)
    return total


def repeated(found: Digests) -> Digests:
    """Give the digests that stand more than once; spends ``found``."""
    found.sort()
    return np.unique(found[1:][found[1:] == found[:-1]])


def _weight(place: int) -> np.uint64:
    return np.uint64(_mixed(np.array([place + 1], dtype=np.uint64))[0] | np.uint64(1))


def _mixed(values: Digests) -> Digests:
    """Spread every bit over all (the finaliser of SplitMix64: Steele, Lea and Flood 2014)."""
    mixed = values + _STEP
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))
