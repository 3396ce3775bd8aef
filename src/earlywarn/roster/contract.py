"""What a roster must hold: a table of rules by column, made from the config and walked by one loop.

A row that breaks a rule is refused with its line, the column, the rule and a remedy, never with its value.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from earlywarn.catalogue import BY_NAME, Column, Nature
from earlywarn.columns import InputType
from earlywarn.config.experiment import Serving
from earlywarn.roster.across import MOST_DAYS
from earlywarn.roster.clauses import Clause, clauses_of
from earlywarn.roster.terms import PARSED_AS_NUMBERS, Answers, Breach, Kind, Term

Key = tuple[str, Kind]
"""Column and kind: a column may serve twice, as a text and as a number."""

_KINDS: Mapping[Nature, Kind] = {
    Nature.DATE: Kind.DATE,
    Nature.NUMBER: Kind.NUMBER,
    Nature.SHARE: Kind.SHARE,
    Nature.CODE: Kind.TEXT,
    Nature.CODES: Kind.TEXT,
}
"""How a canonical column is read that is no key."""


@dataclass(frozen=True)
class Contract:
    """The columns that a roster must have, and the rules for them.

    Attributes
    ----------
    canonical
        Where a canonical column is read: its name in the catalogue -> column and kind.
    races
        Columns of race and ethnicity, of which a student has one record.
    year_ends
        The last day of a school year, month-day.
    dates
        The order of dates that the config states, or "auto".
    """

    terms: Mapping[Key, Term]
    missing: frozenset[str]
    canonical: Mapping[str, Key] = field(default_factory=dict)
    races: tuple[str, ...] = ()
    year_ends: str = "06-30"
    dates: str = "auto"

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """The table of rules, column by column."""
        return tuple(clause for term in self.terms.values() for clause in clauses_of(term))

    @cached_property
    def rules(self) -> Mapping[tuple[str, Kind, Breach], Clause]:
        """The rules by what is wrong."""
        return {(clause.column, clause.kind, clause.breach): clause for clause in self.clauses}

    @property
    def student_id(self) -> str:
        """The column of the student's id."""
        return self.column_of(Kind.STUDENT)

    def column_of(self, kind: Kind) -> str:
        """Give the column of a kind that stands once."""
        return next(term.column for term in self.terms.values() if term.kind is kind)

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
            known = pa.float64() if kind in PARSED_AS_NUMBERS else pa.string() if kind is Kind.STUDENT else few
            types[column] = known if types.get(column, known) == known else pa.string()
        return types

    def read_as(self, readings: Mapping[Key, Any]) -> "Contract":
        """Give the same contract with orders of dates and units of shares decided."""
        terms = {key: replace(term, reading=readings.get(key, term.reading)) for key, term in self.terms.items()}
        return replace(self, terms=terms)


def roster_contract(serving: Serving) -> Contract:
    """Make the contract that a config states for rosters: keys, results, features, groups and mapped columns."""
    missing, roster = _missing(serving), serving.roster
    mapped = {theirs: known for theirs, known in roster.canonical.items() if known.nature in _KINDS}
    own = _contract(
        serving,
        Term(roster.school_id, Kind.SCHOOL),
        *(_feature_term(feature, mapped, missing) for feature in serving.features),
        *(_group_term(attribute, mapped, missing) for attribute in serving.groups.attributes.values()),
        *(_mapped_term(theirs, known, missing) for theirs, known in mapped.items()),
    )
    names = {known.name: (theirs, _KINDS[known.nature]) for theirs, known in mapped.items()}
    return replace(own, terms=_with_rules_across(own.terms, names), canonical=names, races=_races(serving))


def _with_rules_across(terms: Mapping[Key, Term], names: Mapping[str, Key]) -> dict[Key, Term]:
    """Leave a limit to the rule across columns that says the same, so that one fault is told once."""
    found = dict(terms)
    days = names.get("days_enrolled")
    if days is not None and found[days].maximum >= MOST_DAYS:
        found[days] = replace(found[days], maximum=np.inf)
    return found


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
    return replace(contract_of(terms, missing), year_ends=serving.cohort.year_ends, dates=roster.dates)


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


def _feature_term(feature: Any, mapped: Mapping[str, Column], missing: frozenset[str]) -> Term:
    """Give the term of a feature; a mapped column of shares keeps its unit, as every reader of it must."""
    if feature.type is InputType.CATEGORY:
        return Term(feature.column, Kind.TEXT, missing)
    minimum = -np.inf if feature.minimum is None else feature.minimum
    maximum = np.inf if feature.maximum is None else feature.maximum
    known = mapped.get(feature.column)
    kind = Kind.SHARE if known and known.nature is Nature.SHARE else Kind.NUMBER
    stated = feature.minimum is not None or feature.maximum is not None
    return Term(feature.column, kind, missing, minimum=minimum, maximum=maximum, limits_of_feature=stated)


def _group_term(attribute: Any, mapped: Mapping[str, Column], missing: frozenset[str]) -> Term:
    """Give the term of a group: the codes that the config declares, or those of the catalogue."""
    known = mapped.get(attribute.column)
    codes = attribute.values or (known.codes if known else {})
    return Term(attribute.column, Kind.TEXT, missing, codes=codes, answers=_answers(known))


def _mapped_term(theirs: str, known: Column, missing: frozenset[str]) -> Term:
    low, high = known.minimum, known.maximum
    kind = _KINDS[known.nature]
    return Term(theirs, kind, missing, minimum=low, maximum=high, codes=known.codes, answers=_answers(known))


def _answers(known: Column | None) -> Answers:
    if known is None:
        return Answers.ANY
    if known.nature is Nature.CODES:
        return Answers.SEVERAL
    return Answers.ONE if known.name == "race_1997" else Answers.ANY


def _races(serving: Serving) -> tuple[str, ...]:
    """Give the file's columns of race and ethnicity: mapped ones, and attributes that are called so."""
    mapped = [theirs for theirs, known in serving.roster.canonical.items() if known.name.startswith("race")]
    named = [a.column for name, a in serving.groups.attributes.items() if name.startswith("race")]
    return tuple(dict.fromkeys([*mapped, *named]))


def _narrowed(term: Term, other: Term) -> Term:
    minimum, maximum = max(term.minimum, other.minimum), min(term.maximum, other.maximum)
    answers = term.answers if other.answers is Answers.ANY else other.answers
    return replace(term, minimum=minimum, maximum=maximum, codes=term.codes or other.codes, answers=answers)


def counts_of(contract: Contract) -> tuple[str, ...]:
    """Give the file's columns that count days or events, which two spells of a student add up."""
    return tuple(column for name, (column, _) in contract.canonical.items() if BY_NAME[name].is_count)
