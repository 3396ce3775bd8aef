"""What a child does: score once, by the very use-case and guard of the command, once it is told to go.

The controls are the same run with one part of the promise left out; the checks must find each of them.
"""

import ctypes
import os
import signal
import struct
import sys
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import jinja2  # noqa: F401  (loaded once in the server, so that a child starts at once)
import pyarrow.csv
import pyarrow.parquet  # noqa: F401

from earlywarn import files
from earlywarn.cli.stopping import SIGNALS
from earlywarn.cli.terminal import guarded
from earlywarn.score import Order, score

ANY_PROCESS = ctypes.c_ulong(-1)
PR_SET_PTRACER, CAPABILITIES_3, DAC_OVERRIDE_AND_READ = 0x59616D61, 0x20080522, 0b110


def scored(order: Order, said: str, way: str, ready_and_go: Connection) -> None:
    """Score, saying everything into a file; ends the process with the command's exit code."""
    handle = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.close(handle)
    ctypes.CDLL(None).prctl(PR_SET_PTRACER, ANY_PROCESS, 0, 0, 0)  # lets strace in where only a parent may trace
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)  # a torture in the background must not make its children deaf
    WAYS[way]()

    def command() -> None:
        ready_and_go.send_bytes(b"ready")
        ready_and_go.recv_bytes()
        score(order, lambda step: None)

    code = guarded(command)
    sys.stdout.flush()
    os._exit(code)


def _as_it_is() -> None:
    pass


def _no_sync() -> None:
    os.fsync = lambda handle: None


def _no_sync_above() -> None:
    files._put = os.rename


def _no_rename() -> None:
    def straight(target: Path, fill: Callable[[Path], None]) -> None:
        target.mkdir(parents=True)
        fill(target)

    _replace(files.publish_folder, straight)


def _no_sweep() -> None:
    _replace(files.sweep, lambda folder: None)


def _replace(old: Any, new: Any) -> None:
    """Put another function in its place wherever it was imported to."""
    for module in [m for name, m in sys.modules.items() if name.startswith("earlywarn")]:
        for name in [name for name, value in vars(module).items() if value is old]:
            setattr(module, name, new)


def _as_no_superuser() -> None:
    """Let modes of files hold for this process, though root started it."""
    libc = ctypes.CDLL(None)
    header, held = struct.pack("Ii", CAPABILITIES_3, 0), ctypes.create_string_buffer(24)
    libc.capget(header, held)
    effective, *rest = struct.unpack("6I", held.raw)
    libc.capset(header, struct.pack("6I", effective & ~DAC_OVERRIDE_AND_READ, *rest))


WAYS: Mapping[str, Callable[[], None]] = {
    "as it is": _as_it_is,
    "no sync": _no_sync,
    "no sync above": _no_sync_above,
    "no rename": _no_rename,
    "no sweep": _no_sweep,
    "as no superuser": _as_no_superuser,
}
