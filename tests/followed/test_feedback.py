"""Dismissals are counted by hand; at the same risk they equal Mantel and Haenszel by rows; the last decision stands."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from earlywarn.audit import funnel
from earlywarn.audit.figures import Figure
from earlywarn.follow import Followed
from earlywarn.groups import EVERYONE, Cell
from earlywarn.histograms import risk_edges
from tests.followed.made import Made, chosen, row

FREE = Cell(("lunch",), ("F",))


def _figure(followed: Followed, measure: str, cell: Cell, versus: str = "") -> Figure:
    assert followed.feedback is not None
    return next(
        f
        for f in followed.feedback.told.exact
        if f.is_main and (f.measure, f.cell, f.versus) == (measure, cell, versus)
    )


def _reviewed(made: Made) -> pd.DataFrame:
    frame = made.by_hand.query("flagged")
    frame = frame[frame["view"].notna()].assign(dismissed=lambda f: f["view"].isin(funnel.REASONS))
    edges = risk_edges(frame["risk"].to_numpy())
    return frame.assign(bin=np.searchsorted(edges, frame["risk"], side="right"))


def test_shares_of_dismissed_flags_are_counts_by_hand(made: Made) -> None:
    followed, frame = made.follow(), _reviewed(made)
    for cell, rows in ((EVERYONE, frame), (FREE, frame[frame["lunch"] == "F"])):
        assert _figure(followed, funnel.DISMISSED, cell).value == pytest.approx(rows["dismissed"].mean())
        name = funnel.reason_share("not_needed")
        assert _figure(followed, name, cell).value == pytest.approx((rows["view"] == "not_needed").mean())


def test_at_the_same_risk_is_mantel_and_haenszel_by_rows(made: Made) -> None:
    top = bottom = 0.0
    for _, rows in _reviewed(made).groupby("bin"):
        one, other = (rows.loc[rows["lunch"] == code, "dismissed"] for code in "FN")
        top += (one.sum() * len(other) - other.sum() * len(one)) / (len(one) + len(other))
        bottom += len(one) * len(other) / (len(one) + len(other))
    found = _figure(made.follow(), funnel.AT_SAME_RISK, FREE, "lunch-N")
    assert found.value == pytest.approx(top / bottom)


def test_a_group_at_higher_risk_whose_flags_are_kept_for_it_is_not_said_to_be_favoured(made: Made) -> None:
    """Free lunch is given to the flags of highest risk, and only the risk decides: adjusted, nothing is left."""
    frame = made.by_hand.query("flagged")
    draw = np.random.default_rng(3).random(len(frame))
    view = np.where(draw < frame["risk"], "agree", "not_needed")
    made.desk = pd.DataFrame([row(s, what=w) for s, w in zip(frame["student_id"], view, strict=True)])
    groups = pd.read_parquet(made.run / "groups.parquet").set_index("student_id")
    by_risk = frame.set_index("student_id")["risk"]
    odds = np.random.default_rng(4).random(len(by_risk)) < np.clip((by_risk - 0.35) * 1.8, 0.02, 0.98)
    groups.loc[by_risk.index, "lunch"] = np.where(odds, "F", "N")
    _replace_groups(made, groups.reset_index())
    followed = made.follow()
    raw = _figure(followed, funnel.DISMISSED, FREE, "lunch-N").estimate
    adjusted = _figure(followed, funnel.AT_SAME_RISK, FREE, "lunch-N").estimate
    assert raw is not None
    assert adjusted is not None
    assert raw.interval(0.95)[1] < -0.05
    assert adjusted.interval(0.95)[0] < 0 < adjusted.interval(0.95)[1] + 0.02


def test_a_group_dismissed_more_often_at_the_same_risk_is_found(made: Made) -> None:
    frame = made.by_hand
    unlucky = set(frame.loc[(frame["lunch"] == "F") & chosen(len(frame), 8, 0.5), "student_id"])
    mine = made.desk["student_id"].isin(unlucky) & (made.desk["kind"] == "decision")
    made.desk.loc[mine, "what"] = "not_needed"
    found = _figure(made.follow(), funnel.AT_SAME_RISK, FREE, "lunch-N").estimate
    assert found is not None
    assert found.interval(0.95)[0] > 0.1


def test_the_last_decision_stands(made: Made) -> None:
    frame = made.by_hand.query("flagged")
    students = frame["student_id"].tolist()
    made.desk = pd.DataFrame([row(s, what=w) for w in ("not_needed", "agree") for s in students])
    followed = made.follow()
    assert _figure(followed, funnel.DECIDED, EVERYONE).value == 1
    assert _figure(followed, funnel.DISMISSED, EVERYONE).value == 0


def test_of_several_decisions_that_of_the_last_day_stands_in_any_order_of_rows(made: Made) -> None:
    students = made.by_hand.query("flagged")["student_id"].tolist()
    views = ((date(2026, 9, 20), "agree"), (date(2026, 9, 3), "not_needed"))
    made.desk = pd.DataFrame([row(s, what=what, on=day) for day, what in views for s in students])
    assert _figure(made.follow(), funnel.DISMISSED, EVERYONE).value == 0
    made.desk = made.desk.iloc[::-1]
    assert _figure(made.follow(), funnel.DISMISSED, EVERYONE).value == 0


def _replace_groups(made: Made, groups: pd.DataFrame) -> None:
    import json

    from earlywarn.files import sha256_file
    from earlywarn.score_run import GROUPS, MANIFEST

    groups.to_parquet(made.run / GROUPS, index=False)
    manifest = json.loads((made.run / MANIFEST).read_text("utf-8"))
    manifest["files"][GROUPS] = sha256_file(made.run / GROUPS)
    (made.run / MANIFEST).write_text(json.dumps(manifest), "utf-8")
