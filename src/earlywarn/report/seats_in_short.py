"""What a board should read first of an allocation: how far the seats go, equality and equity, costs, whom it moves.

It refuses to say that a group's share differs from another's: shares are expected, rounded and not judged.
"""

from collections.abc import Iterator

from earlywarn.allocate.allocated import Allocated
from earlywarn.allocate.sums import Span, Told
from earlywarn.groups import Cell
from earlywarn.report import words as w

APART = 0.02
"""Shares of a group under two policies that differ by less are not named: they are told about as finely."""


def short_sentences(allocated: Allocated) -> Iterator[str]:
    """Say first what equality and equity would reach, then what each rule costs and whom it moves."""
    yield from _all_of_them(allocated)
    yield from _equality_and_equity(allocated)
    for told in allocated.policies:
        if told is not allocated.by_need:
            yield f"{w.capital(told.shared.policy.name)}: {_cost(told.cost)} than by need; {_moved(told)}."
    if (equal := allocated.equal) and not equal.like:
        yield from _whom(allocated, allocated.by_need, equal)
    for told in allocated.policies:
        if told.shared.policy.reach_floor is not None:
            yield from _of_reach_floor(allocated, told)
    if allocated.came is not None:
        yield _checked_by(allocated)


def _all_of_them(allocated: Allocated) -> Iterator[str]:
    """Say how far the seats go under any rule: more than the rules differ by."""
    left = [round(told.overlooked.value) for told in allocated.policies]
    least, most = min(left), max(left)
    between = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    yield (
        f"Of the {w.whole(allocated.expected)} students who are expected to miss the standard without support, about "
        f"{between} would have no seat under any of these rules: {w.plural(allocated.seats, 'seat')} "
        "go no further."
    )


def _equality_and_equity(allocated: Allocated) -> Iterator[str]:
    by_need, equal, seats = allocated.by_need, allocated.equal, allocated.seats
    if equal is None:
        yield f"By need, {w.plural(seats, 'seat')} would reach about {_spread(by_need.reached)} of them."
        return
    name = equal.shared.policy.name
    yield (
        f"Equality ({name}): {w.plural(seats, 'seat')} would reach about {_spread(equal.reached)} of them. "
        f"Equity (by need): about {_spread(by_need.reached)}.{_may_be_none(equal)}"
    )


def _may_be_none(equal: Told) -> str:
    cost = equal.cost
    if not equal.gained + equal.lost:
        return " The same students have a seat under both."
    open_to_none = cost.low is not None and cost.high is not None and cost.low <= 0 <= cost.high
    return " The evidence leaves open that there is no difference." if open_to_none else ""


def _cost(cost: Span) -> str:
    number = w.whole(abs(cost.value))
    if number == "0":
        return "reaches no fewer" + _ends(cost)
    return f"reaches {number} {'fewer' if cost.value > 0 else 'more'}" + _ends(cost)


def _ends(cost: Span) -> str:
    """Write both ends of a cost as students fewer or more."""
    if cost.low is None or cost.high is None:
        return ""
    ends = [(w.whole(abs(end)), "more" if end < 0 else "fewer") for end in (cost.low, cost.high)]
    return f" (from {' to '.join(' '.join(end) for end in ends)})" if ends[0][0] != "0" or ends[1][0] != "0" else ""


def _moved(told: Told) -> str:
    return f"{w.plural(told.lost, 'student')} who would have a seat by need have none, {told.gained:,} others have one"


def _whom(allocated: Allocated, one: Told, other: Told) -> Iterator[str]:
    """Name the groups that one policy reaches more and less often than another, as far as that may be told."""
    moves = []
    for here, there in zip(one.groups, other.groups, strict=True):
        if here.reach.value is not None and there.reach.value is not None:
            apart = here.reach.value - there.reach.value
            words = f"{here.cell.words(allocated.serving.groups)} ({here.reach.words}, not {there.reach.words})"
            moves.append((apart, words))
    more = [words for apart, words in sorted(moves, reverse=True) if apart >= APART]
    less = [words for apart, words in sorted(moves) if apart <= -APART]
    parts = [f"to {kind} of: {w.listed(names)}" for kind, names in (("more", more), ("fewer", less)) if names]
    if parts:
        first, second = one.shared.policy.name, other.shared.policy.name
        yield (
            f"Of those expected to miss, {first} gives a seat, held against {second}, {'; '.join(parts)}. Expected "
            "shares, not judged: small differences may be chance."
        )


def _of_reach_floor(allocated: Allocated, told: Told) -> Iterator[str]:
    name = w.capital(told.shared.policy.name)
    if not told.shared.moved_for:
        yield f"{name}: by need meets the floor already in every group large enough, and no seat was moved."
        return
    yield (
        f"{name}: seats were moved between schools so that {w.listed(_steered(allocated, told))}. A group that others "
        "are held against has no floor of its own. Ask counsel before you use it."
    )
    if told.like:
        yield f"{name}: its groups are told as those of {told.like}, so the floor cannot be read off the table."
    else:
        yield from _whom(allocated, told, allocated.by_need)


def _steered(allocated: Allocated, told: Told) -> Iterator[str]:
    """Say for whom seats were moved, held against whom, and how often they are reached now and by need."""
    groups, floor = allocated.serving.groups, told.shared.policy.reach_floor
    for here, there in zip(told.groups, allocated.by_need.groups, strict=True):
        if here.cell.words(groups) in told.shared.moved_for:
            attribute = here.cell.attributes[0]
            reference = groups.attributes[attribute].reference
            whom = "all others" if reference is None else Cell((attribute,), (reference,)).words(groups)
            reached = f"{here.reach.words}, by need {there.reach.words}"
            yield f"{here.cell.words(groups)} are reached {floor:g} times as often as {whom} ({reached})"


def _checked_by(allocated: Allocated) -> str:
    """Say of how many with a seat nothing came to light."""
    unknown = allocated.by_need.actual
    assert unknown is not None, "what came is told of outcomes alone"
    return (
        f"What came a year later stands below; of {unknown.unknown.words} with a seat by need it is not known, so it "
        "checks the rules only in part."
    )


def _spread(span: Span) -> str:
    if span.low is None or span.high is None:
        return w.whole(span.value)
    return f"{w.whole(span.value)} ({w.whole(span.low)} to {w.whole(span.high)})"
