"""What the list did and what choices cost, in counts of students and in sentences."""

from collections.abc import Iterable
from dataclasses import dataclass

from earlywarn.audit import measures as m
from earlywarn.audit.rounding import Shown
from earlywarn.groups import EVERYONE
from earlywarn.report import group_tables as groups
from earlywarn.report import words as w
from earlywarn.report.entries import figure_entry, n_words, told
from earlywarn.report.findings import Reached
from earlywarn.report.mirrors import gaps_once
from earlywarn.report.other_lists import more_words, reached_by
from earlywarn.report.reading import Reading

DID = {
    "missed": "missed",
    "found": "flagged_missed",
    "overlooked": "overlooked",
    "flagged": "flagged",
    "met": "flagged_met",
    "unknown": "flagged_unknown",
    "not_scored": "not_scored_missed",
}
"""What the list did -> the kind of count."""

RARE = ("unknown", "not_scored")
"""Of these there is nothing to say where they are nobody."""


@dataclass(frozen=True)
class ListWords:
    """What the list did, in counts of students that may be shown; "" where there is nobody to tell of."""

    missed: str
    found: str
    overlooked: str
    flagged: str
    met: str
    unknown: str
    not_scored: str


def list_words(reading: Reading) -> ListWords:
    """Count what the list did for all students."""
    told = {name: reading.suppression.count(EVERYONE, kind) for name, kind in DID.items()}
    nobody = {name: "" for name in RARE if told[name].number == 0}
    return ListWords(**{name: count.words for name, count in told.items()} | nobody)


def test_n(reading: Reading) -> str:
    """Say on how many students the figures of a test rest: all, those who missed, and those on the list."""
    known, missed = reading.known_and_missed(EVERYONE)
    right = n_words(reading, reading.find(m.PRECISION.name, EVERYONE))
    return f"On the test: n {known}; what is found, n {missed} who missed; right on the list, {right} flagged."


def within_words(reading: Reading) -> tuple[str, ...]:
    """Say from where to where each measure told within a group goes, over the groups with enough data."""
    said = []
    for measure in groups.WITHIN:
        found = [figure for cell in reading.singles if (figure := reading.find(measure, cell)) and figure.estimate]
        if len(found) > 1:
            ends = [min(found, key=lambda figure: figure.value), max(found, key=lambda figure: figure.value)]
            low, high = (f"{figure_entry(reading, end).text} ({reading.words(end.cell)})" for end in ends)
            said.append(f"{groups.column(reading, measure)}: from {low} to {high}")
    return tuple(said)


def blindness(reading: Reading, reached: Iterable[Reached]) -> tuple[tuple[str, str], ...]:
    """Give (group, students found more if groups were inputs), from most to fewest; hidden groups are left out."""
    aware = reached_by(reading, reached)
    shown = (cell for cell in aware.held if cell.depth == 1 and reading.suppression.of(cell) is not Shown.HIDDEN)
    moved = sorted(((cell, aware.more(cell)) for cell in shown), key=lambda pair: -pair[1][0])
    return tuple((reading.words(cell), more_words(*more)) for cell, more in moved)


def unknown_differences(reading: Reading) -> tuple[str, ...]:
    """Say for which groups outcomes are unknown more or less often than for their reference, surely."""
    said = []
    found = [gap for cell in reading.singles if (gap := reading.gap(m.UNKNOWN_SHARE.name, cell))]
    for gap in gaps_once(reading, found):
        cell = gap.cell
        if gap.estimate is None or cell in reading.discretion.hidden:
            continue
        low, high = gap.estimate.interval(0.95)
        if low > 0 or high < 0:
            own = reading.figure(m.UNKNOWN_SHARE.name, cell)
            more, other = told(gap, gap.estimate), w.percent(own.value - gap.value)
            said.append(
                f"{reading.words(cell)}: the outcome is unknown for {figure_entry(reading, own).line}, against "
                f"{other} of {reading.against(gap.versus)}; {more.text} in 100 ({more.under})"
            )
    return tuple(said)
