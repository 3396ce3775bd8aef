"""What people say to a student's place on the list; each view is kept, and the latest says where the review stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from earlywarn.review.models import Account, Decision, Entry, Plan, Review, Student, View
from earlywarn.review.models.students import CLOSED
from earlywarn.review.once import held, number_of

REVIEWS: Mapping[View, Review] = {
    View.AGREE: Review.AGREED,
    View.SUPPORTED: Review.SUPPORTED,
    View.DATA: Review.DATA,
    View.MOVED: Review.MOVED,
    View.NOT_NEEDED: Review.NOT_NEEDED,
    View.OTHER: Review.OTHER,
    View.OFF: Review.TO_REVIEW,
}
"""View -> where the review stands after it."""
WITH_PLAN = (View.AGREE, View.OFF)
"""Views that leave a plan in force: while one is active, it is what the review stands at."""


@dataclass(frozen=True)
class Said:
    """One view in a sentence, from one form."""

    view: View
    words: str
    form: UUID


def views_for(entry: Entry) -> list[View]:
    """Give the views that may be taken.

    Only who was added by hand can be taken off by hand. Who is not on the list is not agreed with but added to it: a
    yes alone would leave the student on no list at all.
    """
    added = entry.student.added_on is not None
    kept_for = {View.OFF: added and not entry.flagged, View.AGREE: added or entry.flagged}
    return [view for view in REVIEWS if kept_for.get(view, True)]


def decide(entry: Entry, account: Account, said: Said) -> None:
    """Keep a view, and let the student's review follow it; the same click again changes nothing."""
    with transaction.atomic():
        student = held(entry.student_id)
        if _keep(entry, account, said):
            _follow(student, account, said.view)


def add(entry: Entry, account: Account, said: Said, today: date) -> bool:
    """Put a student on the list by hand; give False where somebody or the model had done so before.

    The same click again is no news, and gives True as the first did.
    """
    with transaction.atomic():
        student = held(entry.student_id)
        if Decision.objects.filter(form=_number(account, said)).exists():
            return True
        if entry.flagged or student.added_on is not None:
            return False
        _keep(entry, account, said)
        student.added_by, student.added_on, student.added_why = account, today, said.words
        if student.review in CLOSED:
            student.review = Review.TO_REVIEW
        student.save()
    return True


def decisions_of(students: list[int]) -> QuerySet[Decision]:
    """Give all views on some students, oldest first, with their writers; one query."""
    written = Decision.objects.filter(student__in=students).select_related("by", "corrected_by")
    return written.order_by("at", "pk")


def _number(account: Account, said: Said) -> UUID:
    return number_of(said.form, account, said.view, said.words)


def _keep(entry: Entry, account: Account, said: Said) -> bool:
    row = {
        "student_id": entry.student_id,
        "publication_id": entry.publication_id,
        "by": account,
        "view": said.view,
        "words": said.words,
    }
    return Decision.objects.get_or_create(form=_number(account, said), defaults=row)[1]


def _follow(student: Student, account: Account, view: View) -> None:
    active = view in WITH_PLAN and Plan.objects.filter(student=student, ended_on__isnull=True).exists()
    student.review = Review.PLAN if active else REVIEWS[view]
    if view is View.AGREE and student.owner_id is None:
        student.owner = account
    if view is View.OFF:
        student.added_by, student.added_on, student.added_why = None, None, ""
    student.save()
