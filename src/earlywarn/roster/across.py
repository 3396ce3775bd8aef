"""Rules that hold between the cells of one row: a table walked by one loop. A cell that is missing breaks none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from earlywarn.columns import Bools, Floats

YEAR_BEGINS, YEAR_ENDS = "first day of the school year", "last day of the school year"
"""Made from the school year and ``cohort.year_ends``, in days since 1970 as dates are."""

MOST_DAYS = 366
RATE_TOLERANCE = 0.02
"""Half a day of 25: systems round, and some count hours."""


@dataclass(frozen=True)
class Across:
    """One rule over canonical columns; ``breaks`` takes them in their order.

    Attributes
    ----------
    name
        The same for ever, for machines.
    refuses
        False: the row is accepted, and listed.
    """

    name: str
    columns: tuple[str, ...]
    breaks: Callable[..., Bools]
    rule: str
    remedy: str
    refuses: bool = True


def _more(part: Floats, whole: Floats) -> Bools:
    return np.asarray(part > whole)


def _outside(day: Floats, first: Floats, last: Floats) -> Bools:
    return np.asarray((day < first) | (day > last))


def _disagrees(rate: Floats, absent: Floats, enrolled: Floats) -> Bools:
    attended = np.divide(enrolled - absent, enrolled, out=np.full(len(rate), np.nan), where=enrolled > 0)
    return np.asarray(np.abs(rate - attended) > RATE_TOLERANCE)


ACROSS: tuple[Across, ...] = (
    Across("enrolled_over_366", ("days_enrolled",), lambda days: np.asarray(days > MOST_DAYS),
           "more than 366 days enrolled", "correct it: a school year has no more days"),
    Across("absent_over_enrolled", ("days_absent", "days_enrolled"), _more,
           "more days absent than enrolled", "count both over the same days, those on which the student was enrolled"),
    Across("excused_over_absent", ("days_absent_excused", "days_absent"), _more,
           "more days excused than absent", "days_absent counts excused and unexcused days"),
    Across("tardy_over_enrolled", ("days_tardy", "days_enrolled"), _more,
           "more days tardy than enrolled", "count days, not lessons"),
    Across("credits_earned_over_attempted", ("credits_earned", "credits_attempted"), _more,
           "more credits earned than attempted", "correct one of the two"),
    Across("entry_after_exit", ("entry_date", "exit_date"), _more,
           "the entry date is after the exit date", "correct one of the two, or leave the exit date blank"),
    Across("as_of_outside_year", ("as_of", YEAR_BEGINS, YEAR_ENDS), _outside,
           "the day lies outside the row's school year",
           "correct the day or the school year; cohort.year_ends says when a school year ends"),
    Across("rate_disagrees", ("attendance_rate", "days_absent", "days_enrolled"), _disagrees,
           "the attendance rate is not that of the days", "say in which unit the rate is, or correct the days",
           refuses=False),
)  # fmt: skip
"""In the order in which they are told; the last are judged on rows that keep all rules before them."""


def broken(values: Mapping[str, Floats], rule: Across) -> Bools | None:
    """Tell which rows break a rule; None where not all of its columns are mapped."""
    if not all(column in values for column in rule.columns):
        return None
    with np.errstate(invalid="ignore"):
        return rule.breaks(*(values[column] for column in rule.columns))
