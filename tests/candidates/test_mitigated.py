"""Mitigated candidates are plain tables: exact, without a group, the same for the same student, and moved as asked."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earlywarn.candidates.catalogue import Candidate, Role, catalogue
from earlywarn.candidates.crossfit import Calibration
from earlywarn.candidates.fold import check_equal, fold
from earlywarn.candidates.learn import learn, with_groups
from earlywarn.candidates.mitigated import Aim, Mitigated, mitigated
from earlywarn.candidates.pooling import Pooling
from earlywarn.candidates.reductions import GridStep, MixtureMember, Weighable, learner
from earlywarn.capacity import seats_for
from earlywarn.cohort import Cohort, Split, build_cohort, split
from earlywarn.columns import Direction, InputSpec, InputType
from earlywarn.config.experiment import Experiment
from earlywarn.config.load import parse_experiment
from earlywarn.config.mitigation import CONSTRAINTS, Constraint
from earlywarn.errors import EvidenceError
from tests.district import TOML, student_years
from tests.test_cohort import opened

SPECS = (
    InputSpec("a", "a", InputType.NUMBER, "A", risk=Direction.LOWER),
    InputSpec("b", "b", InputType.NUMBER, "B"),
    InputSpec("k", "k", InputType.CATEGORY, "K"),
)
COLUMNS = ("a", "b", "k")
MIXTURE = MixtureMember(0.02)
EVERY = [*((constraint, GridStep(1.0)) for constraint in CONSTRAINTS), ("equalized_odds", MIXTURE)]
SHARE = 0.2


def rows(n: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Draw students of two groups: one has lower ``a`` and more need; ``b`` tells the group and little else."""
    rng = np.random.default_rng(seed)
    poorer = rng.random(n) < 0.4
    frame = pd.DataFrame(
        {
            "a": rng.normal(size=n) - 0.8 * poorer,
            "b": poorer + rng.normal(scale=0.4, size=n),
            "k": rng.choice(["red", "green"], n).astype(object),
            "group:lunch": np.where(poorer, "F", "N").astype(object),
        }
    )
    frame.loc[rng.random(n) < 0.1, "a"] = np.nan
    risk = 1 / (1 + np.exp(1.2 + 1.3 * frame["a"].fillna(0)))
    return frame, (rng.random(n) < risk).astype(int).to_numpy()


def model(constraint: Constraint, reduction: GridStep | MixtureMember, **groups: object) -> Mitigated:
    pooling = Pooling("lunch", ("F", "N"), "N", **groups)
    return Mitigated(COLUMNS, {"a": -1}, Aim(constraint, pooling, SHARE), reduction)


def gaps(points: np.ndarray, frame: pd.DataFrame, outcome: np.ndarray) -> dict[str, float]:
    """Give the gaps of a list of fixed length: who is found, and who is flagged in vain."""
    flagged = np.argsort(np.argsort(-points)) < seats_for(SHARE, len(points))
    poorer = (frame["group:lunch"] == "F").to_numpy()
    return {
        name: flagged[poorer & rows_].mean() - flagged[~poorer & rows_].mean()
        for name, rows_ in (("found", outcome == 1), ("in vain", outcome == 0))
    }


@pytest.mark.parametrize(("constraint", "reduction"), EVERY)
def test_a_member_folds_exactly_and_needs_no_group(constraint: Constraint, reduction: GridStep | MixtureMember) -> None:
    frame, outcome = rows(500, 0)
    fitted = model(constraint, reduction).fit(frame, outcome)
    later = rows(600, 1)[0].drop(columns="group:lunch")
    card = fold(fitted, SPECS, frame, "m", constraint)
    assert check_equal(card, fitted, later) <= 1e-9
    assert [table.spec.name for table in card.tables] == list(COLUMNS)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(CONSTRAINTS))
def test_shuffled_groups_at_scoring_change_nothing(seed: int, constraint: Constraint) -> None:
    frame, outcome = rows(300, seed)
    fitted = model(constraint, GridStep(1.0)).fit(frame, outcome)
    shuffled = frame.assign(**{"group:lunch": np.random.default_rng(seed).permutation(frame["group:lunch"])})
    assert fitted.decision_function(shuffled).tolist() == fitted.decision_function(frame).tolist()


@pytest.mark.parametrize(("constraint", "reduction"), EVERY[-2:])
def test_the_same_rows_give_the_same_table_and_a_student_one_answer(
    constraint: Constraint, reduction: GridStep | MixtureMember
) -> None:
    frame, outcome = rows(400, 2)
    one, other = (model(constraint, reduction).fit(frame, outcome) for _ in range(2))
    assert fold(one, SPECS, frame, "m", "m").sha256 == fold(other, SPECS, frame, "m", "m").sha256
    assert one.decision_function(frame).tolist() == one.decision_function(frame).tolist()


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_no_strength_is_the_plain_learner(constraint: Constraint) -> None:
    frame, outcome = rows(800, 3)
    X = frame[["a", "b"]].fillna(0).to_numpy()
    group = frame["group:lunch"].to_numpy(dtype=object)
    member = GridStep(0.0).fit(Weighable(X, outcome, group, constraint, SHARE))
    plain = learner().fit(X, outcome)
    assert np.corrcoef(member.decision_function(X), plain.decision_function(X))[0, 1] > 0.999


@pytest.mark.parametrize(
    ("constraint", "gap"),
    [
        ("true_positive_rate_parity", "found"),
        ("false_positive_rate_parity", "in vain"),
        ("equalized_odds", "found"),
        ("equalized_odds", "in vain"),
    ],
)
def test_a_constraint_narrows_its_gap_at_the_list(constraint: Constraint, gap: str) -> None:
    frame, outcome = rows(4000, 4)
    plain, moved = (
        gaps(model(constraint, GridStep(strength)).fit(frame, outcome).decision_function(frame), frame, outcome)
        for strength in (0.0, 1.0)
    )
    assert plain[gap] > 0.05
    assert abs(moved[gap]) < 0.3 * plain[gap]


def test_each_step_of_a_grid_goes_further_than_the_one_before() -> None:
    frame, outcome = rows(4000, 4)
    steps = [
        gaps(model("equalized_odds", GridStep(strength)).fit(frame, outcome).decision_function(frame), frame, outcome)
        for strength in (0.0, 1 / 3, 2 / 3, 1.0)
    ]
    assert np.diff([step["found"] for step in steps]).max() < -0.03


def test_the_heaviest_member_of_a_mixture_is_moved_too() -> None:
    frame, outcome = rows(4000, 4)
    fitted = model("equalized_odds", MIXTURE).fit(frame, outcome)
    assert abs(gaps(fitted.decision_function(frame), frame, outcome)["found"]) < 0.1


def test_a_bound_on_the_loss_lowers_it_for_the_group_that_has_most() -> None:
    frame, outcome = rows(4000, 5)
    outcome = np.where(frame["group:lunch"] == "F", np.random.default_rng(0).permutation(outcome), outcome)
    worse = (frame["group:lunch"] == "F").to_numpy()
    plain, moved = (
        model("bounded_group_loss", GridStep(strength)).fit(frame, outcome).predict_proba(frame)[:, 1]
        for strength in (0.0, 1.0)
    )
    assert ((moved - outcome)[worse] ** 2).mean() < ((plain - outcome)[worse] ** 2).mean() - 0.005


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_no_weighing_lists_a_student_for_a_better_result(constraint: Constraint) -> None:
    frame, outcome = rows(700, 6)
    outcome = np.where(frame["group:lunch"] == "F", 1 - outcome, outcome)  # here, better results go with more need
    fitted = model(constraint, GridStep(1.0)).fit(frame, outcome)
    falling = fold(fitted, SPECS, frame, "m", constraint).tables[0].points
    assert np.diff(falling, append=-np.inf).max() <= 1e-12


ASKED = """
[mitigation]
attribute = "lunch"
constraints = ["equalized_odds"]
grid = 1
"""


def asked() -> Experiment:
    return parse_experiment((TOML.replace("[cohort]\n", "[cohort]\nfolds = 2\n") + ASKED).encode(), "x.toml")


def parts(frame: pd.DataFrame, experiment: Experiment) -> Split:
    return split(build_cohort(*opened(frame), experiment), experiment)


def test_mitigated_candidates_may_be_promoted_and_read_no_group_once_fitted() -> None:
    experiment = asked()
    train = parts(student_years(), experiment).train
    found = mitigated(experiment, train)
    assert [candidate.name for candidate in found] == ["equalized_odds_1", "equalized_odds_member"]
    assert {candidate.role for candidate in found} == {Role.MITIGATED}
    fitted = found[0].model.fit(with_groups(train), train.outcome)
    assert np.isfinite(fitted.decision_function(train.frame)).all()


def test_an_experiment_without_constraints_has_no_mitigated_candidate() -> None:
    plan = asked().mitigation
    assert plan is not None
    bare = asked().model_copy(update={"mitigation": plan.model_copy(update={"constraints": (), "remove": ("track",)})})
    assert mitigated(bare, parts(student_years(), bare).train) == ()


@pytest.fixture(scope="module")
def lesson() -> tuple[Experiment, Cohort, tuple[Candidate, ...]]:
    """Two plain candidates and the mitigated ones, with the rows that teach them."""
    experiment = asked()
    order = experiment.candidates.model_copy(update={"simplest_first": ("logistic", "piecewise")})
    experiment = experiment.model_copy(update={"candidates": order})
    train = parts(student_years(), experiment).train
    plain = (candidate for candidate in catalogue(experiment) if candidate.name in order.simplest_first)
    return experiment, train, (*plain, mitigated(experiment, train)[0])


def taking(experiment: Experiment, name: str) -> Experiment:
    named = experiment.candidates.model_copy(update={"use": name, "reason": "decided by the board"})
    return experiment.model_copy(update={"candidates": named})


def test_a_mitigated_candidate_is_calibrated_again_and_never_chosen_by_itself(
    lesson: tuple[Experiment, Cohort, tuple[Candidate, ...]],
) -> None:
    experiment, train, candidates = lesson
    learnt = learn(train, candidates, experiment)
    found, points = learnt.weighed["equalized_odds_1"], learnt.points["equalized_odds_1"]
    assert found.used
    assert found.risk(points).mean() == pytest.approx(train.outcome.mean(), abs=0.01)
    assert learnt.choice.chosen == learnt.choice.automatic
    assert learnt.choice.chosen in ("logistic", "piecewise")


def test_the_config_may_take_a_mitigated_candidate_in_place_of_the_automatic_choice(
    lesson: tuple[Experiment, Cohort, tuple[Candidate, ...]],
) -> None:
    experiment, train, candidates = lesson
    learnt = learn(train, candidates, taking(experiment, "equalized_odds_1"))
    assert learnt.card.candidate == learnt.choice.chosen == "equalized_odds_1"
    assert learnt.choice.automatic in ("logistic", "piecewise")
    assert (learnt.card.slope, learnt.card.shift) == (learnt.calibration.slope, learnt.calibration.shift)


def test_points_that_go_with_less_risk_cannot_be_taken(
    lesson: tuple[Experiment, Cohort, tuple[Candidate, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment, train, candidates = lesson
    backwards = Calibration(slope=-0.2, shift=0.0, gain=None, used=True)
    monkeypatch.setattr("earlywarn.candidates.learn.calibrate", lambda *_: backwards)
    with pytest.raises(EvidenceError, match="more points of 'logistic' go with less risk"):
        learn(train, candidates[:2], taking(experiment, "logistic"))
