"""The audit in plain sentences: what would decide an open question, the answers, the limits.

Sentences name groups by the config's words and give every gap in students of 100. They refuse to
promise: a number of outcomes that would decide holds only while the gap stays as it is.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from earlywarn.audit.rounding import Count
from earlywarn.audit.sheets import NOT_SCORED
from earlywarn.columns import Outcome
from earlywarn.estimate import Estimate
from earlywarn.gate import Judgement
from earlywarn.groups import EVERYONE
from earlywarn.report import words as w
from earlywarn.report.evidence import NOUNS
from earlywarn.report.mirrors import judged_once
from earlywarn.report.questions import HELD_AGAINST, Question, question_of
from earlywarn.report.reading import TOO_LITTLE, Reading, is_open

REALISTIC = 20
"""A factor on the evidence beyond which nobody should wait for more of it."""

GATHERED = 3
"""More further schools than so many times those of the audit are more than a district can gather."""

OUT_OF_REACH = "more than this district can gather, while the gap stays where it is"

TOLD_IN_A_SENTENCE = 3
"""More groups than these make a table."""


@dataclass(frozen=True)
class Said:
    """A sentence and the words that lead it in bold."""

    lead: str
    rest: str = ""

    @property
    def line(self) -> str:
        """The whole sentence."""
        return f"{self.lead} {self.rest}".strip()


OUTCOME_WORDS = {Outcome.PASS: "within the limit", Outcome.PROVISIONAL: "not decided", Outcome.FAIL: "beyond the limit"}


def fail_sentence(reading: Reading, judgement: Judgement) -> str:
    """Say for whom a rule failed and by how much."""
    question = question_of(judgement.measure, is_risk=reading.audited.is_risk)
    clause = question.above if _is_above(judgement) else question.below
    other = reading.against(judgement.versus) if judgement.versus else HELD_AGAINST[judgement.measure]
    words = w.decimal(100 * abs(judgement.value), _places(judgement))
    return (
        f"{reading.words(judgement.cell)}: {clause} {other}, by {words} in 100 ({interval_words(judgement)}); "
        f"the limit is {limit_words(judgement)}."
    )


def answers(reading: Reading, question: Question) -> tuple[Said, ...]:
    """Answer a question: for whom it failed, is open, lacks data, is settled."""
    judged = judged_once(reading, reading.judged(question.measure))
    if not judged:
        return (Said("Not judged:", "no rule of the gate is about it."),)
    settled = [j for j in judged if j.outcome is Outcome.PASS]
    beyond = [j for j in judged if j.outcome is Outcome.FAIL]
    undecided = [j for j in judged if j.outcome is Outcome.PROVISIONAL and j.low is not None]
    lacking = [j for j in judged if is_open(j) and j.low is None]
    if not (beyond or undecided or lacking):
        return (Said("No group.", f"All with enough data are within the limit of {limit_words(judged[0])}."),)
    found = (
        ("Beyond the limit:", beyond),
        ("Not decided:", undecided),
        ("Too little data:", lacking),
        ("Within the limit:", settled),
    )
    return tuple(Said(lead, w.listed(names(reading, those)) + ".") for lead, those in found if those)


def answered(reading: Reading, question: Question) -> tuple[Said, ...]:
    """Answer a question as its kind asks for."""
    if question.measure == NOT_SCORED and everyone_scored(reading):
        return (Said("Yes.", "Every student in scope has a score."),)
    return (gain_answers if question.measure in HELD_AGAINST else answers)(reading, question)


def everyone_scored(reading: Reading) -> bool:
    """Tell whether nobody in scope is without a score."""
    found = reading.find(NOT_SCORED, EVERYONE)
    return found is not None and found.students > 0 and not found.events


def gain_answers(reading: Reading, question: Question) -> tuple[Said, ...]:
    """Answer a question that holds one list against another: in students found, then group by group."""
    figure, missed = reading.figure(question.measure), reading.suppression.count(EVERYONE, "missed")
    if figure.estimate is None:
        return (Said("Not known:", f"{reading.why_not(figure)}."), *answers(reading, question))
    judged = reading.judged(question.measure, "overall")
    verdicts = [Said("For all students:", f"{OUTCOME_WORDS[j.outcome]} ({limit_words(j)}).") for j in judged]
    groups = answers(reading, question)
    if groups[0].lead == "No group.":
        limit = limit_words(reading.judged(question.measure)[0])
        groups = (Said("No group with enough data", f"is beyond the limit: {limit}."),)
    return (_found_more(figure.estimate, missed, HELD_AGAINST[question.measure]), *verdicts, *groups)


def _found_more(gain: Estimate, missed: Count, other: str) -> Said:
    """Tell it of two numbers as they are told themselves."""
    number = missed.number or 0
    more = round(gain.value * number)
    low, high = (round(end * number) for end in gain.interval(0.95))
    verb = f"finds {w.count(abs(more))} {'more' if more > 0 else 'fewer'}" if more else "finds no more"
    return Said(
        f"At the same length the list {verb}",
        f"of the {missed.words} students who missed the standard than {other} "
        f"(95{w.HARD_SPACE}% interval {w.signed(low, 0)} to {w.signed(high, 0)}).",
    )


def decides(reading: Reading, judgement: Judgement) -> str:
    """Say what would decide an open judgement, in numbers to plan with."""
    if judgement.low is not None and is_out_of_reach(reading, judgement):
        return OUT_OF_REACH
    if judgement.low is not None and judgement.needed > 1:
        return more_evidence(*more(judgement), NOUNS[judgement.measure].whole)
    return decides_exactly(reading, judgement)


def decides_exactly(reading: Reading, judgement: Judgement) -> str:
    """Say what would decide an open judgement, for a machine: to two digits, and whether or not a district has it."""
    if judgement.low is None and not reading.schools_known:
        return "to know which school each student attends"
    if judgement.low is None:
        return reading.why_not(reading.evidence(judgement)).removeprefix(f"{TOO_LITTLE}: ") or "more data"
    if judgement.needed > REALISTIC:
        return "no realistic number of outcomes, while the gap stays where it is"
    if judgement.needed <= 1:
        return "a little more: beyond the limit alone, not yet when widened for the number of groups compared"
    outcomes, schools = (w.roughly(number) for number in _growth(judgement))
    return more_evidence(outcomes, schools, NOUNS[judgement.measure].whole)


def is_out_of_reach(reading: Reading, judgement: Judgement) -> bool:
    """Tell whether a district of this size cannot gather what would decide."""
    most = GATHERED * reading.audited.about.schools
    return judgement.needed > REALISTIC or _growth(judgement)[1] > most


def more_evidence(number: int, schools: int, noun: str = "outcome") -> str:
    """Say how much more evidence is meant."""
    return f"about {w.plural(number, f'more {noun}')} in {w.plural(schools, 'more school')}"


def gap_words(judgement: Judgement) -> str:
    """Give the gap that the gate judged, in students of 100, with no more places than it has."""
    return w.of_hundred(judgement.value, _places(judgement))


def interval_words(judgement: Judgement) -> str:
    """Give the interval that the gate judged, in students of 100."""
    if judgement.low is None or judgement.high is None:
        return w.NOTHING
    return w.span((judgement.low, judgement.high), partial(w.of_hundred, places=_places(judgement)))


def _places(judgement: Judgement) -> int:
    low, high = (math.nan if end is None else end for end in (judgement.low, judgement.high))
    return 1 - w.is_coarse(judgement.value, low, high)


def limit_words(judgement: Judgement) -> str:
    """Say the limits of a judgement in students of 100."""
    return limits_words(*judgement.limits)


def rule_limit(reading: Reading, measure: str) -> str:
    """Say the limits of the gate's rule about a measure of groups; "" where it has none."""
    rules = (rule for rule in reading.audited.gate.rules if (rule.measure, rule.scope) == (measure, "groups"))
    return next((limits_words(rule.at_least, rule.at_most) for rule in rules), "")


def limits_words(at_least: float | None, at_most: float | None) -> str:
    """Say limits in students of 100."""
    if at_least is not None and at_most is not None:
        if at_least == -at_most:
            return f"{w.limit(at_most)} in 100 either way"
        return f"{w.span((at_least, at_most), w.of_hundred)} in 100"
    bound = at_least if at_most is None else at_most
    if not bound:
        return "no more" if at_least is None else "no fewer"
    closer = (at_least is None) == (bound > 0)  # a limit on the side of more harm, not one that asks for a gain
    more = "more" if bound > 0 else "fewer"
    return f"{'at most' if closer else 'at least'} {w.limit(bound)} in 100 {more}"


def more(judgement: Judgement) -> tuple[int, int]:
    """Give how many more outcomes, and schools, to plan with."""
    outcomes, schools = _growth(judgement)
    return w.planned(outcomes), w.planned(schools)


def _growth(judgement: Judgement) -> tuple[float, float]:
    """Give how many more outcomes, and schools, bring the evidence to the factor that is needed."""
    growth = max(judgement.needed - 1, 0.0)
    return growth * judgement.students, growth * judgement.schools


def _is_above(judgement: Judgement) -> bool:
    return judgement.value > 0


def names(reading: Reading, judgements: Iterable[Judgement]) -> list[str]:
    """Give the groups of some judgements, each once."""
    return list(dict.fromkeys(reading.words(judgement.cell) for judgement in judgements))
