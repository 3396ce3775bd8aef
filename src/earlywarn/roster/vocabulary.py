"""The names that student information systems give to columns: editable tables of synonyms, one file a system.

Shared by ``earlywarn init`` and ``earlywarn map``. It refuses a table that names a column the contract lacks.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from earlywarn.catalogue import BY_NAME, CATALOGUE, Family
from earlywarn.errors import ConfigError, Fault, UsageError

OWN = "your own synonyms"


def _of(family: Family) -> tuple[str, ...]:
    return tuple(column.name for column in CATALOGUE if column.family is family)


PEOPLE = _of(Family.PEOPLE)
"""Canonical columns of the people file, which never enters training."""

GROUPS, RESULTS = _of(Family.GROUPS), _of(Family.RESULTS)
_PARTS = frozenset({"title", "source", "names", "likely", "aside", "group_words", "group_titles", "subject_words"})


@dataclass(frozen=True)
class Table:
    """One table of synonyms: canonical column -> names, sure or likely; and remarks -> names never mapped."""

    title: str
    names: Mapping[str, frozenset[str]]
    likely: Mapping[str, frozenset[str]]
    aside: Mapping[str, frozenset[str]] = field(default_factory=dict)


def plain(name: str) -> str:
    """Give a name without case, spaces and marks; "#" is a number, "%" a percent.

    Examples
    --------
    >>> plain("Stu #"), plain("Grade_Level") == plain("gradeLevel"), plain("STU.ID")
    ('stunumber', True, 'stuid')
    """
    spelled = name.casefold().replace("#", " number ").replace("%", " percent ")
    return "".join(letter for letter in spelled if letter.isalnum())


@cache
def generic() -> Mapping[str, Any]:
    """Give the table of common words as it stands in its file."""
    return tomllib.loads((files("earlywarn.roster") / "synonyms" / "generic.toml").read_text("utf-8"))


@cache
def shipped() -> tuple[Table, ...]:
    """Give the tables that come with the package: common words first, then one a system, by name."""
    folder = files("earlywarn.roster") / "synonyms"
    paths = sorted((path for path in folder.iterdir() if path.name.endswith(".toml")), key=lambda path: path.name)
    paths.sort(key=lambda path: path.name != "generic.toml")
    return tuple(_table(tomllib.loads(path.read_text("utf-8")), path.name) for path in paths)


def own_table(path: Path) -> Table:
    """Read a table that someone wrote; of shipped tables it has the parts names, likely and aside.

    Raises
    ------
    UsageError
        No such file.
    ConfigError
        No TOML, or a column that the contract lacks.
    """
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise UsageError(Fault(str(path), "no such file", remedy="check --synonyms")) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise ConfigError(Fault(str(path), "this is no TOML", remedy="compare it with docs/map.md")) from None
    return _table({**raw, "title": OWN}, str(path))


def _table(raw: Mapping[str, Any], where: str) -> Table:
    if faults := [*_faults(raw, where)]:
        raise ConfigError(faults)
    parts = {part: _folded(raw.get(part, {})) for part in ("names", "likely", "aside")}
    return Table(raw["title"], **parts)


def _folded(names: Mapping[str, list[str]]) -> dict[str, frozenset[str]]:
    return {key: frozenset(map(plain, spelled)) for key, spelled in names.items()}


def _faults(raw: Mapping[str, Any], where: str) -> Iterator[Fault]:
    for part in sorted(set(raw) - _PARTS):
        yield Fault(where, f"an unknown part '{part}'", "names, likely, aside", "remove it")
    for part in ("names", "likely", "aside"):
        for name, spelled in raw.get(part, {}).items():
            if not isinstance(spelled, list) or not all(isinstance(text, str) for text in spelled):
                yield Fault(f"{where}: {part}", f"'{name}' is no list of names", remedy=f'write {name} = ["..."]')
            elif part != "aside" and name not in BY_NAME:
                yield Fault(f"{where}: {part}", f"the contract has no column '{name}'", remedy="see docs/map.md")
