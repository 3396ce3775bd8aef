"""Rows of the same student: the same twice is merged, two that differ are both refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from earlywarn import arrow
from earlywarn.columns import Bools, Coded, Floats, Ints


class Clash(NamedTuple):
    """The places of a row and of one to compare it with; ``columns`` in which rows of this student differ."""

    row: int
    other: int
    columns: tuple[int, ...]


@dataclass(frozen=True)
class Repeats:
    """Places of rows that say again what an earlier one said, of that one, and of those that contradict each other."""

    merged: Ints
    into: Ints
    conflicting: tuple[Clash, ...]


def code_ids(*columns: Any) -> tuple[Ints, ...]:
    """Number the different ids of all pyarrow columns from 0; the same id has the same number, a null -1."""
    if len(columns) > 1 and all(columns[0].equals(other) for other in columns[1:]):
        return code_ids(columns[0]) * len(columns)  # two files of one export: coded once
    indices = pa.concat_arrays(columns).dictionary_encode().indices
    numbers = np.nan_to_num(arrow.to_floats(indices), nan=-1).astype(np.int64)
    ends = np.cumsum([len(column) for column in columns])
    return tuple(np.split(numbers, ends[:-1]))


def find_repeats(key: Ints, doubtful: Bools, columns: Sequence[Floats | Coded]) -> Repeats:
    """Tell merged rows from conflicting ones.

    Parameters
    ----------
    key
        One number per student (and school year); below 0 where it is not known.
    doubtful
        Rows refused for something else: what they meant is not known, so they contradict any other.
    columns
        What must be equal for two rows to say the same.
    """
    known = np.flatnonzero(key >= 0)
    order = known[np.argsort(key[known], kind="stable")]  # so the first row of each run is the first in the file
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    counts = np.diff(starts, append=len(order))
    many = counts > 1
    rows = order[np.repeat(many, counts)]
    run = np.repeat(np.arange(many.sum()), counts[many])
    first, second = order[starts[many]][run], order[starts[many] + 1][run]
    doubt = _any_by(run, doubtful[rows] | doubtful[first])
    differing = np.array([doubt, *(_any_by(run, _differs(column, rows, first)) for column in columns)])
    clash = differing.any(axis=0)
    other = np.where(rows == first, second, first)
    names = [tuple(np.flatnonzero(column).tolist()) for column in differing[1:, clash].T]
    clashes = map(Clash, rows[clash].tolist(), other[clash].tolist(), names)
    again = ~clash & (rows != first)
    return Repeats(rows[again], first[again], tuple(clashes))


def _any_by(run: Ints, rows: Bools) -> Bools:
    """Tell for each row whether any row of its run is meant."""
    return np.asarray(np.bincount(run, weights=rows, minlength=1)[run] > 0)


def _differs(column: Floats | Coded, rows: Ints, first: Ints) -> Bools:
    if isinstance(column, Coded):
        return np.asarray(column.codes[rows] != column.codes[first])
    here, there = column[rows], column[first]
    return np.asarray((here != there) & ~(np.isnan(here) & np.isnan(there)))
