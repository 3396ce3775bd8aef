"""The desk's commands as a data team runs them: what is refused, in which words, and that nothing changes then."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow.csv as pc
import pytest

from earlywarn.score_run import SCORES, open_run
from earlywarn.synth.people import made_up_people
from tests.conftest import AS_OF, District

Command = Callable[..., subprocess.CompletedProcess[str]]


@dataclass(frozen=True)
class Town:
    """A score run, its people file, and a desk of its own."""

    run: Path
    people: Path
    home: Path
    desk: Path


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """Run ``earlywarn`` as a process of its own, with a desk folder of its own."""

    def run(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
        known = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "COLUMNS"}}
        line = [str(Path(sys.executable).parent / "earlywarn"), *map(str, words)]
        place = {"EARLYWARN_DESK": str(tmp_path / "desk")} | environment
        return subprocess.run(line, env=known | place, capture_output=True, text=True, check=False, cwd=tmp_path)

    return run


@pytest.fixture
def town(district: District, command: Command, tmp_path: Path) -> Town:
    """A score run of the district's roster, and made-up people for it; its verdict ends in a later century."""
    home = tmp_path / "models"
    for name in ("promoted", "scorecards"):
        shutil.copytree(district.home / name, home / name)
    line = json.loads((district.home / "promotions.jsonl").read_text().splitlines()[-1])
    (home / "promotions.jsonl").write_text(json.dumps(line | {"expires": line["expires"] and "2150-01-01"}) + "\n")
    done = command("score", district.roster, "--out", "scores", "--as-of", AS_OF, "--home", home)
    assert done.returncode == 0, done.stderr
    (run,) = (tmp_path / "scores").glob("*-*")
    scores = open_run(run).table(SCORES)
    people = tmp_path / "people.csv"
    columns = (scores[name].to_pylist() for name in ("student_id", "school_id", "grade"))
    pc.write_csv(made_up_people(*columns, 2023, 1), people)  # type: ignore[call-arg]
    return Town(run, people, home, tmp_path / "desk")


def test_a_run_is_published_once_with_its_waivers_and_names(town: Town, command: Command) -> None:
    words = ("publish", town.run, "--people", town.people, "--home", town.home, "--json")
    first, again = command(*words), command(*words)
    assert (first.returncode, first.stderr, again.returncode) == (0, "", 0)
    told, once_more = json.loads(first.stdout), json.loads(again.stdout)
    counts = open_run(town.run).manifest.counts
    assert told["students"] == told["named"] == counts.scored + counts.not_enough_data
    assert (told["flagged"], told["fresh"], once_more["fresh"]) == (counts.flagged, True, False)
    assert told["standing"] == open_run(town.run).manifest.standing
    assert rows(town.desk, "select made_up, state from review_publication") == [(1, "current")]
    assert oct((town.desk / "secret.key").stat().st_mode)[-3:] == "600"
    assert oct(town.desk.stat().st_mode)[-3:] == "700"


def test_what_the_command_says_names_no_student(town: Town, command: Command) -> None:
    done = command("publish", town.run, "--people", town.people, "--home", town.home)
    numbers = open_run(town.run).table(SCORES)["student_id"].to_pylist()
    assert "made up)" not in done.stdout + done.stderr
    assert not [number for number in numbers if f" {number} " in done.stdout]


@pytest.mark.parametrize("file", ["scores.parquet", "inputs.parquet", "flags.csv"])
def test_a_run_that_does_not_hold_is_refused_and_the_desk_stays_as_it_was(
    town: Town, command: Command, file: str
) -> None:
    path = town.run / file
    path.write_bytes(path.read_bytes()[:-3])
    refused(command("publish", town.run, "--home", town.home), 1, file)
    assert not (town.desk / "desk.sqlite3").exists()


def test_a_withdrawn_run_is_refused_with_its_reason(town: Town, command: Command) -> None:
    assert command("withdraw", town.run, "--reason", "half a roster", "--by", "A. Clerk").returncode == 0
    refused(command("publish", town.run, "--home", town.home), 1, "half a roster")


def test_a_model_whose_verdict_has_expired_is_refused(town: Town, command: Command) -> None:
    path = town.home / "promotions.jsonl"
    line = json.loads(path.read_text().splitlines()[-1])
    path.write_text(json.dumps(line | {"verdict": "provisional", "expires": "2024-06-01", "waivers": []}) + "\n")
    refused(command("publish", town.run, "--home", town.home), 1, "")
    assert not (town.desk / "desk.sqlite3").exists()


def test_a_handed_file_of_another_run_is_refused(town: Town, command: Command, tmp_path: Path) -> None:
    allocation = {
        "format": "earlywarn-allocation/1", "score_run": "another", "scorecard": "0" * 64, "policy": "by need",
        "policy_in_words": "By need.", "approved_by": "", "supports": [], "places": [],
    }  # fmt: skip
    path = tmp_path / "allocation.json"
    path.write_text(json.dumps(allocation))
    refused(command("publish", town.run, "--home", town.home, "--allocation", path), 2, "another")


def test_faults_of_the_people_file_are_told_and_nothing_is_published(
    town: Town, command: Command, tmp_path: Path
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("student_id,counsellor_id\n1,C1\n")
    refused(command("publish", town.run, "--people", path, "--home", town.home), 1, "counselor_id")


def test_a_database_that_does_not_answer_is_told_without_its_password(town: Town, command: Command) -> None:
    done = command("publish", town.run, "--home", town.home, DATABASE_URL="postgres://u:s3cret@127.0.0.1:9/none")
    refused(done, 3, "DATABASE_URL")
    assert "s3cret" not in done.stdout + done.stderr


@pytest.mark.parametrize("address", ["nonsense", "sqlite:", "mysql://x/y", "postgres://[/"])
def test_an_address_that_is_none_is_refused_in_words(command: Command, address: str) -> None:
    refused(command("account", "someone", "--role", "admin", DATABASE_URL=address), 2, "DATABASE_URL")


def test_a_file_where_the_desk_should_be_is_refused(command: Command, tmp_path: Path) -> None:
    (tmp_path / "desk").write_text("")
    refused(command("account", "someone", "--role", "admin"), 2, "EARLYWARN_DESK")


def test_an_account_is_made_with_a_password_shown_once_and_given_a_new_one(command: Command, tmp_path: Path) -> None:
    first = command("account", "r.alvarez", "--role", "counselor", "--caseload", "C1", "--name", "R. Alvarez")
    again = command("account", "r.alvarez")
    assert (first.returncode, again.returncode) == (0, 0)
    passwords = [next(word for word in done.stdout.split() if word.count("-") == 3) for done in (first, again)]
    assert passwords[0] != passwords[1]
    assert rows(tmp_path / "desk", "select count(*), role, caseloads from review_account") == [
        (1, "counselor", '["C1"]')
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("new",), "--role"),
        (("new", "--role", "analyst", "--school", "S1"), "--school"),
        (("new", "--role", "lead", "--caseload", "C1"), "--caseload"),
        (("a b/c", "--role", "admin"), "username"),
    ],
)
def test_an_account_that_makes_no_sense_is_refused(command: Command, words: tuple[str, ...], told: str) -> None:
    refused(command("account", *words), 2, told)


def test_seats_that_were_shared_out_stand_beside_their_students(town: Town, command: Command, tmp_path: Path) -> None:
    (tmp_path / "supports.csv").write_text("name,seats,answers\ntutoring,30,all\n")
    words = ("--choose", "by need", "--out", "seats.json", "--approved-by", "The board", "--home", town.home)
    shared = command("allocate", town.run, "--supports", "supports.csv", *words)
    assert shared.returncode == 0, shared.stderr
    done = command("publish", town.run, "--allocation", "seats.json", "--home", town.home)
    assert done.returncode == 0, done.stderr
    assert "Nobody has approved" not in done.stdout
    assert rows(town.desk, "select count(*) from review_entry where supports = 'tutoring'") == [(30,)]
    ((kept,),) = rows(town.desk, "select allocation from review_publication")
    assert (json.loads(kept)["approved_by"], "places" in json.loads(kept)) == ("The board", False)


def test_what_people_decided_at_the_desk_is_followed_and_comes_back_to_it(
    town: Town, district: District, command: Command, tmp_path: Path
) -> None:
    assert command("publish", town.run, "--home", town.home).returncode == 0
    place = {"EARLYWARN_DESK": str(town.desk)}
    made = subprocess.run(
        [sys.executable, "-c", DECIDE], env=os.environ | place, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    assert command("decisions", "--out", "decisions.csv").returncode == 0
    words = ("--outcomes", district.outcomes, "--decisions", "decisions.csv", "--home", town.home)
    followed = command("follow", town.run, *words, "--out", "followed.json")
    assert followed.returncode == 0, followed.stderr
    assert "were reviewed and" in followed.stdout
    done = command("publish", town.run, "--followed", "followed.json", "--home", town.home)
    assert done.returncode == 0, done.stderr
    ((kept,),) = rows(town.desk, "select followed from review_publication where state = 'current'")
    assert {row["stage"] for row in json.loads(kept)["reach"]} >= {"reviewed", "supported"}


DECIDE = """
from datetime import UTC, date, datetime
from uuid import uuid4
from earlywarn.review.start import start
start()
from earlywarn.review.models import Account, Decision, Entry, Plan
by = Account.objects.create_user("who", role="counselor", password=None)
when = datetime(2023, 10, 2, 12, tzinfo=UTC)
for number, entry in enumerate(Entry.objects.filter(flagged=True).order_by("pk")):
    common = {"publication": entry.publication, "student": entry.student, "by": by}
    Decision.objects.create(**common, form=uuid4(), view="not_needed" if number % 3 else "agree")
    if number % 3 == 0:
        Plan.objects.create(
            **common, form=uuid4(), owner=by, type="Tutoring", tier="2", goal="Read",
            start=date(2023, 10, 3), end=date(2023, 12, 1),
        )
for kind in (Decision, Plan):
    kind.objects.update(at=when)
"""
"""What a counselor did about a list in the autumn after it, written as the desk writes it."""


def refused(done: subprocess.CompletedProcess[str], code: int, told: str) -> None:
    """Hold that a command ended in words, never in a traceback."""
    assert done.returncode == code, done.stdout + done.stderr
    assert told in done.stderr
    assert "what to do" in done.stderr or "TO DO" in done.stderr.upper()
    assert "Traceback" not in done.stderr


def rows(desk: Path, query: str) -> list[tuple[object, ...]]:
    """Read the desk's database as anyone could."""
    with sqlite3.connect(desk / "desk.sqlite3") as database:
        return database.execute(query).fetchall()
