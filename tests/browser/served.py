"""A real desk in processes of its own: filled, served on this machine, ended or killed by number."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tests.review.made import PASSWORD as PASSWORD

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-c", "from earlywarn.cli.main import app_entry; app_entry()")
BOUND_SECONDS = 240
"""Whatever takes longer than this never comes."""

Value = TypeVar("Value")


def until(look: Callable[[], Value], what: str, seconds: float = BOUND_SECONDS) -> Value:
    """Give what a look sees as soon as it sees something."""
    end, pause = time.monotonic() + seconds, threading.Event()
    while not (seen := look()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        pause.wait(0.02)
    return seen


@dataclass(frozen=True)
class Desk:
    """A desk's folder, and what else its processes find in their environment."""

    folder: Path
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        unset = {"DATABASE_URL", "EARLYWARN_DESK_HOSTS", "DJANGO_SETTINGS_MODULE"}
        known = {name: value for name, value in os.environ.items() if name not in unset}
        return known | {"EARLYWARN_DESK": str(self.folder)} | dict(self.more)

    def fill(self, told: Path) -> None:
        """Fill it; ``told`` is the JSON of what "About this list" tells."""
        self.run(sys.executable, str(Path(__file__).with_name("fill.py")), str(told))

    def run(self, *command: str) -> str:
        """Run a command with this desk; what it printed."""
        done = subprocess.run(
            command, env=self.environment, cwd=ROOT, capture_output=True, text=True, timeout=BOUND_SECONDS, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask(self, code: str) -> Any:
        """Ask the desk's own tables with some lines of Python that set ``answer``."""
        whole = (
            "import json\nfrom earlywarn.review.start import start\nstart()\n"
            f"from earlywarn.review.models import *\n{code}\nprint(json.dumps(answer, default=str))"
        )
        return json.loads(self.run(sys.executable, "-c", whole))

    @property
    def students(self) -> list[dict[str, Any]]:
        """What the tests must know of the students."""
        return list(json.loads((self.folder / "known.json").read_text(encoding="utf-8")))


@dataclass
class Served:
    """A desk that answers."""

    desk: Desk
    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def workers(self) -> list[int]:
        """The numbers of the processes that answer."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(number) for number in children.read_text().split()] if children.exists() else []

    @property
    def said(self) -> str:
        """What the server wrote on its standard error."""
        return (self.desk.folder / "served.err").read_text(encoding="utf-8")

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().read() == b"well\n"
        except OSError:
            return False
        finally:
            connection.close()

    def kill(self) -> None:
        """Kill the master and every worker at once, as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(BOUND_SECONDS)

    def end(self) -> None:
        """End it as an operator does; whatever is left of it then is killed."""
        self.process.terminate()
        try:
            self.process.wait(BOUND_SECONDS)
        finally:
            with _ignoring_what_is_gone():
                os.killpg(self.process.pid, signal.SIGKILL)


def start(desk: Desk, port: int = 0) -> Served:
    """Start the desk's own command and give it once it answers."""
    port = port or _free_port()
    with (desk.folder / "served.err").open("ab") as said:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", str(port)],
            env=desk.environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=said, start_new_session=True,
        )  # fmt: skip
    served = Served(desk, port, process)
    try:
        until(lambda: served.answers() or process.poll() is not None, "the desk answers")
        assert process.poll() is None, served.said
    except BaseException:
        served.end()
        raise
    return served


@contextmanager
def serving(desk: Desk) -> Iterator[Served]:
    """Serve a desk as long as the block lasts."""
    served = start(desk)
    try:
        yield served
    finally:
        served.end()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _ignoring_what_is_gone() -> Iterator[None]:
    try:
        yield
    except ProcessLookupError:
        return
