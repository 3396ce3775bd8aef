"""What the desk hands on: decisions and supports in rows, without a word that a person wrote."""

import csv
from pathlib import Path
from uuid import uuid4

import pyarrow.parquet as pq
import pytest
from django.test import Client
from django.utils import timezone

from earlywarn.errors import UsageError
from earlywarn.review.handed_over import COLUMNS, decision_rows, write_decisions
from earlywarn.review.load import Published
from earlywarn.review.models import Account, Plan
from earlywarn.review.plans import make
from tests.review.desk_words import DAY, of, planned_by, send, student_of

pytestmark = pytest.mark.django_db
WORDS = "Words of a person"


@pytest.fixture
def rows(desk: Published, as_counselor: Client, counselor: Account) -> list[dict[str, object]]:
    entry = student_of(desk)
    send(as_counselor, of(entry, "decide"), view="agree", words=WORDS)
    make(entry, counselor, planned_by(counselor, type="Tutoring in reading", goal=WORDS), uuid4())
    plan = make(entry, counselor, planned_by(counselor, type=f"Call {WORDS}", goal=WORDS), uuid4())
    Plan.objects.filter(pk=plan.pk).update(ended_on=timezone.localdate() + DAY)
    return list(decision_rows())


def test_each_decision_and_support_is_a_row(desk: Published, rows: list[dict[str, object]]) -> None:
    today, entry = timezone.localdate(), student_of(desk)
    both = {"student_id": entry.student.student_id, "run": desk.publication.run, "on": today, "by_role": "counselor"}
    support = both | {"kind": "support", "tier": "2", "start": today}
    assert rows == [
        both | {"kind": "decision", "what": "agree", "tier": None, "start": None, "end": None},
        support | {"what": "Tutoring in reading", "end": today + 42 * DAY},
        support | {"what": "other", "end": today + DAY},
    ]
    assert all(tuple(row) == COLUMNS for row in rows)


def test_no_word_and_no_name_of_a_person_is_handed_on(rows: list[dict[str, object]], counselor: Account) -> None:
    told = " ".join(str(value) for row in rows for value in row.values())
    assert WORDS not in told
    assert "First" not in told


def test_rows_are_read_in_two_questions_however_many_there_are(
    rows: list[dict[str, object]], django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert len(list(decision_rows())) == len(rows)


def test_a_file_is_the_owners_alone_and_keeps_zeros_in_front(rows: list[dict[str, object]], tmp_path: Path) -> None:
    for name in ("out.csv", "out.parquet"):
        assert write_decisions(tmp_path / name) == len(rows) == 3
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == rows
    with (tmp_path / "out.csv").open(newline="") as file:
        read = list(csv.DictReader(file))
    expected = [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]
    assert read == expected
    assert str(rows[0]["student_id"]).startswith("0")


def test_an_empty_desk_hands_on_a_header(db: None, tmp_path: Path) -> None:
    assert write_decisions(tmp_path / "out.csv") == 0
    assert (tmp_path / "out.csv").read_text().replace('"', "").strip() == ",".join(COLUMNS)


def test_another_form_of_file_is_refused(db: None, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"ends in '\.xlsx'"):
        write_decisions(tmp_path / "out.xlsx")
    assert list(tmp_path.glob("out*")) == []
