"""What may be asked of mitigation, and what a choice on purpose must say."""

import pytest

from earlywarn.config.load import parse_experiment
from earlywarn.config.mitigation import CONSTRAINTS, Member, Mitigation
from tests.config.test_config import faults
from tests.district import TOML

ASKED = '\n[mitigation]\nattribute = "lunch"\n'
USE = 'use = "{}"\nreason = "decided by the board"\n'


def using(name: str) -> str:
    return TOML.replace("[candidates]\n", "[candidates]\n" + USE.format(name))


def test_without_its_section_nothing_is_tried() -> None:
    assert parse_experiment(TOML.encode(), "x.toml").mitigation is None


def test_every_constraint_has_its_steps_and_one_member_of_a_mixture() -> None:
    plan = Mitigation(attribute="lunch", constraints=("equalized_odds",), grid=2)
    assert [member.name for member in plan.members] == [
        "equalized_odds_1",
        "equalized_odds_2",
        "equalized_odds_member",
    ]
    assert len(Mitigation(attribute="lunch").members) == 4 * len(CONSTRAINTS)
    assert Member("equalized_odds", 0, 2) == plan.members[-1]


def test_each_means_every_input() -> None:
    assert Mitigation(attribute="lunch", remove="each").removed(("a", "b")) == ("a", "b")
    assert Mitigation(attribute="lunch", remove=("b",)).removed(("a", "b")) == ("b",)
    assert Mitigation(attribute="lunch").removed(("a", "b")) == ()


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('[mitigation]\nattribute = "income"\n', "'income', which is no group; known are sex, lunch"),
        (ASKED + 'remove = ["marks"]\n', "mitigation.remove names 'marks', which is no feature"),
        (ASKED + "constraints = []\n", "nothing to try"),
        (ASKED + 'constraints = ["equalized_odds", "equalized_odds"]\n', "'equalized_odds' stands here twice"),
        (ASKED + "grid = 40\n", "mitigation.grid"),
        (ASKED + "bounds = 0.1\n", "did you mean 'bound'?"),
        (ASKED + 'constraints = ["demographic_parity"]\n', "mitigation.constraints[1]"),
    ],
)
def test_what_cannot_be_tried_is_refused(more: str, told: str) -> None:
    assert told in faults(TOML + more)


def test_a_promotable_candidate_may_be_taken_on_purpose() -> None:
    assert parse_experiment(using("logistic").encode(), "x.toml").candidates.use == "logistic"


def test_a_mitigated_candidate_may_be_taken_only_if_it_is_tried() -> None:
    member = using("equalized_odds_member")
    assert parse_experiment((member + ASKED).encode(), "x.toml").candidates.reason == "decided by the board"
    assert "candidates.use names 'equalized_odds_member', which may not be promoted" in faults(member)


@pytest.mark.parametrize("name", ["ceiling", "aware", "indicator_rules", "without_track"])
def test_no_other_candidate_may_be_taken(name: str) -> None:
    assert f"candidates.use names '{name}'" in faults(using(name) + ASKED)


def test_a_choice_on_purpose_says_why() -> None:
    assert "'use' and 'reason' belong together" in faults(
        using("logistic").replace('reason = "decided by the board"\n', "")
    )
