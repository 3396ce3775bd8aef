"""What starts quickly stays quick: the help and scoring import no training stack."""

import json
import subprocess
import sys

import pytest

HEAVY = {"pandas", "sklearn", "mlflow", "fairlearn", "django", "scipy", "matplotlib", "pyspark"}


def loaded_by(code: str) -> set[str]:
    """Run code in a fresh interpreter; gives the top names of all modules that it loaded."""
    tail = "\nimport sys, json; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", code + tail], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("command", ["--help", "score --help", "export-sql --help", "train --help", "--version"])
def test_help_loads_nothing_heavy(command: str) -> None:
    code = (
        f"import sys\nfrom earlywarn.cli.main import app\ntry:\n    app({command.split()!r})\nexcept SystemExit: pass"
    )
    assert not loaded_by(code) & (HEAVY | {"numpy", "pyarrow"})


def test_a_score_run_loads_no_training_stack(district: "object", tmp_path: "object") -> None:
    code = f"""
from datetime import date
from pathlib import Path
from earlywarn.cli.show_score import show_score
from earlywarn.score import Order, score
show_score(*score(Order(Path({str(district.roster)!r}), Path({str(tmp_path)!r}), Path({str(district.home)!r}),
    date(2023, 6, 30), date(2024, 1, 15)), lambda step: None))
"""
    assert not loaded_by(code) & HEAVY


def test_the_door_for_scores_loads_no_training_stack(tmp_path: "object") -> None:
    code = f"""
from pathlib import Path
from earlywarn.config.load import load_plan
from earlywarn.roster.scores_file import open_scores
folder = Path({str(tmp_path)!r})
(folder / "scores.csv").write_text("student_id,score,outcome\\n01,0.5,1\\n2,,\\n2,,\\n", encoding="utf-8")
(folder / "groups.csv").write_text("student_id,sex\\n01,F\\n3,M\\n", encoding="utf-8")
assert len(open_scores(folder / "scores.csv", folder / "groups.csv", load_plan())) == 2
"""
    assert not loaded_by(code) & HEAVY
