"""Children that score: forked from a server that has loaded the libraries, so that each starts within milliseconds."""

import multiprocessing
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from earlywarn.score import Order
from torture import child

PATIENCE = 120.0
"""Seconds after which a child counts as hung."""

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["torture.child"])


@dataclass(frozen=True)
class Child:
    """A process that waits to be told to go."""

    process: ForkServerProcess
    wire: Connection
    words: Path

    @property
    def pid(self) -> int:
        """Its number."""
        assert self.process.pid
        return self.process.pid

    def go(self) -> None:
        """Let it score."""
        self.wire.send_bytes(b"go")

    def wait(self, seconds: float = PATIENCE) -> int | None:
        """Give its exit code, negative for a signal; None if it still runs."""
        self.process.join(seconds)
        return self.process.exitcode

    def kill(self) -> int | None:
        """Kill it with SIGKILL, if it still runs; gives how it ended."""
        self.process.kill()
        return self.wait()

    def said(self) -> str:
        """Give what it wrote to output and errors."""
        return self.words.read_text("utf-8") if self.words.is_file() else ""


def start(order: Order, words: Path, way: str = "as it is") -> Child:
    """Fork a child and wait until it is ready to go."""
    words.unlink(missing_ok=True)
    ours, theirs = _CONTEXT.Pipe()
    process = _CONTEXT.Process(target=child.scored, args=(order, str(words), way, theirs), daemon=True)
    process.start()
    theirs.close()
    assert ours.recv_bytes() == b"ready"
    return Child(process, ours, words)


def run(order: Order, words: Path, way: str = "as it is") -> tuple[int | None, str]:
    """Let a child score to its end; gives its exit code (None if it hung and was killed) and what it said."""
    one = start(order, words, way)
    one.go()
    code = one.wait()
    if code is None:
        one.kill()
    return code, one.said()


def duration(order: Order, words: Path) -> float:
    """Measure a run from go to its end, in seconds; the folder of runs is then left to the caller."""
    one = start(order, words)
    begin = time.monotonic()
    one.go()
    assert one.wait() == 0, one.said()
    return time.monotonic() - begin
