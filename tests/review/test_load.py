"""The loader: staged and seen by nobody, switched at once, the same again no news."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from unittest.mock import patch

import pytest

from earlywarn.errors import UsageError
from earlywarn.review import load
from earlywarn.review.load import publish
from earlywarn.review.models import Entry, Publication, Review, Role, Since, State, Student
from earlywarn.review.scope import entries_of, shown
from earlywarn.score_run import INPUTS, MANIFEST
from tests.review.made import Made, made_account, made_desk, made_ready, made_run, plain_manifest

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
LATER = Made(seed=8, as_of=date(2026, 11, 28))


def test_every_student_of_the_run_is_there_once_with_names_and_counselor() -> None:
    done = made_desk()
    assert (done.students, done.named, done.fresh) == (60, 60, True)
    assert done.flagged == made_run().manifest.counts.flagged
    assert Student.objects.count() == Entry.objects.count() == 60
    entry = Entry.objects.get(student__student_id="00001")
    assert (entry.first_name, entry.school, entry.counselor) == ("First0", "S1", "C1")


def test_the_same_publication_again_changes_nothing() -> None:
    first, again = made_desk(), made_desk()
    assert (first.publication.pk, again.fresh) == (again.publication.pk, False)
    assert Publication.objects.count() == 1


def test_a_publication_that_was_stopped_is_seen_by_nobody_and_removed_by_the_next() -> None:
    made_desk()
    counselor, before = made_account(Role.COUNSELOR), Publication.objects.get()
    with patch.object(load, "_switch", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        publish(made_ready(LATER))
    assert Publication.objects.filter(state=State.STAGED).count() == 1
    assert shown(TODAY)[0] == [before]
    assert entries_of(counselor, shown(TODAY)[0]).count() == 20
    publish(made_ready(LATER))
    assert Publication.objects.filter(state=State.STAGED).count() == 0
    assert Publication.objects.get(state=State.CURRENT).as_of == LATER.as_of


def test_a_change_is_told_against_the_list_before() -> None:
    made_desk()
    done = publish(made_ready(LATER, inputs_moved={"00001": "Days absent"}))
    entries = {entry.student.student_id: entry for entry in done.publication.entries.select_related("student")}
    before = {e.student.student_id: e for e in Entry.objects.filter(publication__state=State.PAST)}
    for number, entry in entries.items():
        old = before[number]
        if entry.flagged != old.flagged:
            assert entry.since == (Since.NEW if entry.flagged else Since.OFF)
        elif entry.level == old.level or not (entry.level and old.level):
            assert entry.since == Since.SAME
        else:
            assert entry.since in {Since.HIGHER, Since.LOWER}
        assert entry.level_before == old.level
    assert entries["00001"].since_input == "Days absent"
    assert len({entry.since for entry in entries.values()}) >= 3


def test_a_closed_review_opens_again_for_whoever_is_new_or_higher_and_for_nobody_else() -> None:
    made_desk()
    Student.objects.update(review=Review.NOT_NEEDED)
    done = publish(made_ready(LATER))
    again = done.publication.entries.filter(flagged=True, since__in=(Since.NEW, Since.HIGHER))
    opened = set(Student.objects.filter(review=Review.TO_REVIEW).values_list("pk", flat=True))
    assert opened == set(again.values_list("student", flat=True)) != set()


def test_new_names_for_the_same_run_open_no_review_again_and_leave_one_row_a_student() -> None:
    made_desk()
    publish(made_ready(LATER))
    Student.objects.update(review=Review.NOT_NEEDED)
    done = publish(made_ready(LATER, names=["Other name"]))
    assert done.fresh
    assert not Student.objects.filter(review=Review.TO_REVIEW).exists()
    assert Entry.objects.filter(publication__run=done.publication.run).count() == 60
    assert done.publication.entries.get(student__student_id="00001").last_name == "Other name"


def test_an_older_run_does_not_take_the_place_of_a_newer_one() -> None:
    publish(made_ready(LATER))
    with pytest.raises(UsageError, match="2026-11-28"):
        made_desk()
    assert Publication.objects.get(state=State.CURRENT).as_of == LATER.as_of


def test_an_older_run_may_follow_a_newer_one_that_was_withdrawn() -> None:
    publish(made_ready(LATER))
    Publication.objects.update(withdrawn="withdrawn on 1 December 2026 by A: wrong")
    assert made_desk().publication.state == State.CURRENT


def test_a_copy_of_a_run_that_was_withdrawn_does_not_bring_it_back() -> None:
    made_desk()
    Publication.objects.update(withdrawn="withdrawn on 1 December 2026 by A: wrong")
    with pytest.raises(UsageError, match="a copy of a run that was withdrawn on 1 December 2026 by A: wrong"):
        made_desk()


def test_a_newer_run_that_was_withdrawn_on_disk_gives_way_and_is_no_longer_compared_with(tmp_path: Path) -> None:
    newer = publish(made_ready(LATER)).publication
    withdrawn = {"on": "2026-12-01", "by": "A. Clerk", "reason": "wrong roster", "files_before": {}}
    (tmp_path / MANIFEST).write_text(json.dumps(plain_manifest(withdrawn)))
    Publication.objects.update(folder=str(tmp_path))
    done = made_desk()
    newer.refresh_from_db()
    assert done.publication.state == State.CURRENT
    assert "wrong roster" in newer.withdrawn
    assert set(done.publication.entries.values_list("since", flat=True)) == {Since.FIRST}


def test_what_is_shown_already_stays_when_an_older_one_is_published_again() -> None:
    made_desk()
    publish(made_ready(LATER))
    again = made_desk()
    assert not again.fresh
    assert Publication.objects.get(state=State.CURRENT).as_of == LATER.as_of


def test_a_run_without_inputs_is_refused() -> None:
    ready = made_ready()
    manifest = replace(
        ready.run.manifest, files={name: sha for name, sha in ready.run.manifest.files.items() if name != INPUTS}
    )
    with pytest.raises(UsageError, match="--no-inputs"):
        publish(replace(ready, run=replace(ready.run, manifest=manifest)))
    assert not Publication.objects.exists()


def test_names_lose_line_breaks_and_marks_of_direction_and_nothing_else() -> None:
    done = made_desk(names=["O\u202eBrien\n<b>", "x" * 10_000, "=1+1", "NA", "🙂"])
    names = list(done.publication.entries.order_by("student__student_id").values_list("last_name", flat=True)[:5])
    assert names == ["O Brien <b>", "x" * 10_000, "=1+1", "NA", "🙂"]
