"""``python -m bench [NAME]...``: run every benchmark, or those named; print a table, write build/bench.json."""

import json
import sys
from pathlib import Path

from bench.cases import CASES, ON_REQUEST
from bench.measure import Row

PLACE = Path("build/bench.json")


def main() -> None:
    """Run all, or the named cases; leave with 1 if a goal is missed."""
    wanted = sys.argv[1:] or [case.__name__ for case in CASES]
    rows = [row for case in (*CASES, *ON_REQUEST) if case.__name__ in wanted for row in case()]
    PLACE.parent.mkdir(exist_ok=True)
    PLACE.write_text(json.dumps([row.to_json() for row in rows], indent=2) + "\n", encoding="utf-8")
    for row in rows:
        print(_line(row))
    print(f"\n{sum(row.met for row in rows)} of {len(rows)} goals met; written to {PLACE}")
    raise SystemExit(any(not row.met for row in rows))


def _line(row: Row) -> str:
    peer = "" if row.ratio is None else f"; {row.peer}: {row.peer_figure:g} {row.unit}, {row.ratio:g} times as much"
    return f"{'met   ' if row.met else 'MISSED'}  {row.name}: {row.figure:g} {row.unit}{peer}  [goal: {row.goal}]"


if __name__ == "__main__":
    main()
