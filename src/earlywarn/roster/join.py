"""Two files of students joined by id without a loop over rows; who is in one file only is counted, never dropped."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from earlywarn import arrow
from earlywarn.columns import Bools, Ints


@dataclass(frozen=True)
class Side:
    """One file: the number of each row's student (the same in both files, -1 for none), and the rows kept."""

    student: Ints
    kept: Bools

    @property
    def students(self) -> Ints:
        """The students of the kept rows, each once."""
        return self.student[self.kept]

    def seen(self, count: int) -> Bools:
        """Tell which of ``count`` students have any row, kept or not."""
        seen = np.zeros(count + 1, dtype=bool)  # the last place takes the rows without an id
        seen[self.student] = True
        return seen[:count]


@dataclass(frozen=True)
class Meeting:
    """How the kept rows of a scores file and those of a groups file meet.

    Attributes
    ----------
    place
        For each kept row of the scores, the place of its student among the kept rows of the groups, or -1.
    groups_refused
        Those of the scores whose rows in the groups file were all refused.
    groups_only, scores_refused
        Places among the kept rows of the groups: students without a row in the scores file, and students
        whose rows there were refused.
    """

    place: Ints
    groups_refused: Bools
    groups_only: Ints
    scores_refused: Ints

    @property
    def scores_only(self) -> Bools:
        """Those of the scores who have no row at all in the groups file."""
        return np.asarray((self.place < 0) & ~self.groups_refused)


def meet(scores: Side, groups: Side) -> Meeting:
    """Join by student; each has one kept row at most in either file."""
    count = 1 + max(int(side.student.max(initial=-1)) for side in (scores, groups))
    where = np.full(count, -1, dtype=np.int64)
    where[groups.students] = np.arange(len(groups.students))
    place = where[scores.students]
    scored = np.zeros(count, dtype=bool)
    scored[scores.students] = True
    left = np.flatnonzero(~scored[groups.students])
    refused = scores.seen(count)[groups.students[left]]
    return Meeting(
        place=place,
        groups_refused=(place < 0) & groups.seen(count)[scores.students],
        groups_only=left[~refused],
        scores_refused=left[refused],
    )


def alike_but_for_zeros(ids: Any, others: Any) -> int:
    """Count the ids of one pyarrow column that equal one of the other once zeros are left out.

    A spreadsheet takes leading zeros from an id, and a program that reads ids as numbers adds ".0".
    """
    import pyarrow.compute as pc

    if not len(ids) or not len(others):
        return 0
    return int(arrow.true(pc.is_in(_bare(ids), value_set=_bare(others))).sum())


def _bare(ids: Any) -> Any:
    import pyarrow.compute as pc

    whole = pc.if_else(pc.ends_with(ids, ".0"), pc.utf8_slice_codeunits(ids, 0, -2), ids)
    return pc.ascii_ltrim(whole, "0")
