"""The desk's file is taken whole or refused with every fault at once, and no value of a student is in a message."""

from datetime import date

import pandas as pd
import pytest

from earlywarn.errors import RosterError, UsageError
from earlywarn.follow import follow
from tests.followed.made import Made, row

SECRET = "Tuesday-secret"
FAULTS = {
    "neither decision nor support": {"kind": SECRET},
    "no decision of the desk": {"what": SECRET},
    "column 'on'; no day": {"on": None},
    "no score run is named": {"run": None},
    "a student who is not in this score run": {"student_id": SECRET},
    "written after 2027-06-30, the last day before the outcome": {"on": date(2027, 7, 1)},
    "written before 2025-07-01, the first day of the list's school year": {"on": date(2025, 6, 30)},
    "a support without its first day": {"kind": "support", "what": "other"},
    "a support that began after 2027-06-30": {"kind": "support", "what": "other", "start": date(2027, 8, 1)},
    "a support that ended before it began": {
        "kind": "support", "what": "other", "start": date(2026, 9, 9), "end": date(2026, 9, 8),
    },
}  # fmt: skip


def _spoilt(made: Made, *rows: dict[str, object]) -> str:
    made.desk = made.with_rows(rows)
    with pytest.raises(RosterError) as refused:
        made.follow()
    return str(refused.value)


@pytest.mark.parametrize("words", FAULTS)
def test_one_bad_row_is_refused_with_its_line(made: Made, words: str) -> None:
    student = made.desk["student_id"][0]
    told = _spoilt(made, row(student) | FAULTS[words])
    assert words.split("; ")[-1] in told
    assert f"line {len(made.desk) + 1}" in told
    assert SECRET not in told
    assert str(student) not in told


def test_all_faults_are_told_at_once(made: Made) -> None:
    student = made.desk["student_id"][0]
    told = _spoilt(made, *(row(student) | spoilt for spoilt in FAULTS.values()), row(student, on="the day before"))
    assert all(words.split("; ")[-1] in told for words in FAULTS)
    assert "column 'on'" in told
    assert "the day before" not in told


def test_a_file_of_another_run_alone_is_refused(made: Made) -> None:
    made.desk["run"] = "another"
    with pytest.raises(RosterError, match="no row is of this score run"):
        made.follow()


def test_decisions_of_another_run_are_counted_and_say_nothing(made: Made) -> None:
    before = made.follow()
    other = made.desk[made.desk["kind"] == "decision"].assign(run="another", what="data", on=date(2028, 1, 1))
    made.desk = pd.concat([made.desk, other, pd.DataFrame([row("nobody", run="another")])])
    after = made.follow()
    assert (before.elsewhere, after.elsewhere) == (0, len(other) + 1)
    assert before.feedback is not None
    assert after.feedback is not None
    one, two = (each.feedback.told.audited.suppression.numbers for each in (before, after))  # type: ignore[union-attr]
    assert (one == two).all()


def test_support_under_another_list_counts_if_it_came_before_the_outcome(made: Made) -> None:
    made.desk = made.desk[made.desk["kind"] == "decision"]
    students = made.by_hand.query("missed and flagged")["student_id"].tolist()
    support = {"kind": "support", "what": "other", "run": "another"}
    early = [row(s, **support, start=date(2026, 10, 1)) for s in students[:40]]
    over = [row(s, **support, start=date(2026, 1, 1), end=date(2026, 3, 1)) for s in students[40:60]]
    late = [row(s, **support, start=date(2027, 9, 1)) for s in students[60:90]]
    made.desk = made.with_rows([*early, *over, *late])
    known = made.follow().reach.told.audited.suppression
    assert known.numbers[0, known.kinds.place["supported"]] == 40


def test_a_file_without_a_column_or_a_row_or_that_is_not_there_is_told(made: Made) -> None:
    run, results, home, desk = made.write()
    made.desk.drop(columns="kind").to_csv(desk, index=False)
    with pytest.raises(RosterError, match="kind"):
        follow(run, results, home, desk)
    made.desk.iloc[:0].to_csv(desk, index=False)
    with pytest.raises(RosterError, match="a header and no rows"):
        follow(run, results, home, desk)
    with pytest.raises(UsageError):
        follow(run, results, home, run / "none.csv")


def test_results_known_when_the_list_was_made_are_no_outcomes(made: Made) -> None:
    earlier = made.results.assign(school_year=2026)
    made.results = pd.concat([made.results, earlier], ignore_index=True)
    assert made.follow().early == len(earlier)
    made.results = earlier
    with pytest.raises(RosterError, match="an outcome comes after 2026-06-30"):
        made.follow()
