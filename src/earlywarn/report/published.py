"""An audit as it may be published: numbers that would give a small group away are rounded, coded or taken out.

Judging comes first, on exact numbers; this changes only what is told. An audit marked as unsuppressed is left
as it is.
"""

import math
from collections.abc import Iterable
from dataclasses import replace

from earlywarn.audit.against import THEN, Change
from earlywarn.audit.figures import AT_CAPACITY, Figure, Form
from earlywarn.audit.measures import SHARES
from earlywarn.audit.origins import Origin
from earlywarn.audit.rounding import Shown
from earlywarn.audit.sheets import LACKS, NOT_SCORED
from earlywarn.estimate import Estimate, rounded
from earlywarn.frontier.lists import Frontier, Moved
from earlywarn.gate import Judgement, Verdict
from earlywarn.groups import EVERYONE, Cell
from earlywarn.report.findings import NOT_TOLD, Audited, Counted, Findings
from earlywarn.report.privacy import nearest
from earlywarn.report.reading import NOBODY, Reading

CONFIDENCE = 0.95
DIGITS = ((300, 3), (30, 2), (0, 1))
"""From so many students a share is told to so many decimals: three counts or more, of as many students as "about"
leaves open, then give the same share, and nobody can tell which it was."""

COUNTED = {
    "students": "students",
    "missed": "missed",
    "met": "met",
    "unknown": "unknown",
    "not_enough_data": "not_scored",
    "not_scored_missed": "not_scored_missed",
}
"""What is counted of a group -> the kind that the suppression knows it by."""

MINIMUM_WHOLE = 10.0
"""From so many effective schools they are told in whole ones."""

CAREFUL = 2
"""Decimals of what is told of two groups or two audits at once."""

SHARE_NAMES = frozenset(measure.name for measure in SHARES) | {NOT_SCORED}
STEP = 5
"""Shares next to 0 or 100 % are coded in steps of so many percent."""


def published(audited: Audited) -> Audited:
    """Give an audit as it may be published."""
    if audited.unsuppressed:
        return audited
    words = {cell.slug: cell for cell in audited.suppression.shown}
    apart = {_family(f) for f in audited.figures if _is_apart(f) and _is_small(f, audited.suppression.minimum)}
    reading = Reading(audited)
    worded = (f if f.estimate is not None else replace(f, reason=reading.why_not(f)) for f in audited.figures)
    figures = tuple(_figure(audited, f, words, apart) for f in worded)
    verdict = audited.verdict and _verdict(audited, audited.verdict, words)
    counted = tuple(_counted(audited, line) for line in audited.counted)
    return replace(audited, figures=figures, verdict=verdict, counted=counted, is_published=True)


def published_findings(findings: Findings) -> Findings:
    """Give the findings of a training run as they may be published."""
    return replace(
        findings,
        audited=published(findings.audited),
        rules=published(findings.rules),
        origins=published_origins(findings.audited, findings.origins),
        frontier=findings.frontier and published_frontier(findings.audited, findings.frontier),
    )


def published_frontier(audited: Audited, frontier: Frontier) -> Frontier:
    """Give the gaps of every list as they may be published; counts of students are told by the tables."""
    if audited.unsuppressed:
        return frontier
    words = {cell.slug: cell for cell in audited.suppression.shown}
    steps = (replace(step, moved=tuple(_moved(audited, m, words) for m in step.moved)) for step in frontier.steps)
    return replace(frontier, steps=tuple(steps))


def published_origins(audited: Audited, found: Iterable[Origin]) -> tuple[Origin, ...]:
    """Give where gaps come from as it may be published: rounded as the gap itself, or with the reason alone."""
    if audited.unsuppressed:
        return tuple(found)
    words = {cell.slug: cell for cell in audited.suppression.shown}
    sizes = {(f.measure, f.cell, f.versus): f.students for f in audited.figures if f.is_main}
    return tuple(_origin(audited, o, words, _digits(sizes.get((o.gap.value, o.cell, o.versus), 0))) for o in found)


def published_changes(audited: Audited, found: Iterable[Change]) -> tuple[Change, ...]:
    """Give changes since an older audit as they may be published: none of a group that is not shown."""
    if audited.unsuppressed:
        return tuple(found)
    told = {(f.measure, f.cell.slug, f.versus): f for f in audited.figures if f.is_main}
    pairs = ((change, told.get((change.measure, change.group, change.versus))) for change in found)
    return tuple(
        _change(c, f) for c, f in pairs if f is not None and not math.isnan(f.value) and not c.reason.startswith(THEN)
    )


def _origin(audited: Audited, origin: Origin, words: dict[str, Cell], digits: int) -> Origin:
    shown = _shown(audited, origin.gap.value, (origin.cell, origin.versus), words)
    if shown is Shown.EXACT or origin.total is None:
        return origin
    if shown is Shown.HIDDEN:
        reason = f"fewer than {audited.suppression.minimum} students: not shown"
        return replace(origin, total=None, parts=(), missing=(), reason=reason)
    return replace(
        origin,
        total=_told(origin.total, digits),
        parts=tuple(replace(part, estimate=_told(part.estimate, digits)) for part in origin.parts),
        missing=tuple(replace(part, estimate=_told(part.estimate, digits)) for part in origin.missing),
    )


def _moved(audited: Audited, moved: Moved, words: dict[str, Cell]) -> Moved:
    shown = _shown(audited, moved.measure, (moved.cell, moved.versus), words)
    if shown is Shown.EXACT or (moved.reason and shown is Shown.ABOUT):
        return moved
    if shown is Shown.HIDDEN:
        reason = f"fewer than {audited.suppression.minimum} students: not shown"
        return replace(moved, value=math.nan, change=None, reason=reason)
    change = moved.change and _told(moved.change, CAREFUL)
    return replace(moved, value=round(moved.value, CAREFUL), change=change, digits=CAREFUL)


def _change(change: Change, now: Figure) -> Change:
    digits = _digits(now.students)
    difference = change.difference and _told(change.difference, digits)
    before, after = (round(value, digits) for value in (change.before, change.now))
    return replace(change, before=before, now=after, difference=difference)


def _told(estimate: Estimate, digits: int, judged: float = 0.90) -> Estimate:
    return rounded(estimate, digits, (CONFIDENCE, 0.90, judged))


def _shown(audited: Audited, measure: str, pair: tuple[Cell, str], words: dict[str, Cell]) -> Shown:
    """Give the more careful way of the two groups of a comparison; all others are everyone less the group."""
    cell, versus = pair
    other = words.get(versus, EVERYONE) if versus else cell
    return max(audited.suppression.of(each, measure) for each in (cell, other))


def _counted(audited: Audited, line: Counted) -> Counted:
    """Tell a group's counts as each may be told; one that is hidden, and all of a hidden group, is NOT_TOLD."""
    if audited.suppression.of(line.cell) is Shown.HIDDEN:
        return Counted(line.cell, *([NOT_TOLD] * len(COUNTED)))
    told = {name: audited.suppression.count(line.cell, kind).number for name, kind in COUNTED.items()}
    return Counted(line.cell, **{name: NOT_TOLD if number is None else number for name, number in told.items()})


def _is_apart(figure: Figure) -> bool:
    """Tell whether a figure rests on counts that the suppression of groups knows nothing of."""
    return figure.cut != AT_CAPACITY or figure.measure.startswith(LACKS)


def _family(figure: Figure) -> tuple[str, str]:
    """Give what figures add up to each other: those at one cut, or of one input."""
    return figure.cut, figure.measure if figure.measure.startswith(LACKS) else ""


def _is_small(figure: Figure, minimum: int) -> bool:
    """Tell whether a part is below the minimum; that nobody lacks an input or a score says nothing of anybody."""
    harmless = figure.measure == NOT_SCORED or figure.measure.startswith(LACKS)
    part = min(figure.events, figure.non_events)
    return bool(figure.students) and part < minimum and (part > 0 or not harmless)


def _figure(audited: Audited, figure: Figure, words: dict[str, Cell], apart: set[tuple[str, str]]) -> Figure:
    """Tell one figure as its groups may be told; all of its family only about, where one of it is small."""
    shown, minimum = _shown(audited, figure.measure, (figure.cell, figure.versus), words), audited.suppression.minimum
    if _is_apart(figure) and _family(figure) in apart:
        shown = max(shown, Shown.ABOUT)
    if shown is Shown.EXACT:
        return figure
    if shown is Shown.HIDDEN:
        nobody = figure.reason == NOBODY
        return _without_numbers(figure, NOBODY if nobody else f"fewer than {minimum} students: not shown")
    counts = [nearest(n) if n >= minimum else 0 for n in (figure.students, figure.events, figure.non_events)]
    told = replace(figure, students=counts[0], events=counts[1], non_events=counts[2])
    if _is_small(figure, minimum):
        reason = figure.reason or f"fewer than {minimum} on one side: not shown"
        bare = _without_numbers(told, "fewer than 10 on one side" if reason.startswith("undefined") else reason)
        return replace(bare, students=counts[0], bound=_bound(figure, minimum))
    return _coarse(told, _digits(figure.students), audited.gate.confidence)


def _about_schools(schools: float) -> float:
    """Round effective schools: as n^2 / sum d^2 their further decimals would give the count away."""
    return float(round(schools)) if schools >= MINIMUM_WHOLE else round(schools, 1)


def _digits(students: int) -> int:
    return next(digits for least, digits in DIGITS if students >= least)


def _without_numbers(figure: Figure, reason: str) -> Figure:
    return replace(
        figure, value=math.nan, estimate=None, rough=None, pooled=None, q=None, reason=reason,
        students=0, events=0, non_events=0, schools=0.0,
    )  # fmt: skip


def _bound(figure: Figure, minimum: int) -> str:
    """Code a share next to 0 or 100 %: only that it is under or over a bound, from fewer than ``minimum`` students."""
    is_share = figure.measure in SHARE_NAMES or figure.measure.startswith(LACKS)
    both = max(figure.events, figure.non_events) < minimum
    if figure.form is not Form.VALUE or not is_share or both:
        return ""
    whole = nearest(figure.events + figure.non_events) - minimum // 2
    limit = STEP * math.ceil(100 * minimum / whole / STEP)
    if limit >= 50:
        return ""
    return f"under {limit} %" if figure.events < minimum else f"over {100 - limit} %"


def _coarse(figure: Figure, digits: int, judged: float) -> Figure:
    return replace(
        figure,
        value=round(figure.value, digits),
        schools=_about_schools(figure.schools),
        estimate=figure.estimate and _told(figure.estimate, digits, judged),
        rough=figure.rough and _told(figure.rough, digits, judged),
        pooled=figure.pooled and _told(figure.pooled, digits, judged),
    )


def _verdict(audited: Audited, verdict: Verdict, words: dict[str, Cell]) -> Verdict:
    return replace(verdict, judgements=tuple(_judgement(audited, j, words) for j in verdict.judgements))


def _judgement(audited: Audited, judgement: Judgement, words: dict[str, Cell]) -> Judgement:
    shown = _shown(audited, judgement.measure, (judgement.cell, judgement.versus), words)
    if shown is Shown.EXACT:
        return judgement
    if shown is Shown.HIDDEN:
        return replace(judgement, value=math.nan, low=None, high=None, students=0, schools=0.0)
    digits = _digits(judgement.students)
    unit = 10.0**digits
    return replace(
        judgement,
        value=round(judgement.value, digits) if judgement.low is not None else math.nan,
        low=None if judgement.low is None else math.floor(judgement.low * unit) / unit,
        high=None if judgement.high is None else math.ceil(judgement.high * unit) / unit,
        students=nearest(judgement.students) if judgement.students >= audited.suppression.minimum else 0,
        schools=_about_schools(judgement.schools),
        needed=round(judgement.needed, 1),
    )
