"""An allocation in plain sentences, the same on the page and on the terminal; it refuses to say that support works."""

from collections.abc import Iterator, Sequence

from earlywarn.allocate.capacity import Needed
from earlywarn.allocate.compare import Allocated
from earlywarn.allocate.outcome import Shared
from earlywarn.allocate.problem import UNIT
from earlywarn.allocate.schools import SchoolsPart
from earlywarn.allocate.sums import GroupLine, Span, Told
from earlywarn.audit.rounding import NOT_SHOWN, Count, count_told
from earlywarn.groups import Cell
from earlywarn.outcomes import Outcomes
from earlywarn.report import words as w

MOST_NAMED = 8
APART = 0.02
"""Shares of a group under two policies that differ by less are not named: they are told about as finely."""


def short_sentences(allocated: Allocated) -> Iterator[str]:
    """Say first what equality and equity would reach, then what each rule costs and whom it moves."""
    yield from _all_of_them(allocated)
    yield from _equality_and_equity(allocated)
    for told in allocated.policies:
        if told is not allocated.by_need:
            yield f"{w.capital(told.shared.policy.name)}: {_cost(told.cost)} than by need; {_moved(told)}."
    if (equal := _equal(allocated)) and not equal.like:
        yield from _whom(allocated, allocated.by_need, equal)
    for told in allocated.policies:
        if told.shared.policy.reach_floor is not None:
            yield from _of_reach_floor(allocated, told)
    if allocated.came is not None:
        yield _checked_by(allocated)


def further_sentences(allocated: Allocated) -> Iterator[str]:
    """Say how well the seats answer, who can have none, and what came."""
    yield from _of_needs(allocated)
    if allocated.came is not None:
        yield from _of_what_came(allocated, allocated.came)


def groups_side_by_side(allocated: Allocated) -> tuple[list[tuple[GroupLine, ...]], str]:
    """Give each group's lines, one a policy, and a sentence on the groups of which nothing may be told."""
    every = list(zip(*(told.groups for told in allocated.policies), strict=True))
    hidden = [lines for lines in every if all(line.reach == NOT_SHOWN for line in lines)]
    names = w.listed(lines[0].cell.words(allocated.serving.groups) for lines in hidden)
    sentence = f"Not shown, for there are too few students: {names}." if hidden else ""
    return [lines for lines in every if lines not in hidden], sentence


def school_sentences(part: SchoolsPart) -> Iterator[str]:
    """Say what lies between schools, and what picking students reaches beyond whole schools."""
    if part.between is None:
        yield "How much of the differences in risk lies between schools: too little data, too few schools."
    else:
        low, high = (w.percent(end, 0) for end in part.between.interval(0.95))
        yield (
            f"Of all differences in risk {w.percent(part.between.value, 0)} ({low} to {high}) lie between schools, "
            "the rest within them: students of every school may need support."
        )
    yield (
        f"As many seats given to whole schools, those of the highest need first, would reach about "
        f"{_number(part.whole.value)}; picking students by need reaches {_more(part.gain)}."
    )
    if part.most:
        named = w.listed(part.most[:MOST_NAMED])
        rest = f" and {len(part.most) - MOST_NAMED:,} more" if len(part.most) > MOST_NAMED else ""
        yield (
            f"In schools {named}{rest} surely more than half of the scored students are expected to miss it, most of "
            "them without a seat by need: there look first at what the school can give everyone."
        )


def answered(allocated: Allocated, number: int) -> Count:
    """Count the students whom a support answers: about, for where it serves one small school they may be all of it."""
    students = int((allocated.offer.answers >> number & 1).sum())
    return count_told(students, allocated.basis.minimum)


def needed_sentence(needed: Needed) -> str:
    """Say how many seats reach so many of every group, or why none do."""
    wanted = (
        f"{w.percent(needed.reach, 0)} of those expected to miss, in all and in every group of {needed.least} students "
        "or more"
    )
    if needed.seats is None:
        most = w.percent(needed.most, 0)
        return f"No number of these seats reaches {wanted}: of {needed.hardest} at most {most} could have one."
    surely = "too little data to say how sure" if needed.surely is None else (
        f"{needed.surely:,} so that it holds at either end of the levels' intervals"
    )  # fmt: skip
    return f"By need, all supports in proportion, to reach {wanted}, takes {w.plural(needed.seats, 'seat')}; {surely}."


def proof_sentences(allocated: Allocated) -> Iterator[str]:
    """Say of which policies it is proved that no other way reaches more, and what is proved of the others."""
    policies = [told.shared for told in allocated.policies]
    bonus = [shared for shared in policies if shared.policy.reach_floor is not None]
    several = [shared for shared in policies if shared.policy.several_seats]
    plain = [shared for shared in policies if shared not in bonus and shared not in several]
    if plain:
        gap = max(shared.proof.gap for shared in plain) / UNIT
        how = f"proved but for {gap:g} students" if gap else "proved to the last seat"
        yield f"Within its rules no other way to share the seats reaches more: {how}, for {_names(plain)}."
    if bonus:
        yield f"For {_names(bonus)} a search found how far seats are moved; to move fewer might do."
    if several:
        yield (
            f"For {_names(several)} no other way gives the seats to higher risks; a student who holds two counts twice "
            "in that, and once among those reached."
        )


def _all_of_them(allocated: Allocated) -> Iterator[str]:
    """Say how far the seats go under any rule: more than the rules differ by."""
    left = [round(told.overlooked.value) for told in allocated.policies]
    least, most = min(left), max(left)
    between = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    yield (
        f"Of the {_number(allocated.expected)} students who are expected to miss the standard without support, about "
        f"{between} would have no seat under any of these rules: {w.plural(int(allocated.offer.seats.sum()), 'seat')} "
        "go no further."
    )


def _checked_by(allocated: Allocated) -> str:
    """Say of how many with a seat nothing came to light."""
    unknown = allocated.by_need.actual
    assert unknown is not None, "what came is told of outcomes alone"
    return (
        f"What came a year later stands below; of {unknown.unknown.words} with a seat by need it is not known, so it "
        "checks the rules only in part."
    )


def _equality_and_equity(allocated: Allocated) -> Iterator[str]:
    by_need, equal, seats = allocated.by_need, _equal(allocated), int(allocated.offer.seats.sum())
    if equal is None:
        yield f"By need, {w.plural(seats, 'seat')} would reach about {_spread(by_need.reached)} of them."
        return
    name = equal.shared.policy.name
    yield (
        f"Equality ({name}): {w.plural(seats, 'seat')} would reach about {_spread(equal.reached)} of them. "
        f"Equity (by need): about {_spread(by_need.reached)}.{_may_be_none(equal)}"
    )


def _equal(allocated: Allocated) -> Told | None:
    """Give the first policy that shares all seats equally, if there is one."""
    every = ((told, told.shared.policy) for told in allocated.policies)
    plain = (told for told, policy in every if policy.share != "need" and policy.part == 1 and not policy.several_seats)
    return next(plain, None)


def _may_be_none(equal: Told) -> str:
    cost = equal.cost
    if not equal.gained + equal.lost:
        return " The same students have a seat under both."
    open_to_none = cost.low is not None and cost.high is not None and cost.low <= 0 <= cost.high
    return " The evidence leaves open that there is no difference." if open_to_none else ""


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


def told_alike(allocated: Allocated) -> str:
    """Say which policies are told by group as another, "" if none."""
    pairs = [f"{told.shared.policy.name} as {told.like}" for told in allocated.policies if told.like]
    least = allocated.basis.minimum
    return f"Fewer than {least} students change hands, so groups are told alike: {w.listed(pairs)}." if pairs else ""


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


def _of_needs(allocated: Allocated) -> Iterator[str]:
    fits, given = allocated.by_need.shared.fits, int(allocated.by_need.given.sum())
    yield f"Seats by need that answer the student's heaviest reason, not another one: {fits:,} of {given:,}."
    seats = int(allocated.offer.seats.sum())
    empty = [(told.shared.policy.name, seats - int(told.given.sum())) for told in allocated.policies]
    if any(number for _, number in empty):
        named = w.listed(f"{number:,} {name}" for name, number in empty if number)
        yield f"Seats that nobody can be found for within the rules, and that stay empty: {named}."
    unanswered = allocated.offer.answers == 0
    without, risk = int(unanswered.sum()), float(allocated.basis.students.risk[unanswered].sum())
    if without:
        yield (
            f"Scored students with no reason that any of these supports answers, who can have no seat: {without:,}, "
            f"about {_number(risk)} of them expected to miss."
        )


def _of_what_came(allocated: Allocated, came: Outcomes) -> Iterator[str]:
    told = [(each.shared.policy.name, each.actual) for each in allocated.policies if each.actual is not None]
    missed = w.listed(f"{actual.reached.words} {name}" for name, actual in told)
    unknown = w.listed(f"{actual.unknown.words} {name}" for name, actual in told)
    yield (
        f"What came: known to have missed the standard and with a seat are {missed}. Not known is what came of "
        f"{unknown}: by these no policy can be checked."
    )
    if came.unmatched or came.early or allocated.refused:
        yield (
            f"Of the results, {came.unmatched:,} are of students whom this run did not score, {came.early:,} from "
            f"before outcomes were due, and {allocated.refused:,} could not be read: left out."
        )


def _cost(cost: Span) -> str:
    number = _number(abs(cost.value))
    if number == "0":
        return "reaches no fewer" + _ends(cost)
    return f"reaches {number} {'fewer' if cost.value > 0 else 'more'}" + _ends(cost)


def _ends(cost: Span) -> str:
    """Write both ends of a cost as students fewer or more."""
    if cost.low is None or cost.high is None:
        return ""
    ends = [(_number(abs(end)), "more" if end < 0 else "fewer") for end in (cost.low, cost.high)]
    return f" (from {' to '.join(' '.join(end) for end in ends)})" if ends[0][0] != "0" or ends[1][0] != "0" else ""


def _more(gain: Span) -> str:
    number, words = _number(abs(gain.value)), "more" if gain.value >= 0 else "fewer"
    if gain.low is None or gain.high is None:
        return f"{number} {words}"
    return f"{number} {words} ({_number(gain.low)} to {_number(gain.high)})"


def _moved(told: Told) -> str:
    return f"{w.plural(told.lost, 'student')} who would have a seat by need have none, {told.gained:,} others have one"


def _spread(span: Span) -> str:
    if span.low is None or span.high is None:
        return _number(span.value)
    return f"{_number(span.value)} ({_number(span.low)} to {_number(span.high)})"


def _names(shared: Sequence[Shared]) -> str:
    return w.listed(each.policy.name for each in shared)


def _number(value: float) -> str:
    return w.decimal(float(round(value)), 0)
