"""Files as they come: what can be read is read true, what cannot is refused in words that help."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from earlywarn.errors import MachineError, RosterError, UsageError
from earlywarn.roster import delimited, pieces, stored
from earlywarn.roster.blocks import WHOLE_ROW
from earlywarn.roster.door import open_roster
from earlywarn.roster.read import open_source
from tests.roster.made import (
    COLUMNS,
    DEMO_SERVING,
    HEADER,
    door_of,
    limited,
    line,
    opened,
    parquet_columns,
    refused,
    row,
    rows,
    text_of,
    write_parquet,
)  # fmt: skip

OPEN_BOTH_WAYS = """
import sys
from pathlib import Path
import earlywarn
from earlywarn.cli.starter import starter_toml
from earlywarn.config.load import load_experiment
from earlywarn.roster.door import open_roster
starter_toml(Path(sys.argv[1]))
open_roster(Path(sys.argv[1]), load_experiment(Path(earlywarn.__file__).parent / "demo.toml"))
sys.exit("pandas" in sys.modules)
"""
ONE, TWO, THREE = map(line, rows(3))


def message_of(folder: Path, content: bytes, name: str = "roster.csv") -> str:
    path = folder / name
    path.write_bytes(content)
    with pytest.raises(RosterError) as caught:
        open_roster(path, DEMO_SERVING)
    assert all(fault.where.startswith(name) and fault.found and fault.remedy for fault in caught.value.faults)
    return str(caught.value)


def test_a_missing_file_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file") as caught:
        open_roster(tmp_path / "nowhere.csv", DEMO_SERVING)
    assert caught.value.exit_code == 2


def test_a_pipe_is_wrong_use_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(UsageError, match="no plain file"):
        open_roster(tmp_path / "pipe.csv", DEMO_SERVING)


def test_a_file_that_may_not_be_read_is_the_machines_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(text_of(ONE))

    def forbid(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", forbid)
    with pytest.raises(MachineError, match="Permission denied"):
        open_roster(path, DEMO_SERVING)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (b"\r\n \n\n", "nothing but blank lines"),
        (HEADER.encode(), "a header and no rows"),
        (HEADER.encode() + b"\n\n  \n", "a header and no rows"),
        (b"%PDF-1.7", "a PDF"),
        (HEADER.encode("utf-16-le"), "a NUL byte"),
        (text_of(ONE, end="\r"), "a line end of CR alone"),
        (b"a" * 2_000_000, "a header that cannot be read"),
        (b",".join([b"x"] * 20_000) + b"\n1\n", "20,000 columns"),
        (b"x" * 200_000 + b",student_id\n1,2\n", "a header that cannot be read"),
        (b'"student_id,school_id\n1,2\n', "a quote that is never closed"),
        (b'student"_"id,school_id\n1,2\n', "a quote inside a cell"),
    ],
)
def test_a_file_that_is_no_roster_is_named_for_what_it_is(tmp_path: Path, content: bytes, found: str) -> None:
    assert found in message_of(tmp_path, content)


def test_a_csv_named_parquet_is_refused(tmp_path: Path) -> None:
    assert "no Parquet file" in message_of(tmp_path, text_of(ONE), "roster.parquet")


def test_ids_keep_their_leading_zeros(tmp_path: Path) -> None:
    door = door_of(tmp_path, row(student_id="00123", school_id="007"), row(student_id="0" * 22 + "1"))
    assert door.roster.student_id.tolist() == ["00123", "0" * 22 + "1"]
    assert door.roster.school_id.texts() == ["007", "012"]


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    assert opened(tmp_path, b"\xef\xbb\xbf" + text_of(ONE)).counts.accepted == 1


def test_a_byte_order_mark_inside_the_file_is_refused(tmp_path: Path) -> None:
    joined = text_of(ONE) + b"\xef\xbb\xbf" + text_of(TWO)
    assert "line 3 (byte" in (message := message_of(tmp_path, joined))
    assert "as if two files were joined" in message


def test_accents_in_utf8_are_kept(tmp_path: Path) -> None:
    assert door_of(tmp_path, row(class_type="niño", school_id="Peña")).roster.school_id.texts() == ["Peña"]


def test_a_nul_byte_is_refused_with_its_place(tmp_path: Path) -> None:
    content = text_of(ONE, TWO.replace("small", "sm\0ll"))
    assert f"line 3 (byte {content.index(0)}): a NUL byte" in message_of(tmp_path, content)


def test_a_first_row_longer_than_the_header_shifts_nothing(tmp_path: Path) -> None:
    door = opened(tmp_path, text_of(f"{ONE},extra", TWO))
    assert refused(door) == [(2, WHOLE_ROW, "more cells than the header")]
    assert door.roster.student_id.tolist() == ["0002"]


def test_a_short_row_is_refused_and_fills_nothing(tmp_path: Path) -> None:
    door = opened(tmp_path, text_of(ONE, "0002,012,1986", THREE))
    assert refused(door) == [(3, WHOLE_ROW, "fewer cells than the header")]
    assert door.roster.lines.tolist() == [2, 4]


def test_a_comma_inside_quotes_parts_nothing(tmp_path: Path) -> None:
    assert door_of(tmp_path, row(class_type="small, with aide")).roster.texts["class_type"].names == (
        "small, with aide",
    )


def test_a_doubled_quote_inside_a_cell_is_one_quote(tmp_path: Path) -> None:
    assert door_of(tmp_path, row(class_type='the "small" one')).roster.texts["class_type"].names == ('the "small" one',)


def test_a_line_break_inside_quotes_keeps_later_lines_true(tmp_path: Path) -> None:
    door = door_of(tmp_path, row(class_type="small\nor\nnot"), row(student_id="0002", read="four"))
    assert door.roster.lines.tolist() == [2]
    assert refused(door) == [(5, "read", "text in a number")]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_blank_lines_are_no_rows_and_keep_later_lines_true(tmp_path: Path, end: str) -> None:
    door = opened(tmp_path, text_of("", ONE, "", "   ", TWO, "1,2", "", "", THREE.replace("500", "x"), "", end=end))
    assert door.counts.rows_in == 4
    assert door.roster.lines.tolist() == [3, 6]
    assert [refusal.line for refusal in door.refusals] == [7, 10]


def test_lines_are_true_where_the_header_comes_late(tmp_path: Path) -> None:
    assert opened(tmp_path, b"\xef\xbb\xbf\r\n\n" + text_of(ONE)).roster.lines.tolist() == [4]


def test_a_last_row_without_a_line_end_counts(tmp_path: Path) -> None:
    assert opened(tmp_path, text_of(ONE, TWO).rstrip()).counts.accepted == 2


def test_an_unclosed_quote_swallows_nothing(tmp_path: Path) -> None:
    content = text_of(ONE, TWO.replace("small", '"small'), *[THREE] * 50)
    assert "line 3 (byte" in (message := message_of(tmp_path, content))
    assert "a quote that is never closed" in message


def test_an_unclosed_quote_is_found_at_the_next_quoted_cell(tmp_path: Path) -> None:
    content = text_of(TWO.replace("small", '"small'), THREE, ONE.replace("small", '"small"'))
    assert "line 2 (byte" in message_of(tmp_path, content)


def test_rows_between_two_unclosed_quotes_are_each_counted(tmp_path: Path) -> None:
    door = opened(
        tmp_path,
        text_of(ONE.replace("small", '"small'), TWO, THREE.replace("small", 'small"'), line(row(student_id="4"))),
    )
    assert door.counts.rows_in == 4
    assert refused(door) == [(number, WHOLE_ROW, "a quote that makes several rows one") for number in (2, 3, 4)]


def test_a_row_that_never_ends_is_refused_before_memory_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "PIECE", 1_000)
    path = tmp_path / "roster.csv"
    path.write_bytes(text_of(ONE, TWO.replace("small", '"small'), *[THREE] * 1_000))
    with pytest.raises(RosterError, match=r"line 3 \(byte .*at most 10,000 \(reading.limits.line_bytes\)"):
        open_roster(path, limited(line_bytes=10_000))


@pytest.mark.parametrize("size", [1, 7, 100, 1_000])
def test_where_a_file_is_cut_into_pieces_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    odd = [
        row(student_id="a", class_type="x\n\ny"),
        row(student_id="b", read="NA"),
        row(student_id="b", class_type='"'),
    ]
    content = text_of(*map(line, [*odd, *rows(30)]), "", "1,2", line(row(student_id="c", math="95%")), end="\r\n")
    whole = opened(tmp_path, content)
    monkeypatch.setattr(pieces, "PIECE", size)
    cut = opened(tmp_path, content)
    assert (cut.counts, cut.refusals, cut.sha256) == (whole.counts, whole.refusals, whole.sha256)
    assert cut.roster.student_id.tolist() == whole.roster.student_id.tolist()
    assert cut.roster.lines.tolist() == whole.roster.lines.tolist()
    np.testing.assert_array_equal(cut.roster.numbers["read"], whole.roster.numbers["read"])
    assert cut.roster.texts["class_type"].texts() == whole.roster.texts["class_type"].texts()


def test_rows_whose_lines_cannot_be_told_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited.records, "record_lines", lambda *_: np.arange(1))
    assert "lines 2 to 5: rows that cannot be told apart" in message_of(tmp_path, text_of(ONE, "", TWO))


def test_a_header_that_stands_twice_is_refused(tmp_path: Path) -> None:
    message = message_of(tmp_path, text_of(f"{ONE},F", header=f"{HEADER}, sex "))
    assert "2 columns named 'sex' (columns 11, 14)" in message


def test_nameless_columns_that_nobody_wants_do_no_harm(tmp_path: Path) -> None:
    assert opened(tmp_path, text_of(f"0,{ONE},,", header=f",{HEADER},,")).counts.accepted == 1


def test_a_file_without_a_header_is_refused_and_its_first_row_not_shown(tmp_path: Path) -> None:
    message = message_of(tmp_path, text_of(TWO, THREE, header=ONE))
    assert "the header seems to be missing" in message
    assert not any(cell in message for cell in ONE.split(",") if len(cell) > 1)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_reading_a_roster_does_not_load_pandas(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"roster.{kind}"
    if kind == "csv":
        path.write_bytes(text_of(ONE, TWO.replace("500", "95%"), "1,2", "", ONE.replace("small", '"s\nl"')))
    else:
        write_parquet(path, parquet_columns(rows(3)))
    subprocess.run([sys.executable, "-c", OPEN_BOTH_WAYS, str(path)], check=True)


def test_parquet_gives_the_same_as_csv(tmp_path: Path) -> None:
    cells = [*rows(3), row(student_id="0004", grade="9"), row(student_id="0001")]
    csv_door = door_of(tmp_path, *cells)
    door = open_roster(write_parquet(tmp_path / "roster.parquet", parquet_columns(cells)), DEMO_SERVING)
    assert door.counts == csv_door.counts
    assert door.roster.student_id.tolist() == csv_door.roster.student_id.tolist()
    assert door.roster.numbers["age"].tolist() == csv_door.roster.numbers["age"].tolist()
    assert door.roster.lines.tolist() == [1, 2, 3]
    assert refused(door) == [(4, "grade", "the grade is not one of K, 1, 2, 3")]


@pytest.mark.parametrize("column", ["student_id", "school_id"])
def test_an_id_stored_as_a_number_has_lost_its_zeros_and_is_refused(tmp_path: Path, column: str) -> None:
    columns = parquet_columns(rows(2)) | {column: [1, 2]}
    with pytest.raises(RosterError, match=f"column '{column}': stored as int64.*write it as text"):
        open_roster(write_parquet(tmp_path / "roster.parquet", columns), DEMO_SERVING)


def test_all_columns_stored_wrong_are_told_at_once(tmp_path: Path) -> None:
    columns = parquet_columns(rows(2)) | {"student_id": [1, 2], "read": [[1.0], [2.0]], "sex": [b"F", b"M"]}
    with pytest.raises(RosterError) as caught:
        open_roster(write_parquet(tmp_path / "roster.parquet", columns), DEMO_SERVING)
    assert len(caught.value.faults) == 3


def test_parquet_may_hold_years_grades_and_codes_as_numbers(tmp_path: Path) -> None:
    columns = parquet_columns(rows(20)) | {
        "school_year": [1986, 1987] * 10,
        "grade": [1, 2] * 10,
        "lunch": [1.0, None] * 10,
    }
    columns |= {
        "read": [500, None] * 10,
        "math": [float("nan"), 510.5] * 10,
        "sex": [True, False] * 10,
        "age": [None] * 20,
    }
    door = open_roster(write_parquet(tmp_path / "roster.parquet", columns), DEMO_SERVING)
    assert door.roster.school_year.tolist()[:2] == [1986, 1987]
    assert door.roster.grade.texts()[:2] == ["1", "2"]
    assert door.groups.attributes["lunch"].texts()[:2] == ["1", "(not recorded)"]
    assert door.groups.attributes["sex"].texts()[:2] == ["true", "false"]
    np.testing.assert_array_equal(door.roster.numbers["read"][:2], [500, np.nan])
    np.testing.assert_array_equal(door.roster.numbers["math"][:2], [np.nan, 510.5])
    assert np.isnan(door.roster.numbers["age"]).all()


def test_a_whole_number_too_large_for_a_float_is_taken_as_the_nearest(tmp_path: Path) -> None:
    columns = parquet_columns(rows(1)) | {"read": [2**63 - 1]}
    door = open_roster(write_parquet(tmp_path / "roster.parquet", columns), DEMO_SERVING)
    assert door.roster.numbers["read"].tolist() == [2.0**63]


def test_parquet_text_that_is_no_utf8_is_refused(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "roster.parquet", parquet_columns([row(class_type="abcdefgh")]))
    path.write_bytes(path.read_bytes().replace(b"abcdefgh", b"abc\xff\xfefgh"))
    with pytest.raises(RosterError, match="a damaged or encrypted Parquet file"):
        open_roster(path, DEMO_SERVING)


def test_a_file_that_breaks_off_while_it_is_read_is_the_machines_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(stored, "sha256_file", fail)
    with pytest.raises(MachineError, match="Input/output error"):
        door_of(tmp_path, row())


def test_an_infinite_number_in_parquet_is_refused(tmp_path: Path) -> None:
    columns = parquet_columns(rows(2)) | {"read": [float("inf"), 500.0]}
    door = open_roster(write_parquet(tmp_path / "roster.parquet", columns), DEMO_SERVING)
    assert refused(door) == [(1, "read", "an infinite or undefined number")]


def test_a_parquet_file_without_rows_is_refused(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "roster.parquet", {column: [] for column in COLUMNS})
    with pytest.raises(RosterError, match="a header and no rows"):
        open_roster(path, DEMO_SERVING)


@pytest.mark.parametrize("keep", [4, 600, 1_500])
def test_a_damaged_parquet_file_is_refused(tmp_path: Path, keep: int) -> None:
    whole = write_parquet(tmp_path / "whole.parquet", parquet_columns(rows(300))).read_bytes()
    assert "a damaged or encrypted Parquet file" in message_of(tmp_path, whole[:keep], "roster.parquet")
    torn = whole[:keep] + bytes(200) + whole[keep + 200 :]
    assert "a damaged or encrypted Parquet file" in message_of(tmp_path, torn, "roster.parquet")


def test_the_header_is_read_without_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(text_of(ONE))
    assert open_source(path).names == COLUMNS
