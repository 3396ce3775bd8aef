"""The text of a file as UTF-8 bytes, its encoding decided once for the whole file; refuses bytes that fit none.

A byte order mark decides; else UTF-8 where every byte fits; else Windows-1252, with a warning. Detectors
that weigh letters are not asked: they take one small code page for another and spoil names in silence.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from earlywarn.config.reading import Encoding
from earlywarn.errors import Fault, RosterError
from earlywarn.roster.blocks import Guess
from earlywarn.roster.stored import Stored

BYTE_ORDER_MARK = codecs.BOM_UTF8

_READ_AT_ONCE = 1 << 20
_MARKS: dict[bytes, Encoding] = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_WORDS = {"utf-8": "UTF-8", "windows-1252": "Windows-1252", "utf-16": "UTF-16"}
_STATE_IT = "save it again as 'CSV UTF-8', or state its encoding as reading.encoding"


@dataclass(frozen=True)
class Text:
    """A text file whose encoding is known, as Python names it; ``begin`` is where its text begins, after a mark."""

    file: Stored
    codec: str
    begin: int
    guess: Guess

    @property
    def is_as_stored(self) -> bool:
        """Whether a place in the text is a place in the file too."""
        return self.codec == "utf-8" and not self.file.is_packed

    def chunks(self, size: int) -> Iterator[bytes]:
        """Give the text as UTF-8; where the file says that it is UTF-8, whoever reads on must check.

        Raises
        ------
        RosterError
            A byte that the encoding does not know.
        """
        stored = _after(self.begin, self.file.chunks(size))
        return stored if self.codec == "utf-8" else _transcoded(self, stored)


def text_of(file: Stored, stated: Encoding) -> Text:
    """Decide on the encoding of a file.

    Raises
    ------
    RosterError
        Its bytes are partly UTF-8 and partly not, its mark is not what was stated, or it is damaged gzip.
    """
    first = file.first(len(BYTE_ORDER_MARK))
    mark = next((mark for mark in _MARKS if first.startswith(mark)), b"")
    if mark and stated not in ("auto", _MARKS[mark]):
        found = f"stated as {_WORDS[stated]}, but it begins with a byte order mark of {_WORDS[_MARKS[mark]]}"
        raise RosterError(Fault(file.name, found, remedy='leave out reading.encoding, or write "auto"'))
    encoding: Encoding = stated
    if stated != "auto":
        sure, warns = "stated in the config", False
    elif mark:
        encoding, sure, warns = _MARKS[mark], "certain: the file begins with a byte order mark", False
    else:
        encoding, sure, warns = _weighed(file)
    guess = Guess(file.name, "encoding", _WORDS[encoding], sure, warns)
    return Text(file, _codec(encoding, first), len(mark), guess)


def _codec(encoding: Encoding, first: bytes) -> str:
    """Name the codec; UTF-16 without a mark has its NUL bytes where the letters of a header say which half is which."""
    if encoding == "utf-16":
        return "utf-16-be" if first.startswith((codecs.BOM_UTF16_BE, b"\0")) else "utf-16-le"
    return "cp1252" if encoding == "windows-1252" else "utf-8"


def _after(begin: int, chunks: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        if rest := chunk[begin:] if begin else chunk:
            yield rest
        begin = max(0, begin - len(chunk))


def _weighed(file: Stored) -> tuple[Encoding, str, bool]:
    """Look at every byte: a file is in one encoding from its first row to its last."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    beyond_ascii, fed = False, 0
    try:
        for chunk in file.chunks(_READ_AT_ONCE):
            if not chunk.isascii() or decoder.getstate()[0]:
                beyond_ascii |= not decoder.decode(chunk).isascii()
            fed += len(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        if beyond_ascii or not error.object[: error.start].isascii():
            line = _line_at(file, fed - len(decoder.getstate()[0]) + error.start)
            where, found = f"{file.name}: line {line}", "a byte that is not UTF-8, in a file that is UTF-8 before it"
            raise RosterError(Fault(where, found, "one encoding in a file", _STATE_IT)) from None
        return "windows-1252", _SURELY_NOT_UTF8, True
    if beyond_ascii:
        return "utf-8", "certain: every letter beyond ASCII is sound UTF-8", False
    return "utf-8", "certain: nothing but ASCII, which is the same in UTF-8", False


def _line_at(file: Stored, place: int) -> int:
    """Give the line of a byte; counted only where it is asked for, as counting costs more than all the rest."""
    line = 1
    for chunk in file.chunks(_READ_AT_ONCE):
        line += chunk.count(b"\n", 0, max(0, place))
        place -= len(chunk)
    return line


_SURELY_NOT_UTF8 = (
    "a guess: it is not UTF-8, and no byte tells which of the other encodings it is; look at names with accents, "
    "and state reading.encoding"
)


def _transcoded(text: Text, stored: Iterator[bytes]) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(text.codec)()
    lines = 1
    try:
        for chunk in stored:
            if content := decoder.decode(chunk).encode():
                yield content
            lines += content.count(b"\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        lines += error.object.count(b"\n", 0, error.start)
        where, found = f"{text.file.name}: line {lines}", f"bytes that are not {text.guess.found}"
        raise RosterError(Fault(where, found, f"{text.guess.found} text", _STATE_IT)) from None
