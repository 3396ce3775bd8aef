"""What a scores file and a groups file must hold, by the plan and by the columns that they have.

It refuses columns that are absent, stored in the wrong way, or spelt almost like one that is looked for.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from earlywarn.config.audit import OPTIONAL, AuditPlan, ScoreColumns, ScoreIs, code, found_groups
from earlywarn.config.sections import Groups
from earlywarn.errors import Fault, RosterError, UsageError
from earlywarn.roster.blocks import Source
from earlywarn.roster.contract import Contract, contract_of
from earlywarn.roster.header import column_faults
from earlywarn.roster.recognise import column_words
from earlywarn.roster.terms import Kind, Term

MOST_ATTRIBUTES = 12
"""More columns than these are hardly all meant, and their intersections would fill the memory."""

MISSED, MET = "missed", "met"
FLAGGED, NOT_FLAGGED = "flagged", "not flagged"
"""What the codes of outcomes and of flags are read as."""


@dataclass(frozen=True)
class Agreed:
    """The contracts of a scores file and a groups file, and the groups that they are to tell.

    Attributes
    ----------
    groups
        None where the groups stand in the scores file.
    keys
        The optional columns that the scores file is read for.
    school_beside
        The school stands in the groups file.
    """

    scores: Contract
    groups: Contract | None
    comparison: Groups
    keys: tuple[str, ...]
    school_beside: bool


def agree(scores: Source, groups: Source | None, plan: AuditPlan) -> Agreed:
    """Make both contracts, and hold the headers of both files against them.

    Raises
    ------
    UsageError
        Nothing says who belongs to which group.
    RosterError
        Every fault of both headers.
    """
    comparison = plan.groups or _found(groups, plan)
    beside = groups is not None and _school_beside(scores, groups, plan.columns)
    keys = tuple(key for key in OPTIONAL if _is_read(key, scores, plan.columns) and not (beside and key == "school_id"))
    attributes = [_text(attribute.column, plan) for attribute in comparison.attributes.values()]
    own = contract_of([*_score_terms(plan, keys), *(attributes if groups is None else [])], _missing(plan))
    faults = [*_misspelt(scores, plan.columns), *column_faults(scores, own)]
    other = None
    if groups is not None:
        school = [_text(plan.columns.school_id, plan)] if beside else []
        other = contract_of([Term(plan.columns.id_of_groups, Kind.STUDENT), *attributes, *school], _missing(plan))
        faults += column_faults(groups, other)
    if faults:
        raise RosterError(faults)
    return Agreed(own, other, comparison, keys, beside)


def _found(groups: Source | None, plan: AuditPlan) -> Groups:
    if groups is None:
        allowed = "a file of groups, or [groups.attributes] in the plan with columns of the scores file"
        raise UsageError(Fault("the audit", "nothing says who belongs to which group", allowed, "give the file"))
    found = found_groups(groups.names, plan)
    if found is None:
        allowed = "a column for each attribute, beside the ids"
        raise RosterError(Fault(groups.file, "no column that could be a group", allowed, "add such columns"))
    if len(found.attributes) > MOST_ATTRIBUTES:
        count, allowed = f"{len(found.attributes):,} columns beside the ids", f"at most {MOST_ATTRIBUTES} attributes"
        remedy = "name those that you mean in [groups.attributes] of the plan, or leave the others out of the file"
        raise RosterError(Fault(groups.file, count, allowed, remedy))
    return found


def _school_beside(scores: Source, groups: Source, columns: ScoreColumns) -> bool:
    return columns.school_id not in scores.names and columns.school_id in groups.names


def _is_read(key: str, scores: Source, columns: ScoreColumns) -> bool:
    """Tell whether an optional column is read: the file has it, or the plan names it and so must the file."""
    name = getattr(columns, key)
    return bool(name) and (name in scores.names or key in columns.model_fields_set)


def _misspelt(scores: Source, columns: ScoreColumns) -> Iterator[Fault]:
    """Refuse to pass over a column that is an optional one in all but its spelling; one that is named must be there."""
    for key in OPTIONAL:
        name = getattr(columns, key)
        alike = [other for other in scores.names if name and _spelt(other) == _spelt(name)]
        if alike and name not in scores.names and key not in columns.model_fields_set:
            remedy = f'write columns.{key} = "{alike[0]}" in the plan, or columns.{key} = "" if it means something else'
            yield Fault(f"{scores.file}: column '{alike[0]}'", f"the plan looks for '{name}'", remedy=remedy)


def _spelt(column: str) -> str:
    return "".join(column_words(column))


def _missing(plan: AuditPlan) -> frozenset[str]:
    """Give the words for missing; a blank cell is always one."""
    return frozenset(plan.missing) | {""}


def _text(column: str, plan: AuditPlan) -> Term:
    return Term(column, Kind.TEXT, _missing(plan))


def _score_terms(plan: AuditPlan, keys: tuple[str, ...]) -> Iterator[Term]:
    low, high = _LIMITS[plan.columns.score_is]
    yield Term(plan.columns.student_id, Kind.STUDENT)
    yield Term(plan.columns.score, Kind.SCORE, _missing(plan), minimum=low, maximum=high)
    for key in keys:
        kind, codes = _OPTIONAL_TERMS[key]
        yield Term(getattr(plan.columns, key), kind, _missing(plan), codes=codes(plan))


def _outcome_codes(plan: AuditPlan) -> dict[str, str]:
    codes = plan.outcome
    return {code(text): MISSED for text in codes.missed} | {code(text): MET for text in codes.met}


def _flag_codes(plan: AuditPlan) -> dict[str, str]:
    codes = plan.flagged
    return {code(text): FLAGGED for text in codes.yes} | {code(text): NOT_FLAGGED for text in codes.no}


def _no_codes(plan: AuditPlan) -> dict[str, str]:
    return {}


_LIMITS = {ScoreIs.RISK: (0.0, 1.0), ScoreIs.RANK: (-math.inf, math.inf)}
"""What a score may be."""

_OPTIONAL_TERMS: Mapping[str, tuple[Kind, Callable[[AuditPlan], dict[str, Any]]]] = {
    "flagged": (Kind.FLAG, _flag_codes),
    "outcome": (Kind.OUTCOME, _outcome_codes),
    "school_id": (Kind.SCHOOL, _no_codes),
    "rules": (Kind.SCORE, _no_codes),
}
"""What each optional column is read as."""
