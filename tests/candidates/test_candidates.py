"""Folding is exact, folds leak no student, and no test row touches a fit."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import log_loss

from earlywarn.candidates.baselines import IndicatorRules, SchoolAlone
from earlywarn.candidates.catalogue import Role, catalogue
from earlywarn.candidates.crossfit import across_schools, calibrate, choose, school_folds
from earlywarn.candidates.fold import check_equal, fold
from earlywarn.candidates.learn import learn, with_groups
from earlywarn.cohort import build_cohort, split
from earlywarn.columns import Direction, InputSpec, InputType
from earlywarn.config.sections import Indicator
from earlywarn.errors import ScorecardError
from earlywarn.scorecard.points import point_blocks
from earlywarn.scorecard.table import Kind, from_bytes
from tests.district import student_years
from tests.test_cohort import EXPERIMENT, opened

SPECS = (
    InputSpec("a", "a", InputType.NUMBER, "A", risk=Direction.LOWER),
    InputSpec("b", "b", InputType.NUMBER, "B"),
    InputSpec("c", "c", InputType.NUMBER, "C", risk=Direction.HIGHER),
    InputSpec("k", "k", InputType.CATEGORY, "K"),
)
ADDITIVE = ("logistic", "piecewise", "additive_boosting")


def rows(n: int, seed: int, unseen: bool = False) -> tuple[pd.DataFrame, np.ndarray]:
    """Draw rows with missing values; ``b`` is a count with many zeros, ``c`` is never missing."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "a": rng.normal(size=n),
            "b": rng.poisson(0.4, n).astype(float),
            "c": rng.uniform(0, 5, n).round(1),
            "k": rng.choice(["red", "green", "blue"], n).astype(object),
        }
    )
    frame.loc[rng.random(n) < 0.1, "a"] = np.nan
    frame.loc[rng.random(n) < 0.1, "b"] = np.nan
    frame.loc[rng.random(n) < 0.1, "k"] = None
    if unseen:
        frame.loc[rng.random(n) < 0.2, "k"] = "violet"
        frame["a"] *= 10
    score = -frame["a"].fillna(0.3) + 0.5 * frame["c"] + (frame["k"] == "red") - 1.5
    return frame, (rng.random(n) < 1 / (1 + np.exp(-score))).astype(int)


def model(name: str) -> object:
    experiment = EXPERIMENT.model_copy()
    object.__setattr__(experiment, "inputs", SPECS)
    return {candidate.name: candidate.model for candidate in catalogue(experiment)}[name]


@pytest.mark.parametrize("name", ADDITIVE)
def test_a_scorecard_equals_the_model_on_every_row_missing_and_unseen_included(name: str) -> None:
    frame, outcome = rows(1500, 0)
    fitted = model(name).fit(frame, outcome)
    card = fold(fitted, SPECS, frame, "m", name)
    assert check_equal(card, fitted, rows(3000, 1, unseen=True)[0]) <= 1e-9


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.integers(80, 400), st.sampled_from(ADDITIVE))
def test_folding_is_exact_on_any_training_rows(seed: int, n: int, name: str) -> None:
    frame, outcome = rows(n, seed)
    fitted = model(name).fit(frame, outcome)
    assert check_equal(fold(fitted, SPECS, frame, "m", name), fitted, rows(300, seed + 1, unseen=True)[0]) <= 1e-9


def test_a_model_with_interactions_is_refused() -> None:
    rng = np.random.default_rng(0)
    frame, _ = rows(2000, 3)
    outcome = ((frame["a"].fillna(0) > 0) ^ (frame["c"] > 2.5)).astype(int).to_numpy() ^ (rng.random(2000) < 0.05)
    fitted = model("ceiling").fit(frame, outcome)
    with pytest.raises(ScorecardError, match="only additive models"):
        fold(fitted, SPECS, frame, "m", "ceiling")


@pytest.mark.parametrize("name", ADDITIVE)
def test_typical_points_are_zero_for_every_input(name: str) -> None:
    frame, outcome = rows(800, 0)
    card = fold(model(name).fit(frame, outcome), SPECS, frame, "m", name)
    from earlywarn.candidates.fold import frame_values

    blocks = np.hstack([block for _, block, _ in point_blocks(card, frame_values(SPECS, frame))])
    assert blocks.mean(axis=1) == pytest.approx(0, abs=1e-12)


def test_an_input_never_missing_in_training_has_no_points_for_missing() -> None:
    frame, outcome = rows(800, 0)
    card = fold(model("piecewise").fit(frame, outcome), SPECS, frame, "m", "piecewise")
    assert [table.missing is None for table in card.tables] == [False, False, True, False]


@pytest.mark.parametrize("name", ADDITIVE)
def test_two_students_with_a_missing_value_teach_nothing_about_missing(name: str) -> None:
    frame, outcome = rows(1500, 0)
    outcome[:2] = 1
    frame.loc[[0, 1], "c"] = np.nan
    card = fold(model(name).fit(frame, outcome), SPECS, frame, "m", name)
    assert card.tables[2].missing is None


def test_a_rare_category_takes_no_huge_points() -> None:
    frame, outcome = rows(1500, 0)
    frame.loc[[0, 1, 2], "k"] = "violet"
    outcome[:3] = 1
    card = fold(model("piecewise").fit(frame, outcome), SPECS, frame, "m", "piecewise")
    assert abs(dict(zip(card.tables[3].values, card.tables[3].points, strict=True))["violet"]) < 1.5


@pytest.mark.parametrize(("name", "kind"), [("additive_boosting", Kind.STEPS), ("piecewise", Kind.PIECES)])
@pytest.mark.parametrize("seed", range(5))
def test_nothing_bends_against_a_stated_direction(name: str, kind: Kind, seed: int) -> None:
    frame, outcome = rows(400, seed)
    card = fold(model(name).fit(frame, outcome), SPECS, frame, "m", name)
    falling, _, rising, _ = (np.array(table.points) for table in card.tables)
    assert card.tables[0].kind is kind
    assert (np.diff(falling) <= 1e-12).all()
    assert (np.diff(rising) >= -1e-12).all()


def test_a_direction_that_the_data_contradict_is_flat_and_never_reversed() -> None:
    frame, outcome = rows(1500, 0)
    against = [replace(SPECS[0], risk=Direction.HIGHER), *SPECS[1:]]
    experiment = EXPERIMENT.model_copy()
    object.__setattr__(experiment, "inputs", tuple(against))
    contrary = {candidate.name: candidate.model for candidate in catalogue(experiment)}["piecewise"]
    card = fold(contrary.fit(frame, outcome), against, frame, "m", "piecewise")
    assert len(card.tables[0].points) == 1


def _people(n: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"student_id": rng.integers(0, 120, n).astype(str), "school": rng.integers(0, 20, n).astype(str)}
    )
    return frame


def test_no_student_and_no_school_teaches_the_fold_that_judges_them() -> None:
    frame = _people()
    judged_rows = []
    for teach, judged in school_folds(frame, 5, 1):
        assert not set(frame["student_id"].iloc[teach]) & set(frame["student_id"].iloc[judged])
        assert not set(frame["school"].iloc[teach]) & set(frame["school"].iloc[judged])
        judged_rows += judged.tolist()
    assert sorted(judged_rows) == list(range(300))


def test_unseen_schools_are_judged_by_models_that_saw_neither_school_nor_student() -> None:
    train, test = _people(), _people().iloc[:100].reset_index(drop=True)
    for teach, judged in across_schools(train, test, 5, 1):
        assert not set(train["student_id"].iloc[teach]) & set(test["student_id"].iloc[judged])
        assert not set(train["school"].iloc[teach]) & set(test["school"].iloc[judged])


def test_test_outcomes_and_test_inputs_change_nothing_that_is_learnt() -> None:
    frame = student_years()
    changed = frame.copy()
    changed.loc[changed["school_year"] == 2024, ["read", "math"]] += 15.0
    changed.loc[changed["school_year"] == 2023, ["absent"]] += 5
    candidates = catalogue(EXPERIMENT)
    cards = []
    for each in (frame, changed):
        parts = split(build_cohort(*opened(each), EXPERIMENT), EXPERIMENT)
        cards.append(learn(parts.train, candidates, EXPERIMENT).card)
    assert cards[0].sha256 == cards[1].sha256


def test_the_simplest_within_one_paired_standard_error_is_chosen() -> None:
    rng = np.random.default_rng(0)
    outcome, school = rng.integers(0, 2, 2000), np.repeat(np.arange(40), 50)
    good = np.clip(np.where(outcome == 1, 0.7, 0.3) + rng.normal(scale=0.05, size=2000), 0.01, 0.99)
    near = np.clip(good + rng.normal(scale=0.02, size=2000), 0.01, 0.99)
    far = np.full(2000, 0.5)
    choice = choose({"logistic": near, "piecewise": good}, outcome, school, ["logistic", "piecewise"])
    assert choice.chosen in ("logistic", "piecewise")
    assert (
        choose({"logistic": far, "piecewise": good}, outcome, school, ["logistic", "piecewise"]).chosen == "piecewise"
    )
    assert (
        choose({"logistic": good, "piecewise": good}, outcome, school, ["logistic", "piecewise"]).chosen == "logistic"
    )
    assert choice.loss["piecewise"].value == pytest.approx(log_loss(outcome, good))


def test_calibration_is_used_only_if_it_helps_out_of_fold() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"student_id": np.arange(3000).astype(str), "school": np.repeat(np.arange(60), 50).astype(str)}
    )
    folds, points = school_folds(frame, 5, 0), rng.normal(size=3000)
    school = frame["school"].astype(int).to_numpy()
    true = (rng.random(3000) < 1 / (1 + np.exp(-points))).astype(int)
    bold = calibrate(points * 3, true, school, folds)
    assert not calibrate(points, true, school, folds).used
    assert bold.used
    assert bold.slope == pytest.approx(1 / 3, abs=0.05)


def test_indicator_rules_count_and_learn_the_share_at_each_count() -> None:
    frame = pd.DataFrame({"a": [-1.0, -1.0, 1.0, np.nan], "b": [2.0, 0.0, 2.0, 2.0]})
    rules = IndicatorRules((Indicator(input="a", below=0.0), Indicator(input="b", above=1.0)))
    fitted = rules.fit(frame, np.array([1, 1, 0, 1]))
    assert fitted.decision_function(frame).tolist() == [2, 1, 1, 1]
    assert fitted.predict_proba(frame)[:, 1] == pytest.approx([1, 2 / 3, 2 / 3, 2 / 3])


def test_an_unseen_school_takes_the_overall_share() -> None:
    frame = pd.DataFrame({"school": ["x"] * 50 + ["y"] * 50})
    outcome = np.r_[np.ones(40), np.zeros(60)].astype(int)
    fitted = SchoolAlone().fit(frame, outcome)
    assert fitted.predict_proba(pd.DataFrame({"school": ["z"]}))[0, 1] == pytest.approx(0.4)


def test_only_additive_candidates_may_be_promoted_and_only_one_sees_groups() -> None:
    roles = {candidate.name: candidate.role for candidate in catalogue(EXPERIMENT)}
    assert {name for name, role in roles.items() if role is Role.PROMOTABLE} == set(ADDITIVE)
    readers = [c.name for c in catalogue(EXPERIMENT) if "group:" in str(c.model.get_params())]
    assert readers == ["aware"]


@pytest.mark.parametrize("name", [*ADDITIVE, "ceiling", "aware", "last_result"])
@pytest.mark.parametrize("spoil", ["no numbers", "no categories", "300 categories"])
def test_inputs_that_say_nothing_or_too_much_stop_no_candidate(name: str, spoil: str) -> None:
    frame = student_years()
    if spoil == "no numbers":
        frame["absent"] = np.nan
    elif spoil == "no categories":
        frame["track"] = None
    else:
        frame["track"] = [f"T{row % 300:03d}" for row in range(len(frame))]
        frame["sex"] = frame["track"]
    parts = split(build_cohort(*opened(frame), EXPERIMENT), EXPERIMENT)
    rows_ = with_groups(parts.train)
    fitted = {c.name: c.model for c in catalogue(EXPERIMENT)}[name].fit(rows_, parts.train.outcome)
    assert np.isfinite(fitted.predict_proba(with_groups(parts.test))).all()
    if name in ADDITIVE:
        card = fold(fitted, EXPERIMENT.inputs, rows_, "m", name)
        assert check_equal(card, fitted, parts.test.frame) <= 1e-9
        assert from_bytes(card.to_bytes()) == card
