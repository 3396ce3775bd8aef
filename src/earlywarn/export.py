"""The scorecard in force as SQL, with a head that says what it is and what it leaves out.

It refuses what ``score`` refuses: what was never promoted, what was altered, what is no longer in force.
"""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from earlywarn.columns import Status
from earlywarn.config.experiment import Serving
from earlywarn.config.load import parse_serving
from earlywarn.errors import Fault, ScorecardError, UsageError
from earlywarn.printable import one_line
from earlywarn.promotions import EXPIRY, Promotion, champion, check_in_force, check_papers, load_scorecard
from earlywarn.scorecard.sql.dialects import DIALECTS, Dialect, Warehouse
from earlywarn.scorecard.sql.select import Rows, select_of
from earlywarn.scorecard.table import Scorecard

OURS = "earlywarn_"
"""Steps of the query are called so; a table of such a name could be taken for one."""

WIDTH = 116


@dataclass(frozen=True)
class Order:
    """What to export, for which warehouse and table; ``today`` decides whether the model is still in force.

    ``as_of`` lies in the school year whose rows the query scores.
    """

    home: Path
    warehouse: Warehouse
    table: str
    as_of: date
    today: date
    name: str | None = None


def export_sql(order: Order) -> str:
    """Write the promoted scorecard as one SELECT, after a head of comments; the same order gives the same text.

    Raises
    ------
    UsageError
        No such model, several of them, or no name for a table.
    ScorecardError
        The scorecard was altered, reads a group, or holds what no warehouse can calculate.
    GateError
        It is not in force.
    """
    promotion = champion(order.home, order.name)
    check_papers(order.home, promotion)
    check_in_force(promotion, order.today)
    card = load_scorecard(order.home, promotion.scorecard)
    serving = parse_serving(card.serving, f"scorecard {promotion.scorecard[:12]}")
    _refuse_other_columns(card, serving)
    rows, dialect = _rows(order, serving), DIALECTS[order.warehouse]
    head = "\n".join(f"-- {line}".rstrip() for line in _head(promotion, serving, rows, order.as_of, dialect))
    return f"{head}\n{select_of(card, rows, dialect)}"


def _refuse_other_columns(card: Scorecard, serving: Serving) -> None:
    """Refuse a table that reads what its config does not name as a feature, a group above all."""
    features = {feature.column for feature in serving.features}
    groups = {attribute.column for attribute in serving.groups.attributes.values()}
    other = sorted({spec.column for spec in card.specs} - (features - groups))
    if other:
        found = f"the table reads {', '.join(other)}, which is no feature of its config"
        remedy = "train and promote again; a group is never an input"
        raise ScorecardError(Fault(f"scorecard '{card.name}'", found, ", ".join(sorted(features)), remedy))


def _rows(order: Order, serving: Serving) -> Rows:
    roster, cohort = serving.roster, serving.cohort
    return Rows(
        table=_parts_of(order.table),
        student_id=roster.student_id,
        school_id=roster.school_id,
        school_year=roster.school_year,
        grade=roster.grade,
        year=cohort.school_year(order.as_of),
        grades=cohort.grades,
        known=cohort.known_inputs,
        least_known=cohort.min_known,
    )


def _parts_of(table: str) -> tuple[str, ...]:
    parts = tuple(table.split("."))
    if not all(part and part.isprintable() for part in parts):
        raise UsageError(Fault("--table", "no name of a table", "TABLE, or SCHEMA.TABLE", "give it without quotes"))
    if len(parts) == 1 and table.lower().startswith(OURS):
        remedy = "name its schema too, or make a view of another name"
        raise UsageError(Fault("--table", f"a name that begins with '{OURS}', as steps of the query do", remedy=remedy))
    return parts


def _head(promotion: Promotion, serving: Serving, rows: Rows, as_of: date, dialect: Dialect) -> Iterable[str]:
    """Give the lines of the head; what comes from outside stands on one line, so that none ends the comment."""
    facts = {
        "model": f"{promotion.name}, version {promotion.version}, promoted on {promotion.promoted_on}",
        "scorecard": f"sha256 {promotion.scorecard}",
        "standing": _standing(promotion),
        "standard": f"{serving.standard.title} ({serving.standard.id})",
        "as of": f"{as_of}, so rows of school year {rows.year} in grades {', '.join(rows.grades)} are scored",
        "reads": f"the table {'.'.join(rows.table)}, in {dialect.title} or newer",
        "written by": f"earlywarn {version('earlywarn')}",
    }
    yield from _wrapped("The scorecard in force as one SELECT. Nothing else decides: each line of points is the model.")
    yield ""
    for name, fact in facts.items():
        yield from _wrapped(one_line(fact), first=f"{name:<12}")
    for paragraph in (*_GIVES, *_LEAVES_OUT):
        yield ""
        yield from _wrapped(paragraph)


def _standing(promotion: Promotion) -> str:
    waived = any(waiver.rule == EXPIRY for waiver in promotion.waivers)
    if promotion.expires is None or waived:
        return promotion.standing
    return f"{promotion.standing} After {promotion.expires} do not run this query: export it again."


_GIVES = (
    "It gives one row for each row of the table: student_id, school_id, grade; status "
    f"({', '.join(status.value for status in Status)}); of those scored risk, points (log-odds before calibration) and "
    "level, and the inputs that raise (reason_1 to 3) and lower (strength_1 to 3) the points most.",
)

_LEAVES_OUT = (
    "It does not judge rows as 'earlywarn score' does. Before it runs, each student must have one row a school year, "
    "numbers must be numbers, texts must be spelt as in training, and what is missing must be NULL.",
    "It does not make the list: no rank, no cut at the capacity, no account of rows. It does not know when a model is "
    "replaced or its standing ends. It reads no group of students, and none may be added to it.",
)


def _wrapped(text: str, first: str = "") -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=" " * len(first), break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip
