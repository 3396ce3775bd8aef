"""The folder of score runs before and after a cut: what may lie there, and what is wrong with it.

``Scene`` holds the bytes of a clean run; every check compares with them.
"""

import hashlib
import shutil
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from earlywarn.files import sha256_file
from torture import nursery
from torture.place import Place

State = Mapping[str, str]
"""Path in a folder -> mode and sha256."""


@dataclass(frozen=True)
class Tally:
    """How one check went: points tried, how many of them cut the run short, and every violation in words."""

    name: str
    points: int
    cut: int
    wrongs: tuple[str, ...]

    def line(self) -> str:
        """Say it in a line."""
        return f"{self.name}: {self.points:,} points, {self.cut:,} cut short, {len(self.wrongs):,} violations"


@dataclass(frozen=True)
class Scene:
    """A place to score in, with or without an older run beside, and what must come of it."""

    place: Place
    folder: Path
    before: Mapping[str, State]
    after: Mapping[str, State]

    @property
    def out(self) -> Path:
        """The folder of score runs."""
        return self.folder / "out"

    @property
    def words(self) -> Path:
        """What the present child says."""
        return self.folder / "said"

    def reset(self) -> None:
        """Take the new run and all that is hidden away again; the older run stays, or comes back if it is spoilt."""
        self.out.mkdir(exist_ok=True)
        for path in self.out.iterdir():
            if path.name not in self.before or state_of(path) != self.before[path.name]:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        for name in self.before:
            if not (self.out / name).exists():
                shutil.copytree(self.folder / "kept" / name, self.out / name)

    def litter(self) -> None:
        """Leave what a killed run leaves."""
        left = self.out / ".2023-06-30-000000000000.partial-abcdefgh"
        left.mkdir(exist_ok=True)
        (left / "scores.parquet").write_bytes(b"half")

    def wrongs_now(self) -> Iterator[str]:
        """Say what must not be, at any moment: a run that is visible and not whole, or an older one that changed."""
        found = visible(self.out)
        yield from (f"{name} is changed or gone" for name, state in self.before.items() if found.get(name) != state)
        for name in found.keys() - self.before.keys():
            if name not in self.after:
                yield f"{name} does not belong here"
            elif found[name] != self.after[name]:
                yield f"{name} is visible and not whole"

    def wrongs_after_running_again(self) -> Iterator[str]:
        """Run the same command and say what is not as after a clean run."""
        code, said = nursery.run(self.place.order(self.out), self.words)
        if code != 0:
            yield f"the same command again ended with {code}: {said}"
        found = visible(self.out)
        if found != dict(self.after):
            yield f"after the same command again there are {sorted(found)}, or other bytes"
        hidden = sorted(path.name for path in self.out.iterdir() if path.name.startswith("."))
        if hidden != [".lock"]:
            yield f"left behind: {hidden}"

    def is_done(self) -> bool:
        """Tell whether the new run is there."""
        return visible(self.out).keys() == self.after.keys()


def make_scene(place: Place, folder: Path, *, older: bool) -> Scene:
    """Score once in peace to know the bytes; ``older`` keeps a run of an earlier day beside."""
    out, words = folder / "out", folder / "said"
    out.mkdir(parents=True)
    if older:
        code, said = nursery.run(place.order_before(out), words)
        assert code == 0, said
    before = visible(out)
    for name in before:
        shutil.copytree(out / name, folder / "kept" / name)
    code, said = nursery.run(place.order(out), words)
    assert code == 0, said
    scene = Scene(place, folder, before, visible(out))
    assert len(scene.after) == len(before) + 1
    scene.reset()
    return scene


def visible(out: Path) -> dict[str, State]:
    """Give what is not hidden in the folder of score runs."""
    return {path.name: state_of(path) for path in out.iterdir() if not path.name.startswith(".")}


def state_of(folder: Path) -> State:
    """Give mode and bytes of every file below a folder."""
    return {str(path.relative_to(folder)): _state(path) for path in sorted(folder.rglob("*"))}


def _state(path: Path) -> str:
    content = sha256_file(path) if path.is_file() else hashlib.sha256().hexdigest()
    return f"{stat.S_IMODE(path.stat().st_mode):o} {content}"
