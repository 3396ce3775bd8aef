"""One block held against the contract: its values, and which rows break which rule. Counts and keeps nothing.

``judge_all`` goes through a file; where the whole of a column is to be read otherwise than its first block was,
it goes through it once more.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import chain
from typing import Any, Protocol, TypeVar

import numpy as np

from earlywarn.ahead import ahead
from earlywarn.columns import Bools, Coded, Floats, Ints, Refusal
from earlywarn.roster.across import ACROSS, YEAR_BEGINS, YEAR_ENDS, broken
from earlywarn.roster.blocks import Block, Source
from earlywarn.roster.cells import Cells, Values, read_cells
from earlywarn.roster.contract import Contract, Key
from earlywarn.roster.places import whereabouts
from earlywarn.roster.readings import Evidence, decide
from earlywarn.roster.terms import NUMBERS, Breach, Kind


@dataclass(frozen=True)
class Broken:
    """A rule, and the rows of a block that break it; ``refuses`` False where they are accepted and listed."""

    name: str
    column: str
    rule: str
    remedy: str
    rows: Ints
    refuses: bool = True

    def refusals(self, source: Source, lines: Ints) -> Iterator[Refusal]:
        """Give one refusal a row."""
        for place in lines[self.rows].tolist():
            file, line = whereabouts(source, place)
            yield Refusal(line, self.column, self.rule, self.remedy, file, self.name)


READERS = {
    "fewer cells than the header": "short_row",
    "more cells than the header": "long_row",
    "a quote that makes several rows one": "quote_over_rows",
}
"""Names for what the reader refuses."""


def located(refusal: Refusal, source: Source) -> Refusal:
    """Give a reader's refusal with its file, line and name."""
    file, line = whereabouts(source, refusal.line)
    return replace(refusal, file=file, line=line, name=refusal.name or READERS.get(refusal.rule, "unreadable_row"))


@dataclass(frozen=True)
class Judged:
    """One block read as the contract says.

    Attributes
    ----------
    values
        By column and kind; those of a refused row may mean nothing.
    refusals
        Of what could not become a row, or is one that swallowed others; the line of each is its place.
    swallowing
        Those rows; ``unread`` counts the lines that are none.
    """

    values: Mapping[Key, Values]
    lines: Ints
    broken: tuple[Broken, ...]
    refusals: tuple[Refusal, ...]
    evidence: Evidence
    swallowing: Ints
    unread: int

    @cached_property
    def refused(self) -> Bools:
        """Rows that break a rule which refuses."""
        refused = _refused(self.broken, len(self.lines))
        refused[self.swallowing] = True
        return refused


def refusals_of(judged: Judged, source: Source) -> Iterator[Refusal]:
    """Give every refusal of a block: what could not become a row, then each row by each rule that refuses it."""
    yield from (located(refusal, source) for refusal in judged.refusals)
    for each in judged.broken:
        if each.refuses:
            yield from each.refusals(source, judged.lines)


class Fold(Protocol):
    """What takes one block after the other."""

    def add(self, judged: Judged) -> None:
        """Take a block."""


F = TypeVar("F", bound=Fold)


Way = Callable[[Source, Contract, Any], Iterator[Evidence]]
"""How the blocks of a source are judged and come into a fold, in their order; gives the evidence of each."""


def one_by_one(source: Source, contract: Contract, fold: Fold) -> Iterator[Evidence]:
    """Judge the blocks in this process."""
    for block in ahead(source.blocks(contract.types, contract.missing)):
        judged = judge(block, contract)
        fold.add(judged)
        yield judged.evidence


def judge_all(
    source: Source, contract: Contract, start: Callable[[], F], way: Way = one_by_one
) -> tuple[F, Contract, Evidence]:
    """Judge a whole file, block by block.

    Returns
    -------
    F, Contract, Evidence
        What took the blocks, the contract with every column's reading decided, and what decided it.
    """
    contract = decided(source, contract)
    while True:
        fold, evidence = start(), {key: np.zeros(1, dtype=np.int64) for key in _undecided(contract)}
        for found in way(source, contract, fold):
            for key, counts in found.items():
                evidence[key] = evidence[key] + counts
        readings = decide(contract, {key: counts for key, counts in evidence.items() if len(counts) > 1})
        if all(contract.terms[key].reading == reading for key, reading in readings.items()):
            return fold, contract, {key: counts for key, counts in evidence.items() if len(counts) > 1}
        contract = contract.read_as(readings)


def decided(source: Source, contract: Contract) -> Contract:
    """Give the contract with every column's reading decided by the first block; most files are of one mind."""
    return contract.read_as(decide(contract, _first_evidence(source, contract)))


def _undecided(contract: Contract) -> list[Key]:
    return [key for key in contract.terms if key[1] in (Kind.DATE, Kind.SHARE)]


def _first_evidence(source: Source, contract: Contract) -> Evidence:
    keys = _undecided(contract)
    if not keys:
        return {}
    types = {key[0]: contract.types[key[0]] for key in keys}
    block = next(iter(source.blocks(types, contract.missing)), None)
    if block is None:
        return {}
    read = {key: read_cells(block.columns[key[0]], contract.terms[key]) for key in keys}
    return {key: cells.evidence for key, cells in read.items() if cells.evidence is not None}


def judge(block: Block, contract: Contract) -> Judged:
    """Read a block as the contract says, and tell which rows break which rule."""
    cells = {key: read_cells(block.columns[term.column], term) for key, term in contract.terms.items()}
    found = [*_single(cells, contract)]
    across = _across(cells, contract, _refused(found, len(block.lines)))
    evidence = {key: read.evidence for key, read in cells.items() if read.evidence is not None}
    values = {key: read.values for key, read in cells.items()}
    broken = tuple(chain(found, across))
    lines = {refusal.line for refusal in block.refusals}
    swallowing = np.flatnonzero(np.isin(block.lines, sorted(lines))) if lines else np.empty(0, dtype=np.int64)
    return Judged(values, block.lines, broken, block.refusals, evidence, swallowing, len(lines) - len(swallowing))


def _refused(found: Any, count: int) -> Bools:
    refused = np.zeros(count, dtype=bool)
    for each in found:
        if each.refuses:
            refused[each.rows] = True
    return refused


def _single(cells: Mapping[Key, Cells], contract: Contract) -> Iterator[Broken]:
    for (column, kind), read in cells.items():
        if not read.breach.any():
            continue
        for breach in np.unique(read.breach[read.breach != Breach.NONE]).tolist():
            clause = contract.rules[column, kind, Breach(breach)]
            yield Broken(clause.name, column, clause.rule, clause.remedy, np.flatnonzero(read.breach == breach))


def _across(cells: Mapping[Key, Cells], contract: Contract, refused: Bools) -> Iterator[Broken]:
    if not contract.canonical:
        return
    values = {name: _sound(cells[key]) for name, key in contract.canonical.items() if key[1] in NUMBERS}
    if "as_of" in values:
        values |= _school_years(cells, contract)
    for rule in ACROSS:
        rows = broken(values, rule)
        if rows is None or not rows.any():
            continue
        if rule.refuses:
            refused = refused | rows
        else:
            rows = rows & ~refused
        column = contract.canonical[rule.columns[0]][0]
        yield Broken(rule.name, column, rule.rule, rule.remedy, np.flatnonzero(rows), rule.refuses)


def _sound(read: Cells) -> Floats:
    """Give the values, NaN where the cell is in breach."""
    values: Floats = read.values
    return np.where(read.breach == Breach.NONE, values, np.nan) if read.breach.any() else values


def _school_years(cells: Mapping[Key, Cells], contract: Contract) -> dict[str, Floats]:
    year: Coded = cells[contract.column_of(Kind.YEAR), Kind.YEAR].values
    last = [float(_day(int(name), contract.year_ends)) for name in year.names]
    first = [float(_day(int(name) - 1, contract.year_ends) + 1) for name in year.names]
    return {YEAR_BEGINS: np.array([*first, np.nan])[year.codes], YEAR_ENDS: np.array([*last, np.nan])[year.codes]}


def _day(year: int, month_day: str) -> int:
    return date.fromisoformat(f"{year:04d}-{month_day}").toordinal() - date(1970, 1, 1).toordinal()
