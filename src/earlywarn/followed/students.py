"""The students of a score run as a follow-up reads them: all in scope, scored or not; no input of theirs."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from earlywarn import arrow
from earlywarn.capacity import Listed
from earlywarn.columns import Bools, Coded, Floats, Ints, Status
from earlywarn.config.experiment import Serving
from earlywarn.examine.score_runs import groups_of
from earlywarn.groups import Membership, membership
from earlywarn.histograms import Scored
from earlywarn.score_run import SCORES, StoredRun


@dataclass(frozen=True)
class Students:
    """Students in scope of a run, shape (n,) each; risk, rank and level say nothing of those not ``scored``.

    Attributes
    ----------
    student_id
        A pyarrow array of texts.
    rows
        Their places among all students of the run.
    """

    student_id: Any
    rows: Ints
    school: Coded
    grade: Coded
    groups: Membership
    scored: Bools
    risk: Floats
    rank: Ints
    flagged: Bools
    level: Coded

    def __len__(self) -> int:
        return len(self.scored)

    def with_score(self, outcome: Ints) -> Scored:
        """Give the scored students as an audit counts them; ``outcome`` has shape (n,)."""
        rows = np.flatnonzero(self.scored)
        flagged = self.flagged[rows]
        listed = Listed(self.rank[rows], flagged, int(flagged.sum()), flagged.astype(np.float64))
        return Scored(self.school.take(rows), self.groups.take(rows), self.risk[rows], outcome[rows], listed)


def students_of(run: StoredRun, serving: Serving) -> Students:
    """Read the students in scope of a run, and their groups.

    Raises
    ------
    ScorecardError
        A file is not the one that the run wrote.
    """
    table = run.table(SCORES)
    status = arrow.to_coded(table["status"])
    named = np.array([*(name == Status.OUT_OF_SCOPE for name in status.names), False])
    scope = np.flatnonzero(~named[status.codes])
    is_scored = np.array([*(name == Status.SCORED for name in status.names), False])[status.codes]
    return Students(
        student_id=ids_of(run).take(arrow.integers(scope)),
        rows=scope,
        school=arrow.to_coded(table["school_id"]).take(scope),
        grade=arrow.to_coded(table["grade"]).take(scope),
        groups=membership(groups_of(run, scope, serving), serving.groups.depth),
        scored=is_scored[scope],
        risk=arrow.to_floats(table["risk"])[scope],
        rank=np.nan_to_num(arrow.to_floats(table["rank"])[scope]).astype(np.int64),
        flagged=arrow.true(table["flagged"])[scope] & is_scored[scope],
        level=arrow.to_coded(table["level"]).take(scope),
    )


def ids_of(run: StoredRun) -> Any:
    """Give the ids of every student of a run, in scope or not, as one pyarrow array."""
    return run.table(SCORES)["student_id"].combine_chunks()
