"""What a roster gives to the contract: its header and its rows in blocks, whatever the format and however many parts.

Blocks keep memory small and confine the slow, careful reading to those few that hold a fault.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from earlywarn.columns import Ints, Refusal

WHOLE_ROW = "(whole row)"
"""Stands for the column in a refusal of a row that cannot be parted into cells."""

PART = 1 << 40
"""A row's place is one number over all parts: part * PART + line. In a single file it is the line itself."""


@dataclass(frozen=True)
class Guess:
    """What was guessed or stated about a file or a column, and how sure that is.

    Attributes
    ----------
    where
        "part-2.csv", or "part-2.csv: column 'entry'".
    what
        "encoding", "separator", "sheet", "leading zeros", "parts".
    sure
        In words, with the reason.
    is_warning
        Whether a person should look before trusting it.
    """

    where: str
    what: str
    found: str
    sure: str
    is_warning: bool = False


@dataclass(frozen=True)
class Block:
    """Some rows: pyarrow columns by name, the place of each row, and what could not become a row.

    The line of a refusal is the place of its row, as everywhere until ``in_files`` tells people.
    """

    columns: Mapping[str, Any]
    lines: Ints
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class Source:
    """A roster, a file or a folder of parts, with its header read.

    ``types`` are the pyarrow types as stored, text everywhere in a CSV. ``blocks`` takes the wanted columns
    with the types to read them as, and the words that mean a missing number; a number column in which some
    cell is no number comes as text. ``sha256`` reads the file again and gives that of its bytes; both refuse a
    file that has changed since its header was read. ``parts`` are the files in the order read. ``at`` gives the
    rows at some places without reading the others, where a format can. ``splits`` are the same blocks in the same
    order as sources that can be read apart, and on other machines that see the file; where a format can.
    """

    file: str
    names: tuple[str, ...]
    types: tuple[Any, ...]
    blocks: Callable[[Mapping[str, Any], frozenset[str]], Iterator[Block]]
    sha256: Callable[[], str]
    guesses: tuple[Guess, ...] = ()
    parts: tuple[str, ...] = ()
    at: "Callable[[Mapping[str, Any], frozenset[str], Ints], Iterator[Block]] | None" = None
    splits: "Callable[[], tuple[Source, ...]] | None" = None

    def rows_at(self, types: Mapping[str, Any], missing: frozenset[str], places: Ints) -> Iterator[Block]:
        """Give the rows at some places, sorted, and no other; nothing is said of what could not become a row."""
        if self.at is not None:
            yield from self.at(types, missing, places)
            return
        for block in self.blocks(types, missing):
            if (rows := np.flatnonzero(np.isin(block.lines, places))).size:
                yield chosen(block, rows)


def chosen(block: Block, rows: Ints) -> Block:
    """Give some rows of a block, with what refuses any of them: a row that swallowed others is still a row."""
    lines = block.lines[rows]
    own = frozenset(lines.tolist()) if block.refusals else frozenset()
    refusals = tuple(refusal for refusal in block.refusals if refusal.line in own)
    return Block({name: column.take(rows) for name, column in block.columns.items()}, lines, refusals)


def whereabouts(parts: Sequence[str], place: int) -> tuple[str, int]:
    """Give the file and the line of a place.

    Examples
    --------
    >>> whereabouts(("a.csv", "b.csv"), PART + 7)
    ('b.csv', 7)
    """
    part, line = divmod(place, PART)
    return parts[part], line
