"""What is told below an allocation's tables, the same on page and terminal; it refuses to say that support works."""

from collections.abc import Iterator, Sequence

from earlywarn.allocate.allocated import Allocated
from earlywarn.allocate.capacity import Needed
from earlywarn.allocate.outcome import Shared
from earlywarn.allocate.problem import UNIT
from earlywarn.allocate.schools import SchoolsPart
from earlywarn.allocate.sums import GroupLine, Span
from earlywarn.audit.rounding import NOT_SHOWN
from earlywarn.outcomes import Outcomes
from earlywarn.report import words as w

MOST_NAMED = 8


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


def told_alike(allocated: Allocated) -> str:
    """Say which policies are told by group as another, "" if none."""
    pairs = [f"{told.shared.policy.name} as {told.like}" for told in allocated.policies if told.like]
    least = allocated.basis.minimum
    return f"Fewer than {least} students change hands, so groups are told alike: {w.listed(pairs)}." if pairs else ""


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
        f"{w.whole(part.whole.value)}; picking students by need reaches {_more(part.gain)}."
    )
    if part.most:
        named = w.listed(part.most[:MOST_NAMED])
        rest = f" and {len(part.most) - MOST_NAMED:,} more" if len(part.most) > MOST_NAMED else ""
        yield (
            f"In schools {named}{rest} surely more than half of the scored students are expected to miss it, most of "
            "them without a seat by need: there look first at what the school can give everyone."
        )


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


def _of_needs(allocated: Allocated) -> Iterator[str]:
    fits, given = allocated.by_need.shared.fits, int(allocated.by_need.given.sum())
    yield f"Seats by need that answer the student's heaviest reason, not another one: {fits:,} of {given:,}."
    seats = allocated.seats
    empty = [(told.shared.policy.name, seats - int(told.given.sum())) for told in allocated.policies]
    if any(number for _, number in empty):
        named = w.listed(f"{number:,} {name}" for name, number in empty if number)
        yield f"Seats that nobody can be found for within the rules, and that stay empty: {named}."
    without, risk = int(allocated.unanswered.sum()), float(allocated.basis.students.risk[allocated.unanswered].sum())
    if without:
        yield (
            f"Scored students with no reason that any of these supports answers, who can have no seat: {without:,}, "
            f"about {w.whole(risk)} of them expected to miss."
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


def _more(gain: Span) -> str:
    number, words = w.whole(abs(gain.value)), "more" if gain.value >= 0 else "fewer"
    if gain.low is None or gain.high is None:
        return f"{number} {words}"
    return f"{number} {words} ({w.whole(gain.low)} to {w.whole(gain.high)})"


def _names(shared: Sequence[Shared]) -> str:
    return w.listed(each.policy.name for each in shared)
