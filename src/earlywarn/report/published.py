"""An audit as it may be published: numbers that would give a small group away are rounded, coded or taken out.

Judging comes first, on exact numbers; this changes only what is told. How each number may be told stands in
:mod:`earlywarn.report.telling`. An audit marked as unsuppressed is left as it is.
"""

import math
from collections.abc import Iterable
from dataclasses import replace

from earlywarn.audit.against import THEN, Change
from earlywarn.audit.figures import Figure, Form
from earlywarn.audit.measures import EXCESS_FALSE_ALARMS, EXCESS_OVERLOOKED, FALSE_ALARMS, RECALL
from earlywarn.audit.origins import Origin, Part
from earlywarn.audit.rounding import Count, Rate, Shown, value_of
from earlywarn.audit.suppression import Suppression
from earlywarn.estimate import Estimate
from earlywarn.frontier.lists import Frontier, Moved, Step
from earlywarn.gate import Judgement, Verdict
from earlywarn.groups import EVERYONE
from earlywarn.report.findings import NOT_TOLD, Audited, Counted, Findings
from earlywarn.report.mitigation_tables import FOUND, IN_VAIN
from earlywarn.report.other_lists import OtherList
from earlywarn.report.reading import NOBODY, Reading
from earlywarn.report.tables import CONFIDENCE
from earlywarn.report.telling import Pair, Telling
from earlywarn.report.tried import evaluation_told, tried_told

COUNTED = {
    "students": "students",
    "missed": "missed",
    "met": "met",
    "unknown": "unknown",
    "not_enough_data": "not_scored",
    "not_scored_missed": "not_scored_missed",
}
"""What is counted of a group -> the kind that the suppression knows it by."""

FEW = "too few on one side: not shown"

MINIMUM_WHOLE = 10.0
"""From so many effective schools they are told in whole ones."""

CAREFUL = 0.01
"""The finest grain of what is told of two lists or two audits at once, and of the parts of a gap."""


def published(audited: Audited) -> Audited:
    """Give an audit as it may be published."""
    if audited.unsuppressed:
        return audited
    reading, telling = Reading(audited), Telling(audited)
    worded = (f if f.estimate is not None else replace(f, reason=reading.why_not(f)) for f in audited.figures)
    figures = tuple(_figure(telling, f) for f in worded)
    told = replace(audited, figures=figures, is_published=True)
    return replace(
        told,
        verdict=audited.verdict and _verdict(Reading(told), audited.verdict),
        counted=tuple(_counted(audited, line) for line in audited.counted),
    )


def published_findings(findings: Findings) -> Findings:
    """Give the findings of a training run as they may be published."""
    audited, known = published(findings.audited), findings.audited.suppression
    return replace(
        findings,
        tried=tuple(tried_told(known, tried) for tried in findings.tried),
        unseen=evaluation_told(known, findings.unseen),
        audited=audited,
        rules=published(findings.rules),
        origins=published_origins(audited, findings.origins),
        frontier=findings.frontier and published_frontier(audited, findings.frontier),
    )


def published_frontier(audited: Audited, frontier: Frontier) -> Frontier:
    """Give what every list finds and its gaps as they may be published; counts of students are told by the tables."""
    if audited.unsuppressed:
        return frontier
    return replace(frontier, steps=tuple(_step(Telling(audited), step) for step in frontier.steps))


def published_origins(audited: Audited, found: Iterable[Origin]) -> tuple[Origin, ...]:
    """Give where gaps come from as it may be published: rounded as the gap itself, or with the reason alone."""
    reading = Reading(audited)
    return tuple(found) if audited.unsuppressed else tuple(_origin(reading, origin) for origin in found)


def published_changes(audited: Audited, found: Iterable[Change]) -> tuple[Change, ...]:
    """Give changes since an older audit as they may be published: none of a group that is not shown."""
    if audited.unsuppressed:
        return tuple(found)
    told = {(f.measure, f.cell.slug, f.versus): f for f in audited.figures if f.is_main}
    pairs = ((change, told.get((change.measure, change.group, change.versus))) for change in found)
    return tuple(
        _change(c, f) for c, f in pairs if f is not None and not math.isnan(f.value) and not c.reason.startswith(THEN)
    )


def _figure(telling: Telling, figure: Figure) -> Figure:
    """Tell one figure as its groups may be told."""
    shown = telling.shown(figure)
    if shown is Shown.EXACT:
        return figure
    if shown is Shown.HIDDEN:
        return _without_numbers(figure, NOBODY if figure.reason == NOBODY else telling.hidden_words(figure))
    told = figure.estimate or figure.rough
    confidences = (0.95, 0.90, telling.audited.gate.confidence)
    ends = tuple(end for confidence in confidences for end in told.interval(confidence)) if told else ()
    rate = telling.rate(figure, ends)
    counts = telling.counts(figure)
    if rate.value is None or rate.grain is None or (told and not rate.ends):
        return _bounded(figure, counts, rate)
    estimate = told and _told(told, rate, tuple(zip(confidences, rate.ends[::2], rate.ends[1::2], strict=True)))
    return replace(
        _counts(figure, counts),
        value=rate.value,
        schools=_about_schools(figure.schools),
        estimate=figure.estimate and estimate,
        rough=figure.rough and estimate,
        pooled=figure.pooled and coarse(figure.pooled, rate.grain),
        q=None if figure.q is None else round(figure.q, 2),
    )


def _bounded(figure: Figure, counts: tuple[Count, ...], rate: Rate) -> Figure:
    """Keep of a figure that has no value to tell how many students it is about, and a bound."""
    reason = FEW if not figure.reason or figure.reason.startswith("undefined") else figure.reason
    bound = rate.words if figure.form is Form.VALUE and rate.value is None and rate.high is not None else ""
    return replace(_without_numbers(figure, reason), students=counts[0].number or 0, bound=bound)


def _counts(figure: Figure, counts: tuple[Count, ...]) -> Figure:
    students, events, non_events = (count.number or 0 for count in counts)
    return replace(figure, students=students, events=events, non_events=non_events)


def _told(estimate: Estimate, rate: Rate, ends: tuple[tuple[float, float, float], ...]) -> Estimate:
    """Give an estimate of which only what is told is left."""
    value = math.nan if rate.value is None else rate.value
    return Estimate(value, math.nan, estimate.df, estimate.scale, ends=ends, digits=_digits(rate.grain or 1.0))


def coarse(estimate: Estimate, grain: float, confidences: tuple[float, ...] = (0.95, 0.90)) -> Estimate:
    """Give an estimate to a grain, with the ends of its intervals rounded outward."""
    steps = round(1 / grain)
    spans = ((confidence, *estimate.interval(confidence)) for confidence in confidences)
    ends = tuple((c, math.floor(low * steps) / steps, math.ceil(high * steps) / steps) for c, low, high in spans)
    value = round(estimate.value * steps) / steps
    return _told(estimate, Rate(Shown.ABOUT, value, grain), ends)


def _digits(grain: float) -> int:
    return 3 if grain < CAREFUL else 2


def _grain(figure: Figure) -> float | None:
    """Give the finest grain of what goes with a published figure; None where nothing needs to be rounded."""
    estimate = figure.estimate or figure.rough
    return None if estimate is None or estimate.digits is None else 10.0**-estimate.digits


def _origin(reading: Reading, origin: Origin) -> Origin:
    gap = reading.find(origin.gap.value, origin.cell, origin.versus)
    if origin.total is None or gap is None:
        return origin
    if gap.estimate is None:
        return replace(origin, total=None, parts=(), missing=(), reason=gap.reason)
    if gap.estimate.digits is None:
        return origin
    low, high = gap.estimate.interval(CONFIDENCE)
    is_sure = not low <= 0 <= high  # as told: a reader must not find shares of what may be none
    parts, missing = (tuple(_part(part, is_sure) for part in every) for every in (origin.parts, origin.missing))
    return replace(origin, total=gap.estimate, parts=parts, missing=missing)


def _part(part: Part, is_sure: bool) -> Part:
    """Round a part to one in 100: parts to the grain of the gap would add up to more than is told of it."""
    share = coarse(part.share, CAREFUL) if part.share is not None and is_sure else None
    return replace(part, estimate=coarse(part.estimate, CAREFUL), share=share)


def _step(telling: Telling, step: Step) -> Step:
    known = telling.audited.suppression
    found, in_vain = (part.of(known, step) for part in (FOUND, IN_VAIN))
    told = replace(step, moved=tuple(_moved(telling, moved, (found, in_vain)) for moved in step.moved))
    if found.is_exact(EVERYONE):
        return told
    recall = value_of(found.parts(EVERYONE)).value
    change = step.recall_change and _paired(known, step.recall_change, EXCESS_OVERLOOKED.name, (EVERYONE, EVERYONE))
    return replace(told, recall=math.nan if recall is None else recall, recall_change=change)


LIKE = {RECALL.name: EXCESS_OVERLOOKED.name, FALSE_ALARMS.name: EXCESS_FALSE_ALARMS.name}
"""A share -> what a student more or fewer moves as much, and the record knows of what it is taken."""


def _moved(telling: Telling, moved: Moved, lists: tuple[OtherList, OtherList]) -> Moved:
    """Tell a gap no finer than the record tells its groups, and than whom this list finds and flags in vain."""
    known, pair = telling.audited.suppression, telling.pair(moved.cell, moved.versus)
    shown = max(known.of(each or EVERYONE, moved.measure) for each in pair)
    if shown is Shown.HIDDEN:
        return _not_moved(moved, Reading(telling.audited).discretion.hidden_words)
    like = LIKE.get(moved.measure, moved.measure)
    taken_of = {EXCESS_OVERLOOKED.name: lists[:1], EXCESS_FALSE_ALARMS.name: lists[1:]}.get(like, ())
    exact = shown is Shown.EXACT and all(part.is_exact(each or EVERYONE) for part in taken_of for each in pair)
    if exact or moved.reason:
        return moved
    rate = known.figure(moved.value, like, pair)
    if rate.value is None or rate.grain is None:
        return _not_moved(moved, FEW)
    change = moved.change and _paired(known, moved.change, like, pair)
    return replace(moved, value=rate.value, change=change, digits=_digits(rate.grain))


def _not_moved(moved: Moved, reason: str) -> Moved:
    return replace(moved, value=math.nan, change=None, reason=reason)


def _paired(known: Suppression, change: Estimate, measure: str, pair: Pair) -> Estimate | None:
    """Tell how far two lists are apart so that no word hangs on one or two students."""
    confidences = (0.95, 0.90)
    spans = [change.interval(confidence) for confidence in confidences]
    rate = known.figure(change.value, measure, pair, (*spans[0], *spans[1]))
    if not rate.ends:
        return None
    return _told(change, rate, tuple(zip(confidences, rate.ends[::2], rate.ends[1::2], strict=True)))


def _change(change: Change, now: Figure) -> Change:
    """Tell a change no finer than the figure now; of a group no finer than CAREFUL: nothing is known of then."""
    grain = _grain(now)
    if grain is None and not now.cell.attributes:
        return change
    grain = max(grain or CAREFUL, CAREFUL)
    reason = f"now: {now.reason}" if change.reason.startswith("now: ") else change.reason
    difference = change.difference and coarse(change.difference, grain)
    return replace(
        change, before=round(change.before, 2), now=round(now.value, 2), difference=difference, reason=reason
    )


def _counted(audited: Audited, line: Counted) -> Counted:
    """Tell a group's counts as each may be told; one that is hidden, and all of a hidden group, is NOT_TOLD."""
    if audited.suppression.of(line.cell) is Shown.HIDDEN:
        return Counted(line.cell, *([NOT_TOLD] * len(COUNTED)))
    told = {name: audited.suppression.count(line.cell, kind).number for name, kind in COUNTED.items()}
    return Counted(line.cell, **{name: NOT_TOLD if number is None else number for name, number in told.items()})


def _about_schools(schools: float) -> float:
    """Round effective schools: as n^2 / sum d^2 their further decimals would give the count away."""
    return float(round(schools)) if schools >= MINIMUM_WHOLE else round(schools, 1)


def _without_numbers(figure: Figure, reason: str) -> Figure:
    return replace(
        figure, value=math.nan, estimate=None, rough=None, pooled=None, q=None, reason=reason,
        students=0, events=0, non_events=0, schools=0.0,
    )  # fmt: skip


def _verdict(reading: Reading, verdict: Verdict) -> Verdict:
    return replace(verdict, judgements=tuple(_judgement(reading, judgement) for judgement in verdict.judgements))


def _judgement(reading: Reading, judgement: Judgement) -> Judgement:
    """Tell a judgement with the numbers of the figure that it rests on."""
    figure = reading.evidence(judgement)
    told = replace(judgement, students=figure.students, schools=figure.schools, needed=round(judgement.needed, 1))
    if figure.estimate is None:
        return replace(told, value=math.nan, low=None, high=None)
    if figure.estimate.digits is None:
        return judgement
    low, high = figure.estimate.interval(reading.audited.gate.confidence)
    return replace(told, value=figure.value, low=low, high=high)
