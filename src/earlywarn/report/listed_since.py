"""What may be told of groups where a list is compared with the one before it: one suppression for the whole page.

The list by group and its changes by group are sums of the same seven atoms, so that no subtraction between the two
tables gives a small count back. Moves between levels are never told exactly of a group: a change of two of them is
within what their words leave open, so whatever exchange of students hides the other counts can be made with or without
such a move, and none of these counts can be solved. It refuses to tell a group's moves where the group is hidden.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from earlywarn.audit import rounding
from earlywarn.audit.kinds import Kinds
from earlywarn.audit.rounding import Count, Shown
from earlywarn.audit.suppression import Suppression, suppress
from earlywarn.changes import record as r
from earlywarn.columns import Ints
from earlywarn.groups import Cell

LISTED_SINCE = Kinds(
    size="counted",
    counts={
        "counted": tuple(range(r.ATOMS)),
        "students": (r.NEVER_LISTED, r.STAYED, r.NEW, r.LEFT, r.NOT_SCORED, r.NOT_SCORED_LEFT),
        "flagged": (r.STAYED, r.NEW),
        "not_scored": (r.NOT_SCORED, r.NOT_SCORED_LEFT),
        "unflagged": (r.NEVER_LISTED, r.LEFT),
        "new": (r.NEW,),
        "left": (r.LEFT, r.NOT_SCORED_LEFT, r.OUT_LEFT),
        "never_listed": (r.NEVER_LISTED,),
        "stayed": (r.STAYED,),
        "left_scored": (r.LEFT,),
        "not_scored_before": (r.NOT_SCORED,),
        "not_scored_left": (r.NOT_SCORED_LEFT,),
        "out_left": (r.OUT_LEFT,),
    },
    harmless=tuple((atom,) for atom in range(1, r.ATOMS)),
)
"""What is counted of a list beside the one before it."""

MOVES = (1, 2)
"""A higher level, a lower one."""


def suppressed(cells: Sequence[Cell], groups: Mapping[Cell, Ints], minimum: int) -> Suppression:
    """Find what may be told of groups; ``cells`` are those of the new run, others come from who is gone."""
    every = tuple(dict.fromkeys([*cells, *groups]))
    nobody = np.zeros((r.ATOMS, r.MOVES), dtype=np.int64)
    atoms = np.stack([groups.get(cell, nobody).sum(axis=1) for cell in every])
    return suppress(every, atoms, minimum, LISTED_SINCE)


def changes_told(known: Suppression, groups: Mapping[Cell, Ints], cell: Cell) -> tuple[Count, ...]:
    """Give how many of a group are new on the list, off it, at a higher level and at a lower one; () if hidden."""
    if known.of(cell) is Shown.HIDDEN or cell not in groups:
        return ()
    moved = groups[cell].sum(axis=0)
    return (
        known.count(cell, "new"),
        known.count(cell, "left"),
        *(rounding.count_told(int(moved[move]), known.minimum) for move in MOVES),
    )
