"""What an allocation found: every policy in figures, and what other numbers of seats would do.

It refuses nothing; whatever is told of it may be told, but for the ids, which the private files alone ask for.
"""

from dataclasses import dataclass

import numpy as np

from earlywarn import arrow
from earlywarn.allocate.capacity import Needed, Point
from earlywarn.allocate.quotas import Offer
from earlywarn.allocate.schools import SchoolsPart
from earlywarn.allocate.sums import Basis, Span, Told
from earlywarn.audit.rounding import Count, count_told
from earlywarn.columns import Bools, Texts
from earlywarn.config.allocation import BY_NEED
from earlywarn.config.experiment import Serving
from earlywarn.outcomes import Outcomes
from earlywarn.score_run import SCORES, StoredRun


@dataclass(frozen=True)
class Allocated:
    """Every policy in figures, ``by need`` among them, and what other numbers of seats would do by need.

    Attributes
    ----------
    school
        The school's part.
    one_more
        What one more seat of each support would reach.
    came
        What came of the scored students, and what else was in the file; None where no outcomes were given.
    refused
        Rows of the outcomes that were refused.
    """

    run: StoredRun
    serving: Serving
    offer: Offer
    basis: Basis
    policies: tuple[Told, ...]
    school: SchoolsPart
    curve: tuple[Point, ...]
    one_more: tuple[Span, ...]
    needed: Needed | None
    came: Outcomes | None
    refused: int

    @property
    def by_need(self) -> Told:
        """The policy that all are held against."""
        return next(each for each in self.policies if each.shared.policy.name == BY_NEED)

    @property
    def expected(self) -> float:
        """How many of the scored students are expected to miss the standard without support."""
        return float(self.basis.students.risk.sum())

    @property
    def equal(self) -> Told | None:
        """The first policy that shares all seats equally; None where there is none."""
        every = ((told, told.shared.policy) for told in self.policies)
        plain = (told for told, p in every if p.share != "need" and p.part == 1 and not p.several_seats)
        return next(plain, None)

    @property
    def seats(self) -> int:
        """Seats of all supports."""
        return int(self.offer.seats.sum())

    @property
    def unanswered(self) -> Bools:
        """Which scored students no support answers: shape (n,)."""
        return np.asarray(self.offer.answers == 0)

    def answered(self, number: int) -> Count:
        """Count the students whom a support answers: about, for where it serves one small school they may be all."""
        students = int((self.offer.answers >> number & 1).sum())
        return count_told(students, self.basis.minimum)

    def ids(self) -> Texts:
        """Give the scored students' ids: for the private files alone."""
        return arrow.to_texts(self.run.table(SCORES)["student_id"].take(arrow.integers(self.offer.students.rows)))
