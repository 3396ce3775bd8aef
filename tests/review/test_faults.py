"""What goes wrong in earnest: processes killed at work, a locked file, a full disk. What was confirmed is there."""

import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.browser.person import Person, Writers, signed_in
from tests.browser.served import ROOT, Desk, Served, serving, start, until

PUBLISH = """
import sys
from earlywarn.review.start import start
start()
sys.path.insert(0, {folder!r})
from datetime import date
from made import Made, made_desk
made_desk(Made(students={students}, seed=11, as_of=date(2027, 1, 9)))
"""
ANSWER = """
load(settings.RECORD_FOLDER)
keys = {one.pk: str(one.key) for one in Student.objects.all()}
written = [(one.words, keys[one.student_id]) for table in (Decision, Note) for one in table.objects.all()]
answered = RecordLine.objects.filter(what__in=("decide", "note"), status=302)
on_record = [keys[line.student] for line in RecordedStudent.objects.filter(line__in=answered)]
lists = list(Publication.objects.values_list("state", "as_of", "pk"))
answer = {
    "written": written,
    "on_record": on_record,
    "lists": [(state, str(day), Entry.objects.filter(publication=pk).count()) for state, day, pk in lists],
}
"""
IMPORTS = "from django.conf import settings\nfrom earlywarn.review.record.load import load\n"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk that is filled once; each test spoils a copy."""
    desk = Desk(tmp_path_factory.mktemp("filled") / "desk")
    desk.fill(_told(tmp_path_factory.mktemp("told")))
    return desk


@pytest.fixture
def desk(filled: Desk, tmp_path: Path) -> Desk:
    """A desk of one's own."""
    return Desk(Path(shutil.copytree(filled.folder, tmp_path / "desk")))


def _told(folder: Path) -> Path:
    from tests.review.made import AUDIT, made_about

    told = folder / "told.json"
    told.write_text(json.dumps(made_about() | {"audit": {"css": "", "first": "<p>First</p>", "whole": AUDIT}}))
    return told


def people(served: Served) -> list[Person]:
    return [signed_in(served, name) for name in ("counselor", "counselor", "colleague", "colleague")]


def keys(desk: Desk) -> list[list[str]]:
    """Students for four writers, of the caseload of each."""
    own = [[one["key"] for one in desk.students if one["caseload"] == code and one["flagged"]] for code in ("C1", "C2")]
    return [own[0][::2], own[0][1::2], own[1][::2], own[1][1::2]]


def assert_kept(desk: Desk, saved: dict[str, str]) -> None:
    """All that was confirmed stands in the tables, once, and on the record."""
    kept = desk.ask(IMPORTS + ANSWER)
    written = dict(kept["written"])
    assert {words: key for words, key in saved.items() if written.get(words) != key} == {}
    assert len(written) == len(kept["written"])
    assert all(kept["on_record"].count(key) >= list(saved.values()).count(key) for key in set(saved.values()))


def test_a_worker_killed_while_people_write_loses_nothing_that_was_confirmed(desk: Desk) -> None:
    with serving(desk) as served:
        with Writers(people(served), keys(desk)) as writers:
            until(lambda: len(writers.saved) >= 10, "ten are saved")
            first = served.workers[0]
            os.kill(first, signal.SIGKILL)
            until(lambda: first not in served.workers and len(served.workers) == 2, "another worker is there")
            before = len(writers.saved)
            until(lambda: len(writers.saved) >= before + 10, "ten more are saved")
        assert writers.others == []
    assert_kept(desk, writers.saved)


def test_a_desk_killed_while_people_write_has_all_that_it_confirmed_when_it_is_back(desk: Desk) -> None:
    served = start(desk)
    try:
        with Writers(people(served), keys(desk)) as writers:
            until(lambda: len(writers.saved) >= 20, "twenty are saved")
            served.kill()
        assert_kept(desk, writers.saved)
        again = start(desk, served.port)
        try:
            words, key = next(iter(writers.saved.items()))
            pages = [signed_in(again, name).ask(f"/students/{key}/") for name in ("counselor", "colleague")]
            assert [words in page.text for page in pages if page.status == 200] == [True]
        finally:
            again.end()
    finally:
        served.end()


@pytest.fixture
def database() -> Iterator[Any]:
    """A PostgreSQL of one's own, to be killed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pgserver

            server = pgserver.get_server(tempfile.mkdtemp(prefix="earlywarn-pg-"), cleanup_mode="delete")
    except (ImportError, OSError, RuntimeError, subprocess.SubprocessError) as error:
        pytest.skip(f"no PostgreSQL can run here: {type(error).__name__}: {error}")
    yield server
    server.cleanup()


def test_a_database_killed_while_people_write_has_all_that_was_confirmed(database: Any, tmp_path: Path) -> None:
    host = database.get_uri().rpartition("host=")[2]
    desk = Desk(tmp_path / "desk", {"DATABASE_URL": f"postgres://postgres@/postgres?host={host}"})
    desk.fill(_told(tmp_path))
    with serving(desk) as served:
        someone = signed_in(served, "counselor")
        with Writers(people(served), keys(desk)) as writers:
            until(lambda: len(writers.saved) >= 20, "twenty are saved")
            _kill_all(database.get_pid())
            until(lambda: writers.others, "somebody is told that it was not saved")
        assert set(writers.others) <= {500, 503}
        told = someone.ask("/students/")
        assert told.status in (500, 503)
        assert_in_words(told.text)
        # Where nothing reaps the dead, one that was killed is taken for one that runs.
        for left in (database.pgdata / "postmaster.pid", Path(host) / ".s.PGSQL.5432.lock"):
            left.unlink(missing_ok=True)
        database.ensure_postgres_running()
        until(lambda: someone.ask("/students/").status == 200, "the desk is back without being started anew")
        assert "Traceback" not in served.said
    assert_kept(desk, writers.saved)


def _kill_all(postmaster: int) -> None:
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    for number in [str(postmaster), *children]:
        os.kill(int(number), signal.SIGKILL)
    until(lambda: not any(_runs(number) for number in children), "the database is gone")


def _runs(number: str) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def assert_in_words(text: str) -> None:
    """A page for people: no traceback, no name of anything in the code."""
    assert "<h1>" in text
    assert not [word for word in ("Traceback", "Error at", "django", ".py", "sqlite", "psycopg") if word in text]


def test_publishing_that_is_killed_leaves_the_old_list_and_the_next_is_whole(desk: Desk) -> None:
    before = desk.ask(IMPORTS + ANSWER)["lists"]
    with serving(desk) as served:
        someone = signed_in(served, "counselor")
        publishing = subprocess.Popen(_publish(12_000), env=desk.environment, cwd=ROOT)
        try:
            until(lambda: _staged(desk) or publishing.poll() is not None, "a part is staged")
            assert publishing.poll() is None, "it was done before it could be killed"
        finally:
            publishing.kill()
            publishing.wait()
        assert _staged(desk) < 12_000
        assert "14 November 2026" in someone.ask("/students/").text
        desk.run(*_publish(6_000))
        assert "9 January 2027" in someone.ask("/students/").text
    after = desk.ask(IMPORTS + ANSWER)["lists"]
    assert sorted(before) == sorted(
        [state if state != "past" else was, day, count]
        for (state, day, count), was in zip(sorted(after, key=_day)[:2], ("past", "current"), strict=True)
    )
    assert sorted(after, key=_day)[2] == ["current", "2027-01-09", 6_000]


def _day(one: list[Any]) -> str:
    return str(one[1])


def _publish(students: int) -> list[str]:
    return [sys.executable, "-c", PUBLISH.format(folder=str(Path(__file__).parent), students=students)]


def _staged(desk: Desk) -> int:
    question = (
        "select count(*) from review_entry join review_publication p on p.id = publication_id where p.state = 'staged'"
    )
    with closing(sqlite3.connect(f"file:{desk.folder}/desk.sqlite3?mode=ro", uri=True)) as connection:
        return int(connection.execute(question).fetchone()[0])


def test_while_the_file_is_locked_pages_are_read_and_a_change_is_refused_in_words(desk: Desk) -> None:
    key = keys(desk)[0][0]
    with serving(desk) as served:
        someone = signed_in(served, "counselor")
        with closing(sqlite3.connect(desk.folder / "desk.sqlite3", isolation_level=None)) as connection:
            connection.execute("begin immediate")
            with ThreadPoolExecutor(1) as pool:
                sent = pool.submit(someone.note, key, "written while it was locked")
                assert signed_out_reads(served) == 200
                answer = sent.result()
            connection.execute("rollback")
        assert answer.status in (500, 503)
        assert_in_words(answer.text)
        assert someone.note(key, "written afterwards").status == 302
    assert "written while it was locked" not in dict(desk.ask(IMPORTS + ANSWER)["written"])


def signed_out_reads(served: Served) -> int:
    return Person(served).ask("/health").status


@pytest.mark.parametrize("full", ["database", "record"])
def test_a_full_disk_is_told_in_words_and_nothing_is_said_to_be_saved(
    desk: Desk, full: str, request: pytest.FixtureRequest
) -> None:
    fill: dict[str, Callable[[Served], None]] = {"database": _no_file_grows, "record": _no_record}
    key = keys(desk)[0][0]
    with serving(desk) as served:
        someone = signed_in(served, "counselor")
        saved = []
        fill[full](served)
        for turn in range(200):
            answer = someone.note(key, f"turn {turn} " + "w" * 1500)
            if answer.status != 302:
                break
            saved.append(f"turn {turn} " + "w" * 1500)
        assert answer.status in (500, 503)
        assert_in_words(answer.text)
        assert "Traceback" not in served.said
    (desk.folder / "full").unlink(missing_ok=True)
    written = dict(
        desk.ask("answer = {'written': [(one.words, str(one.student.key)) for one in Note.objects.all()]}")["written"]
    )
    assert set(saved) <= set(written)
    assert f"turn {turn} " + "w" * 1500 not in written


def _no_file_grows(served: Served) -> None:
    """As on a full disk no file takes more: the write-ahead log soon meets this bound, the record does not."""
    for worker in served.workers:
        resource.prlimit(worker, resource.RLIMIT_FSIZE, (150_000, 150_000))


def _no_record(served: Served) -> None:
    for path in (served.desk.folder / "record").glob("record-*.jsonl"):
        path.unlink()
        path.symlink_to("/dev/full")


def test_twenty_requests_at_once_are_all_answered(desk: Desk) -> None:
    with serving(desk) as served:
        someone = signed_in(served, "counselor")
        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda _: Person(served, dict(someone.cookies)).ask("/students/"), range(20)))
        assert [answer.status for answer in answers] == [200] * 20
        assert all("students to review" in answer.text for answer in answers)
