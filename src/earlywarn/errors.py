"""The exception tree; every error says where, what was found, what is allowed and what to do.

::

    EarlywarnError            exit code
      UsageError              2   a path, option or name that is not there
        ConfigError           2   the TOML of an experiment or an audit
      RefusedError            1   refused by the data or by the gate
        RosterError           1   a roster or another file of students, as a whole
        EvidenceError         1   too little data to fit or to judge
        ScorecardError        1   a scorecard that is not what was promoted
        GateError             1   a verdict that forbids the step
        WithdrawnError        1   a score run that was withdrawn
      MachineError            3   disk, permissions, clock: mend it, try again
        BusyError            75   another command is writing there: try again later

No message ever holds a student's value, name or id.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: where, what was found, what is allowed, what to do."""

    where: str
    found: str
    allowed: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.found}"]
        if self.allowed:
            parts.append(f"allowed: {self.allowed}")
        if self.remedy:
            parts.append(f"what to do: {self.remedy}")
        return "; ".join(parts)


class EarlywarnError(Exception):
    """Base of all errors that a user may see; carries every fault that was found."""

    exit_code = 1

    def __init__(self, faults: Fault | Iterable[Fault]) -> None:
        self.faults = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class UsageError(EarlywarnError):
    """Wrong use: a path, an option or a name that is not there."""

    exit_code = 2


class ConfigError(UsageError):
    """A TOML says something that cannot be."""


class RefusedError(EarlywarnError):
    """The data or the gate forbid the step."""


class RosterError(RefusedError):
    """A roster, or another file of students, that cannot be taken as a whole."""


class EvidenceError(RefusedError):
    """Too little data to fit, to cross-fit or to judge."""


class ScorecardError(RefusedError):
    """A scorecard that is damaged, altered or not promoted."""


class GateError(RefusedError):
    """A verdict that forbids promotion or scoring."""


class WithdrawnError(RefusedError):
    """A score run whose list was found wrong and withdrawn."""


class MachineError(EarlywarnError):
    """The machine failed: mend it and try again."""

    exit_code = 3


class BusyError(MachineError):
    """Another command is writing there: try again when it has ended.

    75 is EX_TEMPFAIL of sysexits.h, by which a scheduler tells "busy" from "failed".
    """

    exit_code = 75
