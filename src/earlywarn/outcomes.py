"""What became of each student of a run by the one standard; unknown is never read as met.

It refuses a file of which no result is an outcome of this run, and counts what belongs to others or came too early.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from earlywarn import arrow
from earlywarn.cohort import outcome_by_standard
from earlywarn.columns import UNKNOWN, Bools, Coded, Ints
from earlywarn.config.experiment import Serving
from earlywarn.errors import Fault, RosterError
from earlywarn.roster.door import Results


@dataclass(frozen=True)
class Outcomes:
    """The outcome of each student asked for, and what else was in the file.

    Attributes
    ----------
    outcome
        MET, MISSED or UNKNOWN, shape (n,).
    unmatched
        Results of other students.
    early
        Results of these students from before outcomes were due: known when the list was made, or too soon.
    """

    outcome: Ints
    unmatched: int
    early: int


def outcomes_of(student_id: Any, grade: Coded, results: Results, serving: Serving, as_of: date) -> Outcomes:
    """Give each student's outcome ``outcome_years`` and a grade later.

    Parameters
    ----------
    student_id
        A pyarrow array of texts, shape (n,).
    grade
        The grade of each on the list's day, shape (n,).

    Raises
    ------
    RosterError
        No result belongs to a student of this run, or all are of another year or grade.
    """
    due = due_year(serving, as_of)
    place = arrow.places_of(arrow.strings(results.student_id), student_id)
    early = (place >= 0) & (results.school_year < due)
    mine = (place >= 0) & (results.school_year == due) & _a_grade_on(grade, results, serving, place)
    if not mine.any():
        raise RosterError(_none_is_due(results, serving, as_of, int(early.sum())))
    numbers = {subject: results.numbers[column] for subject, column in serving.roster.results.items()}
    found = outcome_by_standard(serving.standard, np.array(results.grade.texts(), dtype=object), numbers)
    if (found[mine] == UNKNOWN).all():
        what = "no result of a student of this run says whether the standard was met"
        raise RosterError(Fault(results.file, what, "results that are filled in", "check the file and its columns"))
    outcome = np.full(len(student_id), UNKNOWN, dtype=np.int64)
    outcome[place[mine]] = found[mine]
    return Outcomes(outcome, int((place < 0).sum()), int(early.sum()))


def due_year(serving: Serving, as_of: date) -> int:
    """Give the school year whose results are the outcomes of a list of this day."""
    return serving.cohort.school_year(as_of) + serving.cohort.outcome_years


def _a_grade_on(grade: Coded, results: Results, serving: Serving, place: Ints) -> Bools:
    """Tell which results are of the grade that follows the student's own."""
    named = {name: code for code, name in enumerate(results.grade.names)}
    after = np.array([*(named.get(serving.standard.next_grade(name) or "", -2) for name in grade.names), -2])
    found: Bools = results.grade.codes == after[grade.codes[place]]
    return found


def _none_is_due(results: Results, serving: Serving, as_of: date, early: int) -> Iterator[Fault]:
    due = due_year(serving, as_of)
    yield Fault(
        results.file,
        "no result belongs to a student of this run in the year when outcomes are due",
        f"results of school year {due}, one grade on",
        "check the file and the score run",
    )
    if early:
        found = f"{early:,} results of its students are of an earlier school year: an outcome comes after {as_of}"
        yield Fault(results.file, found, f"results of school year {due}", "wait for them; what was known is no outcome")
