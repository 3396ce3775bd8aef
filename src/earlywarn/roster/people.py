"""The door of the people file: names, birth dates and caseloads by student, for the desk alone.

It refuses to guess: a student who stands twice with different names or counselors is refused, both rows, and so is a
file with a column that is all but spelt like one that is looked for. Nothing read here ever meets a model.
"""

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from earlywarn import arrow
from earlywarn.catalogue import BY_NAME, Family, Nature, of_family
from earlywarn.columns import STUDENT_ID, Bools, Coded, Floats, People, Person, Refusal
from earlywarn.config.audit import code
from earlywarn.config.sections import WORDS_FOR_MISSING
from earlywarn.errors import Fault, RosterError, UsageError
from earlywarn.roster.blocks import Source
from earlywarn.roster.contract import Contract, contract_of
from earlywarn.roster.header import column_faults
from earlywarn.roster.quarantine import share_faults
from earlywarn.roster.read import open_source
from earlywarn.roster.recognise import column_words
from earlywarn.roster.repeats import code_ids
from earlywarn.roster.rows import Rows, read_rows
from earlywarn.roster.sheet import Sheet, make_sheet
from earlywarn.roster.terms import Kind, Term

MADE_UP = "made_up"
"""The column by which a made-up file says so."""

OPTIONAL = (*(column.name for column in of_family(Family.PEOPLE)), MADE_UP)
NAMES = ("first_name", "last_name", "preferred_name")

MOST_REFUSED = 0.02
"""The largest share of rows that may be refused, as in a roster."""

ALIKE = 0.85
"""From this likeness on a column is taken for one that was misspelt: counsellor_id, frist_name, but not last_name_2."""

_AS_THE_CONTRACT: Mapping[str, str] = MappingProxyType({})
_YES, _NO = frozenset({"yes", "y", "true", "1"}), frozenset({"no", "n", "false", "0"})
_KINDS = {Nature.TEXT: Kind.TEXT, Nature.DATE: Kind.DATE, Nature.ID: Kind.COUNSELOR}
_BLANK = frozenset({""})
_MISSING: Mapping[Kind, frozenset[str]] = {
    Kind.TEXT: _BLANK,  # a student called Null is a student called Null
    Kind.DATE: frozenset(WORDS_FOR_MISSING),
    Kind.COUNSELOR: frozenset(WORDS_FOR_MISSING) - {"NA"},  # which may be somebody's initials
}
_REMEDIES = {"two_date_orders": "write the whole column as 2014-09-03"}
"""Remedies of the roster's rules that name a key of its config, which this file has not."""


def read_people(path: Path, columns: Mapping[str, str] = _AS_THE_CONTRACT) -> People:
    """Read the names and caseloads of a district, any form and encoding that a roster may have.

    Parameters
    ----------
    columns
        Column of the contract -> the file's column, for those that bear another name; all but ``student_id`` may
        be absent.

    Raises
    ------
    UsageError
        No such file, or ``columns`` names what the contract has not.
    RosterError
        The file as a whole cannot be taken: damaged, no student ids, misspelt columns, some rows alone said to be
        made up, more than 2 % of the rows refused.
    MachineError
        The file may not be read.
    """
    _check_names(columns)
    source = open_source(path)
    names = _names(source, columns)
    contract = _contract(names)
    if faults := [*_misspelt(source, names, columns), *column_faults(source, contract)]:
        raise RosterError(faults)
    rows = _without_nul(read_rows(path, source, contract), contract)
    sheet = make_sheet(rows, code_ids(rows.ids)[0], contract)
    people = _people(sheet, names)
    whole = share_faults(people, MOST_REFUSED, "of a people file", "mend the rows below")
    if faults := [*whole, *_mark_faults(sheet, names)]:
        raise RosterError(faults)
    return people


def _check_names(columns: Mapping[str, str]) -> None:
    known = (STUDENT_ID, *OPTIONAL)
    faults = [
        Fault(f"columns: '{name}'", "no column of the people file", ", ".join(known)) for name in columns.keys() - known
    ]
    twice = [theirs for theirs, count in Counter(columns.values()).items() if count > 1]
    faults += [Fault(f"columns: '{theirs}'", "named twice", "one meaning a column") for theirs in twice]
    if faults:
        raise UsageError(sorted(faults, key=str))


def _names(source: Source, columns: Mapping[str, str]) -> dict[str, str]:
    """Give the file's column by that of the contract: what it has, and what ``columns`` names and it must have."""
    wanted = {name: columns.get(name, name) for name in (STUDENT_ID, *OPTIONAL)}
    return {
        name: theirs
        for name, theirs in wanted.items()
        if name == STUDENT_ID or name in columns or theirs in source.names
    }


def _contract(names: Mapping[str, str]) -> Contract:
    kinds = {name: _kind(name) for name in names if name != STUDENT_ID}
    optional = (Term(names[name], kind, _MISSING[kind]) for name, kind in kinds.items())
    return contract_of([Term(names[STUDENT_ID], Kind.STUDENT), *optional], _BLANK)


def _kind(name: str) -> Kind:
    return Kind.TEXT if name == MADE_UP else _KINDS[BY_NAME[name].nature]


def _misspelt(source: Source, names: Mapping[str, str], columns: Mapping[str, str]) -> Iterator[Fault]:
    """Refuse to pass over a column that is one of the contract's in all but its spelling."""
    spelt = {_spelt(other): other for other in source.names if other and other not in names.values()}
    for name in OPTIONAL:
        near = difflib.get_close_matches(_spelt(name), list(spelt), n=1, cutoff=ALIKE)
        if near and name not in names:
            remedy = f"call it '{name}'; if it means something else, give it a name that is not so near"
            yield Fault(f"{source.file}: column '{spelt[near[0]]}'", f"it looks like '{name}'", remedy=remedy)


def _spelt(column: str) -> str:
    return "".join(column_words(column))


def _without_nul(rows: Rows, contract: Contract) -> Rows:
    """Refuse texts with a NUL byte, which only Parquet can hold: no database takes them."""
    import pyarrow.compute as pc

    masks = {contract.student_id: arrow.true(pc.match_substring(rows.ids, "\0"))}
    for (column, _), coded in rows.texts.items():
        masks[column] = _rows_of(coded, frozenset(name for name in coded.names if "\0" in name))
    for column, broken in masks.items():
        remedy = "write it anew where it comes from"
        told = (rows.refuse(row, column, "a NUL byte in a text", remedy) for row in np.flatnonzero(broken).tolist())
        rows = rows.refusing(broken, told)
    return rows


def _rows_of(coded: Coded, names: frozenset[str]) -> Bools:
    """Tell which rows have one of these names; a blank has none."""
    return np.array([*(name in names for name in coded.names), False])[coded.codes]


def _people(sheet: Sheet, names: Mapping[str, str]) -> People:
    account = sheet.account
    ids = sheet.rows.ids.filter(arrow.booleans(sheet.kept.rows)).to_pylist()
    cells = [_cells(sheet, name, names) for name in OPTIONAL if name != MADE_UP]
    students = tuple(map(Person, ids, *cells))
    return People(
        file=account.file,
        sha256=account.sha256,
        students=students,
        made_up=MADE_UP in names and bool(_marked(sheet, names, _YES).any()),
        counts=account.counts,
        refusals=tuple(_with_own_remedy(refusal) for refusal in account.refusals),
        notices=tuple(_notices(account.file, students, names)),
    )


def _cells(sheet: Sheet, name: str, names: Mapping[str, str]) -> list[Any]:
    """Give a column as Person holds it."""
    kind = _kind(name)
    if name not in names:
        return [None if kind is Kind.DATE else ""] * sheet.account.counts.accepted
    if kind is Kind.DATE:
        return _days(sheet.numbers(names[name]))
    return [text or "" for text in sheet.texts(names[name], kind).texts()]


def _days(since_1970: Floats) -> list[Any]:
    known = ~np.isnan(since_1970)
    days = np.full(len(since_1970), np.datetime64("NaT"), dtype="datetime64[D]")
    days[known] = since_1970[known].astype(np.int64).astype("datetime64[D]")
    return days.tolist()


def _with_own_remedy(refusal: Refusal) -> Refusal:
    return replace(refusal, remedy=_REMEDIES.get(refusal.name, refusal.remedy))


def _notices(file: str, students: tuple[Person, ...], names: Mapping[str, str]) -> Iterator[str]:
    if not names.keys() & set(NAMES):
        yield f"{file}: no column of names ({', '.join(NAMES)}): the desk shows student ids"
    if "counselor_id" not in names:
        yield f"{file}: no column counselor_id: nobody has a caseload, and no counselor sees a student"
        return
    if alone := sum(not student.counselor_id for student in students):
        yield f"{file}: {alone:,} of {len(students):,} students have no counselor_id: no counselor sees them"


def _marked(sheet: Sheet, names: Mapping[str, str], words: frozenset[str]) -> Bools:
    marks = sheet.texts(names[MADE_UP], Kind.TEXT)
    return _rows_of(marks, frozenset(name for name in marks.names if code(name) in words))


def _mark_faults(sheet: Sheet, names: Mapping[str, str]) -> Iterator[Fault]:
    """Refuse a file that is said to be made up in part: real names would be shown as made up, or the reverse."""
    if MADE_UP not in names:
        return
    marked, rows = _marked(sheet, names, _YES), sheet.account.counts.accepted
    where = f"{sheet.account.file}: column '{names[MADE_UP]}'"
    blank = sheet.texts(names[MADE_UP], Kind.TEXT).codes < 0
    if odd := int((~blank & ~marked & ~_marked(sheet, names, _NO)).sum()):
        yield Fault(where, f"{odd:,} of {rows:,} rows say neither yes nor no", "yes in every row, or no such column")
    if 0 < marked.sum() < rows:
        found = f"{int(marked.sum()):,} of {rows:,} rows say yes"
        yield Fault(where, found, "yes in every row, or no such column", "keep made-up and real students apart")
