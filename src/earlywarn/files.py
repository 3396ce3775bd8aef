"""Publish a folder whole or not at all; hashes, canonical JSON, locks. Refuses to leave half a folder."""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from earlywarn.errors import BusyError, Fault, MachineError

PRIVATE = 0o600
"""Mode of files that hold groups or inputs by student."""
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system says where no more can be written; no reader of a file ever meets it."""


def sha256_of(data: bytes) -> str:
    """Give the hex sha256 of bytes."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    """Give the hex sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def canonical_json(value: Any) -> bytes:
    """Give JSON with one spelling: sorted keys, no spaces, shortest floats, no NaN."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def readable_json(value: Any) -> bytes:
    """Give JSON for people and diffs: sorted keys, two spaces, a last newline."""
    text = json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"


def row_json(value: Any) -> bytes:
    """Give JSON for people and diffs with many rows: sorted keys, each record of a list on a line of its own."""
    return (_row_json(value, "") + "\n").encode()


def _row_json(value: Any, indent: str) -> str:
    if isinstance(value, dict) and value:
        deeper = indent + "  "
        pairs = (f"{deeper}{json.dumps(key)}: {_row_json(value[key], deeper)}" for key in sorted(value))
        return "{\n" + ",\n".join(pairs) + f"\n{indent}}}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(f"{indent}  {_one_line(row)}" for row in value) + f"\n{indent}]"
    return _one_line(value)


def _one_line(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(", ", ": "), ensure_ascii=False, allow_nan=False)


def publish_folder(target: Path, fill: Callable[[Path], None]) -> None:
    """Make ``target`` appear with all its files or not at all.

    ``fill`` writes into a temporary folder beside the target; every file and the folder are synced, then one rename
    puts it in place and the folder above is synced. On any failure the temporary folder is removed. A sync that
    failed is not tried again: the kernel may have dropped what it could not write and would call the next one good
    (Rebello et al. 2020, "Can applications recover from fsync failures?").

    Raises
    ------
    MachineError
        The disk is full, read-only or failing.
    BusyError
        Another command that holds no lock put something there meanwhile.
    """
    with machine_faults(str(target)):
        _make(target.parent)
        partial = _partial(target)
        try:
            partial.mkdir(PRIVATE | 0o100)
            with _alive(partial):
                partial.chmod(0o755)
                fill(partial)
                _sync_tree(partial)
                _put(partial, target)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise


def publish_file(target: Path, content: bytes, mode: int = 0o644) -> None:
    """Replace one file whole or not at all.

    Raises
    ------
    MachineError
        The disk is full, read-only or failing.
    """
    with machine_faults(str(target)):
        _make(target.parent)
        partial = _partial(target)
        try:
            partial.touch(PRIVATE, exist_ok=False)
            with partial.open("wb") as file, _alive(partial):
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                partial.chmod(mode)
                os.replace(partial, target)
            sync(target.parent)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise


def settle(folder: Path) -> None:
    """Sync a folder: a command killed just after its rename may have left that to the kernel."""
    with machine_faults(str(folder)):
        sync(folder)


def sweep(folder: Path) -> None:
    """Remove what a killed command left half-written in a folder; the caller holds the folder's lock.

    What another command is writing at this moment without that lock stays.
    """
    for left in sorted(folder.glob(".*.partial-*")):
        with machine_faults(str(left)), contextlib.suppress(FileNotFoundError):
            if not _is_alive(left):
                shutil.rmtree(left) if left.is_dir() else left.unlink()


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the one writer's lock of a folder; the lock file stays, since removing it would let two in.

    Raises
    ------
    BusyError
        Another process holds it; says which and since when, where the kernel tells.
    MachineError
        The folder cannot be written to, or its file system has no locks.
    """
    with machine_faults(str(folder)):
        _make(folder)
        file = (folder / ".lock").open("a")
    with file:
        with machine_faults(str(folder)):
            _hold(folder, file.fileno())
        yield


@contextlib.contextmanager
def machine_faults(where: str) -> Iterator[None]:
    """Turn a failing disk or missing permission into one clear error."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        first = "free some space" if error.errno in FULL else "check that the folder exists and may be written to"
        remedy = f"{first}, then run the same command again; nothing was half-written"
        raise MachineError(Fault(where, f"cannot write here ({reason})", remedy=remedy)) from error


def _partial(target: Path) -> Path:
    """Name what is not whole yet; before it is made, so that a signal at the very moment finds it to be removed."""
    return target.with_name(f".{target.name}.partial-{secrets.token_hex(4)}")


def _make(folder: Path) -> None:
    """Make a folder and those above it, each entry synced."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(exist_ok=True)
        sync(folder.parent)


def _put(partial: Path, target: Path) -> None:
    """Rename into place; taken back if the folder above cannot be synced, so that no later command trusts it."""
    try:
        os.rename(partial, target)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
            raise
        remedy = "run the same command again: it looks at what is there"
        raise BusyError(Fault(str(target), "something appeared here while this command wrote", remedy=remedy)) from None
    try:
        sync(target.parent)
    except BaseException:
        os.rename(target, partial)
        raise


@contextlib.contextmanager
def _alive(partial: Path) -> Iterator[None]:
    """Mark what is being written, so that no sweep takes it; NFS cannot, there the folder's lock alone protects."""
    handle = os.open(partial, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def _is_alive(partial: Path) -> bool:
    with contextlib.suppress(OSError):
        handle = os.open(partial, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
    return False


def _hold(folder: Path, lock: int) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        since = datetime.fromtimestamp(os.fstat(lock).st_mtime)
        found = f"another earlywarn command is writing here{_holder(lock)}, since {since:%Y-%m-%d %H:%M:%S}"
        raise BusyError(Fault(str(folder), found, remedy="try again when it has ended")) from None
    with contextlib.suppress(OSError):
        os.utime(lock)  # whoever is told to wait reads here since when


def _holder(lock: int) -> str:
    """Name the process that holds a lock by the kernel's own table, for a note that a process left might be old."""
    stat = os.fstat(lock)
    place = f"{os.major(stat.st_dev):02x}:{os.minor(stat.st_dev):02x}:{stat.st_ino}"
    with contextlib.suppress(OSError):
        for line in Path("/proc/locks").read_text().splitlines():
            _, kind, _, _, process, where, *_ = line.replace("-> ", "").split()
            if (kind, where) == ("FLOCK", place) and process.isdigit() and process != "0":
                return f" (process {process})"
    return ""


def _sync_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        sync(path)
    sync(folder)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
