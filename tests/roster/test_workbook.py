"""Workbooks: what a sheet shows is read true, what it lost is told."""

import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from earlywarn.config.reading import Reading
from earlywarn.errors import RosterError
from earlywarn.roster.blocks import WHOLE_ROW
from earlywarn.roster.door import open_roster
from earlywarn.roster.read import open_source
from fuzz.books import book, row, sheet, write_book, zipped
from tests.roster.made import COLUMNS, DEMO_SERVING, GOOD, door_of, limited, reading, refused
from tests.roster.made import row as good
from tests.roster.made import rows as goods

NUMBERS = ("read", "math", "read_before", "math_before", "age")


def values(**changed: object) -> list[object]:
    cells: dict[str, object] = {**GOOD, **{name: float(GOOD[name]) for name in NUMBERS}, **changed}
    return [cells[name] for name in COLUMNS]


def opened(folder: Path, content: bytes, config: object = DEMO_SERVING):  # type: ignore[no-untyped-def]
    path = folder / "roster.xlsx"
    path.write_bytes(content)
    return open_roster(path, config)  # type: ignore[arg-type]


def table(*rows: list[object]) -> bytes:
    return book(sheet(row(COLUMNS), *map(row, rows)))


def texts_of(folder: Path, content: bytes, how: Reading | None = None) -> dict[str, list[str]]:
    path = folder / "roster.xlsx"
    path.write_bytes(content)
    source = open_source(path, how)
    blocks = list(source.blocks(dict.fromkeys(source.names, pa.string()), frozenset()))
    return {name: [text for block in blocks for text in block.columns[name].to_pylist()] for name in source.names}


def test_a_workbook_gives_the_same_as_a_csv(tmp_path: Path) -> None:
    cells = [*goods(3), good(student_id="0004", grade="9"), good(student_id="0001")]
    rows = [[float(each[name]) if name in NUMBERS else each[name] for name in COLUMNS] for each in cells]
    csv_door, door = door_of(tmp_path, *cells), opened(tmp_path, table(*rows))
    assert (door.counts, refused(door)) == (csv_door.counts, refused(csv_door))
    assert door.roster.student_id.tolist() == csv_door.roster.student_id.tolist()
    assert door.roster.lines.tolist() == csv_door.roster.lines.tolist()
    np.testing.assert_array_equal(door.roster.numbers["read"], csv_door.roster.numbers["read"])


def test_every_kind_of_cell_is_read_as_save_as_csv_would_write_it_and_days_as_days(tmp_path: Path) -> None:
    cases = [
        ("<c><v>45352</v></c>", "45352"),
        ('<c s="1"><v>45352</v></c>', "2024-03-01"),
        ('<c s="1"><v>45352.4201388889</v></c>', "2024-03-01 10:05:00"),
        ('<c s="1"><v>59</v></c>', "1900-02-28"),
        ('<c s="1"><v>60</v></c>', "60"),
        ('<c s="1"><v>61</v></c>', "1900-03-01"),
        ('<c s="1"><v>1e300</v></c>', "1e+300"),
        ('<c s="4"><v>0.5</v></c>', "12:00:00"),
        ('<c s="5"><v>1.5</v></c>', "1.5"),
        ('<c s="6"><v>3</v></c>', "3"),
        ('<c s="7"><v>45352</v></c>', "2024-03-01"),
        ('<c s="3"><v>0.95</v></c>', "0.95"),
        ('<c s="2"><v>123</v></c>', "00123"),
        ('<c s="99"><v>7</v></c>', "7"),
        ("<c><v>123.0</v></c>", "123"),
        ("<c><v>0.1</v></c>", "0.1"),
        ("<c><v>1E-3</v></c>", "0.001"),
        ("<c><v>1e400</v></c>", "1e400"),
        ('<c t="b"><v>1</v></c>', "TRUE"),
        ('<c t="d"><v>2024-03-01</v></c>', "2024-03-01"),
        ('<c t="s"><v>0</v></c>', "Peña"),
        ('<c t="str"><f>A1</f><v>x</v></c>', "x"),
        ('<c t="str"><f>A1</f><v></v></c>', ""),
        ('<c t="inlineStr"><is><r><t>a</t></r><r><t> b</t></r><rPh><t>no</t></rPh></is></c>', "a b"),
        ('<c t="inlineStr"><is><t>a_x000D_b_x005F_</t></is></c>', "a\rb_"),
        ("<c/>", ""),
    ]
    content = book(
        sheet(row(["x", "y"]), *(row([xml, "."]) for xml, _ in cases)), strings=["<r><t>Pe</t></r><r><t>ña</t></r>"]
    )
    assert texts_of(tmp_path, content)["x"] == [text for _, text in cases]


def test_days_may_be_counted_from_1904(tmp_path: Path) -> None:
    content = book(sheet(row(["x"]), row(['<c s="1"><v>43890</v></c>'])), properties='<workbookPr date1904="1"/>')
    assert texts_of(tmp_path, content) == {"x": ["2024-03-01"]}


def test_rows_have_the_numbers_that_the_sheet_shows(tmp_path: Path) -> None:
    content = book(sheet(row(COLUMNS, 3), row(values(), 7), row([None], 8), row(values(student_id="2", read="x"), 9)))
    door = opened(tmp_path, content)
    assert door.roster.lines.tolist() == [7]
    assert refused(door) == [(9, "read", "text in a number")]


def test_cells_go_by_their_place_in_the_sheet(tmp_path: Path) -> None:
    cells = '<row r="2"><c r="B2"><v>5</v></c><c r="AA2"><v>6</v></c></row>'
    names = [f"c{place}" for place in range(27)]
    found = texts_of(tmp_path, book(sheet(row(names), cells)))
    assert [found["c0"], found["c1"], found["c26"]] == [[""], ["5"], ["6"]]


def test_a_table_that_begins_beside_the_first_column_is_read(tmp_path: Path) -> None:
    assert opened(tmp_path, book(sheet(row([None, *COLUMNS]), row([None, *values()])))).counts.accepted == 1


def test_the_first_sheet_that_is_shown_is_read_and_the_choice_told(tmp_path: Path) -> None:
    first, second = sheet(row(["a"]), row(["1"])), sheet(row(["b"]), row(["2"]))
    content = book(first, second, names=["old", "new"], hidden=["old"])
    assert texts_of(tmp_path, content) == {"b": ["2"]}
    (guess,) = open_source(tmp_path / "roster.xlsx").guesses
    assert (guess.what, guess.found, guess.is_warning) == ("sheet", "new", True)
    assert texts_of(tmp_path, content, Reading(sheet="old")) == {"a": ["1"]}


def test_a_sheet_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    content = book(sheet(row(["a"])), sheet(row(["b"])), names=["May", "June"])
    with pytest.raises(RosterError, match=r"no sheet 'July'; allowed: its sheets: May, June; .*reading.sheet"):
        opened(tmp_path, content, reading(sheet="July"))


def test_an_empty_sheet_is_told(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="sheet 'May': an empty sheet"):
        opened(tmp_path, book(sheet(row([None, " "])), names=["May"]))


def test_a_header_alone_is_no_roster(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="a header and no rows"):
        opened(tmp_path, table())


@pytest.mark.parametrize(("merged", "rows"), [("A1:B1", "row 1"), ("C3:C5", "row 3")])
def test_merged_cells_are_refused(tmp_path: Path, merged: str, rows: str) -> None:
    after = f'<mergeCells count="1"><mergeCell ref="{merged}"/></mergeCells>'
    content = book(sheet(row(COLUMNS), *[row(values(student_id=str(place))) for place in range(5)], after=after))
    with pytest.raises(RosterError, match=rf"merged cells, of which only one holds a value \({rows}\)"):
        opened(tmp_path, content)


@pytest.mark.parametrize(
    "broken",
    [
        '<c t="e"><v>#N/A</v></c>',
        '<c t="e"><f>1/0</f><v>#DIV/0!</v></c>',
        "<c><f>SUM(A1)</f><v></v></c>",
        "<c><f>A1</f></c>",
    ],
)
def test_a_formula_error_is_refused_and_never_taken_for_missing(tmp_path: Path, broken: str) -> None:
    door = opened(tmp_path, table(values(lunch=broken), values(student_id="2", read=broken), values(student_id="3")))
    rule = "a formula error, or a formula without a value"
    assert refused(door) == [(2, "lunch", rule), (3, "read", rule)]
    assert door.counts.rows_in == 3


def test_an_id_of_more_digits_than_a_workbook_keeps_is_refused(tmp_path: Path) -> None:
    long = ["<c><v>1.2345678901234568E+19</v></c>", "<c><v>1E+15</v></c>", "<c><v>1234567890123456</v></c>"]
    door = opened(tmp_path, table(*[values(student_id=xml) for xml in long], values(student_id=999_999_999_999_999)))
    assert refused(door) == [(line, "student_id", "a number of more than 15 digits") for line in (2, 3, 4)]
    assert door.roster.student_id.tolist() == ["999999999999999"]


def test_ids_stored_as_numbers_are_taken_with_a_warning(tmp_path: Path) -> None:
    path = write_book(tmp_path / "roster.xlsx", list(COLUMNS), values(student_id=123.0), values(student_id="00124"))
    assert open_roster(path, DEMO_SERVING).roster.student_id.tolist() == ["123", "00124"]
    (guess,) = [guess for guess in open_source(path).guesses if guess.what == "leading zeros"]
    assert guess.where == "roster.xlsx: column 'student_id'"
    assert guess.is_warning
    assert "zeros in front, if there were any, are lost" not in guess.found


def test_zeros_that_only_a_number_format_shows_are_put_back_with_a_warning(tmp_path: Path) -> None:
    content = table(values(student_id='<c s="2"><v>123</v></c>'))
    assert opened(tmp_path, content).roster.student_id.tolist() == ["00123"]
    (guess,) = [guess for guess in open_source(tmp_path / "roster.xlsx").guesses if guess.what == "leading zeros"]
    assert guess.found == "numbers shown with zeros in front"


def test_a_value_beside_the_table_is_refused_with_its_row(tmp_path: Path) -> None:
    door = opened(tmp_path, table([*values(), None, "note"], values(student_id="2")))
    assert refused(door) == [(2, WHOLE_ROW, "more cells than the header")]


def test_a_workbook_with_a_password_is_told(tmp_path: Path) -> None:
    compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000) + "EncryptedPackage".encode("utf-16-le") + bytes(900)
    with pytest.raises(RosterError, match="a workbook with a password"):
        opened(tmp_path, compound)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3_000), r"an old Excel workbook \(\.xls\)"),
        (zipped({"roster.csv": "a,b\n1,2\n"}), "a zip archive that holds no workbook"),
        (b"PK\x05\x06" + bytes(18), "a zip archive that holds no workbook"),
        (b"PK\x03\x04 and no more", "a damaged workbook"),
        (book(sheet())[:-30], "a damaged workbook"),
        (book(sheet(row(["a"]), row(["1"], 1))), "a damaged workbook"),
        (book(sheet(row(["a"]), row(["1"], 2_000_000))), "a damaged workbook"),
        (book(sheet('<row><c r="ZZZ1"><v>1</v></c></row>')), "a damaged workbook"),
        (book(sheet('<row><c t="s"><v>0</v></c></row>')), "a damaged workbook"),
        (book("<worksheet><sheetData>"), "a damaged workbook"),
        (book("<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet>&a;</worksheet>"), "a damaged workbook"),
        (b"student_id\n1\n", r"named \.xlsx, but no workbook"),
    ],
)
def test_what_is_no_sound_workbook_is_told(tmp_path: Path, content: bytes, found: str) -> None:
    with pytest.raises(RosterError, match=found):
        opened(tmp_path, content)


def test_a_byte_that_changed_in_a_sheet_is_found_before_any_row_is_taken(tmp_path: Path) -> None:
    content = bytearray(book(sheet(*[row([f"{place}"]) for place in range(2_000)])))
    with zipfile.ZipFile(write_bytes(tmp_path / "whole.xlsx", bytes(content))) as archive:
        begin = archive.getinfo("xl/worksheets/sheet1.xml").header_offset
    content[begin + 600] ^= 1
    with pytest.raises(RosterError, match="a damaged workbook"):
        opened(tmp_path, bytes(content))


def write_bytes(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_a_zip_bomb_is_refused_by_what_its_directory_says(tmp_path: Path) -> None:
    content = book(sheet(row(["a"])), more={"xl/media/zeros.bin": bytes(40 << 20)})
    with pytest.raises(RosterError, match=r"unzips to far more .* at most 200 \(reading.limits.unzip_ratio"):
        opened(tmp_path, content)
    with pytest.raises(RosterError, match=r"unzipped bytes; allowed: at most 1,000,000 \(reading.limits.unzipped_byt"):
        opened(tmp_path, content, limited(unzipped_bytes=1_000_000))


def test_two_cells_far_apart_fill_no_memory(tmp_path: Path) -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    content = book(sheet('<row r="1"><c r="A1" t="str"><v>a</v></c></row>', far))
    tracemalloc.start()
    found = texts_of(tmp_path, content)
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()
    assert found == {"a": [""]}


def test_too_many_columns_and_too_long_a_row_are_told_with_the_key_to_raise(tmp_path: Path) -> None:
    content = book(sheet(row([f"c{place}" for place in range(200)])))
    with pytest.raises(RosterError, match=r"200 columns; allowed: at most 100 \(reading.limits.columns\)"):
        opened(tmp_path, content, limited(columns=100))
    with pytest.raises(RosterError, match=r"at most 100 \(reading.limits.line_bytes\)"):
        opened(tmp_path, content, limited(line_bytes=100))
