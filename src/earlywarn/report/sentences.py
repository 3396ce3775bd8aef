"""The audit in plain sentences: the verdict, what would decide an open question, the four answers.

Sentences name groups by the config's words and give every gap in students of 100. They refuse to
promise: a number of outcomes that would decide holds only while the gap stays as it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from earlywarn.columns import Outcome
from earlywarn.gate import Judgement
from earlywarn.groups import Cell
from earlywarn.report import words as w
from earlywarn.report.reading import Reading, is_open

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


@dataclass(frozen=True)
class Question:
    """One question of the audit: what is asked, how its figure reads, what is in doubt, what a failure says."""

    measure: str
    title: str
    lead: str
    doubt: str
    above: str
    below: str


QUESTIONS = (
    Question(
        "same_risk_gap",
        "At the same risk, does one group miss the standard more often?",
        "Right of the middle, the model underrates the need of a group; left of it, it overrates it.",
        "whether the same risk means the same",
        "at the same risk missed the standard more often than",
        "at the same risk missed the standard less often than",
    ),
    Question(
        "excess_overlooked",
        "Are students of one group overlooked more than their own risks explain?",
        "Overlooked: missed the standard and was not on the list. Right of the middle, more than the students\u2019 "
        "own risks explain.",
        "whether a group is overlooked more than its own risks explain",
        "overlooked more than their own risks explain, compared with",
        "overlooked less than their own risks explain, compared with",
    ),
    Question(
        "excess_false_alarms",
        "Are students of one group flagged in vain more than their own risks explain?",
        "Flagged in vain: on the list, and met the standard. Right of the middle, more than the students\u2019 own "
        "risks explain.",
        "whether a group is flagged in vain more than its own risks explain",
        "flagged in vain more than their own risks explain, compared with",
        "flagged in vain less than their own risks explain, compared with",
    ),
    Question(
        "recall_gain",
        "Is the list better than the indicator rules, for everyone?",
        "Of the students who missed the standard, how many more of 100 this list finds than the rules in use today, "
        "at the same length. Left of the middle, the rules find more.",
        "whether the list finds as many as the indicator rules do",
        "the list finds more of those who missed the standard than",
        "the list finds fewer of those who missed the standard than",
    ),
    Question(
        "not_scored_share",
        "Can every group be scored alike?",
        "Not scored: too little was known of them. Right of the middle, more of the group than of the others.",
        "whether a group is left without a score more often",
        "left without a score more often than",
        "left without a score less often than",
    ),
    Question(
        "recall_drift",
        "Does any group lose against the model in use?",
        "Of the students who missed the standard, how many more of 100 this list finds than the list of the model in "
        "use, at the same length. Left of the middle, the model in use finds more.",
        "whether the list finds as many as the model in use does",
        "the list finds more of those who missed the standard than",
        "the list finds fewer of those who missed the standard than",
    ),
)
HELD_AGAINST = {"recall_gain": "the indicator rules", "recall_drift": "the model in use"}
"""What the list is held against where no group is."""

BY_MEASURE = {question.measure: question for question in QUESTIONS}

OUTCOME_WORDS = {Outcome.PASS: "within the limit", Outcome.PROVISIONAL: "not decided", Outcome.FAIL: "beyond the limit"}


def verdict_headline(reading: Reading, today: date | None) -> str:
    """Say the verdict in a few words; with a day, until when a provisional one holds."""
    outcome = reading.verdict.outcome
    if outcome is Outcome.PROVISIONAL and today is not None:
        ends = today + timedelta(days=reading.audited.gate.provisional_days)
        return f"Verdict: provisional until {w.day(ends)}."
    return f"Verdict: {outcome.value}."


def verdict_sentences(reading: Reading) -> tuple[str, ...]:
    """Say what failed and for whom (the first sentence), what is not decided, and what would decide it."""
    verdict = reading.verdict
    failed = [fail_sentence(reading, judgement) for judgement in verdict.of(Outcome.FAIL)]
    said = [" ".join(failed) or "Nothing failed."]
    waiting = [judgement for judgement in verdict.judgements if is_open(judgement)]
    measured = [judgement for judgement in waiting if judgement.low is not None]
    lacking = _names(reading, (judgement for judgement in waiting if judgement.low is None))
    if measured:
        said += ["Not decided yet: " + "; ".join(_doubts(reading, measured)) + ".", _would_decide(reading, measured)]
    if lacking:
        said.append(f"Too little data on {w.listed(lacking)}.")
    if not waiting:
        said.append("The evidence decides every question for every group that has enough data.")
    return tuple(said)


def fail_sentence(reading: Reading, judgement: Judgement) -> str:
    """Say for whom a rule failed and by how much."""
    question = BY_MEASURE[judgement.measure]
    clause = question.above if _is_above(judgement) else question.below
    other = reading.against(judgement.versus) if judgement.versus else HELD_AGAINST[judgement.measure]
    words = w.decimal(100 * abs(judgement.value), 1)
    return (
        f"{reading.words(judgement.cell)}: {clause} {other}, by {words} in 100 ({interval_words(judgement)}); "
        f"the limit is {limit_words(judgement)}."
    )


def answers(reading: Reading, question: Question) -> tuple[Said, ...]:
    """Answer a question: for whom it failed, is open, lacks data, is settled."""
    judged = reading.judged(question.measure)
    if not judged:
        return (Said("Not judged:", "the experiment has no rule about it."),)
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


def gain_answers(reading: Reading) -> tuple[Said, ...]:
    """Answer the question about the indicator rules: in students found, then group by group."""
    figure, missed = reading.figure("recall_gain"), reading.figure("prevalence").events
    if figure.estimate is None:
        return (Said("Not known:", f"{figure.reason}."), *answers(reading, BY_MEASURE["recall_gain"]))
    more = round(figure.value * missed)
    low, high = (round(end * missed) for end in figure.estimate.interval(0.95))
    verb = f"finds {w.count(abs(more))} {'more' if more > 0 else 'fewer'}" if more else "finds no more"
    overall = Said(
        f"At the same length the list {verb}",
        f"of the {w.count(missed)} students who missed the standard than the indicator rules do "
        f"(95{w.HARD_SPACE}% interval {w.signed(low, 0)} to {w.signed(high, 0)}).",
    )
    judged = reading.judged("recall_gain", "overall")
    verdicts = [Said("For all students:", f"{OUTCOME_WORDS[j.outcome]} ({limit_words(j)}).") for j in judged]
    groups = answers(reading, BY_MEASURE["recall_gain"])
    if groups[0].lead == "No group.":
        judged_groups = reading.judged("recall_gain")
        groups = (Said("No group with enough data", f"is beyond the limit: {limit_words(judged_groups[0])}."),)
    return (overall, *verdicts, *groups)


def decides(reading: Reading, judgement: Judgement) -> str:
    """Say what would decide an open judgement."""
    if judgement.low is None:
        return reading.why_not(reading.evidence(judgement)).removeprefix("too little data: ") or "more data"
    if judgement.needed > REALISTIC:
        return "no realistic number of outcomes, while the gap stays where it is"
    if judgement.needed <= 1:
        return "a little more: beyond the limit alone, not yet when widened for the number of groups compared"
    return outcomes_or_schools(*_more(judgement))


def outcomes_or_schools(outcomes: int, schools: int) -> str:
    """Say how much more evidence is meant."""
    return f"about {w.plural(outcomes, 'more outcome')} in {w.plural(schools, 'more school')}"


def interval_words(judgement: Judgement) -> str:
    """Give the interval that the gate judged, in students of 100."""
    if judgement.low is None or judgement.high is None:
        return w.NOTHING
    return w.span((judgement.low, judgement.high), w.of_hundred)


def limit_words(judgement: Judgement) -> str:
    """Say a rule's limits in students of 100."""
    at_least, at_most = judgement.limits
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


def _doubts(reading: Reading, judgements: Sequence[Judgement]) -> list[str]:
    by_measure: dict[str, list[Judgement]] = {}
    for judgement in judgements:
        by_measure.setdefault(judgement.measure, []).append(judgement)
    return [
        f"{BY_MEASURE[measure].doubt} ({w.listed(_names(reading, those))})" for measure, those in by_measure.items()
    ]


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
        told = (f"{outcomes_or_schools(*need)} ({reading.words(cell)})" for cell, need in needs.items())
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
