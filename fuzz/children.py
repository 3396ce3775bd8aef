"""Child processes that read hostile files, so that one may hang, die or fill memory without ending the run."""

import multiprocessing
import os
import resource
import time
import traceback
from collections.abc import Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple

from fuzz.hostile import hostile_file
from fuzz.trial import config, outcome_of

SLOWEST = 20.0
"""Seconds for one file; beyond that it hangs."""

MEMORY = 3 << 30
"""Bytes of address space that a child may take beyond what it needs to begin."""


START = 60.0
"""Seconds more for the first file of a child, which must import first."""


class Wanted(NamedTuple):
    """The seed, the numbers of the first file and after the last one, and how many children."""

    seed: int
    first: int
    end: int
    workers: int


class _Child(NamedTuple):
    """A child, the number of the file that it reads, and when that is too long."""

    process: BaseProcess
    number: int
    limit: float


def outcomes(wanted: Wanted, folder: Path) -> Iterator[tuple[int, str, str]]:
    """Give number, outcome and what is wrong of each file, as the children tell them."""
    children: dict[Connection, _Child] = {}
    _begin(children, wanted, folder, *range(wanted.first, min(wanted.end, wanted.first + wanted.workers)))
    while children:
        for pipe in wait(list(children), timeout=1):
            assert isinstance(pipe, Connection)
            child = children[pipe]
            try:
                number, outcome, wrong = pipe.recv()
            except EOFError:
                child.process.join()
                del children[pipe]
                if child.number < wanted.end:
                    yield child.number, "died", f"exit code {child.process.exitcode}"
                    _begin(children, wanted, folder, child.number + wanted.workers)
                continue
            children[pipe] = child._replace(number=number + wanted.workers, limit=time.monotonic() + SLOWEST)
            yield number, outcome, wrong
        for pipe, child in list(children.items()):
            if time.monotonic() > child.limit:
                child.process.kill()
                child.process.join()
                del children[pipe]
                yield child.number, "hung", f"more than {SLOWEST:.0f} s"
                _begin(children, wanted, folder, child.number + wanted.workers)


def _begin(children: dict[Connection, _Child], wanted: Wanted, folder: Path, *firsts: int) -> None:
    context = multiprocessing.get_context("spawn")
    for first in firsts:
        ours, theirs = context.Pipe(duplex=False)
        numbers = range(first, wanted.end, wanted.workers)
        process = context.Process(target=read_all, args=(wanted.seed, numbers, folder, theirs), daemon=True)
        process.start()
        theirs.close()
        children[ours] = _Child(process, first, time.monotonic() + START + SLOWEST)


def read_all(seed: int, numbers: range, folder: Path, pipe: Connection) -> None:
    """Read files and tell the outcome of each; a traceback is one."""
    own = folder / str(os.getpid())
    own.mkdir()
    serving = config()
    _bound_memory()
    for number in numbers:
        name, content = hostile_file(seed, number)
        (own / name).write_bytes(content)
        try:
            outcome, wrong = outcome_of(own / name, serving)
        except BaseException:  # noqa: BLE001 - whatever it is, it is a finding
            outcome, wrong = "raised", traceback.format_exc(limit=-4)
        (own / name).unlink()
        pipe.send((number, outcome, wrong))


def _bound_memory() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
