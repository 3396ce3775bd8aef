"""Read many hostile files, print each that is neither refused nor counted, and the seed to see it again."""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from fuzz.children import Wanted, outcomes
from fuzz.hostile import hostile_file


def main() -> int:
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first file, to see one again")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    wanted = Wanted(given.seed, given.first, given.first + given.files, given.workers)
    begin, found, wrongs = time.monotonic(), Counter[str](), 0
    with tempfile.TemporaryDirectory() as folder:
        for number, outcome, wrong in outcomes(wanted, Path(folder)):
            found[outcome] += 1
            if wrong:
                wrongs += 1
                name, _ = hostile_file(given.seed, number)
                print(f"file {number} ({name}): {outcome}: {wrong}", flush=True)
    counts = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(found.items()))
    took = time.monotonic() - begin
    print(f"{sum(found.values()):,} hostile files: {counts}; {wrongs:,} wrong; seed {given.seed}; {took:.0f} s")
    return 1 if wrongs else 0


if __name__ == "__main__":
    sys.exit(main())
