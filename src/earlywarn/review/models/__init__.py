"""The desk's tables, room by room."""

from earlywarn.review.models.accounts import Account, Role
from earlywarn.review.models.lists import Entry, Paper, Publication, Since, State
from earlywarn.review.models.record import RecordedStudent, RecordFile, RecordLine
from earlywarn.review.models.students import Review, Student
from earlywarn.review.models.work import Decision, Note, Plan, PlanCheck, PlanEdit, Tier, View

__all__ = [
    "Account",
    "Decision",
    "Entry",
    "Note",
    "Paper",
    "Plan",
    "PlanCheck",
    "PlanEdit",
    "Publication",
    "RecordFile",
    "RecordLine",
    "RecordedStudent",
    "Review",
    "Role",
    "Since",
    "State",
    "Student",
    "Tier",
    "View",
]
