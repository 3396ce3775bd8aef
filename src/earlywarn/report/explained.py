"""A gate in plain words: what each rule compares, its limit, how sure one must be, and what the verdicts mean.

For the terminal and for docs. It explains what the config says and judges nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from earlywarn.audit.sheets import NOT_SCORED
from earlywarn.audit.subject import AGAINST, RECALL_DRIFT, RECALL_GAIN, SAME_RISK_GAP
from earlywarn.config.sections import Evidence, Gate, Groups, Rule
from earlywarn.report import words as w
from earlywarn.report.questions import BY_MEASURE, HELD_AGAINST
from earlywarn.report.sentences import limits_words

_FOUND_MORE = "Of 100 who missed the standard, how many more the list finds than one of equal length by"
_LESS = "less what the students\u2019 own risks would lead one to expect."

COMPARES = {
    SAME_RISK_GAP: "Among students of about equal risk, of 100 of the group, how many more missed the standard.",
    "excess_overlooked": f"Of 100 who missed the standard, how many were overlooked, {_LESS}",
    "excess_false_alarms": f"Of 100 who met the standard, how many were flagged in vain, {_LESS}",
    RECALL_GAIN: f"{_FOUND_MORE} the indicator rules.",
    RECALL_DRIFT: f"{_FOUND_MORE} the model in use.",
    NOT_SCORED: "Of 100 students in scope, how many more have no score, since too little is known of them.",
}
"""What each measure compares, in students of 100."""

WHOM = {
    ("groups", False): "Each group against its reference",
    ("groups", True): "Each group by itself",
    ("overall", True): "All students together",
}


@dataclass(frozen=True)
class Section:
    """A heading and the sentences below it."""

    title: str
    sentences: tuple[str, ...]


def explain(gate: Gate, groups: Groups | None = None) -> tuple[Section, ...]:
    """Give a gate's rules and meaning, section by section.

    Parameters
    ----------
    groups
        Who is compared with whom; None leaves the references open.
    """
    return (
        *(_rule(rule) for rule in gate.rules),
        Section("Who is compared", tuple(_compared(groups))),
        Section("How sure one must be", tuple(_sure(gate))),
        Section("How much evidence that takes", tuple(_evidence(gate.evidence, gate))),
        Section("The verdict", tuple(_verdict(gate))),
    )


def _rule(rule: Rule) -> Section:
    whom = WHOM[rule.scope, rule.measure in AGAINST]
    limit = f"{whom}: {limits_words(rule.at_least, rule.at_most)}."
    return Section(rule.name, (BY_MEASURE[rule.measure].title, COMPARES[rule.measure], limit, _fail(rule)))


def _fail(rule: Rule) -> str:
    """Say how the audit words a fail, on each side that has a limit."""
    question = BY_MEASURE[rule.measure]
    sides = [question.above] * (rule.at_most is not None) + [question.below] * (rule.at_least is not None)
    who = "all students" if rule.scope == "overall" else "a group"
    other = HELD_AGAINST.get(rule.measure, "its reference")
    told = w.listed((f"{side} {other}" for side in sides), "or")
    return f"A fail says of {who}: {told}."


def _compared(groups: Groups | None) -> Iterable[str]:
    yield "Single groups are judged; where groups meet, differences are reported and never judged."
    if groups is None:
        return
    for attribute in groups.attributes.values():
        reference = attribute.reference
        against = "all other students" if reference is None else attribute.values.get(reference, reference)
        yield f"{attribute.title}: each group against {against}."


def _sure(gate: Gate) -> Iterable[str]:
    level = w.percent(gate.confidence, 0)
    yield f"A rule passes for a group when the {level} interval lies wholly within the limit."
    yield (
        "It fails when the interval lies wholly beyond the limit, even when widened for the number of groups compared "
        "(Holm 1979): among many groups one looks bad by chance."
    )
    yield "Else it is undecided. The audit says how many more outcomes and schools would decide it."
    yield "The unit is the school: students of one school are alike, so whole schools are left out in turn."


def _evidence(need: Evidence, gate: Gate) -> Iterable[str]:
    yield (
        f"In each compared group {need.schools:g} effective schools and {w.plural(need.students, 'student')}; of these "
        f"{need.events} on the side that is counted, such as those overlooked, and {need.non_events} on the other."
    )
    yield "With less there is too little data: no interval, and what is lacking is said. That is not undecided."
    yield (
        f"Too little data leaves the verdict open for a group of {w.percent(gate.undecided_share, 0)} of the scored "
        "students or more; a smaller one is named beside the verdict."
    )


def _verdict(gate: Gate) -> Iterable[str]:
    yield "Fail: some rule fails for some group."
    yield "Provisional: nothing fails, and something is undecided or nothing could be judged."
    yield "Pass: every rule passes for every group with enough data."
    yield (
        f"A provisional verdict holds for {w.plural(gate.provisional_days, 'day')} from the audit. After that the "
        "model does not score until a new audit, or until a person answers for it by name."
    )
    yield (
        "After a fail it scores only with a waiver for each failed rule, by name and with a reason. A waiver stays on "
        "the record and on every page."
    )
