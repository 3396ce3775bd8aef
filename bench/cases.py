"""The benchmarks, each a function that gives rows; peers run in the same call."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.allocate import allocate
from bench.audits import audits
from bench.changes import changes
from bench.desk import desk
from bench.door import door
from bench.follow import follow
from bench.measure import Row, against, cpu_of_call, cpu_of_command, tool, wall_of_command
from bench.scoring import scoring, scoring_of_a_nation
from bench.spark import spark
from bench.sql import exported_query
from earlywarn.columns import InputSpec, InputType
from earlywarn.scorecard.points import score
from earlywarn.scorecard.table import Kind, PointsTable, Scorecard

STUDENTS, INPUTS, SAMPLE = 1_000_000, 40, 20_000
ROSTER_ROWS = 1_000
ROOT = Path(__file__).parent.parent


def help_text() -> Iterator[Row]:
    """``earlywarn --help`` against ``mlflow --help``."""
    ours = cpu_of_command([tool("earlywarn"), "--help"], times=5)
    theirs = cpu_of_command([tool("mlflow"), "--help"], times=2)
    goal = "under 0.3 CPU-s and at least 10 times less than mlflow --help"
    yield against("earlywarn --help", ours, "CPU-s", "mlflow --help", theirs, goal, ours < 0.3 and theirs / ours >= 10)


def points_in_memory() -> Iterator[Row]:
    """Risk and top-3 reasons of a million students, against the usual exact reasons of trees."""
    rng = np.random.default_rng(0)
    values = {f"x{place}": rng.normal(size=STUDENTS) for place in range(INPUTS)}
    for place in range(0, INPUTS, 4):
        values[f"x{place}"][rng.random(STUDENTS) < 0.1] = np.nan
    theirs = _tree_shap_seconds(values)
    for kind, knots in ((Kind.PIECES, 7), (Kind.STEPS, 62)):
        card = _card(kind, knots, rng)
        ours = cpu_of_call(lambda card=card: score(card, values, reasons=3, strengths=0))
        peer = f"LightGBM of 150 trees with pred_contrib, from {SAMPLE:,} rows"
        name = f"risk and top-3 reasons, 1,000,000 x 40, {kind.value}"
        yield against(name, ours, "CPU-s", peer, theirs, "at most 2 CPU-s", ours <= 2)


def demo_and_small_roster() -> Iterator[Row]:
    """``earlywarn demo``, then a cold score run of 1,000 students with the model that it made."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        home, out = folder / "models", folder / "demo-out"
        wall = wall_of_command([tool("earlywarn"), "demo", "--home", home, "--out", out], cwd=folder)
        yield against("earlywarn demo after set-up", wall, "s", "none", None, "under 90 s on 2 cores", wall < 90)
        yield from _small_roster(folder, home, out)


def set_up_and_demo() -> Iterator[Row]:
    """``make demo`` in a clean clone: set-up from nothing, then the demo."""
    with tempfile.TemporaryDirectory() as place:
        clone = Path(place) / "clone"
        wall_of_command(["git", "clone", "--quiet", ROOT, clone])
        wall = wall_of_command(["make", "demo"], cwd=clone)
    yield against("make demo in a clean clone, set-up included", wall, "s", "none", None, "under 300 s", wall < 300)


def _small_roster(folder: Path, home: Path, out: Path) -> Iterator[Row]:
    lines = (out / "roster.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    roster = folder / "thousand.csv"
    roster.write_text("".join(lines[: ROSTER_ROWS + 1]), encoding="utf-8")
    runs = iter(range(100))

    def ours_once() -> float:
        command = [
            tool("earlywarn"),
            "score",
            roster,
            "--out",
            folder / f"scores-{next(runs)}",
            "--home",
            home,
        ]
        return cpu_of_command([*command, "--as-of", "1988-06-30"])

    ours = min(ours_once() for _ in range(3))
    peer = "pandas.read_csv + scikit-learn pipeline from joblib + to_csv"
    theirs = cpu_of_command([sys.executable, Path(__file__).parent / "peer_score.py", out, roster, folder], times=3)
    goal = "under 1 CPU-s, cold"
    yield against("score run of 1,000 students, cold", ours, "CPU-s", peer, theirs, goal, ours < 1)


def _tree_shap_seconds(values: dict[str, np.ndarray]) -> float:
    import lightgbm

    sample = np.column_stack([column[:SAMPLE] for column in values.values()])
    outcome = (np.nan_to_num(sample[:, 0]) + sample[:, 1] > 0).astype(int)
    options = {"objective": "binary", "num_leaves": 8, "learning_rate": 0.06, "verbose": -1, "num_threads": 2}
    model = lightgbm.train(options, lightgbm.Dataset(sample, outcome), num_boost_round=150)
    return cpu_of_call(lambda: model.predict(sample, pred_contrib=True), times=1) * STUDENTS / SAMPLE


def _card(kind: Kind, knots: int, rng: np.random.Generator) -> Scorecard:
    tables = []
    for place in range(INPUTS):
        spec = InputSpec(f"x{place}", f"x{place}", InputType.NUMBER, f"x{place}")
        heights = rng.normal(size=knots + (kind is Kind.STEPS))
        tables.append(
            PointsTable(spec, kind, tuple(np.linspace(-2, 2, knots).tolist()), tuple(heights.tolist()), 0.3, 0.0)
        )
    return Scorecard("bench", kind.value, 0.0, tuple(tables), ())


CASES = (
    help_text,
    points_in_memory,
    exported_query,
    audits,
    door,
    scoring,
    changes,
    allocate,
    follow,
    spark,
    desk,
    demo_and_small_roster,
    set_up_and_demo,
)

ON_REQUEST = (scoring_of_a_nation,)
"""Run only by name: they take long."""
