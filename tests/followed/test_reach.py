"""The funnel is a count by hand; a planted leak is found, else none is; no count of the desk is told exactly."""

import numpy as np
import pandas as pd
import pytest

from earlywarn.audit.funnel import BESIDE_ATOM, REACH, REACHED, SUPPORTED
from earlywarn.followed.reach import STAGES, WITHOUT_DESK
from earlywarn.followed.sentences import reach_sentences
from earlywarn.groups import EVERYONE, Cell
from tests.followed.made import Made, chosen, row


def test_the_funnel_is_a_count_by_hand(made: Made) -> None:
    followed = made.follow()
    frame, known = made.by_hand.query("missed"), followed.reach.told.audited.suppression
    stages = {
        "students": np.ones(len(frame), dtype=bool),
        "scored": frame["status"] == "scored",
        "flagged": frame["flagged"],
        "reviewed": frame["flagged"] & (frame["view"].notna() | frame["supported"]),
        "supported": frame["flagged"] & frame["supported"],
    }
    for cell in (EVERYONE, Cell(("race",), ("B",)), Cell(("sex", "lunch"), ("F", "N"))):
        mine = np.all([frame[name] == value for name, value in zip(cell.attributes, cell.values, strict=True)], axis=0)
        for kind, rows in stages.items():
            assert known.numbers[known.place[cell], known.kinds.place[kind]] == (rows & mine).sum()
    exact = {f.cell: f for f in followed.reach.told.exact if f.measure == SUPPORTED and not f.versus}
    expected = stages["supported"].sum() / stages["reviewed"].sum()
    assert exact[EVERYONE].value == pytest.approx(expected)
    reached = next(f for f in followed.reach.told.exact if f.measure == REACHED and f.cell == EVERYONE and not f.versus)
    assert reached.value == pytest.approx(stages["supported"].sum() / len(frame))


def test_a_stage_never_holds_more_than_the_one_before(made: Made) -> None:
    known = made.follow().reach.told.audited.suppression
    kinds = [known.kinds.place[stage.kind] for stage in STAGES]
    assert (np.diff(known.numbers[:, kinds], axis=1) <= 0).all()


def test_no_count_of_the_desk_can_be_told_from_two_more_or_fewer(made: Made) -> None:
    followed = made.follow()
    assert followed.feedback is not None
    for told in (followed.reach.told, followed.feedback.told):
        known = told.audited.suppression
        of_the_audit = {"students", "not_scored", "scored", "flagged", "overlooked"} if known.kinds is REACH else set()
        for cell in known.groups:
            for kind in set(known.kinds.names) - of_the_audit:
                true, count = known.numbers[known.place[cell], known.kinds.place[kind]], known.count(cell, kind)
                assert count.low <= max(true - 2, 0)
                assert true + 2 <= count.high


def test_the_stage_at_which_most_are_lost_is_said_of_everyone(made: Made) -> None:
    followed = made.follow(with_desk=False)
    frame = made.by_hand.query("missed and known")
    said = list(reach_sentences(followed.reach, followed.serving.groups))
    flagged, scored = int(frame["flagged"].sum()), len(frame)
    assert f"Most are lost at 'flagged': {flagged:,} of {scored:,} came as far." in said


def test_a_group_whose_flags_nobody_reviews_is_named_as_the_leak(made: Made) -> None:
    frame = made.by_hand
    lost = frame.loc[(frame["lunch"] == "F") & chosen(len(frame), 5, 0.6), "student_id"]
    made.desk = made.desk[~made.desk["student_id"].isin(lost)]
    leak = made.follow().reach.leak
    assert leak is not None
    assert (leak.stage.kind, leak.figure.cell) == ("reviewed", Cell(("lunch",), ("F",)))
    assert leak.figure.estimate is not None
    assert leak.figure.estimate.interval(0.95)[1] < 0


def test_where_the_reference_is_hardly_ever_lost_the_difference_is_said_to_be_not_judged(made: Made) -> None:
    """Of the reference every flag was reviewed, of the others some: nothing may be called even."""
    frame = made.by_hand.query("flagged")
    kept = frame.loc[(frame["lunch"] == "N") | chosen(len(frame), 7, 0.4), "student_id"]
    made.desk = pd.DataFrame([row(student) for student in kept])
    reach = made.follow().reach
    said = " ".join(reach_sentences(reach, made.follow().serving.groups))
    assert reach.leak is None
    assert any(stage.kind == "reviewed" for stage, _ in reach.left)
    assert "Look at 'reviewed': of Lunch: Free" in said
    assert "of Lunch: Paid too few did, or too few did not" in said


def test_no_leak_is_named_where_groups_differ_by_chance(made: Made) -> None:
    reach = made.follow().reach
    assert reach.leak is None
    assert reach.asked > 10


def test_without_decisions_nothing_is_said_of_reviews_and_supports(made: Made) -> None:
    followed = made.follow(with_desk=False)
    assert followed.reach.stages == WITHOUT_DESK
    assert followed.feedback is None
    measures = {figure.measure for figure in followed.reach.told.audited.figures}
    assert measures == {"reach_scored", "reach_flagged"}


def test_support_without_a_flag_is_no_part_of_the_funnel_and_is_counted(made: Made) -> None:
    before = made.follow().reach.told.audited.suppression
    frame = made.by_hand.query("missed and not flagged")
    days = {"start": "2026-09-14", "end": "2026-10-26"}
    rows = [row(student, kind="support", what="other", **days) for student in frame["student_id"][:50]]
    made.desk = made.with_rows(rows)
    after = made.follow().reach.told.audited.suppression
    place = after.kinds.place
    assert after.numbers[0, place["beside"]] == before.numbers[0, place["beside"]] + 50
    assert after.numbers[0, place["supported"]] == before.numbers[0, place["supported"]]
    assert REACH.counts["beside"] == (BESIDE_ATOM,)
