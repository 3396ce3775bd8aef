"""Publish a folder whole or not at all; hashes, canonical JSON, locks. Refuses to leave half a folder."""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from earlywarn.errors import Fault, MachineError

PRIVATE = 0o600
"""Mode of files that hold groups or inputs by student."""


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

    ``fill`` writes into a temporary folder beside the target; every file and the folder are
    synced, then one rename puts it in place. On any failure the temporary folder is removed.

    Raises
    ------
    MachineError
        The disk is full, read-only or failing.
    """
    with machine_faults(str(target)):
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{target.name}.partial-", dir=target.parent))
        try:
            partial.chmod(0o755)
            fill(partial)
            _sync_tree(partial)
            os.rename(partial, target)
            sync(target.parent)
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
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.partial-", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, mode)
            os.replace(name, target)
            sync(target.parent)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def sweep(folder: Path) -> None:
    """Remove what a killed command left half-written in a folder; the caller holds the folder's lock."""
    with machine_faults(str(folder)):
        for left in folder.glob(".*.partial-*"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the one writer's lock of a folder.

    Raises
    ------
    MachineError
        Another process holds it.
    """
    with machine_faults(str(folder)):
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / ".lock").open("a")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise MachineError(
                Fault(
                    str(folder),
                    "another earlywarn command is writing here",
                    remedy="try again when it has ended",
                )
            ) from None
        yield


@contextlib.contextmanager
def machine_faults(where: str) -> Iterator[None]:
    """Turn a failing disk or missing permission into one clear error."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        first = "free some space" if full else "check that the folder exists and may be written to"
        remedy = f"{first}, then run the same command again; nothing was half-written"
        raise MachineError(Fault(where, f"cannot write here ({reason})", remedy=remedy)) from error


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
