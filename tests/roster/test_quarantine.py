"""The list of refused rows: in order, safe to open in a spreadsheet, and short where it is summed up."""

import csv
from pathlib import Path

import pytest

from earlywarn.columns import Refusal
from earlywarn.errors import MachineError
from earlywarn.roster.blocks import WHOLE_ROW
from earlywarn.roster.quarantine import quarantine_table, summary, write_quarantine

ROWS = (
    Refusal(19, "read", "text in a number", "write digits", "b.csv"),
    Refusal(7, "read", "text in a number", "write digits", "b.csv"),
    Refusal(7, "=cmd()", "no grade", "fill it in", "b.csv"),
    Refusal(30, WHOLE_ROW, "fewer cells than the header", "give it 13", "a.csv"),
)


def test_refused_rows_stand_by_file_and_line() -> None:
    table = quarantine_table(ROWS)
    assert table.column_names == ["file", "line", "column", "rule", "remedy"]
    assert table["line"].to_pylist() == [30, 7, 7, 19]


def test_a_column_named_like_a_formula_is_made_harmless() -> None:
    assert quarantine_table(ROWS)["column"].to_pylist()[1] == "'=cmd()"


def test_the_list_is_written_as_a_csv_that_any_program_reads(tmp_path: Path) -> None:
    write_quarantine(ROWS, tmp_path / "quarantine.csv")
    with (tmp_path / "quarantine.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert lines[0] == {
        "file": "a.csv", "line": "30", "column": WHOLE_ROW, "rule": "fewer cells than the header",
        "remedy": "give it 13",
    }  # fmt: skip
    assert len(lines) == 4


def test_a_list_of_nothing_is_a_header(tmp_path: Path) -> None:
    write_quarantine((), tmp_path / "quarantine.csv")
    assert (tmp_path / "quarantine.csv").read_text().splitlines() == ['"file","line","column","rule","remedy"']


def test_a_disk_that_fails_is_the_machines_fault(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MachineError):
        write_quarantine(ROWS, tmp_path / "file" / "quarantine.csv")


def test_a_summary_counts_by_column_and_rule_the_most_frequent_first() -> None:
    many = [Refusal(line, "read", "text in a number", "write digits") for line in range(100, 90, -1)]
    first, *others = summary([*ROWS, *many])
    assert first == ("read", "text in a number", "write digits", 12, (91, 92, 93, 94, 95))
    assert first.extent == "12 rows (lines 91, 92, 93, 94, 95, ...)"
    assert {(count.place, count.extent) for count in others} == {
        ("column '=cmd()'", "1 row (line 7)"),
        (WHOLE_ROW, "1 row (line 30)"),
    }
