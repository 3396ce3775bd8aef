"""The audit in plain sentences: the verdict, what would decide an open question, the answers.

Sentences name groups by the config's words and give every gap in students of 100. They refuse to
promise: a number of outcomes that would decide holds only while the gap stays as it is.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from earlywarn.audit import measures as m
from earlywarn.audit.sheets import NOT_SCORED
from earlywarn.columns import Outcome
from earlywarn.estimate import Estimate
from earlywarn.gate import Judgement
from earlywarn.groups import EVERYONE, Cell
from earlywarn.report import words as w
from earlywarn.report.evidence import NOUNS, UNKNOWN_SCHOOLS
from earlywarn.report.questions import BY_MEASURE, HELD_AGAINST, Question, question_of
from earlywarn.report.reading import TOO_LITTLE, Reading, is_open

REALISTIC = 20
"""A factor on the evidence beyond which nobody should wait for more of it."""

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


DECIDED = "The evidence decides every question for every group that has enough data."
NOT_JUDGED = "Nothing could be judged: no rule of the gate is about a group with enough data."

OUTCOME_WORDS = {Outcome.PASS: "within the limit", Outcome.PROVISIONAL: "not decided", Outcome.FAIL: "beyond the limit"}


NEEDED = {
    "recall_gain": "there is nothing to hold it against",
    "recall_drift": "no other model is in use",
    "not_scored_share": "no group to compare",
    "same_risk_gap": "no group to compare",
}
"""What a rule of the gate that was not asked would need."""


def verdict_headline(reading: Reading, today: date | None) -> str:
    """Say the verdict in a few words; with a day, until when a provisional one holds."""
    outcome = reading.verdict.outcome
    if outcome is Outcome.PROVISIONAL and today is not None:
        ends = today + timedelta(days=reading.audited.gate.provisional_days)
        return f"Verdict: provisional until {w.day(ends)}."
    return f"Verdict: {outcome.value}."


def verdict_sentences(reading: Reading) -> tuple[str, ...]:
    """Say what failed and for whom (the first sentence), what is not decided, what is lacking, and who is too few."""
    verdict = reading.verdict
    failed = [fail_sentence(reading, judgement) for judgement in verdict.of(Outcome.FAIL)]
    some = any(judgement.low is not None for judgement in verdict.judgements)
    said = [" ".join(failed) or ("Nothing failed." if some else "Nothing could be judged.")]
    waiting = [judgement for judgement in verdict.judgements if is_open(judgement)]
    measured = [judgement for judgement in waiting if judgement.low is not None]
    lacking = [judgement for judgement in waiting if judgement.low is None]
    if measured:
        said += ["Not decided yet: " + "; ".join(_doubts(reading, measured)) + ".", _would_decide(reading, measured)]
    if lacking:
        said.append(_too_little(reading, lacking))
    if not waiting:
        said.append(NOT_JUDGED if verdict.outcome is Outcome.PROVISIONAL else DECIDED)
    decided = {judgement.cell for judgement in verdict.judgements if judgement.low is not None}
    small = (j for j in verdict.named if j.cell not in decided and reading.has_students(j.cell))
    if named := _names(reading, small):
        said.append(f"Too little data, and too few students to move the verdict: {w.listed(named)}.")
    return (*said, *_works_for(reading), *_not_asked(reading))


def _works_for(reading: Reading) -> Iterable[str]:
    """Say for whom all that could be judged lies within the limits."""
    by_cell: dict[Cell, list[Judgement]] = {}
    for judgement in reading.verdict.judgements:
        if judgement.low is not None and judgement.cell.attributes:
            by_cell.setdefault(judgement.cell, []).append(judgement)
    # A reference is held against nobody: it would pass by having been asked one question only.
    by_cell = {cell: those for cell, those in by_cell.items() if any(j.versus for j in those)}
    whole = [cell for cell, those in by_cell.items() if all(j.outcome is Outcome.PASS for j in those)]
    most = [
        f"{reading.words(cell)} ({within} of {len(those)})"
        for cell, those in by_cell.items()
        if 0 < (within := sum(j.outcome is Outcome.PASS for j in those)) < len(those)
    ]
    if whole:
        yield f"Within the limits on every question: {w.listed(reading.words(cell) for cell in whole)}."
    if most:
        yield f"Within the limits on some questions: {w.listed(most)}."


def _not_asked(reading: Reading) -> Iterable[str]:
    """Say which rules of the gate had nothing to be asked of."""
    asked = {judgement.rule for judgement in reading.verdict.judgements}
    left = dict.fromkeys(rule.measure for rule in reading.audited.gate.rules if rule.name not in asked)
    if told := [f"{BY_MEASURE[measure].doubt} ({NEEDED.get(measure, 'risks are needed')})" for measure in left]:
        yield f"Not asked: {'; '.join(told)}."


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
    judged = reading.judged(question.measure)
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
    return tuple(Said(lead, w.listed(_names(reading, those)) + ".") for lead, those in found if those)


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
    figure, missed = reading.figure(question.measure), reading.figure(m.PREVALENCE.name).events
    if figure.estimate is None:
        return (Said("Not known:", f"{reading.why_not(figure)}."), *answers(reading, question))
    judged = reading.judged(question.measure, "overall")
    verdicts = [Said("For all students:", f"{OUTCOME_WORDS[j.outcome]} ({limit_words(j)}).") for j in judged]
    groups = answers(reading, question)
    if groups[0].lead == "No group.":
        limit = limit_words(reading.judged(question.measure)[0])
        groups = (Said("No group with enough data", f"is beyond the limit: {limit}."),)
    return (_found_more(figure.estimate, missed, HELD_AGAINST[question.measure]), *verdicts, *groups)


def _found_more(gain: Estimate, missed: int, other: str) -> Said:
    more = round(gain.value * missed)
    low, high = (round(end * missed) for end in gain.interval(0.95))
    verb = f"finds {w.count(abs(more))} {'more' if more > 0 else 'fewer'}" if more else "finds no more"
    return Said(
        f"At the same length the list {verb}",
        f"of the {w.count(missed)} students who missed the standard than {other} "
        f"(95{w.HARD_SPACE}% interval {w.signed(low, 0)} to {w.signed(high, 0)}).",
    )


def decides(reading: Reading, judgement: Judgement) -> str:
    """Say what would decide an open judgement."""
    if judgement.low is None and not reading.schools_known:
        return "to know which school each student attends"
    if judgement.low is None:
        return reading.why_not(reading.evidence(judgement)).removeprefix(f"{TOO_LITTLE}: ") or "more data"
    if judgement.needed > REALISTIC:
        return "no realistic number of outcomes, while the gap stays where it is"
    if judgement.needed <= 1:
        return "a little more: beyond the limit alone, not yet when widened for the number of groups compared"
    return more_evidence(*_more(judgement), NOUNS[judgement.measure].whole)


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


def _too_little(reading: Reading, judgements: Sequence[Judgement]) -> str:
    """Say for whom there is too little data and, for a few, what is lacking."""
    if not reading.schools_known:
        return f"Too little data to judge any group: {UNKNOWN_SCHOOLS}."
    cells = {judgement.cell: judgement for judgement in reversed(judgements)}
    if len(cells) > TOLD_IN_A_SENTENCE:
        return f"Too little data on {w.listed(_names(reading, judgements))}: what is lacking stands in the table below."
    told = (f"{reading.words(cell)} ({decides(reading, one)})" for cell, one in reversed(cells.items()))
    return f"Too little data on {w.listed(told)}."


def _doubts(reading: Reading, judgements: Sequence[Judgement]) -> list[str]:
    by_measure: dict[str, list[Judgement]] = {}
    for judgement in judgements:
        by_measure.setdefault(judgement.measure, []).append(judgement)
    asked = ((question_of(measure, is_risk=reading.audited.is_risk), those) for measure, those in by_measure.items())
    return [f"{question.doubt} ({w.listed(_names(reading, those))})" for question, those in asked]


def _would_decide(reading: Reading, judgements: Sequence[Judgement]) -> str:
    """Say for each group what would decide all of its open questions."""
    hopeless = {j.cell for j in judgements if j.needed > REALISTIC}
    needs: dict[Cell, tuple[int, int]] = {}
    for judgement in judgements:
        if judgement.cell not in hopeless:
            before = needs.get(judgement.cell, (0, 0))
            needs[judgement.cell] = (max(before[0], _more(judgement)[0]), max(before[1], _more(judgement)[1]))
    said = []
    if len(needs) > TOLD_IN_A_SENTENCE:
        said.append("How much more evidence each would take stands in the table of what is open.")
    elif needs:
        told = (f"{more_evidence(*need)} ({reading.words(cell)})" for cell, need in needs.items())
        said.append(f"If the gaps stay as they are, it would take {'; '.join(told)} to decide.")
    if hopeless:
        named = w.listed(reading.words(cell) for cell in dict.fromkeys(j.cell for j in judgements) if cell in hopeless)
        said.append(f"For {named} no realistic number of outcomes would decide.")
    return " ".join(said)


def _more(judgement: Judgement) -> tuple[int, int]:
    """Give how many more outcomes, or schools, bring the evidence to the factor that is needed."""
    growth = max(judgement.needed - 1, 0.0)
    return w.roughly(growth * judgement.students), w.roughly(growth * judgement.schools)


def _is_above(judgement: Judgement) -> bool:
    return judgement.value > 0


def _names(reading: Reading, judgements: Iterable[Judgement]) -> list[str]:
    return list(dict.fromkeys(reading.words(judgement.cell) for judgement in judgements))
