"""Mitigation end to end: learnt in training alone, weighed at lists of one length, nothing where none is asked for."""

import pandas as pd
import pytest

from earlywarn.candidates.catalogue import catalogue
from earlywarn.candidates.learn import learn
from earlywarn.candidates.mitigated import mitigated
from earlywarn.candidates.rivals import Rivals, learn_rivals
from earlywarn.cohort import Split, build_cohort, split
from earlywarn.config.experiment import Experiment
from earlywarn.config.load import parse_experiment
from earlywarn.frontier.lists import Frontier, Kind
from earlywarn.groups import EVERYONE, Cell
from earlywarn.mitigation import weigh_mitigation
from tests.district import TOML, student_years
from tests.test_cohort import opened

QUICK = TOML.replace("[cohort]\n", "[cohort]\nfolds = 2\n").replace(
    "[candidates]\n", '[candidates]\nsimplest_first = ["logistic"]\n'
)
ASKED = """
[mitigation]
attribute = "lunch"
constraints = ["true_positive_rate_parity", "bounded_group_loss"]
grid = 1
remove = ["track"]
"""


def experiment(more: str = ASKED) -> Experiment:
    return parse_experiment((QUICK + more).encode(), "x.toml")


def learnt(frame: pd.DataFrame, asked: Experiment) -> tuple[Split, Rivals | None]:
    parts = split(build_cohort(*opened(frame), asked), asked)
    plain = (candidate for candidate in catalogue(asked) if candidate.name == "logistic")
    candidates = (*plain, *mitigated(asked, parts.train))
    return parts, learn_rivals(parts.train, candidates, learn(parts.train, candidates, asked), asked)


@pytest.fixture(scope="module")
def lesson() -> tuple[Split, Rivals]:
    parts, rivals = learnt(student_years(), experiment())
    assert rivals is not None
    return parts, rivals


@pytest.fixture(scope="module")
def frontier(lesson: tuple[Split, Rivals]) -> Frontier:
    found = weigh_mitigation(*lesson, experiment())
    assert found is not None
    return found


def test_without_its_section_nothing_is_learnt_and_nothing_weighed() -> None:
    asked = experiment("")
    parts, rivals = learnt(student_years(schools=12), asked)
    assert rivals is None
    assert weigh_mitigation(parts, rivals, asked) is None


def test_every_list_stands_in_order_with_its_kind(frontier: Frontier) -> None:
    assert [(step.contender.name, step.contender.kind) for step in frontier.steps] == [
        ("logistic", Kind.CHOSEN),
        ("true_positive_rate_parity_1", Kind.MITIGATED),
        ("true_positive_rate_parity_member", Kind.MIXTURE),
        ("bounded_group_loss_1", Kind.MITIGATED),
        ("bounded_group_loss_member", Kind.MIXTURE),
        ("without_track", Kind.REMOVAL),
        ("true_positive_rate_parity_bound", Kind.BOUND),
    ]


def test_all_lists_are_of_one_length(frontier: Frontier) -> None:
    seats = {round(float(step.contender.listed.chance.sum()), 6) for step in frontier.steps}
    assert seats == {float(frontier.chosen.contender.listed.seats)}


def test_what_a_group_gains_and_loses_adds_up_to_all_students(frontier: Frontier) -> None:
    for step in frontier.steps:
        everyone, *groups = step.traded
        assert everyone.cell == EVERYONE
        assert sum(group.found for group in groups) == pytest.approx(everyone.found)
        assert sum(group.in_vain for group in groups) == pytest.approx(everyone.in_vain)


def test_which_gap_is_followed_and_how_it_does_out_of_fold_is_known_from_training(frontier: Frontier) -> None:
    assert frontier.followed == {measure: Cell(("lunch",), ("F",)) for measure in ("recall", "false_alarm_rate")}
    for step in frontier.steps:
        told = step.contender.kind is not Kind.BOUND
        assert (step.contender.taught_recall is not None) is told
        assert set(step.contender.taught_gaps) == (set(frontier.followed) if told else set())


def test_test_rows_change_nothing_that_is_learnt(lesson: tuple[Split, Rivals]) -> None:
    changed = student_years()
    changed.loc[changed["school_year"] == 2024, ["read", "math"]] += 15.0
    changed.loc[changed["school_year"] == 2023, ["absent"]] += 5
    changed.loc[changed["school_year"] == 2023, "lunch"] = "N"
    one, (_, other) = lesson[1], learnt(changed, experiment())
    assert other is not None
    assert [rival.card.sha256 for rival in one.cards] == [rival.card.sha256 for rival in other.cards]
    assert all((a.points == b.points).all() for a, b in zip(one.cards, other.cards, strict=True))
    assert [str(bound.rungs) for bound in one.bounds] == [str(bound.rungs) for bound in other.bounds]
    assert one.pooling == other.pooling


def test_an_input_left_out_is_not_in_the_table() -> None:
    _, rivals = learnt(
        student_years(), experiment('[mitigation]\nattribute = "lunch"\nconstraints = []\nremove = "each"\n')
    )
    assert rivals is not None
    assert rivals.pooling is None
    assert rivals.bounds == ()
    inputs = {rival.name: {spec.name for spec in rival.card.specs} for rival in rivals.cards}
    everything = inputs.pop("logistic")
    assert inputs == {f"without_{name}": everything - {name} for name in everything}


def test_a_list_taken_on_purpose_is_weighed_against_the_one_that_would_be_chosen_by_itself() -> None:
    use = '[candidates]\nuse = "true_positive_rate_parity_1"\nreason = "decided by the board"\n'
    asked = parse_experiment((QUICK.replace("[candidates]\n", use) + ASKED).encode(), "x.toml")
    parts, rivals = learnt(student_years(), asked)
    frontier = weigh_mitigation(parts, rivals, asked)
    assert frontier is not None
    kinds = {step.contender.name: step.contender.kind for step in frontier.steps}
    assert kinds["true_positive_rate_parity_1"] is Kind.CHOSEN
    assert kinds["logistic"] is Kind.AUTOMATIC
    assert rivals is not None
    without = next(rival for rival in rivals.cards if rival.kind is Kind.REMOVAL)
    assert "track" not in {spec.name for spec in without.card.specs}
