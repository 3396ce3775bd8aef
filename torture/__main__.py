"""``python -m torture``: cut score runs short in every way known, print what was found, write build/torture.json."""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from torture import calls, controls, disks, kills, limits
from torture.place import make_place
from torture.scene import Scene, Tally, make_scene
from torture.tracing import STRACE

PLACE = Path("build/torture.json")
KILO, MEGA = 1024, 1024 * 1024


def main() -> int:
    """Run every check with full counts; 1 if there is a violation, or a control that no check found."""
    parser = argparse.ArgumentParser(prog="make torture")
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--students", type=int, default=20_000, help="of the roster whose runs are killed")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        large, small = make_place(folder / "large", given.students), make_place(folder / "small", 300)
        first = make_scene(large, folder / "first", older=False)
        later = make_scene(large, folder / "later", older=True)
        few = make_scene(small, folder / "few", older=True)
        done = [_told(tally) for tally in _checks(first, later, few, given)]
        found = [_told(tally) for tally in _controls(few, given.seed)]
    wrong = sum(len(tally.wrongs) for tally in done)
    blind = [tally.name for tally in found if not tally.wrongs]
    record = {
        "seconds": round(time.monotonic() - begin),
        "seed": given.seed,
        "students": given.students,
        "left_out": list(_left_out()),
        "checks": [vars(tally) for tally in done],
        "controls": [{"name": tally.name, "violations_found": len(tally.wrongs)} for tally in found],
    }
    PLACE.parent.mkdir(exist_ok=True)
    PLACE.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    points = sum(tally.points for tally in done)
    print(f"\n{points:,} points, {wrong:,} violations; {len(found) - len(blind)} of {len(found)} controls found")
    print(f"left out: {', '.join(_left_out()) or 'nothing'}; {record['seconds']} s; written to {PLACE}")
    return 1 if wrong or blind else 0


def _checks(first: Scene, later: Scene, few: Scene, given: argparse.Namespace) -> Iterator[Tally]:
    yield kills.kills(first, given.kills // 2, given.seed)
    yield kills.kills(later, given.kills - given.kills // 2, given.seed + 1)
    yield kills.stops(later, given.kills // 5, given.seed + 2)
    yield limits.at_once(later, 20)
    yield limits.at_once(first, 20)
    yield limits.folders(later)
    yield limits.memory(later, [MEGA * more for more in range(2, 202, 2)])
    yield limits.file_size(later, [KILO * size for size in range(0, 1500, 30)])
    if not disks.refused():
        yield disks.disks(later.folder / "disks", given.students, [0, 4, *range(20, 20_000, 350)])
    if STRACE:
        yield controls.order_kept(few)
        yield calls.strike(few, calls.points(few))


def _controls(few: Scene, seed: int) -> Iterator[Tally]:
    if STRACE:
        yield from (controls.order_kept(few, way) for way in controls.OUT_OF_ORDER)
    yield controls.killed_without_a_rename(few, 20, seed)
    yield controls.left_without_a_sweep(few)


def _left_out() -> Iterator[str]:
    if not STRACE:
        yield "calls struck by strace, which is not installed"
    if why := disks.refused():
        yield f"full and read-only disks, since nothing may be mounted here ({why})"


def _told(tally: Tally) -> Tally:
    print(tally.line(), flush=True)
    for wrong in tally.wrongs[:5]:
        print(f"    {wrong}", flush=True)
    return tally


if __name__ == "__main__":
    sys.exit(main())
