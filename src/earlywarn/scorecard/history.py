"""One input of one student over time: a sentence and the numbers that a small chart needs.

It refuses nothing: days on which the input was not recorded are left out, and said where none is left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from earlywarn.columns import InputSpec, InputType
from earlywarn.scorecard.reasons import value_words
from earlywarn.scorecard.table import PointsTable

Point = tuple[date, float | str | None]
"""A day and the input as scored then; None is not recorded."""


@dataclass(frozen=True)
class Told:
    """What a chart says and between which values it is drawn; a category has words alone.

    ``low`` and ``high`` hold every recorded value and the typical one; None where no number was recorded.
    """

    words: str
    low: float | None = None
    high: float | None = None
    typical: float | None = None


def over_time(table: PointsTable, points: Sequence[Point], grade: str | None) -> Told:
    """Say how an input went from the first day to the last: ``Days absent rose from 6 % on 3 October to 14 % on ...``.

    Parameters
    ----------
    points
        In any order. A result is its distance to the standard in spreads of the grade of its day.
    grade
        The student's present grade, in whose spread every distance is told: distances of two grades are then alike.
    """
    known = sorted(((day, value) for day, value in points if value is not None), key=lambda point: point[0])
    words = f"{table.spec.title} {_course(table.spec, known, grade)}"
    if table.spec.type is InputType.CATEGORY:
        return Told(f"{words}; most often {table.typical}")
    typical = float(table.typical)
    held = [typical, *(float(value) for _, value in known)]
    told = f"{words}; typical is {value_words(table.spec, typical, grade)}"
    return Told(told, min(held), max(held), typical) if known else Told(told)


def change_words(before: str | None, now: str | None, title: str) -> str:
    """Say how a level changed, and by which input: ``Moderate → High: mathematics result``; "" where it did not.

    Parameters
    ----------
    before, now
        Names of levels; None is not scored.
    title
        The input that moved it most, "" where none did.
    """
    if before == now:
        return ""
    ends = f"{before or 'not scored'} → {now or 'not scored'}"
    return f"{_capital(ends)}: {within(title)}" if title else _capital(ends)


def within(title: str) -> str:
    """Give a title as it stands within a sentence; an abbreviation stays as it is.

    >>> within("Mathematics result"), within("GPA last term")
    ('mathematics result', 'GPA last term')
    """
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _course(spec: InputSpec, known: Sequence[tuple[date, float | str]], grade: str | None) -> str:
    if not known:
        return "was not recorded"
    (first, start), (last, end) = known[0], known[-1]
    then, now = (value_words(spec, value, grade) for value in (start, end))
    years = len({day.year for day, _ in known}) > 1
    if len(known) == 1:
        return f"was {now} on {_day(last, years)}"
    if then == now:
        return f"was {now} on {_day(first, years)} and on {_day(last, years)}{_beyond(spec, known, grade)}"
    way = "went" if isinstance(start, str) or isinstance(end, str) else "rose" if end > start else "fell"
    return f"{way} from {then} on {_day(first, years)} to {now} on {_day(last, years)}{_beyond(spec, known, grade)}"


def _beyond(spec: InputSpec, known: Sequence[tuple[date, float | str]], grade: str | None) -> str:
    """Say the highest and the lowest value in between where the ends do not show them."""
    numbers = [float(value) for _, value in known if not isinstance(value, str)]
    if len(numbers) < len(known):
        return ""
    shown = {value_words(spec, end, grade) for end in (numbers[0], numbers[-1])}
    ends = [("as low as", min(numbers)), ("as high as", max(numbers))]
    told = [
        f"{words} {value_words(spec, end, grade)}" for words, end in ends if value_words(spec, end, grade) not in shown
    ]
    return f", in between {' and '.join(told)}" if told else ""


def _day(day: date, years: bool) -> str:
    return f"{day.day} {day:%B}" + f" {day.year}" * years


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
