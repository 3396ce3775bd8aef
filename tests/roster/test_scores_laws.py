"""Laws of the door for scores: no row is lost, order means nothing, and groups are but names."""

import contextlib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earlywarn.errors import EarlywarnError
from earlywarn.groups import MISSING
from earlywarn.roster.scores_file import ScoresDoor
from tests.roster.made_scores import GROUP, LENIENT, SCORE, Cells, door_of

QUICK = settings(max_examples=80, deadline=None)
IDS = ["1", "01", "2", "3", "4", "5", "", " 6 "]
SCORES = {
    "student_id": IDS,
    "score": ["0.5", ".50", "1", "", "NA", "x", "9%", "nan"],
    "flagged": ["0", "1", "true", "", "?"],
    "outcome": ["0", "1", "1.0", "", "NA", "2"],
    "school_id": ["a", "b", ""],
}
GROUPS = {"student_id": IDS, "sex": ["F", "M", "", "NA"], "race": ["W", "B", "H"]}


def some(cells: dict[str, list[str]], good: Cells) -> st.SearchStrategy[list[Cells]]:
    columns = {column: st.sampled_from(values) for column, values in cells.items()}
    ids = {"student_id": columns.pop("student_id")}
    return st.lists(st.fixed_dictionaries(ids, optional=columns).map(lambda row: good | row), min_size=1, max_size=20)


# The first row of each is sound, and shared, so that most examples come through the door.
some_scores = some(SCORES, SCORE).map(lambda rows: [SCORE, *rows])
some_groups = some(GROUPS, GROUP).map(lambda rows: [GROUP, *rows])
suffixes = st.sampled_from([".csv", ".parquet"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scores")


def opened(folder: Path, scores: list[Cells], groups: list[Cells], suffix: str = ".csv") -> ScoresDoor | None:
    """Open the files; None where they are refused as a whole."""
    with contextlib.suppress(EarlywarnError):
        return door_of(folder, scores, groups, LENIENT, suffix)
    return None


@QUICK
@given(scores=some_scores, groups=some_groups, suffix=suffixes)
def test_every_row_in_is_accepted_merged_or_refused(
    folder: Path, scores: list[Cells], groups: list[Cells], suffix: str
) -> None:
    door = opened(folder, scores, groups, suffix)
    if door is None:
        return
    for account, rows in zip(door.accounts, (scores, groups), strict=True):
        counts = account.counts
        assert counts.rows_in == len(rows) == counts.accepted + counts.merged + counts.quarantined
        assert counts.merged == len(account.merged_lines)
        assert counts.quarantined == len({refusal.line for refusal in account.refusals})
        assert not {refusal.line for refusal in account.refusals} & set(account.merged_lines)
    assert len(door) == len(door.groups) == len(door.school) == door.accounts[0].counts.accepted


@QUICK
@given(scores=some_scores, groups=some_groups)
def test_every_student_of_either_file_is_told_of_once(folder: Path, scores: list[Cells], groups: list[Cells]) -> None:
    door = opened(folder, scores, groups)
    if door is None:
        return
    join = door.join
    assert join.both + join.scores_only + join.groups_refused == len(door)
    assert join.both + len(join.groups_only) + len(join.scores_refused) == door.accounts[1].counts.accepted
    in_scores, in_groups = ({row["student_id"].strip() for row in rows} - {""} for rows in (scores, groups))
    assert len(join.groups_only) <= len(in_groups - in_scores)
    assert join.scores_only == len(set(accepted_ids(scores, door)) - in_groups)


def accepted_ids(scores: list[Cells], door: ScoresDoor) -> list[str]:
    account = door.accounts[0]
    gone = {*account.merged_lines, *(refusal.line for refusal in account.refusals)}
    return [row["student_id"].strip() for line, row in enumerate(scores, start=2) if line not in gone]


def by_student(door: ScoresDoor) -> Counter[tuple[Any, ...]]:
    columns = [
        np.nan_to_num(door.score, nan=-1).tolist(),
        door.scored.tolist(),
        door.flagged,
        door.outcome,
        door.school.texts(),
        *[coded.texts() for coded in door.groups.attributes.values()],
    ]
    return Counter(zip(*columns, strict=True))  # type: ignore[arg-type]


def rules(door: ScoresDoor) -> list[Counter[tuple[str, str]]]:
    return [Counter((each.column, each.rule) for each in account.refusals) for account in door.accounts]


def table_counts(table: Any) -> Counter[tuple[Any, ...]]:
    return Counter(zip(*[coded.texts() for coded in table.attributes.values()], strict=True))


@QUICK
@given(scores=some_scores, groups=some_groups, order=st.randoms(use_true_random=False), suffix=suffixes)
def test_the_order_of_rows_and_the_format_change_nothing(
    folder: Path, scores: list[Cells], groups: list[Cells], order: Any, suffix: str
) -> None:
    first = opened(folder, scores, groups)
    order.shuffle(shuffled := list(scores))
    order.shuffle(others := list(groups))
    second = opened(folder, shuffled, others, suffix)
    assert (first is None) == (second is None)
    if first is None or second is None:
        return
    assert by_student(first) == by_student(second)
    assert [account.counts for account in first.accounts] == [account.counts for account in second.accounts]
    for one, other in (
        (first.join.groups_only, second.join.groups_only),
        (first.join.scores_refused, second.join.scores_refused),
    ):
        assert table_counts(one) == table_counts(other)
    assert (first.join.both, first.join.lost_zeros) == (second.join.both, second.join.lost_zeros)
    rules = [
        Counter((r.file.split(".")[0], r.column, r.rule) for a in d.accounts for r in a.refusals)
        for d in (first, second)
    ]
    assert rules[0] == rules[1]


@QUICK
@given(scores=some_scores, groups=some_groups)
def test_renaming_groups_changes_their_names_and_nothing_else(
    folder: Path, scores: list[Cells], groups: list[Cells]
) -> None:
    # Twelve students of each value, so that none is pooled with others for being rare.
    more = [
        {"student_id": f"x{sex}{race}{n}", "sex": sex, "race": race}
        for sex in "FM"
        for race in "WBH"
        for n in range(12)
    ]
    names = {"W": "zz", "B": "yy", "H": "xx", "F": "0", "M": "1"}
    renamed = [row | {key: names.get(row[key], row[key]) for key in ("sex", "race")} for row in [*groups, *more]]
    first, second = opened(folder, scores, [*groups, *more]), opened(folder, scores, renamed)
    assert (first is None) == (second is None)
    if first is None or second is None:
        return
    np.testing.assert_array_equal(first.score, second.score)
    assert [account.counts for account in first.accounts] == [account.counts for account in second.accounts]
    for name, coded in first.groups.attributes.items():
        expected = [names.get(str(text), text) for text in coded.texts()]
        assert second.groups.attributes[name].texts() == expected
        assert second.groups.attributes[name].names[-1] == MISSING


@QUICK
@given(scores=some_scores, groups=some_groups, column=st.sampled_from([*SCORES, *GROUPS]))
def test_no_refusal_and_no_error_tells_a_value(
    folder: Path, scores: list[Cells], groups: list[Cells], column: str
) -> None:
    marked = [
        [row | {column: f"{row[column]}unmistakable"} if column in row else row for row in rows]
        for rows in (scores, groups)
    ]
    try:
        door = door_of(folder, *marked, LENIENT)
    except EarlywarnError as error:
        told = str(error)
    else:
        told = "".join(f"{r.column}{r.rule}{r.remedy}" for account in door.accounts for r in account.refusals)
    assert "unmistakable" not in told


def marked(rows: list[Cells], column: str) -> list[Cells]:
    return [row | {column: f"{row[column]}unmistakable"} if column in row else row for row in rows]
