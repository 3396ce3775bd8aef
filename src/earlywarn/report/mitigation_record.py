"""The frontier of mitigation as a plain JSON record; numbers are finite or None.

It holds no count of a group below the privacy minimum, nor one from which such a count follows.
"""

from typing import Any

from earlywarn.audit.rounding import Shown, count_of
from earlywarn.frontier.lists import Frontier, Kind, Moved, Step
from earlywarn.groups import Cell
from earlywarn.report.mitigation_tables import FOUND, IN_VAIN, Part, groups_told, more_told
from earlywarn.report.mitigation_words import mitigation_sentences
from earlywarn.report.reading import Reading
from earlywarn.report.rows import estimated, number

PARTS = {"found": FOUND, "in_vain": IN_VAIN}


def mitigation_record(reading: Reading, frontier: Frontier) -> dict[str, Any]:
    """Give every list weighed, its gaps and its students by group, each against the chosen list."""
    return {
        "attribute": frontier.attribute,
        "followed": {measure: cell.slug for measure, cell in frontier.followed.items()},
        "pooled": [cell.slug for cell in frontier.pooled],
        "pooled_with": frontier.pooled_with.slug if frontier.pooled_with else None,
        "sentences": list(mitigation_sentences(reading, frontier)),
        "lists": [_step(reading, frontier, step) for step in frontier.steps],
    }


def _step(reading: Reading, frontier: Frontier, step: Step) -> dict[str, Any]:
    contender = step.contender
    return {
        "name": contender.name,
        "title": contender.title,
        "kind": contender.kind.name.lower(),
        "constraint": contender.constraint or None,
        "out_of_fold_log_loss": estimated(contender.loss),
        "recall_in_training": number(contender.taught_recall),
        "gaps_in_training": {measure: number(gap) for measure, gap in contender.taught_gaps.items()},
        "recall": number(step.recall),
        "recall_less_chosen": estimated(step.recall_change),
        "gaps": [_gap(moved) for moved in step.moved if moved.cell not in reading.discretion.hidden],
        "students": [
            {"group": cell.slug, "part": name, **_students(reading, frontier, step, part, cell)}
            for name, part in PARTS.items()
            for cell in groups_told(reading, frontier, part)
        ],
    }


def _gap(moved: Moved) -> dict[str, Any]:
    return {
        "measure": moved.measure,
        "group": moved.cell.slug,
        "versus": moved.versus,
        "value": None if moved.reason else number(moved.value),
        "less_chosen": estimated(moved.change),
        "reason": moved.reason,
    }


def _students(reading: Reading, frontier: Frontier, step: Step, part: Part, cell: Cell) -> dict[str, Any]:
    """Give the counts of the chosen list, rounded where they must be, and what is more or fewer on any other."""
    if step.contender.kind is not Kind.CHOSEN:
        told = more_told(reading, frontier, step, part, cell)
        low, high = told.ends or (None, None)
        return {"more": told.more, "low95": low, "high95": high, "rounded": told.unit > 1}
    held, whole, _ = part.of(reading.suppression, frontier.chosen).parts(cell)
    students, size = (count_of(each, reading.suppression.minimum) for each in (held, whole))
    rounded = not (students.shown is size.shown is Shown.EXACT)
    return {"of": size.number, "students": students.number, "rounded": rounded}
