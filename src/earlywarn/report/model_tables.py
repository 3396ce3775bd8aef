"""Tables about the model itself: what it was compared with, what it does on the test, its points and levels."""

from collections.abc import Iterable, Sequence
from functools import partial

from earlywarn.audit.measures import RECALL
from earlywarn.audit.rounding import Shown
from earlywarn.candidates.catalogue import Role
from earlywarn.columns import InputType
from earlywarn.config.standard import Standard
from earlywarn.evaluate import LIST_SHARES, Bin
from earlywarn.groups import Cell
from earlywarn.report import words as w
from earlywarn.report.findings import Findings, Reached, Tried
from earlywarn.report.other_lists import OtherList, more_words, reached_by
from earlywarn.report.reading import Reading
from earlywarn.report.tables import Entry, Row, Table, difference, gap, plain, row, share
from earlywarn.scorecard.table import Kind, LevelMeaning, PointsTable

ROLES = {
    Role.BASELINE: "baseline",
    Role.PROMOTABLE: "may be promoted",
    Role.CEILING: "ceiling, never promoted",
    Role.AWARE: "knows the groups, never promoted",
    Role.MITIGATED: "mitigated, may be promoted",
}
FIGURES = (
    ("auc", "Rightly ordered pairs (AUC)", plain),
    ("skill_within_schools", "Rightly ordered pairs of one school", plain),
    ("recall_at_capacity", "Found: of those who missed, on the list", share),
    ("precision_at_capacity", "Right: of those on the list, missed", share),
    ("average_precision", "Average precision", plain),
    ("brier", "Brier score", plain),
    ("log_loss", "Log loss", plain),
    ("calibration_slope", "Calibration slope (1 is perfect)", plain),
    ("calibration_intercept", "Calibration intercept (0 is perfect)", difference),
)


def candidates_table(findings: Findings, caption: str) -> Table:
    """Give every candidate: loss out of fold, and on the test its AUC, what it finds, how often it is right."""
    columns = (
        "Candidate", "What for", "Log loss out of fold", "AUC on the test", "Found on a list of equal length",
        "Right when flagged", "AUC, chosen less this one", "Found, chosen less this one, in 100",
    )  # fmt: skip
    return Table(caption, columns, tuple(_candidate_row(tried, findings.chosen.name) for tried in findings.compared))


def later_table(findings: Findings, caption: str) -> Table:
    """Give every figure of the chosen candidate: on the test, and in schools that taught nothing."""
    seen, unseen = findings.chosen.test.figures, findings.unseen.figures
    rows = (row(title, write(seen.get(name)), write(unseen.get(name))) for name, title, write in FIGURES)
    return Table(caption, ("Figure", "The test", "Schools that taught nothing"), tuple(rows))


def lists_table(findings: Findings, caption: str) -> Table:
    """Give what lists of several lengths find, and how often they are right."""
    figures = findings.chosen.test.figures
    capacity = findings.experiment.capacity.share
    shares = [(w.percent(part, 0), f"{round(100 * part)}_percent") for part in LIST_SHARES if part != capacity]
    shares.append((f"the district\u2019s: {w.percent(capacity, 0)}", "capacity"))
    rows = (
        row(words, share(figures.get(f"recall_at_{name}")), share(figures.get(f"precision_at_{name}")))
        for words, name in shares
    )
    columns = ("List as a share of the roster", "Found (recall)", "Right when flagged (precision)")
    return Table(caption, columns, tuple(rows))


def reached_table(reading: Reading, reached: Iterable[Reached], caption: str) -> Table:
    """Compare whom the list finds with whom it would find, were groups among the inputs."""
    columns = ("Group", "Missed the standard", "Found by this list", "Found with groups as inputs", "Difference")
    aware = reached_by(reading, reached)
    return Table(caption, columns, tuple(_reached_row(reading, aware, cell) for cell in aware.held))


def reliability_table(bins: Sequence[Bin], caption: str) -> Table:
    """Give the reliability table."""
    rows = [row(w.percent(one.risk), share(one.missed), w.count(one.students)) for one in bins]
    told = rows or [row(w.NOTHING, "too few who missed the standard, or who met it: not shown")]
    return Table(caption, ("Risk stated (mean)", "Missed the standard", "Students"), tuple(told))


def levels_table(levels: Sequence[LevelMeaning], caption: str) -> Table:
    """Give what came of the students of each level in the untouched test."""
    columns = ("Level", "Risk from", "Students in the test", "Missed the standard", "Met it")
    return Table(caption, columns, tuple(_level_row(level) for level in levels))


def standard_table(standard: Standard, caption: str) -> Table:
    """Give the cut and spread of every subject and grade."""
    rows = (
        row(f"{cut.subject}, grade {cut.grade}", w.decimal(cut.cut, 0), w.decimal(cut.spread, 1))
        for cut in standard.cuts
    )
    return Table(caption, ("Result", "Cut", "Spread of the grade"), tuple(rows))


def points_table(table: PointsTable) -> Table:
    """Give one input's whole table of points."""
    rows = [row(value, w.signed(points)) for value, points in _points_rows(table)]
    missing = "typical points, 0.000" if table.missing is None else w.signed(table.missing)
    return Table(points_caption(table), ("Value", "Points"), (*rows, row("missing", missing)))


def points_caption(table: PointsTable) -> str:
    """Say what an input is and how its table is read."""
    spec = table.spec
    unit = "spreads of the grade above (+) or below the standard" if spec.type is InputType.RESULT else spec.unit
    how = {
        Kind.PIECES: "Straight lines between the rows; the ends hold beyond them.",
        Kind.STEPS: "Each row holds from its value up to the next.",
        Kind.CATEGORIES: "One row a category; any other counts as missing.",
    }[table.kind]
    told = f"{spec.title}, in {unit}." if unit else f"{spec.title}."
    change = " Within the school\u2019s reach." if spec.changeable else " Context, not within the school\u2019s reach."
    return f"{told} {how}{change}"


def _points_rows(table: PointsTable) -> Iterable[tuple[str, float]]:
    values, points = [_value(value) for value in table.values], table.points
    if table.kind is Kind.STEPS:
        values = ["below the first", *values]
    return zip(values, points, strict=True)


def _value(value: float | str) -> str:
    return value if isinstance(value, str) else w.decimal(value, 3)


def _reached_row(reading: Reading, aware: OtherList, cell: Cell) -> Row:
    known, words = reading.suppression, reading.words(cell)
    if known.of(cell) is Shown.HIDDEN:
        return row(words, known.hidden_words(cell))
    shares = (known.share(cell, RECALL.name).words, aware.share(cell).words)
    return row(words, known.count(cell, "missed").words, *shares, more_words(*aware.more(cell)))


def _level_row(level: LevelMeaning) -> Row:
    students = w.count(level.students) if level.students else "too few to tell"
    if level.share is None or level.low is None or level.high is None:
        return row(level.name, w.percent(level.start, 0), students, Entry(w.NOTHING, "too little data"), w.NOTHING)
    share, low, high = level.share, level.low, level.high
    places = 1 - w.is_coarse(share, low, high)
    ends = partial(w.bare_percent, places=places)
    missed = Entry(w.percent(share, places), w.span((low, high), ends))
    met = Entry(w.percent(1 - share, places), w.span((1 - high, 1 - low), ends))
    return row(level.name, w.percent(level.start, 0), students, missed, met)


def _candidate_row(tried: Tried, chosen: str) -> Row:
    role = Entry("chosen" if tried.name == chosen else ROLES[tried.role])
    figures = tried.test.figures
    return row(
        tried.title,
        role,
        plain(tried.loss),
        plain(figures["auc"]),
        share(figures["recall_at_capacity"]),
        share(figures["precision_at_capacity"]),
        difference(tried.auc_gain),
        gap(tried.gain),
    )
