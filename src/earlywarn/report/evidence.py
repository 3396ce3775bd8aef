"""What a figure lacks before it may be judged, in words: how many more students, events and schools it would take.

It refuses to give a small count away: where one may not be shown, it says what is needed and no more.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from earlywarn.audit import funnel
from earlywarn.audit import measures as m
from earlywarn.audit import subject as s
from earlywarn.audit.figures import Figure
from earlywarn.audit.ranked import AUC, INTERCEPT, SLOPE
from earlywarn.audit.sheets import NOT_SCORED
from earlywarn.config.sections import Evidence
from earlywarn.report import words as w
from earlywarn.report.privacy import Discretion

HIDDEN, UNDEFINED = "fewer than", "undefined"
"""How the words of a hidden count begin, and the reason of a figure that nobody is in: it is as any small one."""

UNKNOWN_SCHOOLS = "which school a student attends is not known (a column school_id would tell)"
"""Then nothing can be judged: students of one school are alike."""


@dataclass(frozen=True)
class Nouns:
    """What a measure counts: what is said of the students who are its events, of the others, and a word for one."""

    events: str
    non_events: str
    whole: str = "outcome"


_OUTCOMES = Nouns("who missed the standard", "who met the standard")
_FOUND = Nouns("who missed the standard and were flagged", "who were overlooked")
_VAIN = Nouns("who were flagged in vain", "who met the standard and were not flagged")
_LACKING = Nouns("who lack it", "who have it", "student")
_NOUNS = {
    m.SHARE_FLAGGED: Nouns("who were flagged", "who were not flagged", "student"),
    m.RECALL: _FOUND,
    m.OVERLOOKED: Nouns(_FOUND.non_events, _FOUND.events),
    m.EXCESS_OVERLOOKED: Nouns(_FOUND.non_events, _FOUND.events),
    m.FALSE_ALARMS: _VAIN,
    m.EXCESS_FALSE_ALARMS: Nouns(_VAIN.events, _FOUND.events),
    m.PRECISION: Nouns(_FOUND.events, _VAIN.events),
    m.FALSE_OMISSIONS: Nouns(_FOUND.non_events, _VAIN.non_events),
    m.UNKNOWN_SHARE: Nouns("of unknown outcome", "of known outcome", "student"),
}
NOUNS = {measure.name: nouns for measure, nouns in _NOUNS.items()} | {
    NOT_SCORED: Nouns("without a score", "with a score", "student"),
    **dict.fromkeys((m.PREVALENCE.name, m.CALIBRATION_GAP.name, m.BRIER.name, AUC, SLOPE, INTERCEPT), _OUTCOMES),
    **dict.fromkeys((s.SAME_RISK_GAP, s.RECALL_GAIN, s.RECALL_DRIFT), _OUTCOMES),
    funnel.SCORED: Nouns("who could be scored", "who could not be scored", "student"),
    funnel.FLAGGED: Nouns("who were flagged", "who were overlooked", "student"),
    funnel.REVIEWED: Nouns("whom somebody reviewed", "whom nobody reviewed", "student"),
    funnel.SUPPORTED: Nouns("who were supported", "who were reviewed and not supported", "student"),
    funnel.REACHED: Nouns("who were reached", "who were not reached", "student"),
    funnel.DECIDED: Nouns("whom somebody reviewed", "whom nobody reviewed", "student"),
    **dict.fromkeys((funnel.DISMISSED, funnel.AT_SAME_RISK), Nouns("who were dismissed", "who were not", "student")),
    **{
        funnel.reason_share(reason): Nouns("who were dismissed for it", "who were not", "student")
        for reason in funnel.REASONS
    },
}


Words = Callable[[Figure, tuple[int, int, int]], tuple[str, ...]]
"""Give the students, events and non-events beside a figure in words, where so many are needed."""


def lacks(
    figure: Figure, need: Evidence, shown: Discretion, words: Words | None = None, *, schools_known: bool = True
) -> tuple[str, ...]:
    """Say all that a figure lacks; nothing where it has enough, or where the group may not be shown.

    Examples of what is said: "at least 12 more outcomes", "fewer than 10 students who missed the standard, 10 are
    needed", "at least 6 more schools".
    """
    undefined = figure.reason.startswith(UNDEFINED)
    if figure.cell in shown.hidden or (math.isnan(figure.value) and not undefined):
        return ()
    counts = (figure.students, figure.events, figure.non_events)
    told = words(figure, _wanted(need)) if words else shown.counts(figure.cell, *counts)
    return tuple(_lacks(figure, need, told, schools_known))


def _wanted(need: Evidence) -> tuple[int, int, int]:
    return need.students, need.events, need.non_events


def _lacks(figure: Figure, need: Evidence, told: tuple[str, ...], schools_known: bool) -> Iterator[str]:
    nouns = NOUNS.get(figure.measure, _LACKING)
    have = (figure.students, figure.events, figure.non_events)
    names = ((nouns.whole, ""), ("student", nouns.events), ("student", nouns.non_events))
    hidden = [words.startswith(HIDDEN) for words in told]
    # A whole that is itself too small to be told says all that its two parts could.
    for number, least, words, name in list(zip(have, _wanted(need), told, names, strict=True))[: 1 if hidden[0] else 3]:
        if number < least:
            yield _wanting(number, least, words, name)
    if not schools_known:
        yield UNKNOWN_SCHOOLS
    # Where both parts are too small to be told, so would be of how many schools they are.
    elif figure.schools < need.schools and not all(hidden[1:]):
        yield f"at least {w.plural(math.ceil(need.schools - figure.schools), 'more school')}"


def _wanting(number: int, least: int, words: str, name: tuple[str, str]) -> str:
    """Say by how many a number falls short, if the number itself may be shown; else what is needed."""
    noun, behind = name
    if words == w.count(number):
        return f"at least {w.plural(least - number, f'more {noun}')} {behind}".strip()
    return f"{words} {noun}s {behind}, ".replace(" ,", ",") + f"{w.count(least)} are needed"
