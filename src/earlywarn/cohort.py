"""The standard turned into missed / met / unknown, and the split into what teaches and what tests.

It refuses to let a training outcome be known later than the test's as-of day or, where the test is of
schools held out, to let a school or a student stand on both sides; it never reads an unknown outcome as met.
"""

import hashlib
from collections.abc import Iterable
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
        MET, MISSED or UNKNOWN by the results of ``outcome_years`` later.
    enough
        Rows with at least ``min_known`` of the inputs that count.
    teaches, tests
        Rows on either side of the split; many are on neither, none on both.
    """

    frame: pd.DataFrame
    groups: GroupTable
    outcome: Ints
    enough: Bools
    teaches: Bools
    tests: Bools

    def __len__(self) -> int:
        return len(self.frame)

    def take(self, rows: Bools) -> "Cohort":
        """Give the chosen rows."""
        frame = self.frame[rows].reset_index(drop=True)
        sides = self.teaches[rows], self.tests[rows]
        return Cohort(frame, self.groups.take(rows), self.outcome[rows], self.enough[rows], *sides)


@dataclass(frozen=True)
class Split:
    """What teaches (known outcomes, enough data) and what tests (outcomes known or not)."""

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
    teaches, tests = _sides(roster, served, serving)
    return Cohort(frame, groups, later_outcomes(roster, serving), np.asarray(enough), teaches, tests).take(served)


def later_outcomes(roster: Roster, serving: Serving) -> Ints:
    """Give each row the outcome of the same student ``outcome_years`` and a grade later; else UNKNOWN."""
    years, grade = serving.cohort.outcome_years, roster.grade.texts()
    results = {subject: roster.numbers[column] for subject, column in serving.roster.results.items()}
    outcome = outcome_by_standard(serving.standard, np.array(grade, dtype=object), results)
    place = {
        (student, int(year), there): row
        for row, (student, year, there) in enumerate(zip(roster.student_id, roster.school_year, grade, strict=True))
    }
    after = [
        place.get((student, int(year) + years, serving.standard.next_grade(here) if here else None))
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
        bars = {here: (standard.bar(subject, here) or (np.nan,))[0] for here in set(grade.tolist())}
        cut = np.array([bars[here] for here in grade.tolist()], dtype=np.float64)
        known = ~np.isnan(cut) & ~np.isnan(results[subject])
        below |= known & (results[subject] < cut)
        all_known &= known
    return np.where(below, MISSED, np.where(all_known, MET, UNKNOWN)).astype(np.int64)


def split(cohort: Cohort, serving: Serving) -> Split:
    """Part the cohort into the rows that teach, outcome known and enough data, and the rows that test.

    Raises
    ------
    EvidenceError
        No rows on one side, one outcome only, or too few schools to cross-fit.
    """
    train = cohort.take(cohort.teaches & cohort.enough & (cohort.outcome != UNKNOWN))
    test = cohort.take(cohort.tests)
    faults = [*_side_faults("training", train, serving), *_side_faults("test", test, serving)]
    if faults:
        raise EvidenceError(faults)
    return Split(train, test)


def draw_schools(schools: Iterable[str], share: float, seed: int) -> frozenset[str]:
    """Draw a share of the schools, halves rounded up: those first in the order of sha256 of "seed:school".

    Anyone can check the draw, and it knows nothing of the school. The order of the file, and how many
    students a school has, change nothing.
    """
    ordered = sorted(set(schools), key=lambda school: hashlib.sha256(f"{seed}:{school}".encode()).digest())
    return frozenset(ordered[: int(share * len(ordered) + 0.5)])


def _sides(roster: Roster, served: Bools, serving: Serving) -> tuple[Bools, Bools]:
    """Tell which rows may teach and which test."""
    plan, year = serving.cohort, roster.school_year
    if plan.test_schools is None:
        return year + plan.outcome_years <= plan.test_year, year == plan.test_year
    tests_there, touched = _held_out(roster, served & (year == plan.test_year), plan.test_schools, serving.seed)
    # Later rows teach neither: the test's as-of day lies before them.
    return ~touched & (year <= plan.test_year), tests_there & (year == plan.test_year)


def _held_out(roster: Roster, present: Bools, share: float, seed: int) -> tuple[Bools, Bools]:
    """Tell which rows lie in a school held out, and which are of a student who has any row in one."""
    school, student = pd.Series(roster.school_id.texts()), pd.Series(roster.student_id)
    there = school.isin(draw_schools(school[present], share, seed))
    return there.to_numpy(), student.isin(student[there]).to_numpy()


def _side_faults(side: str, cohort: Cohort, serving: Serving) -> list[Fault]:
    where = f"{side} rows (test_year {serving.cohort.test_year})"
    known = cohort.outcome[cohort.enough & (cohort.outcome != UNKNOWN)]
    if not len(known):
        return [
            Fault(
                where,
                "no student with a known outcome",
                remedy="check cohort.test_year, cohort.test_schools and the roster's years",
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
