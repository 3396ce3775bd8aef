"""Made-up workbooks for the fuzzer and for tests, written as the bare XML that a spreadsheet writes."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
FORMATS = ("General", "yyyy-mm-dd", "00000", "0%", "h:mm", "[h]:mm", '0.0" days"', "[$-409]d\\-mmm\\-yy;@")
"""Number formats by the style that names them."""

Cell = str | int | float | bool | None


def cell(value: Cell) -> str:
    """Give the XML of a cell without its place; text that begins with < is XML already."""
    if value is None:
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{value:d}</v></c>'
    if isinstance(value, str):
        return value if value.startswith("<") else f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f"<c><v>{value!r}</v></c>"


def row(values: Sequence[Cell], number: int | None = None) -> str:
    """Give the XML of a row."""
    place = f' r="{number}"' if number else ""
    return f"<row{place}>{''.join(map(cell, values))}</row>"


def sheet(*rows: str, after: str = "") -> str:
    """Give the XML of a worksheet."""
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(rows)}</sheetData>{after}</worksheet>'


def book(
    *sheets: str,
    names: Sequence[str] = (),
    strings: Sequence[str] = (),
    hidden: Sequence[str] = (),
    properties: str = "",
    more: dict[str, bytes] | None = None,
) -> bytes:
    """Give the bytes of a workbook; ``strings`` are the XML of its shared texts."""
    names = names or [f"Sheet{number}" for number in range(1, len(sheets) + 1)]
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"'
        f"{' state=' + chr(34) + 'hidden' + chr(34) if name in hidden else ''}/>"
        for number, name in enumerate(names, start=1)
    )
    relations = [
        *((f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(sheets) + 1)),
        ("s", "styles", "/xl/styles.xml"),
        ("t", "sharedStrings", "sharedStrings.xml"),
    ]
    members = {
        "_rels/.rels": _relations([("r", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns:r="{OFFICE}">{properties}<sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(relations),
        "xl/styles.xml": _styles(),
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{"".join(f"<si>{each}</si>" for each in strings)}</sst>',
        **{f"xl/worksheets/sheet{number}.xml": text for number, text in enumerate(sheets, start=1)},
        **(more or {}),
    }
    return zipped(members)


def zipped(members: dict[str, str] | dict[str, str | bytes]) -> bytes:
    """Give the bytes of a zip."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def write_book(path: Path, *rows: Sequence[Cell]) -> Path:
    """Write a workbook of one sheet."""
    path.write_bytes(book(sheet(*map(row, rows))))
    return path


def _relations(targets: Sequence[tuple[str, str, str]]) -> str:
    listed = "".join(f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{to}"/>' for key, kind, to in targets)
    return f'<Relationships xmlns="{RELATIONS}">{listed}</Relationships>'


def _styles() -> str:
    written = "".join(
        f'<numFmt numFmtId="{164 + place}" formatCode="{escape(text, {chr(34): "&quot;"})}"/>'
        for place, text in enumerate(FORMATS)
    )
    used = "".join(f'<xf numFmtId="{164 + place}"/>' for place in range(len(FORMATS)))
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{written}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        f"<cellXfs>{used}</cellXfs></styleSheet>"
    )
