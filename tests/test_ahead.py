"""Reading ahead: the same items in the same order, every fault told, and no thread left behind."""

import threading
from collections.abc import Iterator

import pytest

from earlywarn.ahead import DEPTH, ahead


def test_the_same_items_come_in_the_same_order() -> None:
    assert list(ahead(range(1_000))) == list(range(1_000))
    assert list(ahead([])) == []


def test_a_fault_comes_where_its_item_would_have() -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("the third")

    taken = ahead(items())
    assert [next(taken), next(taken)] == [1, 2]
    with pytest.raises(ValueError, match="the third"):
        next(taken)


def test_whoever_stops_early_ends_the_thread_and_closes_what_was_open() -> None:
    closed = threading.Event()
    made: list[int] = []

    def items() -> Iterator[int]:
        try:
            for number in range(1_000):
                made.append(number)
                yield number
        finally:
            closed.set()

    before = threading.active_count()
    taken = ahead(items())
    next(taken)
    taken.close()
    assert threading.active_count() == before
    assert closed.is_set()
    assert len(made) <= DEPTH + 2


def test_items_are_made_while_one_is_used() -> None:
    made: list[int] = []
    enough = threading.Event()

    def items() -> Iterator[int]:
        for number in range(DEPTH + 1):
            made.append(number)
            if number == DEPTH:
                enough.set()
            yield number

    taken = ahead(items())
    next(taken)
    assert enough.wait(10)
    assert len(made) == DEPTH + 1
    taken.close()
