"""Where groups meet: what the list does for those who share several values, and which differences are left over.

Reported, never judged. Only intersections with enough data have a row; how many others there are is said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from earlywarn.audit import measures as m
from earlywarn.audit.figures import Figure
from earlywarn.audit.subject import title_of
from earlywarn.groups import Cell
from earlywarn.report import group_tables as groups
from earlywarn.report import words as w
from earlywarn.report.captions import CROSSED_UNJUDGED
from earlywarn.report.entries import figure_entry, told
from earlywarn.report.reading import Reading
from earlywarn.report.tables import Entry, Row, Table, row

DISCOVERED = 0.05
"""Below this q a difference is marked: at most one in twenty so marked is expected to be none."""

MARKS = ("Group", "Compared with", "Difference", "Alone", "After the correction")
MOST_ROWS = 60
"""More rows than these choke a page; the rest stand in audit.json."""

COMPARED = (*groups.JUDGED_GAPS, m.SHARE_FLAGGED.name, m.RECALL.name, m.FALSE_ALARMS.name, m.FALSE_OMISSIONS.name)
DIFFERS, MAY_BE_NONE = "\u25cf differs", "\u25cb may be none"


@dataclass(frozen=True)
class Marked:
    """One measure where groups meet: its title, what the marks add up to, and the table behind them."""

    title: str
    told: str
    table: Table


@dataclass(frozen=True)
class Crossed:
    """Everything told of intersections.

    Attributes
    ----------
    told
        How many have a row, how many are too small to show, how many have too little data.
    """

    told: str
    tables: tuple[tuple[str, Table], ...]
    marked: tuple[Marked, ...]


def crossed(reading: Reading, captions: tuple[str, str, str]) -> Crossed | None:
    """Give what is known of intersections; None where the audit has none."""
    cells = tuple(cell for cell in reading.cells if cell.depth > 1)
    if not cells:
        return None
    shown = tuple(cell for cell in cells if cell not in reading.discretion.hidden)
    held = tuple(cell for cell in shown if _has_figures(reading, cell))
    return Crossed(
        told=_told(len(held), len(shown) - len(held), len(cells) - len(shown), reading.discretion.minimum),
        tables=_tables(reading, _largest(reading, held), captions) if held else (),
        marked=tuple(_marked(reading, held, captions[2])),
    )


def pooled(reading: Reading, caption: str) -> tuple[Marked, ...]:
    """Give the differences of single groups that the plan draws towards each other; none where it does not."""
    made = _marked(reading, reading.singles, caption)
    return tuple(each for each in made if len(each.table.columns) > len(MARKS))


def marks_table(reading: Reading, gaps: Sequence[Figure], caption: str) -> Table:
    """Give differences with what each says alone, after Benjamini and Hochberg, and drawn towards the others."""
    drawn = any(gap.pooled for gap in gaps)
    rows = tuple(_marks_row(reading, gap, drawn) for gap in gaps)
    return Table(caption, (*MARKS, *(["Drawn towards the others; never judged"] if drawn else [])), rows)


def _tables(reading: Reading, cells: Sequence[Cell], captions: tuple[str, str, str]) -> tuple[tuple[str, Table], ...]:
    if not reading.audited.has_outcomes:
        return (("On the list, and without a score", groups.listed_table(reading, cells, CROSSED_UNJUDGED)),)
    return (
        ("On the list, found and overlooked", groups.found_table(reading, cells, captions[0])),
        ("Flagged in vain, right when flagged, outcomes", groups.right_table(reading, cells, captions[1])),
    )


def _largest(reading: Reading, cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Give as many groups as a page can hold, the largest, in the audit's order."""
    sizes = {cell: reading.figure(m.SHARE_FLAGGED.name, cell).students for cell in cells}
    kept = set(sorted(cells, key=lambda cell: -sizes[cell])[:MOST_ROWS])
    return tuple(cell for cell in cells if cell in kept)


def _has_figures(reading: Reading, cell: Cell) -> bool:
    found = (reading.find(measure, cell) for measure in (m.SHARE_FLAGGED.name, m.RECALL.name))
    return any(figure is not None and figure.estimate is not None for figure in found)


def _told(held: int, lacking: int, hidden: int, minimum: int) -> str:
    most = f", of which the {MOST_ROWS} largest are shown" if held > MOST_ROWS else ""
    parts = [f"{w.plural(held, 'combination')} of groups {'has' if held == 1 else 'have'} enough data for a row{most}"]
    if lacking:
        parts.append(f"{w.count(lacking)} {'has' if lacking == 1 else 'have'} too little")
    if hidden:
        parts.append(f"{w.count(hidden)} {'has' if hidden == 1 else 'have'} fewer than {minimum} students, not shown")
    return "; ".join(parts) + ". All stand in audit.json."


def _marked(reading: Reading, cells: Sequence[Cell], caption: str) -> Iterable[Marked]:
    for measure in COMPARED:
        found = [gap for cell in cells if (gap := reading.gap(measure, cell)) and gap.versus and gap.estimate]
        if found:
            title = groups.column(reading, measure)
            told = sorted(found, key=lambda gap: -abs(gap.value))[:MOST_ROWS]
            yield Marked(title, _count(found), marks_table(reading, told, f"{title_of(measure)}: {caption}"))


def _count(gaps: Sequence[Figure]) -> str:
    alone, left = (sum(map(test, gaps)) for test in (_is_alone, _is_left))
    return f"{w.plural(len(gaps), 'difference')}, {alone} marked alone, {left} after the correction"


def _is_alone(gap: Figure) -> bool:
    low, high = gap.estimate.interval(0.95) if gap.estimate else (-1.0, 1.0)
    return low > 0 or high < 0


def _is_left(gap: Figure) -> bool:
    return gap.q is not None and gap.q < DISCOVERED


def _marks_row(reading: Reading, gap: Figure, drawn: bool) -> Row:
    q = Entry(w.NOTHING) if gap.q is None else Entry(DIFFERS if _is_left(gap) else MAY_BE_NONE, f"q {_q_words(gap.q)}")
    entries = (
        Entry(reading.against(gap.versus)),
        figure_entry(reading, gap),
        Entry(DIFFERS if _is_alone(gap) else MAY_BE_NONE),
        q,
        *([told(gap, gap.pooled) if gap.pooled else Entry(w.NOTHING)] if drawn else []),
    )
    return row(reading.words(gap.cell), *entries)


def _q_words(q: float) -> str:
    return "below 0.001" if q < 0.001 else w.decimal(q)
