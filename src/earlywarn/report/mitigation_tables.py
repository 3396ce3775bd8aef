"""Tables of what each step of mitigation buys and costs: in shares, in gaps, and in students of each group.

A change stands with its 95 % interval or the reason why it has none; a group too small to show has no column.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from earlywarn.audit.measures import EXCESS_FALSE_ALARMS, EXCESS_OVERLOOKED, FALSE_ALARMS, RECALL
from earlywarn.audit.rounding import count_of, more_of
from earlywarn.audit.subject import SAME_RISK_GAP
from earlywarn.audit.suppression import Suppression
from earlywarn.estimate import Estimate
from earlywarn.frontier.lists import Frontier, Kind, Step, Traded
from earlywarn.groups import Cell
from earlywarn.report import words as w
from earlywarn.report.other_lists import OtherList, more_words
from earlywarn.report.reading import Reading
from earlywarn.report.tables import CONFIDENCE, Entry, Row, Table, plain
from earlywarn.report.tables import gap as entry_of_gap

GAPS = {
    RECALL.name: "Found",
    SAME_RISK_GAP: "Missed more often at the same risk",
    EXCESS_OVERLOOKED.name: "Overlooked beyond their risks",
    FALSE_ALARMS.name: "Flagged in vain",
    EXCESS_FALSE_ALARMS.name: "Flagged in vain beyond their risks",
}
BY_LOT = "by lot: no interval"
TOO_FEW = "too few moved"


@dataclass(frozen=True)
class Part:
    """A part of a group's students on a list, the words for it, and what the record of groups knows of it."""

    words: str
    found: bool
    kinds: tuple[str, str]

    def held(self, group: Traded) -> tuple[float, float]:
        """Give the part and the whole."""
        return (group.found, group.missed) if self.found else (group.in_vain, group.met)

    def more(self, group: Traded) -> Estimate | None:
        """Give how many more there are than on the chosen list, where schools can tell."""
        return group.more_found if self.found else group.more_in_vain

    def of(self, known: Suppression, step: Step) -> OtherList:
        """Give the part of every group as it may be told."""
        kinds = self.kinds if step.contender.kind is Kind.CHOSEN else self.kinds[:1]
        return OtherList(known, kinds, {group.cell: self.held(group) for group in step.traded})


FOUND = Part("found", found=True, kinds=("missed", "flagged_missed"))
IN_VAIN = Part("flagged in vain", found=False, kinds=("met", "flagged_met"))


def heading(frontier: Frontier, step: Step) -> str:
    """Give a step's number and title; the chosen list has no number."""
    place = frontier.steps.index(step)
    return f"{place}. {step.contender.title}" if place else f"Chosen: {step.contender.title}"


def frontier_table(reading: Reading, frontier: Frontier, caption: str) -> Table:
    """Give each list's loss, what it finds, in training and on the test, and its followed gaps."""
    columns = ["List", "Log loss out of fold", "Found in training, out of fold", "Found on the test"]
    for measure, cell in frontier.followed.items():
        columns += [f"Gap in training: {GAPS[measure].lower()}", f"{GAPS[measure]}: {reading.words(cell)}, gap in 100"]
    rows = (_frontier_row(frontier, step) for step in frontier.steps)
    return Table(caption, tuple(columns), tuple(rows))


def gap_tables(reading: Reading, frontier: Frontier, caption: str) -> tuple[Table, ...]:
    """Give, for each group with enough data, every gap of the chosen list and how far each other list moves it."""
    cells = dict.fromkeys((moved.cell, moved.versus) for moved in frontier.chosen.moved if not moved.reason)
    return tuple(
        Table(
            f"{reading.words(cell)}, against {reading.against(versus)}. {caption}",
            ("List", *GAPS.values()),
            tuple(_gap_row(frontier, step, cell) for step in frontier.steps),
        )
        for cell, versus in cells
        if cell not in reading.discretion.hidden
    )


def students_table(reading: Reading, frontier: Frontier, caption: str) -> Table:
    """Give the students of each group found and flagged in vain on the chosen list, and how many more on each other."""
    columns = [(part, cell) for part in (FOUND, IN_VAIN) for cell in groups_told(reading, frontier, part)]
    names = (f"{reading.words(cell)}: {part.words}" for part, cell in columns)
    first = Row(heading(frontier, frontier.chosen), tuple(_level(reading, frontier, *column) for column in columns))
    rest = (
        Row(heading(frontier, step), tuple(more_entry(reading, frontier, step, *column) for column in columns))
        for step in frontier.steps[1:]
    )
    return Table(caption, ("List", *names), (first, *rest))


def gap_entry(step: Step, measure: str, cell: Cell) -> Entry:
    """Write a list's gap in students of 100, and under it how far it has moved."""
    moved = step.gap(measure, cell)
    if moved.reason:
        return Entry(w.NOTHING, moved.reason)
    return Entry(w.of_hundred(moved.value, moved.places), _moved_words(step, moved.change))


def more_entry(reading: Reading, frontier: Frontier, step: Step, part: Part, cell: Cell) -> Entry:
    """Write how many more students of a group a list finds, or flags in vain, than the chosen one."""
    told = more_told(reading, frontier, step, part, cell)
    more = more_words(told.more, told.unit)
    if told.ends is None:
        return Entry(more, BY_LOT if step.contender.kind is Kind.BOUND else TOO_FEW)
    return Entry(more, w.span(told.ends, lambda end: w.signed(end, 0)))


def more_told(reading: Reading, frontier: Frontier, step: Step, part: Part, cell: Cell) -> "More":
    """Give a difference in students as it may be told, with the ends of its interval rounded outward alike."""
    known, change = reading.suppression, part.more(step.group(cell))
    held, own = (part.of(known, each).parts(cell)[0] for each in (step, frontier.chosen))
    more, unit = more_of(held, own, known.minimum)
    if change is None:
        return More(more, None, unit)
    low, high = (end / unit for end in change.interval(CONFIDENCE))
    return More(more, (unit * math.floor(low), unit * math.ceil(high)), unit)


@dataclass(frozen=True)
class More:
    """How many more students than on the chosen list, the ends of its 95 % interval if any, and their grain."""

    more: int
    ends: tuple[int, int] | None
    unit: int = 1


def groups_told(reading: Reading, frontier: Frontier, part: Part) -> Iterable[Cell]:
    """Give the groups of which both the part and the rest are large enough to show."""
    chosen = part.of(reading.suppression, frontier.chosen)
    for cell in chosen.held:
        if cell not in reading.discretion.hidden and chosen.share(cell).value is not None:
            yield cell


def surely_narrower(step: Step, chosen: Step, measure: str, cell: Cell) -> bool:
    """Tell whether the 95 % interval of a gap's change lies wholly on the side of no gap."""
    moved, before = step.gap(measure, cell), chosen.gap(measure, cell)
    if moved.change is None:
        return False
    low, high = moved.change.interval(CONFIDENCE)
    return high < 0 if before.value > 0 else low > 0


def _frontier_row(frontier: Frontier, step: Step) -> Row:
    contender = step.contender
    taught = contender.taught_recall
    entries = [
        plain(contender.loss) if contender.loss else Entry(w.NOTHING),
        Entry(w.NOTHING if taught is None else w.percent(taught)),
        Entry(w.percent(step.recall), _moved_words(step, step.recall_change)),
    ]
    for measure, cell in frontier.followed.items():
        gap = contender.taught_gaps.get(measure)
        entries += [Entry(w.NOTHING if gap is None else w.of_hundred(gap)), gap_entry(step, measure, cell)]
    return Row(heading(frontier, step), tuple(entries))


def _gap_row(frontier: Frontier, step: Step, cell: Cell) -> Row:
    return Row(heading(frontier, step), tuple(gap_entry(step, measure, cell) for measure in GAPS))


def _moved_words(step: Step, change: Estimate | None) -> str:
    if step.contender.kind is Kind.CHOSEN:
        return ""
    if change is None:
        return BY_LOT if step.contender.kind is Kind.BOUND else TOO_FEW
    told = entry_of_gap(change)
    return f"{told.text}: {told.under}"


def _level(reading: Reading, frontier: Frontier, part: Part, cell: Cell) -> Entry:
    held, whole, _ = part.of(reading.suppression, frontier.chosen).parts(cell)
    told, size = (count_of(each, reading.suppression.minimum).words for each in (held, whole))
    return Entry(told, f"of {size}")
