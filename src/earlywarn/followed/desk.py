"""Decisions and supports of a past list, as ``earlywarn decisions --out`` writes them: who was reviewed and supported.

It refuses the whole file for one row that cannot be, with every fault at once and never a value: a row of the list of
which nobody can say whose or when it was would turn up in no count.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from earlywarn import arrow
from earlywarn.audit.funnel import REASONS
from earlywarn.columns import STUDENT_ID, Bools, Coded, Floats, Ints
from earlywarn.errors import Fault, RosterError
from earlywarn.followed.students import Students
from earlywarn.printable import short
from earlywarn.roster.contract import contract_of
from earlywarn.roster.header import check_columns
from earlywarn.roster.quarantine import rule_faults
from earlywarn.roster.read import open_source
from earlywarn.roster.rows import Rows, read_rows
from earlywarn.roster.terms import Kind, Term

DECISION, SUPPORT = "decision", "support"
VIEWS = ("agree", *REASONS, "added", "off")
"""What a decision may say, as the desk spells it."""

TEXTS, DAYS = ("run", "kind", "what"), ("on", "start", "end")
_BLANK = frozenset({""})
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Spell:
    """The days of a list: its own, the first of its school year, and the last before the outcome."""

    as_of: date
    first: date
    last: date


@dataclass(frozen=True)
class Desk:
    """What people did about the students in scope of a run, shape (n,) each.

    Attributes
    ----------
    view
        The place in VIEWS of the last decision, -1 where there is none.
    supported
        Support began before the outcome and had not ended when the list was made, whichever list was then shown.
    planned
        Support was written down under this very list.
    elsewhere
        Rows of other lists; of these only supports count.
    """

    view: Ints
    supported: Bools
    planned: Bools
    elsewhere: int

    @property
    def reviewed(self) -> Bools:
        """Somebody decided about the student's place on this list, or planned support."""
        found: Bools = (self.view >= 0) | self.planned
        return found


def read_desk(path: Path, run: str, every_id: Any, students: Students, spell: Spell) -> Desk:
    """Read what the desk handed on, CSV or Parquet.

    Parameters
    ----------
    run
        The name of the score run's folder.
    every_id
        The ids of all students of the run, in scope or not.

    Raises
    ------
    UsageError
        No such file, or a folder.
    RosterError
        Every fault of the file: columns absent, days or kinds that are none, a student who is not in the run,
        what was written or began after the outcome, or no row of this run.
    MachineError
        The file may not be read.
    """
    source = open_source(path)
    terms = [Term(STUDENT_ID, Kind.STUDENT), *(Term(name, Kind.TEXT, _BLANK) for name in TEXTS)]
    contract = contract_of([*terms, *(Term(name, Kind.DATE, _BLANK) for name in DAYS)], _BLANK)
    check_columns(source, contract)
    rows = read_rows(path, source, contract)
    place = arrow.places_of(rows.ids, every_id)
    table = _Table.of(rows, run, place >= 0)
    refusals = [*rows.refusals, *(refusal for check in _CHECKS for refusal in check.refusals(rows, table, spell))]
    faults = rule_faults(rows.file, refusals)
    if not table.mine.any():
        found, allowed = "no row is of this score run", f"rows whose run is '{short(run)}'"
        faults.insert(0, Fault(rows.file, found, allowed, "check the score run and the file"))
    if faults:
        raise RosterError(faults)
    in_scope = np.full(len(every_id) + 1, -1)
    in_scope[students.rows] = np.arange(len(students))
    return _joined(table, in_scope[place], len(students), spell)


@dataclass(frozen=True)
class _Table:
    """The rows of the file, shape (rows,): ``kind`` and ``view`` are places, -1 where the text is none of ours."""

    mine: Bools
    known: Bools
    kind: Ints
    view: Ints
    on: Floats
    start: Floats
    end: Floats
    unnamed: Bools

    @classmethod
    def of(cls, rows: Rows, run: str, known: Bools) -> "_Table":
        texts = {name: rows.texts[name, Kind.TEXT] for name in TEXTS}
        return cls(
            mine=_places(texts["run"], (run,)) == 0,
            known=known,
            kind=_places(texts["kind"], (DECISION, SUPPORT)),
            view=_places(texts["what"], VIEWS),
            on=rows.numbers["on"],
            start=rows.numbers["start"],
            end=rows.numbers["end"],
            unnamed=texts["run"].codes < 0,
        )

    @property
    def decides(self) -> Bools:
        found: Bools = self.kind == 0
        return found

    @property
    def supports(self) -> Bools:
        found: Bools = self.kind == 1
        return found


@dataclass(frozen=True)
class _Check:
    """One thing that may be wrong with a row."""

    column: str
    rule: str
    remedy: str
    wrong: Any

    def refusals(self, rows: Rows, table: _Table, spell: Spell) -> Iterator[Any]:
        wrong = self.wrong(table, spell) & ~rows.doubtful
        rule = self.rule.format(last=spell.last, first=spell.first)
        yield from (rows.refuse(row, self.column, rule, self.remedy) for row in np.flatnonzero(wrong).tolist())


_AFTER = "leave out what came after the outcome: it cannot have been for this list"
_CHECKS = (
    _Check("run", "no score run is named", "name the run that was shown", lambda t, spell: t.unnamed),
    _Check("kind", "neither decision nor support", "write decision or support", lambda t, spell: t.kind < 0),
    _Check("what", f"no decision of the desk: {', '.join(VIEWS)}", "write one of these",
           lambda t, spell: t.decides & (t.view < 0)),
    _Check("on", "no day", "write the day on which it was written, as 2026-09-14", lambda t, spell: np.isnan(t.on)),
    _Check("student_id", "a student who is not in this score run", "check the score run and the file",
           lambda t, spell: t.mine & ~t.known),
    _Check("on", "written before {first}, the first day of the list's school year", "check the day and the score run",
           lambda t, spell: t.mine & (t.on < _day(spell.first))),
    _Check("on", "written after {last}, the last day before the outcome", _AFTER,
           lambda t, spell: t.mine & (t.on > _day(spell.last))),
    _Check("start", "a support without its first day", "write the day on which it began, as 2026-09-14",
           lambda t, spell: t.supports & np.isnan(t.start)),
    _Check("start", "a support that began after {last}, the last day before the outcome", _AFTER,
           lambda t, spell: t.mine & t.supports & (t.start > _day(spell.last))),
    _Check("end", "a support that ended before it began", "correct one of the two days",
           lambda t, spell: t.supports & (t.end < t.start)),
)  # fmt: skip


def _joined(table: _Table, place: Ints, students: int, spell: Spell) -> Desk:
    """Put rows beside students in scope; of several decisions the last stands, by day and then by row."""
    here = place >= 0
    decided = np.flatnonzero(here & table.mine & table.decides)
    decided = decided[np.argsort(table.on[decided], kind="stable")]
    held = ~(table.end < _day(spell.as_of)) & (table.start <= _day(spell.last))
    view = np.full(students, -1, dtype=np.int64)
    view[place[decided]] = table.view[decided]
    supported, planned = np.zeros(students, dtype=bool), np.zeros(students, dtype=bool)
    helps = here & table.supports & held
    supported[place[helps]] = True
    planned[place[helps & table.mine]] = True
    return Desk(view, supported, planned, int((~table.mine).sum()))


def _places(texts: Coded, names: tuple[str, ...]) -> Ints:
    place: Mapping[str, int] = {name: number for number, name in enumerate(names)}
    return np.array([*(place.get(name, -1) for name in texts.names), -1], dtype=np.int64)[texts.codes]


def _day(day: date) -> int:
    return day.toordinal() - _EPOCH
