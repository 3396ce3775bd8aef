"""Of a candidate no share of all students is told of which a part is small."""

from dataclasses import replace

import numpy as np
import pytest

from earlywarn.audit.suppression import suppress
from earlywarn.estimate import Estimate
from earlywarn.evaluate import Bin, Evaluation
from earlywarn.groups import EVERYONE
from earlywarn.report.findings import Findings
from earlywarn.report.published import published_findings
from earlywarn.report.tried import evaluation_told

KNOWN = suppress([EVERYONE], np.array([[200, 40, 0, 60, 40, 0, 0, 0, 0]]), 10)


def does(found: float, flagged: float) -> Evaluation:
    """Give a list of those who missed, 100 in all."""
    shares = {"recall_at_capacity": found / 100, "precision_at_capacity": found / flagged, "auc": 0.8}
    bins = (Bin(340, 0.3, Estimate(0.3, 0.01, 20.0)),)
    return Evaluation({name: Estimate(value, 0.01, 20.0) for name, value in shares.items()}, bins)


@pytest.mark.parametrize(
    ("found", "flagged", "left"),
    [(40, 80, ["recall", "precision"]), (5, 80, []), (40, 47, ["recall"]), (93, 150, ["precision"]), (10, 20, None)],
)
def test_a_share_of_which_a_part_is_small_is_left_out(found: int, flagged: int, left: list[str] | None) -> None:
    told = evaluation_told(KNOWN, does(found, flagged))
    names = ["recall", "precision"] if left is None else left
    assert [name for name, one in told.figures.items() if one] == [*(f"{name}_at_capacity" for name in names), "auc"]
    assert told.reliability


def test_where_all_who_missed_may_not_be_counted_no_list_and_no_bin_counts_them() -> None:
    unsure = replace(KNOWN, exact=np.zeros_like(KNOWN.exact))
    told = evaluation_told(unsure, does(40, 80))
    assert [name for name, one in told.figures.items() if one] == ["auc"]
    assert not told.reliability


def test_a_list_of_many_students_is_told_as_it_is(findings: Findings) -> None:
    told = published_findings(findings)
    for one, before in zip(told.tried, findings.tried, strict=True):
        assert one.test.figures["recall_at_capacity"] == before.test.figures["recall_at_capacity"]
        assert one.test.reliability == before.test.reliability
        assert one.gain == before.gain
