"""The audit's tables by group: what the list does for each, at every cut, and against its reference and everyone.

A group below the privacy minimum keeps its row and shows no number; a measure that was not taken has no column.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from earlywarn.audit import measures as m
from earlywarn.audit import subject as s
from earlywarn.audit.figures import Figure, Form
from earlywarn.audit.ranked import AUC, INTERCEPT, SLOPE
from earlywarn.audit.sheets import NOT_SCORED
from earlywarn.groups import EVERYONE, Cell
from earlywarn.report import words as w
from earlywarn.report.entries import figure_entry, group_row, hidden_reason, hidden_row, said_once
from earlywarn.report.reading import NOBODY, Reading
from earlywarn.report.tables import Entry, Row, Table, row

FOUND = ("share_flagged", "recall", "overlooked_share")
RIGHT = ("false_alarm_rate", "precision", "prevalence", "unknown_share", "calibration_gap")
WITHIN = ("false_omission_rate", AUC, SLOPE, INTERCEPT, "brier")
AT_CUT = (*FOUND, "false_alarm_rate", "precision", "false_omission_rate")
HELD = ("share_flagged", "recall", "false_alarm_rate", "precision", "false_omission_rate")
RAW_GAPS = ("share_flagged", "recall", "overlooked_share", "false_alarm_rate", "precision", "prevalence")
JUDGED_GAPS = (s.SAME_RISK_GAP, "excess_overlooked", "excess_false_alarms", NOT_SCORED, *s.AGAINST)

COLUMNS = {
    "share_flagged": "On the list",
    "recall": "Found (recall)",
    "overlooked_share": "Overlooked",
    "false_alarm_rate": "Flagged in vain (false-alarm rate)",
    "precision": "Right when flagged (precision)",
    "false_omission_rate": "Missed it though not flagged (false-omission rate)",
    "prevalence": "Missed the standard",
    "unknown_share": "Outcome unknown",
    "calibration_gap": "Risk less what came, in 100",
    "brier": "Brier score",
    AUC: "Rightly ordered pairs (AUC)",
    SLOPE: "Calibration slope (1 is perfect)",
    INTERCEPT: "Calibration intercept (0 is perfect)",
    s.SAME_RISK_GAP: "Missed more often at the same risk",
    "excess_overlooked": "Overlooked beyond their risks",
    "excess_false_alarms": "Flagged in vain beyond their risks",
    s.RECALL_GAIN: "Found, against the indicator rules",
    s.RECALL_DRIFT: "Found, against the model in use",
    NOT_SCORED: "Not scored",
}
AT_A_CUT = {"On the list": "Flagged"}
"""Words at another cut than the list's."""

BY_SCORE = {s.SAME_RISK_GAP: "Missed more often at the same score"}

Pick = Callable[[str, Cell], Figure | None]
"""Which figure of a measure and a group a table tells."""


def column(reading: Reading, measure: str) -> str:
    """Give the head of a measure's column."""
    titles = COLUMNS if reading.audited.is_risk else COLUMNS | BY_SCORE
    return titles[measure]


def shown_cells(reading: Reading, depth: int) -> tuple[Cell, ...]:
    """Give the groups of a depth in the audit's order."""
    return tuple(cell for cell in reading.cells if cell.depth == depth)


def found_table(reading: Reading, cells: Sequence[Cell], caption: str) -> Table:
    """Give each group's size and evidence, the share on the list, found and overlooked."""
    columns = ("Group", "Outcomes known", "Of these, missed the standard", "Effective schools")
    rows = (hidden_row(reading, cell) or _found_row(reading, cell) for cell in cells)
    return Table(caption, (*columns, *_columns(reading, FOUND)), tuple(rows))


def right_table(reading: Reading, cells: Sequence[Cell], caption: str) -> Table:
    """Give each group's false alarms, precision, share who missed, unknown outcomes and calibration."""
    return _table(reading, cells, RIGHT, caption, reading.find)


def listed_table(reading: Reading, cells: Sequence[Cell], caption: str) -> Table:
    """Give what can be said before outcomes are known: who is on the list, and who has no score."""
    return _table(reading, cells, ("share_flagged", NOT_SCORED), caption, reading.find)


def within_table(reading: Reading, cells: Sequence[Cell], caption: str) -> Table:
    """Give what holds within each group: false omissions, order, calibration and Brier score."""
    return _table(reading, cells, WITHIN, caption, reading.find)


def cut_table(reading: Reading, cells: Sequence[Cell], cut: str, caption: str) -> Table:
    """Give what a list would do for each group that ended at a level or a stated risk."""
    found = _table(reading, cells, AT_CUT, caption, lambda measure, cell: reading.find(measure, cell, cut=cut))
    return replace(found, columns=tuple(AT_A_CUT.get(title, title) for title in found.columns))


def ratios_table(reading: Reading, cells: Sequence[Cell], caption: str) -> Table:
    """Give each group's shares as so many times those of its reference."""

    def pick(measure: str, cell: Cell) -> Figure | None:
        versus = reading.reference(measure, cell)
        return None if versus is None else reading.find(measure, cell, versus, form=Form.RATIO)

    return _held_table(reading, cells, caption, pick)


def everyone_table(reading: Reading, cells: Sequence[Cell], caption: str) -> Table:
    """Give each group's shares less those of all students, in students of 100."""
    return _table(
        reading,
        tuple(cell for cell in _open_to(reading, cells) if cell != EVERYONE),
        HELD,
        caption,
        lambda measure, cell: reading.find(measure, cell, EVERYONE.slug),
    )


def gaps_table(reading: Reading, cells: Sequence[Cell], measures: Sequence[str], caption: str) -> Table:
    """Give the gaps of each group to its reference, in students of 100."""
    return _held_table(reading, cells, caption, reading.gap, measures)


def outcomes_table(reading: Reading, caption: str) -> Table:
    """Count what is known of each group's students in the test year."""
    columns = (
        "Group",
        "Students",
        "Missed",
        "Met",
        "Unknown",
        "Not enough data",
        "Of these, missed",
        "Outcome unknown, of those scored",
    )
    cells = (*shown_cells(reading, 0), *reading.singles)
    return Table(caption, columns, tuple(hidden_row(reading, cell) or _outcome_row(reading, cell) for cell in cells))


def unseen_groups(reading: Reading) -> tuple[tuple[str, str], ...]:
    """Give (reason, groups) for the single groups of which no number is shown."""
    reasons: dict[str, list[str]] = {}
    for cell in reading.singles:
        if cell in reading.discretion.hidden:
            reasons.setdefault(hidden_reason(reading, cell), []).append(reading.words(cell))
    return tuple((reason, w.listed(names)) for reason, names in reasons.items())


def _table(reading: Reading, cells: Sequence[Cell], measures: Sequence[str], caption: str, pick: Pick) -> Table:
    held = _held(reading, cells, measures, pick)
    rows = (group_row(reading, cell, [pick(measure, cell) for measure in held]) for cell in cells)
    return Table(caption, ("Group", *_columns(reading, held)), tuple(rows))


def _held_table(
    reading: Reading, cells: Sequence[Cell], caption: str, pick: Pick, measures: Sequence[str] = HELD
) -> Table:
    """Give a table of comparisons with the reference, which has a column of its own."""
    held = _held(reading, cells, measures, pick)
    rows = (_held_row(reading, cell, [pick(measure, cell) for measure in held]) for cell in _open_to(reading, cells))
    return Table(caption, ("Group", "Compared with", *_columns(reading, held)), tuple(each for each in rows if each))


def _held_row(reading: Reading, cell: Cell, figures: Sequence[Figure | None]) -> Row | None:
    if not any(figures):
        return None
    versus = next((figure.versus for figure in figures if figure is not None and figure.versus), "")
    against = Entry(reading.against(versus) if versus else w.NOTHING)
    return Row(reading.words(cell), (against, *said_once(reading, figures)))


def _open_to(reading: Reading, cells: Sequence[Cell]) -> tuple[Cell, ...]:
    return tuple(cell for cell in cells if cell not in reading.discretion.hidden)


def _held(reading: Reading, cells: Sequence[Cell], measures: Sequence[str], pick: Pick) -> tuple[str, ...]:
    """Leave out what was not measured for any of the groups."""
    taken = (measure for measure in measures if measure in reading.measures)
    return tuple(measure for measure in taken if any(pick(measure, cell) for cell in cells))


def _found_row(reading: Reading, cell: Cell) -> Row:
    known, missed = reading.known_and_missed(cell)
    schools = w.decimal(reading.figure(m.PREVALENCE.name, cell).schools, 1) if reading.schools_known else w.NOTHING
    told = said_once(reading, [reading.find(measure, cell) for measure in FOUND])
    return Row(reading.words(cell), (Entry(known), Entry(missed), Entry(schools), *told))


def _outcome_row(reading: Reading, cell: Cell) -> Row:
    head = reading.words(cell)
    if cell not in reading.counted:
        return row(head, NOBODY)
    kinds = ("students", "missed", "met", "unknown", "not_scored", "not_scored_missed")
    counts = reading.suppression.counts(cell, *kinds)
    return row(head, *counts, figure_entry(reading, reading.find(m.UNKNOWN_SHARE.name, cell)))


def _columns(reading: Reading, measures: Sequence[str]) -> tuple[str, ...]:
    return tuple(column(reading, measure) for measure in measures)
