"""A roster going through the door as a stream: every row accepted, merged or quarantined and counted, none kept.

What is kept is 10 bytes a row. Rows of a student who stands in several are read a second time, those rows alone, and
settled by the same rules as at the door of training.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import numpy as np

from earlywarn.columns import Bools, Ints, RowCounts
from earlywarn.config.experiment import Serving
from earlywarn.roster.bands import of_grades
from earlywarn.roster.blocks import Source
from earlywarn.roster.cells import Values
from earlywarn.roster.contract import Contract, Key, roster_contract
from earlywarn.roster.header import check_columns
from earlywarn.roster.judge import Judged, Way, judge, judge_all, one_by_one
from earlywarn.roster.number_ids import NumberIds
from earlywarn.roster.readings import Evidence
from earlywarn.roster.repeated import Seen
from earlywarn.roster.rows import Held, Rows, Settled, rows_of
from earlywarn.roster.spells import settle_spells
from earlywarn.roster.stored import reading
from earlywarn.roster.tally import Tally
from earlywarn.roster.terms import NUMBERS


@dataclass
class Passage:
    """The sums of the blocks so far."""

    source: Source
    contract: Contract
    tally: Tally = field(default_factory=Tally)
    numbers: NumberIds = field(default_factory=NumberIds)
    rows: int = 0
    refused: int = 0
    merged: int = 0
    unread: int = 0

    def __post_init__(self) -> None:
        self.seen = Seen(self.contract)

    def add(self, judged: Judged) -> None:
        """Take a block."""
        self.rows += len(judged.lines)
        self.refused += int(judged.refused.sum())
        self.unread += judged.unread
        self.seen.add(judged)
        self.numbers.add(judged.values)
        self.tally.add(judged.values, ~judged.refused)

    def join(self, other: "Passage") -> None:
        """Take the sums of later blocks."""
        self.rows += other.rows
        self.refused += other.refused
        self.unread += other.unread
        self.seen.join(other.seen)
        self.numbers.join(other.numbers)
        self.tally.join(other.tally)

    def settle(self, rows: Rows, contract: Contract) -> "Looked":
        """Settle rows that were looked at again, and move them from one count to another."""
        self.tally.add(values_of(rows, contract), ~rows.doubtful, -1)
        settled = settle_spells(rows, contract)
        merged, refused = _mask(rows, settled.merged), _mask(rows, settled.clashing) & ~rows.doubtful
        looked = Looked(rows, settled, merged, refused)
        self.tally.add(values_of(rows, contract), looked.kept)
        self.merged += int(merged.sum())
        self.refused += int(refused.sum())
        return looked

    @property
    def counts(self) -> RowCounts:
        """Rows in = accepted + merged + quarantined."""
        quarantined = self.refused + self.unread
        rows_in = self.rows + self.unread
        return RowCounts(rows_in, rows_in - self.merged - quarantined, self.merged, quarantined)


@dataclass(frozen=True)
class Looked:
    """Rows that were read again, what was found of them, and which were merged, or refused only now."""

    rows: Rows
    settled: Settled
    merged: Bools
    refused: Bools

    @property
    def kept(self) -> Bools:
        """Rows that stay; one that others were merged into may hold other counts than in the file."""
        return ~(self.rows.doubtful | self.merged | self.refused)


class Fold(Protocol):
    """What takes one block after the other, and asks for some rows again."""

    def add(self, judged: Judged) -> None:
        """Take a block."""

    def again(self) -> Ints:
        """Give the places of the rows to be read again, sorted."""


F = TypeVar("F", bound=Fold)


@dataclass(frozen=True)
class Passed(Generic[F]):
    """A roster that went through: what took its blocks, the contract as decided by what, and the rows read again."""

    source: Source
    contract: Contract
    evidence: Evidence
    fold: F
    again: Rows | None


def pass_through(
    source: Source,
    serving: Serving,
    grades: tuple[str, ...],
    start: Callable[[Source, Contract], F],
    way: Way = one_by_one,
) -> Passed[F]:
    """Judge a roster block by block, or the rows of some grades alone.

    Raises
    ------
    UsageError, RosterError, MachineError
        The roster as a whole cannot be taken; a row that cannot is told in the block.
    """
    contract = roster_contract(serving)
    check_columns(source, contract)
    if grades:
        source = of_grades(source, serving.roster.grade, grades)
    with reading(Path(source.file)):
        fold, decided, evidence = judge_all(source, contract, lambda: start(source, contract), way)
        places = fold.again()
        again = look_again(source, decided, places) if len(places) else None
    return Passed(source, decided, evidence, fold, again)


def look_again(source: Source, contract: Contract, places: Ints) -> Rows:
    """Hold the rows at some places, and no others."""
    held = Held(source)
    for block in source.rows_at(contract.types, contract.missing, places):
        judged = judge(block, contract)
        held.values.append(dict(judged.values))
        held.lines.append(judged.lines)
        held.refused.append(judged.refused)
    return rows_of(held, "")


def values_of(rows: Rows, contract: Contract) -> Mapping[Key, Values]:
    """Give the values of rows by column and kind, as a block has them; ids are left out."""
    found: dict[Key, Values] = dict(rows.texts)
    return found | {key: rows.numbers[key[0]] for key in contract.terms if key[1] in NUMBERS}


def _mask(rows: Rows, places: Ints) -> Bools:
    mask = np.zeros(len(rows.lines), dtype=bool)
    mask[places] = True
    return mask
