"""Which groups a constraint can be asked to hold for; those too small in training are pooled.

A group that is not recorded is a group like any other. It refuses an attribute that leaves a single group.
"""

from dataclasses import dataclass

import numpy as np

from earlywarn.columns import MET, MISSED, Ints, Texts
from earlywarn.config.sections import Evidence
from earlywarn.errors import EvidenceError, Fault

POOLED = "(groups too small)"
"""The group of those whose own group is too small for a constraint."""


@dataclass(frozen=True)
class Pooling:
    """Groups that a constraint holds for by themselves, and where all others go.

    Attributes
    ----------
    rest
        POOLED, or the largest kept group where even the pool is too small: then nothing is asked for them alone.
    pooled
        The groups of the training rows that are not kept.
    """

    attribute: str
    kept: tuple[str, ...]
    rest: str
    pooled: tuple[str, ...] = ()

    def of(self, groups: Texts) -> Texts:
        """Give the group by which a constraint knows each student, shape (n,); an unseen one goes to the rest."""
        return np.where(np.isin(groups, self.kept), groups, self.rest).astype(object)


def pool(attribute: str, groups: Texts, outcome: Ints, need: Evidence) -> Pooling:
    """Learn from training rows which groups are large enough.

    Parameters
    ----------
    groups, outcome
        Shape (n,); the group of each training row, and MISSED or MET.
    need
        A group is kept with so many students, of them so many who missed (events) and who met (non-events).

    Raises
    ------
    EvidenceError
        Fewer than two groups are left.
    """
    names = [str(name) for name in np.unique(groups.astype(str))]
    kept = tuple(name for name in names if _enough(outcome[groups == name], need))
    small = tuple(name for name in names if name not in kept)
    rest = POOLED if _enough(outcome[np.isin(groups, small)], need) else _largest(kept, groups)
    if len(kept) + (rest == POOLED) < 2:
        raise EvidenceError(
            Fault(
                f"mitigation.attribute '{attribute}'",
                "fewer than two of its groups are large enough in training",
                f"two groups of at least {need.students} students, {need.events} of whom missed the standard "
                f"and {need.non_events} met it",
                "name another attribute, bring more years, or take [mitigation] out",
            )
        )
    return Pooling(attribute, kept, rest, small)


def _enough(outcome: Ints, need: Evidence) -> bool:
    missed, met = int((outcome == MISSED).sum()), int((outcome == MET).sum())
    return missed + met >= need.students and missed >= need.events and met >= need.non_events


def _largest(kept: tuple[str, ...], groups: Texts) -> str:
    return max(kept, key=lambda name: int((groups == name).sum()), default=POOLED)
