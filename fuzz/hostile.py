"""Hostile files from sound ones: one number gives one file, always the same."""

import csv
import gzip
import io
import random
import zipfile
from collections.abc import Callable

import pyarrow as pa
from pyarrow import parquet

from fuzz.books import book, row, sheet

COLUMNS = (
    "student_id", "school_id", "school_year", "grade", "read", "math", "read_before", "math_before",
    "age", "class_type", "sex", "race", "lunch",
)  # fmt: skip
NUMBERS = COLUMNS[4:9]

ODD_CELLS = (
    "", " ", "NA", "0", "-1", "1e400", "nan", "95%", "a,b", "a;b", "a\tb", 'q"q', "a\nb", "a\r\n\nb", "Peña", "“x”",
    "=1+1", "9" * 30, "x" * 300, "\ufeff", "K", "12", "TRUE", "2024-03-01",
)  # fmt: skip
ODD_XML = (
    '<c t="s"><v>1</v></c>', '<c t="e"><v>#REF!</v></c>', '<c s="2"><v>7</v></c>', '<c s="1"><v>45352.5</v></c>',
)  # fmt: skip
TOKENS = (
    b'"', b'""', b"\0", b"\r", b"\n", b"\r\n", b",", b"\t", b";", b"|", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\xc3",
    b"\x81", b"\x80\x80", b" ", b"\n\n\n", b'"\n"', b"x" * 5_000, b"1e999", b"\x1f\x8b", b"PK\x03\x04", b"\x1a",
    b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x80\xa8", b"\x0b", b"\x0c", b"\x85",
)  # fmt: skip
MARKUP = (
    b"<row>", b"</row>", b"<c>", b"</c>", b"<v>", b"</v>", b' r="A1"', b' r="XFD1048576"', b' r="5"', b' t="s"',
    b' t="e"', b' t="b"', b' t="d"', b' s="1"', b' s="-1"', b"<f/>", b"99999", b"&#65;", b"&lt;", b"]]>", b"<!--",
    b"-->", b"<?x ?>", b"<is><t>", b"</t></is>", b"_x0000_", b"_xD800_", b'<mergeCell ref="A1:B2"/>', b"<x:c>",
)  # fmt: skip


def hostile_file(seed: int, number: int) -> tuple[str, bytes]:
    """Give the name and the bytes of one file."""
    rng = random.Random(f"{seed}:{number}")
    kind = rng.choice(tuple(_SOUND))
    content = _SOUND[kind](rng)
    harms, times = (_HARMS, (0, 1, 1, 2, 4)) if kind in ("csv", "tsv", "txt") else (_HARMS[:4], (0, 0, 0, 1, 2))
    for _ in range(rng.choice(times)):
        content = rng.choice(harms)(content, rng)
    if rng.random() < 0.1:
        content, kind = gzip.compress(content, 1, mtime=0), f"{kind}.gz"
        if rng.random() < 0.5:
            content = rng.choice(_HARMS)(content, rng)
    return f"roster.{kind}", content


def _cells(rng: random.Random) -> list[list[str]]:
    rows = []
    for place in range(rng.choice((0, 1, 3, 8, 20))):
        grade, year = rng.choice("K123"), rng.choice(("1986", "1987"))
        cells = [f"{place:04d}", f"{place % 3:03d}", year, grade, *("500.5",) * 4, "0.5", "small", "F", "W", "N"]
        for _ in range(rng.choice((0, 0, 1, 2))):
            cells[rng.randrange(len(cells))] = rng.choice(ODD_CELLS)
        rows.append(cells)
    return rows


def _header(rng: random.Random) -> list[str]:
    names = list(COLUMNS)
    if rng.random() < 0.2:
        place = rng.randrange(len(names))
        rng.choice(
            (
                lambda: names.pop(place),
                lambda: names.insert(place, names[place - 1]),
                lambda: names.insert(place, rng.choice(ODD_CELLS)),
                lambda: rng.shuffle(names),
            )
        )()
    return names


def _text(rng: random.Random, separator: str, codec: str) -> bytes:
    stream = io.StringIO()
    quoting = rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    writer = csv.writer(stream, delimiter=separator, lineterminator=rng.choice(("\n", "\r\n")), quoting=quoting)
    writer.writerows([_header(rng), *_cells(rng)])
    return stream.getvalue().encode(codec, "replace")


def _parquet(rng: random.Random) -> bytes:
    rows = _cells(rng)
    columns: dict[str, list[object]] = {}
    for place, name in enumerate(COLUMNS):
        columns[name] = [_number(each[place]) if name in NUMBERS else each[place] for each in rows]
    stream = io.BytesIO()
    parquet.write_table(pa.table(columns), stream, compression=rng.choice(("snappy", "none", "zstd")))
    return stream.getvalue()


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _book(rng: random.Random) -> bytes:
    """Give a workbook whose XML may be harmed before it is zipped, so that no sum of bytes gives that away."""
    rows = [row([_cell(text, rng) for text in cells]) for cells in (_header(rng), *_cells(rng))]
    content = book(sheet(*rows), strings=["<t>W</t>", "<t>Peña</t>"])
    return _harm_inside(content, rng) if rng.random() < 0.6 else content


def _cell(text: str, rng: random.Random) -> str | float:
    number = _number(text)
    if rng.random() < 0.05:
        return rng.choice(ODD_XML)
    finite = number is not None and abs(number) < 1e300
    return number if finite and rng.random() < 0.5 else text.replace("\ufeff", "")


def _harm_inside(content: bytes, rng: random.Random) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        members = old.namelist()
        chosen = rng.choice([*members, "xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"])
        for name in members:
            inner = old.read(name)
            for _ in range(rng.choice((1, 2, 4)) if name == chosen else 0):
                inner = rng.choice((_mark_up, _flip, _cut, _double, _insert))(inner, rng)
            new.writestr(name, inner)
    return stream.getvalue()


def _flip(content: bytes, rng: random.Random) -> bytes:
    harmed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 8)) if harmed else 0):
        harmed[rng.randrange(len(harmed))] = rng.randrange(256)
    return bytes(harmed)


def _cut(content: bytes, rng: random.Random) -> bytes:
    begin, end = _span(content, rng)
    return content[:begin] if rng.random() < 0.5 else content[:begin] + content[end:]


def _double(content: bytes, rng: random.Random) -> bytes:
    begin, end = _span(content, rng)
    place = rng.choice((end, rng.randrange(len(content) + 1)))
    return content[:place] + content[begin:end] * rng.choice((1, 1, 3)) + content[place:]


def _insert(content: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(content) + 1)
    return content[:place] + rng.choice(TOKENS) + content[place:]


def _mark_up(content: bytes, rng: random.Random) -> bytes:
    places = [place for place, byte in enumerate(content) if byte in b"<>"] or [0]
    place = rng.choice(places) + rng.randrange(2)
    return content[:place] + rng.choice(MARKUP) + content[place:]


def _swap(content: bytes, rng: random.Random) -> bytes:
    old, new = rng.choice(TOKENS[:16]), rng.choice(TOKENS)
    return content.replace(old, new, rng.choice((1, 1, -1)))


def _recode(content: bytes, rng: random.Random) -> bytes:
    codec = rng.choice(("utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-8-sig", "utf-32"))
    return content.decode("latin-1").encode(codec, "replace")


def _span(content: bytes, rng: random.Random) -> tuple[int, int]:
    begin = rng.randrange(len(content) + 1)
    return begin, min(len(content), begin + rng.choice((1, 2, 10, 100, 1_000)))


_SOUND: dict[str, Callable[[random.Random], bytes]] = {
    "csv": lambda rng: _text(rng, ",", rng.choice(("utf-8", "utf-8-sig", "cp1252"))),
    "tsv": lambda rng: _text(rng, "\t", rng.choice(("utf-8", "utf-16", "cp1252"))),
    "txt": lambda rng: _text(rng, rng.choice(";|"), rng.choice(("utf-8", "utf-16"))),
    "xlsx": _book,
    "parquet": _parquet,
}
_HARMS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip, _cut, _double, _insert, _flip, _cut, _double, _insert, _insert, _swap, _recode
)  # fmt: skip
