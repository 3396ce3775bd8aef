"""The record: nothing that was acknowledged is lost, nothing is loaded twice, nothing can be altered."""

import multiprocessing
import os
import resource
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import Error, NotSupportedError, OperationalError, connection, transaction
from django.test import Client

from earlywarn.review.asked import WHAT
from earlywarn.review.load import Published
from earlywarn.review.models import Account, Publication, RecordedStudent, RecordFile, RecordLine, Role, Student
from earlywarn.review.record import load as loading
from earlywarn.review.record.file import Line, read, write
from earlywarn.review.record.keeper import Keeper, _alone, post_worker_init, worker_exit
from earlywarn.review.record.load import load
from tests.review.made import PASSWORD, made_account

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 14, 9, 30, tzinfo=UTC)


def line(words: str = "", students: tuple[int, ...] = (), **more: Any) -> Line:
    return Line(AT, uuid4(), 1, "counselor", "students", "GET", 200, students=students, words=words, **more)


def file_of(folder: Path) -> Path:
    return folder / "record-2026-11.jsonl"


@pytest.fixture
def folder(settings: Any) -> Path:
    return Path(settings.RECORD_FOLDER)


# ── the file ────────────────────────────────────────────────────────────────────────────────────────
_WRITER = """
import sys
from datetime import datetime, timezone
from itertools import count
from pathlib import Path
from uuid import uuid4
from earlywarn.review.record.file import Line, write
at = datetime(2026, 11, 14, 9, 30, tzinfo=timezone.utc)
for number in count():
    words = f"{sys.argv[2]}-{number}"
    write(Path(sys.argv[1]), Line(at, uuid4(), 1, "counselor", "students", "GET", 200, words=words))
    print(words, flush=True)
"""


def _writer(folder: Path, name: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _WRITER, str(folder), name]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_every_line_that_two_killed_processes_acknowledged_is_there(folder: Path) -> None:
    writers = [_writer(folder, "a"), _writer(folder, "b")]
    said = set()
    for writer in writers:
        assert writer.stdout is not None
        said |= {next(writer.stdout).strip() for _ in range(40)}
    for writer in writers:
        os.kill(writer.pid, signal.SIGKILL)
        said |= set(writer.communicate()[0].split())
    count = load(folder)
    assert said <= set(RecordLine.objects.values_list("words", flat=True))
    assert count == RecordLine.objects.count() >= 80
    assert RecordFile.objects.get().damaged == 0


def test_the_file_is_for_its_owner_alone(folder: Path) -> None:
    write(folder, line())
    assert file_of(folder).stat().st_mode & 0o777 == 0o600


def test_a_line_after_one_that_was_cut_short_by_a_full_disk_is_whole(folder: Path) -> None:
    write(folder, line("first"))
    room = file_of(folder).stat().st_size + 20
    process = multiprocessing.get_context("fork").Process(target=_write_in_little_room, args=(folder, room))
    process.start()
    process.join()
    assert process.exitcode == 0
    assert file_of(folder).stat().st_size == room
    write(folder, line("after"))
    load(folder)
    assert list(RecordLine.objects.order_by("pk").values_list("words", flat=True)) == ["first", "after"]
    assert RecordFile.objects.get().damaged == 1


def _write_in_little_room(folder: Path, room: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    try:
        write(folder, line("cut short"))
    except OSError:
        os._exit(0)
    os._exit(1)


def test_a_line_reads_back_as_it_was_written() -> None:
    written = line("Zoë\n\u2028 \x00", students=(3, 1))
    assert read(written.to_bytes()) == written
    assert written.to_bytes().count(b"\n") == 2


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b'{"at": 3}', b"\xff\xfe", line().to_bytes()[:-9]])
def test_what_is_no_line_is_none(content: bytes) -> None:
    assert read(content) is None


# ── what cannot be recorded ─────────────────────────────────────────────────────────────────────────
def test_what_cannot_be_recorded_is_not_shown(
    desk: Published, as_counselor: Client, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("earlywarn.review.record.middleware.write", _full)
    answer = as_counselor.get("/students/")
    assert answer.status_code == 503
    assert b"Last" not in answer.content


def test_what_cannot_be_recorded_is_not_done(
    counselor: Account, as_counselor: Client, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("earlywarn.review.record.middleware.write", _full)
    _refused_and_unchanged(counselor, as_counselor)


def test_a_change_whose_answer_cannot_be_recorded_is_taken_back(
    counselor: Account, as_counselor: Client, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Line] = []

    def full_after_one(folder: Path, one: Line) -> None:
        if written:
            _full(folder, one)
        written.append(one)

    monkeypatch.setattr("earlywarn.review.record.middleware.write", full_after_one)
    _refused_and_unchanged(counselor, as_counselor)
    assert [(one.what, one.status) for one in written] == [("password", None)]


class _Slow(BytesIO):
    """A body that notes how deep in transactions it is read."""

    def read(self, *most: Any) -> bytes:
        """Give a part of it."""
        self.depths = [*getattr(self, "depths", []), len(connection.savepoint_ids)]
        return super().read(*most)


def test_what_is_sent_has_arrived_before_a_transaction_begins(client: Client) -> None:
    body, outside = _Slow(b"username=nobody&password=nothing"), len(connection.savepoint_ids)
    sent = {"wsgi.input": body, "CONTENT_LENGTH": "32"}
    assert (
        client.generic("POST", "/sign-in", content_type="application/x-www-form-urlencoded", **sent).status_code == 200
    )
    assert set(body.depths) == {outside}


def test_a_file_that_nobody_asked_for_is_refused_unread(client: Client) -> None:
    body = _Slow(b"")
    sent = {"wsgi.input": body, "CONTENT_LENGTH": "50000000"}
    answer = client.generic("POST", "/sign-in", content_type="multipart/form-data; boundary=b", **sent)
    assert answer.status_code == 400
    assert not hasattr(body, "depths")


def test_a_sign_in_that_cannot_be_recorded_lets_nobody_in(
    counselor: Account, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("earlywarn.review.record.middleware.write", _full)
        assert client.post("/sign-in", {"username": "counselor", "password": PASSWORD}).status_code == 503
    assert client.get("/students/").status_code == 302


def test_a_password_is_tried_while_others_may_write(
    counselor: Account, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    depths, outside = [], len(connection.savepoint_ids)

    def noted(self: Account, password: str) -> bool:
        depths.append(len(connection.savepoint_ids))
        return True

    monkeypatch.setattr(Account, "check_password", noted)
    assert client.post("/sign-in", {"username": "counselor", "password": PASSWORD}).status_code == 302
    assert depths == [outside]


def _full(folder: Path, one: Line) -> None:
    raise OSError(28, "No space left on device")


def _refused_and_unchanged(account: Account, client: Client) -> None:
    new = "another word, long enough"
    given = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post("/password", given).status_code == 503
    account.refresh_from_db()
    assert account.check_password(PASSWORD)


# ── the loader ──────────────────────────────────────────────────────────────────────────────────────
def test_loading_twice_loads_nothing_twice(folder: Path) -> None:
    for number in range(5):
        write(folder, line(str(number), students=(number, number, 7)))
    assert (load(folder), load(folder)) == (5, 0)
    assert RecordLine.objects.count() == 5
    assert RecordedStudent.objects.filter(student=7).count() == 5
    write(folder, line("later"))
    assert load(folder) == 1


def test_a_line_that_is_being_written_waits_for_its_end(folder: Path) -> None:
    whole = line("whole").to_bytes()
    file_of(folder).write_bytes(whole[:-5])
    assert load(folder) == 0
    file_of(folder).write_bytes(whole)
    assert load(folder) == 1


def test_what_a_browser_made_up_does_not_stop_the_loading(folder: Path) -> None:
    write(folder, replace(line("a\0b\ud800c"), method="PROPPATCHPROPPATCH", username="u" * 200, what="w" * 90))
    write(folder, line("after it"))
    assert load(folder) == 2
    odd, after = RecordLine.objects.order_by("pk")
    assert (odd.words, odd.method, len(odd.username), len(odd.what)) == ("ab?c", "PROPPATCHP", 150, 60)
    assert after.words == "after it"


def test_an_address_with_a_letter_that_no_text_has_leaves_the_record_readable(
    desk: Published, as_counselor: Client
) -> None:
    assert as_counselor.get("/students/%00").status_code == 404
    admin = Client()
    admin.force_login(made_account(Role.ADMIN))
    assert [row["what"] for row in admin.get("/record/").context["rows"]] == ["No such page"]


def test_a_line_longer_than_a_group_is_loaded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "GROUP", 100)
    for _ in range(3):
        write(folder, line(students=tuple(range(500))))
    assert load(folder) == 3
    assert RecordedStudent.objects.count() == 1500


def test_a_loader_killed_within_a_group_has_loaded_nothing_of_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        write(folder, line(str(number), students=(number,)))

    def killed(*_given: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(loading, "_students", killed)
        with pytest.raises(KeyboardInterrupt):
            load(folder)
    assert RecordLine.objects.count() == 0
    assert load(folder) == 4
    assert RecordLine.objects.count() == RecordedStudent.objects.count() == 4


_LOADER = """
from earlywarn.review.start import start
folder = start().record_folder
from earlywarn.review.models import RecordLine
from earlywarn.review.record.load import load
print("ready", flush=True)
input()
print(load(folder), RecordLine.objects.count())
"""


def test_two_processes_that_load_at_once_load_nothing_twice(tmp_path: Path) -> None:
    """On a desk of their own: on SQLite its file, on PostgreSQL the server's first database."""
    assert _loaded(tmp_path / "desk", processes=1) == [(0, 0)]
    with (tmp_path / "desk" / "record" / "record-2026-11.jsonl").open("wb") as file:
        file.writelines(line(str(number), students=(number,)).to_bytes() for number in range(3000))
    told = _loaded(tmp_path / "desk", processes=2)
    assert sum(loaded for loaded, _all in told) == 3000
    assert _loaded(tmp_path / "desk", processes=1) == [(0, 3000)]


def _loaded(desk: Path, processes: int) -> list[tuple[int, int]]:
    """Start so many loaders, let them go at once, and give what each loaded and how many lines it saw then."""
    where = os.environ | {"EARLYWARN_DESK": str(desk)}
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    loaders = [subprocess.Popen([sys.executable, "-c", _LOADER], env=where, **pipes) for _ in range(processes)]
    for loader in loaders:
        assert loader.stdout is not None
        assert loader.stdout.readline() == "ready\n"
    for loader in loaders:
        assert loader.stdin is not None
        loader.stdin.write("\n")
        loader.stdin.flush()
    told = [loader.communicate()[0].split() for loader in loaders]
    return [(int(loaded), int(every)) for loaded, every in told]


# ── append-only ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("table", ["review_recordline", "review_recordedstudent"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id + 1", "DELETE FROM {}"])
def test_the_database_refuses_to_alter_or_delete_a_line(folder: Path, table: str, statement: str) -> None:
    write(folder, line(students=(1,)))
    load(folder)
    with pytest.raises(Error, match="only ever added to"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
    assert RecordLine.objects.count() == RecordedStudent.objects.count() == 1


def test_the_models_refuse_to_alter_or_delete_a_line(folder: Path) -> None:
    write(folder, line(students=(1,)))
    load(folder)
    for row in (RecordLine.objects.get(), RecordedStudent.objects.get()):
        ways = (row.save, row.delete, type(row).objects.all().delete, lambda row=row: type(row).objects.update(pk=9))
        for way in ways:
            with pytest.raises(NotSupportedError, match="only ever added to"):
                way()


# ── the loader beside a worker ──────────────────────────────────────────────────────────────────────
def test_a_turn_loads_what_is_new(folder: Path) -> None:
    write(folder, line())
    keeper = Keeper(folder, lambda: True)
    assert (keeper.turn(), keeper.turn()) == (1, 0)


def test_one_process_loads_at_a_time(folder: Path) -> None:
    write(folder, line())
    with _alone(folder) as alone:
        assert alone
        assert Keeper(folder, lambda: True).turn() is None
    assert RecordLine.objects.count() == 0


@pytest.mark.parametrize("fault", [OperationalError("gone"), OSError(5, "disk")])
def test_a_fault_ends_a_turn_and_not_the_thread(folder: Path, fault: Exception) -> None:
    turns: list[int] = []

    def loads(_folder: Path) -> int:
        turns.append(len(turns))
        if len(turns) == 1:
            raise fault
        return 0

    keeper = Keeper(folder, lambda: len(turns) == 3, loads)
    keeper.thread.start()
    keeper.thread.join(30)
    assert not keeper.thread.is_alive()
    assert turns == [0, 1, 2]


def test_the_thread_ends_with_its_worker() -> None:
    class Worker:
        record_keeper: Keeper

    worker = Worker()
    post_worker_init(worker)
    assert worker.record_keeper.thread.daemon
    worker_exit(None, worker)
    assert not worker.record_keeper.thread.is_alive()


# ── the page ────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def as_admin(client: Client, db: None) -> Client:
    client.force_login(made_account(Role.ADMIN))
    return client


def test_the_page_says_who_saw_whom(desk: Published, as_counselor: Client) -> None:
    student = Student.objects.get(student_id="00001")
    as_counselor.get(f"/students/{student.key}/")
    admin = Client()
    admin.force_login(made_account(Role.ADMIN))
    for said in ("00001", str(student.key)):
        row = admin.get("/record/", {"student": said}).context["rows"][-1]
        assert (row["username"], row["what"], row["students"]) == ("counselor", WHAT["student"], 1)
    newest = admin.get("/record/", {"student": "00001"}).context["rows"][0]
    assert newest["username"] == "admin"
    page = admin.get("/record/", {"user": "counselor"})
    assert {row["username"] for row in page.context["rows"]} == {"counselor"}
    assert b"First0" not in page.content


def test_a_refused_attempt_stands_among_the_refused(desk: Published, as_counselor: Client) -> None:
    other = Student.objects.get(student_id="00002")
    assert as_counselor.get(f"/students/{other.key}/").status_code == 404
    assert as_counselor.get("/record/").status_code == 403
    admin = Client()
    admin.force_login(made_account(Role.ADMIN))
    rows = admin.get("/record/?denied=on").context["rows"]
    assert [row["outcome"] for row in rows] == ["refused", "refused"]
    assert f"student {other.key}" in rows[1]["words"]


def test_the_page_is_by_day_fifty_a_page_and_newest_first(as_admin: Client, folder: Path) -> None:
    for number in range(60):
        write(folder, line(str(number)))
    page = as_admin.get("/record/?day=2026-11-14")
    assert [row["words"] for row in page.context["rows"]] == [str(59 - number) for number in range(50)]
    assert [row["words"] for row in as_admin.get("/record/?day=2026-11-14&page=2").context["rows"]][-1] == "0"
    for other in ("2026-11-13", "0001-01-01", "9999-12-31"):
        assert not as_admin.get(f"/record/?day={other}").context["rows"]


@pytest.mark.parametrize("query", ["student=nobody", "user=nobody", "day=soon", "student=%00", "user=%00", "day=0-0-0"])
def test_what_cannot_be_asked_is_said(as_admin: Client, query: str) -> None:
    answer = as_admin.get(f"/record/?{query}")
    assert answer.status_code == 422
    assert b"There is a problem" in answer.content


def test_damaged_lines_are_counted_on_the_page(as_admin: Client, folder: Path) -> None:
    write(folder, line())
    with file_of(folder).open("ab") as file:
        file.write(b'{"at": "2026\nnonsense\n')
    assert b"2 lines of the record" in as_admin.get("/record/").content


def test_the_page_costs_the_same_queries_for_few_and_many_lines(
    as_admin: Client, folder: Path, django_assert_max_num_queries: Any
) -> None:
    for number in range(50):
        write(folder, line(students=(number, number + 1)))
    as_admin.get("/record/")
    with django_assert_max_num_queries(24):  # a third of them load what the page before it left
        as_admin.get("/record/")


def test_the_record_is_exported_as_it_is_asked_for(as_admin: Client, folder: Path) -> None:
    for number in range(3):
        write(folder, line(str(number)))
    lines = as_admin.get("/export/record.csv?day=2026-11-14").content.decode("utf-8-sig").splitlines()
    assert [one.split(",")[-3] for one in lines[2:]] == ["2", "1", "0"]
    assert as_admin.get("/export/record.csv?day=never").status_code == 404


def test_a_withdrawn_list_leaves_the_record_as_it_was(desk: Published, as_admin: Client, folder: Path) -> None:
    write(folder, line(students=(Student.objects.get(student_id="00001").pk,)))
    Publication.objects.update(withdrawn="withdrawn")
    assert as_admin.get("/record/", {"student": "00001"}).context["rows"]
