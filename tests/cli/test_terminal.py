"""How a command ends: its exit code is true even where nothing can be written, and no traceback reaches a person."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from earlywarn.cli.stopping import SIGNALS, Stopped, stoppable
from earlywarn.cli.terminal import guarded
from earlywarn.errors import Fault, UsageError

ENTRY = "from earlywarn.cli.main import app_entry; app_entry()"
FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


def ended(*words: str, full: str) -> subprocess.CompletedProcess[str]:
    """Run a command whose output or errors go to a full disk."""
    with FULL.open("w") as disk:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, full: disk}
        return subprocess.run([sys.executable, "-c", ENTRY, *words], text=True, check=False, **pipes)


@needs_full
def test_an_output_that_cannot_be_written_ends_with_3_and_one_letter() -> None:
    done = ended("gate", "--explain", full="stdout")
    assert done.returncode == 3
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@needs_full
def test_a_log_on_a_full_disk_does_not_change_the_exit_code() -> None:
    assert ended("check", "nowhere.csv", "--config", "nowhere.toml", full="stderr").returncode == 2


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_cleans_up_says_a_line_and_ends_as_the_shell_expects(
    number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    cleaned = []

    def command() -> None:
        try:
            signal.raise_signal(number)
        finally:
            signal.raise_signal(number)  # a second one does not cut the cleaning short
            cleaned.append(True)

    before = signal.signal(number, signal.SIG_DFL)  # whoever runs the tests in the background ignores some
    try:
        assert guarded(command) == 128 + number
    finally:
        signal.signal(number, before)
    assert cleaned == [True]
    assert capsys.readouterr().err == "stopped; nothing was half-written\n"


def test_a_signal_that_the_caller_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stoppable():
            signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_stop_is_no_exception_that_a_library_would_catch() -> None:
    assert not issubclass(Stopped, Exception | KeyboardInterrupt | SystemExit)


def test_too_little_memory_is_told_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> None:
        raise MemoryError("std::bad_alloc")

    assert guarded(command) == 3
    assert "out of memory" in capsys.readouterr().err


def test_what_python_passes_over_is_told_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    class Closing:
        def __del__(self) -> None:
            raise OSError(5, "a student's name")

    def command() -> None:
        Closing()

    assert guarded(command) == 0
    assert capsys.readouterr().err == "LOOK   a fault was passed over while something was closed (OSError)\n"


def test_an_error_keeps_its_own_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> None:
        raise UsageError(Fault("here", "this", remedy="that"))

    assert guarded(command) == 2
    assert "what to do: that" in capsys.readouterr().err
