"""What the made-up state plants is what ``earlywarn check`` finds: every fault with its line, and no other."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from earlywarn.check import Order, check
from earlywarn.config.load import load_experiment
from earlywarn.report.check_record import check_record
from earlywarn.roster.findings import MERGED, QUARANTINED
from earlywarn.roster.survey import Surveyed, survey
from earlywarn.synth.faults import KINDS
from earlywarn.synth.state import Order as Made
from earlywarn.synth.state import make_state
from earlywarn.synth.zones import Plan

EACH = 4


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("state") / "dirty"
    make_state(Made(Plan(4000, 2, 5), out, dirty=EACH), lambda step: None)
    return out


@pytest.fixture(scope="module")
def surveyed(state: Path) -> Surveyed:
    return survey(state / "roster", load_experiment(state / "experiment.toml"))


def planted(state: Path) -> list[tuple[str, int, str]]:
    with (state / "MADE-UP-faults.csv").open(encoding="utf-8", newline="") as file:
        return [(row["file"], int(row["line"]), row["fault"]) for row in csv.DictReader(file)]


def test_every_planted_fault_is_found_and_no_other(state: Path, surveyed: Surveyed) -> None:
    key = planted(state)
    found = [(f.refusal.file, f.refusal.line, f.refusal.name) for f in surveyed.findings]
    assert sorted(found) == sorted(key)
    assert set(Counter(name for _, _, name in found)) == set(KINDS)


def test_no_row_is_lost_between_the_file_and_the_account(state: Path, surveyed: Surveyed) -> None:
    lines = sum(len(path.read_text("utf-8").splitlines()) - 1 for path in (state / "roster").iterdir())
    counts = surveyed.counts
    assert counts.rows_in == lines == counts.accepted + counts.merged + counts.quarantined
    assert counts.merged == 2 * EACH
    refused = {(f.refusal.file, f.refusal.line) for f in surveyed.findings if f.fate == QUARANTINED}
    assert counts.quarantined == len(refused)
    assert counts.merged == len({(f.refusal.file, f.refusal.line) for f in surveyed.findings if f.fate == MERGED})


def test_faults_are_counted_by_group(state: Path) -> None:
    record = check_record(
        check(Order(state / "roster", None), load_experiment(state / "experiment.toml"), lambda _: None)
    )
    girls = next(group for group in record["groups"] if group["group"] == "Girls")
    assert girls["rows_in"].startswith("about ")
    assert int(girls["rows_in"].removeprefix("about ").replace(",", "")) == pytest.approx(4000, rel=0.1)
    assert set(girls) >= {"accepted", "merged", "quarantined"}


def test_a_clean_state_has_no_fault(tmp_path: Path) -> None:
    make_state(Made(Plan(1500, 1, 6), tmp_path / "clean"), lambda step: None)
    found = survey(tmp_path / "clean" / "roster", load_experiment(tmp_path / "clean" / "experiment.toml"))
    assert found.findings == ()
    assert found.counts.accepted == found.counts.rows_in
