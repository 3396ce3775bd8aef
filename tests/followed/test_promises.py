"""A promise is broken by more who missed; fewer break it only where nobody had support."""

import numpy as np
import pytest

from earlywarn.followed.promises import FEWER, Among, Promise
from earlywarn.groups import EVERYONE, Cell
from tests.followed.made import Made, chosen, row


def _told(promises: tuple[Promise, ...], among: Among, cell: Cell = EVERYONE) -> dict[str, Promise]:
    return {p.level.name: p for p in promises if p.among is among and p.cell == cell}


def _supported_more(made: Made) -> None:
    """Half of all students have support, and of these nobody misses."""
    frame = made.by_hand
    helped = frame.loc[chosen(len(frame), 1, 0.5), "student_id"]
    days = {"start": "2026-09-14", "end": "2026-10-26"}
    rows = [row(student, kind="support", what="other", **days) for student in helped]
    made.desk = made.desk[made.desk["kind"] == "decision"]
    made.desk = made.with_rows(rows)
    made.results.loc[made.results["student_id"].isin(helped), "read"] = 510.0


def test_what_came_is_a_share_by_hand(made: Made) -> None:
    frame = made.by_hand.query("known and not supported")
    told = _told(made.follow().promises, Among.UNSUPPORTED)
    for name, promise in told.items():
        rows = frame[frame["level"] == name]
        assert promise.came is not None
        assert promise.came.value == pytest.approx(rows["missed"].mean(), abs=0.03)
        assert promise.students == pytest.approx(len(rows), abs=10)


def test_support_that_works_breaks_no_promise(made: Made) -> None:
    _supported_more(made)
    promises = made.follow().promises
    everyone, without = _told(promises, Among.ALL), _told(promises, Among.UNSUPPORTED)
    assert everyone["High"].held is None
    assert everyone["High"].reason == FEWER
    assert without["High"].held is True


def test_without_decisions_fewer_who_missed_is_no_broken_promise(made: Made) -> None:
    made.results["read"] = np.where(chosen(len(made.results), 2, 0.05), 490.0, 510.0)
    promises = made.follow(with_desk=False).promises
    assert {promise.among for promise in promises} == {Among.ALL}
    assert _told(promises, Among.ALL)["High"].held is None


def test_more_who_missed_breaks_a_promise_of_a_group_and_it_is_named(made: Made) -> None:
    boys = set(made.by_hand.query("sex == 'M' and level == 'Low'")["student_id"])
    mine = made.results["student_id"].isin(boys) & chosen(len(made.results), 3, 0.5)
    made.results.loc[mine, "read"] = 490.0
    promises = made.follow(with_desk=False).promises
    assert _told(promises, Among.ALL, Cell(("sex",), ("M",)))["Low"].held is False
    assert _told(promises, Among.ALL, Cell(("sex",), ("F",)))["Low"].held is True


def test_beside_the_desk_no_promise_is_told_as_it_is(made: Made) -> None:
    promises = made.follow().promises
    assert all(promise.students % 5 == 0 for promise in promises)
    assert all(promise.came is None or promise.came.digits == 2 for promise in promises)
