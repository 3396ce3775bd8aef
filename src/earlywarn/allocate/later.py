"""What came of the students of a past run, by the one standard; refuses a file in which none of them is found."""

from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from earlywarn import arrow
from earlywarn.allocate.students import Students
from earlywarn.cohort import outcome_by_standard
from earlywarn.columns import UNKNOWN, Ints
from earlywarn.config.experiment import Serving
from earlywarn.errors import Fault, RosterError
from earlywarn.roster.door import open_results
from earlywarn.score_run import SCORES, StoredRun


def outcomes_of(path: Path, run: StoredRun, serving: Serving, students: Students) -> Ints:
    """Give each scored student's outcome, ``outcome_years`` and a grade later: MISSED, MET or UNKNOWN.

    Raises
    ------
    UsageError, RosterError, MachineError
        The file cannot be taken, or no result in it belongs to a student of this run.
    """
    results = open_results(path, serving)
    due = serving.cohort.school_year(run.manifest.as_of) + serving.cohort.outcome_years
    grade = np.array(results.grade.texts(), dtype=object)
    numbers = {subject: results.numbers[column] for subject, column in serving.roster.results.items()}
    found = outcome_by_standard(serving.standard, grade, numbers)
    ids = run.table(SCORES)["student_id"].take(arrow.integers(students.rows))
    row = arrow.to_integers(pc.index_in(arrow.strings(results.student_id), ids.combine_chunks()))
    after = np.array([*(serving.standard.next_grade(name) for name in students.grade.names), None], dtype=object)
    due_here = (row >= 0) & (results.school_year == due) & (grade == after[students.grade.codes][row])
    if not due_here.any():
        raise RosterError(
            Fault(results.file, "no result belongs to a student of this run in the year when outcomes are due",
                  f"results of school year {due}, one grade on", "check the file and the score run")
        )  # fmt: skip
    outcome = np.full(len(students), UNKNOWN, dtype=np.int64)
    outcome[row[due_here]] = found[due_here]
    return outcome
