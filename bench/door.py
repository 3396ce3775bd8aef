"""``python -m bench door``: a million students of 40 columns through the door, against bare parses and pandera.

Every figure is taken in a process of its own. A peer that is not installed is named as absent, and a goal that needs
one is then not met.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from bench.measure import Row, against, peak
from earlywarn.catalogue import BY_NAME, CATALOGUE, Family
from earlywarn.memory import keep_freed_memory

STUDENTS = 1_000_000
BLOCK = 100_000
COLUMNS = tuple(c.name for c in CATALOGUE if c.family not in (Family.OUTCOMES, Family.PEOPLE))
"""All canonical columns of a roster but the outcomes: 40."""

GRADES = [str(grade) for grade in range(3, 9)]
PARSERS = ("pyarrow", "polars", "duckdb")
TIMES = 3


def door() -> Iterator[Row]:
    """Give the rows of the bench: CPU against bare parses, memory, rules against pandera."""
    with tempfile.TemporaryDirectory() as place:
        roster, twice = Path(place) / "roster.csv", Path(place) / "twice.csv"
        write_roster(roster, STUDENTS)
        write_roster(twice, 2 * STUDENTS)
        yield from _cpu(roster)
        yield _repeated(roster, Path(place) / "repeated.csv")
        yield _memory(roster, twice)
        yield _rules(roster)


def _cpu(roster: Path) -> Iterator[Row]:
    parses = {name: _least("parse", name, roster) for name in PARSERS if find_spec(name)}
    absent = [name for name in PARSERS if name not in parses]
    fastest = min(parses, key=parses.__getitem__)
    told = ", ".join(f"{name} {seconds:.2f}" for name, seconds in parses.items())
    peer = f"fastest bare parse, {fastest} ({told}{'; absent: ' + ', '.join(absent) if absent else ''})"
    ours = _least("check", "", roster)
    goal = "at most 2 times the fastest bare parse of pyarrow, polars and duckdb"
    met = not absent and ours <= 2 * parses[fastest]
    yield against("1,000,000 x 40 CSV checked", ours, "CPU-s", peer, parses[fastest], goal, met)


def _repeated(roster: Path, repeated: Path) -> Row:
    """Time the same file with its last row twice: rows of a student who stands twice are read a second time."""
    shutil.copyfile(roster, repeated)
    last = roster.read_bytes().rstrip(b"\n").rpartition(b"\n")[2]
    with repeated.open("ab") as file:
        file.write(last + b"\n")
    once, ours = _least("check", "", roster), _least("check", "", repeated)
    goal = "no goal of its own"
    return against("the same, one student standing twice", ours, "CPU-s", "every student once", once, goal, True)


def _memory(roster: Path, twice: Path) -> Row:
    one, two = (_child("memory", "", path)["peak"] for path in (roster, twice))
    growth = (two - one) / STUDENTS
    goal = "at most 32 bytes a student"
    return against("check: memory from 1 to 2 million", growth, "bytes a student", "none", None, goal, growth <= 32)


def _rules(roster: Path) -> Row:
    ours = _child("rules", "", roster)
    goal = "at least 3 times faster than pandera, with the same findings"
    name = "rules of 40 columns x 1,000,000"
    if not find_spec("pandera"):
        return against(name, ours["seconds"], "CPU-s", "pandera is not installed", None, goal, False)
    theirs = _child("pandera", "", roster)
    same = ours["found"] == theirs["found"]
    peer = f"pandera, {'the same' if same else 'OTHER'} {len(theirs['found'])} findings"
    met = same and theirs["seconds"] >= 3 * ours["seconds"]
    return against(name, ours["seconds"], "CPU-s", peer, theirs["seconds"], goal, met)


def _least(task: str, name: str, path: Path) -> float:
    return min(_child(task, name, path)["seconds"] for _ in range(TIMES))


def _child(task: str, name: str, path: Path) -> dict[str, Any]:
    words = [sys.executable, "-m", "bench.door", task, name, str(path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=os.environ)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


# ── the file ────────────────────────────────────────────────────────────────────────────────────────


def write_roster(path: Path, students: int) -> None:
    """Write a sound roster, but for three faults in every block; a hundred schools, one year."""
    plain = arrow_csv.WriteOptions(quoting_style="none")
    with arrow_csv.CSVWriter(path, pa.schema([(name, pa.string()) for name in COLUMNS]), write_options=plain) as writer:
        for first in range(0, students, BLOCK):
            writer.write_table(_block(first, np.random.default_rng(first)))


def _block(first: int, rng: np.random.Generator) -> Any:
    enrolled = np.full(BLOCK, 175)
    absent = np.minimum(rng.poisson(8, BLOCK), 60)
    absent[7], gpa = 190, rng.uniform(1, 4, BLOCK).round(2)
    gpa[11], grades = 9.5, rng.choice(GRADES, BLOCK)
    grades[13] = "13"
    numbers = {
        "student_id": np.char.mod("%09d", np.arange(first, first + BLOCK)),
        "school_id": np.char.mod("%03d", rng.integers(0, 100, BLOCK)),
        "school_year": np.full(BLOCK, 2025), "grade": grades,
        "as_of": np.full(BLOCK, "2025-06-30"), "entry_date": np.full(BLOCK, "2024-08-20"),
        "exit_date": np.full(BLOCK, ""),
        "days_enrolled": enrolled, "days_absent": absent, "days_absent_excused": absent // 2,
        "days_tardy": rng.poisson(3, BLOCK), "attendance_rate": np.clip(1 - absent / enrolled, 0, 1).round(4),
        "gpa": gpa, "credits_attempted": np.full(BLOCK, 6), "credits_earned": rng.integers(3, 7, BLOCK),
    }  # fmt: skip
    columns = {name: numbers.get(name) for name in COLUMNS}
    for name, values in columns.items():
        if values is None:
            columns[name] = _drawn(name, rng)
    return pa.table({name: pa.array(np.asarray(values).astype(str)) for name, values in columns.items()})


def _drawn(name: str, rng: np.random.Generator) -> np.ndarray:
    known = BY_NAME[name]
    if known.codes:
        return rng.choice(list(known.codes), BLOCK)
    if name.startswith("result"):
        return rng.normal(500, 50, BLOCK).round(1)
    return rng.integers(60, 100, BLOCK) if name.startswith("mark") else rng.poisson(1, BLOCK)


def config() -> Any:
    """Give an experiment that maps all 40 columns."""
    from earlywarn.config.load import parse_experiment

    keys = ("student_id", "school_id", "school_year", "grade")
    mapped = "\n".join(f'{name} = "{name}"' for name in COLUMNS if name not in keys)
    cuts = ", ".join(f'{{subject = "reading", grade = "{grade}", cut = 480, spread = 50}}' for grade in GRADES)
    text = f"""
name = "bench"
title = "bench"
seed = 1
capacity = {{share = 0.2}}
indicators = [{{input = "reading", below = 0}}]
candidates = {{last_result = ["reading"]}}
levels = [{{name = "High", start = 0.5}}, {{name = "Low", start = 0.0}}]
[standard]
id = "s"
title = "reading"
grades = {json.dumps(GRADES)}
cuts = [{cuts}]
[roster]
results = {{reading = "result_reading"}}
[roster.columns]
{mapped}
[cohort]
grades = ["3"]
test_year = 2025
known_inputs = ["reading"]
[[features]]
name = "reading"
type = "result"
subject = "reading"
column = "result_reading"
title = "Reading"
[groups.attributes.sex]
column = "sex"
title = "Sex"
[groups.attributes.race]
column = "race_1997"
title = "Race"
[groups.attributes.lunch]
column = "lunch"
title = "Lunch"
"""
    return parse_experiment(text.encode(), "bench.toml")


# ── what runs in a process of its own ───────────────────────────────────────────────────────────────


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    found = call()
    return time.process_time() - start, found


def _parse(name: str, path: Path) -> dict[str, Any]:
    import importlib

    library = importlib.import_module("pyarrow.csv" if name == "pyarrow" else name)
    if name == "duckdb":
        text = f"create table t as select * from read_csv('{path}')"
        return {"seconds": _timed(lambda: library.connect().execute(text))[0]}
    return {"seconds": _timed(lambda: library.read_csv(path))[0]}


def _check(_: str, path: Path) -> dict[str, Any]:
    from earlywarn.roster.survey import survey

    keep_freed_memory()
    serving = config()
    return {"seconds": _timed(lambda: survey(path, serving))[0]}


def _peak(_: str, path: Path) -> dict[str, Any]:
    from earlywarn.roster.survey import survey

    keep_freed_memory()
    survey(path, config())
    return {"peak": peak()}


def _ours(_: str, path: Path) -> dict[str, Any]:
    from earlywarn.roster.contract import roster_contract
    from earlywarn.roster.judge import decided, judge
    from earlywarn.roster.read import open_source

    source = open_source(path)
    contract = decided(source, roster_contract(config()))
    seconds, found = 0.0, []
    for block in source.blocks(contract.types, contract.missing):
        spent, judged = _timed(lambda block=block: judge(block, contract))
        seconds += spent
        found += [[int(judged.lines[row]), one.column] for one in judged.broken for row in one.rows.tolist()]
    return {"seconds": seconds, "found": sorted(found)}


def _pandera(_: str, path: Path) -> dict[str, Any]:
    import pandas as pd
    import pandera.pandas as pandera

    numbers = [c for c in CATALOGUE if c.name in COLUMNS and c.minimum > -np.inf and c.name != "school_year"]
    texts = [name for name in COLUMNS if BY_NAME[name].nature.value not in ("number", "share", "school year")]
    frame = pd.read_csv(path, dtype=dict.fromkeys(texts, "str"), keep_default_na=False, na_values=[""])
    columns: dict[str, Any] = {
        c.name: pandera.Column(float, pandera.Check.in_range(c.minimum, c.maximum), nullable=True, coerce=True)
        for c in numbers
    }
    columns["student_id"] = pandera.Column(str, nullable=False)
    columns["school_id"] = pandera.Column(str, nullable=False)
    columns["school_year"] = pandera.Column(int, pandera.Check.in_range(1900, 2200))
    columns["grade"] = pandera.Column(str, pandera.Check.isin(GRADES))
    columns |= {n: pandera.Column(str, pandera.Check.isin(list(BY_NAME[n].codes))) for n in COLUMNS if BY_NAME[n].codes}
    pairs = (("days_absent", "days_enrolled"), ("days_absent_excused", "days_absent"), ("days_tardy", "days_enrolled"),
             ("credits_earned", "credits_attempted"))  # fmt: skip
    checks = [
        pandera.Check(lambda f, part=part, whole=whole: f[part] <= f[whole], name=part, ignore_na=True)
        for part, whole in pairs
    ]
    for day in ("as_of", "entry_date", "exit_date"):
        columns[day] = pandera.Column("datetime64[ns]", nullable=True, coerce=True)
    schema = pandera.DataFrameSchema(columns, checks=checks)

    def validate() -> Any:
        try:
            schema.validate(frame, lazy=True)
        except pandera.errors.SchemaErrors as error:
            return error.failure_cases
        return frame.head(0)

    seconds, cases = _timed(validate)
    found = {
        (int(case["index"]) + 2, case["check"] if case["schema_context"] == "DataFrameSchema" else case["column"])
        for case in cases.to_dict("records")
    }
    return {"seconds": seconds, "found": sorted(map(list, found))}


TASKS: dict[str, Callable[[str, Path], dict[str, Any]]] = {
    "parse": _parse, "check": _check, "memory": _peak, "rules": _ours, "pandera": _pandera,
}  # fmt: skip

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](sys.argv[2], Path(sys.argv[3]))))
