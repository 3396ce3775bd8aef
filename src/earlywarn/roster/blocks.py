"""What a roster file gives to the contract: its header and its rows in blocks, whatever the format.

Blocks keep memory small and confine the slow, careful reading to those few that hold a fault.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from earlywarn.columns import Ints, Refusal

WHOLE_ROW = "(whole row)"
"""Stands for the column in a refusal of a row that cannot be parted into cells."""


@dataclass(frozen=True)
class Block:
    """Some rows: pyarrow columns by name, the line of each row, and what could not become a row."""

    columns: Mapping[str, Any]
    lines: Ints
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class Source:
    """A roster file with its header read.

    ``types`` are the pyarrow types as stored, text everywhere in a CSV. ``blocks`` takes the wanted columns
    with the types to read them as, and the words that mean a missing number; a number column in which some
    cell is no number comes as text.
    """

    file: str
    names: tuple[str, ...]
    types: tuple[Any, ...]
    blocks: Callable[[Mapping[str, Any], frozenset[str]], Iterator[Block]]
