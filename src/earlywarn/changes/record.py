"""What changed since an earlier run, in counts: by kind and cause, by level, by school and by group. No student."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from earlywarn.changes.causes import Cause
from earlywarn.changes.pairs import Kind
from earlywarn.columns import Ints

if TYPE_CHECKING:  # groups load pydantic, which the page of a score run must not
    from earlywarn.groups import Cell

NEVER_LISTED, STAYED, NEW, LEFT, NOT_SCORED, NOT_SCORED_LEFT, OUT_LEFT = range(7)
"""Parts of a group that do not overlap: scored and on neither list, on both, new on it, off it; not scored, so and off
the list; off the list and not in scope any more."""

ATOMS = 7
MOVES = 3
"""No move between levels, a higher level, a lower one."""


@dataclass(frozen=True)
class Move:
    """So many students moved from one level to another for one cause."""

    before: str
    now: str
    cause: Cause
    students: int


@dataclass(frozen=True)
class Changes:
    """Counts of a comparison.

    Attributes
    ----------
    causes
        Students by kind and cause: shape (5, 15); of STANDING only those whose place on the list is as before.
    schools
        School -> new on the list, off it, to a higher level, to a lower one.
    groups
        Group by one attribute -> students by atom and move, shape (7, 3); true counts, never to be told as they are.
    no_cause, no_input
        Why causes, or inputs, are not known; "" where they are.
    same_levels
        Whether levels could be compared.
    """

    since: date
    run: str
    stayed: int
    causes: Ints
    moves: tuple[Move, ...]
    schools: Mapping[str, tuple[int, int, int, int]]
    groups: "Mapping[Cell, Ints]" = field(default_factory=dict)
    no_cause: str = ""
    no_input: str = ""
    same_levels: bool = True

    def students(self, kind: Kind) -> int:
        """Give how many students changed in one way."""
        return int(self.causes[kind].sum())

    def by_cause(self, kind: Kind) -> Mapping[Cause, int]:
        """Give the causes of one kind of change that there are."""
        return {cause: int(self.causes[kind, cause]) for cause in Cause if self.causes[kind, cause]}

    def to_json(self) -> dict[str, Any]:
        """Give totals for the manifest: by kind and cause, and by level; no school, no group, no value."""
        return {
            "since": self.since.isoformat(),
            "run": self.run,
            "as_before_on_list": self.stayed,
            **{
                kind.slug: {
                    "students": self.students(kind),
                    "causes": {cause.slug: number for cause, number in self.by_cause(kind).items()},
                }
                for kind in Kind
            },
            "levels": [
                {"from": move.before, "to": move.now, "cause": move.cause.slug, "students": move.students}
                for move in self.moves
            ],
            "levels_compared": self.same_levels,
            "causes_not_known": self.no_cause,
            "inputs_not_known": self.no_input,
        }
