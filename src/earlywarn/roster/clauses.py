"""The rules for single cells as one table: kind of column, what is wrong, its name, the rule in words, the remedy."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from earlywarn.roster.terms import Answers, Breach, Kind, Term

_FILL = "fill it in"
_FEATURE = "; if it is right, change the feature's minimum or maximum"
_NUMBER = (
    (
        Breach.WORDS, "text_in_number", "text in a number",
        "write digits and a point, such as 412 or 3.5; a word for missing belongs in roster.missing",
    ),
    (
        Breach.PERCENT, "percent_mixed", "a percent sign in a number",
        "write the number alone, in one unit in the whole column",
    ),
    (
        Breach.NOT_FINITE, "number_not_finite", "an infinite or undefined number",
        "correct it, or leave the cell blank",
    ),
)  # fmt: skip
_RULES: tuple[tuple[Kind, Breach, str, str, str], ...] = (
    (Kind.STUDENT, Breach.BLANK, "missing_id", "no student id", _FILL),
    (Kind.SCHOOL, Breach.BLANK, "missing_school", "no school id", _FILL),
    (Kind.YEAR, Breach.BLANK, "missing_year", "no school year", _FILL),
    (
        Kind.YEAR, Breach.NOT_A_YEAR, "bad_year", "the school year is not a whole year from 1900 to 2200",
        "write the year in which the school year ends, such as 2024",
    ),
    (Kind.GRADE, Breach.BLANK, "missing_grade", "no grade", _FILL),
    (
        Kind.GRADE, Breach.NOT_A_GRADE, "bad_grade", "the grade is not one of {grades}",
        "write it as standard.grades does, or add it there",
    ),
    *((Kind.NUMBER, *rule) for rule in _NUMBER),
    (
        Kind.NUMBER, Breach.OUT_OF_RANGE, "out_of_range", "a number that is not {limits}",
        "correct it, or leave the cell blank{feature}",
    ),
    *((Kind.SHARE, *rule) for rule in _NUMBER),
    (
        Kind.SHARE, Breach.OUT_OF_RANGE, "out_of_range", "a share that is not {limits}",
        "correct it, or leave the cell blank",
    ),
    (
        Kind.SHARE, Breach.TWO_UNITS, "percent_mixed", "a share in another unit than most of the column",
        "write the whole column in one unit: 0.95 or 95 or 95%",
    ),
    (
        Kind.DATE, Breach.NOT_A_DATE, "date_not_a_date", "not a date",
        "write it as 2024-09-03, a day that the calendar has; or leave the cell blank",
    ),
    (
        Kind.DATE, Breach.TWO_ORDERS, "two_date_orders", "a date whose order of day and month is in doubt",
        "write the whole column as 2024-09-03; or, if all of it has one order, say which in roster.dates",
    ),
    (
        Kind.TEXT, Breach.TWO_CODES, "two_races", "two codes in a column of one record",
        "keep the one that is right; a student of several has a code of its own",
    ),
    (
        Kind.SCORE, Breach.WORDS, "text_in_score", "text in a score",
        "write digits and a point, such as 0.35; a word for missing belongs in the plan's missing",
    ),
    (
        Kind.SCORE, Breach.PERCENT, "percent_in_score", "a percent sign in a score",
        "write the number alone, 0.35 and not 35%",
    ),
    (
        Kind.SCORE, Breach.NOT_FINITE, "score_not_finite", "an infinite or undefined score",
        "correct it, or leave the cell blank",
    ),
    (
        Kind.SCORE, Breach.OUT_OF_RANGE, "score_out_of_range", "a score that is not {limits}",
        "if this is a percentage, divide by 100; if the score is no probability, set columns.score_is = \"rank\";"
        " if it stands for missing, add it to the plan's missing",
    ),
    (
        Kind.OUTCOME, Breach.NOT_A_CODE, "bad_outcome", "the outcome is not one of {codes}",
        "write it as outcome.missed and outcome.met do, or add it there",
    ),
    (
        Kind.FLAG, Breach.NOT_A_CODE, "bad_flag", "the flag is not one of {codes}",
        "write it as flagged.yes and flagged.no do, or add it there",
    ),
)  # fmt: skip
"""The name is the same for ever, for machines."""


@dataclass(frozen=True)
class Clause:
    """One line of the contract: a rule for a column, and what to do about rows that break it."""

    column: str
    kind: Kind
    breach: Breach
    name: str
    rule: str
    remedy: str


def clauses_of(term: Term) -> Iterator[Clause]:
    """Give the rules for one column."""
    codes = (shown or "a blank" for shown in term.codes)
    words = {"grades": ", ".join(term.grades), "limits": _limits(term), "codes": ", ".join(codes)}
    words["feature"] = _FEATURE if term.limits_of_feature else ""
    for kind, breach, name, rule, remedy in _RULES:
        idle = {Breach.OUT_OF_RANGE: not words["limits"], Breach.TWO_CODES: term.answers is not Answers.ONE}
        if kind is term.kind and not idle.get(breach):
            yield Clause(term.column, kind, breach, name, rule.format(**words), remedy.format(**words))


def cell_rules() -> Iterator[tuple[str, str]]:
    """Give the name and the words of every rule for a cell, once each."""
    yield from dict.fromkeys((name, rule) for _, _, name, rule, _ in _RULES)


def _limits(term: Term) -> str:
    """Say the range in words: "from 0 to 4", "at least 0", "" where there is none."""
    low, high = np.isfinite(term.minimum), np.isfinite(term.maximum)
    if low and high:
        return f"from {term.minimum:g} to {term.maximum:g}"
    return f"at least {term.minimum:g}" if low else f"at most {term.maximum:g}" if high else ""
