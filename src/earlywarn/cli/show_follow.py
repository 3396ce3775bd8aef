"""What the terminal shows of a follow-up: what became of the flagged, group by group, and which promises held."""

from typing import Any

import numpy as np

from earlywarn.audit.figures import Figure
from earlywarn.cli.groups import Column, groups_table, interval, whole_percent
from earlywarn.cli.show_reach import reach_record, show_reach
from earlywarn.cli.tables import NOT_KNOWN, percent, table, with_interval
from earlywarn.cli.terminal import out, show
from earlywarn.follow import Followed
from earlywarn.followed.promises import Among, Promise
from earlywarn.followed.sentences import promise_sentences
from earlywarn.groups import EVERYONE
from earlywarn.report.reading import Reading

COLUMNS = (
    Column(">unknown", "unknown_share", whole_percent),
    Column(">>Recall", "recall", interval(2)),
    Column(">>Precision", "precision", interval(2)),
    Column(">Risk less observed", "calibration_gap", interval(2, signed=True)),
)

COUNTED = ("flagged", "flagged_missed", "flagged_met", "flagged_unknown", "missed", "overlooked", "not_scored_missed")
RECORDED = ("flagged", "missed", "flagged_missed", "flagged_met", "unknown", "not_scored_missed")
"""Counts of all students; one that may not be told is null in the record."""


def show_follow(followed: Followed) -> None:
    """Print what became of the flagged, the group table, and the levels' promises."""
    if withdrawal := followed.run.withdrawal:
        out.print(f"This list was {withdrawal.words}.", style="bold")
    told = {kind: followed.count(kind).words for kind in COUNTED}
    out.print(
        f"Of {told['flagged']} flagged students {told['flagged_missed']} missed the standard, "
        f"{told['flagged_met']} met it, and of {told['flagged_unknown']} the outcome is unknown."
    )
    out.print(
        f"Of {told['missed']} scored students who missed the standard, {told['flagged_missed']} had been "
        f"flagged; {told['overlooked']} were overlooked."
    )
    if followed.not_scored_missed:
        out.print(f"A further {told['not_scored_missed']} missed it who could not be scored: too little was known.")
    _show_groups(followed)
    _show_promises(followed)
    show_reach(followed)
    if followed.refused:
        out.print(f"{followed.refused:,} rows of the outcomes were refused at the door (conflicting or faulty).")
    if followed.unmatched:
        out.print(
            f"{followed.unmatched:,} results belong to students who were not in scope of this run; they are left out."
        )
    if followed.early:
        out.print(f"{followed.early:,} results are of an earlier school year: no outcomes; they are left out.")
    if followed.elsewhere:
        out.print(f"{followed.elsewhere:,} decisions and supports are of other lists; of these supports alone count.")


def follow_record(followed: Followed) -> dict[str, Any]:
    """Give a follow-up as plain values; every figure with its 95 % interval or the reason why not."""
    groups = followed.serving.groups
    return {
        "score_run": followed.run.name,
        "withdrawn": dict(followed.run.manifest.withdrawn) or None,
        **{kind: followed.count(kind).number for kind in RECORDED},
        "unmatched": followed.unmatched,
        "early": followed.early,
        "of_other_lists": followed.elsewhere,
        "refused": followed.refused,
        "figures": [
            {
                "measure": f.measure,
                "group": f.cell.slug,
                "words": f.cell.words(groups),
                "versus": f.versus,
                **_value(f),
            }
            for f in followed.audited.figures
            if f.is_main
            if f.measure != "recall_gain"
        ],
        "promises": [_promise_record(promise) for promise in followed.promises],
        **reach_record(followed),
    }


def _show_groups(followed: Followed) -> None:
    groups = followed.serving.groups
    show(
        "How the list did, by group; 95 % intervals over schools",
        groups_table(followed.audited.figures, groups, Reading(followed.audited).suppression, COLUMNS),
    )


def _show_promises(followed: Followed) -> None:
    for among in dict.fromkeys(promise.among for promise in followed.promises):
        made = table("Level", ">Said missed", ">>Came", ">n", "")
        for promise in followed.promises:
            if promise.cell == EVERYONE and promise.among is among:
                came, number = (
                    with_interval(promise.came, 2),
                    f"{promise.students:,}" if promise.students else NOT_KNOWN,
                )
                made.add_row(promise.level.name, _said(promise), came, number, _held(promise))
        show(f"What each level said, and what came of {among}", made)
    out.print("Held: the two intervals meet. With few students they are wide, and that says little.")
    if followed.feedback is None:
        out.print("Who had support is not known (--decisions): only 'more missed than said' breaks a promise.")
    for sentence in promise_sentences(followed.promises, followed.serving.groups):
        out.print(sentence)


def _said(promise: Promise) -> str:
    level = promise.level
    if level.share is None or level.low is None or level.high is None:
        return NOT_KNOWN
    return f"{percent(level.share)} ({100 * level.low:.0f} to {100 * level.high:.0f})"


def _held(promise: Promise) -> str:
    broken = "not held" if promise.among is Among.UNSUPPORTED else "more missed than said"
    return promise.reason or ("held" if promise.held else broken)


def _value(figure: Figure) -> dict[str, Any]:
    ends = figure.estimate.interval(0.95) if figure.estimate else (None, None)
    value = float(figure.value) if np.isfinite(figure.value) else None
    return {
        "value": value,
        "low95": ends[0],
        "high95": ends[1],
        "students": figure.students,
        "reason": figure.reason,
    }


def _promise_record(promise: Promise) -> dict[str, Any]:
    ends = promise.came.interval(0.95) if promise.came else (None, None)
    return {
        "level": promise.level.name,
        "group": promise.cell.slug,
        "among": promise.among.value,
        "said": promise.level.share,
        "came": promise.came.value if promise.came else None,
        "low95": ends[0],
        "high95": ends[1],
        "students": promise.students,
        "held": promise.held,
        "reason": promise.reason,
    }
