"""One band of grades out of a roster of many, and the rows of no band, which are counted and never lost."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from earlywarn import arrow
from earlywarn.columns import Bools, Coded, Refusal, RowCounts
from earlywarn.config.experiment import Serving
from earlywarn.roster.blocks import Block, Source
from earlywarn.roster.cells import Cells, read_cells
from earlywarn.roster.clauses import clauses_of
from earlywarn.roster.contract import roster_contract
from earlywarn.roster.findings import NOT_KNOWN, QUARANTINED, Finding
from earlywarn.roster.header import check_columns
from earlywarn.roster.judge import Broken, located
from earlywarn.roster.read import open_source
from earlywarn.roster.rows import refuse_hopeless
from earlywarn.roster.stored import reading
from earlywarn.roster.terms import Breach, Kind, Term

_FEW = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True)
class Rest:
    """Rows of no band.

    Attributes
    ----------
    served
        How many rows of the roster are of a band.
    out_of_scope
        Rows by grade, of grades that a standard knows and no band serves.
    quarantined
        Rows without a grade or with one that no standard knows, and lines that could not become rows.
    findings
        One for each of those.
    schools
        Rows of the whole roster by school.
    """

    file: str
    served: int
    out_of_scope: Mapping[str, int]
    quarantined: int
    findings: tuple[Finding, ...]
    schools: Mapping[str, int]

    @property
    def rows(self) -> int:
        """All of them."""
        return sum(self.out_of_scope.values()) + self.quarantined

    @property
    def counts(self) -> RowCounts:
        """Rows in = accepted + quarantined; rows of a band are accepted here, and judged by their band."""
        rows_in = self.served + self.rows
        return RowCounts(rows_in, rows_in - self.quarantined, 0, self.quarantined)

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """One for each quarantined row."""
        return tuple(finding.refusal for finding in self.findings)


def of_grades(source: Source, column: str, grades: tuple[str, ...]) -> Source:
    """Give the same roster with the rows of some grades alone; what is unreadable is told by ``outside``.

    ``rows_at`` gives whatever row is asked for.
    """
    splits = source.splits and partial(_splits, source, column, grades)
    return replace(source, blocks=partial(_blocks, source, column, frozenset(grades)), splits=splits)


def _splits(source: Source, column: str, grades: tuple[str, ...]) -> tuple[Source, ...]:
    return tuple(of_grades(split, column, grades) for split in (source.splits or tuple)())


def outside(path: Path, serving: Serving, served: frozenset[str], known: tuple[str, ...]) -> Rest:
    """Count the rows of no band.

    Parameters
    ----------
    serving
        Says how to read the file, and which columns hold grade and school.
    served, known
        The grades of the bands, and those of their standards, all of ``served`` among them.

    Raises
    ------
    UsageError, RosterError, MachineError
        The roster as a whole cannot be taken.
    """
    source, contract = open_source(path, serving.roster.reading), roster_contract(serving)
    check_columns(source, contract)
    counted = _Counted(source, Term(serving.roster.grade, Kind.GRADE, grades=known), contract.column_of(Kind.SCHOOL))
    with reading(path):
        for block in source.blocks(dict.fromkeys((counted.term.column, counted.school), _FEW), frozenset({""})):
            counted.add(block)
    return Rest(
        file=source.file,
        served=sum(counted.grades.get(grade, 0) for grade in served),
        out_of_scope={g: counted.grades[g] for g in known if g not in served and g in counted.grades},
        quarantined=counted.quarantined,
        findings=tuple(counted.findings),
        schools=counted.schools,
    )


@dataclass
class _Counted:
    """The sums of the blocks so far."""

    source: Source
    term: Term
    school: str
    grades: dict[str, int] = field(default_factory=dict)
    schools: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    quarantined: int = 0

    def add(self, block: Block) -> None:
        """Take a block."""
        cells = read_cells(block.columns[self.term.column], self.term)
        school = read_cells(block.columns[self.school], Term(self.school, Kind.SCHOOL)).values
        unread = {refusal.line for refusal in block.refusals}
        sound = ~np.isin(block.lines, sorted(unread))
        self.findings += (Finding(located(each, self.source), NOT_KNOWN, QUARANTINED) for each in block.refusals)
        names = [*school.names, NOT_KNOWN]
        for broken in _broken(cells, self.term, sound):
            of = school.codes[broken.rows].tolist()
            refusals = broken.refusals(self.source, block.lines)
            self.findings += (Finding(each, names[code], QUARANTINED) for code, each in zip(of, refusals, strict=True))
        refuse_hopeless(self.source.file, [each.refusal for each in self.findings])
        self.quarantined += len(unread) + int((sound & (cells.breach != Breach.NONE)).sum())
        _add(self.grades, cells.values, sound)
        _add(self.schools, school, sound)


def _broken(cells: Cells, term: Term, sound: Bools) -> Iterator[Broken]:
    for clause in clauses_of(term):
        rows = np.flatnonzero(sound & (cells.breach == clause.breach))
        yield Broken(clause.name, clause.column, clause.rule, clause.remedy, rows)


def _add(counts: dict[str, int], coded: Coded, rows: Bools) -> None:
    held = np.bincount(coded.codes[rows] + 1, minlength=len(coded.names) + 1)[1:].tolist()
    for name, count in zip(coded.names, held, strict=True):
        if count:
            counts[name] = counts.get(name, 0) + count


def _blocks(
    source: Source, column: str, grades: frozenset[str], types: Mapping[str, Any], missing: frozenset[str]
) -> Iterator[Block]:
    for block in source.blocks({column: _FEW, **types}, missing):
        coded = read_cells(block.columns[column], Term(column, Kind.TEXT)).values
        unread = [refusal.line for refusal in block.refusals]
        own = np.array([*(name in grades for name in coded.names), False])[coded.codes] & ~np.isin(block.lines, unread)
        mask = arrow.booleans(own)
        yield Block({name: block.columns[name].filter(mask) for name in types}, block.lines[own])
