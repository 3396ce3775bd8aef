"""The gate's tables: every judgement, and what is open with what would decide it.

Groups that may not be shown are left out of the judgements; what is open names all that moves the verdict.
"""

from collections.abc import Sequence

from earlywarn.gate import Judgement, Verdict
from earlywarn.report import words as w
from earlywarn.report.entries import n_words
from earlywarn.report.group_tables import column
from earlywarn.report.questions import HELD_AGAINST
from earlywarn.report.reading import TOO_LITTLE, Reading
from earlywarn.report.sentences import OUTCOME_WORDS, decides, gap_words, interval_words, limit_words
from earlywarn.report.tables import Entry, Row, Table, row


def judgements_table(reading: Reading, verdict: Verdict, caption: str) -> Table:
    """Give every judgement of a gate, a row a group and a column a rule, for groups that may be shown."""
    held = {(j.rule, j.cell): j for j in verdict.judgements if j.cell not in reading.discretion.hidden}
    rules = {rule: judgement for (rule, _), judgement in reversed(held.items())}
    names = [rule.name for rule in reading.audited.gate.rules if rule.name in rules]
    columns = (f"{column(reading, rules[name].measure)}: {limit_words(rules[name])}" for name in names)
    cells = sorted({cell for _, cell in held}, key=reading.cells.index)
    rows = (
        Row(reading.words(cell), tuple(_judged_entry(reading, held.get((name, cell))) for name in names))
        for cell in cells
    )
    return Table(caption, ("Group", *columns), tuple(rows))


def open_table(reading: Reading, judgements: Sequence[Judgement], caption: str) -> Table:
    """Give the judgements not decided, and what would decide each."""
    columns = ("Group", "Question", "Compared with", "Gap, in 100", "Limit", "What would decide it")
    return Table(caption, columns, tuple(_open_row(reading, judgement) for judgement in judgements))


def _open_row(reading: Reading, judgement: Judgement) -> Row:
    versus = reading.against(judgement.versus) if judgement.versus else HELD_AGAINST[judgement.measure]
    found = Entry(w.NOTHING, TOO_LITTLE)
    if judgement.low is not None:
        found = Entry(gap_words(judgement), interval_words(judgement), _n(reading, judgement))
    rule = Entry(column(reading, judgement.measure), judgement.rule)
    return row(reading.words(judgement.cell), rule, versus, found, limit_words(judgement), decides(reading, judgement))


def _judged_entry(reading: Reading, judgement: Judgement | None) -> Entry:
    if judgement is None:
        return Entry(w.NOTHING)
    if judgement.low is None:
        return Entry(TOO_LITTLE, "" if judgement.counts else "too few students to move the verdict")
    told = f"{OUTCOME_WORDS[judgement.outcome]}: {gap_words(judgement)}"
    return Entry(told, interval_words(judgement), _n(reading, judgement))


def _n(reading: Reading, judgement: Judgement) -> str:
    return n_words(reading, reading.find(judgement.measure, judgement.cell, judgement.versus))
