"""That a list was found wrong: when, by whom and why, and the names its files then bear.

The manifest of a score run holds it and is the one truth; all else is made from it. It refuses a blank reason, and
keeps it to one printable line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from earlywarn.errors import Fault, UsageError
from earlywarn.printable import one_line

PREFIX = "withdrawn-"
"""Begins the name of a list for people once it is withdrawn: who opens it sees it, and a machine does not find it."""

LONGEST_REASON, LONGEST_NAME = 500, 100


@dataclass(frozen=True)
class Withdrawal:
    """One withdrawal. ``files_before`` is name -> sha256 of each file that was marked, as it was."""

    on: date
    by: str
    reason: str
    files_before: Mapping[str, str]

    @property
    def words(self) -> str:
        """Say it in one line, without a full stop at the end."""
        return f"withdrawn on {self.on.day} {self.on:%B %Y} by {self.by}: {self.reason.rstrip('.')}"

    def to_json(self) -> dict[str, Any]:
        """Give what the manifest holds."""
        return {
            "on": self.on.isoformat(),
            "by": self.by,
            "reason": self.reason,
            "files_before": dict(self.files_before),
        }


def read_withdrawal(raw: Mapping[str, Any]) -> Withdrawal | None:
    """Read what a manifest holds; None where nothing was withdrawn."""
    if not raw:
        return None
    return Withdrawal(date.fromisoformat(raw["on"]), str(raw["by"]), str(raw["reason"]), dict(raw["files_before"]))


def checked(text: str, option: str, longest: int) -> str:
    """Give a text of a person on one printable line.

    Raises
    ------
    UsageError
        It is blank or too long.
    """
    line = one_line(text)
    if not line:
        raise UsageError(Fault(option, "a blank text", "one line that says it", f"give {option} with words"))
    if len(line) > longest:
        found = f"{len(line):,} letters"
        raise UsageError(Fault(option, found, f"at most {longest}", "say it in fewer words; it stands on every page"))
    return line
