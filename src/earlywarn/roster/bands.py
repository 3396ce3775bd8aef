"""One band of grades out of a roster of many, and the rows of no band, which are counted and never lost."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from earlywarn import arrow
from earlywarn.columns import Refusal
from earlywarn.config.reading import Reading
from earlywarn.roster.blocks import Block, Source
from earlywarn.roster.cells import read_cells
from earlywarn.roster.judge import located
from earlywarn.roster.places import whereabouts
from earlywarn.roster.read import open_source
from earlywarn.roster.stored import reading
from earlywarn.roster.terms import Kind, Term

_FEW = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True)
class Rest:
    """Rows of no band.

    Attributes
    ----------
    out_of_scope
        Rows by grade.
    refusals
        Of rows without a grade, and of lines that could not become rows: they are quarantined.
    """

    out_of_scope: Mapping[str, int]
    quarantined: int
    refusals: tuple[Refusal, ...]

    @property
    def rows(self) -> int:
        """All of them."""
        return sum(self.out_of_scope.values()) + self.quarantined


def of_grades(source: Source, column: str, grades: tuple[str, ...]) -> Source:
    """Give the same roster with the rows of some grades alone; what is unreadable is told by ``outside``."""
    return replace(source, blocks=partial(_blocks, source, column, frozenset(grades)))


def outside(path: Path, how: Reading, column: str, grades: frozenset[str]) -> Rest:
    """Count the rows of no band."""
    source = open_source(path, how)
    counts: dict[str, int] = {}
    refusals: list[Refusal] = []
    quarantined = 0
    with reading(path):
        for block in source.blocks({column: _FEW}, frozenset({""})):
            names, codes = _grades(block, column)
            unread = {refusal.line for refusal in block.refusals}
            swallowing = np.isin(block.lines, sorted(unread))
            quarantined += len(unread) - int(swallowing.sum())
            refusals += (located(refusal, source) for refusal in block.refusals)
            blank = (codes < 0) & ~swallowing
            refusals += (_no_grade(source, place, column) for place in block.lines[blank].tolist())
            quarantined += int(blank.sum())
            for code, held in enumerate(np.bincount(codes + 1, minlength=len(names) + 1)[1:].tolist()):
                if held and names[code] not in grades:
                    counts[names[code]] = counts.get(names[code], 0) + held
    return Rest(counts, quarantined, tuple(refusals))


def _no_grade(source: Source, place: int, column: str) -> Refusal:
    file, line = whereabouts(source, place)
    return Refusal(line, column, "no grade", "fill it in", file, "missing_grade")


def _grades(block: Block, column: str) -> tuple[tuple[str, ...], Any]:
    coded = read_cells(block.columns[column], Term(column, Kind.TEXT)).values
    return coded.names, coded.codes


def _blocks(
    source: Source, column: str, grades: frozenset[str], types: Mapping[str, Any], missing: frozenset[str]
) -> Iterator[Block]:
    for block in source.blocks({column: _FEW, **types}, missing):
        names, codes = _grades(block, column)
        unread = [refusal.line for refusal in block.refusals]
        own = np.array([*(name in grades for name in names), False])[codes] & ~np.isin(block.lines, unread)
        mask = arrow.booleans(own)
        yield Block({name: block.columns[name].filter(mask) for name in types}, block.lines[own])
