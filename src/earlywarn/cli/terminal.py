"""How the command line speaks: progress while a terminal looks on, errors as one letter, JSON for machines."""

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from earlywarn.cli.stopping import Stopped, stoppable
from earlywarn.errors import EarlywarnError, Fault, MachineError
from earlywarn.printable import one_line

MOST_FAULTS = 12
"""Faults shown on one screen; the rest are counted."""

WIDTH_OF_FILES = 140
"""Columns where no terminal looks on, so that a table in a log is not squeezed to 80."""

err = Console(stderr=True, highlight=False, markup=False, soft_wrap=not sys.stderr.isatty())
out = Console(
    highlight=False, markup=False, width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else WIDTH_OF_FILES
)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Give a function that tells the present step, on a terminal only."""
    if not err.is_terminal:
        yield lambda step: None
        return
    with err.status("starting") as status:
        yield lambda step: status.update(step)


def show(title: str, made: Table) -> None:
    """Print a table under its title."""
    out.print()
    out.print(Text(title, style="bold"))
    out.print(made)


def print_json(value: Any) -> None:
    """Write one JSON value for a machine."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def show_error(error: EarlywarnError) -> None:
    """Write every fault: where, what was found, what is allowed, what to do."""
    for fault in error.faults[:MOST_FAULTS]:
        err.print(Text.assemble(("error  ", "bold"), (one_line(fault.where), "bold"), f": {one_line(fault.found)}"))
        for label, text in (("allowed", fault.allowed), ("what to do", fault.remedy)):
            if text:
                err.print(Text(f"       {label}: {one_line(text)}"))
    if len(error.faults) > MOST_FAULTS:
        err.print(f"       and {len(error.faults) - MOST_FAULTS} more of this kind")


class _Look(logging.Handler):
    """Warnings of our own, such as a file whose encoding was guessed, for whoever looks on."""

    def emit(self, record: logging.LogRecord) -> None:
        err.print(Text.assemble(("LOOK   ", "bold"), one_line(record.getMessage())))


def guarded(command: Callable[[], Any]) -> int:
    """Run a command; give its exit code. No traceback reaches a person, unless EARLYWARN_TRACEBACK is set."""
    ours = logging.getLogger("earlywarn")
    if not ours.handlers:
        ours.addHandler(_Look(logging.WARNING))
        ours.propagate = False
    with stoppable(), _passed_over_in_a_line():
        try:
            return _exit_code_of(command)
        except SystemExit as left:
            return _flushed(int(left.code or 0))
        except Stopped as stopped:
            with suppress(OSError):
                err.print("stopped; nothing was half-written")
            return _flushed(stopped.exit_code)


@contextmanager
def _passed_over_in_a_line() -> Iterator[None]:
    """Keep Python from printing a traceback of what it passes over, such as a roster that cannot be closed."""

    def say(passed: "sys.UnraisableHookArgs") -> None:
        with suppress(OSError):
            err.print(f"LOOK   a fault was passed over while something was closed ({passed.exc_type.__name__})")

    before = sys.unraisablehook
    if not os.environ.get("EARLYWARN_TRACEBACK"):
        sys.unraisablehook = say
    try:
        yield
    finally:
        sys.unraisablehook = before


def _exit_code_of(command: Callable[[], Any]) -> int:
    try:
        command()
    except EarlywarnError as error:
        return _told(error)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return _machine(
            Fault(str(error.filename or "this machine"), reason, remedy="check disk and permissions, try again")
        )
    except MemoryError:
        remedy = "close other programs, or use a larger machine, then run it again; nothing was half-written"
        return _machine(Fault("this machine", "out of memory", remedy=remedy))
    except Exception as error:
        if os.environ.get("EARLYWARN_TRACEBACK"):
            raise
        return _machine(_unforeseen(error))
    return _flushed(0)


def _told(error: EarlywarnError) -> int:
    with suppress(OSError):  # a log on the full disk must not change the exit code
        show_error(error)
    return _flushed(error.exit_code)


def _flushed(code: int) -> int:
    """Flush the output while its failure can still be told; Python itself would end with 120 and a traceback."""
    try:
        sys.stdout.flush()
    except OSError as error:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        remedy = "the command itself is done; make room and run it again to see what it says"
        fault = Fault("the output", f"cannot be written ({os.strerror(error.errno or 0)})", remedy=remedy)
        return code or _machine(fault)
    return code


def _machine(fault: Fault) -> int:
    return _told(MachineError(fault))


def _unforeseen(error: Exception) -> Fault:
    """Name the kind of an error that nobody foresaw, never its text: that may hold a student's value."""
    return Fault(
        "earlywarn",
        f"a fault of the program ({type(error).__name__})",
        remedy="report it with the output of the same command under EARLYWARN_TRACEBACK=1, after reading it for names",
    )
