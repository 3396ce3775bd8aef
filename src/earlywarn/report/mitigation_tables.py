"""Tables of what each step of mitigation buys and costs: in shares, in gaps, and in students of each group.

A change stands with its 95 % interval or the reason why it has none; a group too small to show has no column.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from earlywarn.audit.measures import EXCESS_FALSE_ALARMS, EXCESS_OVERLOOKED, FALSE_ALARMS, RECALL
from earlywarn.audit.subject import SAME_RISK_GAP
from earlywarn.estimate import Estimate
from earlywarn.frontier.lists import Frontier, Kind, Step, Traded
from earlywarn.groups import EVERYONE, Cell
from earlywarn.report import words as w
from earlywarn.report.privacy import shown
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
NEAREST = 5
"""Where counts are told about, differences between lists are told to the nearest five: none follows from the others."""

BY_LOT = "by lot: no interval"
TOO_FEW = "too few moved"


@dataclass(frozen=True)
class Part:
    """A part of a group's students on a list, and the words for it."""

    words: str
    found: bool

    def counts(self, group: Traded) -> tuple[int, int]:
        """Give the whole and the part."""
        return (group.missed, round(group.found)) if self.found else (group.met, round(group.in_vain))

    def more(self, group: Traded) -> Estimate | None:
        """Give how many more there are than on the chosen list, where schools can tell."""
        return group.more_found if self.found else group.more_in_vain

    def less(self, group: Traded, chosen: Traded) -> float:
        """Give how many more there are than on the chosen list, without an interval."""
        return group.found - chosen.found if self.found else group.in_vain - chosen.in_vain


FOUND, IN_VAIN = Part("found", found=True), Part("flagged in vain", found=False)


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
    columns = [(part, group.cell) for part in (FOUND, IN_VAIN) for group in groups_told(reading, frontier, part)]
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
    more = w.signed(told.more, 0)
    if told.ends is None:
        return Entry(more, BY_LOT if step.contender.kind is Kind.BOUND else TOO_FEW)
    return Entry(more, w.span(told.ends, lambda end: w.signed(end, 0)))


def more_told(reading: Reading, frontier: Frontier, step: Step, part: Part, cell: Cell) -> "More":
    """Give a difference in students as it may be told: to the nearest five where counts are told about."""
    change = part.more(step.group(cell))
    unit = NEAREST if cell != EVERYONE and is_rounded(reading, frontier, part, cell) else 1
    more = unit * round(part.less(step.group(cell), frontier.chosen.group(cell)) / unit)
    if change is None:
        return More(more, None)
    low, high = (end / unit for end in change.interval(CONFIDENCE))
    return More(more, (unit * math.floor(low), unit * math.ceil(high)))


@dataclass(frozen=True)
class More:
    """How many more students than on the chosen list, and the ends of its 95 % interval if it has one."""

    more: int
    ends: tuple[int, int] | None


def groups_told(reading: Reading, frontier: Frontier, part: Part) -> Iterable[Traded]:
    """Give the groups of which both the part and the rest are large enough to show."""
    minimum = reading.discretion.minimum
    for group in frontier.chosen.traded:
        whole, held = part.counts(group)
        if group.cell not in reading.discretion.hidden and min(held, whole - held) >= minimum:
            yield group


def is_rounded(reading: Reading, frontier: Frontier, part: Part, cell: Cell) -> bool:
    """Tell whether exact counts of the shown groups would give a hidden one away by subtraction."""
    singles = [group for group in groups_told(reading, frontier, part) if group.cell != EVERYONE]
    everyone = part.counts(frontier.chosen.group(EVERYONE))
    left = [everyone[place] - sum(part.counts(group)[place] for group in singles) for place in (0, 1)]
    return cell in reading.discretion.rounded or any(0 < gone < reading.discretion.minimum for gone in left)


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
    whole, held = part.counts(frontier.chosen.group(cell))
    rounded = is_rounded(reading, frontier, part, cell)
    size, told = shown((whole, held), reading.discretion.minimum, rounded=rounded)
    return Entry(told, f"of {size}")
