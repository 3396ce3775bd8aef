"""A folder of parts as one roster; refuses parts whose columns differ, and folders that hold anything else."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from earlywarn.columns import Ints, Refusal
from earlywarn.errors import Fault, RosterError
from earlywarn.roster.blocks import PART, Block, Guess, Source
from earlywarn.roster.cells import is_text

ALLOWED = "files of one table, each with the same columns"

_MARKERS = frozenset({"_SUCCESS", "Thumbs.db", "desktop.ini"})
"""Files that programs leave in folders, and that hold no row."""


def parts_of(folder: Path) -> tuple[list[Path], list[str]]:
    """Give the files of a folder sorted by name, and the names of those left out: hidden ones and markers.

    Raises
    ------
    RosterError
        No file, a subfolder, or a score run.
    """
    name, entries = folder.resolve().name, sorted(folder.iterdir(), key=lambda entry: entry.name)
    if any(entry.name == "manifest.json" for entry in entries):
        remedy = "give the roster that it was made from"
        raise RosterError(Fault(name, "a score run, or another folder with a manifest.json", ALLOWED, remedy))
    left_out = [entry.name for entry in entries if entry.name.startswith((".", "~$")) or entry.name in _MARKERS]
    parts = [entry for entry in entries if entry.name not in left_out]
    odd = {part: "a folder in the folder" if part.is_dir() else "no plain file" for part in parts if not part.is_file()}
    if odd:
        raise RosterError(Fault(f"{name}/{part.name}", odd[part], ALLOWED, "move it elsewhere") for part in odd)
    if not parts:
        raise RosterError(Fault(name, "a folder without a file", ALLOWED, "check the path"))
    return parts, left_out


def joined(folder: Path, sources: Sequence[Source], left_out: Sequence[str]) -> Source:
    """Make one source of the parts of a folder; a part's columns may stand in another order.

    Raises
    ------
    RosterError
        Each column that a part lacks, or has beyond those of the first part.
    """
    first, name = sources[0], folder.resolve().name
    if faults := [fault for source in sources[1:] for fault in _column_faults(name, source, first)]:
        raise RosterError(faults)
    parts = tuple(source.file for source in sources)
    guesses = [guess for source in sources for guess in source.guesses]
    if left_out:
        guesses.append(Guess(name, "parts", f"left out: {', '.join(left_out)}", "hidden, or no table by name"))
    return Source(
        file=name,
        names=first.names,
        types=tuple(map(_oddest, zip(*(_types(source, first.names) for source in sources), strict=True))),
        blocks=partial(_blocks, sources),
        at=partial(_at, sources),
        splits=partial(_splits, name, sources) if all(source.splits for source in sources) else None,
        sha256=lambda: _sha256(folder, sources),
        guesses=tuple(guesses),
        parts=parts,
    )


def _column_faults(folder: str, source: Source, first: Source) -> Iterator[Fault]:
    own, others = Counter(filter(None, source.names)), Counter(filter(None, first.names))
    allowed = f"the columns of {first.file}, in any order"
    for name in sorted(others - own):
        yield Fault(f"{folder}/{source.file}", f"no column '{name}'", allowed, "export all parts in one way")
    for name in sorted(own - others):
        found = f"a column '{name}' that {first.file} has not"
        yield Fault(f"{folder}/{source.file}", found, allowed, "export all parts in one way")


def _types(source: Source, names: Sequence[str]) -> list[Any]:
    types = dict(zip(source.names, source.types, strict=True))
    return [types.get(name, pa.string()) for name in names]


def _oddest(kinds: Sequence[Any]) -> Any:
    """Of the ways in which parts store a column give the one that a contract is most likely to refuse."""
    return max(kinds, key=_oddness)


def _oddness(kind: Any) -> int:
    if is_text(kind) or pa.types.is_null(kind):
        return 0
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return 1
    return 2 if pa.types.is_boolean(kind) else 3


def _blocks(sources: Sequence[Source], types: Mapping[str, Any], missing: frozenset[str]) -> Iterator[Block]:
    for part, source in enumerate(sources):
        yield from _blocks_of(part, source, types, missing)


def _blocks_of(part: int, source: Source, types: Mapping[str, Any], missing: frozenset[str]) -> Iterator[Block]:
    for block in source.blocks(types, missing):
        yield Block(block.columns, block.lines + part * PART, tuple(_placed(block.refusals, part)))


def _splits(name: str, sources: Sequence[Source]) -> tuple[Source, ...]:
    parts = tuple(source.file for source in sources)
    return tuple(
        replace(split, file=name, blocks=partial(_blocks_of, part, split), parts=parts)
        for part, source in enumerate(sources)
        for split in (source.splits or tuple)()
    )


def _at(sources: Sequence[Source], types: Mapping[str, Any], missing: frozenset[str], places: Ints) -> Iterator[Block]:
    for part, source in enumerate(sources):
        own = places[places // PART == part] - part * PART
        if len(own):
            for block in source.rows_at(types, missing, own):
                yield Block(block.columns, block.lines + part * PART, tuple(_placed(block.refusals, part)))


def _placed(refusals: Sequence[Refusal], part: int) -> Iterator[Refusal]:
    return (replace(refusal, line=refusal.line + part * PART) for refusal in refusals)


def _sha256(folder: Path, sources: Sequence[Source]) -> str:
    """Give the sha256 of lines "<sha256>  <name>", as the command sha256sum prints them."""
    if [part.name for part in parts_of(folder)[0]] != [source.file for source in sources]:
        remedy = "wait until whatever writes it has ended, then try again"
        raise RosterError(Fault(folder.resolve().name, "the folder changed while it was read", ALLOWED, remedy))
    lines = [f"{source.sha256()}  {source.file}\n" for source in sources]
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()
