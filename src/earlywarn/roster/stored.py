"""A file's bytes as it is stored, gunzipped where it is gzipped; refuses one that is too large, torn or changing."""

import contextlib
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from earlywarn.config.reading import Limits
from earlywarn.errors import EarlywarnError, Fault, MachineError, RosterError
from earlywarn.files import FULL, sha256_file

GZIP = b"\x1f\x8b"
RATIO_COUNTS_FROM = 16 << 20
"""So few unzipped bytes are no bomb, however well they were packed."""

_AGAIN = "copy or export it again, whole"
_READ_AT_ONCE = 1 << 20


class Stamp(NamedTuple):
    """What tells that a file is still the same."""

    size: int
    modified: int
    changed: int
    device: int
    inode: int


@dataclass(frozen=True)
class Stored:
    """A file on disk, its limits, and its stamp when it was first looked at."""

    path: Path
    limits: Limits
    stamp: Stamp
    is_packed: bool

    def __reduce__(self) -> tuple[object, ...]:
        """Travel to another machine, where device, inode and time of change are others and mean nothing."""
        return _elsewhere, (self.path, self.limits, self.stamp, self.is_packed)

    @property
    def name(self) -> str:
        """The file's name, without the folder."""
        return self.path.name

    def chunks(self, size: int) -> Iterator[bytes]:
        """Give the bytes from the first on, some ``size`` at once."""
        with self.path.open("rb") as file:
            if self.is_packed:
                yield from _gunzipped(file, self, size)
            else:
                while chunk := file.read(size):
                    yield chunk

    def sha256(self) -> str:
        """Give the sha256 of the bytes as they are stored, which are those that were read."""
        with reading(self.path), unchanged(self):
            return sha256_file(self.path)

    def first(self, size: int) -> bytes:
        """Give the first bytes."""
        return next(self.chunks(size), b"")[:size]

    @contextlib.contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """Open it for reading at any place; what was gzipped lies in a file without a name meanwhile."""
        if not self.is_packed:
            with self.path.open("rb") as file:
                yield file
            return
        with tempfile.TemporaryFile() as whole:
            for chunk in self.chunks(_READ_AT_ONCE):
                whole.write(chunk)
            whole.seek(0)
            yield whole


def stored(path: Path, limits: Limits) -> Stored:
    """Look at a file.

    Raises
    ------
    RosterError
        It is larger than the limit.
    OSError
        It cannot be read.
    """
    stamp = _stamp(path)
    if stamp.size > limits.bytes:
        raise RosterError(too_much(path.name, f"{stamp.size:,} bytes", limits, "bytes", "give it in parts"))
    with path.open("rb") as file:
        return Stored(path, limits, stamp, file.read(len(GZIP)) == GZIP)


def _elsewhere(path: Path, limits: Limits, stamp: Stamp, is_packed: bool) -> Stored:
    """Give the same file as this machine sees it; it has not changed if its size and time are the same."""
    with contextlib.suppress(OSError):  # whoever reads it says so
        stamp = Stamp(stamp.size, stamp.modified, *_stamp(path)[2:])
    return Stored(path, limits, stamp, is_packed)


@contextlib.contextmanager
def unchanged(file: Stored) -> Iterator[None]:
    """Refuse a file that changed since it was first looked at, before any fault that may have come of it."""
    try:
        yield
    except EarlywarnError:
        _refuse_changed(file)
        raise
    _refuse_changed(file)


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn a failing disk or a missing permission into one clear error; a full disk is told by who writes to it."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise
        found = f"cannot be read ({error.strerror or type(error).__name__})"
        raise MachineError(Fault(str(path), found, remedy="check its permissions, then try again")) from None


def too_much(where: str, found: str, limits: Limits, key: str, remedy: str) -> Fault:
    """Make the fault of a limit that is passed; it names the key to raise."""
    allowed = f"at most {getattr(limits, key):,} (reading.limits.{key})"
    return Fault(where, found, allowed, f"{remedy}; if it is sound, raise the limit in the config")


def _refuse_changed(file: Stored) -> None:
    if _stamp(file.path) != file.stamp:
        remedy = "wait until whatever writes it has ended, then try again"
        raise RosterError(Fault(file.name, "the file changed while it was read", "a file at rest", remedy))


def _stamp(path: Path) -> Stamp:
    seen = path.stat()
    return Stamp(seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_dev, seen.st_ino)


def _gunzipped(packed: IO[bytes], file: Stored, size: int) -> Iterator[bytes]:
    """Unzip one member after another; of each read no more is unzipped at once than was asked for."""
    member, given, rest = zlib.decompressobj(wbits=31), 0, b""
    while rest or (rest := packed.read(_READ_AT_ONCE)):
        if member.eof:
            member = zlib.decompressobj(wbits=31)
        chunk = _unzipped(member, rest, file, size)
        given += len(chunk)
        _refuse_bomb(file, given)
        if chunk:
            yield chunk
        rest = member.unused_data.lstrip(b"\0") if member.eof else member.unconsumed_tail
    while not member.eof:
        if not (chunk := _unzipped(member, b"", file, size)):
            found = "a gzip file that breaks off"
            raise RosterError(Fault(file.name, found, "a whole file", _AGAIN))
        given += len(chunk)
        _refuse_bomb(file, given)
        yield chunk


def _unzipped(member: "zlib._Decompress", packed: bytes, file: Stored, size: int) -> bytes:
    try:
        return member.decompress(packed, size)
    except zlib.error:
        raise RosterError(Fault(file.name, "a damaged gzip file", "a whole file", _AGAIN)) from None


def _refuse_bomb(file: Stored, given: int) -> None:
    remedy = "check where the file comes from"
    if given > file.limits.unzipped_bytes:
        raise RosterError(too_much(file.name, "unzips to more bytes", file.limits, "unzipped_bytes", remedy))
    if given > max(RATIO_COUNTS_FROM, file.stamp.size * file.limits.unzip_ratio):
        raise RosterError(too_much(file.name, "unzips to far more than it holds", file.limits, "unzip_ratio", remedy))
