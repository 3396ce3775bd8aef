"""Children under strace: what they ask of the file system, and one such call made to fail."""

import os
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass

from torture import nursery
from torture.scene import Scene

STRACE = shutil.which("strace")

CALLS = (
    "openat", "write", "writev", "pwrite64", "fsync", "fdatasync", "rename", "renameat", "renameat2", "mkdir",
    "mkdirat", "chmod", "fchmod", "fchmodat", "unlink", "unlinkat", "rmdir", "ftruncate", "fallocate", "flock", "close",
    "getdents64",
)  # fmt: skip
"""Every call that changes files, and those on the way to it."""

_LINE = re.compile(r"(?P<thread>\d+) +(?P<call>\w+)\((?P<rest>.*)\) += (?P<result>-?\d+)")
_BEGUN = re.compile(r"(\d+) +(\w+)\((.*?) *<unfinished \.\.\.>$")
_ENDED = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>(.*)$")


@dataclass(frozen=True)
class Call:
    """One call as strace wrote it down."""

    thread: str
    name: str
    arguments: str
    result: int
    path_given: str

    @property
    def paths(self) -> list[str]:
        """The paths in quotes, made whole by the folder of the handle before each."""
        pairs = re.findall(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"([^"]*)"', self.arguments)
        return [os.path.join(folder, name) for folder, name in pairs]

    @property
    def handle(self) -> str:
        """The path behind the handle that is the first argument."""
        found = re.match(r"\d+<([^>]*)>", self.arguments)
        return found[1] if found else ""


def traced(scene: Scene, way: str = "as it is") -> tuple[list[Call], int | None]:
    """Score under strace; gives its calls in the order in which they ended, and the exit code."""
    log = scene.folder / "trace"
    code, _ = _under_strace(scene, ["-y", "-s", "0", "-e", "trace=" + _wanted(), "-o", str(log)], way)
    return _read(log.read_text("utf-8", "replace")), code


def counts(calls: list[Call]) -> dict[str, int]:
    """Give how often each call is made by the thread that makes it most: strace counts by thread."""
    by_thread = Counter((call.name, call.thread) for call in calls)
    names = {name for name, _ in by_thread}
    return {name: max(n for (one, _), n in by_thread.items() if one == name) for name in sorted(names)}


def struck(scene: Scene, call: str, fault: str, when: int) -> tuple[int | None, str]:
    """Score with one call struck; gives the exit code (None if it hung) and what was said."""
    inject = f"inject={call}:{fault}:when={when}"
    return _under_strace(scene, ["-e", f"trace={call}", "-e", inject, "-o", os.devnull], "as it is")


def _wanted() -> str:
    return ",".join("?" + call for call in CALLS)


def _under_strace(scene: Scene, options: list[str], way: str) -> tuple[int | None, str]:
    child = nursery.start(scene.place.order(scene.out), scene.words, way)
    command = [str(STRACE), "-f", *options, "-p", str(child.pid)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as strace:
        assert strace.stderr
        told = strace.stderr.readline()
        if "attached" not in told:
            child.kill()
            raise RuntimeError(f"strace cannot attach: {told}")
        child.go()
        code = child.wait(30)
        if code is None:
            child.kill()
        strace.stderr.read()
    return code, child.said()


def _read(log: str) -> list[Call]:
    begun: dict[tuple[str, str], str] = {}
    calls = []
    for line in log.splitlines():
        if found := _BEGUN.match(line):
            begun[found[1], found[2]] = found[3]
            continue
        if (found := _ENDED.match(line)) and (found[1], found[2]) in begun:
            line = f"{found[1]} {found[2]}({begun.pop((found[1], found[2]))}{found[3]}"
        if found := _LINE.match(line):
            result = re.search(r"= \d+<(.*)>$", line)
            calls.append(
                Call(found["thread"], found["call"], found["rest"], int(found["result"]), result[1] if result else "")
            )
    return calls
