"""The sheet of a meeting: of each chosen student why, what was decided, what is planned. Notes are never on it."""

from dataclasses import dataclass

from earlywarn.review.decisions import decisions_of
from earlywarn.review.listing import Row, rows_of
from earlywarn.review.models import Decision, Entry, View
from earlywarn.review.own import Desk
from earlywarn.review.plan_rows import PlanRow, plans_of, row_of

MOST = 50
"""Students on one sheet."""


@dataclass(frozen=True)
class Talked:
    """One student on the sheet; ``decided`` is the latest view, ``added`` why somebody put the student on the list."""

    row: Row
    decided: Decision | None
    added: Decision | None
    plans: list[PlanRow]


def talked_of(entries: list[Entry], desk: Desk) -> list[Talked]:
    """Tell of each student what a meeting needs; two queries."""
    students = [entry.student_id for entry in entries]
    latest: dict[int, Decision] = {}
    added: dict[int, Decision] = {}
    for decision in decisions_of(students):
        (added if decision.view == View.ADDED else latest)[decision.student_id] = decision
    plans: dict[int, list[PlanRow]] = {entry.student_id: [] for entry in entries}
    by_student = {entry.student_id: entry for entry in entries}
    for plan in plans_of(students).filter(ended_on__isnull=True):
        plans[plan.student_id].append(row_of(plan, by_student[plan.student_id], desk.today))
    return [
        Talked(row, latest.get(number), added.get(number) if row.by_hand else None, plans[number])
        for number, row in zip(students, rows_of(entries, desk.publications, desk.today), strict=True)
    ]
