"""One small district, trained and promoted once for all tests that need it."""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from earlywarn.promote import Request, promote
from earlywarn.promotions import Promotion
from earlywarn.registry.store import Registry
from earlywarn.train import Trained, train
from tests.district import student_years, write_district
from tests.postgres import postgres as postgres

TODAY = date(2024, 1, 15)
AS_OF = date(2023, 6, 30)


@dataclass(frozen=True)
class District:
    """A home with one promoted model, and the files of a later roster."""

    folder: Path
    home: Path
    config: Path
    history: Path
    roster: Path
    outcomes: Path
    trained: Trained
    promotion: Promotion


@pytest.fixture(scope="session")
def district(tmp_path_factory: pytest.TempPathFactory) -> District:
    """Train on one made-up district and lay out another's roster; read only."""
    folder = tmp_path_factory.mktemp("district")
    history, config = write_district(folder)
    home = folder / "models"
    registry = Registry(home)
    trained = train(history, config, home, registry, TODAY, lambda step: None)
    waivers = ()
    if trained.findings.verdict.failed_rules:
        from earlywarn.promotions import Waived

        waivers = tuple(Waived(rule, "A. Tester", "made up") for rule in trained.findings.verdict.failed_rules)
    promotion = promote(Request("made-up", trained.version, "A. Tester", TODAY, waivers), home, registry)
    roster, outcomes = folder / "roster.csv", folder / "outcomes.csv"
    years = student_years(schools=12, per_school=40, seed=99)
    years[years["school_year"] == 2023].to_csv(roster, index=False)
    years[years["school_year"] == 2024][["student_id", "school_year", "grade", "read", "math"]].to_csv(
        outcomes, index=False
    )
    return District(folder, home, config, history, roster, outcomes, trained, promotion)


@pytest.fixture
def own_home(district: District, tmp_path: Path) -> Path:
    """A copy of the home that a test may change."""
    return Path(shutil.copytree(district.home, tmp_path / "models"))


@pytest.fixture
def own_roster(district: District) -> pd.DataFrame:
    """The roster as a frame of text, for a test to spoil."""
    return pd.read_csv(district.roster, dtype=str, keep_default_na=False)
