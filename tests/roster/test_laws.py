"""Laws of the door: no row is lost, order means nothing, ids stay text, and only our own errors come out."""

import contextlib
import csv
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earlywarn.errors import EarlywarnError
from earlywarn.roster.door import Door, check_share
from tests.roster.made import COLUMNS, DEMO_SERVING, GOOD, line, opened, text_of

QUICK = settings(max_examples=120, deadline=None)

CELLS = {
    "student_id": ["1", "01", "001", "NA", "", " 7 "],
    "school_id": ["012", "12", "", "a,b"],
    "school_year": ["1986", "1987", "86", ""],
    "grade": ["K", "1", "9", ""],
    "read": ["500", "500.0", "NA", "", "95%", "x", "1e400", "nan"],
    "age": ["0", "-0.0", "7", " "],
    "class_type": ["small", 'q"q', "a\nb", "a\r\n\nb", ""],
    "race": ["W", "B", "", "Ñ"],
}
some_rows = st.lists(
    st.fixed_dictionaries({}, optional={column: st.sampled_from(cells) for column, cells in CELLS.items()}).map(
        lambda cells: GOOD | cells
    ),
    min_size=1,
    max_size=25,
)
odd_lines = st.lists(
    st.one_of(
        some_rows.map(lambda cells: line(cells[0])),
        st.sampled_from(["", "  ", "1,2", "," * 12, "," * 30, '"', "a\rb", "\0"]),
        st.text(st.characters(codec="utf-8"), max_size=20),
    ),
    max_size=12,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rosters")


def add_up(door: Door) -> None:
    counts = door.counts
    assert counts.rows_in == counts.accepted + counts.merged + counts.quarantined
    assert counts.accepted == len(door.roster) == len(door.groups)
    assert counts.merged == len(door.merged_lines)
    assert counts.quarantined == len({refusal.line for refusal in door.refusals})
    kinds = [set(door.roster.lines.tolist()), set(door.merged_lines), {refusal.line for refusal in door.refusals}]
    assert sum(map(len, kinds)) == len(set().union(*kinds)) == counts.rows_in


@QUICK
@given(cells=some_rows, end=st.sampled_from(["\n", "\r\n"]), mark=st.booleans())
def test_every_row_in_is_accepted_merged_or_refused(
    folder: Path, cells: list[dict[str, str]], end: str, mark: bool
) -> None:
    door = opened(folder, b"\xef\xbb\xbf" * mark + text_of(*map(line, cells), end=end))
    assert door.counts.rows_in == len(cells)
    add_up(door)


@QUICK
@given(lines=odd_lines, end=st.sampled_from(["\n", "\r\n"]))
def test_whatever_the_lines_hold_only_our_own_errors_come_out(folder: Path, lines: list[str], end: str) -> None:
    with contextlib.suppress(EarlywarnError):
        door = opened(folder, text_of(*lines, end=end))
        add_up(door)
        check_share(door, DEMO_SERVING)


@QUICK
@given(content=st.binary(max_size=200), place=st.integers(0, 400), cut=st.integers(0, 20))
def test_whatever_bytes_a_file_holds_only_our_own_errors_come_out(
    folder: Path, content: bytes, place: int, cut: int
) -> None:
    whole = text_of(*[line(GOOD | {"student_id": str(number)}) for number in range(4)])
    with contextlib.suppress(EarlywarnError):
        add_up(opened(folder, whole[:place] + content + whole[place + cut :]))


@QUICK
@given(
    cells=some_rows, blanks=st.lists(st.integers(0, 2), min_size=25, max_size=25), end=st.sampled_from(["\n", "\r\n"])
)
def test_lines_are_those_that_a_plain_csv_reader_counts(
    folder: Path, cells: list[dict[str, str]], blanks: list[int], end: str
) -> None:
    spaced = [text for each, blank in zip(cells, blanks, strict=False) for text in (*[""] * blank, line(each))]
    content = text_of(*spaced, end=end)
    reader = csv.reader(content.decode().splitlines(keepends=True))
    ends = [(row, reader.line_num) for row in reader]
    starts = [before + 1 for (_, before), (row, _) in pairwise(ends) if row]
    door = opened(folder, content)
    refused = {refusal.line for refusal in door.refusals}
    assert sorted({*door.roster.lines.tolist(), *door.merged_lines, *refused}) == starts


def by_student(door: Door) -> Counter[tuple[str, ...]]:
    roster = door.roster
    columns = [
        roster.student_id.tolist(),
        roster.school_id.texts(),
        roster.school_year.tolist(),
        roster.grade.texts(),
        *[values.tolist() for values in roster.numbers.values()],
        *[coded.texts() for coded in roster.texts.values()],
        *[coded.texts() for coded in door.groups.attributes.values()],
    ]
    return Counter(tuple(map(str, cells)) for cells in zip(*columns, strict=True))


@QUICK
@given(cells=some_rows, order=st.randoms(use_true_random=False))
def test_shuffling_rows_changes_no_accepted_row(folder: Path, cells: list[dict[str, str]], order: object) -> None:
    first = opened(folder, text_of(*map(line, cells)))
    order.shuffle(cells)  # type: ignore[attr-defined]
    second = opened(folder, text_of(*map(line, cells)))
    assert by_student(first) == by_student(second)
    assert first.counts == second.counts
    assert Counter((each.column, each.rule) for each in first.refusals) == Counter(
        (each.column, each.rule) for each in second.refusals
    )
    assert first.roster.school_id.names == second.roster.school_id.names


@QUICK
@given(ids=st.lists(st.from_regex(r"0{0,3}[0-9]{1,25}", fullmatch=True), min_size=1, max_size=20, unique=True))
def test_ids_come_out_as_they_went_in(folder: Path, ids: list[str]) -> None:
    door = opened(folder, text_of(*[line(GOOD | {"student_id": text, "school_id": text}) for text in ids]))
    assert door.roster.student_id.tolist() == ids
    assert door.roster.school_id.texts() == ids


@QUICK
@given(numbers=st.lists(st.floats(-3, 6), min_size=1, max_size=20), words=st.booleans())
def test_a_number_is_read_to_the_last_bit(folder: Path, numbers: list[float], words: bool) -> None:
    cells = [GOOD | {"student_id": str(place), "age": repr(number)} for place, number in enumerate(numbers)]
    last = [GOOD | {"student_id": "last", "age": "words"}] if words else []
    door = opened(folder, text_of(*map(line, [*cells, *last])))
    np.testing.assert_array_equal(door.roster.numbers["age"], numbers)


@QUICK
@given(cells=some_rows, column=st.sampled_from(COLUMNS))
def test_no_refusal_tells_a_value(folder: Path, cells: list[dict[str, str]], column: str) -> None:
    marked = [each | {column: f"{each[column]}unmistakable"} for each in cells]
    door = opened(folder, text_of(*map(line, marked)))
    assert not any("unmistakable" in f"{each.column}{each.rule}{each.remedy}" for each in door.refusals)
