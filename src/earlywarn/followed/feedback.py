"""What was said to flags: how many were reviewed, how many dismissed and why, by group, and at the same risk.

Whatever became of the students. It refuses to compare how often flags were dismissed where nobody looked at them: a
share is of the flags that somebody reviewed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from earlywarn.audit import funnel
from earlywarn.audit import measures as m
from earlywarn.audit.figures import Figure, Frame, Rows, jackknifed, to_reference
from earlywarn.audit.rounding import Count
from earlywarn.audit.sheets import counts_of
from earlywarn.columns import MISSED, Bools, Floats, Ints
from earlywarn.config.experiment import Serving
from earlywarn.followed.desk import VIEWS, Desk
from earlywarn.followed.shares import Sorted, Told, frame_of, roughly, share_figures, tell
from earlywarn.followed.students import Students
from earlywarn.groups import EVERYONE, Cell
from earlywarn.histograms import risk_edges
from earlywarn.report.findings import About

OUTCOMES = 3
_ATOMS = dict.fromkeys(VIEWS, funnel.KEPT_ATOM) | {
    **{reason: place for place, reason in enumerate(funnel.REASONS, funnel.KEPT_ATOM + 1)},
    "off": funnel.KEPT_ATOM + 1 + list(funnel.REASONS).index("other"),
}


@dataclass(frozen=True)
class Feedback:
    """Decisions on flags, as they may be told."""

    told: Told

    def count(self, kind: str, cell: Cell = EVERYONE) -> Count:
        """Give a count of flagged students, by a kind of :data:`earlywarn.audit.funnel.FEEDBACK`."""
        return self.told.audited.suppression.count(cell, kind)


def feedback_of(students: Students, desk: Desk, about: About, serving: Serving) -> Feedback:
    """Give what was said to the flags of a run."""
    rows = np.flatnonzero(students.flagged)
    atom = _atoms(desk)[rows]
    flagged = Sorted(funnel.FEEDBACK, students.school.take(rows), students.groups.take(rows), atom)
    counts = flagged.by_kind()
    titles = {name: funnel.TITLES[name] for name in funnel.FEEDBACK.shares}
    frame = frame_of(flagged, counts["students"], serving)
    figures = (
        *share_figures(counts, funnel.FEEDBACK, titles, frame),
        *_at_same_risk(flagged, students.risk[rows], counts, frame),
    )
    return Feedback(tell(figures, roughly(counts, flagged, serving, {}), about, serving))


def _atoms(desk: Desk) -> Ints:
    """Give what the last decision made of a flag; where support was planned without one, it was kept."""
    by_view = np.array([*(_ATOMS[view] for view in VIEWS), funnel.UNDECIDED_ATOM])[desk.view]
    return np.where((desk.view < 0) & desk.reviewed, funnel.KEPT_ATOM, by_view).astype(np.int64)


def _at_same_risk(students: Sorted, risk: Floats, counts: Mapping[str, Floats], frame: Frame) -> Iterator[Figure]:
    """Hold each group against its reference within tenths of the risk of reviewed flags (Mantel and Haenszel)."""
    decided = students.atom != funnel.UNDECIDED_ATOM
    if not decided.any():
        return
    laid = frame.sides.lay(_by_bin(students, risk, decided), 1)
    sums = counts_of(*(frame.sides.lay(counts[kind], 1) for kind in ("decided", "dismissed", "kept")))
    rows = Rows(funnel.AT_SAME_RISK, frame, to_reference(frame.sides), sums)
    for row, (one, other) in enumerate(zip(rows.pairs.one, rows.pairs.other, strict=True)):
        value, without = m.same_risk_gap(laid[:, one], laid[:, other])
        found = jackknifed(np.array([value]), without[:, None], rows.smaller.carriers[[row]])
        yield rows.figure(row, value, found[0], np.where(np.isfinite(without), without - value, 0.0))


def _by_bin(students: Sorted, risk: Floats, decided: Bools) -> Floats:
    """Count reviewed flags by school, cell, bin of risk and whether dismissed, laid out as outcomes are."""
    edges = risk_edges(risk[decided])
    risk_bin = np.searchsorted(edges, risk[decided], side="right")
    dismissed = (students.atom[decided] > funnel.KEPT_ATOM) * MISSED
    shape = len(students.school.names), len(students.groups.cells), len(edges) + 1, OUTCOMES
    total = np.zeros(shape)
    for codes in students.groups.codes:
        place = students.school.codes[decided].astype(np.int64) * shape[1] + codes[decided]
        place = (place * shape[2] + risk_bin) * shape[3] + dismissed
        total += np.bincount(place, minlength=total.size).reshape(shape)
    return total
