"""An allocation in plain sentences, the same on the page and on the terminal; it refuses to say that support works."""

from collections.abc import Iterator

from earlywarn.allocate.compare import Allocated
from earlywarn.allocate.schools import SchoolsPart
from earlywarn.allocate.sums import Span, Told
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
    if by_need.actual is not None:
        yield from _of_what_came(allocated, by_need)


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
    return f"{w.plural(told.lost, 'student')} would hold no seat who would by need, and {told.gained:,} the other way"


def _number(value: float) -> str:
    return w.decimal(float(round(value)), 0)
