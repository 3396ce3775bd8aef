"""Student ids as numbers of 64 bits, in whole blocks: by their letters, and by what is left once look-alikes are one.

A number only finds candidates: two ids may share it, so that whoever merges or warns compares the ids themselves.
"""

import unicodedata
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earlywarn import arrow
from earlywarn.columns import Ints

Hashes = NDArray[np.uint64]

_ONE, _TWO = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_MASKS = np.array([(1 << (8 * kept)) - 1 for kept in range(8)] + [(1 << 64) - 1], dtype=np.uint64)
_SAME = bytes.maketrans(b"ABCDEFGHJKMNPQRSTUVWXYZOoILil", b"abcdefghjkmnpqrstuvwxyz001111")
"""Letters in one case, and those that are read for a digit as the digit."""

_FRONT, _BACK, _WHOLE = b"0'=\" \t\r\n", b'" \t\r\n', b".0"
"""What spreadsheets put around an id, ="123", '123 and 123.0; leading zeros with it."""


def hashes(ids: Any) -> Hashes:
    """Give a number for each id of a pyarrow text column; equal ids have equal numbers."""
    data, starts, lengths = _parts(ids)
    return _hash(data, starts, lengths)


def look_alikes(ids: Any) -> Hashes:
    """Give a number for each id that is the same for ids that look alike: O and 0, l, I and 1, case, zeros.

    Leading zeros, that is, and what spreadsheets put around an id.
    """
    data, starts, lengths = _parts(ids)
    plain = data.tobytes().translate(_SAME)
    found = _hash(*_bare(np.frombuffer(plain, dtype=np.uint8), starts, lengths))
    if not plain.isascii():
        odd = [place for place, text in enumerate(ids.to_pylist()) if text and not text.isascii()]
        texts = arrow.strings([folded(ids[place].as_py()) for place in odd])
        found[odd] = hashes(texts)
    return found


def folded(text: str) -> str:
    """Give what is left of an id once look-alikes are one.

    Examples
    --------
    >>> folded("00123"), folded("O0l23"), folded('="0123"'), folded("123.0")
    ('123', '123', '123', '123')
    """
    seen = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    plain = seen.encode().translate(_SAME)
    plain = plain[:1] + plain[1:].rstrip(_BACK)
    plain = plain[:1] + plain[1:].removesuffix(_WHOLE)
    return (plain.lstrip(_FRONT) or plain[-1:]).decode()


def mixed(hashed: Hashes, years: Ints) -> Hashes:
    """Give one number for a student and a school year."""
    return _scrambled(hashed ^ (years.astype(np.uint64) * _TWO))


def _parts(ids: Any) -> tuple[NDArray[np.uint8], Ints, Ints]:
    """Give the bytes of a text column, where each text begins and how long it is."""
    ends = np.frombuffer(ids.buffers()[1], dtype=np.int32)[ids.offset : ids.offset + len(ids) + 1].astype(np.int64)
    data = ids.buffers()[2]
    content = np.frombuffer(data, dtype=np.uint8) if data is not None else np.empty(0, dtype=np.uint8)
    return content[ends[0] : ends[-1]], ends[:-1] - ends[0], np.diff(ends)


def _bare(data: NDArray[np.uint8], starts: Ints, lengths: Ints) -> tuple[NDArray[np.uint8], Ints, Ints]:
    """Leave out what stands around an id; one sign always stays."""
    starts, lengths = starts.copy(), lengths.copy()
    while (rows := _with(_BACK, data, starts + lengths - 1, lengths)).size:
        lengths[rows] -= 1
    rows = np.flatnonzero(lengths > len(_WHOLE))
    ends = starts[rows] + lengths[rows]
    lengths[rows[(data[ends - 2] == _WHOLE[0]) & (data[ends - 1] == _WHOLE[1])]] -= len(_WHOLE)
    while (rows := _with(_FRONT, data, starts, lengths)).size:
        starts[rows] += 1
        lengths[rows] -= 1
    return data, starts, lengths


def _with(signs: bytes, data: NDArray[np.uint8], places: Ints, lengths: Ints) -> Ints:
    """Give the ids of more than one sign that have one of some signs at a place."""
    is_meant = np.zeros(256, dtype=bool)
    is_meant[list(signs)] = True
    rows = np.flatnonzero(lengths > 1)
    return rows[is_meant[data[places[rows]]]]


def _hash(data: NDArray[np.uint8], starts: Ints, lengths: Ints) -> Hashes:
    padded = np.concatenate([data, np.zeros(16, dtype=np.uint8)])
    words = np.ndarray(len(padded) - 8, dtype="<u8", buffer=padded, strides=(1,))  # one word at every byte
    found = lengths.astype(np.uint64)
    for done in range(0, int(lengths.max(initial=0)), 8):
        rows = slice(None) if done == 0 else np.flatnonzero(lengths > done)
        left = np.minimum(lengths[rows] - done, 8)
        found[rows] = _scrambled(found[rows] ^ (words[starts[rows] + done] & _MASKS[left]))
    return found


def _scrambled(values: Hashes) -> Hashes:
    """Spread every bit over all others: the finaliser of SplitMix64."""
    values = (values ^ (values >> np.uint64(30))) * _ONE
    values = (values ^ (values >> np.uint64(27))) * _TWO
    return np.asarray(values ^ (values >> np.uint64(31)))
