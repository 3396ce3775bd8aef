"""The figures of an audit: judged gaps of a question, and shares of every group, ready to be drawn.

A group that may not be judged keeps its line, with a rough interval or with what it lacks; one that may not be
shown has none.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from earlywarn.audit import measures as m
from earlywarn.audit.figures import Figure
from earlywarn.audit.sheets import NOT_SCORED
from earlywarn.columns import Outcome
from earlywarn.gate import Judgement
from earlywarn.groups import EVERYONE, Cell
from earlywarn.report import words as w
from earlywarn.report.entries import ROUGH, figure_entry
from earlywarn.report.forest import Forest, Line, Mark, Pair
from earlywarn.report.mirrors import judged_once
from earlywarn.report.questions import Question
from earlywarn.report.reading import Reading
from earlywarn.report.sentences import OUTCOME_WORDS, gap_words, interval_words

MOST = (0.05, 0.1, 0.2, 0.5, 1.0)
"""Where an axis of shares may end."""

MARKS = {Outcome.PASS: Mark.SOLID, Outcome.PROVISIONAL: Mark.HOLLOW, Outcome.FAIL: Mark.DIAMOND}


def gap_forest(reading: Reading, question: Question) -> Forest:
    """Draw the judged gaps of one question, each group against its reference."""
    asked = judged_once(reading, reading.judged(question.measure))
    judged = [j for j in asked if j.cell not in reading.discretion.hidden]
    first = {judgement.cell: judgement for judgement in reversed(judged)}
    lines = tuple(_judged_line(reading, first[cell]) for cell in reading.singles if cell in first)
    limits = judged[0].limits if judged else (None, None)
    span = _span(lines, [limit for limit in limits if limit is not None])
    band = (span[0] if limits[0] is None else limits[0], span[1] if limits[1] is None else limits[1])
    ticks = _ticks([limit for limit in limits if limit is not None], span)
    return Forest(question.measure, question.title, lines, span, band, 0.0, "no difference", ticks)


def recall_forest(reading: Reading) -> Forest:
    """Draw the share found of each group's students who missed the standard."""
    title = "Of the students of each group who missed the standard, how many were on the list?"
    sizes = {cell: f"of {reading.known_and_missed(cell)[1]} who missed" for cell in reading.cells}
    return share_forest(reading, m.RECALL.name, Drawn("recall_by_group", title, sizes, whole=True))


@dataclass(frozen=True)
class Drawn:
    """What a figure of shares is called, how large each group is in words, and whether its axis goes up to 100 %."""

    name: str
    title: str
    sizes: Mapping[Cell, str]
    whole: bool = False


def share_forest(reading: Reading, measure: str, drawn: Drawn) -> Forest:
    """Draw a share of every group that may be shown, held against that of all students."""
    cells = (EVERYONE, *(cell for cell in reading.singles if cell not in reading.discretion.hidden))
    found = [reading.find(measure, cell) for cell in cells]
    lines = tuple(_share_line(reading, figure, drawn.sizes[figure.cell]) for figure in found if figure is not None)
    top = 1.0 if drawn.whole else _top(lines)
    everyone = reading.figure(measure).value
    upright = None if math.isnan(everyone) else everyone
    ticks = tuple((part * top, w.percent(part * top, 0 if top > MOST[0] else 1)) for part in (0.0, 0.5, 1.0))
    return Forest(drawn.name, drawn.title, lines, (0.0, top), None, upright, "all students", ticks)


def _judged_line(reading: Reading, judgement: Judgement) -> Line:
    words, figure = reading.words(judgement.cell), reading.evidence(judgement)
    in_scope = judgement.measure == NOT_SCORED
    size = f"n {reading.students(judgement.cell) if in_scope else reading.known(judgement.cell)}"
    if judgement.versus:
        size += f", against {reading.against(judgement.versus)}"
    if figure.estimate is None or judgement.low is None or judgement.high is None:
        return _unjudged(Line(words, size), reading, figure)
    return Line(
        words=words,
        size=size,
        value=judgement.value,
        thick=(judgement.low, judgement.high),
        thin=figure.estimate.interval(0.95),
        numbers=f"{gap_words(judgement)} ({interval_words(judgement)})",
        verdict=OUTCOME_WORDS[judgement.outcome],
        mark=MARKS[judgement.outcome],
    )


def _share_line(reading: Reading, figure: Figure, size: str) -> Line:
    line = Line(reading.words(figure.cell), size)
    if figure.estimate is None:
        return _unjudged(line, reading, figure)
    ends = figure.estimate.interval(0.95)
    return replace(line, value=figure.value, thick=ends, numbers=figure_entry(reading, figure).line)


def _unjudged(line: Line, reading: Reading, figure: Figure) -> Line:
    """Draw a rough interval thin and its value dashed; where there is none, say what is lacking."""
    rough = reading.rough(figure)
    if rough is None:
        return replace(line, note=reading.why_not(figure))
    numbers = figure_entry(reading, figure).line.replace(ROUGH, "")
    return replace(
        line,
        value=figure.value,
        thin=rough.interval(0.95),
        numbers=numbers,
        verdict="rough, not judged",
        mark=Mark.ROUGH,
    )


def _top(lines: Sequence[Line]) -> float:
    """Give the end of an axis of shares: the least round one beyond every interval."""
    held = [end for line in lines for pair in (line.thick, line.thin) if pair for end in pair]
    return next((most for most in MOST if most >= max(held, default=0.0)), 1.0)


def _span(lines: Sequence[Line], limits: Iterable[float]) -> Pair:
    """Give an axis that holds every judged interval and every value; a rough interval alone does not stretch it."""
    judged = [line for line in lines if line.thick] or lines
    held = [end for line in judged for pair in (line.thick, line.thin) if pair for end in pair]
    held += [line.value for line in lines if line.value is not None]
    low, high = min([0.0, *limits, *held]), max([0.0, *limits, *held])
    room = 0.08 * max(high - low, 0.02)
    return low - room, high + room


def _ticks(limits: Sequence[float], span: Pair) -> tuple[tuple[float, str], ...]:
    """Mark the limits and zero; a mark too close to another keeps its line and loses its words."""
    found: list[tuple[float, str]] = []
    for value in dict.fromkeys((*limits, 0.0)):
        crowded = any(abs(value - other) < 0.15 * (span[1] - span[0]) for other, words in found if words)
        found.append((value, "" if crowded else w.signed(100 * value, 1).removesuffix(".0")))
    return tuple(found)
