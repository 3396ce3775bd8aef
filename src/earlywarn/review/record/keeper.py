"""A thread beside each gunicorn worker that loads the record's files; one process does so at a time.

Nothing depends on it: the record's page loads what is new before it shows anything, and a line that is not loaded yet
lies in its file.
"""

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error, close_old_connections, connection

from earlywarn.files import PRIVATE
from earlywarn.review.record.load import load

SECONDS = 5.0
"""From one look for new lines to the next."""
LOCK = "loading.lock"


class Keeper:
    """Loads until it is stopped.

    Parameters
    ----------
    folder
        Of the record.
    over
        Waits, and gives true once it is time to end; `threading.Event.wait` with the seconds between two looks.
    """

    def __init__(self, folder: Path, over: Callable[[], bool], loads: Callable[[Path], int] = load) -> None:
        self.folder, self.over, self.loads = folder, over, loads
        self.thread = threading.Thread(target=self.run, name="record", daemon=True)

    def run(self) -> None:
        """Take turn after turn."""
        while not self.over():
            close_old_connections()
            self.turn()
        connection.close()

    def turn(self) -> int | None:
        """Load what is new; None where another process is at it, or the database or the disk does not answer now.

        What is not loaded stays in its file for the next turn, so a fault here loses nothing.
        """
        try:
            with _alone(self.folder) as alone:
                return self.loads(self.folder) if alone else None
        except (Error, OSError):
            return None


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Hold the lock, if nobody else does; the kernel lets go of it when the process ends, however it ends."""
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def post_worker_init(worker: Any) -> None:
    """Start loading beside a gunicorn worker; a hook of gunicorn's configuration."""
    ends = threading.Event()
    worker.record_ends = ends
    worker.record_keeper = Keeper(settings.RECORD_FOLDER, lambda: ends.wait(SECONDS))
    worker.record_keeper.thread.start()


def worker_exit(server: Any, worker: Any) -> None:
    """End with the worker: a group that is being loaded is finished or left whole to the next."""
    if ends := getattr(worker, "record_ends", None):
        ends.set()
        worker.record_keeper.thread.join(SECONDS)
