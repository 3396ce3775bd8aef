"""Where a desk lies: its folder, database, secret key and hosts, read from the environment.

Nothing is written on import. ``prepare`` makes the folder and the key, readable by their owner alone.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from earlywarn.errors import Fault, UsageError
from earlywarn.files import PRIVATE, machine_faults, publish_file

FOLDER, DATABASE, HOSTS = "EARLYWARN_DESK", "DATABASE_URL", "EARLYWARN_DESK_HOSTS"
"""Names in the environment."""

LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class Place:
    """One desk.

    Attributes
    ----------
    folder
        Holds the record, the secret key, static files made ready and, unless another is named, the database.
    hosts
        Names under which the desk is reached through a proxy that speaks TLS; none while it is tried on one machine.
    """

    folder: Path
    database: str
    hosts: tuple[str, ...]

    @property
    def key_file(self) -> Path:
        """The file of the secret key, by which sessions are signed."""
        return self.folder / "secret.key"

    @property
    def record_folder(self) -> Path:
        """The folder of the record: who saw and did what."""
        return self.folder / "record"

    @property
    def static(self) -> Path:
        """The folder of static files made ready to be served."""
        return self.folder / "static"


def here() -> Place:
    """Read the place from the environment."""
    folder = Path(os.environ.get(FOLDER) or "desk").absolute()
    hosts = tuple(host.strip() for host in os.environ.get(HOSTS, "").split(",") if host.strip())
    return Place(folder, os.environ.get(DATABASE) or f"sqlite:///{folder}/desk.sqlite3", hosts)


def prepare(place: Place) -> None:
    """Make the folder and the secret key if they are not there.

    Raises
    ------
    UsageError
        A file lies where the folder should be, or others may open it.
    MachineError
        The folder cannot be written.
    """
    if place.folder.exists() and not place.folder.is_dir():
        found = "a file, no folder"
        raise UsageError(Fault(str(place.folder), found, "a folder of the desk's own", f"name another by {FOLDER}"))
    _refuse_open(place.folder, place.key_file)
    with machine_faults(str(place.folder)):
        place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.record_folder.mkdir(mode=0o700, exist_ok=True)
    with alone(place):
        if not place.key_file.is_file():
            publish_file(place.key_file, secrets.token_urlsafe(64).encode(), PRIVATE)


def _refuse_open(*paths: Path) -> None:
    """Refuse a folder or a key that others on this machine can read: names lie there, and the key signs sessions."""
    for path in paths:
        if path.exists() and path.stat().st_mode & 0o077:
            allowed, remedy = "its owner's alone", f"chmod go= {path}, or name another folder by {FOLDER}"
            raise UsageError(Fault(str(path), "others on this machine may open it", allowed, remedy))


@contextmanager
def alone(place: Place) -> Iterator[None]:
    """Wait for other commands that prepare this desk: two at once would make two keys, or a table twice."""
    with machine_faults(str(place.folder)), (place.folder / ".prepared.lock").open("ab") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def secret_key(place: Place) -> str:
    """Give the key; before the desk is prepared one that this process alone has."""
    return place.key_file.read_text() if place.key_file.is_file() else secrets.token_urlsafe(64)
