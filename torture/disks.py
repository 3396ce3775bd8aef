"""``python -m torture.disks FOLDER STUDENTS SIZE...``: full and read-only disks in a name space of mounts of its own.

Prints one JSON tally. The mounts go when the process ends, whatever becomes of it.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from torture import nursery
from torture.limits import wrongs_of_words
from torture.place import make_place
from torture.scene import Scene, Tally, make_scene

KILO = 1024
PLENTY = "64m"
ROOM = 2000
"""Kilobytes in which the smallest run has room; a run of many students needs half of one more for each."""
ALONE = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--user", "--map-root-user", "--mount")


def refused() -> str:
    """Say why nothing can be mounted here; "" where it can."""
    if not shutil.which("unshare"):
        return "unshare is not there"
    command = [*ALONE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr.strip() if done.returncode else ""


def disks(folder: Path, students: int, sizes: Sequence[int]) -> Tally:
    """Score onto disks of so many kilobytes, onto one that old litter fills, and onto one that is read-only."""
    words = [str(folder), str(students), *map(str, sizes)]
    done = subprocess.run(
        [*ALONE, sys.executable, "-m", "torture.disks", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    return Tally(told["name"], told["points"], told["cut"], tuple(told["wrongs"]))


def _all(folder: Path, students: int, sizes: Sequence[int]) -> Tally:
    scene = make_scene(make_place(folder, students), folder / "scene", older=True)
    trials: list[tuple[str, Callable[[], Iterator[str]]]] = [
        (f"{size} kB left", lambda size=size: _full(scene, size)) for size in sizes
    ]
    trials += [
        ("filled by litter", lambda: _littered(scene, ROOM + students // 2)),
        ("read-only", lambda: _read_only(scene)),
    ]
    wrongs = [f"{name}: {wrong}" for name, trial in trials for wrong in trial()]
    return Tally("a full or read-only disk (tmpfs, bind mount)", len(trials), _cut, tuple(wrongs))


_cut = 0


def _ends(scene: Scene, allowed: tuple[int, ...], words: str) -> Iterator[str]:
    """Score; say what is wrong with the end, and what may not be seen now."""
    global _cut
    code, said = nursery.run(scene.place.order(scene.out), scene.words)
    _cut += code != 0
    yield from wrongs_of_words(code, said, allowed)
    if code != 0 and words not in said:
        yield f"it said: {said}"
    yield from scene.wrongs_now()


def _full(scene: Scene, size: int) -> Iterator[str]:
    with _disk(scene, size):
        yield from _ends(scene, (0, 3), "No space left on device")
        _mount("-o", f"remount,size={PLENTY}", scene.out)
        yield from scene.wrongs_after_running_again()


def _littered(scene: Scene, room: int) -> Iterator[str]:
    """Leave half a run that fills the disk: cleaning comes before writing, so the run fits."""
    with _disk(scene, room):
        scene.litter()
        (litter,) = scene.out.glob(".*.partial-*")
        with (litter / "more").open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4 * KILO))
            except OSError:
                pass
        yield from _ends(scene, (0,), "")
        yield from scene.wrongs_after_running_again()


def _read_only(scene: Scene) -> Iterator[str]:
    _mount("--bind", scene.out, scene.out)
    _mount("-o", "remount,ro,bind", scene.out)
    yield from _ends(scene, (3,), "Read-only file system")
    subprocess.run(["umount", scene.out], check=True)
    yield from scene.wrongs_after_running_again()
    scene.reset()


@contextmanager
def _disk(scene: Scene, free: int) -> Iterator[None]:
    """Mount a disk with the older run on it and so many kilobytes free."""
    _mount("-t", "tmpfs", "-o", f"size={PLENTY}", "tmpfs", scene.out)
    scene.reset()
    (scene.out / ".lock").touch()
    used = os.statvfs(scene.out)
    taken = (used.f_blocks - used.f_bfree) * used.f_bsize // KILO
    _mount("-o", f"remount,size={taken + free}k", scene.out)
    yield
    subprocess.run(["umount", scene.out], check=True)


def _mount(*words: object) -> None:
    subprocess.run(["mount", *map(str, words)], check=True)


def main() -> None:
    """Say in JSON how it went."""
    folder, students, *sizes = sys.argv[1:]
    print(json.dumps(vars(_all(Path(folder), int(students), [int(size) for size in sizes]))))


if __name__ == "__main__":
    main()
