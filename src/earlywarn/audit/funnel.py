"""The kinds of counts that a follow-up tells beside the audit's: who was reached, and what was said to flags.

A stage lies within the one before it. It refuses an atom that is no kind by itself, as every audit does.
"""

from earlywarn.audit.kinds import Basis, Kinds, Share

SCORED, FLAGGED, REVIEWED, SUPPORTED = "reach_scored", "reach_flagged", "reach_reviewed", "reach_supported"
REACHED = "reached"
DECIDED, DISMISSED, AT_SAME_RISK = "flag_reviewed", "flag_dismissed", "dismissed_at_same_risk"

REASONS = {
    "supported": "already supported",
    "data": "the data are wrong",
    "moved": "moved away or to another school",
    "not_needed": "not needed now",
    "other": "another reason",
}
"""Why a flag was dismissed: the desk's view -> in words."""

NOT_SCORED_ATOM, OVERLOOKED_ATOM, UNREVIEWED_ATOM, UNSUPPORTED_ATOM, SUPPORTED_ATOM, BESIDE_ATOM = range(6)
"""Where a student who missed the standard stood; the last was supported without a flag."""

REACH = Kinds(
    size="students",
    counts={
        "students": tuple(range(6)),
        "not_scored": (NOT_SCORED_ATOM,),
        "scored": (OVERLOOKED_ATOM, UNREVIEWED_ATOM, UNSUPPORTED_ATOM, SUPPORTED_ATOM, BESIDE_ATOM),
        "overlooked": (OVERLOOKED_ATOM, BESIDE_ATOM),
        "flagged": (UNREVIEWED_ATOM, UNSUPPORTED_ATOM, SUPPORTED_ATOM),
        "unreviewed": (UNREVIEWED_ATOM,),
        "reviewed": (UNSUPPORTED_ATOM, SUPPORTED_ATOM),
        "unsupported": (UNSUPPORTED_ATOM,),
        "supported": (SUPPORTED_ATOM,),
        "beside": (BESIDE_ATOM,),
        "without_flag_or_support": (OVERLOOKED_ATOM,),
        "not_reached": (NOT_SCORED_ATOM, OVERLOOKED_ATOM, UNREVIEWED_ATOM, UNSUPPORTED_ATOM, BESIDE_ATOM),
    },
    shares={
        SCORED: Share("scored", "students", "not_scored"),
        FLAGGED: Share("flagged", "scored", "overlooked"),
        REVIEWED: Share("reviewed", "flagged", "unreviewed"),
        SUPPORTED: Share("supported", "reviewed", "unsupported"),
        REACHED: Share("supported", "students", "not_reached"),
    },
    figures={
        SCORED: Basis("students", "scored", "not_scored"),
        FLAGGED: Basis("scored", "flagged", "overlooked"),
        REVIEWED: Basis("flagged", "reviewed", "unreviewed"),
        SUPPORTED: Basis("reviewed", "supported", "unsupported"),
        REACHED: Basis("students", "supported", "not_reached"),
    },
)
"""Students in scope who missed the standard."""

UNDECIDED_ATOM, KEPT_ATOM = 0, 1
"""Of a flag that nobody reviewed, and of one that was not dismissed; the reasons follow."""

_OF_REASON = {reason: place for place, reason in enumerate(REASONS, KEPT_ATOM + 1)}
_DISMISSED = tuple(_OF_REASON.values())


def reason_share(reason: str) -> str:
    """Give the name of the share of reviewed flags that were dismissed for a reason."""
    return f"{DISMISSED}_{reason}"


def _not_for(reason: str) -> tuple[int, ...]:
    return (KEPT_ATOM, *(place for place in _DISMISSED if place != _OF_REASON[reason]))


FEEDBACK = Kinds(
    size="students",
    counts={
        "students": (UNDECIDED_ATOM, KEPT_ATOM, *_DISMISSED),
        "undecided": (UNDECIDED_ATOM,),
        "decided": (KEPT_ATOM, *_DISMISSED),
        "kept": (KEPT_ATOM,),
        "dismissed": _DISMISSED,
        **{f"for_{reason}": (place,) for reason, place in _OF_REASON.items()},
        **{f"not_for_{reason}": _not_for(reason) for reason in REASONS},
    },
    shares={
        DECIDED: Share("decided", "students", "undecided"),
        DISMISSED: Share("dismissed", "decided", "kept"),
        **{reason_share(reason): Share(f"for_{reason}", "decided", f"not_for_{reason}") for reason in REASONS},
    },
    figures={
        DECIDED: Basis("students", "decided", "undecided"),
        DISMISSED: Basis("decided", "dismissed", "kept"),
        AT_SAME_RISK: Basis("decided", "dismissed", "kept", wholes=("decided",)),
        **{reason_share(reason): Basis("decided", f"for_{reason}", f"not_for_{reason}") for reason in REASONS},
    },
)
"""Flagged students, whatever became of them."""

TITLES = {
    SCORED: "Scored, of those who missed the standard",
    FLAGGED: "Flagged, of those scored",
    REVIEWED: "Reviewed, of those flagged",
    SUPPORTED: "Supported, of those reviewed",
    REACHED: "Flagged, reviewed and supported, of all who missed",
    DECIDED: "Reviewed, of the flagged",
    DISMISSED: "Dismissed, of the reviewed",
    AT_SAME_RISK: "More often dismissed at the same risk",
    **{reason_share(reason): f"Dismissed: {words}" for reason, words in REASONS.items()},
}
