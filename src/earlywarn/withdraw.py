"""Withdraw a score run whose list was found wrong: the order of steps, nothing else.

The manifest decides, and is replaced in one step: from then on the run is withdrawn for every command, whatever happens
next. The marked files are made before it and put in place after it; the same command again makes what is lacking.
Neither an exchange of whole folders (not on every file system) nor a file of its own beside the manifest (a second
truth) is needed. scores.parquet, inputs and groups stay as they are: what was wrong can still be followed up.
"""

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from earlywarn.changes.compare import CHANGES
from earlywarn.errors import EarlywarnError
from earlywarn.files import PRIVATE, locked, machine_faults, publish_file, readable_json, sha256_file, sweep, sync
from earlywarn.report.withdrawn import mark_list, mark_page
from earlywarn.score_run import FLAGS, MANIFEST, SUMMARY, StoredRun, open_run, whole_run
from earlywarn.withdrawal import LONGEST_NAME, LONGEST_REASON, PREFIX, Withdrawal, checked

Mark = Callable[[Path, Path, Withdrawal], None]
MARKS: dict[str, tuple[str, Mark]] = {
    FLAGS: (PREFIX + FLAGS, mark_list),
    CHANGES: (PREFIX + CHANGES, mark_list),
    SUMMARY: (SUMMARY, mark_page),
}
"""File that shows the list -> its name once marked, and what marks it; lists first, as they are opened most."""


@dataclass(frozen=True)
class Order:
    """Which run to withdraw, by whom and why; ``today`` is the day that is told."""

    run: Path
    by: str
    reason: str
    today: date


@dataclass(frozen=True)
class Withdrawn:
    """A withdrawn run; whether that was done just now, and the later runs whose changes are held against it."""

    run: StoredRun
    withdrawal: Withdrawal
    fresh: bool
    held_against_it: tuple[str, ...]


def withdraw(order: Order) -> Withdrawn:
    """Mark a score run as withdrawn; one that is already keeps its first day, name and reason.

    Raises
    ------
    UsageError
        No score run there, or a blank or too long name or reason.
    ScorecardError
        The run is no longer whole.
    MachineError
        The disk is full, read-only or failing, or another command is writing there.
    """
    by, reason = checked(order.by, "--by", LONGEST_NAME), checked(order.reason, "--reason", LONGEST_REASON)
    folder = open_run(order.run).folder.resolve()
    with locked(folder.parent), machine_faults(str(folder)):
        sweep(folder)
        stored = whole_run(folder)
        before = {name: stored.manifest.files[name] for name in MARKS if name in stored.manifest.files}
        withdrawal = stored.withdrawal or Withdrawal(order.today, by, reason, before)
        try:
            _mark(stored, withdrawal)
        finally:
            sweep(folder)
    return Withdrawn(open_run(order.run), withdrawal, stored.withdrawal is None, _held_against(folder))


@dataclass(frozen=True)
class _Made:
    """A marked file that waits beside the one that it takes the place of."""

    partial: Path
    old: Path
    new: Path
    sha256: str

    def put_in_place(self) -> None:
        """Show the marked file, then take the unmarked one away."""
        os.replace(self.partial, self.new)
        if self.old != self.new:
            self.old.unlink(missing_ok=True)
        sync(self.new.parent)


def _mark(stored: StoredRun, withdrawal: Withdrawal) -> None:
    """Make what is not yet marked, decide, and put it in place."""
    made = [_made(stored.folder, name, withdrawal) for name in withdrawal.files_before if not _is_done(stored, name)]
    if made or stored.withdrawal is None:
        _decide(stored.folder, withdrawal, made)
    for one in made:
        one.put_in_place()


def _is_done(stored: StoredRun, name: str) -> bool:
    """Tell whether a file is marked already, and the unmarked one gone."""
    new = MARKS[name][0]
    path, sha256 = stored.folder / new, stored.manifest.files.get(new)
    is_marked = stored.withdrawal is not None and path.is_file() and sha256_file(path) == sha256
    return is_marked and (new == name or not (stored.folder / name).exists())


def _made(folder: Path, name: str, withdrawal: Withdrawal) -> _Made:
    """Write a marked file beside the one that it will take the place of, with its mode."""
    new, mark = MARKS[name]
    handle, partial = tempfile.mkstemp(prefix=f".{new}.partial-", dir=folder)
    os.close(handle)
    mark(folder / name, Path(partial), withdrawal)
    os.chmod(partial, (folder / name).stat().st_mode & 0o777)
    sync(Path(partial))
    return _Made(Path(partial), folder / name, folder / new, sha256_file(Path(partial)))


def _decide(folder: Path, withdrawal: Withdrawal, made: list[_Made]) -> None:
    """Replace the manifest: it says that the run is withdrawn, and how its files will be."""
    raw = json.loads((folder / MANIFEST).read_bytes())
    kept = {name: sha for name, sha in raw["files"].items() if name not in {one.old.name for one in made}}
    files = kept | {one.new.name: one.sha256 for one in made}
    record = raw | {"files": files, "withdrawn": withdrawal.to_json()}
    publish_file(folder / MANIFEST, readable_json(record), PRIVATE)


def _held_against(folder: Path) -> tuple[str, ...]:
    """Name the runs beside it whose changes are told against it."""
    found = []
    for path in sorted(folder.parent.glob(f"[!.]*/{MANIFEST}")):
        try:
            run = open_run(path.parent)
        except EarlywarnError:
            continue  # a damaged run is told by whoever opens it
        if run.manifest.changes.get("run") == folder.name and run.withdrawal is None:
            found.append(path.parent.name)
    return tuple(found)
