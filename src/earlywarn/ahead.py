"""An iterator read ahead in a thread of its own, so that steps overlap; keeps the order, and loses no fault."""

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar, cast

T = TypeVar("T")

DEPTH = 2
"""So many items wait, where nothing else is said."""


def ahead(items: Iterable[T], depth: int = DEPTH) -> Iterator[T]:
    """Give the same items; the next are made while one is used, and so many wait at most.

    A fault of the iterable is raised where its item would have come. Whoever stops early ends the thread too.
    """
    waiting: queue.Queue[tuple[str, T | BaseException | None]] = queue.Queue(depth)
    stopped = threading.Event()

    def put(kind: str, item: T | BaseException | None) -> bool:
        while not stopped.is_set():
            try:
                waiting.put((kind, item), timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def run() -> None:
        try:
            for item in items:
                if not put("item", item):
                    return
            put("end", None)
        except BaseException as fault:  # noqa: BLE001 # raised again where the items are used
            put("fault", fault)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        while True:
            kind, item = waiting.get()
            if kind == "fault":
                raise cast(BaseException, item)
            if kind == "end":
                return
            yield cast(T, item)
    finally:
        stopped.set()
        thread.join()
