"""Whether a recorded run kept the order that makes it safe: written, synced, renamed, the folder above synced."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from torture.tracing import Call


@dataclass
class _Disk:
    """What the kernel may still hold in memory alone, as far as the calls tell."""

    out: str
    unsynced: set[str] = field(default_factory=set)
    entries: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def opened(self, call: Call) -> None:
        if "O_CREAT" in call.arguments and self._is_ours(call.path_given):
            self._written(call.path_given)
            self.entries.add(str(Path(call.path_given).parent))

    def written(self, call: Call) -> None:
        if self._is_ours(call.handle):
            self._written(call.handle)

    def made(self, call: Call) -> None:
        if self._is_ours(call.paths[0]):
            self.entries |= {call.paths[0], str(Path(call.paths[0]).parent)}

    def synced(self, call: Call) -> None:
        self.unsynced.discard(call.handle)
        self.entries.discard(call.handle)

    def removed(self, call: Call) -> None:
        (path,) = call.paths
        if self._is_ours(path):
            self.unsynced.discard(path)
            self.entries.discard(path)
            self.entries.add(str(Path(path).parent))

    def renamed(self, call: Call) -> None:
        old, new = call.paths
        if not self._is_ours(new):
            return
        self.faults += [f"{_short(path)} is renamed before it is synced" for path in self._below(old)]
        self.unsynced, self.entries = ({_moved(p, old, new) for p in held} for held in (self.unsynced, self.entries))
        self.entries.add(str(Path(new).parent))

    def _written(self, path: str) -> None:
        if path == f"{self.out}/.lock":
            return
        if not Path(path).relative_to(self.out).parts[0].startswith("."):
            self.faults.append(f"{_short(path)} is written in the open")
        self.unsynced.add(path)

    def _below(self, path: str) -> list[str]:
        return sorted(p for p in self.unsynced | self.entries if p == path or p.startswith(f"{path}/"))

    def _is_ours(self, path: str) -> bool:
        return path.startswith(f"{self.out}/")


def faults_of_order(calls: list[Call], out: Path) -> list[str]:
    """Give every step that a power cut could turn into half a run; none where the order was kept."""
    disk = _Disk(str(out.resolve()))
    for call in calls:
        if call.result >= 0 and call.name in STEPS:
            STEPS[call.name](disk, call)
    left = sorted(disk.unsynced | disk.entries)
    return [*dict.fromkeys(disk.faults), *(f"{_short(path)} is never synced" for path in left)]


STEPS: Mapping[str, Callable[[_Disk, Call], None]] = {
    "openat": _Disk.opened,
    **dict.fromkeys(("write", "writev", "pwrite64", "ftruncate", "fallocate"), _Disk.written),
    **dict.fromkeys(("mkdir", "mkdirat"), _Disk.made),
    **dict.fromkeys(("fsync", "fdatasync"), _Disk.synced),
    **dict.fromkeys(("unlink", "unlinkat", "rmdir"), _Disk.removed),
    **dict.fromkeys(("rename", "renameat", "renameat2"), _Disk.renamed),
}


def _moved(path: str, old: str, new: str) -> str:
    return new + path.removeprefix(old) if path == old or path.startswith(f"{old}/") else path


def _short(path: str) -> str:
    return Path(path).name
