"""A list found wrong: marked wherever it is shown, and at every moment either withdrawn or not."""

import csv
import json
import os
import shutil
import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from earlywarn import files
from earlywarn import withdraw as use_case
from earlywarn.assess import Order as AuditOrder
from earlywarn.assess import audit_run
from earlywarn.changes.compare import CHANGES
from earlywarn.check import earlier_profile
from earlywarn.cli.main import app
from earlywarn.cli.terminal import guarded
from earlywarn.errors import MachineError, ScorecardError, UsageError, WithdrawnError
from earlywarn.files import locked, sha256_file
from earlywarn.follow import follow
from earlywarn.score import Order as ScoreOrder
from earlywarn.score import score
from earlywarn.score_run import FLAGS, MANIFEST, SCORES, SUMMARY, StoredRun, open_run, whole_run
from earlywarn.withdraw import Order, Withdrawn, withdraw
from earlywarn.withdrawal import PREFIX
from tests.conftest import AS_OF, TODAY, District

MAY, JULY = date(2023, 5, 1), date(2023, 7, 2)
REASON = "absences <b>of one term</b> were missing"
MARKED_FLAGS, MARKED_CHANGES = PREFIX + FLAGS, PREFIX + CHANGES


def scored(district: District, out: Path, as_of: date = AS_OF, roster: Path | None = None) -> StoredRun:
    """Score; gives the run."""
    return score(ScoreOrder(roster or district.roster, out, district.home, as_of, TODAY), lambda step: None)[0]


def withdrawn(folder: Path, reason: str = REASON, by: str = "R. Example", today: date = JULY) -> Withdrawn:
    """Withdraw a run."""
    return withdraw(Order(folder, by, reason, today))


@pytest.fixture(scope="module")
def runs(district: District, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run of May and one of June that was held against it; read only."""
    out = tmp_path_factory.mktemp("runs") / "scores"
    fewer = out.parent / "fewer.csv"
    pd.read_csv(district.roster, dtype=str, keep_default_na=False).iloc[:400].to_csv(fewer, index=False)
    scored(district, out, MAY, fewer)
    scored(district, out)
    return out


@pytest.fixture
def june(runs: Path, tmp_path: Path) -> Path:
    """A copy of the run of June, with changes, that a test may withdraw."""
    out = Path(shutil.copytree(runs, tmp_path / "scores"))
    (folder,) = out.glob("2023-06-30-*")
    return folder


def everything(folder: Path) -> dict[str, bytes]:
    """Give the bytes of every file."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_every_file_that_shows_the_list_says_so(june: Path) -> None:
    before = everything(june)
    withdrawn(june)
    now = everything(june)
    assert now.keys() == before.keys() - {FLAGS, CHANGES} | {MARKED_FLAGS, MARKED_CHANGES}
    page = now[SUMMARY].decode()
    assert "<title>WITHDRAWN: " in page
    assert page.index("This list was withdrawn.") < page.index("<header")
    assert "On 2 July 2023, by R. Example. The reason: absences &lt;b&gt;of one term&lt;/b&gt; were missing" in page
    told = f"WITHDRAWN, do not use: withdrawn on 2 July 2023 by R. Example: {REASON}"
    for old, new in ((FLAGS, MARKED_FLAGS), (CHANGES, MARKED_CHANGES)):
        rows, marked = (
            list(csv.reader(text[name].decode().splitlines())) for text, name in ((before, old), (now, new))
        )
        assert marked[0] == ["withdrawn", *rows[0]]
        assert marked[1:] == [[told, *row] for row in rows[1:]]
        assert len(rows) > 2
    for name in before.keys() - {FLAGS, CHANGES, SUMMARY, MANIFEST}:
        assert now[name] == before[name]


def test_the_manifest_holds_day_name_reason_and_the_hashes_of_then_and_now(june: Path) -> None:
    then = open_run(june).manifest
    withdrawn(june)
    run = whole_run(june)
    assert run.withdrawal is not None
    assert (run.withdrawal.on, run.withdrawal.by, run.withdrawal.reason) == (JULY, "R. Example", REASON)
    assert run.withdrawal.files_before == {name: then.files[name] for name in (FLAGS, CHANGES, SUMMARY)}
    assert {name: sha256_file(june / name) for name in run.manifest.files} == run.manifest.files
    assert run.manifest.counts == then.counts
    assert stat.S_IMODE((june / MANIFEST).stat().st_mode) == 0o600
    assert stat.S_IMODE((june / MARKED_FLAGS).stat().st_mode) == stat.S_IMODE((june / SCORES).stat().st_mode)


class Killed(BaseException):
    """What stops a process between two steps; nothing of it runs on."""


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Count the steps that touch the disk; from the given one on the process is dead. ``[-1]`` never dies."""
    left = [-1]

    def counted(step: "object") -> "object":
        def done(*words: object, **options: object) -> object:
            if left[0] == 0:
                raise Killed
            left[0] -= left[0] > 0
            return step(*words, **options)

        return done

    for owner, name in ((os, "replace"), (os, "fsync"), (os, "chmod"), (Path, "unlink"), (use_case, "sha256_file")):
        monkeypatch.setattr(owner, name, counted(getattr(owner, name)))
    monkeypatch.setattr(use_case.tempfile, "mkstemp", counted(use_case.tempfile.mkstemp))
    yield left
    left[0] = -1


def test_killed_between_any_two_steps_it_is_withdrawn_or_not_and_the_same_command_completes_it(
    june: Path, tmp_path: Path, steps: list[int]
) -> None:
    clean = Path(shutil.copytree(june, tmp_path / "clean" / june.name))
    withdrawn(clean)
    told, place = set(), 0
    while True:
        folder = Path(shutil.copytree(june, tmp_path / f"killed-{place}" / june.name))
        steps[0] = place
        try:
            withdrawn(folder)
        except Killed:
            steps[0] = -1
        else:
            break
        state = whole_run(folder).withdrawal
        told.add(state is not None)
        assert state is None or state.reason == REASON
        done = withdrawn(folder, REASON if state is None else "another reason")
        assert done.fresh == (state is None)
        assert everything(folder) == everything(clean), place
        place += 1
    assert told == {True, False}
    assert place > 15


def test_a_half_marked_run_is_refused_like_any_withdrawn_one(
    district: District, june: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_: object) -> None:
        raise Killed

    monkeypatch.setattr(use_case._Made, "put_in_place", stop)
    with pytest.raises(Killed):
        withdrawn(june)
    assert (june / FLAGS).exists()
    with pytest.raises(WithdrawnError):
        scored(district, june.parent)


def test_another_version_that_marks_in_other_words_completes_what_was_stopped(
    june: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(use_case._Made, "put_in_place", stop)
        with pytest.raises(Killed):
            withdrawn(june)
    other = (SUMMARY, lambda source, target, withdrawal: target.write_bytes(b"withdrawn"))
    monkeypatch.setitem(use_case.MARKS, SUMMARY, other)
    withdrawn(june)
    assert (june / SUMMARY).read_bytes() == b"withdrawn"
    assert whole_run(june).withdrawal is not None


def test_withdrawn_twice_the_first_reason_stands(june: Path) -> None:
    withdrawn(june)
    once = everything(june)
    again = withdrawn(june, "something else", "Another", date(2023, 8, 1))
    assert not again.fresh
    assert (again.withdrawal.reason, again.withdrawal.by) == (REASON, "R. Example")
    assert everything(june) == once


def test_the_same_roster_is_not_scored_again_and_the_way_out_is_told(district: District, june: Path) -> None:
    withdrawn(june)
    with pytest.raises(
        WithdrawnError, match=r"withdrawn on 2 July 2023 by R. Example: absences.*mend the roster"
    ) as told:
        scored(district, june.parent)
    assert told.value.exit_code == 1


def test_the_next_list_is_not_held_against_it_and_says_so(district: District, june: Path) -> None:
    (may,) = june.parent.glob("2023-05-01-*")
    assert withdrawn(may).held_against_it == (june.name,)
    shutil.rmtree(june)
    run = scored(district, june.parent)
    assert "run" not in run.manifest.changes
    assert run.manifest.changes["passed_over"] == [
        {"run": may.name, "why": "it was withdrawn on 2 July 2023 by R. Example"}
    ]
    assert not (run.folder / CHANGES).exists()
    assert f"{may.name} was passed over: it was withdrawn" in (run.folder / SUMMARY).read_text()


def test_an_audit_and_a_follow_up_still_work_and_say_it_first(
    district: District, june: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from earlywarn.cli.show_follow import follow_record, show_follow

    withdrawn(june)
    done = audit_run(june, district.home, AuditOrder(tmp_path / "audits", TODAY), lambda step: None)
    page = (done.folder / "audit.html").read_text()
    assert "WITHDRAWN" in page[: page.index("<h2")]
    assert "This list was withdrawn on 2 July 2023 by R. Example: absences &lt;b&gt;" in page
    assert "withdrawn on 2 July 2023" in (done.folder / "audit.json").read_text()
    followed = follow(june, district.outcomes, district.home)
    show_follow(followed)
    assert capsys.readouterr().out.startswith("This list was withdrawn on 2 July 2023")
    assert follow_record(followed)["withdrawn"]["reason"] == REASON


def test_a_check_looks_past_it_and_refuses_it_by_name(june: Path) -> None:
    (may,) = june.parent.glob("2023-05-01-*")
    withdrawn(june)
    found = earlier_profile(june.parent, "made-up")
    assert found is not None
    assert found[0] == may.name
    with pytest.raises(WithdrawnError, match="give --against another"):
        earlier_profile(june, "made-up")


@pytest.mark.parametrize(
    ("reason", "by"), [("", "A"), (" \n\u202e", "A"), ("x" * 501, "A"), ("x", " "), ("x", "y" * 101)]
)
def test_a_blank_or_endless_reason_or_name_is_refused_and_nothing_is_touched(june: Path, reason: str, by: str) -> None:
    before = everything(june)
    with pytest.raises(UsageError, match=r"--reason|--by"):
        withdrawn(june, reason, by)
    assert everything(june) == before


def test_a_reason_is_kept_to_one_printable_line(june: Path) -> None:
    told = withdrawn(june, "=wrong\r\n\x1b[31mfile\u202e\ttwice").withdrawal.reason
    assert told == "=wrong [31mfile twice"
    first = (june / MARKED_FLAGS).read_text().splitlines()[1]
    assert first.startswith('"WITHDRAWN')


@pytest.mark.parametrize("spoilt", [FLAGS, SCORES, MANIFEST])
def test_a_damaged_run_is_refused(june: Path, spoilt: str) -> None:
    (june / spoilt).write_bytes(b"{}")
    with pytest.raises(ScorecardError):
        withdrawn(june)


def test_a_marked_file_that_is_altered_is_found(june: Path) -> None:
    withdrawn(june)
    with (june / MARKED_FLAGS).open("a") as file:
        file.write("x")
    with pytest.raises(ScorecardError, match=f"{MARKED_FLAGS} gone or altered"):
        whole_run(june)


def test_a_manifest_whose_withdrawal_cannot_be_read_is_damaged(june: Path) -> None:
    raw = json.loads((june / MANIFEST).read_bytes())
    (june / MANIFEST).write_text(json.dumps(raw | {"withdrawn": {"on": "soon"}}))
    with pytest.raises(ScorecardError, match="not a manifest"):
        open_run(june)


def test_nothing_is_withdrawn_while_another_command_writes_there(june: Path) -> None:
    before = everything(june)
    with locked(june.parent), pytest.raises(MachineError, match="another earlywarn command"):
        withdrawn(june)
    assert everything(june) == before


def test_a_full_disk_is_told_and_leaves_the_run_as_it_was(june: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = everything(june)
    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(MachineError, match="free some space"):
        withdrawn(june)
    monkeypatch.undo()
    assert whole_run(june).withdrawal is None
    assert everything(june) == before


def test_a_folder_that_is_no_score_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no score run"):
        withdrawn(tmp_path)


def test_the_command_withdraws_tells_it_twice_and_names_who_was_held_against_it(
    june: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (may,) = june.parent.glob("2023-05-01-*")
    words = ["withdraw", str(may), "--reason", REASON, "--by", "R. Example"]
    for told in ("Marked: withdrawn-flags.csv", "had been withdrawn already"):
        assert run(*words) == 0
        shown = capsys.readouterr()
        assert told in shown.out
        assert f"the changes of {june.name} were told against this list" in shown.out
    assert run(*words, "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["withdrawn_now"], record["reason"]) == (False, REASON)
    assert record["held_against_it"] == [june.name]


def run(*words: str) -> int:
    """Run one command as the shell would; gives its exit code."""
    try:
        return guarded(lambda: app(list(words)))
    except SystemExit as left:
        return int(left.code or 0)
