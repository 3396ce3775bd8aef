"""A score run: every row accounted for, whole or not at all, the same bytes again, and no group on the list."""

import errno
import json
import re
import resource
import signal
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from earlywarn.changes.compare import CHANGES
from earlywarn.cohort import build_cohort
from earlywarn.config.load import parse_serving
from earlywarn.errors import BusyError, GateError, MachineError, RosterError, ScorecardError
from earlywarn.files import locked, sha256_file
from earlywarn.promotions import RECORD
from earlywarn.roster.door import open_roster
from earlywarn.score import Order, score
from earlywarn.score_run import FLAGS, GROUPS, INPUTS, MANIFEST, SCORES, SUMMARY, open_run
from earlywarn.scorecard.points import total_points
from earlywarn.scorecard.table import from_bytes
from earlywarn.scoring.spill import Spill
from tests.conftest import AS_OF, TODAY, District


def order(district: District, out: Path, **changes: object) -> Order:
    """Give the usual order."""
    return replace(Order(district.roster, out, district.home, AS_OF, TODAY), **changes)


def scored(district: District, out: Path, **changes: object) -> "object":
    """Score; gives the run."""
    return score(order(district, out, **changes), lambda step: None)[0]


def write(frame: pd.DataFrame, folder: Path) -> Path:
    """Write a spoilt roster."""
    path = folder / "spoilt.csv"
    frame.to_csv(path, index=False)
    return path


def test_every_row_is_accounted_for_and_every_file_is_there(district: District, tmp_path: Path) -> None:
    run = scored(district, tmp_path)
    counts = run.manifest.counts
    assert counts.rows_in == 480
    assert (
        counts.rows_in
        == counts.scored + counts.not_enough_data + counts.out_of_scope + counts.merged + counts.quarantined
    )
    assert counts.flagged == 96
    assert sorted(path.name for path in run.folder.iterdir()) == sorted(
        [FLAGS, GROUPS, INPUTS, MANIFEST, SCORES, SUMMARY, "quarantine.csv"]
    )
    for name, sha256 in run.manifest.files.items():
        assert sha256_file(run.folder / name) == sha256


def test_every_kind_of_row_finds_its_place(district: District, own_roster: pd.DataFrame, tmp_path: Path) -> None:
    frame = own_roster.copy()
    frame.loc[0, ["read", "math"]] = ""
    frame.loc[1, "grade"] = "4"
    frame.loc[2, "school_year"] = "2022"
    frame.loc[3, "absent"] = "many"
    frame = pd.concat([frame, frame.iloc[[5]]])
    counts = scored(district, tmp_path / "out", roster=write(frame, tmp_path)).manifest.counts
    assert (counts.not_enough_data, counts.out_of_scope, counts.quarantined, counts.merged) == (1, 2, 1, 1)
    assert counts.rows_in == 481


def test_shuffled_rows_give_everyone_the_same_risk_and_rank(
    district: District, own_roster: pd.DataFrame, tmp_path: Path
) -> None:
    mixed = write(own_roster.sample(frac=1, random_state=1), tmp_path)
    runs = [scored(district, tmp_path / "a"), scored(district, tmp_path / "b", roster=mixed)]
    frames = [pd.read_parquet(run.folder / SCORES).set_index("student_id").sort_index() for run in runs]
    assert (frames[0]["risk"].to_numpy() == frames[1]["risk"].to_numpy()).all()
    assert (frames[0]["rank"] == frames[1]["rank"]).all()


def test_the_same_roster_gives_the_same_bytes(district: District, tmp_path: Path) -> None:
    one, other = scored(district, tmp_path / "a"), scored(district, tmp_path / "b")
    for name in (SCORES, FLAGS, GROUPS, INPUTS, "quarantine.csv", SUMMARY):
        assert (one.folder / name).read_bytes() == (other.folder / name).read_bytes()


def test_a_whole_run_is_left_as_it_is(district: District, tmp_path: Path) -> None:
    run, fresh = score(order(district, tmp_path), lambda step: None)
    before = {path.name: path.stat().st_mtime_ns for path in run.folder.iterdir()}
    again, fresh_again = score(order(district, tmp_path), lambda step: None)
    assert (fresh, fresh_again) == (True, False)
    assert again.folder == run.folder
    assert {path.name: path.stat().st_mtime_ns for path in run.folder.iterdir()} == before


@pytest.mark.parametrize("spoil", ["gone", "altered", "no manifest", "bad manifest"])
def test_a_run_that_is_no_longer_whole_is_refused_with_a_way_out(
    district: District, tmp_path: Path, spoil: str
) -> None:
    folder = scored(district, tmp_path).folder
    if spoil == "gone":
        (folder / FLAGS).unlink()
    elif spoil == "altered":
        (folder / SCORES).write_bytes(b"")
    elif spoil == "no manifest":
        (folder / MANIFEST).unlink()
    else:
        (folder / MANIFEST).write_text("{}")
    with pytest.raises(ScorecardError, match="move th"):
        scored(district, tmp_path)
    folder.rename(tmp_path / "away")
    assert scored(district, tmp_path).manifest.counts.flagged == 96


def test_what_a_killed_run_left_is_swept_away(district: District, tmp_path: Path) -> None:
    (tmp_path / ".2023-06-30-x.partial-abc").mkdir()
    (tmp_path / ".2023-06-30-x.partial-abc" / "scores.parquet").write_text("students")
    scored(district, tmp_path)
    assert not list(tmp_path.glob(".*.partial-*"))


@pytest.mark.parametrize("change", [{"verdict": "pass"}, {"verdict_sha256": "0" * 64}])
def test_a_line_that_does_not_fit_its_verdict_is_refused(
    district: District, own_home: Path, tmp_path: Path, change: dict[str, str]
) -> None:
    record = own_home / RECORD
    record.write_text(json.dumps(json.loads(record.read_text()) | change) + "\n")
    with pytest.raises(ScorecardError, match="not the verdict on which"):
        scored(district, tmp_path, home=own_home)


def test_a_category_that_the_model_does_not_know_is_missing_and_named(
    district: District, own_roster: pd.DataFrame, tmp_path: Path
) -> None:
    own_roster.loc[:19, "track"] = "VIOLET"
    own_roster.loc[20, "track"] = "Ada L."
    run = scored(district, tmp_path / "out", roster=write(own_roster, tmp_path))
    table, page = pd.read_parquet(run.folder / SCORES), (run.folder / SUMMARY).read_text()
    assert all("track" in gone for gone in table["missing_inputs"][:21])
    assert "VIOLET" in page
    assert "Ada L." not in page


def test_scores_equal_the_scorecard_by_hand_and_ranks_follow_points(district: District, tmp_path: Path) -> None:
    table = pd.read_parquet(scored(district, tmp_path).folder / SCORES)
    card = from_bytes((district.home / "scorecards" / f"{district.promotion.scorecard}.json").read_bytes())
    serving = parse_serving(card.serving, "card")
    door = open_roster(district.roster, serving)
    cohort = build_cohort(door.roster, door.groups, serving)
    from earlywarn.candidates.fold import frame_values

    points = total_points(card, frame_values(card.specs, cohort.frame))
    held = table["status"] == "scored"
    assert table["points"][held].to_numpy() == pytest.approx(points[held.to_numpy()], abs=1e-12)
    ranked = table[held].sort_values("rank")
    assert (np.diff(ranked["points"]) <= 0).all()
    assert ranked["flagged"].tolist() == [True] * 96 + [False] * (len(ranked) - 96)


def test_no_group_stands_in_scores_inputs_or_the_list(district: District, tmp_path: Path) -> None:
    folder = scored(district, tmp_path).folder
    for name in (SCORES, INPUTS):
        assert not {"sex", "lunch"} & set(pq.read_schema(folder / name).names)
    listed = (folder / FLAGS).read_text()
    for word in ("Girls", "Boys", "Free lunch", "lunch"):
        assert word not in listed


def test_the_list_is_by_school_in_words_and_without_a_risk(district: District, tmp_path: Path) -> None:
    listed = pd.read_csv(scored(district, tmp_path).folder / FLAGS, dtype=str)
    assert list(listed) == [
        "school_id",
        "student_id",
        "grade",
        "support_priority",
        "reasons",
        "strengths",
        "not_recorded",
    ]
    assert listed["school_id"].is_monotonic_increasing
    assert listed["support_priority"].isin(["High", "Moderate", "Low"]).all()
    assert listed["reasons"].str.contains("below the standard").any()
    assert not listed.to_csv().count("0.7")


def test_private_files_are_for_their_owner_alone(district: District, tmp_path: Path) -> None:
    folder = scored(district, tmp_path).folder
    for name in (GROUPS, INPUTS, MANIFEST):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_inputs_can_be_left_out(district: District, tmp_path: Path) -> None:
    assert not (scored(district, tmp_path, with_inputs=False).folder / INPUTS).exists()


def test_a_formula_in_an_id_is_harmless_in_the_list_and_raw_in_parquet(
    district: District, own_roster: pd.DataFrame, tmp_path: Path
) -> None:
    own_roster["student_id"] = "=" + own_roster["student_id"]
    folder = scored(district, tmp_path / "out", roster=write(own_roster, tmp_path)).folder
    assert pd.read_csv(folder / FLAGS, dtype=str)["student_id"].str.startswith("'=").all()
    assert pd.read_parquet(folder / SCORES)["student_id"].str.startswith("=").all()


def test_another_school_year_is_out_of_scope_and_said_if_nobody_is_left(district: District, tmp_path: Path) -> None:
    with pytest.raises(RosterError, match=r"school year 2027.*the file has school years 2023.*--as-of"):
        scored(district, tmp_path, as_of=date(2027, 1, 1))
    assert not [path for path in tmp_path.iterdir() if path.name != ".lock"]


def test_too_many_refused_rows_are_refused_without_a_value(
    district: District, own_roster: pd.DataFrame, tmp_path: Path
) -> None:
    own_roster.loc[:99, "absent"] = "zebra"
    with pytest.raises(RosterError, match="absent") as caught:
        scored(district, tmp_path / "out", roster=write(own_roster, tmp_path))
    assert "zebra" not in str(caught.value)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".lock"]


def test_an_expired_model_is_refused(district: District, own_home: Path, tmp_path: Path) -> None:
    record = own_home / RECORD
    line = json.loads(record.read_text())
    record.write_text(json.dumps(line | {"verdict": "provisional", "expires": "2024-01-14"}) + "\n")
    with pytest.raises(GateError, match="expired on 2024-01-14"):
        scored(district, tmp_path, home=own_home)


def test_a_scorecard_with_one_byte_changed_is_refused(district: District, own_home: Path, tmp_path: Path) -> None:
    (path,) = (own_home / "scorecards").iterdir()
    path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))
    with pytest.raises(ScorecardError, match="not those that were promoted"):
        scored(district, tmp_path, home=own_home)


def test_a_run_whose_file_was_edited_is_not_read(district: District, tmp_path: Path) -> None:
    run = scored(district, tmp_path)
    with (run.folder / SCORES).open("ab") as file:
        file.write(b"x")
    with pytest.raises(ScorecardError, match="not the file that this score run wrote"):
        open_run(run.folder).table(SCORES)


def _two_runs(district: District, roster: pd.DataFrame, folder: Path) -> "tuple[object, object]":
    """Score a roster in May, and the usual one in June."""
    before = scored(district, folder / "out", roster=write(roster, folder), as_of=MAY)
    return before, scored(district, folder / "out")


MAY = date(2023, 5, 1)


def test_what_changed_since_the_run_before_is_told_with_its_cause(
    district: District, own_roster: pd.DataFrame, tmp_path: Path
) -> None:
    own_roster.loc[own_roster["school_id"] == "S00", ["read", "math"]] = "600"
    before, now = _two_runs(district, own_roster, tmp_path)
    listed = [set(pd.read_csv(run.folder / FLAGS, dtype=str)["student_id"]) for run in (before, now)]
    rows = pd.read_csv(now.folder / CHANGES, dtype=str, keep_default_na=False)
    assert set(rows["student_id"][rows["list"] == "new on the list"]) == listed[1] - listed[0]
    assert set(rows["student_id"][rows["list"] == "no longer on the list"]) == listed[0] - listed[1]
    came = rows[(rows["school_id"] == "S00") & (rows["list"] == "new on the list")]
    assert set(came["list_cause"]) == {"the student's data"}
    assert came["list_input"].str.contains("above the standard -> ").all()
    others = rows[(rows["school_id"] != "S00") & (rows["list"] == "no longer on the list")]
    assert set(others["list_cause"]) == {"other students or the number of places"}
    told = now.manifest.changes
    assert told["new_on_list"]["students"] == len(listed[1] - listed[0])
    assert told["run"] == before.folder.name
    assert "What changed since the list of 1 May 2023" in (now.folder / SUMMARY).read_text()
    assert now.manifest.files[CHANGES] == sha256_file(now.folder / CHANGES)


def test_the_page_counts_groups_the_same_with_and_without_a_run_before(
    district: District, own_roster: pd.DataFrame, tmp_path: Path
) -> None:
    _, now = _two_runs(district, own_roster.iloc[:300], tmp_path)
    alone = scored(district, tmp_path / "alone")
    told = [dict(_cells((run.folder / SUMMARY).read_text())) for run in (now, alone)]
    assert told[0].keys() == told[1].keys()
    exact = [
        (one, other)
        for head in told[0]
        for one, other in zip(told[0][head], told[1][head], strict=True)
        if one.isdigit() and other.isdigit()
    ]
    assert exact
    assert all(one == other for one, other in exact)


def _cells(page: str) -> "list[tuple[str, list[str]]]":
    """Give the rows of the list by group."""
    (table,) = re.findall(r"<caption>The list by group.*?</table>", page, re.DOTALL)
    found = re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', table, re.DOTALL)
    return [(head, re.findall(r"<span>(.*?)</span>", cells)) for head, cells in found]


@pytest.mark.parametrize("spoil", ["altered", "no manifest"])
def test_a_damaged_run_is_passed_over_and_named(
    district: District, own_roster: pd.DataFrame, tmp_path: Path, spoil: str
) -> None:
    older = scored(district, tmp_path / "out", as_of=date(2023, 4, 1))
    spoilt = scored(district, tmp_path / "out", roster=write(own_roster.iloc[:400], tmp_path), as_of=MAY).folder
    (spoilt / (MANIFEST if spoil == "no manifest" else SCORES)).unlink()
    now = scored(district, tmp_path / "out")
    assert now.manifest.changes["run"] == older.folder.name
    (passed,) = now.manifest.changes["passed_over"]
    assert passed["run"] == spoilt.name
    assert f"{spoilt.name} was passed over" in (now.folder / SUMMARY).read_text()


def _command(district: District, out: Path) -> list[str]:
    tool = Path(sys.executable).parent / "earlywarn"
    return [
        str(tool),
        "score",
        str(district.roster),
        "--out",
        str(out),
        "--home",
        str(district.home),
        "--as-of",
        str(AS_OF),
    ]


def _limit_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def test_a_full_disk_ends_with_3_and_leaves_nothing(district: District, own_home: Path, tmp_path: Path) -> None:
    _forever(own_home)
    command = _command(replace(district, home=own_home), tmp_path / "out")
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=_limit_files, check=False)
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert "File too large" in done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".lock"]


def _forever(home: Path) -> None:
    """Let the promoted verdict hold for commands that read today's clock."""
    record = home / RECORD
    record.write_text(json.dumps(json.loads(record.read_text()) | {"expires": None}) + "\n")


def test_a_second_run_at_the_same_time_is_told_to_try_again(district: District, tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(BusyError, match="another earlywarn command"):
        scored(district, tmp_path)


@pytest.mark.parametrize("size", [300, 331, 500, 1009])
def test_students_who_stand_twice_anywhere_are_merged_whatever_is_read_at_once(
    district: District, own_roster: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    twice = write(own_roster.loc[own_roster.index.repeat(2)], tmp_path)
    monkeypatch.setattr("earlywarn.roster.pieces.PIECE", size)
    counts = scored(district, tmp_path / "out", roster=twice).manifest.counts
    assert (counts.rows_in, counts.merged, counts.flagged) == (960, 480, 96)


def test_inputs_that_lie_otherwise_than_in_the_list_before_are_named(
    district: District, own_roster: pd.DataFrame, tmp_path: Path
) -> None:
    earlier = date(2023, 5, 31)
    scored(district, tmp_path / "out", as_of=earlier)
    assert "lie otherwise" not in (scored(district, tmp_path / "out").folder / SUMMARY).read_text()
    own_roster["absent"] = "30"
    scored(district, tmp_path / "other", as_of=earlier)
    run = scored(district, tmp_path / "other", roster=write(own_roster, tmp_path))
    assert (
        "Values that lie otherwise than in the list before:</strong> Days absent" in (run.folder / SUMMARY).read_text()
    )
    assert sum(run.manifest.profile["spread"]["absent"]) == run.manifest.counts.scored


def test_a_disk_that_fills_while_the_roster_is_read_is_not_told_of_the_roster(
    district: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "Error writing bytes to file")

    monkeypatch.setattr(Spill, "add", full)
    with pytest.raises(MachineError) as caught:
        score(order(district, tmp_path / "scores"), lambda _: None)
    (fault,) = caught.value.faults
    assert fault.where.startswith(str(tmp_path / "scores"))
    assert "free some space" in fault.remedy


def test_a_disk_that_fails_on_the_earlier_run_ends_the_command_and_is_not_told_as_its_damage(
    district: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = scored(district, tmp_path, as_of=date(2023, 5, 31)).folder
    real = Path.read_bytes

    def failing(path: Path) -> bytes:
        if path == before / MANIFEST:
            raise OSError(errno.EIO, "Input/output error")
        return real(path)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", failing)
        with pytest.raises(MachineError, match="see to the disk"):
            scored(district, tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [before.name]
    assert scored(district, tmp_path).manifest.changes["run"] == before.name
