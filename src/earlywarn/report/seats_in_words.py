"""An allocation in plain sentences, the same on the page and on the terminal; it refuses to say that support works."""

from collections.abc import Iterator

from earlywarn.allocate.compare import Allocated
from earlywarn.allocate.schools import SchoolsPart
from earlywarn.allocate.sums import GroupLine, Span, Told
from earlywarn.audit.rounding import NOT_SHOWN
from earlywarn.report import words as w

MOST_NAMED = 8


def short_sentences(allocated: Allocated) -> Iterator[str]:
    """Say first what by need reaches, what each other policy costs in students, and what came."""
    by_need, expected, seats = allocated.by_need, allocated.expected, int(allocated.offer.seats.sum())
    share = w.percent(by_need.reached.value / expected, 0) if expected else "none"
    yield (
        f"{w.plural(seats, 'seat')} given by need would reach about {_number(by_need.reached.value)} of "
        f"{_number(expected)} students who are expected to miss the standard without support ({share})."
    )
    for told in allocated.policies:
        if told is not by_need:
            yield f"{w.capital(told.shared.policy.name)}: {_cost(told.cost)}; {_moved(told)}."
    fits, given = by_need.shared.fits, int(by_need.given.sum())
    yield f"{fits:,} of the {w.plural(given, 'seat')} by need answer the student's heaviest reason, the others another."
    if by_need.actual is not None:
        yield from _of_what_came(allocated, by_need)


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
            "the rest within them."
        )
    yield (
        f"As many seats given to whole schools, those of the highest need first, would reach about "
        f"{_number(part.whole.value)}; picking students by need reaches {_more(part.gain)}."
    )
    if part.most:
        named = w.listed(part.most[:MOST_NAMED])
        rest = f" and {len(part.most) - MOST_NAMED:,} more" if len(part.most) > MOST_NAMED else ""
        yield (
            f"More than half of the scored students are expected to miss it in {named}{rest}: there, whoever is "
            "picked, most stay without a seat, so look first at what the school gives everyone."
        )


def _of_what_came(allocated: Allocated, by_need: Told) -> Iterator[str]:
    came, actual = allocated.came, by_need.actual
    assert came is not None, "what came is told of outcomes alone"
    assert actual is not None, "what came is told of outcomes alone"
    yield (
        f"What came of {actual.unknown.words} of the {w.plural(int(by_need.shared.reached.sum()), 'student')} seated "
        "by need is not known; they count as neither reached nor not."
    )
    if came.unmatched or came.early:
        yield (
            f"Of the results, {came.unmatched:,} are of students whom this run did not score, and {came.early:,} from "
            "before outcomes were due: left out."
        )


def _cost(cost: Span) -> str:
    number = _number(abs(cost.value))
    if number == "0":
        return "reaches as many" + _ends(cost)
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


def _number(value: float) -> str:
    return w.decimal(float(round(value)), 0)
