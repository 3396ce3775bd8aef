"""The audit's tables by group: what the list does for each, gaps, judgements, outcomes known, the price of blindness.

A group below the privacy minimum keeps its row and shows no number.
"""

from collections.abc import Iterable, Sequence

from earlywarn.audit.figures import Figure
from earlywarn.audit.subject import title_of
from earlywarn.gate import Judgement, Verdict
from earlywarn.groups import Cell
from earlywarn.report import words as w
from earlywarn.report.findings import Reached
from earlywarn.report.reading import Reading
from earlywarn.report.sentences import HELD_AGAINST, OUTCOME_WORDS, decides, interval_words, limit_words
from earlywarn.report.tables import CONFIDENCE, Entry, Row, Table, gap, row, share

FOUND = ("share_flagged", "recall", "overlooked_share")
RIGHT = ("false_alarm_rate", "precision", "prevalence", "unknown_share", "calibration_gap")
RAW_GAPS = ("share_flagged", "recall", "overlooked_share", "false_alarm_rate", "precision", "prevalence")
JUDGED_GAPS = ("same_risk_gap", "excess_overlooked", "excess_false_alarms", "recall_gain")

COLUMNS = {
    "share_flagged": "On the list",
    "recall": "Found (recall)",
    "overlooked_share": "Overlooked",
    "false_alarm_rate": "Flagged in vain (false-alarm rate)",
    "precision": "Right when flagged (precision)",
    "prevalence": "Missed the standard",
    "unknown_share": "Outcome unknown",
    "calibration_gap": "Risk less what came, in 100",
    "same_risk_gap": "Missed more often at the same risk",
    "excess_overlooked": "Overlooked beyond their risks",
    "excess_false_alarms": "Flagged in vain beyond their risks",
    "recall_gain": "Found, against the indicator rules",
    "recall_drift": "Found, against the model in use",
    "not_scored_share": "Not scored",
}
SIGNED = ("calibration_gap",)
FIXED = 1e-6
"""An interval as narrow as this is none: the share of all students on the list is set, not estimated."""


def shown_cells(reading: Reading, depth: int) -> tuple[Cell, ...]:
    """Give the groups of a depth in the audit's order."""
    return tuple(cell for cell in reading.cells if cell.depth == depth)


def found_table(reading: Reading, cells: Sequence[Cell], caption: str) -> Table:
    """Give each group's size and evidence, the share on the list, found and overlooked."""
    columns = ("Group", "Outcomes known", "Of these, missed the standard", "Effective schools", *_columns(FOUND))
    return Table(caption, columns, tuple(_found_row(reading, cell) for cell in cells))


def right_table(reading: Reading, cells: Sequence[Cell], caption: str) -> Table:
    """Give each group's false alarms, precision, share who missed, unknown outcomes and calibration."""
    rows = (_hidden(reading, cell) or _row(reading, cell, RIGHT) for cell in cells)
    return Table(caption, ("Group", *_columns(RIGHT)), tuple(rows))


def gaps_table(reading: Reading, cells: Sequence[Cell], measures: Sequence[str], caption: str) -> Table:
    """Give the gaps of each group to its reference, in students of 100."""
    rows = tuple(_gap_row(reading, cell, measures) for cell in cells if _has_gap(reading, cell, measures))
    return Table(caption, ("Group", "Compared with", *_columns(measures)), rows)


def judgements_table(reading: Reading, verdict: Verdict, caption: str) -> Table:
    """Give every judgement of a gate, a row a group and a column a rule, for groups that may be shown."""
    held = {(j.rule, j.cell): j for j in verdict.judgements if j.cell not in reading.discretion.hidden}
    rules = {rule: judgement for (rule, _), judgement in reversed(held.items())}
    names = [rule.name for rule in reading.audited.gate.rules if rule.name in rules]
    columns = (f"{COLUMNS[rules[name].measure]}: {limit_words(rules[name])}" for name in names)
    cells = sorted({cell for _, cell in held}, key=reading.cells.index)
    rows = (Row(reading.words(cell), tuple(_judged_entry(held.get((name, cell))) for name in names)) for cell in cells)
    return Table(caption, ("Group", *columns), tuple(rows))


def open_table(reading: Reading, judgements: Sequence[Judgement], caption: str) -> Table:
    """Give the judgements not decided, and what would decide each."""
    columns = ("Group", "Question", "Compared with", "Gap, in 100", "Limit", "What would decide it")
    return Table(caption, columns, tuple(_open_row(reading, judgement) for judgement in judgements))


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
    return Table(caption, columns, tuple(_outcome_row(reading, cell) for cell in reading.counted))


def reached_table(reading: Reading, reached: Iterable[Reached], caption: str) -> Table:
    """Compare whom the list finds with whom it would find, were groups among the inputs."""
    columns = ("Group", "Missed the standard", "Found by this list", "Found with groups as inputs", "Difference")
    minimum = reading.discretion.minimum
    rows = []
    for line in reached:
        if line.missed < minimum:
            rows.append(row(reading.words(line.cell), f"fewer than {minimum} missed the standard: not shown"))
        else:
            shares = (w.percent(found / line.missed) for found in (line.chosen, line.aware))
            missed = reading.discretion.count(line.cell, line.missed)
            rows.append(row(reading.words(line.cell), missed, *shares, w.signed(line.aware - line.chosen, 0)))
    return Table(caption, columns, tuple(rows))


def unseen_groups(reading: Reading) -> tuple[tuple[str, str], ...]:
    """Give (reason, groups) for the single groups of which no number is shown."""
    reasons: dict[str, list[str]] = {}
    for cell in reading.singles:
        if cell in reading.discretion.hidden:
            reasons.setdefault(_hidden_reason(reading, cell), []).append(reading.words(cell))
    return tuple((reason, w.listed(names)) for reason, names in reasons.items())


def figure_entry(reading: Reading, figure: Figure | None, measure: str) -> Entry:
    """Write a figure over its interval, or why there is none."""
    if figure is None:
        return Entry(w.NOTHING)
    if figure.estimate is None:
        reason = reading.why_not(figure)
        head, _, why = reason.partition(": ")
        return Entry(head, why)
    low, high = figure.estimate.interval(CONFIDENCE)
    if high - low < FIXED:
        return Entry(w.percent(figure.value), "fixed by the list\u2019s length")
    signed = figure.versus or measure in JUDGED_GAPS or measure in SIGNED
    return gap(figure.estimate) if signed else share(figure.estimate)


def _found_row(reading: Reading, cell: Cell) -> Row:
    hidden = _hidden(reading, cell)
    if hidden:
        return hidden
    known, missed = reading.known_and_missed(cell)
    schools = w.decimal(reading.figure("prevalence", cell).schools, 1)
    whole = _row(reading, cell, FOUND)
    return Row(whole.head, (Entry(known), Entry(missed), Entry(schools), *whole.entries))


def _row(reading: Reading, cell: Cell, measures: Sequence[str]) -> Row:
    entries = tuple(figure_entry(reading, reading.figure(measure, cell), measure) for measure in measures)
    return Row(reading.words(cell), _said_once(entries))


def _gap_row(reading: Reading, cell: Cell, measures: Sequence[str]) -> Row:
    gaps = [reading.gap(measure, cell) for measure in measures]
    versus = next((g.versus for g in gaps if g is not None and g.versus), "")
    entries = tuple(figure_entry(reading, g, m) for g, m in zip(gaps, measures, strict=True))
    return Row(reading.words(cell), (Entry(reading.against(versus) if versus else w.NOTHING), *_said_once(entries)))


def _said_once(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Give one remark in place of entries that all say the same."""
    return (Entry(entries[0].line),) if len(set(entries)) == 1 else entries


def _has_gap(reading: Reading, cell: Cell, measures: Sequence[str]) -> bool:
    return cell not in reading.discretion.hidden and any(reading.gap(measure, cell) for measure in measures)


def _hidden(reading: Reading, cell: Cell) -> Row | None:
    if cell not in reading.discretion.hidden:
        return None
    return row(reading.words(cell), _hidden_reason(reading, cell))


def _hidden_reason(reading: Reading, cell: Cell) -> str:
    reason = reading.figure("share_flagged", cell).reason
    return reason or reading.discretion.hidden_words


def _open_row(reading: Reading, judgement: Judgement) -> Row:
    versus = reading.against(judgement.versus) if judgement.versus else HELD_AGAINST[judgement.measure]
    found = Entry(w.NOTHING, "too little data")
    if judgement.low is not None:
        found = Entry(w.of_hundred(judgement.value), interval_words(judgement))
    rule = Entry(title_of(judgement.measure), judgement.rule)
    return row(reading.words(judgement.cell), rule, versus, found, limit_words(judgement), decides(reading, judgement))


def _judged_entry(judgement: Judgement | None) -> Entry:
    if judgement is None:
        return Entry(w.NOTHING)
    if judgement.low is None:
        return Entry("too little data", "" if judgement.counts else "too few students to move the verdict")
    return Entry(f"{OUTCOME_WORDS[judgement.outcome]}: {w.of_hundred(judgement.value)}", interval_words(judgement))


def _outcome_row(reading: Reading, cell: Cell) -> Row:
    line = reading.counted[cell]
    head = reading.words(cell)
    if cell in reading.discretion.hidden:
        return row(head, reading.discretion.hidden_words)
    parts = (line.missed, line.met, line.unknown, line.not_enough_data, line.not_scored_missed)
    counts = reading.discretion.counts(cell, line.students, *parts)
    return row(head, *counts, figure_entry(reading, reading.figure("unknown_share", cell), "unknown_share"))


def _columns(measures: Sequence[str]) -> tuple[str, ...]:
    return tuple(COLUMNS[measure] for measure in measures)
