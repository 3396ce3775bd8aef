"""The zip of a workbook and the XML in it, in pieces; refuses what would unzip to too much, or is damaged."""

import contextlib
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from earlywarn.errors import Fault, RosterError
from earlywarn.roster.stored import RATIO_COUNTS_FROM, Stored, too_much

ALLOWED = "a whole workbook (.xlsx)"

_READ_AT_ONCE = 1 << 18
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGES = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError,
    IndexError, KeyError, OverflowError, OSError,
)  # fmt: skip
"""What zipfile raises over bytes that are no sound zip; its messages may quote them."""

Start = Callable[[str, dict[str, str]], None]


@dataclass(frozen=True)
class Package:
    """An open workbook."""

    file: Stored
    archive: zipfile.ZipFile

    def has(self, member: str) -> bool:
        """Tell whether it holds a file of this name."""
        return member in self.archive.NameToInfo

    def size(self, member: str) -> int:
        """Give the unzipped bytes of a member, 0 where there is none."""
        return self.archive.NameToInfo[member].file_size if self.has(member) else 0

    def chunks(self, member: str) -> Iterator[bytes]:
        """Give a member's bytes; zipfile gives no more of them than the directory says, and checks their sum."""
        try:
            with self.archive.open(member) as stream:
                while chunk := stream.read(_READ_AT_ONCE):
                    yield chunk
        except _DAMAGES:
            raise damaged(self.file) from None

    def parse(self, member: str, start: Start, end: Any = None, text: Any = None) -> Iterator[None]:
        """Parse a member's XML, handing each element to the handlers; pause after every chunk."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        fed = 0
        try:
            for chunk in self.chunks(member):
                parser.Parse(chunk, False)
                fed += len(chunk)
                if fed - parser.CurrentByteIndex > self.file.limits.line_bytes:
                    raise damaged(self.file)
                yield
            parser.Parse(b"", True)
        except (expat.ExpatError, ValueError):
            raise damaged(self.file) from None
        yield

    def elements(self, member: str) -> Iterator[tuple[str, dict[str, str]]]:
        """Give each element of a small member: its name without prefix, and its attributes."""
        found: list[tuple[str, dict[str, str]]] = []
        for _ in self.parse(member, lambda name, attributes: found.append((local(name), attributes))):
            yield from found
            found.clear()

    def related(self, member: str) -> list[tuple[str, str, str]]:
        """Give id, kind and target of what a member refers to ("" for the package itself)."""
        folder, name = posixpath.split(member)
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        if not self.has(relations):
            return []
        return [
            (
                each.get("Id", ""),
                each.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, each.get("Target", ""))).lstrip("/"),
            )
            for name, each in self.elements(relations)
            if name == "Relationship" and each.get("TargetMode") != "External"
        ]

    def _refuse_doctype(self, *_: Any) -> None:
        raise damaged(self.file)


@contextlib.contextmanager
def opened_package(file: Stored) -> Iterator[Package]:
    """Open a workbook's zip and weigh what it would unzip to, before any of it is.

    Raises
    ------
    RosterError
        No sound zip, a password, or more bytes than the limits allow.
    """
    with file.opened() as stream:
        try:
            archive = zipfile.ZipFile(stream)
        except _DAMAGES:
            raise damaged(file) from None
        with archive:
            _refuse_bomb(file, archive)
            yield Package(file, archive)


def local(name: str) -> str:
    """Give an element's name without its prefix."""
    return name.rpartition(":")[2]


def damaged(file: Stored) -> RosterError:
    """Make the error of a workbook that cannot be parsed."""
    return RosterError(Fault(file.name, "a damaged workbook", ALLOWED, "open it, save it again as .xlsx or CSV"))


def _refuse_bomb(file: Stored, archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if any(member.flag_bits & 1 for member in members):
        raise RosterError(Fault(file.name, "a zip with a password", ALLOWED, "save it without a password"))
    if any(member.compress_type not in _METHODS for member in members):
        raise damaged(file)
    unzipped, limits, remedy = sum(member.file_size for member in members), file.limits, "save the sheet as CSV"
    if unzipped > limits.unzipped_bytes:
        raise RosterError(too_much(file.name, f"{unzipped:,} unzipped bytes", limits, "unzipped_bytes", remedy))
    if unzipped > max(RATIO_COUNTS_FROM, limits.unzip_ratio * sum(member.compress_size for member in members)):
        found = "a workbook that unzips to far more than it holds"
        raise RosterError(too_much(file.name, found, limits, "unzip_ratio", remedy))
