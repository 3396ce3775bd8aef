"""Rows of the same student and school year: the same twice is merged, two that differ are both refused."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from earlywarn.columns import Bools, Coded, Floats, Ints


@dataclass(frozen=True)
class Repeats:
    """Places of rows that say again what an earlier one said, and of pairs that contradict each other."""

    merged: Ints
    conflicting: tuple[tuple[int, int], ...]


def find_repeats(key: Ints, doubtful: Bools, columns: Sequence[Floats | Coded]) -> Repeats:
    """Tell merged rows from conflicting ones.

    Parameters
    ----------
    key
        One number per student and school year; below 0 where either is not known.
    doubtful
        Rows refused for something else: what they meant is not known, so they contradict any other.
    columns
        What must be equal for two rows to say the same.
    """
    order = np.argsort(key, kind="stable")  # so the first row of each run is the first in the file
    order = order[np.searchsorted(key[order], 0) :]
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    counts = np.diff(starts, append=len(order))
    many = np.flatnonzero(counts > 1)
    rows = np.concatenate([order[starts[run] : starts[run] + counts[run]] for run in many] or [order[:0]])
    run = np.repeat(np.arange(len(many)), counts[many])
    first = order[starts[many]][run]
    differs = doubtful[rows] | doubtful[first]
    for column in columns:
        differs |= _differs(column, rows, first)
    clash = np.bincount(run, weights=differs, minlength=len(many))[run] > 0
    second = order[np.minimum(starts[many] + 1, len(order) - 1)][run]
    other = np.where(rows == first, second, first)
    pairs = zip(rows[clash].tolist(), other[clash].tolist(), strict=True)
    return Repeats(rows[~clash & (rows != first)], tuple(pairs))


def _differs(column: Floats | Coded, rows: Ints, first: Ints) -> Bools:
    if isinstance(column, Coded):
        return np.asarray(column.codes[rows] != column.codes[first])
    here, there = column[rows], column[first]
    return np.asarray((here != there) & ~(np.isnan(here) & np.isnan(there)))
