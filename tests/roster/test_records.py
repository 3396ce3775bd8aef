"""Where records begin and end, byte by byte."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earlywarn.roster import records

cells = st.lists(st.lists(st.text('ab",\n\r', max_size=6), min_size=3, max_size=3), min_size=1, max_size=8)


def written(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


@given(rows=cells)
def test_a_sound_csv_has_no_stray_quote(rows: list[list[str]]) -> None:
    content = written(rows)
    assert records.stray_quote(content) is None
    assert records.open_quote(content) is None
    assert records.bare_return(content) is None
    assert len(records.record_lines(content, 1)) == len(rows)


@given(rows=cells, cut=st.integers(0, 200))
def test_a_chunk_is_cut_after_a_whole_record(rows: list[list[str]], cut: int) -> None:
    content = written(rows)
    whole = records.whole_records(content[:cut])
    ends = [0]
    for row in rows:
        ends.append(ends[-1] + len(written([row])))
    assert whole == max(end for end in ends if end <= cut)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b'1,a"b"\n', 3),
        (b'1,"a"b\n', 2),
        (b'1, "a"\n', 3),
        (b'1,"a\n2,"b"\n', 2),
        (b'1,"a" ,2\n', 2),
        (b'1,"a""b",""\n', None),
        (b'"","",""\r\n', None),
        (b'1,"a', None),
    ],
)
def test_a_quote_stands_at_an_edge_of_its_cell_or_astray(content: bytes, place: int | None) -> None:
    assert records.stray_quote(content) == place


def test_a_bare_return_counts_only_outside_of_quotes() -> None:
    assert records.bare_return(b'1,"a\rb"\r\n2,3\r4,5\n') == 12
    assert records.bare_return(b'1,"a\rb"\r\n') is None
    assert records.bare_return(b"1,2\r") is None


@pytest.mark.parametrize(
    ("content", "spans"),
    [
        (b'1,"a\nb",3\n', []),
        (b'1,"a, b\nc",3\n', []),
        (b'1,"a,3\n4,b",6\n', [(1, 2)]),
        (b'1,2,3\n1,"a,3\n4,5,6\n7,b",9\n1,2,3\n', [(2, 4)]),
    ],
)
def test_a_record_that_holds_whole_rows_is_told_from_one_that_holds_a_note(
    content: bytes, spans: list[tuple[int, int]]
) -> None:
    assert records.swallowing_records(content, 1, 3) == spans
