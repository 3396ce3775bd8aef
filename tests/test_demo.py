"""The demo, whole, once: it ends well, leaves what it says, and the README tells the truth about it."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from earlywarn.datasets import star, star_files
from earlywarn.score_run import FLAGS, GROUPS, SCORES, open_run

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Demo:
    """What the demo printed and left."""

    said: str
    home: Path
    out: Path
    run: Path


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Run the command once, in a folder of its own."""
    folder = tmp_path_factory.mktemp("demo")
    command = [str(Path(sys.executable).parent / "earlywarn"), "demo", "--home", "models", "--out", "out"]
    wide = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=wide, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    (run,) = (folder / "out" / "scores").glob("1988-06-30-*")
    return Demo(done.stdout, folder / "models", folder / "out", run)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_star_is_the_real_file() -> None:
    frame = star()
    assert len(frame) == 26_796
    assert frame["student_id"].nunique() == 11_598
    assert frame["school_id"].nunique() == 80
    assert not frame.duplicated(["student_id", "school_year"]).any()


def test_nobody_on_the_roster_stands_in_the_history() -> None:
    files = star_files(20, 1988, 1985)
    assert not set(files.roster["student_id"]) & set(files.history["student_id"])
    assert not set(files.roster["school_id"]) & set(files.history["school_id"])
    assert files.roster["school_id"].nunique() == 20
    total = len(files.history) + files.left_out + files.in_roster_schools
    assert total == 26_796


def test_last_years_result_is_the_same_students_a_year_before() -> None:
    frame = star().set_index(["student_id", "school_year"])
    held = frame[frame["read_before"].notna()]
    before = frame["read"].reindex(pd.MultiIndex.from_tuples([(s, y - 1) for s, y in held.index]))
    assert (before.to_numpy() == held["read_before"].to_numpy()).all()


def test_the_demo_prints_what_it_promises(demo: Demo) -> None:
    for word in (
        "Candidates on the test",
        "Groups, for the audit only",
        "Verdict: ",
        "indicator rules, judged by",
    ):
        assert word in demo.said
    for path in (demo.run / FLAGS, demo.out / "seats.html", *(demo.home / "promoted").glob("*/audit.html")):
        assert path.is_file()
        assert path.name in demo.said
    assert "students who missed the standard" in demo.said


def test_what_became_of_the_flagged_equals_a_join_by_hand(demo: Demo) -> None:
    scores = pd.read_parquet(demo.run / SCORES).set_index("student_id")
    later = pd.read_csv(demo.out / "outcomes.csv", dtype={"student_id": str}).set_index("student_id")
    joined = scores[scores["status"] == "scored"].join(later[["read", "math"]])
    missed = (joined["read"] < 593) | (joined["math"] < 596)
    met = ~missed & joined["read"].notna() & joined["math"].notna()
    flagged = joined["flagged"]
    counts = (flagged.sum(), (missed & flagged).sum(), (met & flagged).sum())
    assert "Of {} flagged students {} missed the standard, {} met it".format(*counts) in demo.said


def test_outcomes_are_written_after_the_list(demo: Demo) -> None:
    assert (demo.out / "outcomes.csv").stat().st_mtime_ns > (demo.run / "manifest.json").stat().st_mtime_ns


def test_the_list_holds_a_fifth_of_the_roster_and_no_group(demo: Demo) -> None:
    counts = open_run(demo.run).manifest.counts
    assert counts.flagged == round(0.2 * counts.rows_in)
    listed = (demo.run / FLAGS).read_text()
    groups = pd.read_parquet(demo.run / GROUPS)
    assert set(groups) == {"student_id", "sex", "race", "lunch"}
    assert not re.search(r"girl|boy|black|white|lunch|race", listed, re.IGNORECASE)


def test_the_readme_and_the_note_tell_what_the_demo_prints(demo: Demo) -> None:
    said = _squeezed(demo.said)
    block = re.search(r"```\n(Candidates on the test.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert block is not None
    lines = [_squeezed(line).strip() for line in block[1].splitlines() if line.strip()]
    assert len(lines) > 10
    assert [line for line in lines if line not in said] == []
    block = re.search(r"```\n(Equality \(equal.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert block is not None
    assert _squeezed(block[1].replace("\n", " ")).strip() in said.replace("\n", " ")
    note = (ROOT / "experiments" / "0001-star-next-grade.md").read_text()
    figures = re.findall(r"\.\d{3} \(\.\d{3} to \.\d{3}\)", note)
    printed = said.replace("–", " to ")
    assert len(figures) > 15
    assert [figure for figure in figures if figure not in printed] == []


def test_the_experiment_is_the_one_that_travels_inside_the_package() -> None:
    beside = (ROOT / "experiments" / "0001-star-next-grade.toml").read_bytes()
    assert beside == (ROOT / "src" / "earlywarn" / "demo.toml").read_bytes()


def test_a_second_demo_in_the_same_home_makes_a_second_version(demo: Demo, tmp_path: Path) -> None:
    tool, out = Path(sys.executable).parent / "earlywarn", tmp_path / "out"
    command = [str(tool), "demo", "--home", str(demo.home), "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "version 2 is in force" in done.stdout
    (again,) = (tmp_path / "out" / "scores").glob("1988-*")
    assert (again / FLAGS).read_bytes() == (demo.run / FLAGS).read_bytes()
    assert np.array_equal(
        pd.read_parquet(again / SCORES)["points"], pd.read_parquet(demo.run / SCORES)["points"], equal_nan=True
    )


def test_the_desk_of_the_demo_is_filled_once_with_two_lists_and_an_account_for_each_role(demo: Demo) -> None:
    """As 'make serve' has it: the desk's folder lies beside the demo's own."""
    command = [str(Path(sys.executable).parent / "earlywarn"), "demo-desk", "--home", demo.home, "--out", demo.out]
    place = {"EARLYWARN_DESK": str(demo.out / "desk")}
    known = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "DATABASE_URL"}}
    first, again = (
        subprocess.run(command, capture_output=True, text=True, env=known | place, check=False) for _ in range(2)
    )
    assert (first.returncode, first.stderr, again.returncode) == (0, "", 0)
    assert first.stdout.count("Published: ") == again.stdout.count("Already published") == 2
    assert all(f"\n  {role}" in first.stdout for role in ("counselor", "lead", "data", "analyst", "admin"))
    assert "accounts are there" in again.stdout
