"""Which counts of an audit lose their exactness so that none of the small ones can be solved.

A kind is loosened for all groups by some attributes at once, and with them for all groups by more. For each small
count the exchange by all of its group's attributes is taken that touches the fewest kinds; where there is
none, one by fewer attributes that loosens the fewest counts more. One there always is: a student more, like one
who is there, in this group and so in everyone. It refuses nothing: every small count is made safe.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from earlywarn.audit.exchange import Exchanges
from earlywarn.audit.lattice import Combination
from earlywarn.columns import Bools, Ints

Reach = tuple[frozenset[str], bool]
"""Attributes, and whether groups by them alone are left out: then it reaches groups by these and others."""

Loose = dict[Reach, Bools]
"""Which kinds are loosened for the groups in reach, shape (kinds,)."""

NO_WAY = np.iinfo(np.int64).max


@dataclass(frozen=True)
class _Open:
    """Small counts of a combination's groups that have no exchange yet: shape (rows, kinds)."""

    at: Combination
    rows: Ints
    small: Bools


def loosened(exchanges: Exchanges, small: Bools) -> Bools:
    """Tell which counts may not be told as they are.

    Parameters
    ----------
    small
        The counts that must not be solved, shape (cells, kinds).

    Returns
    -------
    ndarray of shape (cells, kinds)
    """
    loose: Loose = {}
    left = [found for asked in _asked(exchanges, small) if (found := _by_all_attributes(exchanges, asked, loose))]
    wider: Loose = {}
    for asked in left:
        _by_fewer(exchanges, asked, loose, wider)
    return _spread_out(exchanges, (loose, wider), small)


def _asked(exchanges: Exchanges, small: Bools) -> Iterator[_Open]:
    for at in exchanges.lattice.combinations.values():
        rows = np.flatnonzero(small[at.cells].any(axis=1))
        if len(rows):
            yield _Open(at, rows, small[at.cells[rows]])


def _by_all_attributes(exchanges: Exchanges, asked: _Open, loose: Loose) -> _Open | None:
    """Loosen for exchanges that switch all attributes; give what they do not reach."""
    turns = exchanges.turns
    reach = (asked.at.key, False)
    cost = _cost(exchanges, asked, exchanges.possible(asked.at, asked.rows, asked.at.key)[0], turns.loss)
    best, met = cost.argmin(axis=2), asked.small & (cost.min(axis=2) < NO_WAY)
    _add(loose, reach, turns.touched[best[met]].any(axis=0))
    unmet = asked.small & ~met
    rows = unmet.any(axis=1)
    return _Open(asked.at, asked.rows[rows], unmet[rows]) if rows.any() else None


def _by_fewer(exchanges: Exchanges, asked: _Open, loose: Loose, wider: Loose) -> None:
    """Loosen for the cheapest exchanges that switch fewer attributes; where several are, for all of them."""
    names = sorted(asked.at.key)
    keys = [frozenset(some) for size in range(len(names)) for some in combinations(names, size)]
    costs = {
        reach: _cost(exchanges, asked, possible, _further_loss(exchanges, reach, loose))
        for key in keys
        for reach, possible in zip(
            ((key, False), (key, True)), exchanges.possible(asked.at, asked.rows, key), strict=True
        )
    }
    least = np.min([cost.min(axis=2) for cost in costs.values()], axis=0)
    for reach, cost in costs.items():
        chosen = asked.small & (cost.min(axis=2) == least)
        _add(wider, reach, exchanges.turns.touched[cost.argmin(axis=2)[chosen]].any(axis=0))


def _cost(exchanges: Exchanges, asked: _Open, possible: Bools, loss: Ints) -> Ints:
    """Give what each turn costs where it is possible and changes the kind, shape (rows, kinds, turns)."""
    return np.where(possible[:, None, :] & exchanges.turns.touched.T[None], loss, NO_WAY)


def _further_loss(exchanges: Exchanges, reach: Reach, loose: Loose) -> Ints:
    """Count what each turn would loosen that is not loose already, over all groups, shape (turns,)."""
    touched = exchanges.turns.touched
    further = np.zeros(len(touched), dtype=np.int64)
    for held in exchanges.lattice.above(reach[0]):
        if _reaches(reach, held.key):
            already = _reached(held.key, loose, touched.shape[1])
            further += len(held.cells) * (touched & ~already).sum(axis=1)
    return further


def _spread_out(exchanges: Exchanges, given: tuple[Loose, ...], small: Bools) -> Bools:
    found = np.zeros(small.shape, dtype=bool)
    for held in exchanges.lattice.combinations.values():
        for loose in given:
            found[held.cells] |= _reached(held.key, loose, small.shape[1])
    return found


def _reached(key: frozenset[str], loose: Loose, kinds: int) -> Bools:
    """Give what is loose for groups by these attributes."""
    held = [kinds_there for reach, kinds_there in loose.items() if _reaches(reach, key)]
    return np.any(held, axis=0) if held else np.zeros(kinds, dtype=bool)


def _reaches(reach: Reach, key: frozenset[str]) -> bool:
    attributes, leaves_out = reach
    return attributes < key if leaves_out else attributes <= key


def _add(loose: Loose, reach: Reach, kinds: Bools) -> None:
    loose[reach] = loose[reach] | kinds if reach in loose else kinds
