"""A new model held against the one in force, student by student."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from earlywarn.audit.subject import RECALL_DRIFT
from earlywarn.examine.cohorts import InUse
from earlywarn.promotions import load_scorecard
from earlywarn.registry.store import Registry
from earlywarn.train import train
from tests.conftest import TODAY, District


def test_a_first_model_has_nothing_in_use_to_be_held_against(district: District) -> None:
    assert not any(f.measure == RECALL_DRIFT for f in district.trained.findings.audited.figures)
    assert district.trained.findings.audited.about.beside == ""


def test_a_second_model_is_held_against_the_one_in_force(district: District, own_home: Path) -> None:
    home = own_home
    for name in ("mlflow.db", "artifacts"):
        path = home / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    trained = train(district.history, district.config, home, Registry(home), TODAY, lambda step: None)
    audited = trained.findings.audited
    assert audited.about.beside == f"held against made-up version {district.promotion.version}, the model in use"
    drift = {f.cell.slug: f for f in audited.figures if f.measure == RECALL_DRIFT}
    assert drift["all"].value == pytest.approx(0, abs=1e-12)  # the same data teach the same model
    low, high = drift["all"].estimate.interval(0.95)
    assert low < 0 < high
    assert {j.rule for j in trained.findings.verdict.judgements} >= {"drift", "coverage"}


def test_a_model_in_use_that_reads_other_inputs_is_named_and_not_compared(district: District) -> None:
    card = load_scorecard(district.home, district.promotion.scorecard)
    specs = district.trained.findings.experiment.inputs
    assert InUse(card, "made-up version 1").misfit(specs) == ""
    other = [replace(spec, column="elsewhere") if spec.name == "absent" else spec for spec in specs]
    assert "(absent)" in InUse(card, "made-up version 1").misfit(other)
    assert "absent" in InUse(card, "made-up version 1").misfit([s for s in specs if s.name != "absent"])
