"""What can be done about what an audit found, and at what cost: a sentence or two a way, with where the rest stands.

It recommends nothing, and says which way this form of audit cannot weigh and which command does.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from earlywarn.audit import measures as m
from earlywarn.audit.figures import AT_CAPACITY, Figure
from earlywarn.audit.sheets import NOT_SCORED
from earlywarn.groups import EVERYONE
from earlywarn.report import words as w
from earlywarn.report.accounts import list_words
from earlywarn.report.beside import Beside
from earlywarn.report.entries import figure_entry
from earlywarn.report.reading import Reading, is_open
from earlywarn.report.unjudged import input_title, most_lacking


@dataclass(frozen=True)
class Way:
    """One thing that can be done: its name, what it buys and costs, and the part of the page that holds the rest."""

    lead: str
    rest: str
    part: str = ""
    words: str = ""


NOT_WEIGHED = (
    "Whether one would narrow a gap, and who would pay for it, was not weighed here; the data team can have it weighed "
    "([mitigation] in the experiment)."
)
"""Of other lists; docs/mitigation.md says how."""


def ways(reading: Reading, beside: Beside) -> tuple[Way, ...]:
    """Give what can be done, in the order in which a district would."""
    found = _judged(reading, beside) if reading.audited.has_outcomes else _before_outcomes(reading)
    return tuple(found)


def _judged(reading: Reading, beside: Beside) -> Iterator[Way]:
    yield from _more_evidence(reading)
    yield _origin(reading, beside)
    if beside.mitigation is not None:
        yield Way("Take another list.", beside.mitigation.offer, "mitigation", "What would narrow the gaps")
    elif _is_ours(reading):
        yield Way("Take another list.", NOT_WEIGHED)
    yield _longer(reading)


def _before_outcomes(reading: Reading) -> Iterator[Way]:
    everyone = reading.figure(NOT_SCORED)
    if everyone.events:
        number = reading.suppression.count(EVERYONE, "not_scored").words
        rest = f"{w.capital(number)} have no score and can be on no list; it costs a person’s look at each."
        yield Way("Look by hand at who was not scored.", rest, "unseen", "Who is not seen")
    lacking = [figure for figure in most_lacking(reading) if figure.events]
    if lacking:
        most = lacking[0]
        rest = (
            f"Most often missing is {input_title(reading, most)}, for {w.percent(most.value)} of all students in scope."
        )
        yield Way("Fill in what is missing.", rest, "unseen", "Who is not seen")
    rest = "Only then is known whether a difference is need or error, what would narrow it, and what that would cost."
    yield Way("Audit again once outcomes are known.", rest)


def _more_evidence(reading: Reading) -> Iterator[Way]:
    """Say where it stands how much more evidence would decide."""
    if not reading.schools_known:
        rest = "It costs one more column, school_id, in the file; until then nothing is judged."
        yield Way("Say which school each student attends.", rest)
    elif any(is_open(judgement) for judgement in reading.verdict.judgements):
        rest = "It costs waiting for another year, or other schools; how much each open question would take stands in"
        yield Way("Gather more evidence.", rest, "open", "What is open")


def _origin(reading: Reading, beside: Beside) -> Way:
    """Tell the widest gap that was divided into inputs; where none was, which command divides it."""
    lead = "Look at where a gap comes from."
    if beside.origins:
        widest = max(beside.origins, key=lambda told: told.width)
        return Way(lead, widest.sentences[0], "origins", "Where a gap comes from")
    if _is_ours(reading):
        return Way(lead, "No gap of this audit could be divided: there is none with enough data.")
    rest = (
        "Scores alone cannot say it: ask the vendor which inputs a score reads. Of a model of your own "
        "‘earlywarn audit ROSTER --model NAME’ says it, input by input."
    )
    return Way(lead, rest)


def _longer(reading: Reading) -> Way:
    """Say what the next longer list would find and cost, by the stated cuts."""
    lead, now = "Support more students.", reading.figure(m.SHARE_FLAGGED.name)
    longer = [cut for cut in reading.cuts if _value(reading, m.SHARE_FLAGGED.name, cut) > now.value]
    if not longer:
        did = list_words(reading)
        rest = (
            f"Now {did.flagged} places find {did.found} of {did.missed} students who missed the standard; {did.met} "
            "went to students who met it. What a longer list would find and cost is told here where the config names "
            "levels or cuts beyond the list."
        )
        return Way(lead, rest, "groups", "Every group")
    cut = min(longer, key=lambda cut: _value(reading, m.SHARE_FLAGGED.name, cut))
    told = (
        _moved(reading, measure, cut, clause)
        for measure, clause in (
            (m.SHARE_FLAGGED.name, "of all scored students would be flagged"),
            (m.RECALL.name, "of those who missed the standard would be found"),
            (m.FALSE_ALARMS.name, "of those who met it would be flagged in vain"),
        )
    )
    return Way(lead, f"If all students of {cut} or higher were on the list, {w.listed(told)}.", "groups", "Every group")


def _moved(reading: Reading, measure: str, cut: str, clause: str) -> str:
    then, now = (reading.find(measure, EVERYONE, cut=each) for each in (cut, AT_CAPACITY))
    return f"{_share(reading, then)} {clause} (now {_share(reading, now)})"


def _share(reading: Reading, figure: Figure | None) -> str:
    return figure_entry(reading, figure).text


def _value(reading: Reading, measure: str, cut: str) -> float:
    figure = reading.find(measure, EVERYONE, cut=cut)
    return math.nan if figure is None else figure.value


def _is_ours(reading: Reading) -> bool:
    """Tell whether a scorecard of ours was audited, whose inputs are known."""
    return bool(reading.audited.inputs)
