"""What ``earlywarn follow --out`` writes for the desk (docs/handover.md): it holds only figures that may be told."""

from datetime import date
from pathlib import Path

from earlywarn.audit.rounding import Shown
from earlywarn.config.sections import Groups
from earlywarn.files import PRIVATE, publish_file
from earlywarn.follow import Followed
from earlywarn.followed.promises import CONFIDENCE, FEW, Among, Promise
from earlywarn.followed.reach import Reach, Stage
from earlywarn.followed.sentences import (
    NO_CAUSE,
    feedback_sentences,
    group_words,
    promise_sentences,
    reach_sentences,
    school_sentences,
)
from earlywarn.groups import EVERYONE, Cell
from earlywarn.handover import CameForm, FollowedForm, PromiseForm, RangeForm, ReachForm


def followed_form(followed: Followed, today: date) -> FollowedForm:
    """Give a follow-up as the desk takes it; where it is known who had support, those without speak for a level."""
    return FollowedForm(
        format="earlywarn-followed/1",
        score_run=followed.run.name,
        followed_on=today,
        promises=tuple(_promise(promise) for promise in _of_everyone(followed)),
        reach=_reach(followed),
        sentences=followed_sentences(followed),
    )


def write_followed(followed: Followed, today: date, out: Path) -> None:
    """Write it, readable by its owner alone: whole or not at all.

    Raises
    ------
    MachineError
        It could not be written.
    """
    publish_file(out, f"{followed_form(followed, today).model_dump_json(indent=2)}\n".encode(), PRIVATE)


def followed_sentences(followed: Followed) -> tuple[str, ...]:
    """Give what a person should read first."""
    groups, feedback = followed.serving.groups, followed.feedback
    mark = followed.run.withdrawal
    return (
        *([f"This list was {mark.words}."] if mark else []),
        *promise_sentences(followed.promises, groups),
        *reach_sentences(followed.reach, groups),
        *(feedback_sentences(feedback, groups) if feedback else ()),
        *school_sentences(followed.schools),
        NO_CAUSE,
    )


def _of_everyone(followed: Followed) -> list[Promise]:
    among = Among.ALL if followed.feedback is None else Among.UNSUPPORTED
    return [p for p in followed.promises if p.cell == EVERYONE and p.among is among]


def _promise(promise: Promise) -> PromiseForm:
    level, said, came = promise.level, None, None
    if level.share is not None and level.low is not None and level.high is not None:
        said = RangeForm(share=level.share, low=level.low, high=level.high)
    if promise.came is not None:
        low, high = promise.came.interval(CONFIDENCE)
        came = CameForm(share=promise.came.value, low=low, high=high, students=promise.students)
    held = promise.held if said and came else None
    return PromiseForm(level=level.name, said=said, came=came, held=held, words=_words(promise, said, came))


def _words(promise: Promise, said: RangeForm | None, came: CameForm | None) -> str:
    if said is None or came is None:
        return f"{(promise.reason or FEW).capitalize()}."
    told = f"Of 100 such students about {100 * said.share:.0f} were said to miss the standard; "
    told += f"of {promise.among}, {100 * came.share:.0f} did ({100 * came.low:.0f} to {100 * came.high:.0f})."
    judged = {True: " Held.", False: " Broken.", None: f" {promise.reason.capitalize()}."}
    return told + judged[promise.held]


def _reach(followed: Followed) -> tuple[ReachForm, ...]:
    reach, groups = followed.reach, followed.serving.groups
    cells = [cell for cell in reach.told.audited.suppression.groups if cell.depth <= 1]
    return tuple(_stage(reach, stage, cell, groups) for cell in cells for stage in reach.stages)


def _stage(reach: Reach, stage: Stage, cell: Cell, groups: Groups) -> ReachForm:
    count = reach.count(stage, cell)
    return ReachForm(
        stage=stage.words,
        group=group_words(cell, groups),
        students=count.number,
        suppressed=count.number is None,
        about=count.shown is Shown.ABOUT,
        share=_share(reach, stage, cell),
    )


def _share(reach: Reach, stage: Stage, cell: Cell) -> RangeForm | None:
    estimate = reach.told.share(stage.share, cell) if stage.share else None
    if estimate is None:
        return None
    low, high = estimate.interval(CONFIDENCE)
    return RangeForm(share=estimate.value, low=low, high=high)
