"""A constraint holds for groups that are large enough; the others are pooled, and said."""

import numpy as np
import pytest

from earlywarn.candidates.pooling import POOLED, pool
from earlywarn.config.sections import Evidence
from earlywarn.errors import EvidenceError

NEED = Evidence()


def test_a_group_that_is_not_recorded_is_a_group_of_its_own() -> None:
    groups = np.array(["F"] * 100 + ["N"] * 100 + ["(not recorded)"] * 60, dtype=object)
    outcome = np.tile([0, 1], 130)
    pooling = pool("lunch", groups, outcome, NEED)
    assert pooling.kept == ("(not recorded)", "F", "N")
    assert pooling.pooled == ()
    assert pooling.of(groups).tolist() == groups.tolist()


def test_groups_too_small_are_pooled_and_said() -> None:
    groups = np.array(["W"] * 100 + ["B"] * 100 + ["A"] * 20 + ["H"] * 20, dtype=object)
    pooling = pool("race", groups, np.tile([0, 1], 120), NEED)
    assert (pooling.kept, pooling.rest, pooling.pooled) == (("B", "W"), POOLED, ("A", "H"))
    assert set(pooling.of(np.array(["A", "B", "never seen"], dtype=object))) == {POOLED, "B"}


def test_a_pool_that_is_too_small_goes_with_the_largest_group() -> None:
    groups = np.array(["W"] * 200 + ["B"] * 100 + ["A"] * 4, dtype=object)
    pooling = pool("race", groups, np.tile([0, 1], 152), NEED)
    assert (pooling.rest, pooling.pooled) == ("W", ("A",))


def test_a_group_in_which_all_met_is_too_small_whatever_its_size() -> None:
    groups = np.repeat(np.array(["W", "B", "A"], dtype=object), 100)
    outcome = np.where(groups == "A", 0, np.tile([0, 1], 150))
    assert pool("race", groups, outcome, NEED).pooled == ("A",)


@pytest.mark.parametrize("names", [["F"] * 300, ["F"] * 296 + ["N"] * 4])
def test_an_attribute_with_one_group_is_refused(names: list[str]) -> None:
    with pytest.raises(EvidenceError, match=r"fewer than two of its groups.*take \[mitigation\] out"):
        pool("lunch", np.array(names, dtype=object), np.tile([0, 1], 150), NEED)
