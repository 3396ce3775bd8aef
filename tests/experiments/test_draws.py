"""Several draws of schools: the experiment's own first, each with its own test."""

from pathlib import Path

from earlywarn.roster.door import open_roster
from experiments.draws import draws
from tests.district import write_district
from tests.test_cohort import HELD_OUT


def test_the_first_draw_is_the_experiments_own_and_another_seed_is_another_test(tmp_path: Path) -> None:
    roster, _ = write_district(tmp_path)
    own, *others = draws(open_roster(roster, HELD_OUT), HELD_OUT, "logistic", 2)
    assert (own["seed"], own["schools"]) == (HELD_OUT.seed, 12)
    assert [other["seed"] for other in others] == [0, 1]
    assert len({one["AUC"] for one in (own, *others)}) == 3
    assert all(0.5 < one["AUC"] < 1 and one["recall_10"] < one["recall_20"] for one in (own, *others))
