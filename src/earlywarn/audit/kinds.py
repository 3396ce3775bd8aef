"""The kinds of counts that an audit publishes of a group, and the shares that it takes of them.

Every kind is a sum of atoms: parts of a group that do not overlap. It refuses an atom that is no kind
by itself, since a small atom left unnamed could be had by subtraction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from earlywarn.columns import MET, MISSED, UNKNOWN, Bools, Floats, Ints

UNFLAGGED, FLAGGED, NOT_SCORED_STATE = 0, 1, 2
"""States of a student beside the outcome."""

STATES = 3


@dataclass(frozen=True)
class Share:
    """A share by its kinds: the part, the whole, and the rest of the whole."""

    part: str
    whole: str
    rest: str

    @property
    def kinds(self) -> tuple[str, str, str]:
        """All three."""
        return self.part, self.whole, self.rest


@dataclass(frozen=True)
class Basis:
    """What a figure rests on, by kinds.

    Attributes
    ----------
    students, events, non_events
        What is told beside it.
    wholes
        Of a figure that is no share: a student more or fewer in one of these moves it by one part in so many at most.
    more
        What else it is taken of.
    """

    students: str
    events: str
    non_events: str
    wholes: tuple[str, ...] = ()
    more: tuple[str, ...] = ()

    @property
    def beside(self) -> tuple[str, str, str]:
        """What is told beside it."""
        return self.students, self.events, self.non_events

    @property
    def kinds(self) -> tuple[str, ...]:
        """All of it."""
        return (*self.beside, *self.wholes, *self.more)


@dataclass(frozen=True)
class Kinds:
    """Which atoms each kind adds up.

    Attributes
    ----------
    size
        The kind that counts every student of a group.
    counts
        Kind -> its atoms, as places on the last axis of the counts.
    shares
        Share -> its kinds.
    figures
        Measure -> what it rests on.
    harmless
        Sets of atoms of which it tells nothing of anybody that no student of the whole audit is in one of them.
    """

    size: str
    counts: Mapping[str, tuple[int, ...]]
    shares: Mapping[str, Share] = field(default_factory=dict)
    figures: Mapping[str, Basis] = field(default_factory=dict)
    harmless: tuple[tuple[int, ...], ...] = ()

    def __post_init__(self) -> None:
        unnamed = set(self.counts[self.size]) - {atoms[0] for atoms in self.counts.values() if len(atoms) == 1}
        if unnamed:
            raise AssertionError(f"no kind of their own: atoms {sorted(unnamed)}")

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The kinds in order."""
        return tuple(self.counts)

    @cached_property
    def place(self) -> Mapping[str, int]:
        """The place of each kind."""
        return {name: place for place, name in enumerate(self.names)}

    @cached_property
    def matrix(self) -> Ints:
        """1 where a kind holds an atom, else 0: shape (kinds, atoms)."""
        made = np.zeros((len(self.names), len(self.counts[self.size])), dtype=np.int64)
        for place, atoms in enumerate(self.counts.values()):
            made[place, list(atoms)] = 1
        return made

    def rests_on(self, measure: str) -> tuple[str, ...]:
        """Give the kinds that a measure is told with: those of a share, those stated, else all."""
        share, basis = self.shares.get(measure), self.figures.get(measure)
        held = (*(share.kinds if share else ()), *(basis.kinds if basis else ()))
        return held or self.names

    def used(self, counts: Ints | Floats) -> Bools:
        """Tell which atoms there are: all but the harmless ones that nobody is in.

        Parameters
        ----------
        counts
            Students by cell and atom, shape (cells, atoms).
        """
        made = np.ones(counts.shape[1], dtype=bool)
        for atoms in map(list, self.harmless):
            made[atoms] &= counts[:, atoms].any()
        return made


def atoms_of(outcomes: tuple[int, ...], states: tuple[int, ...]) -> tuple[int, ...]:
    """Give the places of the atoms of these outcomes and states; a group's counts are laid out outcome by outcome.

    >>> atoms_of((MISSED,), (UNFLAGGED, FLAGGED))
    (3, 4)
    """
    return tuple(outcome * STATES + state for outcome in outcomes for state in states)


_EVERY, _KNOWN = (MET, MISSED, UNKNOWN), (MET, MISSED)
_SCORED, _ALL = (UNFLAGGED, FLAGGED), (UNFLAGGED, FLAGGED, NOT_SCORED_STATE)

_FOUND = ("flagged_missed", "overlooked")
_MISSED, _OUTCOMES = ("known", *_FOUND), ("known", "missed", "met")

AUDITED = Kinds(
    size="students",
    counts={
        "students": atoms_of(_EVERY, _ALL),
        "scored": atoms_of(_EVERY, _SCORED),
        "not_scored": atoms_of(_EVERY, (NOT_SCORED_STATE,)),
        "known": atoms_of(_KNOWN, _SCORED),
        "unknown": atoms_of((UNKNOWN,), _SCORED),
        "missed": atoms_of((MISSED,), _SCORED),
        "met": atoms_of((MET,), _SCORED),
        "flagged": atoms_of(_EVERY, (FLAGGED,)),
        "unflagged": atoms_of(_EVERY, (UNFLAGGED,)),
        "flagged_known": atoms_of(_KNOWN, (FLAGGED,)),
        "unflagged_known": atoms_of(_KNOWN, (UNFLAGGED,)),
        "flagged_missed": atoms_of((MISSED,), (FLAGGED,)),
        "overlooked": atoms_of((MISSED,), (UNFLAGGED,)),
        "flagged_met": atoms_of((MET,), (FLAGGED,)),
        "unflagged_met": atoms_of((MET,), (UNFLAGGED,)),
        "flagged_unknown": atoms_of((UNKNOWN,), (FLAGGED,)),
        "unflagged_unknown": atoms_of((UNKNOWN,), (UNFLAGGED,)),
        "not_scored_missed": atoms_of((MISSED,), (NOT_SCORED_STATE,)),
        "not_scored_met": atoms_of((MET,), (NOT_SCORED_STATE,)),
        "not_scored_unknown": atoms_of((UNKNOWN,), (NOT_SCORED_STATE,)),
    },
    shares={
        "share_flagged": Share("flagged", "scored", "unflagged"),
        "recall": Share("flagged_missed", "missed", "overlooked"),
        "overlooked_share": Share("overlooked", "missed", "flagged_missed"),
        "false_alarm_rate": Share("flagged_met", "met", "unflagged_met"),
        "precision": Share("flagged_missed", "flagged_known", "flagged_met"),
        "false_omission_rate": Share("overlooked", "unflagged_known", "unflagged_met"),
        "prevalence": Share("missed", "known", "met"),
        "unknown_share": Share("unknown", "scored", "known"),
        "not_scored_share": Share("not_scored", "students", "scored"),
    },
    figures={
        "share_flagged": Basis("scored", "flagged", "unflagged"),
        "recall": Basis(*_MISSED),
        "overlooked_share": Basis("known", "overlooked", "flagged_missed"),
        "false_alarm_rate": Basis("known", "flagged_met", "unflagged_met"),
        "precision": Basis("known", "flagged_missed", "flagged_met"),
        "false_omission_rate": Basis("known", "overlooked", "unflagged_met"),
        "prevalence": Basis(*_OUTCOMES),
        "unknown_share": Basis("scored", "unknown", "known"),
        "not_scored_share": Basis("students", "not_scored", "scored"),
        **dict.fromkeys(("calibration_gap", "brier", "same_risk_gap"), Basis(*_OUTCOMES, wholes=("known",))),
        **dict.fromkeys(("auc", "calibration_slope", "calibration_intercept"), Basis(*_OUTCOMES, _OUTCOMES[1:])),
        **dict.fromkeys(("recall_gain", "recall_drift"), Basis(*_OUTCOMES, wholes=("missed",), more=_FOUND)),
        "excess_overlooked": Basis("known", "overlooked", "flagged_missed", wholes=("missed",)),
        "excess_false_alarms": Basis("known", "flagged_met", "flagged_missed", wholes=("met",)),
    },
    # That everyone was scored, that every outcome is known or none, is said of the audit and not of a student.
    harmless=(
        *((atom,) for atom in (*atoms_of((UNKNOWN,), _SCORED), *atoms_of(_EVERY, (NOT_SCORED_STATE,)))),
        atoms_of(_KNOWN, _SCORED),
    ),
)
"""The kinds and shares of the audit of one list."""
