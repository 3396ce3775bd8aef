"""A follow-up in sentences, for the terminal and the desk alike: only what may be told, and never what caused it."""

from collections.abc import Iterator
from itertools import pairwise

from earlywarn.audit import funnel
from earlywarn.audit.rounding import Count
from earlywarn.config.sections import Groups
from earlywarn.estimate import Estimate
from earlywarn.followed.feedback import Feedback
from earlywarn.followed.promises import CONFIDENCE, Among, Promise
from earlywarn.followed.reach import Reach
from earlywarn.followed.schools import Part
from earlywarn.groups import Cell

NO_CAUSE = "Nothing here says what support achieved: that needs a lottery or another design of its own."


_SCHOOLS = {
    "risk_between": "Of all differences in risk, {value} % {interval} lie between schools, the rest within them.",
    "outcome_between": "Of all differences in who missed the standard, {value} % {interval} lie between schools.",
    "auc": "Of a student who missed the standard and one who met it, the list ranked the first higher {value} times in "
    "100 {interval}.",
    "auc_within": "Of two such students of one school it did so {value} times in 100 {interval}; who knows the school "
    "alone, 50 times.",
    "gain": "Of 100 students who missed the standard, it found {value} more {interval} than as long a list of whole "
    "schools.",
}
"""The school's part, figure by figure."""


def group_words(cell: Cell, groups: Groups) -> str:
    """Name a single group with its attribute, so that no two are called alike."""
    words, titles = cell.words(groups), [groups.attributes[name].title for name in cell.attributes]
    return words if any(words.startswith(title) for title in titles) else ": ".join((*titles, words))


def promise_sentences(promises: tuple[Promise, ...], groups: Groups) -> Iterator[str]:
    """Say how many promises were judged, how many of them were broken, and which."""
    for among in dict.fromkeys(promise.among for promise in promises):
        judged = [p for p in promises if p.among is among and p.held is not None]
        broken = [promise for promise in judged if not promise.held]
        if not judged:
            yield f"Among {among}, no promise of a level could be judged: too little data."
            continue
        kept = "held" if among is Among.UNSUPPORTED else "held: in none did clearly more miss the standard than said"
        yield (
            f"Among {among}, {len(judged) - len(broken)} of {len(judged)} promises of levels, for everyone and by "
            f"group, {kept}; promises with too little data are not counted."
        )
        yield from (f"{_broken(promise, groups)}, {among}." for promise in broken)


def reach_sentences(reach: Reach, groups: Groups) -> Iterator[str]:
    """Say how far students came who missed the standard, and where the funnel leaks."""
    counts = [(stage.words, reach.count(stage)) for stage in reach.stages]
    more = ", ".join(
        f"{_part(count, before)} were {words}" for (words, count), (_, before) in zip(counts[1:], counts, strict=False)
    )
    yield f"Of {counts[0][1].words} students who missed the standard, {more}; each is a part of those before."
    if len(reach.stages) > len(counts[:3]):
        yield f"{_capital(reach.beside.words)} more were supported without a flag."
    yield from _widest_step(reach)
    yield from _not_judged(reach, groups)
    if reach.leak is None and not reach.asked:
        yield "No difference between groups could be judged: too little data."
        return
    if reach.leak is None:
        others = "other " if reach.left else ""
        yield f"None of the {others}{reach.asked} differences between groups falls below its reference beyond chance."
        return
    figure, stage = reach.leak.figure, reach.leak.stage
    who, whom = _who(figure.cell, groups)
    yield f"Most are lost beside others at '{stage.words}': of {who} {_points(figure.estimate)} than of {whom}."


def _widest_step(reach: Reach) -> Iterator[str]:
    """Say at which stage most students are lost, of everyone, by the numbers as they are told."""
    counts = [(stage.words, reach.count(stage)) for stage in reach.stages]
    steps = [
        ((before.number or 0) - (count.number or 0), words, count, before)
        for (_, before), (words, count) in pairwise(counts)
        if before.number is not None
    ]
    lost, words, count, before = max(steps, key=lambda step: step[0], default=(0, "", None, None))
    if lost > 0 and count is not None and before is not None:
        yield f"Most are lost at '{words}': {count.words} of {before.words} came as far."


def _not_judged(reach: Reach, groups: Groups) -> Iterator[str]:
    """Name the differences of which no test of chance can be made, first those beside a share that is known."""
    silent: dict[str, list[str]] = {}
    for stage, cell in reach.left:
        share = reach.told.share(stage.share, cell)
        who, whom = _who(cell, groups)
        if share is None:
            silent.setdefault(stage.words, []).append(who)
            continue
        yield (
            f"Look at '{stage.words}': of {who} {_of_hundred(share)} came as far; of {whom} too few did, or too few "
            "did not, for a test of chance."
        )
    if silent:
        named = "; ".join(f"{words} ({', '.join(cells)})" for words, cells in silent.items())
        yield f"Not judged against their reference, too little data: {named}."


def _of_hundred(share: Estimate) -> str:
    low, high = share.interval(CONFIDENCE)
    return f"{100 * share.value:.0f} in 100 ({100 * low:.0f} to {100 * high:.0f})"


def _part(count: Count, whole: Count) -> str:
    """Write a count within another: what is rounded to more than the whole is all of it or nearly so."""
    if count.number is not None and whole.number is not None and count.number >= whole.number and count != whole:
        return "all or nearly all of these"
    return count.words


def feedback_sentences(feedback: Feedback, groups: Groups) -> Iterator[str]:
    """Say how many flags were reviewed and dismissed, and of which groups more at the same risk."""
    words = {kind: feedback.count(kind).words for kind in ("students", "decided", "dismissed")}
    yield f"Of {words['students']} flags {words['decided']} were reviewed and {words['dismissed']} dismissed."
    judged = [shown for _, shown in feedback.told.gaps(funnel.AT_SAME_RISK) if shown.estimate is not None]
    clear = [figure for figure in judged if not _holds_zero(figure.estimate)]
    for figure in clear:
        who, whom = _who(figure.cell, groups)
        yield (
            f"At the same risk, of flags of {who} {_points(figure.estimate)} were dismissed than of {whom}. That says "
            "that people decide differently, not who is right."
        )
    if not judged:
        yield "Whether flags of one group are dismissed more often at the same risk cannot be said: too little data."
    elif not clear:
        yield f"At the same risk, no group's flags were clearly dismissed more or less often ({len(judged)} judged)."


def school_sentences(parts: tuple[Part, ...]) -> Iterator[str]:
    """Say what lies between schools and what the list knows within them."""
    for part in parts:
        yield f"{part.title}: {part.reason}." if part.estimate is None else _of_schools(part, part.estimate)


def span(estimate: Estimate) -> str:
    """Write a figure with its 95 % interval.

    >>> span(Estimate(0.42, 0.0, 9, ends=((0.95, 0.4, 0.45),), digits=2))
    '0.42 (0.40 to 0.45)'
    """
    low, high = estimate.interval(CONFIDENCE)
    digits = 3 if estimate.digits is None else estimate.digits
    return f"{estimate.value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def _of_schools(part: Part, estimate: Estimate) -> str:
    low, high = (f"{100 * end:.0f}" for end in estimate.interval(CONFIDENCE))
    return _SCHOOLS[part.name].format(value=f"{100 * estimate.value:.0f}", interval=f"({low} to {high})")


def _broken(promise: Promise, groups: Groups) -> str:
    who = group_words(promise.cell, groups)
    if promise.came is None or promise.level.share is None:
        return f"Broken: level {promise.level.name}, {who}"
    said, came = f"{100 * promise.level.share:.0f} of 100", f"{100 * promise.came.value:.0f}"
    low, high = (100 * end for end in promise.came.interval(CONFIDENCE))
    return f"Broken: level {promise.level.name}, {who}: said {said} would miss, {came} did ({low:.0f} to {high:.0f})"


def _who(cell: Cell, groups: Groups) -> tuple[str, str]:
    """Name a group and what it is held against."""
    attribute = cell.attributes[0]
    reference = groups.attributes[attribute].reference
    whom = "all others" if reference is None else group_words(Cell((attribute,), (reference,)), groups)
    return group_words(cell, groups), whom


def _points(estimate: Estimate | None) -> str:
    """Write a difference of shares, as ``45 fewer in 100 (18 to 73)``."""
    assert estimate is not None, "told with an interval alone"
    low, high = (100 * end for end in estimate.interval(CONFIDENCE))
    if estimate.value < 0:
        low, high = -high, -low
    words = "fewer" if estimate.value < 0 else "more"
    return f"{100 * abs(estimate.value):.0f} {words} in 100 ({low:.0f} to {high:.0f})"


def _holds_zero(estimate: Estimate | None) -> bool:
    assert estimate is not None, "told with an interval alone"
    low, high = estimate.interval(CONFIDENCE)
    return low <= 0 <= high


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
