"""Runs with too little memory, under a limit of file size, on folders that may not be written to, and many at once."""

import resource
import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from torture import nursery
from torture.scene import Scene, Tally

CRASHES = (-6, -11, 127, None)
"""A library of C++ without memory for a thread may end the process by SIGABRT or SIGSEGV, as glibc does with 127, or
wait for ever (None: killed after a while); no handler of ours can speak then."""

PATIENCE = 20.0
"""Seconds after which a run with too little memory counts as hung; it takes less than one."""

MORE_MEMORY = tuple(2**power for power in range(20, 29))
FILE_SIZES = (0, 100, 4096, 10_000)


def memory(scene: Scene, sizes: Sequence[int] = MORE_MEMORY) -> Tally:
    """Allow so many bytes beyond what a child holds at its start (RLIMIT_AS)."""

    def limit(child: nursery.Child, size: int) -> None:
        pages = int(Path(f"/proc/{child.pid}/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + size
        resource.prlimit(child.pid, resource.RLIMIT_AS, (most, most))

    return _limited(scene, "too little memory (RLIMIT_AS)", limit, sizes, (0, 3, *CRASHES))


def file_size(scene: Scene, sizes: Sequence[int] = FILE_SIZES) -> Tally:
    """Allow no file longer than so many bytes (RLIMIT_FSIZE)."""

    def limit(child: nursery.Child, size: int) -> None:
        resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (size, size))

    return _limited(scene, "a limit of file size (RLIMIT_FSIZE)", limit, sizes, (0, 3))


def _limited(
    scene: Scene,
    name: str,
    limit: Callable[[nursery.Child, int], None],
    sizes: Sequence[int],
    allowed: tuple[int | None, ...],
) -> Tally:
    wrongs, cut = list[str](), 0
    for size in sizes:
        child = nursery.start(scene.place.order(scene.out), scene.words)
        limit(child, size)
        child.go()
        code = child.wait(PATIENCE)
        child.kill()
        cut += code != 0
        found = [*wrongs_of_words(code, child.said(), allowed), *scene.wrongs_now()]
        found += scene.wrongs_after_running_again()
        wrongs += [f"{size:,} bytes: {wrong}" for wrong in found]
        scene.reset()
    return Tally(name, len(sizes), cut, tuple(wrongs))


def wrongs_of_words(code: int | None, said: str, allowed: tuple[int | None, ...]) -> list[str]:
    """Say what is wrong with how a command ended and what it said of it."""
    wrongs = [] if code in allowed else [f"exit code {code}: {said}"]
    if "Traceback" in said or (code == 3 and said[:7] != "error  "[: len(said)]):
        wrongs.append(f"it said: {said}")
    return wrongs


def folders(scene: Scene) -> Tally:
    """Score into folders without a permission, behind a link, or that are none."""
    wrongs, cut = list[str](), 0
    for name, (spoil, allowed) in SPOILT.items():
        spoil(scene.out)
        code, said = nursery.run(scene.place.order(scene.out), scene.words, "as no superuser")
        cut += code != 0
        found = wrongs_of_words(code, said, (allowed,))
        _mend(scene.out)
        found += [*scene.wrongs_now(), *scene.wrongs_after_running_again()]
        wrongs += [f"{name}: {wrong}" for wrong in found]
        scene.reset()
    return Tally("folders that may not be written to, or lie elsewhere", len(SPOILT), cut, tuple(wrongs))


def _linked(out: Path) -> None:
    out.rename(out.with_name("elsewhere"))
    out.symlink_to("elsewhere")


def _broken(out: Path) -> None:
    out.rename(out.with_name("elsewhere"))
    out.symlink_to("nowhere")


def _occupied(out: Path) -> None:
    out.rename(out.with_name("elsewhere"))
    out.write_text("a file")


SPOILT: Mapping[str, tuple[Callable[[Path], None], int]] = {
    "not to be entered": (lambda out: out.chmod(0o600), 3),
    "not to be written to": (lambda out: out.chmod(0o500), 3),
    "not to be read": (lambda out: out.chmod(0o300), 3),
    "a link to a folder": (_linked, 0),
    "a link to nothing": (_broken, 3),
    "a file": (_occupied, 3),
}


def _mend(out: Path) -> None:
    elsewhere = out.with_name("elsewhere")
    if elsewhere.exists():
        out.unlink()
        elsewhere.rename(out)
    out.chmod(stat.S_IRWXU)


def at_once(scene: Scene, count: int = 20) -> Tally:
    """Let many commands score one roster at the same time: one result, and whoever comes too early is told so."""
    order = scene.place.order(scene.out)
    children = [nursery.start(order, scene.folder / f"said-{number}") for number in range(count)]
    for child in children:
        child.go()
    codes = [child.wait() for child in children]
    ends = zip(codes, children, strict=True)
    wrongs = [f"exit code {code}: {child.said()}" for code, child in ends if code not in (0, 75)]
    if 0 not in codes:
        wrongs.append("nobody wrote it")
    wrongs += [*scene.wrongs_now(), *scene.wrongs_after_running_again()]
    scene.reset()
    return Tally("many runs at once on one roster", count, sum(code != 0 for code in codes), tuple(wrongs))
