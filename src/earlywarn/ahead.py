"""An iterator read ahead in a thread of its own, so that steps overlap; keeps the order, and loses no fault."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")

DEPTH = 2
"""So many items wait, where nothing else is said."""

_END: Any = object()


def ahead(items: Iterable[T], depth: int = DEPTH) -> Iterator[T]:
    """Give the same items; the next are made while one is used, and so many wait at most.

    A fault of the iterable is raised where its item would have come. Whoever stops early ends the thread too.
    """
    source = iter(items)
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as thread:
        waiting = deque(thread.submit(next, source, _END) for _ in range(depth))
        try:
            while (item := waiting.popleft().result()) is not _END:
                waiting.append(thread.submit(next, source, _END))
                yield item
        finally:
            for promised in waiting:
                promised.cancel()
            thread.submit(getattr(source, "close", lambda: None)).result()
