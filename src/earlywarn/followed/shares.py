"""Shares by group with intervals over schools, told by the audit's own rules: what the funnel and the feedback are of.

The counts of decisions and supports stand beside those of the audit. None of them is told as it is, unless the audit
tells that very count: so a student more or less in any of them changes no word, and no subtraction gives one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from earlywarn.audit.figures import Figure, Form, Frame, figures_of
from earlywarn.audit.kinds import Kinds
from earlywarn.audit.sheets import share_sheet
from earlywarn.audit.sides import sides
from earlywarn.audit.suppression import Suppression
from earlywarn.columns import Bools, Coded, Floats, Ints
from earlywarn.config.experiment import Serving
from earlywarn.estimate import Estimate
from earlywarn.groups import EVERYONE, Cell, Membership
from earlywarn.report.findings import About, Audited
from earlywarn.report.published import published


@dataclass(frozen=True)
class Sorted:
    """Students put into the atoms of some kinds: the rows that are counted, and each one's atom."""

    kinds: Kinds
    school: Coded
    groups: Membership
    atom: Ints

    def by_kind(self) -> Mapping[str, Floats]:
        """Count students of each kind, shape (schools, cells) each."""
        shape = len(self.school.names), len(self.groups.cells), len(self.kinds.matrix.T)
        total = np.zeros(shape)
        for codes in self.groups.codes:
            place = (self.school.codes.astype(np.int64) * shape[1] + codes) * shape[2] + self.atom
            total += np.bincount(place, minlength=total.size).reshape(shape)
        made = total @ self.kinds.matrix.T
        return {name: made[..., place] for place, name in enumerate(self.kinds.names)}


@dataclass(frozen=True)
class Told:
    """Figures as they were judged, to choose among them, and as they may be told.

    Attributes
    ----------
    audited
        With the counts that go with them.
    """

    exact: tuple[Figure, ...]
    audited: Audited

    def share(self, measure: str, cell: Cell = EVERYONE) -> Estimate | None:
        """Give a group's own figure; None where there is none or it may not be told."""
        own = (f.estimate for f in self.audited.figures if (f.measure, f.cell, f.form) == (measure, cell, Form.VALUE))
        return next(own, None)

    def gaps(self, measure: str) -> Iterator[tuple[Figure, Figure]]:
        """Give each single group's difference to its reference, as it was judged and as it may be told."""
        for exact, shown in zip(self.exact, self.audited.figures, strict=True):
            if exact.measure == measure and exact.is_main and exact.versus and exact.cell.depth == 1:
                yield exact, shown


def frame_of(students: Sorted, sizes: Floats, serving: Serving) -> Frame:
    """Give what holds for every figure of a group; ``sizes`` are all its students, shape (schools, cells)."""
    made = sides(students.groups.cells, serving.groups)
    whole = np.asarray(made.lay(sizes, 1).sum(axis=0))
    return Frame(made, serving.gate.evidence, whole, serving.groups.privacy_minimum)


def share_figures(
    counts: Mapping[str, Floats], kinds: Kinds, titles: Mapping[str, str], frame: Frame
) -> Iterator[Figure]:
    """Give every share of some kinds that has a title, for each group and against its reference."""
    for name, share in kinds.shares.items():
        if name in titles:
            events, whole = (frame.sides.lay(counts[kind], 1) for kind in (share.part, share.whole))
            yield from (f for f in figures_of(share_sheet(name, titles[name], events, whole), frame) if f.is_main)


def tell(figures: tuple[Figure, ...], suppression: Suppression, about: About, serving: Serving) -> Told:
    """Give figures as they may be told."""
    audited = Audited(
        about=about, groups=serving.groups, gate=serving.gate, figures=figures, verdict=None, counted=(), inputs={},
        suppression=suppression,
    )  # fmt: skip
    return Told(figures, published(audited))


def roughly(
    counts: Mapping[str, Floats], students: Sorted, serving: Serving, exact: Mapping[str, Bools]
) -> Suppression:
    """Tell no count as it is but those in ``exact``: by kind, of which groups, shape (cells,)."""
    numbers = np.column_stack([counts[name].sum(axis=0) for name in students.kinds.names])
    may = [exact.get(name, np.zeros(len(numbers), dtype=bool)) for name in students.kinds.names]
    minimum = serving.groups.privacy_minimum
    return Suppression(students.groups.cells, students.kinds, minimum, numbers, np.column_stack(may))
