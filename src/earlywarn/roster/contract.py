"""What a roster must hold: a table of rules by column, made from the config and walked by one loop.

A row that breaks a rule is refused with its line, the column, the rule and a remedy, never with its value.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from earlywarn.columns import InputType, Refusal
from earlywarn.config.experiment import Serving
from earlywarn.roster.blocks import Block
from earlywarn.roster.cells import NUMBERS, Breach, Kind, Term, Values, read_cells

Key = tuple[str, Kind]
"""Column and kind: a column may serve twice, as a text and as a number."""

_FILL = "fill it in"
_RULES: tuple[tuple[Kind, Breach, str, str], ...] = (
    (Kind.STUDENT, Breach.BLANK, "no student id", _FILL),
    (Kind.SCHOOL, Breach.BLANK, "no school id", _FILL),
    (Kind.YEAR, Breach.BLANK, "no school year", _FILL),
    (
        Kind.YEAR, Breach.NOT_A_YEAR, "the school year is not a whole year from 1900 to 2200",
        "write the year in which the school year ends, such as 2024",
    ),
    (Kind.GRADE, Breach.BLANK, "no grade", _FILL),
    (
        Kind.GRADE, Breach.NOT_A_GRADE, "the grade is not one of {grades}",
        "write it as standard.grades does, or add it there",
    ),
    (
        Kind.NUMBER, Breach.WORDS, "text in a number",
        "write digits and a point, such as 412 or 3.5; a word for missing belongs in roster.missing",
    ),
    (
        Kind.NUMBER, Breach.PERCENT, "a percent sign in a number",
        "write the number alone, in one unit in the whole column",
    ),
    (
        Kind.NUMBER, Breach.NOT_FINITE, "an infinite or undefined number",
        "correct it, or leave the cell blank",
    ),
    (
        Kind.NUMBER, Breach.OUT_OF_RANGE, "a number that is not {limits}",
        "correct it, or leave the cell blank; if it is right, change the feature's minimum or maximum",
    ),
    (
        Kind.SCORE, Breach.WORDS, "text in a score",
        "write digits and a point, such as 0.35; a word for missing belongs in the plan's missing",
    ),
    (Kind.SCORE, Breach.PERCENT, "a percent sign in a score", "write the number alone, 0.35 and not 35%"),
    (
        Kind.SCORE, Breach.NOT_FINITE, "an infinite or undefined score",
        "correct it, or leave the cell blank",
    ),
    (
        Kind.SCORE, Breach.OUT_OF_RANGE, "a score that is not {limits}",
        "if this is a percentage, divide by 100; if the score is no probability, set columns.score_is = \"rank\";"
        " if it stands for missing, add it to the plan's missing",
    ),
    (
        Kind.OUTCOME, Breach.NOT_A_CODE, "the outcome is not one of {codes}",
        "write it as outcome.missed and outcome.met do, or add it there",
    ),
    (
        Kind.FLAG, Breach.NOT_A_CODE, "the flag is not one of {codes}",
        "write it as flagged.yes and flagged.no do, or add it there",
    ),
)  # fmt: skip
"""Kind of column, what is wrong, the rule in words, the remedy."""


@dataclass(frozen=True)
class Clause:
    """One line of the contract: a rule for a column, and what to do about rows that break it."""

    column: str
    kind: Kind
    breach: Breach
    rule: str
    remedy: str

    def refuse(self, file: str, lines: Iterable[int]) -> Iterator[Refusal]:
        """Give one refusal a line."""
        return (Refusal(line, self.column, self.rule, self.remedy, file) for line in lines)


@dataclass(frozen=True)
class Contract:
    """The columns that a roster must have, and the rules for them."""

    terms: Mapping[Key, Term]
    missing: frozenset[str]

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """The table of rules, column by column."""
        return tuple(clause for term in self.terms.values() for clause in _clauses(term))

    @property
    def student_id(self) -> str:
        """The column of the student's id."""
        return next(term.column for term in self.terms.values() if term.kind is Kind.STUDENT)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Every column once, keys first."""
        return tuple(dict.fromkeys(term.column for term in self.terms.values()))

    @cached_property
    def types(self) -> dict[str, Any]:
        """Each column with the pyarrow type to read it as: ids as text, repeating texts as dictionaries."""
        few = pa.dictionary(pa.int32(), pa.string())
        types: dict[str, Any] = {}
        for column, kind in self.terms:
            known = pa.float64() if kind in NUMBERS else pa.string() if kind is Kind.STUDENT else few
            types[column] = known if column not in types else pa.string()
        return types


def roster_contract(serving: Serving) -> Contract:
    """Make the contract that a config states for rosters: keys, results, features and groups."""
    missing = _missing(serving)
    return _contract(
        serving,
        Term(serving.roster.school_id, Kind.SCHOOL),
        *(_feature_term(feature, missing) for feature in serving.features),
        *(Term(attribute.column, Kind.TEXT, missing) for attribute in serving.groups.attributes.values()),
    )


def results_contract(serving: Serving) -> Contract:
    """Make the contract for later results: student, school year, grade and results, nothing else."""
    return _contract(serving)


def _contract(serving: Serving, *more: Term) -> Contract:
    roster, missing = serving.roster, _missing(serving)
    terms = [
        Term(roster.student_id, Kind.STUDENT),
        Term(roster.school_year, Kind.YEAR),
        Term(roster.grade, Kind.GRADE, grades=serving.standard.grades),
        *(Term(column, Kind.NUMBER, missing) for column in roster.results.values()),
        *more,
    ]
    return contract_of(terms, missing)


def contract_of(terms: Iterable[Term], missing: frozenset[str]) -> Contract:
    """Make a contract of its terms; a column that serves twice in one way must keep the limits of both."""
    joined: dict[Key, Term] = {}
    for term in terms:
        key = (term.column, term.kind)
        joined[key] = _narrowed(joined[key], term) if key in joined else term
    return Contract(joined, missing)


def _missing(serving: Serving) -> frozenset[str]:
    """Give the words for missing; a blank cell is always one."""
    return frozenset(serving.roster.missing) | {""}


def _feature_term(feature: Any, missing: frozenset[str]) -> Term:
    if feature.type is InputType.CATEGORY:
        return Term(feature.column, Kind.TEXT, missing)
    minimum = -np.inf if feature.minimum is None else feature.minimum
    maximum = np.inf if feature.maximum is None else feature.maximum
    return Term(feature.column, Kind.NUMBER, missing, minimum=minimum, maximum=maximum)


def _narrowed(term: Term, other: Term) -> Term:
    minimum, maximum = max(term.minimum, other.minimum), min(term.maximum, other.maximum)
    return replace(term, minimum=minimum, maximum=maximum)


def _clauses(term: Term) -> Iterator[Clause]:
    codes = (shown or "a blank" for shown in term.codes)
    words = {"grades": ", ".join(term.grades), "limits": _limits(term), "codes": ", ".join(codes)}
    for kind, breach, rule, remedy in _RULES:
        if kind is term.kind and (breach is not Breach.OUT_OF_RANGE or words["limits"]):
            yield Clause(term.column, kind, breach, rule.format(**words), remedy)


def _limits(term: Term) -> str:
    """Say the range in words: "from 0 to 4", "at least 0", "" where there is none."""
    low, high = np.isfinite(term.minimum), np.isfinite(term.maximum)
    if low and high:
        return f"from {term.minimum:g} to {term.maximum:g}"
    return f"at least {term.minimum:g}" if low else f"at most {term.maximum:g}" if high else ""


def judge(block: Block, contract: Contract, file: str) -> tuple[dict[Key, Values], list[Refusal]]:
    """Read a block as the contract says; give its values by column and kind, and what its rows broke."""
    cells = {key: read_cells(block.columns[term.column], term) for key, term in contract.terms.items()}
    refusals = list(block.refusals)
    for clause in contract.clauses:
        breach = cells[clause.column, clause.kind].breach
        if breach.any():
            refusals += clause.refuse(file, block.lines[breach == clause.breach].tolist())
    return {key: read.values for key, read in cells.items()}, refusals
