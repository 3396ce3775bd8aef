"""A home with a hand-made scorecard in force, and rosters to score; nothing is trained, nobody in them exists."""

import hashlib
import json
import tomllib
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from earlywarn.columns import Outcome
from earlywarn.config.load import parse_experiment
from earlywarn.promotions import Promotion, append
from earlywarn.score import Order
from earlywarn.scorecard.table import Kind, LevelMeaning, PointsTable, Scorecard

AS_OF, EARLIER, TODAY = date(2023, 6, 30), date(2023, 5, 31), date(2024, 1, 15)
EXPERIMENT = Path(__file__).parent / "experiment.toml"


@dataclass(frozen=True)
class Place:
    """A home, and the rosters of two days."""

    home: Path
    roster: Path
    earlier: Path

    def order(self, out: Path) -> Order:
        """Ask for the run that is to be cut."""
        return Order(self.roster, out, self.home, AS_OF, TODAY)

    def order_before(self, out: Path) -> Order:
        """Ask for the run that is there already and must stay as it is."""
        return replace(self.order(out), roster=self.earlier, as_of=EARLIER)


def make_place(folder: Path, students: int) -> Place:
    """Promote a scorecard and write two rosters, the same for the same number of students."""
    home = folder / "models"
    home.mkdir(parents=True)
    card = scorecard()
    verdict = json.dumps({"outcome": "pass"}).encode()
    shas = dict.fromkeys(("audit_sha256", "card_sha256", "config_sha256"), "0" * 64)
    promotion = Promotion(
        card.name, 1, card.sha256, date(2024, 1, 1), "A. Tester", Outcome.PASS, (), None, (),
        hashlib.sha256(verdict).hexdigest(), **shas,
    )  # fmt: skip
    append(home, promotion, card, {"verdict.json": verdict})
    place = Place(home, folder / "roster.csv", folder / "earlier.csv")
    place.roster.write_text(roster(students, 1), encoding="utf-8")
    place.earlier.write_text(roster(students, 2), encoding="utf-8")
    return place


def scorecard() -> Scorecard:
    """Give a table of every kind over the inputs of the experiment beside this file."""
    content = EXPERIMENT.read_bytes()
    experiment = parse_experiment(content, EXPERIMENT.name)
    reading, mathematics, absent, track = experiment.inputs
    tables = (
        PointsTable(reading, Kind.PIECES, (-2.0, 0.0, 2.0), (1.5, 0.2, -1.1), 0.4, 0.1),
        PointsTable(mathematics, Kind.PIECES, (-2.0, 0.0, 2.0), (1.2, 0.1, -0.9), 0.3, 0.1),
        PointsTable(absent, Kind.STEPS, (3.0, 10.0), (-0.2, 0.0, 0.6), None, 5.0),
        PointsTable(track, Kind.CATEGORIES, ("blue", "green", "red"), (0.1, -0.1, 0.2), 0.0, "red"),
    )
    levels = tuple(LevelMeaning(level["name"], level["start"]) for level in tomllib.loads(content.decode())["levels"])
    return Scorecard(experiment.name, "made by hand", -0.5, tables, levels, serving=experiment.serving())


def roster(students: int, seed: int) -> str:
    """Give a roster with students who lack results, one row in 100 that is refused, one that stands twice."""
    rng = np.random.default_rng(seed)
    numbers = np.column_stack([rng.normal(600, 25, (students, 2)).round(1), rng.poisson(6, students)])
    texts = [rng.choice(words, students) for words in (["red", "green", "blue"], ["F", "M"], ["F", "N"])]
    lines = ["student_id,school_id,school_year,grade,read,math,absent,track,sex,lunch"]
    for row, (read, math, absent) in enumerate(numbers.tolist()):
        results = f"{read},{math}" if row % 50 else ","
        days = "many" if row % 100 == 7 else int(absent)
        year = 2022 if row % 100 == 9 else 2023
        words = ",".join(str(text[row]) for text in texts)
        lines += [f"{row:06d},S{row % 40:02d},{year},3,{results},{days},{words}"] * (2 if row % 100 == 11 else 1)
    return "\n".join(lines) + "\n"
