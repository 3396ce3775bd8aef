"""The sheet of a meeting and that of a family, as they are printed."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from earlywarn.review.load import Published
from earlywarn.review.models import Account
from earlywarn.review.plans import make
from tests.review.desk_words import of, planned_by, send, student_of

pytestmark = pytest.mark.django_db


def _lines(what: str) -> list[str]:
    text = "".join(path.read_text() for path in sorted(settings.RECORD_FOLDER.glob("*.jsonl")))
    return [line for line in text.splitlines() if f'"what":"{what}"' in line]


def _asked(*keys: object) -> str:
    return "/meeting?" + "&".join(f"s={key}" for key in keys)


def test_a_meeting_sheet_has_each_student_once_in_the_order_asked_for(
    desk: Published, as_counselor: Client, counselor: Account
) -> None:
    first, second = student_of(desk, 1), student_of(desk, 0)
    make(first, counselor, planned_by(counselor, type="Mentor"), uuid4())
    send(as_counselor, of(second, "decide"), view="other", words="Seen in class.")
    page = as_counselor.get(_asked(first.student.key, second.student.key, str(first.student.key).upper()))
    assert [one.row.name for one in page.context["talked"]] == [first.name, second.name]
    for told in ("Mentor", "Reads a page aloud.", "Seen in class.", "High", first.name, second.student.student_id):
        assert told in page.text
    assert f'"students":[{first.student_id},{second.student_id}]' in _lines("meeting")[-1]


def test_one_key_that_is_not_own_and_there_is_no_sheet_at_all(desk: Published, as_counselor: Client) -> None:
    own, other = student_of(desk), student_of(desk, counselor="C2")
    for key in (other.student.key, uuid4(), "1", "", "x" * 500):
        answer = as_counselor.get(_asked(own.student.key, key))
        assert answer.status_code == 404
        assert own.name not in answer.text
        line = _lines("meeting")[-1]
        assert '"denied":true' in line
        assert '"students":[]' in line


def test_a_sheet_holds_fifty_students(desk: Published, as_counselor: Client) -> None:
    answer = as_counselor.get(_asked(*(uuid4() for _each in range(51))))
    assert answer.status_code == 422
    assert "51" in answer.text
    assert as_counselor.get("/meeting").status_code == 200


def test_a_longer_sheet_asks_the_database_no_more(
    desk: Published, as_counselor: Client, django_assert_max_num_queries: Any
) -> None:
    keys = [student_of(desk, place).student.key for place in range(5)]
    as_counselor.get(_asked(keys[0]))
    counts = []
    for asked in (keys[:1], keys):
        with django_assert_max_num_queries(20) as made:
            as_counselor.get(_asked(*asked))
        counts.append(len(made))
    assert counts[0] == counts[1]


def test_a_family_reads_reasons_and_ways_but_no_level_and_no_figure_of_risk(
    desk: Published, as_counselor: Client
) -> None:
    entry = student_of(desk)
    send(as_counselor, of(entry, "note"), words="Only among us.")
    send(as_counselor, of(entry, "decide"), view="other", words="Said among us.")
    page = as_counselor.get(of(entry, "family"))
    told = page.context["family"]
    assert told.reasons
    for words in (*told.reasons, *told.helps, entry.name, "Counselor S1"):
        assert words.split(":")[0] in page.text
    main = page.text[page.text.index('class="sheet"') :]
    assert not re.search(r"\b(High|Moderate|Low|level|priority|61|rank|risk)\b", main)
    assert "among us" not in main
    assert entry.student.student_id not in main


def test_a_family_of_who_was_added_by_hand_is_told_so_and_not_why(desk: Published, as_counselor: Client) -> None:
    entry = student_of(desk, flagged=False)
    assert not as_counselor.get(of(entry, "family")).context["family"].reasons
    send(as_counselor, of(entry, "add"), words="Lost a parent.")
    page = as_counselor.get(of(entry, "family"))
    assert page.context["family"].by_hand
    assert "Lost a parent." not in page.text


def test_a_family_of_who_has_not_enough_data_is_told_that_it_says_nothing(
    desk: Published, as_counselor: Client
) -> None:
    entry = desk.publication.entries.filter(counselor="C1", scored=False).select_related("student")[0]
    page = as_counselor.get(of(entry, "family"))
    assert "Too little is known" in page.text


def test_another_caseloads_family_sheet_is_not_there(desk: Published, as_counselor: Client) -> None:
    other = student_of(desk, counselor="C2")
    assert as_counselor.get(of(other, "family")).status_code == 404
    assert '"denied":true' in _lines("family")[-1]


def test_what_was_done_is_on_record_and_never_the_sentence(
    desk: Published, as_counselor: Client, counselor: Account
) -> None:
    entry, words = student_of(desk), "A sentence of a person"
    send(as_counselor, of(entry, "decide"), view="other", words=words)
    send(as_counselor, of(entry, "note"), words=words)
    plan = make(entry, counselor, planned_by(counselor), uuid4())
    send(as_counselor, of(entry, f"plans/{plan.pk}/end"), words=words)
    done = [_lines(what)[-1] for what in ("decide", "note", "end-plan")]
    assert all(f'"students":[{entry.student_id}]' in line for line in done)
    assert ["view: other" in done[0], "note" in done[1], f"plan {plan.pk}: ended" in done[2]] == [True] * 3
    text = "".join(path.read_text() for path in settings.RECORD_FOLDER.glob("*.jsonl"))
    assert words not in text
    assert entry.name not in text
