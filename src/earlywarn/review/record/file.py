"""The record's file: one line of JSON a request, added in one write and synced; refuses to lose or alter a line."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from earlywarn.files import PRIVATE


@dataclass(frozen=True)
class Line:
    """Who asked for what, when, of which students, and how it was answered.

    Attributes
    ----------
    status
        Of the answer; None in the line that is written before something is changed.
    students
        Numbers of students' rows in the desk's database, never their own numbers or names.
    words
        What helps to understand it: an address that was refused, how many rows an export held.
    """

    at: datetime
    request: UUID
    account: int | None
    username: str
    what: str
    method: str
    status: int | None
    denied: bool = False
    students: Sequence[int] = field(default_factory=tuple)
    words: str = ""

    def to_bytes(self) -> bytes:
        """Give the line between two ends: one that was cut short before it, on a full disk, spoils it not."""
        raw = {**asdict(self), "at": self.at.isoformat(), "request": str(self.request), "students": list(self.students)}
        return b"\n" + json.dumps(raw, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def file_name(at: datetime) -> str:
    """Give the name of a month's file."""
    return f"record-{at:%Y-%m}.jsonl"


def write(folder: Path, line: Line) -> None:
    """Add a line; returns once it lies on the disk.

    One write to a file that is opened for adding: lines of several processes never mix. A line that went in only in
    part, on a full disk, stands alone; the loader counts it as damaged.

    Raises
    ------
    OSError
        It could not be written; nothing may be answered then.
    """
    content = line.to_bytes()
    handle = _opened(folder / file_name(line.at))
    try:
        if os.write(handle, content) != len(content):
            raise OSError("a line of the record was cut short")
        os.fdatasync(handle)
    finally:
        os.close(handle)


def _opened(path: Path) -> int:
    """Open a month's file for adding; one that is new is in its folder for good before it holds a line."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        handle = os.open(path, flags | os.O_CREAT, PRIVATE)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return handle


def read(content: bytes) -> Line | None:
    """Read a line back; None where it is not one."""
    try:
        raw = json.loads(content)
        times = {"at": datetime.fromisoformat(raw["at"]), "request": UUID(raw["request"])}
        return Line(**{**raw, **times, "students": tuple(int(number) for number in raw["students"])})
    except (ValueError, KeyError, TypeError):
        return None
