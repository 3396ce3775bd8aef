"""The table of supports: what each is, its seats, whom it serves, which reasons it answers. Refuses a wrong one whole.

All faults of the table are told at once, an unknown school, grade or input with the nearest known one.
"""

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from earlywarn.errors import Fault, RosterError
from earlywarn.printable import short
from earlywarn.roster.cells import read_cells
from earlywarn.roster.read import open_source
from earlywarn.roster.terms import Kind, Term

REQUIRED, OPTIONAL = ("name", "seats", "answers"), ("words", "schools", "grades", "min", "max")
ALL = "all"
"""Stands for every school, grade or input; so does a blank cell of schools and grades."""

NO_LIMIT = 1_000_000_000
"""Seats that a school may have of a support without max."""

DIGITS = 9
"""A number of seats has so many digits at most."""

MOST_SUPPORTS = 12
"""Students are told apart by which supports answer them: more supports would make too many kinds."""

_TOLD_AT_MOST = 8


@dataclass(frozen=True)
class Known:
    """What the score run has: its schools and grades with a scored student, and the model's inputs.

    ``titles`` are what people call the inputs; a support may name one either way.
    """

    schools: tuple[str, ...]
    grades: tuple[str, ...]
    inputs: tuple[str, ...]
    titles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Support:
    """One support; ``schools`` and ``grades`` are those served, ``answers`` names of inputs.

    ``least`` and ``most`` are its seats a school that it serves; ``line`` is its row in the file.
    """

    name: str
    seats: int
    words: str
    schools: tuple[str, ...]
    grades: tuple[str, ...]
    answers: tuple[str, ...]
    least: int
    most: int
    line: int


def read_supports(path: Path, known: Known) -> tuple[Support, ...]:
    """Read the table, in any form that a roster may have.

    Raises
    ------
    UsageError, MachineError
        No such file, or one that may not be read.
    RosterError
        Every fault of the table.
    """
    file, rows, faults = _rows(path)
    supports = [_support(line, cells, known, file, faults) for line, cells in rows]
    faults += _across(supports, file)
    if faults:
        raise RosterError(faults)
    return tuple(supports)


_Cells = Mapping[str, str]


def _rows(path: Path) -> tuple[str, list[tuple[int, _Cells]], list[Fault]]:
    """Give the rows as texts, and what is wrong with the file as a whole."""
    source = open_source(path)
    if faults := list(_column_faults(source.file, source.names)):
        raise RosterError(faults)
    few = pa.dictionary(pa.int32(), pa.string())
    found: list[tuple[int, _Cells]] = []
    for block in source.blocks(dict.fromkeys(source.names, few), frozenset()):
        faults += [Fault(f"{source.file}: line {each.line}", each.rule, remedy=each.remedy) for each in block.refusals]
        texts = [read_cells(block.columns[name], Term(name, Kind.TEXT)).values.texts() for name in source.names]
        for line, *cells in zip(block.lines.tolist(), *texts, strict=True):
            found.append((line, dict(zip(source.names, (cell or "" for cell in cells), strict=True))))
    if not found and not faults:
        faults.append(Fault(source.file, "a header and no supports", "a row for each support", "add one"))
    return source.file, found, faults


def _column_faults(file: str, names: Sequence[str]) -> Iterator[Fault]:
    known, meant = (*REQUIRED, *OPTIONAL), set[str]()
    for name in REQUIRED:
        if name not in names:
            near = difflib.get_close_matches(name, [each for each in names if each not in known], n=1)
            remedy = f"call '{near[0]}' so" if near else "add it; docs/allocate.md shows such a table"
            yield Fault(file, f"no column '{name}'", ", ".join(known), remedy)
            meant |= {*near}
    for name, count in Counter(names).items():
        if count > 1:
            yield Fault(f"{file}: column '{short(name)}'", "stands there twice", "once", "leave one out")
        if name not in known and name not in meant:
            yield Fault(
                f"{file}: column '{short(name)}'", "not a column of supports", ", ".join(known), _near(name, known)
            )


def _support(line: int, cells: _Cells, known: Known, file: str, faults: list[Fault]) -> Support:
    """Read one row; what is wrong with it is added to the faults."""
    where = f"{file}: line {line}"
    if not cells["name"]:
        faults.append(Fault(where, "no name", "what the support is called", "fill it in"))
    if ";" in cells["name"]:
        held = Fault(f"{where}: name", "it holds ;", "a name without it: it parts the supports of a student", "mend it")
        faults.append(held)
    seats = _whole(cells, "seats", None, where, faults)
    if not cells["answers"]:
        faults.append(
            Fault(f"{where}: answers", "this support answers no reason", "inputs joined by ;, or all",
                  f"name some of {_some(known.inputs)}")
        )  # fmt: skip
    least, most = _whole(cells, "min", 0, where, faults), _whole(cells, "max", NO_LIMIT, where, faults)
    if most < least:
        faults.append(Fault(f"{where}: max", f"max {most} is less than min {least}", "min or more", "mend one of them"))
    return Support(
        name=cells["name"],
        seats=seats,
        words=cells.get("words", "") or cells["name"] or "-",
        **{choice.column: _several(cells, choice, where, faults) for choice in _choices(known)},
        least=least,
        most=most,
        line=line,
    )


def _whole(cells: _Cells, column: str, default: int | None, where: str, faults: list[Fault]) -> int:
    text = cells.get(column, "").removesuffix(".0")
    if not text and default is not None:
        return default
    if text.isascii() and text.isdigit() and len(text) <= DIGITS:
        return int(text)
    found = f"'{short(text)}'" if text else "a blank cell"
    faults.append(Fault(f"{where}: {column}", f"{found} is no number of seats", "a whole number, 0 or more", "mend it"))
    return default or 0


@dataclass(frozen=True)
class _Choice:
    """A column of names: what each may be and stands for, as it is shown, and what an unknown one is not."""

    column: str
    own: Mapping[str, str]
    shown: tuple[str, ...]
    unknown: str


def _choices(known: Known) -> Iterator[_Choice]:
    for column, names in (("schools", known.schools), ("grades", known.grades)):
        yield _Choice(column, {name: name for name in names}, names, "is not in the score run")
    titled = dict(zip(known.titles, known.inputs, strict=False))
    shown = tuple(f"{name} ({title})" for title, name in titled.items()) or known.inputs
    yield _Choice("answers", titled | {name: name for name in known.inputs}, shown, "is no input of the model")


def _several(cells: _Cells, choice: _Choice, where: str, faults: list[Fault]) -> tuple[str, ...]:
    text = cells.get(choice.column, "")
    names = [part.strip() for part in text.split(";") if part.strip()]
    if not text or ALL in names:
        return tuple(dict.fromkeys(choice.own.values()))
    if not names:
        faults.append(
            Fault(f"{where}: {choice.column}", f"'{short(text)}' names nothing", _some(choice.shown), "mend it")
        )
    for name in names:
        if name not in choice.own:
            allowed = f"{_some(choice.shown)}, joined by ;, or all"
            found = f"'{short(name)}' {choice.unknown}"
            faults.append(Fault(f"{where}: {choice.column}", found, allowed, _near(name, tuple(choice.own))))
    return tuple(dict.fromkeys(choice.own[name] for name in names if name in choice.own))


def _across(supports: Sequence[Support], file: str) -> Iterator[Fault]:
    for name, count in Counter(support.name.casefold() for support in supports if support.name).items():
        if count > 1:
            yield Fault(
                file, f"{count} supports are called '{short(name)}'", "one row a support", "call them otherwise"
            )
    if len(supports) > MOST_SUPPORTS:
        yield Fault(
            file, f"{len(supports)} supports", f"{MOST_SUPPORTS} at most", "take together those that answer alike"
        )
    if supports and not any(support.seats for support in supports):
        yield Fault(file, "no support has a seat", "1 or more in all", "mend the column 'seats'")


def _near(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean '{short(near[0])}'?" if near else "mend it, or leave it out"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _TOLD_AT_MOST:,} more" if len(names) > _TOLD_AT_MOST else ""
    return ", ".join(short(name) for name in names[:_TOLD_AT_MOST]) + more
