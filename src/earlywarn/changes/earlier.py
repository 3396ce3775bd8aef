"""Which earlier run a list is compared with: the newest of the same model that is whole and not withdrawn.

A run that is passed over is named with the reason; it never stops tonight's list. A disk that fails just now does: it
says nothing of the run, and the same command gives the whole answer later.
"""

import errno
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from earlywarn.changes.record import Changes
from earlywarn.errors import EarlywarnError, Fault, MachineError
from earlywarn.printable import short
from earlywarn.score_run import MANIFEST, SCORES, StoredRun, open_run, whole_run
from earlywarn.withdrawal import Withdrawal

NOT_READABLE = "its manifest is gone or damaged"
NOT_WHOLE = "a file of it is gone or altered"


@dataclass(frozen=True)
class PassedOver:
    """A run that could not be compared with, and why."""

    run: str
    why: str

    @property
    def words(self) -> str:
        """Both in a sentence."""
        return f"The score run {short(self.run)} was passed over: {self.why}."


@dataclass(frozen=True)
class Earlier:
    """The run to compare with, if there is one, and those passed over that would have come before it."""

    run: StoredRun | None
    passed_over: tuple[PassedOver, ...] = ()


def find_earlier(out: Path, name: str, as_of: date) -> Earlier:
    """Find the newest score run of the same model before a day.

    Of several of one day the one whose folder's name comes last is taken: withdraw the others. A run whose manifest
    cannot be read may be any model's; it is passed over by the day in its name.
    """
    passed: list[PassedOver] = []
    for _, folder in sorted(_runs(out, name, as_of), reverse=True):
        try:
            run = whole_run(folder)
            if run.withdrawal is None:
                return Earlier(run, tuple(passed))
            passed.append(PassedOver(folder.name, _withdrawn(run.withdrawal)))
        except (EarlywarnError, OSError) as error:
            _refuse_failing(folder, error)
            passed.append(PassedOver(folder.name, NOT_WHOLE if _is_readable(folder) else NOT_READABLE))
    return Earlier(None, tuple(passed))


def _withdrawn(withdrawal: Withdrawal) -> str:
    return f"it was withdrawn on {withdrawal.on.day} {withdrawal.on:%B %Y} by {withdrawal.by}"


def changes_record(earlier: Earlier, changes: Changes | None) -> dict[str, Any]:
    """Give what the manifest says of the comparison: totals, and which runs were passed over; no student."""
    return (changes.to_json() if changes else {}) | {"passed_over": [vars(passed) for passed in earlier.passed_over]}


def _runs(out: Path, name: str, as_of: date) -> list[tuple[str, Path]]:
    """Give the day and folder of all runs of a model before a day, and of those that cannot be read."""
    found = []
    for folder in {path.parent for file in (MANIFEST, SCORES) for path in out.glob(f"[!.]*/{file}")}:
        day = folder.name[:10]
        if _is_readable(folder):
            manifest = open_run(folder).manifest
            day = manifest.as_of.isoformat() if manifest.name == name else ""
        if day and day < as_of.isoformat():
            found.append((day, folder))
    return found


def _is_readable(folder: Path) -> bool:
    try:
        open_run(folder)
    except (EarlywarnError, OSError) as error:
        _refuse_failing(folder, error)
        return False
    return True


_OF_THE_RUN = (errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP)
"""What is wrong with the run itself, today and tomorrow."""


def _refuse_failing(folder: Path, error: Exception) -> None:
    if isinstance(error, OSError) and error.errno not in _OF_THE_RUN:
        found = f"cannot be read ({error.strerror or type(error).__name__})"
        remedy = "see to the disk, then run the same command again; nothing was half-written"
        raise MachineError(Fault(str(folder), found, remedy=remedy)) from None
