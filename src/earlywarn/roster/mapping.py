"""A first mapping of a file's columns onto the contract's, from the headers alone; no cell is looked at.

It refuses to guess: where two columns fit one canonical column, or one fits two, a person chooses.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from earlywarn.catalogue import BY_NAME
from earlywarn.errors import Fault, UsageError
from earlywarn.roster.header import refuse_no_header
from earlywarn.roster.read import open_source
from earlywarn.roster.recognise import KEYS, TITLES, Guess, Role, guess
from earlywarn.roster.vocabulary import OWN, RESULTS, Table, plain, shipped

OWN_NAME = "the contract's own name"
BY_WORDS = "the words of its name"
_SUFFIXES = (".csv", ".tsv", ".parquet", ".xlsx", ".gz")
"""What is looked for in a folder; notes in .txt lie beside many exports."""


class Sure(StrEnum):
    """How sure a fit is."""

    CERTAIN = "certain"
    LIKELY = "likely"


@dataclass(frozen=True)
class Fit:
    """A column that fits one canonical column, how sure, and what says so."""

    column: str
    canonical: str
    sure: Sure
    why: str


@dataclass(frozen=True)
class Open:
    """What a person must choose: several columns for one canonical column, or several for one column."""

    canonical: tuple[str, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Mapping:
    """What became of every column: each stands in exactly one of the four, or in ``open`` more than once."""

    files: tuple[str, ...]
    fits: tuple[Fit, ...]
    open: tuple[Open, ...]
    aside: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]

    def fit(self, canonical: str) -> Fit | None:
        """Give the column that fits a canonical one."""
        return next((fit for fit in self.fits if fit.canonical == canonical), None)


@dataclass(frozen=True)
class _Sight:
    """What the tables say of one column: the canonical columns that it fits, how sure, why, or a remark."""

    column: str
    fits: tuple[str, ...] = ()
    sure: Sure = Sure.LIKELY
    why: str = ""
    remark: str = ""


def map_files(path: Path, own: Table | None = None) -> list[Mapping]:
    """Map a file, or each kind of file in a folder; the roster first, then the others by name.

    Raises
    ------
    UsageError
        Nothing to read, or two kinds of files that look like rosters alike.
    RosterError, MachineError
        A file that cannot be read, or has no header.
    """
    made = [map_names(names, files, own) for names, files in _headers(path)]
    made.sort(key=lambda mapping: -_keys(mapping))
    if len(made) > 1 and _keys(made[0]) == _keys(made[1]):
        both = f"{made[0].files[0]} and {made[1].files[0]}"
        found = f"{both} have different columns and look like rosters alike"
        raise UsageError(Fault(str(path), found, "one kind of roster", "map each file on its own"))
    return made


def map_names(names: Sequence[str], files: Sequence[str] = (), own: Table | None = None) -> Mapping:
    """Map the names of a header's columns.

    Examples
    --------
    >>> map_names(["Stu #", "Grade_Level", "race"]).fits[0].canonical
    'student_id'
    """
    often = Counter(names)
    sights = [_sight(name, own) for name in dict.fromkeys(names) if name and often[name] == 1]
    fits, choices, beside = _settled(sights)
    remarks = [(name, "this name stands twice in the header") for name, count in often.items() if name and count > 1]
    remarks += [(sight.column, sight.remark) for sight in sights if sight.remark]
    unknown = tuple(sight.column for sight in sights if not sight.fits and not sight.remark)
    return Mapping(tuple(files), fits, choices, (*remarks, *beside), unknown)


def _settled(sights: Sequence[_Sight]) -> tuple[tuple[Fit, ...], tuple[Open, ...], list[tuple[str, str]]]:
    """Give what fits, what is open, and what was passed over for a column that bears the contract's own name."""
    fits, choices, beside = [], [], []
    torn = [sight for sight in sights if len(sight.fits) > 1]
    for canonical in BY_NAME:
        claims = [sight for sight in sights if sight.fits == (canonical,)]
        own_name = [sight for sight in claims if sight.why == OWN_NAME]
        if len(claims) > 1 and len(own_name) == 1:
            taken = own_name[0].column
            remark = f"fits {canonical} as well, which {json.dumps(taken)} is by its own name"
            beside += [(sight.column, remark) for sight in claims if sight is not own_name[0]]
            claims = own_name
        if len(claims) == 1:
            fits.append(Fit(claims[0].column, canonical, claims[0].sure, claims[0].why))
        elif claims:
            choices.append(Open((canonical,), tuple(sight.column for sight in claims)))
    by_fits = {sight.fits: [other.column for other in torn if other.fits == sight.fits] for sight in torn}
    choices += [Open(canonical, tuple(columns)) for canonical, columns in by_fits.items()]
    return tuple(fits), tuple(choices), beside


def _sight(column: str, own: Table | None) -> _Sight:
    """Ask, in this order: the person's own table, the contract's names, the tables' sure names, the likely ones."""
    name = plain(column)
    if own is not None and (found := _named([own], "names", name)):
        return _Sight(column, found, Sure.CERTAIN, OWN)
    if own is not None and (remark := _remark([own], name)):
        return _Sight(column, remark=remark)
    if exact := tuple(canonical for canonical in BY_NAME if plain(canonical) == name):
        return _Sight(column, exact, Sure.CERTAIN, OWN_NAME)
    tables = [*([own] if own else []), *shipped()]
    if found := _named(tables, "names", name):
        return _Sight(column, found, Sure.CERTAIN, _titles(tables, "names", name))
    if remark := _remark(tables, name):
        return _Sight(column, remark=remark)
    if found := _named(tables, "likely", name):
        return _Sight(column, found, Sure.LIKELY, _titles(tables, "likely", name))
    return _by_words(column, guess(column))


def _named(tables: Sequence[Table], part: str, name: str) -> tuple[str, ...]:
    found = [canonical for table in tables for canonical, names in getattr(table, part).items() if name in names]
    return tuple(dict.fromkeys(found))


def _titles(tables: Sequence[Table], part: str, name: str) -> str:
    found = [table.title for table in tables if any(name in names for names in getattr(table, part).values())]
    return found[-1] if len(found) < 3 else f"{found[-1]} and {len(found) - 1} other tables"


def _remark(tables: Sequence[Table], name: str) -> str:
    # A system's own table says more than the common words, which come first.
    found = (remark for table in reversed(tables) for remark, names in table.aside.items() if name in names)
    return next(found, "")


def _by_words(column: str, seen: Guess) -> _Sight:
    """Take a test result by its words; what may be a group is only said to be one."""
    result = f"result_{seen.name}{'_last' if seen.years_ago else ''}"
    if seen.role is Role.RESULT and result in RESULTS:
        return _Sight(column, (result,), Sure.LIKELY, BY_WORDS)
    if seen.role is Role.GROUP:
        title = TITLES[seen.name].lower()
        return _Sight(column, remark=f"may be a group of students ({title}): never an input")
    return _Sight(column)


def _keys(mapping: Mapping) -> int:
    known = {name for choice in mapping.open for name in choice.canonical} | {fit.canonical for fit in mapping.fits}
    return len(known & {"student_id", "school_id", "school_year", "grade"})


def _headers(path: Path) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Give each kind of header with the names of its files, in the order of the names."""
    found: dict[frozenset[str], tuple[tuple[str, ...], list[str]]] = {}
    for file in _files(path):
        source = open_source(file)
        refuse_no_header(source, [name for names in KEYS.values() for name in names])
        _, files = found.setdefault(frozenset(source.names), (source.names, []))
        files.append(file.name)
    yield from found.values()


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in _SUFFIXES and file.name[0] != ".")
    if not files:
        raise UsageError(Fault(str(path), "no file of students in this folder", ", ".join(_SUFFIXES), "check the path"))
    return files
