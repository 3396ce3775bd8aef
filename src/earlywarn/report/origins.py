"""Where a gap comes from, in words and as tables: fractions no finer than their intervals, parts in students of 100.

It refuses to divide a difference that may be none, and to say why an input differs between groups.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from earlywarn.audit.origins import Gap, Origin, Part, Source
from earlywarn.estimate import Estimate
from earlywarn.groups import Cell
from earlywarn.report import captions
from earlywarn.report import words as w
from earlywarn.report.entries import n_words
from earlywarn.report.mirrors import cells_once
from earlywarn.report.reading import Reading
from earlywarn.report.rows import estimated
from earlywarn.report.sentences import Said
from earlywarn.report.tables import CONFIDENCE, Row, Table, gap
from earlywarn.report.told import Told

TOLD = 3
"""Parts told in a sentence; the table holds all of them."""

WORTH_TELLING = 0.1
"""A smaller share of a gap is left to the table."""

COLUMNS = {
    Gap.SHARE_FLAGGED: "On the list",
    Gap.FALSE_ALARMS: "Flagged in vain (false-alarm rate)",
    Gap.OVERLOOKED: "Overlooked",
}
CLAUSES = {
    Gap.SHARE_FLAGGED: ("more often on the list than", "less often on the list than"),
    Gap.FALSE_ALARMS: ("flagged in vain more often than", "flagged in vain less often than"),
    Gap.OVERLOOKED: ("overlooked more often than", "overlooked less often than"),
}
SOURCES = {Source.MISSING: "missing inputs", Source.CUT: "the cut"}
LAST = (Source.INPUT, Source.MISSING, Source.CUT)


@dataclass(frozen=True)
class Fraction:
    """A share in words, and all that the words leave open."""

    words: str
    low: float
    high: float


ABOUT = (
    (Fraction("about a tenth", 0.04, 0.16), 1 / 10),
    (Fraction("about a fifth", 0.13, 0.27), 1 / 5),
    (Fraction("about a quarter", 0.18, 0.32), 1 / 4),
    (Fraction("about a third", 0.26, 0.40), 1 / 3),
    (Fraction("about two fifths", 0.33, 0.47), 2 / 5),
    (Fraction("about half", 0.42, 0.58), 1 / 2),
    (Fraction("about three fifths", 0.53, 0.67), 3 / 5),
    (Fraction("about two thirds", 0.60, 0.74), 2 / 3),
    (Fraction("about three quarters", 0.68, 0.82), 3 / 4),
    (Fraction("about four fifths", 0.73, 0.87), 4 / 5),
    (Fraction("about nine tenths", 0.84, 0.96), 9 / 10),
    (Fraction("nearly all", 0.90, 1.10), 1.0),
)
MARKS = (
    (1 / 10, "a tenth"),
    (1 / 5, "a fifth"),
    (1 / 4, "a quarter"),
    (1 / 3, "a third"),
    (2 / 5, "two fifths"),
    (1 / 2, "half"),
    (3 / 5, "three fifths"),
    (2 / 3, "two thirds"),
    (3 / 4, "three quarters"),
    (4 / 5, "four fifths"),
    (9 / 10, "nine tenths"),
    (1.0, "all"),
)


def fraction(share: Estimate) -> Fraction | None:
    """Say a share of a gap in words that leave open all that its 95 % interval does; None where that includes 0.

    >>> fraction(Estimate(0.66, 0.02, 40)).words, fraction(Estimate(0.66, 0.10, 40)).words
    ('about two thirds', 'between two fifths and nine tenths')
    """
    low, high = share.interval(CONFIDENCE)
    if low <= 0:
        return None
    held = [(abs(share.value - centre), each) for each, centre in ABOUT if each.low <= low and high <= each.high]
    if held:
        return min(held, key=lambda each: each[0])[1]
    below = max(((mark, name) for mark, name in MARKS if mark <= low), default=(0.0, ""))
    above = min(((mark, name) for mark, name in MARKS if mark >= high), default=(float("inf"), ""))
    return Fraction(_between(below[1], above[1]), below[0], above[0])


def origin_sentence(reading: Reading, origin: Origin) -> Said:
    """Say a gap, and which inputs most of it comes from."""
    group, versus = reading.words(origin.cell), reading.against(origin.versus)
    if origin.total is None:
        return Said(f"{group}, compared with {versus}:", f"{_why_not(reading, origin)}.")
    span = w.span(origin.total.interval(CONFIDENCE), w.of_hundred)
    size = f"by {w.decimal(100 * abs(origin.total.value), 1)} in 100 ({span})."
    lead = f"{group}: {CLAUSES[origin.gap][origin.total.value < 0]} {versus},"
    return Said(lead, f"{size} {_divided(origin)}")


def origins_told(reading: Reading, found: Sequence[Origin]) -> tuple[Told, ...]:
    """Give for each group a sentence a gap and the table of parts; of groups without any gap to divide, nothing."""
    by_cell: dict[Cell, list[Origin]] = {}
    for origin in found:
        by_cell.setdefault(origin.cell, []).append(origin)
    told = ((cell, by_cell[cell]) for cell in _cells_once(reading, by_cell))
    return tuple(
        Told(
            f"{reading.words(cell)}, compared with {reading.against(those[0].versus)}",
            tuple(origin_sentence(reading, origin).line for origin in those),
            origins_table(reading, those, captions.ORIGINS),
            abs(those[0].total.value) if those[0].total else 0.0,
        )
        for cell, those in told
    )


def _cells_once(reading: Reading, by_cell: Mapping[Cell, Sequence[Origin]]) -> tuple[Cell, ...]:
    """Give the groups with a gap to divide; of two held against each other, the one that is on the list more often."""
    totals = {cell: [origin.total for origin in those if origin.total] for cell, those in by_cell.items()}
    divided = [cell for cell, those in totals.items() if those]
    return cells_once(reading, divided, lambda cell: totals[cell][0].value)


def origins_record(reading: Reading, found: Sequence[Origin]) -> list[dict[str, Any]]:
    """Give where gaps come from as plain values, for ``origins`` in audit.json."""
    return [
        {
            "gap": origin.gap.value,
            "group": origin.cell.slug,
            "versus": origin.versus,
            "difference": estimated(origin.total),
            "parts": [_part_record(part) for part in origin.parts],
            "missing": [_part_record(part) for part in origin.missing],
            "reason": "" if origin.total is not None else _why_not(reading, origin),
        }
        for origin in found
    ]


def _part_record(part: Part) -> dict[str, Any]:
    return {
        "source": part.source.value,
        "input": part.input,
        "part": estimated(part.estimate),
        "share_of_difference": estimated(part.share),
    }


def origins_table(reading: Reading, found: Sequence[Origin], caption: str) -> Table:
    """Give every part of the gaps of one group, a row a part and a column a gap, the heaviest input first."""
    totals = tuple(gap(origin.total, _why_not(reading, origin)) for origin in found)
    rows = _rows([origin.parts for origin in found])
    told = (reading.find(origin.gap.value, origin.cell, origin.versus) for origin in found)
    sizes = (
        f"{COLUMNS[origin.gap]}: {size}" for origin, f in zip(found, told, strict=True) if (size := n_words(reading, f))
    )
    n = "; ".join(sizes)
    return Table(caption, _heads(found), tuple(rows), Row("The difference", totals), f"{n}." if n else "")


def missing_table(found: Sequence[Origin], caption: str) -> Table:
    """Give the part of missing inputs, input by input."""
    return Table(caption, _heads(found), tuple(_rows([origin.missing for origin in found])))


def _between(low: str, high: str) -> str:
    if low and high:
        return f"between {low} and {high}"
    return f"at least {low}" if low else f"at most {high}" if high else "part"


def _divided(origin: Origin) -> str:
    shares = [(part, part.share) for part in origin.parts if part.share is not None]
    if not shares:
        return "There may be no difference, so there is nothing to divide."
    heavy = sorted(shares, key=lambda each: -each[1].value)
    told = [(said.words, _quoted(part)) for part, share in heavy if (said := _told(share))]
    against = [_quoted(part) for part, share in heavy if _told(replace(share, value=-share.value))]
    other_way = f" The other way works {w.listed(against)}." if against else ""
    return _towards(told[:TOLD]) + other_way


def _towards(told: Sequence[tuple[str, str]]) -> str:
    if not told:
        return "No input by itself stands out."
    (words, title), rest = told[0], told[1:]
    first = f"{w.capital(words)} of this difference comes from {title}"
    return w.listed([first, *(f"{words} from {title}" for words, title in rest)]) + "."


def _told(share: Estimate) -> Fraction | None:
    return fraction(share) if share.value >= WORTH_TELLING else None


def _heads(found: Sequence[Origin]) -> tuple[str, ...]:
    return ("Where it comes from", *(COLUMNS[origin.gap] for origin in found))


def _rows(columns: Sequence[Sequence[Part]]) -> Iterator[Row]:
    """Order parts by the first gap that has any; what is no input comes last."""
    estimates = [{(part.source, part.input): part.estimate for part in column} for column in columns]
    lead = next((column for column in columns if column), ())
    for part in sorted(lead, key=lambda part: (LAST.index(part.source), -abs(part.estimate.value))):
        found = (each.get((part.source, part.input)) for each in estimates)
        yield Row(w.capital(_title(part)), tuple(gap(estimate) for estimate in found))


def _title(part: Part) -> str:
    return part.title or SOURCES[part.source]


def _quoted(part: Part) -> str:
    """Give a title as it stands; what is no input needs no quotes."""
    return f"\u201c{part.title}\u201d" if part.title else SOURCES[part.source]


def _why_not(reading: Reading, origin: Origin) -> str:
    return reading.discretion.hidden_words if origin.cell in reading.discretion.hidden else origin.reason
