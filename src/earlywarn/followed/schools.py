"""The school's part in a list and in what came, as it may be told: where to support a school rather than pick students.

It refuses to say so itself: a large share between schools and little skill within them speak for a school, and both
are told with their intervals.
"""

from dataclasses import dataclass, replace

import numpy as np

from earlywarn import intervals as iv
from earlywarn.audit import rounding as told
from earlywarn.audit.figures import Frame, figures_of
from earlywarn.audit.sheets import gain_sheet
from earlywarn.audit.sides import sides
from earlywarn.columns import MISSED, UNKNOWN
from earlywarn.config.experiment import Serving
from earlywarn.config.sections import Evidence
from earlywarn.estimate import Estimate
from earlywarn.groups import EVERYONE, Membership
from earlywarn.histograms import Scored, count
from earlywarn.within import auc_within, list_of_schools, share_between

CONFIDENCE = 0.95
TITLES = {
    "risk_between": "Variance of risk that lies between schools",
    "outcome_between": "Variance of the outcome that lies between schools",
    "auc": "AUC over all students",
    "auc_within": "AUC within schools",
    "gain": "Recall above a list of whole schools of the same length",
}
"""What is told -> in words."""

_WITHIN = {"gain": (-1.0, 1.0)}
"""What a figure can be where it is no share."""


@dataclass(frozen=True)
class Part:
    """One figure of the school's part; ``estimate`` is None where ``reason`` says why."""

    name: str
    estimate: Estimate | None
    students: int
    reason: str = ""

    @property
    def title(self) -> str:
        """The figure in words."""
        return TITLES[self.name]


def part_of_risk(scored: Scored, serving: Serving) -> Part:
    """Give how much of the risk lies between schools: the one part that needs no outcome."""
    found = share_between(scored.risk, scored.school)
    return _told("risk_between", found, (len(scored.risk), len(scored.risk)), scored, serving)


def schools_part(scored: Scored, serving: Serving) -> tuple[Part, ...]:
    """Give the whole of it, each figure of the scored students whose outcome is known but for the first."""
    known = np.flatnonzero(scored.outcome != UNKNOWN)
    school, missed, risk = scored.school.take(known), scored.outcome[known] == MISSED, scored.risk[known]
    events, others = int(missed.sum()), int((~missed).sum())
    found = (
        ("outcome_between", share_between(missed.astype(np.float64), school), min(events, others)),
        ("auc", iv.auc(missed, risk, school.codes.astype(np.int64)), min(events, others)),
        ("auc_within", auc_within(missed, risk, school), min(events, others)),
        ("gain", _gain(scored, serving), min(events, others)),
    )
    parts = (_told(name, estimate, (len(known), moved), scored, serving) for name, estimate, moved in found)
    return part_of_risk(scored, serving), *parts


def _gain(scored: Scored, serving: Serving) -> Estimate | None:
    """Hold the list against that of the schools with the highest mean risk, paired, with the cut as estimated."""
    everyone = Membership((EVERYONE,), np.zeros((1, len(scored.risk)), dtype=np.int32))
    ours = replace(scored, groups=everyone)
    theirs = replace(ours, listed=list_of_schools(scored.risk, scored.school, scored.listed.seats))
    made = sides((EVERYONE,), serving.groups)
    sizes = np.array([len(scored.risk), 0.0])
    frame = Frame(made, serving.gate.evidence, sizes, serving.groups.privacy_minimum)
    sums = count(ours, np.empty(0)), count(theirs, np.empty(0))
    figure = figures_of(gain_sheet("gain", TITLES["gain"], ours, theirs, sums, made), frame)[0]
    return figure.estimate


def _told(name: str, found: Estimate | None, sizes: tuple[int, int], scored: Scored, serving: Serving) -> Part:
    """Tell a figure no finer than a few students could move it; ``sizes`` are of its students and its smaller side."""
    students, moved = sizes
    number = told.count_told(students, serving.groups.privacy_minimum).number or 0
    if lack := _lack(scored, sizes, serving.gate.evidence):
        return Part(name, None, number, lack)
    if found is None:
        return Part(name, None, number, "no interval: too few schools carry it, or nothing varies")
    rate = told.figure_of(found.value, told.LEEWAY / moved, found.interval(CONFIDENCE), _WITHIN.get(name, (0.0, 1.0)))
    if rate.value is None or not rate.ends:
        return Part(name, None, number, "too few students: not shown")
    digits = 3 if (rate.grain or 1.0) < told.UNIT else 2
    low, high = rate.ends
    estimate = Estimate(rate.value, np.nan, found.df, found.scale, ends=((CONFIDENCE, low, high),), digits=digits)
    return Part(name, estimate, number)


def _lack(scored: Scored, sizes: tuple[int, int], need: Evidence) -> str:
    """Say why there is too little data; "" where there is enough."""
    schools = iv.effective_schools(iv.sum_by(scored.school.codes)) if len(scored.school) else 0.0
    events = max(need.events, need.non_events)
    if sizes[0] < need.students:
        return f"too little data: fewer than {need.students} students"
    if schools < need.schools:
        return f"too little data: {schools:.0f} effective schools, {need.schools:g} are needed"
    return f"too little data: fewer than {events} who missed or who met the standard" if sizes[1] < events else ""
