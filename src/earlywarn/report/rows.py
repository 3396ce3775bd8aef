"""Figures as rows of JSON: one row a measure, group and cut, with its comparisons inside.

Numbers are finite and rounded to six places, or None with a reason. A group that may not be shown keeps its rows,
without a number.
"""

import math
from collections.abc import Iterable, Iterator
from typing import Any

from earlywarn.audit.figures import Figure, Form
from earlywarn.estimate import Estimate
from earlywarn.groups import EVERYONE
from earlywarn.report.reading import Reading

PLACES = 6
CONFIDENCES = (0.95, 0.90)
REFERENCE, TO_EVERYONE = "to_reference", "to_everyone"


def figure_rows(reading: Reading, figures: Iterable[Figure]) -> Iterator[dict[str, Any]]:
    """Give the rows, in the order in which the figures first name a measure, group and cut."""
    held: dict[tuple[str, str, str], list[Figure]] = {}
    for figure in figures:
        held.setdefault((figure.measure, figure.cell.slug, figure.cut), []).append(figure)
    for (measure, group, cut), those in held.items():
        yield {"measure": measure, "group": group, "cut": cut} | _row(reading, those)


def number(value: float | None) -> float | None:
    """Give a finite number to six places, else None."""
    return None if value is None or not math.isfinite(value) else round(float(value), PLACES)


def ends(estimate: Estimate | None, confidences: Iterable[float] = CONFIDENCES) -> dict[str, float | None]:
    """Give the ends of an estimate's intervals: low95, high95 and so on."""
    told: dict[str, float | None] = {}
    for confidence in confidences:
        low, high = (None, None) if estimate is None else estimate.interval(confidence)
        told |= {f"low{confidence:.0%}".rstrip("%"): number(low), f"high{confidence:.0%}".rstrip("%"): number(high)}
    return told


def estimated(estimate: Estimate | None) -> dict[str, float | None] | None:
    """Give an estimate with its 95 % interval."""
    return None if estimate is None else {"value": number(estimate.value), **ends(estimate, (0.95,))}


_NO_VALUE = {
    **dict.fromkeys(("value", "low95", "high95", "low90", "high90", "rough")),
    "bound": "",
    "reason": "told as a difference only",
    **dict.fromkeys(("students", "events", "non_events", "effective_schools")),
}


def _row(reading: Reading, figures: list[Figure]) -> dict[str, Any]:
    own = next((figure for figure in figures if figure.form is Form.VALUE), None)
    hidden = figures[0].cell in reading.discretion.hidden
    to_everyone = [figure for figure in figures if figure.versus == EVERYONE.slug]
    to_reference = [figure for figure in figures if figure.versus not in ("", EVERYONE.slug)]
    alone = own or (figures[0] if hidden else None)
    return {
        **(_NO_VALUE if alone is None else _told(reading, alone)),
        REFERENCE: None if hidden else _compared(reading, to_reference),
        TO_EVERYONE: None if hidden else _compared(reading, to_everyone),
    }


def _compared(reading: Reading, figures: list[Figure]) -> dict[str, Any] | None:
    """Give the difference to another group, and the ratio where there is one."""
    if not figures:
        return None
    by_form = {figure.form: figure for figure in figures}
    difference, ratio = by_form.get(Form.DIFFERENCE), by_form.get(Form.RATIO)
    return {
        "versus": figures[0].versus,
        "difference": None if difference is None else _told(reading, difference) | _among_many(difference),
        "ratio": None if ratio is None else _told(reading, ratio),
    }


def _told(reading: Reading, figure: Figure) -> dict[str, Any]:
    """Give one figure; without an interval, neither a small part of a group nor a value that gives it away."""
    minimum = reading.discretion.minimum
    small = figure.estimate is None and min(figure.events, figure.non_events) < minimum
    events, others = (None if small and part < minimum else part for part in (figure.events, figure.non_events))
    rough = reading.rough(figure)
    return {
        "value": None if small else number(figure.value),
        **ends(figure.estimate),
        "rough": None if rough is None else ends(rough, (0.95,)),
        "bound": figure.bound,
        "reason": "" if figure.estimate is not None else reading.why_not(figure),
        "students": figure.students,
        "events": events,
        "non_events": others,
        "effective_schools": number(figure.schools) if reading.schools_known else None,
    }


def _among_many(figure: Figure) -> dict[str, Any]:
    return {"q": number(figure.q), "pooled": estimated(figure.pooled)}
