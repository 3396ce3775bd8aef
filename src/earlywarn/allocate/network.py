"""Seats as a flow that can be rerouted: a student more is let in wherever anybody can be moved to make room.

Nodes are kinds of students (one place, the same answering supports), a support at a place, and a support. It refuses to
take a seat from anyone: whoever sits keeps a seat, though it may become another support's.
"""

from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from earlywarn.columns import Ints


class Kind(NamedTuple):
    """Students of one place whom the same supports answer."""

    place: int
    answers: int


class At(NamedTuple):
    """A support at a place."""

    place: int
    support: int


Node = Kind | At | int
"""A support by itself is its number."""


class Network:
    """Seats given so far, by kind of student and support.

    ``most`` and ``kept`` are what a place may have of a support and what may not be moved away from it.
    """

    def __init__(self, seats: Ints, places: int) -> None:
        self.supports = len(seats)
        self.free: list[int] = seats.tolist()
        self.seated: list[dict[int, list[int]]] = [{} for _ in range(places)]
        self.given = [[0] * self.supports for _ in range(places)]
        self.kept = [[0] * self.supports for _ in range(places)]
        self.most = [[0] * self.supports for _ in range(places)]
        self.bits = [_bits(answers) for answers in range(1 << self.supports)]
        # Who sits with one support and is answered by another: counted, and as bits where there is anybody.
        self.movable = [[[0] * self.supports for _ in self.free] for _ in range(places)]
        self.moves = [[0] * self.supports for _ in range(places)]

    def limit(self, kept: Ints, most: Ints) -> None:
        """Set what may be moved away from a place and what it may have.

        ``left`` is how many more could be let in at most: each takes one seat of one support, whoever is moved.
        """
        self.kept, self.most = kept.tolist(), most.tolist()
        room = np.maximum(most - np.array(self.given), 0).sum(axis=0)
        self.left = int(np.minimum(self.free, room).sum())
        self.dead = [0] * len(self.given)
        self.hops: list[list[dict[int, None]]] = [[{} for _ in self.free] for _ in self.free]
        self.stale = set(range(len(self.given)))

    def admit(self, kind: Kind) -> bool:
        """Give one more student of a kind a seat, moving others if need be; False where none can be made free."""
        if not kind.answers & ~self.dead[kind.place]:
            return False
        support = self._free_at(kind)
        if support >= 0:
            self._sit(kind, support, 1)
            self._count(kind.place, support, 1)
        else:
            walk = self._walk(kind)
            if walk is None:
                return False
            for start, end in pairwise(walk):
                self._step(start, end)
            support = _support(walk[-1])
        self.free[support] -= 1
        self.left -= 1
        return True

    def _free_at(self, kind: Kind) -> int:
        """Give the support with most free seats that answers and has room at the place, or -1."""
        best, most_free = -1, 0
        given, most = self.given[kind.place], self.most[kind.place]
        for support in self.bits[kind.answers]:
            if self.free[support] > most_free and given[support] < most[support]:
                best, most_free = support, self.free[support]
        return best

    def _walk(self, kind: Kind) -> list[Node] | None:
        """Find the way from a student to a free seat, without a loop; None if there is none."""
        self._refresh()
        place = kind.place
        inside = self._inside(place, kind.answers)
        exits = [k for k in inside if self.given[place][k] < self.most[place][k]]
        came: dict[int, tuple[int, int]] = dict.fromkeys(exits, (-1, place))
        queue = deque(exits)
        while queue:
            support = queue.popleft()
            if self.free[support] > 0:
                return self._told(kind, came, support)
            for other, hops in enumerate(self.hops[support]):
                if hops and other not in came:
                    came[other] = (support, next(iter(hops)))
                    queue.append(other)
        # Nobody there will find a way later either: whoever is let in comes by nodes that this search did not see.
        self.dead[place] |= sum([1 << k for k in inside])
        return None

    def _told(self, kind: Kind, came: dict[int, tuple[int, int]], support: int) -> list[Node]:
        """Spell a way through supports node by node, loops cut out."""
        parts: list[list[Node]] = []
        while support >= 0:
            before, place = came[support]
            if before < 0:
                first: list[Node] = [kind, *self._local(place, self.bits[kind.answers], support), support]
                parts.append(first)
            else:
                parts.append([*self._local(place, (before,), support), support])
            support = before
        return _simple([node for part in reversed(parts) for node in part])

    def _inside(self, place: int, answers: int) -> list[int]:
        """Give the supports at a place whose students could make room for one whom these supports answer."""
        seen, moves = answers, self.moves[place]
        queue = list(self.bits[answers])
        for support in queue:
            new = moves[support] & ~seen
            seen |= new
            queue += self.bits[new]
        return queue

    def _local(self, place: int, starts: tuple[int, ...], end: int) -> list[Node]:
        """Spell the shortest way inside a place from one of some supports to another."""
        came: dict[int, tuple[int, int] | None] = dict.fromkeys(starts)
        queue = deque(starts)
        while end not in came:
            support = queue.popleft()
            for answers, by_support in self.seated[place].items():
                if by_support[support] > 0:
                    for other in self.bits[answers]:
                        if other not in came:
                            came[other] = (support, answers)
                            queue.append(other)
        way: list[Node] = [At(place, end)]
        step = came[end]
        while step is not None:
            way += [Kind(place, step[1]), At(place, step[0])]
            step = came[step[0]]
        return way[::-1]

    def _step(self, start: Node, end: Node) -> None:
        """Push one student along an arc; what that may change of the place is looked at before the next search."""
        if isinstance(start, Kind) and isinstance(end, At):
            self._sit(start, end.support, 1)
        elif isinstance(start, At) and isinstance(end, Kind):
            self._sit(end, start.support, -1)
        elif isinstance(start, At):
            self._count(*start, 1)
        elif isinstance(end, At):
            self._count(*end, -1)

    def _sit(self, kind: Kind, support: int, by: int) -> None:
        """Count a student of a kind in or out of a support, and whom that lets be moved where."""
        place = kind.place
        held = self.seated[place]
        if kind.answers not in held:
            held[kind.answers] = [0] * self.supports
        held[kind.answers][support] += by
        counts = self.movable[place][support]
        for other in self.bits[kind.answers]:
            counts[other] += by
            if counts[other] == max(by, 0):  # from nobody to somebody, or back
                self.moves[place][support] ^= 1 << other
                self.stale.add(place)

    def _count(self, place: int, support: int, by: int) -> None:
        given = self.given[place]
        given[support] += by
        if given[support] >= self.most[place][support] - 1 or given[support] <= self.kept[place][support] + 1:
            self.stale.add(place)

    def _refresh(self) -> None:
        """Find anew what the changed places offer: from which support to which somebody there could be moved."""
        for place in self.stale:
            moves = self.moves[place]
            given, most, kept = self.given[place], self.most[place], self.kept[place]
            room = sum([1 << k for k in range(self.supports) if given[k] < most[k]])
            for support in range(self.supports):
                held = moves[support] and given[support] > kept[support]
                out = sum([1 << k for k in self._inside(place, 1 << support)]) & room if held else 0
                for other, hops in enumerate(self.hops[support]):
                    if out >> other & 1:
                        hops[place] = None
                    else:
                        hops.pop(place, None)
        self.stale.clear()


def _simple(walk: list[Node]) -> list[Node]:
    """Cut the loops out of a walk: an arc is then used once, and one student along it is enough.

    >>> _simple([Kind(0, 3), At(0, 1), 1, At(0, 1), Kind(0, 2), At(0, 0), 0])
    [Kind(place=0, answers=3), At(place=0, support=1), Kind(place=0, answers=2), At(place=0, support=0), 0]
    """
    made: list[Node] = []
    place: dict[tuple[type, Node], int] = {}  # a kind and a support at a place may be equal as tuples
    for node in walk:
        key = type(node), node
        if key in place:
            for gone in made[place[key] + 1 :]:
                del place[type(gone), gone]
            del made[place[key] + 1 :]
        else:
            place[key] = len(made)
            made.append(node)
    return made


def _support(node: Node) -> int:
    if not isinstance(node, int):
        raise AssertionError("a walk ends at a support")
    return node


def _bits(answers: int) -> tuple[int, ...]:
    return tuple(_each(answers))


def _each(answers: int) -> Iterator[int]:
    support = 0
    while answers >> support:
        if answers >> support & 1:
            yield support
        support += 1
