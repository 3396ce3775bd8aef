"""A verdict in plain sentences: for whom it fails, how sure that is, for whom it holds, and until when.

It refuses to promise: a number of outcomes that would decide holds only while the gap stays as it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from earlywarn.columns import Outcome
from earlywarn.gate import Judgement
from earlywarn.groups import Cell
from earlywarn.report import words as w
from earlywarn.report.evidence import UNKNOWN_SCHOOLS
from earlywarn.report.mirrors import judged_once
from earlywarn.report.questions import BY_MEASURE, question_of
from earlywarn.report.reading import Reading, is_open
from earlywarn.report.sentences import (
    OUT_OF_REACH,
    TOLD_IN_A_SENTENCE,
    decides,
    fail_sentence,
    is_out_of_reach,
    more,
    more_evidence,
    names,
)

DECIDED = "The evidence decides every question for every group that has enough data."
NOT_JUDGED = "Nothing could be judged: no rule of the gate is about a group with enough data."

NEEDED = {
    "recall_gain": "there is nothing to hold it against",
    "recall_drift": "no other model is in use",
    "not_scored_share": "no group to compare",
    "same_risk_gap": "no group to compare",
}
"""What a rule of the gate that was not asked would need."""


def verdict_headline(reading: Reading, today: date | None) -> str:
    """Say the verdict in a few words; with a day, until when a provisional one holds, else what ends it."""
    outcome = reading.verdict.outcome
    if outcome is Outcome.PROVISIONAL and today is not None:
        ends = today + timedelta(days=reading.audited.gate.provisional_days)
        return f"Verdict: provisional until {w.day(ends)}."
    if outcome is Outcome.PROVISIONAL:
        return "Verdict: provisional until more evidence decides."
    return f"Verdict: {outcome.value}."


@dataclass(frozen=True)
class VerdictWords:
    """A verdict in sentences: for whom it fails, how sure that is, for whom it holds, and what was not asked."""

    fails: tuple[str, ...]
    nothing: str
    unsure: tuple[str, ...]
    works: tuple[str, ...]
    not_asked: tuple[str, ...]

    @property
    def failed(self) -> str:
        """For whom it fails, in one text, or that nothing failed."""
        return " ".join(self.fails) or self.nothing


def verdict_sentences(reading: Reading) -> tuple[str, ...]:
    """Say what failed and for whom (the first sentence), what is not decided, what is lacking, and who is too few."""
    told = verdict_words(reading)
    return (told.failed, *told.unsure, *told.works, *told.not_asked)


def verdict_words(reading: Reading) -> VerdictWords:
    """Say a verdict part by part."""
    once = judged_once(reading, reading.verdict.judgements)
    failed = [fail_sentence(reading, judgement) for judgement in once if _fails(judgement)]
    some = any(judgement.low is not None for judgement in once)
    return VerdictWords(
        fails=tuple(failed),
        nothing="Nothing failed." if some else "Nothing could be judged.",
        unsure=tuple(_unsure(reading, [judgement for judgement in once if is_open(judgement)])),
        works=tuple(_works_for(reading)),
        not_asked=tuple(_not_asked(reading)),
    )


def _unsure(reading: Reading, waiting: Sequence[Judgement]) -> Iterable[str]:
    """Say what is not decided and what would decide it, what is lacking, and who is too few to move the verdict."""
    verdict = reading.verdict
    measured = [judgement for judgement in waiting if judgement.low is not None]
    lacking = [judgement for judgement in waiting if judgement.low is None]
    if measured:
        yield "Not decided yet: " + "; ".join(_doubts(reading, measured)) + "."
        yield _would_decide(reading, measured)
    if lacking:
        yield _too_little(reading, lacking)
    if not waiting:
        yield NOT_JUDGED if verdict.outcome is Outcome.PROVISIONAL else DECIDED
    decided = {judgement.cell for judgement in verdict.judgements if judgement.low is not None}
    small = (j for j in verdict.named if j.cell not in decided and reading.has_students(j.cell))
    if few := names(reading, small):
        yield f"Too little data, and too few students to move the verdict: {w.listed(few)}."


def _fails(judgement: Judgement) -> bool:
    return judgement.outcome is Outcome.FAIL and judgement.counts


def _works_for(reading: Reading) -> Iterable[str]:
    """Say for whom all that could be judged lies within the limits."""
    by_cell: dict[Cell, list[Judgement]] = {}
    for judgement in reading.verdict.judgements:
        if judgement.low is not None and judgement.cell.attributes:
            by_cell.setdefault(judgement.cell, []).append(judgement)
    # A reference is held against nobody: it would pass by having been asked one question only.
    by_cell = {cell: those for cell, those in by_cell.items() if any(j.versus for j in those)}
    whole = [cell for cell, those in by_cell.items() if all(j.outcome is Outcome.PASS for j in those)]
    if whole:
        yield f"Within the limits on every question: {w.listed(reading.words(cell) for cell in whole)}."
    most: dict[tuple[int, int], list[str]] = {}
    for cell, those in by_cell.items():
        if 0 < (within := sum(j.outcome is Outcome.PASS for j in those)) < len(those):
            most.setdefault((within, len(those)), []).append(reading.words(cell))
    for (within, asked), groups in most.items():
        yield f"Within the limits on {within} of {asked} questions: {w.listed(groups)}."


def _not_asked(reading: Reading) -> Iterable[str]:
    """Say which rules of the gate had nothing to be asked of."""
    asked = {judgement.rule for judgement in reading.verdict.judgements}
    left = dict.fromkeys(rule.measure for rule in reading.audited.gate.rules if rule.name not in asked)
    if told := [f"{BY_MEASURE[measure].doubt} ({NEEDED.get(measure, 'risks are needed')})" for measure in left]:
        yield f"Not asked: {'; '.join(told)}."


def _too_little(reading: Reading, judgements: Sequence[Judgement]) -> str:
    """Say for whom there is too little data and, for a few, what is lacking."""
    if not reading.schools_known:
        return f"Too little data to judge any group: {UNKNOWN_SCHOOLS}."
    cells = {judgement.cell: judgement for judgement in reversed(judgements)}
    if len(cells) > TOLD_IN_A_SENTENCE:
        return f"Too little data on {w.listed(names(reading, judgements))}: what is lacking stands in the table below."
    told = (f"{reading.words(cell)} ({decides(reading, one)})" for cell, one in reversed(cells.items()))
    return f"Too little data on {w.listed(told)}."


def _doubts(reading: Reading, judgements: Sequence[Judgement]) -> list[str]:
    by_measure: dict[str, list[Judgement]] = {}
    for judgement in judgements:
        by_measure.setdefault(judgement.measure, []).append(judgement)
    asked = ((question_of(measure, is_risk=reading.audited.is_risk), those) for measure, those in by_measure.items())
    return [f"{question.doubt} ({w.listed(names(reading, those))})" for question, those in asked]


def _would_decide(reading: Reading, judgements: Sequence[Judgement]) -> str:
    """Say for the groups that lack least what would decide all of their open questions, and for whom nothing would."""
    hopeless = {j.cell for j in judgements if is_out_of_reach(reading, j)}
    needs: dict[Cell, tuple[int, int]] = {}
    for judgement in judgements:
        if judgement.cell not in hopeless:
            before = needs.get(judgement.cell, (0, 0))
            needs[judgement.cell] = (max(before[0], more(judgement)[0]), max(before[1], more(judgement)[1]))
    said = []
    if needs:
        least = sorted(needs.items(), key=lambda each: each[1])[:TOLD_IN_A_SENTENCE]
        told = [f"{more_evidence(*need)} ({reading.words(cell)})" for cell, need in least]
        rest = "; for the others see the table of what is open" if len(needs) > len(told) else ""
        said.append(f"If the gaps stay as they are, it would take {'; '.join(told)} to decide{rest}.")
    if hopeless:
        named = w.listed(reading.words(cell) for cell in dict.fromkeys(j.cell for j in judgements) if cell in hopeless)
        said.append(f"For {named} it would take {OUT_OF_REACH.split(',')[0]}.")
    return " ".join(said)
