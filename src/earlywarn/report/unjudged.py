"""An audit before outcomes are known: who is on the list, who could not be scored, whose inputs are missing.

Shares and their intervals, group by group. It refuses to call any of it right or wrong: that needs outcomes.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from earlywarn.audit import measures as m
from earlywarn.audit.figures import Figure
from earlywarn.audit.sheets import LACKS, NOT_SCORED
from earlywarn.groups import EVERYONE
from earlywarn.report import words as w
from earlywarn.report.entries import figure_entry
from earlywarn.report.forest import Forest
from earlywarn.report.forests import Drawn, share_forest
from earlywarn.report.mirrors import gaps_once
from earlywarn.report.reading import Reading
from earlywarn.report.sentences import TOLD_IN_A_SENTENCE, Said, everyone_scored, rule_limit

TITLES = {
    m.SHARE_FLAGGED.name: "Of the students of each group, how many are on the list?",
    NOT_SCORED: "Of the students of each group, how many could not be scored?",
}

HEADLINE = "Who is on the list, and whom does it not see?"

NOT_YET = (
    "Whether the list finds those who will miss the standard; whom it overlooks and whom it flags in vain.",
    "Whether a score means the same for every group, and whether the list is better than the rules in use.",
    "So there is no verdict. Run the same audit again once outcomes are known.",
)
"""What cannot be said before outcomes are known."""


@dataclass(frozen=True)
class Asked:
    """One question with its answer in sentences, its figure, and how the figure reads."""

    title: str
    answers: tuple[Said, ...]
    forest: Forest
    caption: str


def asked(reading: Reading) -> tuple[Asked, ...]:
    """Give the questions that apply: the third needs inputs, which a vendor's file does not have."""
    lacking = most_lacking(reading)
    return (
        Asked("Who is on the list?", _flagged(reading), _forest(reading, m.SHARE_FLAGGED.name, "scored"), _RAW),
        Asked("Who could not be scored?", _not_scored(reading), _forest(reading, NOT_SCORED, "in scope"), _SHARES),
        *([_inputs(reading, lacking)] if lacking else []),
    )


def most_lacking(reading: Reading) -> tuple[Figure, ...]:
    """Give the share of all students who lack each input, the most lacking first."""
    found = (reading.find(LACKS + name, EVERYONE) for name in reading.audited.inputs)
    return tuple(sorted((figure for figure in found if figure is not None), key=lambda figure: -figure.value))


_SHARES = "Line: 95\u00a0% interval over schools; the upright line: all students."
_RAW = (
    f"{_SHARES} A raw share, never judged: where more students of a group will miss the standard, more of them belong "
    "on the list, and before outcomes are known nobody can tell need from error."
)


def _flagged(reading: Reading) -> tuple[Said, ...]:
    everyone = reading.figure(m.SHARE_FLAGGED.name)
    words = reading.suppression.counts(EVERYONE, "scored", "flagged")
    told = Said(f"{w.percent(everyone.value)} of all scored students", f"are on the list: {words[1]} of {words[0]}.")
    return (told, *_differing(reading, m.SHARE_FLAGGED.name, "on the list"))


def _not_scored(reading: Reading) -> tuple[Said, ...]:
    everyone = reading.figure(NOT_SCORED)
    if everyone_scored(reading):
        return (Said("Nobody.", "Every student in scope has a score."),)
    words = reading.suppression.counts(EVERYONE, "students", "not_scored")
    told = Said(f"{w.percent(everyone.value)} of all students in scope", f"have no score: {words[1]} of {words[0]}.")
    limit = rule_limit(reading, NOT_SCORED)
    judged = [Said("The gate\u2019s limit,", f"judged once outcomes are known: {limit}.")] if limit else []
    return (told, *_differing(reading, NOT_SCORED, "without a score"), *judged)


def _inputs(reading: Reading, lacking: tuple[Figure, ...]) -> Asked:
    title, most = "Whose inputs are missing?", lacking[0]
    if not most.events:
        forest = _forest(reading, most.measure, "in scope")
        return Asked(title, (Said("Nobody\u2019s.", "Every student in scope has every input."),), forest, _SHARES)
    told = (f"{input_title(reading, figure)} ({w.percent(figure.value)})" for figure in lacking[:3] if figure.events)
    first = Said("Most often missing:", f"{w.listed(told)} of all students in scope.")
    name = input_title(reading, most)
    answers = (first, *_differing(reading, most.measure, f"without {name}"))
    caption = f"Students without {name}. {_SHARES} Every other input stands in the tables below."
    return Asked(title, answers, _forest(reading, most.measure, "in scope"), caption)


def input_title(reading: Reading, figure: Figure) -> str:
    """Give the title of the input that a share of missing is about."""
    return reading.audited.inputs[figure.measure.removeprefix(LACKS)]


def _differing(reading: Reading, measure: str, state: str) -> Iterable[Said]:
    """Say which groups differ surely from what they are compared with, the largest difference first."""
    gaps = [gap for cell in reading.singles if (gap := reading.gap(measure, cell)) and gap.estimate]
    sure = sorted((gap for gap in gaps if _excludes_none(gap)), key=lambda gap: -abs(gap.value))
    told_once = gaps_once(reading, sure)
    for above, lead in ((True, f"More often {state}:"), (False, f"Less often {state}:")):
        those = [gap for gap in told_once if (gap.value > 0) is above]
        if those:
            told = [_gap_words(reading, gap) for gap in those[:TOLD_IN_A_SENTENCE]]
            more = len(those) - len(told)
            yield Said(lead, "; ".join([*told, *([f"and {w.plural(more, 'more group')}"] if more else [])]) + ".")
    if gaps and not sure:
        yield Said("No group", "with enough data surely differs from what it is compared with.")
    if not gaps:
        yield Said("Differences between groups:", "too little data.")


def _gap_words(reading: Reading, gap: Figure) -> str:
    return f"{reading.words(gap.cell)} than {reading.against(gap.versus)}, {figure_entry(reading, gap).line} in 100"


def _excludes_none(gap: Figure) -> bool:
    low, high = gap.estimate.interval(0.95) if gap.estimate else (-1.0, 1.0)
    return low > 0 or high < 0


def _forest(reading: Reading, measure: str, of: str) -> Forest:
    counted = reading.size if measure == m.SHARE_FLAGGED.name else reading.students
    sizes = {cell: f"of {counted(cell)} {of}" for cell in (EVERYONE, *reading.singles)}
    name = measure.replace(":", "_")
    return share_forest(reading, measure, Drawn(name, TITLES.get(measure, "Students without this input"), sizes))
