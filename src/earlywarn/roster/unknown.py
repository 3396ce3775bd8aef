"""Codes that nobody declared: counted, told by their shape, and never a reason to lose a row.

One typing error in a code once dropped 1,052 students from a roster elsewhere, unnoticed.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from earlywarn.columns import Coded, Ints, Refusal
from earlywarn.roster.blocks import Source
from earlywarn.roster.contract import Contract
from earlywarn.roster.findings import ACCEPTED, Finding
from earlywarn.roster.judge import Judged
from earlywarn.roster.places import whereabouts
from earlywarn.roster.terms import Kind, Term

NAME = "unknown_code"
MOST_CODES = 1_000
MOST_LINES = 10_000
"""Of one code so many lines are listed; its rows are counted all the same."""


@dataclass
class _Code:
    rows: int = 0
    places: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class UnknownCodes:
    """Rows of each undeclared code by column, and their places with their schools."""

    contract: Contract
    found: dict[str, dict[str, _Code]] = field(default_factory=dict)

    def add(self, judged: Judged) -> None:
        """Take a block."""
        for (column, kind), term in self.contract.terms.items():
            if kind is Kind.TEXT and term.codes:
                self._add(column, judged, term)

    def _add(self, column: str, judged: Judged, term: Term) -> None:
        coded: Coded = judged.values[column, Kind.TEXT]
        odd = [code for code, name in enumerate(coded.names) if not term.is_known(name)]
        if not odd:
            return
        schools = judged.values[self.contract.column_of(Kind.SCHOOL), Kind.SCHOOL]
        held = self.found.setdefault(column, {})
        for code in odd:
            rows = np.flatnonzero((coded.codes == code) & ~judged.refused)
            name = coded.names[code]
            found = held.setdefault(name if name in held or len(held) < MOST_CODES else "", _Code())
            found.rows += len(rows)
            found.places += _places(judged, rows[: MOST_LINES - len(found.places)], schools)

    def findings(self, source: Source, least: int) -> Iterator[Finding]:
        """Give one finding a row; a code that fewer than ``least`` rows have may be anything, and is told by shape."""
        for column, codes in self.found.items():
            known = self.contract.terms[column, Kind.TEXT].codes
            for name, code in codes.items():
                shown = f"'{name}'" if name and code.rows >= least else f"of the shape '{shape(name)}'"
                rule, remedy = f"a code that is not declared, {shown}", _remedy(name, known)
                for place, school in code.places:
                    file, line = whereabouts(source, place)
                    yield Finding(Refusal(line, column, rule, remedy, file, NAME), school, ACCEPTED)

    def rows(self) -> int:
        """Count the cells with such a code."""
        return sum(code.rows for codes in self.found.values() for code in codes.values())


def shape(text: str) -> str:
    """Give the shape of a text: A for capitals, a for small letters, 9 for digits, repeats once.

    Examples
    --------
    >>> shape("Not Eligibile"), shape("F2")
    ('Aa Aa', 'A9')
    """
    plain = "".join("A" if c.isupper() else "a" if c.isalpha() else "9" if c.isdigit() else c for c in text[:40])
    return re.sub(r"(.)\1+", r"\1", plain)


def _remedy(name: str, known: Mapping[str, str]) -> str:
    """Name the code that is nearest, by itself or by its words."""
    spelt = {text.casefold(): code for code, words in known.items() for text in (words, code)}
    near = difflib.get_close_matches(name.casefold(), spelt, n=1, cutoff=0.6)
    hint = f"did you mean '{spelt[near[0]]}'? " if near else ""
    return f"{hint}declared are {', '.join(known)}; correct the code, or declare it in the config"


def _places(judged: Judged, rows: Ints, schools: Coded) -> list[tuple[int, str]]:
    names = [*schools.names, ""]
    return [(int(judged.lines[row]), names[schools.codes[row]]) for row in rows.tolist()]
