"""What the terminal shows of who was reached, of decisions on flags and of the school's part; the same as values."""

from typing import Any

import numpy as np

from earlywarn.audit import funnel
from earlywarn.audit.figures import Figure
from earlywarn.cli.tables import NOT_KNOWN, table, with_interval
from earlywarn.cli.terminal import out, show
from earlywarn.follow import Followed
from earlywarn.followed.feedback import Feedback
from earlywarn.followed.promises import CONFIDENCE
from earlywarn.followed.reach import Reach, Stage
from earlywarn.followed.schools import Part
from earlywarn.followed.sentences import (
    NO_CAUSE,
    feedback_sentences,
    group_words,
    reach_sentences,
    school_sentences,
)
from earlywarn.followed.shares import Told
from earlywarn.groups import Cell

ASKED = (funnel.DECIDED, funnel.DISMISSED)
"""The shares of flags that stand beside each other; the reasons have a table of their own."""


def show_reach(followed: Followed) -> None:
    """Print the funnel, the feedback and the school's part."""
    groups = followed.serving.groups
    show("Of the students who missed the standard: how many, and the share of the stage before", _funnel(followed))
    _say(reach_sentences(followed.reach, groups))
    if followed.feedback is not None:
        show("What was said to flags, by group", _dismissals(followed, followed.feedback))
        show("Dismissed, of the reviewed, because", _reasons(followed, followed.feedback))
        _say(feedback_sentences(followed.feedback, groups))
    show_schools(followed.schools)
    out.print(NO_CAUSE)


def reach_record(followed: Followed) -> dict[str, Any]:
    """Give funnel, leak, feedback and the school's part as plain values; what may not be told is null."""
    reach, feedback = followed.reach, followed.feedback
    return {
        "reach": [_stage_record(reach, stage, cell) for cell in _cells(reach.told) for stage in reach.stages],
        "supported_without_flag": reach.beside.number,
        "leak": _leak_record(reach),
        "reach_figures": _figures(reach.told),
        "feedback": None if feedback is None else _feedback_record(feedback),
        **schools_record(followed.schools),
    }


def show_schools(parts: tuple[Part, ...]) -> None:
    """Print the school's part, nothing where it was not asked for."""
    _say(school_sentences(parts))


def schools_record(parts: tuple[Part, ...]) -> dict[str, Any]:
    """Give the school's part as plain values."""
    return {"schools": [_part_record(part) for part in parts]}


def _funnel(followed: Followed) -> Any:
    reach = followed.reach
    heads = (f">>{stage.words.capitalize()}" for stage in reach.stages[1:])
    made = table("Group", ">Missed", *heads)
    for cell in _cells(reach.told):
        first, *others = reach.stages
        cells = (_cell(reach, stage, cell) for stage in others)
        made.add_row(group_words(cell, followed.serving.groups), _short(reach.count(first, cell).words), *cells)
    return made


def _cell(reach: Reach, stage: Stage, cell: Cell) -> str:
    share = with_interval(reach.told.share(stage.share, cell), 2)
    number = _short(reach.count(stage, cell).words)
    return number if share == NOT_KNOWN else f"{number}: {share}"


def _dismissals(followed: Followed, feedback: Feedback) -> Any:
    made = table("Group", ">Flags", ">>Reviewed", ">>Dismissed", ">>At the same risk")
    gaps = {shown.cell: shown for _, shown in feedback.told.gaps(funnel.AT_SAME_RISK)}
    for cell in _cells(feedback.told):
        shares = (with_interval(feedback.told.share(name, cell), 2) for name in ASKED)
        gap = with_interval(gaps[cell].estimate, 2, signed=True) if cell in gaps else ""
        flags = _short(feedback.count("students", cell).words)
        made.add_row(group_words(cell, followed.serving.groups), flags, *shares, gap)
    return made


def _reasons(followed: Followed, feedback: Feedback) -> Any:
    """Give the reasons of every group of which one may be told."""
    made = table("Group", *(f">>{words.capitalize()}" for words in funnel.REASONS.values()))
    for cell in _cells(feedback.told):
        shares = [feedback.told.share(funnel.reason_share(reason), cell) for reason in funnel.REASONS]
        if any(shares):
            made.add_row(group_words(cell, followed.serving.groups), *(with_interval(share, 2) for share in shares))
    return made


def _cells(told: Told) -> tuple[Cell, ...]:
    return tuple(cell for cell in told.audited.suppression.groups if cell.depth <= 1)


def _short(words: str) -> str:
    return words.replace("about ", "~").replace("fewer than ", "<")


def _say(sentences: Any) -> None:
    for sentence in sentences:
        out.print(sentence)


def _stage_record(reach: Reach, stage: Stage, cell: Cell) -> dict[str, Any]:
    return {"stage": stage.words, "group": cell.slug, "students": reach.count(stage, cell).number}


def _leak_record(reach: Reach) -> dict[str, Any]:
    found = {"differences_judged": reach.asked, "stage": None}
    return found if reach.leak is None else found | {"stage": reach.leak.stage.words, **_figure(reach.leak.figure)}


def _feedback_record(feedback: Feedback) -> dict[str, Any]:
    kinds = ("students", "decided", "kept", "dismissed", *(f"for_{reason}" for reason in funnel.REASONS))
    return {
        "counts": [
            {"group": cell.slug, **{kind: feedback.count(kind, cell).number for kind in kinds}}
            for cell in _cells(feedback.told)
        ],
        "figures": _figures(feedback.told),
    }


def _figures(told: Told) -> list[dict[str, Any]]:
    return [_figure(figure) for figure in told.audited.figures]


def _figure(figure: Figure) -> dict[str, Any]:
    low, high = figure.estimate.interval(CONFIDENCE) if figure.estimate else (None, None)
    value = float(figure.value) if np.isfinite(figure.value) else None
    named = {"measure": figure.measure, "group": figure.cell.slug, "versus": figure.versus}
    return {**named, "value": value, "low95": low, "high95": high, "students": figure.students, "reason": figure.reason}


def _part_record(part: Part) -> dict[str, Any]:
    low, high = part.estimate.interval(CONFIDENCE) if part.estimate else (None, None)
    value = part.estimate.value if part.estimate else None
    return {
        "measure": part.name, "words": part.title, "value": value, "low95": low, "high95": high,
        "students": part.students, "reason": part.reason,
    }  # fmt: skip
