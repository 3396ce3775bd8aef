"""One roster file, CSV or Parquet, told apart by its first bytes; refuses what it can name but not read."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from earlywarn.errors import Fault, MachineError, RosterError, UsageError
from earlywarn.roster import delimited, parquet
from earlywarn.roster.blocks import Source

ALLOWED = "a CSV file (commas, UTF-8) or a Parquet file"

_OTHERS = (
    (b"PK\x03\x04", "an Excel workbook or a zip archive", "unpack it, or save the sheet as 'CSV UTF-8'"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "save the sheet as 'CSV UTF-8'"),
    (b"\x1f\x8b", "a gzip archive", "unpack it first"),
    (b"\xff\xfe", "UTF-16 text (Excel's 'Unicode text')", "save it as 'CSV UTF-8'"),
    (b"\xfe\xff", "UTF-16 text", "save it as 'CSV UTF-8'"),
    (b"%PDF", "a PDF", "ask for the table itself, as CSV or Parquet"),
)
"""First bytes, what such a file is, what to do."""


def open_source(path: Path) -> Source:
    """Read the header of a roster file.

    Raises
    ------
    UsageError
        No such file, or a folder.
    RosterError
        The file is empty, of another kind, damaged or without a header.
    MachineError
        The file may not be read.
    """
    with reading(path):
        first = _first_bytes(path)
    if not first:
        raise RosterError(Fault(path.name, "an empty file", ALLOWED, "export it again"))
    for start, found, remedy in _OTHERS:
        if first.startswith(start):
            raise RosterError(Fault(path.name, found, ALLOWED, remedy))
    if first.startswith(b"PAR1"):
        return parquet.open_parquet(path)
    if path.suffix.lower() == ".parquet":
        found = "named .parquet, but no Parquet file"
        raise RosterError(Fault(path.name, found, ALLOWED, "export it again"))
    return delimited.open_delimited(path)


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn a failing disk or a missing permission into one clear error."""
    try:
        yield
    except OSError as error:
        found = f"cannot be read ({error.strerror or type(error).__name__})"
        raise MachineError(Fault(str(path), found, remedy="check its permissions, then try again")) from None


def _first_bytes(path: Path) -> bytes:
    if not path.is_file():
        found = "this is a folder" if path.is_dir() else "no such file"
        raise UsageError(Fault(str(path), found, ALLOWED, "check the path"))
    with path.open("rb") as file:
        return file.read(8)
