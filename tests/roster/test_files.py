"""Files as they are stored: packed, in other encodings, with other separators, in parts, too large, changing."""

import gzip
import hashlib
import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earlywarn.config.reading import Limits
from earlywarn.errors import EarlywarnError, RosterError
from earlywarn.roster import encoding, pieces, stored
from earlywarn.roster.blocks import WHOLE_ROW, Guess
from earlywarn.roster.door import Door, open_roster
from earlywarn.roster.read import open_source
from fuzz.books import write_book
from tests.roster.made import (
    COLUMNS,
    DEMO_SERVING,
    HEADER,
    limited,
    line,
    opened,
    parquet_columns,
    reading,
    refused,
    row,
    rows,
    text_of,
    write_parquet,
)  # fmt: skip

ONE, TWO, THREE = map(line, rows(3))
ACCENTS = text_of(ONE, TWO.replace("small", "niño"), THREE.replace("small", "“Peña” €")).decode()


def guesses(folder: Path, name: str = "roster.csv") -> dict[str, Guess]:
    return {guess.what: guess for guess in open_source(folder / name).guesses}


def written(path: Path, content: bytes) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def classes(door: Door) -> list[str]:
    return door.roster.texts["class_type"].texts()


# ── encodings ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("piece", [1, 7, 1_000_000])
def test_accents_are_read_alike_in_every_encoding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, codec: str, piece: int
) -> None:
    monkeypatch.setattr(pieces, "PIECE", piece)
    assert classes(opened(tmp_path, ACCENTS.encode(codec))) == ["small", "niño", "“Peña” €"]


def test_utf_16_of_the_other_byte_order_is_read(tmp_path: Path) -> None:
    door = opened(tmp_path, b"\xfe\xff" + ACCENTS.encode("utf-16-be"))
    assert classes(door)[2] == "“Peña” €"
    assert guesses(tmp_path)["encoding"].sure.startswith("certain")


def test_a_last_letter_without_a_line_break_is_of_the_encoding_too(tmp_path: Path) -> None:
    opened(tmp_path, text_of(ONE, TWO).rstrip(b"\r\n") + b"\xe9")
    assert guesses(tmp_path)["encoding"].found == "Windows-1252"


def test_windows_1252_is_taken_with_a_warning_and_utf_8_without(tmp_path: Path) -> None:
    opened(tmp_path, ACCENTS.encode("cp1252"))
    guess = guesses(tmp_path)["encoding"]
    assert (guess.found, guess.is_warning) == ("Windows-1252", True)
    assert "state reading.encoding" in guess.sure
    opened(tmp_path, ACCENTS.encode())
    assert (guesses(tmp_path)["encoding"].found, guesses(tmp_path)["encoding"].is_warning) == ("UTF-8", False)


def test_one_file_is_in_one_encoding_from_its_first_row_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    late = text_of(*[ONE.replace("0001", f"a{place}") for place in range(500)]) + TWO.replace("small", "é").encode(
        "cp1252"
    )
    monkeypatch.setattr(pieces, "PIECE", 100)
    monkeypatch.setattr(encoding, "_READ_AT_ONCE", 100)
    assert classes(opened(tmp_path, late))[-1] == "é"
    assert guesses(tmp_path)["encoding"].found == "Windows-1252"


def test_a_file_that_is_partly_utf_8_and_partly_not_is_refused_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mixed = text_of(ONE.replace("small", "é"), TWO) + THREE.replace("small", "é").encode("cp1252")
    for size in (1, 100, 1_000_000):
        monkeypatch.setattr(encoding, "_READ_AT_ONCE", size)
        with pytest.raises(RosterError, match=r"roster.csv: line 4: a byte that is not UTF-8, in a file that is UTF-8"):
            opened(tmp_path, mixed)


def test_a_byte_that_windows_1252_does_not_know_is_told_with_its_line(tmp_path: Path) -> None:
    content = text_of(ONE) + TWO.replace("small", "~").encode().replace(b"~", b"\xe9\x81")
    with pytest.raises(RosterError, match=r"roster.csv: line 3: bytes that are not Windows-1252"):
        opened(tmp_path, content)


def test_utf_16_that_breaks_off_is_told(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match=r"roster.csv: line 4: bytes that are not UTF-16"):
        opened(tmp_path, ACCENTS.rstrip().encode("utf-16")[:-1])


def test_an_encoding_that_is_stated_is_not_guessed(tmp_path: Path) -> None:
    spoilt = opened(tmp_path, text_of(ONE.replace("small", "niño")), reading(encoding="windows-1252"))
    assert classes(spoilt) == ["niÃ±o"]
    assert classes(opened(tmp_path, ACCENTS.encode("utf-16-le"), reading(encoding="utf-16")))[1] == "niño"
    with pytest.raises(RosterError, match=r"line 3 \(byte \d+\): a byte that is not UTF-8"):
        opened(tmp_path, ACCENTS.encode("cp1252"), reading(encoding="utf-8"))


def test_an_encoding_that_the_mark_contradicts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="stated as Windows-1252, but it begins with a byte order mark of UTF-8"):
        opened(tmp_path, ACCENTS.encode("utf-8-sig"), reading(encoding="windows-1252"))


# ── separators ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("mark", "name"), [(",", "commas"), ("\t", "tabs"), (";", "semicolons"), ("|", "bars")])
def test_the_separator_is_told_from_the_header(tmp_path: Path, mark: str, name: str) -> None:
    quoted = TWO.replace(",", mark).replace("small", f'"a{mark}b"')
    lines = [HEADER.replace(",", mark), ONE.replace(",", mark), quoted, f"{THREE},x".replace(",", mark), f"1{mark}2"]
    door = opened(tmp_path, ("\n".join(lines) + "\n").encode())
    assert classes(door) == ["small", f"a{mark}b"]
    rules = ["more cells than the header", "fewer cells than the header"]
    assert refused(door) == [(place, WHOLE_ROW, rule) for place, rule in enumerate(rules, start=4)]
    assert guesses(tmp_path)["separator"].found == name


def test_a_separator_inside_quotes_is_none(tmp_path: Path) -> None:
    header = HEADER.replace("lunch", 'lunch,"a;b|c"')
    assert opened(tmp_path, text_of(f"{ONE},1", header=header)).counts.accepted == 1
    assert guesses(tmp_path)["separator"].sure.startswith("certain")


def test_of_two_separators_the_one_that_fits_the_first_row_is_taken(tmp_path: Path) -> None:
    assert opened(tmp_path, text_of(f"{ONE},1", header=f"{HEADER},a;b")).counts.accepted == 1
    assert guesses(tmp_path)["separator"].sure.startswith("likely")


@pytest.mark.parametrize("first", ["1,2;3", "1", ""])
def test_where_two_separators_fit_none_is_chosen(tmp_path: Path, first: str) -> None:
    content = f"student_id,read;math\n{first}\n".encode()
    with pytest.raises(RosterError, match="commas and semicolons in the header: any of them may part the cells"):
        opened(tmp_path, content)
    with pytest.raises(RosterError, match="no column"):
        opened(tmp_path, content, reading(separator=","))


def test_a_row_of_tabs_alone_is_a_row(tmp_path: Path) -> None:
    blank = "," * 12
    lines = [text.replace(",", "\t") for text in (HEADER, ONE, blank, ",,", "", "  ", TWO)]
    door = opened(tmp_path, ("\n".join(lines) + "\n").encode())
    assert door.counts.rows_in == 4
    assert (4, WHOLE_ROW, "fewer cells than the header") in refused(door)
    alone = opened(tmp_path, "\n".join(lines[:1] + lines[2:3]).encode())
    assert (alone.counts.rows_in, alone.counts.quarantined) == (1, 1)


def test_a_first_column_without_a_name_stays_in_its_place(tmp_path: Path) -> None:
    content = "\n".join(f",{text}".replace(",", "\t") for text in (HEADER, ONE)).encode()
    assert opened(tmp_path, content).counts.accepted == 1


# ── gzip ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_gzipped_csv_gives_the_same_and_its_sha256_is_of_the_packed_bytes(tmp_path: Path) -> None:
    plain = open_roster(written(tmp_path / "a.csv", text_of(ONE, "1,2", TWO)), DEMO_SERVING)
    packed = gzip.compress(text_of(ONE, "1,2", TWO))
    door = open_roster(written(tmp_path / "a.csv.gz", packed), DEMO_SERVING)
    assert (door.counts, refused(door)) == (plain.counts, refused(plain))
    assert door.sha256 == hashlib.sha256(packed).hexdigest()


def test_gzip_in_several_members_is_one_file(tmp_path: Path) -> None:
    packed = gzip.compress(text_of(ONE)) + gzip.compress(f"{TWO}\n".encode()) + bytes(12)
    assert open_roster(written(tmp_path / "a.csv.gz", packed), DEMO_SERVING).counts.accepted == 2


def test_gzipped_parquet_and_workbooks_are_read(tmp_path: Path) -> None:
    parquet = write_parquet(tmp_path / "a.parquet", parquet_columns(rows(3))).read_bytes()
    book = write_book(tmp_path / "a.xlsx", COLUMNS, list(row().values())).read_bytes()
    assert open_roster(written(tmp_path / "b.parquet.gz", gzip.compress(parquet)), DEMO_SERVING).counts.accepted == 3
    assert open_roster(written(tmp_path / "b.xlsx.gz", gzip.compress(book)), DEMO_SERVING).counts.accepted == 1


@pytest.mark.parametrize(
    ("packed", "found"),
    [
        (gzip.compress(text_of(ONE, TWO))[:-9], "a gzip file that breaks off"),
        (gzip.compress(text_of(ONE, TWO))[:12], "a gzip file that breaks off"),
        (b"\x1f\x8b", "a gzip file that breaks off"),
        (gzip.compress(text_of(ONE, TWO))[:-8] + bytes(8), "a damaged gzip file"),
        (gzip.compress(text_of(ONE, TWO)) + b"more", "a damaged gzip file"),
        (b"\x1f\x8brest", "a damaged gzip file"),
        (gzip.compress(gzip.compress(text_of(ONE))), "a gzip archive within a gzip archive"),
        (gzip.compress(b""), "an empty file"),
    ],
)
def test_gzip_that_is_not_whole_is_told(tmp_path: Path, packed: bytes, found: str) -> None:
    with pytest.raises(RosterError, match=found):
        open_roster(written(tmp_path / "a.csv.gz", packed), DEMO_SERVING)


def test_a_gzip_bomb_is_refused_before_it_is_unzipped(tmp_path: Path) -> None:
    bomb = written(tmp_path / "a.csv.gz", gzip.compress(text_of() + b" " * (30 << 20)))
    with pytest.raises(RosterError, match=r"unzips to far more .* at most 200 \(reading.limits.unzip_ratio\)"):
        open_roster(bomb, DEMO_SERVING)
    with pytest.raises(RosterError, match=r"unzips to more bytes.* at most 1,000 \(reading.limits.unzipped_bytes\)"):
        open_roster(bomb, limited(unzipped_bytes=1_000))


# ── limits ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_beyond_the_limit_is_told_with_the_key_to_raise(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match=r"\d+ bytes; allowed: at most 100 \(reading.limits.bytes\).*raise the limit"):
        opened(tmp_path, text_of(ONE), limited(bytes=100))


def test_a_line_of_200_megabytes_is_refused_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    with path.open("wb") as file:
        file.write(text_of(ONE))
        file.truncate(200_000_000)  # a hole of NUL bytes
    with pytest.raises(RosterError, match=r"line 3 .*a NUL byte"):
        open_roster(path, DEMO_SERVING)
    with path.open("wb") as file:
        file.write(text_of(ONE))
        for _ in range(200):
            file.write(b"x" * 1_000_000)
    with pytest.raises(RosterError, match=r"line 3 .*a row that does not end; .*\(reading.limits.line_bytes\)"):
        open_roster(path, DEMO_SERVING)
    with pytest.raises(RosterError, match=r"line 1 .*a row that does not end; .*\(reading.limits.line_bytes\)"):
        open_roster(written(path, b"x" * 20_000_000), DEMO_SERVING)


def test_100_000_columns_are_refused_with_the_key_to_raise(tmp_path: Path) -> None:
    wide = ",".join(f"c{place}" for place in range(100_000)).encode() + b"\n"
    with pytest.raises(RosterError, match=r"100,000 columns; allowed: at most 10,000 \(reading.limits.columns\)"):
        opened(tmp_path, wide)


def test_a_parquet_file_beyond_the_limits_is_refused(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "roster.parquet", parquet_columns(rows(300)))
    with pytest.raises(RosterError, match=r"13 columns; .*reading.limits.columns"):
        open_roster(path, limited(columns=12))
    with pytest.raises(RosterError, match=r"unzipped bytes; .*reading.limits.unzipped_bytes"):
        open_roster(path, limited(unzipped_bytes=100))


def test_usual_limits_are_those_of_the_config() -> None:
    assert Limits() == DEMO_SERVING.roster.reading.limits


# ── files that change ───────────────────────────────────────────────────────────────────────────────


def changing(path: Path, change: str) -> None:
    if change == "grows":
        with path.open("ab") as file:
            file.write(f"{THREE}\n0004,0".encode())
    elif change == "is written over":
        path.write_bytes(path.read_bytes().replace(b"small", b"large"))
        os.utime(path, ns=(1, 1))
    else:
        other = written(path.with_suffix(".new"), path.read_bytes())
        other.replace(path)


@pytest.mark.parametrize("change", ["grows", "is written over", "is replaced"])
@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, kind: str, change: str) -> None:
    path = tmp_path / f"roster.{kind}"
    if kind == "csv":
        written(path, text_of(ONE, TWO))
    elif kind == "parquet":
        write_parquet(path, parquet_columns(rows(2)))
    else:
        write_book(path, COLUMNS, list(row().values()))
    source = open_source(path)
    changing(path, change)
    with pytest.raises(RosterError, match="the file changed while it was read"):
        list(source.blocks({"class_type": pa.string()}, frozenset()))
    with pytest.raises(RosterError, match="the file changed while it was read"):
        source.sha256()


def test_a_file_that_grows_during_the_last_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "roster.csv", text_of(ONE, TWO))
    read = stored.sha256_file

    def grow_then_read(file: Path) -> str:
        changing(file, "grows")
        return read(file)

    monkeypatch.setattr(stored, "sha256_file", grow_then_read)
    with pytest.raises(RosterError, match="the file changed while it was read"):
        open_roster(path, DEMO_SERVING)


def test_a_folder_that_gains_a_part_while_it_is_read_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "roster"
    written(folder / "a.csv", text_of(ONE))
    source = open_source(folder)
    written(folder / "b.csv", text_of(TWO))
    with pytest.raises(RosterError, match="the folder changed while it was read"):
        source.sha256()


# ── folders of parts ────────────────────────────────────────────────────────────────────────────────


def test_parts_in_many_formats_are_one_roster_with_lines_of_their_own(tmp_path: Path) -> None:
    folder = tmp_path / "roster"
    cells = [row(student_id=str(place), grade="9" if place % 2 else "1") for place in range(1, 9)]
    turned = [",".join(reversed(COLUMNS)), *(",".join(each[name] for name in reversed(COLUMNS)) for each in cells[:2])]
    written(folder / "a.csv", "\n".join(turned).encode())
    write_parquet(folder / "b.parquet", parquet_columns(cells[2:4]))
    write_book(folder / "c.xlsx", COLUMNS, *(list(each.values()) for each in cells[4:6]))
    written(folder / "d.tsv.gz", gzip.compress(text_of(*map(line, cells[6:])).replace(b",", b"\t")))
    written(folder / ".hidden", b"x")
    written(folder / "~$c.xlsx", b"x")
    door = open_roster(folder, DEMO_SERVING)
    assert door.roster.student_id.tolist() == ["2", "4", "6", "8"]
    assert [(each.file, each.line) for each in door.refusals] == [
        ("a.csv", 2), ("b.parquet", 1), ("c.xlsx", 2), ("d.tsv.gz", 2),
    ]  # fmt: skip
    assert door.file == "roster"
    (left_out,) = [guess for guess in open_source(folder).guesses if guess.what == "parts"]
    assert left_out.found == "left out: .hidden, ~$c.xlsx"


def test_the_sha256_of_a_folder_is_that_of_the_list_that_sha256sum_prints(tmp_path: Path) -> None:
    folder = tmp_path / "roster"
    parts = {"a.csv": text_of(ONE), "b.csv": text_of(TWO)}
    for name, content in parts.items():
        written(folder / name, content)
    listed = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in parts.items())
    assert open_roster(folder, DEMO_SERVING).sha256 == hashlib.sha256(listed.encode()).hexdigest()


def test_rows_of_one_student_meet_across_parts(tmp_path: Path) -> None:
    folder = tmp_path / "roster"
    written(folder / "a.csv", text_of(ONE, TWO))
    written(folder / "b.csv", text_of(ONE, TWO.replace("500", "501")))
    door = open_roster(folder, DEMO_SERVING)
    assert (door.counts.merged, door.counts.quarantined, door.counts.accepted) == (1, 2, 1)
    remedies = [each.remedy for each in door.refusals]
    assert "line 3 of b.csv" in remedies[0]
    assert "line 3 of a.csv" in remedies[1]


def test_parts_whose_columns_differ_are_refused_all_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "roster"
    written(folder / "a.csv", text_of(ONE))
    written(folder / "b.csv", text_of(f"{ONE},1", header=f"{HEADER},more"))
    written(folder / "c.csv", text_of(ONE, header=HEADER.replace("sex", "gender")))
    with pytest.raises(RosterError) as caught:
        open_roster(folder, DEMO_SERVING)
    assert [(fault.where, fault.found) for fault in caught.value.faults] == [
        ("roster/b.csv", "a column 'more' that a.csv has not"),
        ("roster/c.csv", "no column 'sex'"),
        ("roster/c.csv", "a column 'gender' that a.csv has not"),
    ]


def test_an_id_that_one_part_stores_as_a_number_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "roster"
    written(folder / "a.csv", text_of(ONE))
    write_parquet(folder / "b.parquet", parquet_columns(rows(2)) | {"student_id": [1, 2]})
    with pytest.raises(RosterError, match="column 'student_id': stored as int64"):
        open_roster(folder, DEMO_SERVING)


def test_what_is_no_folder_of_parts_is_told(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="a folder without a file"):
        open_roster(tmp_path, DEMO_SERVING)
    folder = tmp_path / "roster"
    written(folder / "a.csv", text_of(ONE))
    (folder / "old").mkdir()
    with pytest.raises(RosterError, match="roster/old: a folder in the folder"):
        open_roster(folder, DEMO_SERVING)
    written(folder / "manifest.json", b"{}")
    with pytest.raises(RosterError, match="a score run, or another folder with a manifest"):
        open_roster(folder, DEMO_SERVING)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("parts")


@settings(max_examples=40, deadline=None)
@given(cuts=st.lists(st.integers(0, 12), max_size=3), broken=st.sets(st.integers(0, 11)))
def test_a_roster_in_parts_gives_what_it_gives_in_one_file(folder: Path, cuts: list[int], broken: set[int]) -> None:
    lines = [line(row(student_id=str(place % 9), grade="9" if place in broken else "1")) for place in range(12)]
    bounds = sorted({0, *cuts, 12})
    for old in folder.iterdir():
        old.unlink()
    for number, (begin, end) in enumerate(pairwise(bounds)):
        (folder / f"part-{number}.csv").write_bytes(text_of(*lines[begin:end]))
    parts = open_roster(folder, DEMO_SERVING)
    whole = open_roster(written(folder.parent / "whole.csv", text_of(*lines)), DEMO_SERVING)
    assert parts.counts == whole.counts
    assert parts.roster.student_id.tolist() == whole.roster.student_id.tolist()
    np.testing.assert_array_equal(parts.roster.numbers["read"], whole.roster.numbers["read"])


# ── every trap, whatever the format ─────────────────────────────────────────────────────────────────


def test_a_column_without_a_value_is_missing_throughout(tmp_path: Path) -> None:
    cells = [row(student_id=str(place), age="", class_type="") for place in range(3)]
    for door in traps(tmp_path, cells):
        assert np.isnan(door.roster.numbers["age"]).all()
        assert door.roster.texts["class_type"].codes.tolist() == [-1, -1, -1]


def test_a_number_too_large_for_any_machine_is_refused(tmp_path: Path) -> None:
    for door in traps(tmp_path, [row(read="1e400"), row(student_id="2")]):
        assert refused(door) == [(2, "read", "an infinite or undefined number")]


def traps(folder: Path, cells: list[dict[str, str]]) -> Iterator[Door]:
    yield opened(folder, text_of(*map(line, cells)))
    yield open_roster(write_book(folder / "a.xlsx", COLUMNS, *(list(each.values()) for each in cells)), DEMO_SERVING)


def test_no_error_tells_a_value(tmp_path: Path) -> None:
    secret = "unmistakable"
    contents = [
        text_of(ONE, TWO.replace("small", f"{secret}\0")),
        text_of(ONE, TWO.replace("small", f'{secret}"')),
        text_of(ONE, TWO.replace("small", secret)) + b"\xe9\x81",
        text_of(ONE, TWO.replace("small", f'"{secret}')),
    ]
    for content in contents:
        with pytest.raises(EarlywarnError) as caught:
            opened(tmp_path, content)
        assert secret not in str(caught.value)
