"""What mitigation did, in sentences for a board: the gap, what narrows it, and in whose students that is paid.

It recommends nothing: what a step buys and what it costs stand side by side.
"""

from collections.abc import Sequence

from earlywarn.audit.measures import FALSE_ALARMS, RECALL
from earlywarn.audit.subject import SAME_RISK_GAP
from earlywarn.frontier.lists import MITIGATIONS, Frontier, Kind, Step
from earlywarn.groups import EVERYONE, Cell
from earlywarn.report import words as w
from earlywarn.report.mitigation_tables import (
    FOUND,
    GAPS,
    IN_VAIN,
    Part,
    gap_entry,
    groups_told,
    heading,
    more_entry,
    surely_narrower,
)
from earlywarn.report.reading import Reading

OF_WHOM = {
    RECALL.name: "Of 100 students who missed the standard, the chosen list found",
    FALSE_ALARMS.name: "Of 100 students who met the standard, the chosen list flagged in vain",
}


def mitigation_sentences(reading: Reading, frontier: Frontier) -> tuple[str, ...]:
    """Say, for each followed gap, how wide it is, how many lists narrow it surely, and at whose cost."""
    return tuple(" ".join(_about(reading, frontier, measure, cell)) for measure, cell in frontier.followed.items())


def offer(reading: Reading, frontier: Frontier) -> str:
    """Say in short how many lists narrow each followed gap surely, and what the best of them costs."""
    return " ".join(_offered(reading, frontier, measure, cell) for measure, cell in frontier.followed.items())


def pooled_words(reading: Reading, frontier: Frontier) -> str:
    """Say which groups were too small in training for a constraint of their own; "" for none."""
    if not frontier.pooled:
        return ""
    names = w.listed(reading.words(cell) for cell in frontier.pooled)
    place = f"counted with {reading.words(frontier.pooled_with)}" if frontier.pooled_with else "pooled"
    return f"Too few students in training for a constraint of their own, so {place}: {names}."


def _offered(reading: Reading, frontier: Frontier, measure: str, cell: Cell) -> str:
    gap = f"{GAPS[measure]}, {reading.words(cell)} against {reading.against(frontier.chosen.gap(measure, cell).versus)}"
    tried = frontier.of(*MITIGATIONS)
    surely = [step for step in tried if surely_narrower(step, frontier.chosen, measure, cell)]
    told = f"{gap}: {_how_many(len(surely), len(tried))[3:]}"
    if not surely:
        return told
    best = max(surely, key=lambda step: step.recall)
    cost = best.recall - frontier.chosen.recall
    return (
        f"{told[:-1]}; the one of these that finds most finds {w.decimal(100 * abs(cost), 1)} "
        f"{'more' if cost > 0 else 'fewer'} of 100 who missed the standard."
    )


def _about(reading: Reading, frontier: Frontier, measure: str, cell: Cell) -> list[str]:
    chosen = frontier.chosen.gap(measure, cell)
    versus, own = reading.against(chosen.versus), reading.words(cell)
    if chosen.reason:
        return [f"{GAPS[measure]}, {own} against {versus}: {chosen.reason}."]
    size, more = w.decimal(100 * abs(chosen.value), chosen.places), "more" if chosen.value > 0 else "fewer"
    told = [f"{OF_WHOM[measure]} {size} {more} of {own} than of {versus}."]
    tried = frontier.of(*MITIGATIONS)
    surely = [step for step in tried if surely_narrower(step, frontier.chosen, measure, cell)]
    if tried:
        told.append(_how_many(len(surely), len(tried)))
    if surely:
        told.append(_price(reading, frontier, max(surely, key=lambda step: step.recall), (measure, cell)))
    removals = frontier.of(Kind.REMOVAL)
    if removals:
        told.append(_removed(frontier, removals, measure, cell))
    return told


def _how_many(surely: int, tried: int) -> str:
    few = {0: "none narrows this gap", 1: "one narrows this gap"}
    return f"Of {w.plural(tried, 'mitigated list')}, {few.get(surely, f'{surely} narrow this gap')} surely."


def _price(reading: Reading, frontier: Frontier, step: Step, gap: tuple[str, Cell]) -> str:
    found, in_vain = (_by_group(reading, frontier, step, part) for part in (FOUND, IN_VAIN))
    return (
        f"Of these, the list that finds most is \u201c{heading(frontier, step)}\u201d: "
        f"gap {gap_entry(step, *gap).line}. Students found, more or fewer: {found}. Flagged in vain: {in_vain}. "
        f"At the same stated risk, {reading.words(gap[1])} then missed the standard more often by "
        f"{gap_entry(step, SAME_RISK_GAP, gap[1]).line} in 100."
    )


def _by_group(reading: Reading, frontier: Frontier, step: Step, part: Part) -> str:
    cells = (EVERYONE, *(each for each in groups_told(reading, frontier, part) if each != EVERYONE))
    return "; ".join(f"{reading.words(cell)} {more_entry(reading, frontier, step, part, cell).line}" for cell in cells)


def _removed(frontier: Frontier, removals: Sequence[Step], measure: str, cell: Cell) -> str:
    surely = [step for step in removals if surely_narrower(step, frontier.chosen, measure, cell)]
    if not surely:
        return "Leaving out any one of the inputs tried does not narrow it surely."
    names = w.listed(f"{step.contender.title.lower()} ({gap_entry(step, measure, cell).line})" for step in surely)
    return f"It is surely narrower {names}."
