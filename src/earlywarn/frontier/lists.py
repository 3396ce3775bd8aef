"""Lists of one length as records: what each finds, its gaps, its students by group, against the chosen one.

A figure that schools cannot tell stands without an interval; it is never left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from earlywarn.capacity import Listed
from earlywarn.columns import Floats
from earlywarn.estimate import Estimate
from earlywarn.groups import Cell


class Kind(StrEnum):
    """What a list stands for."""

    CHOSEN = "chosen"
    AUTOMATIC = "would be chosen by itself"
    PLAIN = "the learner, not weighed"
    MITIGATED = "mitigated, a step of a grid"
    MIXTURE = "mitigated, one of a mixture"
    REMOVAL = "without an input"
    BOUND = "bound, never a candidate"


MITIGATIONS = (Kind.MITIGATED, Kind.MIXTURE)


@dataclass(frozen=True)
class Contender:
    """One list to weigh; ``points`` and ``risk`` have shape (n,).

    Attributes
    ----------
    taught_recall, taught_gaps
        What the same model finds on training rows, out of fold, and its followed gaps by measure.
    """

    name: str
    title: str
    kind: Kind
    constraint: str
    points: Floats
    risk: Floats
    listed: Listed
    loss: Estimate | None = None
    taught_recall: float | None = None
    taught_gaps: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Moved:
    """A gap of one list, and how far it has moved from the chosen list's.

    Attributes
    ----------
    change
        Paired; None for the chosen list, and where ``reason`` says why.
    digits
        Decimals that are left of the value, where it was rounded to be published.
    """

    measure: str
    cell: Cell
    versus: str
    value: float
    change: Estimate | None
    reason: str
    digits: int | None = None

    @property
    def places(self) -> int:
        """Decimals of the value in students of 100."""
        return 1 if self.digits is None else max(min(self.digits - 2, 1), 0)


@dataclass(frozen=True)
class Traded:
    """Students of one group on one list, in expectation where lots are drawn, and how many more than on the chosen one.

    ``met`` and ``missed`` count its students with a known outcome; who missed and was not found was overlooked.
    """

    cell: Cell
    missed: int
    met: int
    found: float
    in_vain: float
    more_found: Estimate | None
    more_in_vain: Estimate | None


@dataclass(frozen=True)
class Step:
    """One list weighed: what it finds of all who missed, its gaps, and its students by group, everyone first."""

    contender: Contender
    recall: float
    recall_change: Estimate | None
    moved: tuple[Moved, ...]
    traded: tuple[Traded, ...]

    def gap(self, measure: str, cell: Cell) -> Moved:
        """Give one gap."""
        return next(moved for moved in self.moved if (moved.measure, moved.cell) == (measure, cell))

    def group(self, cell: Cell) -> Traded:
        """Give the students of one group."""
        return next(traded for traded in self.traded if traded.cell == cell)


@dataclass(frozen=True)
class Frontier:
    """Every list weighed, the chosen one first.

    Attributes
    ----------
    followed
        By raw gap, the group whose gap was widest in training, out of fold: its gap is drawn.
    pooled, pooled_with
        Groups too small in training for a constraint of their own, and with whom they were put.
    """

    attribute: str
    followed: Mapping[str, Cell]
    steps: tuple[Step, ...]
    pooled: tuple[Cell, ...] = ()
    pooled_with: Cell | None = None

    @property
    def chosen(self) -> Step:
        """The chosen list."""
        return self.steps[0]

    def of(self, *kinds: Kind) -> tuple[Step, ...]:
        """Give the steps of some kinds."""
        return tuple(step for step in self.steps if step.contender.kind in kinds)
