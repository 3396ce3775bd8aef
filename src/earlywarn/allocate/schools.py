"""The school's part in who needs support: what lies between schools, and what picking students reaches beyond that.

It refuses to say that a school should be supported in place of students; it names the schools where most are expected
to miss the standard, for there a seat leaves most students without one whoever is picked.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from earlywarn import intervals as iv
from earlywarn.allocate.quotas import Offer
from earlywarn.allocate.sums import Basis, Span, Told, within
from earlywarn.config.sections import Evidence
from earlywarn.estimate import Estimate
from earlywarn.within import list_of_schools, share_between

MOST = 0.5
"""A school is named in which more than this share of students is expected to miss, and less of these have a seat."""


@dataclass(frozen=True)
class SchoolsPart:
    """What would be known of need by the school alone.

    Attributes
    ----------
    between
        The share of the variance of risk that lies between schools; None where too few schools carry it.
    whole
        Expected to be reached if as many seats went to whole schools, those of the highest mean risk first.
    gain
        Reached more by need, by picking students.
    most
        Schools in which surely more than half of the scored students are expected to miss, and most of these are
        without a seat by need; by name.
    """

    between: Estimate | None
    whole: Span
    gain: Span
    most: tuple[str, ...]


def schools_part(offer: Offer, basis: Basis, by_need: Told, need: Evidence) -> SchoolsPart:
    """Hold by need against the same number of seats given to whole schools, in the last one by chance.

    In either way a seat goes to students whom a support answers.
    """
    students, answered = basis.students, np.flatnonzero(offer.answers > 0)
    seats, whole = int(by_need.shared.reached.sum()), np.zeros(len(students))
    whole[answered] = list_of_schools(students.risk[answered], students.school.take(answered), seats).chance
    enough = iv.effective_schools(iv.sum_by(students.school.codes)) >= need.schools
    return SchoolsPart(
        between=share_between(students.risk, students.school) if enough else None,
        whole=within(basis.span(whole), 0.0, float(seats)),
        gain=within(basis.span(by_need.shared.reached - whole), -float(seats), float(seats)),
        most=tuple(_where_most(basis, by_need)),
    )


def _where_most(basis: Basis, by_need: Told) -> Iterator[str]:
    """Name schools by the low end of the levels' intervals, where there is one; never one that is not shown alone."""
    school, students = basis.shown_schools, basis.students
    risk = students.risk if basis.ends is None else np.minimum(*basis.ends)
    size, surely = (iv.sum_by(school.codes, part, len(school.names)) for part in (None, risk))
    for line, share in zip(by_need.schools, surely / np.maximum(size, 1.0), strict=True):
        if share > MOST and line.reached.value < MOST * line.expected and line.school in students.school.names:
            yield line.school
