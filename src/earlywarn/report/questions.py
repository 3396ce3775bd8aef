"""The questions of an audit in plain words: what is asked, how its figure reads, what is in doubt, what a failure says.

Each belongs to one measure that the gate may judge. None is asked of figures that cannot answer it.
"""

from dataclasses import dataclass, replace

from earlywarn.audit.sheets import NOT_SCORED
from earlywarn.audit.subject import RECALL_DRIFT, RECALL_GAIN, SAME_RISK_GAP


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
        SAME_RISK_GAP,
        "At the same risk, does one group miss the standard more often?",
        "Right of the middle, the scores underrate the need of a group; left of it, they overrate it.",
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
        RECALL_GAIN,
        "Is the list better than the indicator rules, for everyone?",
        "Of the students who missed the standard, how many more of 100 this list finds than the rules in use today, "
        "at the same length. Left of the middle, the rules find more.",
        "whether the list finds as many as the indicator rules do",
        "the list finds more of those who missed the standard than",
        "the list finds fewer of those who missed the standard than",
    ),
    Question(
        NOT_SCORED,
        "Can every group be scored alike?",
        "Not scored: too little was known of them. Right of the middle, more of the group than of the others.",
        "whether a group is left without a score more often",
        "left without a score more often than",
        "left without a score less often than",
    ),
    Question(
        RECALL_DRIFT,
        "Does any group lose against the model in use?",
        "Of the students who missed the standard, how many more of 100 this list finds than the list of the model in "
        "use, at the same length. Left of the middle, the model in use finds more.",
        "whether the list finds as many as the model in use does",
        "the list finds more of those who missed the standard than",
        "the list finds fewer of those who missed the standard than",
    ),
)
HELD_AGAINST = {RECALL_GAIN: "the indicator rules", RECALL_DRIFT: "the model in use"}
"""What the list is held against where no group is."""

BY_MEASURE = {question.measure: question for question in QUESTIONS}

BY_SCORE = {
    SAME_RISK_GAP: replace(
        BY_MEASURE[SAME_RISK_GAP],
        title="At the same score, does one group miss the standard more often?",
        doubt="whether the same score means the same",
        above="at the same score missed the standard more often than",
        below="at the same score missed the standard less often than",
    )
}
"""The words where scores only rank and are no risks."""


def question_of(measure: str, *, is_risk: bool = True) -> Question:
    """Give the question about a measure."""
    return (BY_MEASURE if is_risk else BY_MEASURE | BY_SCORE)[measure]
