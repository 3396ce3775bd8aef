"""The standard turned into missed / met / unknown, and the split into what teaches and what tests.

It refuses to let a training outcome be known later than the test's as-of day, and never reads an
unknown outcome as met.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from earlywarn.columns import MET, MISSED, UNKNOWN, Bools, Coded, Ints, Roster
from earlywarn.config.experiment import Serving
from earlywarn.config.standard import Standard
from earlywarn.errors import EvidenceError, Fault
from earlywarn.groups import GroupTable
from earlywarn.inputs import input_values, known_count

KEYS = ("student_id", "school", "school_year", "grade")
"""Columns of a cohort's frame before the inputs."""


@dataclass(frozen=True)
class Cohort:
    """Students in scope at the end of a grade, their inputs and what came after.

    Attributes
    ----------
    frame
        KEYS, then one column an input: float64 (NaN missing) or text (None missing).
    groups
        The same rows' groups, apart from the frame.
    outcome
        MET, MISSED or UNKNOWN by the next year's results.
    enough
        Rows with at least ``min_known`` of the inputs that count.
    """

    frame: pd.DataFrame
    groups: GroupTable
    outcome: Ints
    enough: Bools

    def __len__(self) -> int:
        return len(self.frame)

    def take(self, rows: Bools) -> "Cohort":
        """Give the chosen rows."""
        frame = self.frame[rows].reset_index(drop=True)
        return Cohort(frame, self.groups.take(rows), self.outcome[rows], self.enough[rows])


@dataclass(frozen=True)
class Split:
    """What teaches (known outcomes, enough data) and what tests (a later year, outcomes known or not)."""

    train: Cohort
    test: Cohort


def build_cohort(roster: Roster, groups: GroupTable, serving: Serving) -> Cohort:
    """Give every roster row in a served grade its inputs and its outcome."""
    served = np.array([grade in serving.cohort.grades for grade in roster.grade.texts()])
    values = input_values(serving.inputs, roster.numbers, roster.texts, roster.grade)
    columns = {
        "student_id": roster.student_id,
        "school": np.array(roster.school_id.texts(), dtype=object),
        "school_year": roster.school_year,
        "grade": np.array(roster.grade.texts(), dtype=object),
    }
    columns |= {n: np.array(v.texts(), dtype=object) if isinstance(v, Coded) else v for n, v in values.items()}
    frame = pd.DataFrame(columns)
    enough = known_count(serving.cohort.known_inputs, values) >= serving.cohort.min_known
    whole = Cohort(frame, groups, next_year_outcomes(roster, serving), np.asarray(enough))
    return whole.take(served)


def next_year_outcomes(roster: Roster, serving: Serving) -> Ints:
    """Give each row the outcome of the same student a year and a grade later; else UNKNOWN."""
    grade = roster.grade.texts()
    results = {subject: roster.numbers[column] for subject, column in serving.roster.results.items()}
    outcome = outcome_by_standard(serving.standard, np.array(grade, dtype=object), results)
    place = {
        (student, int(year), there): row
        for row, (student, year, there) in enumerate(zip(roster.student_id, roster.school_year, grade, strict=True))
    }
    after = [
        place.get((student, int(year) + 1, serving.standard.next_grade(here) if here else None))
        for student, year, here in zip(roster.student_id, roster.school_year, grade, strict=True)
    ]
    return np.array([UNKNOWN if row is None else outcome[row] for row in after], dtype=np.int64)


def outcome_by_standard(standard: Standard, grade: "np.ndarray", results: "dict[str, np.ndarray]") -> Ints:
    """Judge results by the standard of their grade.

    Any known subject below its cut: missed; all known and at or above: met; else unknown.

    Parameters
    ----------
    grade
        Grade of each result row, shape (n,), text.
    results
        subject -> results, shape (n,), NaN unknown.
    """
    below, all_known = np.zeros(len(grade), dtype=bool), np.ones(len(grade), dtype=bool)
    for subject in standard.subjects:
        cut = np.array([(standard.bar(subject, here) or (np.nan,))[0] for here in grade], dtype=np.float64)
        known = ~np.isnan(cut) & ~np.isnan(results[subject])
        below |= known & (results[subject] < cut)
        all_known &= known
    return np.where(below, MISSED, np.where(all_known, MET, UNKNOWN)).astype(np.int64)


def split(cohort: Cohort, serving: Serving) -> Split:
    """Part the cohort: rows whose outcome was known by the test year's as-of day teach; the test year tests.

    Raises
    ------
    EvidenceError
        No rows on one side, one outcome only, or too few schools to cross-fit.
    """
    year = cohort.frame["school_year"].to_numpy()
    as_of = serving.cohort.as_of(serving.cohort.test_year)
    known_by_then = np.array([serving.cohort.as_of(int(y) + 1) <= as_of for y in year])
    train = cohort.take(known_by_then & cohort.enough & (cohort.outcome != UNKNOWN))
    test = cohort.take(year == serving.cohort.test_year)
    faults = [*_side_faults("training", train, serving), *_side_faults("test", test, serving)]
    if faults:
        raise EvidenceError(faults)
    return Split(train, test)


def _side_faults(side: str, cohort: Cohort, serving: Serving) -> list[Fault]:
    where = f"{side} rows (test_year {serving.cohort.test_year})"
    known = cohort.outcome[cohort.enough & (cohort.outcome != UNKNOWN)]
    if not len(known):
        return [
            Fault(
                where,
                "no student with a known outcome",
                remedy="check cohort.test_year and the roster's years",
            )
        ]
    if len(np.unique(known)) < 2:
        word = "missed" if known[0] == MISSED else "met"
        return [
            Fault(
                where,
                f"one class only: every student {word} the standard",
                "both",
                "check the standard's cuts",
            )
        ]
    schools, folds = cohort.frame["school"].nunique(), serving.cohort.folds
    if schools < 2 * folds:
        return [
            Fault(
                where,
                f"{schools} schools are too few to cross-fit in {folds} folds",
                f"at least {2 * folds} schools",
                "bring more schools, or set a smaller cohort.folds",
            )
        ]
    return []
