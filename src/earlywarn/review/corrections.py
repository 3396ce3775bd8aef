"""The correction list: data that people said are wrong, for the district's clerk; closing one reopens the review."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from earlywarn.review.models import Account, Decision, Entry, Publication, Review, State, View
from earlywarn.review.once import held


@dataclass(frozen=True)
class Line:
    """One line: of whom, what is said to be wrong, since when, by whom, and what became of it."""

    decision: Decision
    key: UUID
    name: str
    number: str
    school: str


def asked() -> QuerySet[Decision]:
    """Give everything that was ever said to be wrong, with whom it concerns."""
    return Decision.objects.filter(view=View.DATA).select_related("student", "by", "corrected_by")


def open_ones() -> QuerySet[Decision]:
    """Give what is still to be corrected, the longest waiting first."""
    return asked().filter(corrected_at__isnull=True).order_by("at", "pk")


def closed_ones() -> QuerySet[Decision]:
    """Give what was corrected, the latest first."""
    return asked().filter(corrected_at__isnull=False).order_by("-corrected_at", "-pk")


LISTS = {"open": open_ones, "closed": closed_ones}


def lines_of(decisions: list[Decision]) -> list[Line]:
    """Name the students as the newest lists do, shown or hidden: data stay to be corrected; two queries."""
    newest = Publication.objects.filter(state=State.CURRENT).order_by("as_of").values_list("pk", flat=True)
    found = Entry.objects.filter(student__in=[one.student_id for one in decisions], publication__in=newest)
    entries = {one.student_id: one for one in found.select_related("student").order_by("publication__as_of")}
    return [_line(one, entries.get(one.student_id)) for one in decisions]


def correct(number: int, account: Account, words: str) -> bool:
    """Close a line with a sentence; give False where somebody had closed it with other words.

    The review goes back to where it began once nothing is left to correct, unless somebody decided otherwise since.
    """
    with transaction.atomic():
        student = held(Decision.objects.values_list("student_id", flat=True).get(pk=number))
        line = Decision.objects.get(pk=number)
        if line.corrected_at is not None:
            return line.corrected_by_id == account.pk and line.corrected_words == words
        line.corrected_at, line.corrected_by, line.corrected_words = timezone.now(), account, words
        line.save()
        if student.review == Review.DATA and not open_ones().filter(student=student).exists():
            student.review = Review.TO_REVIEW
            student.save()
    return True


def _line(decision: Decision, entry: Entry | None) -> Line:
    student = decision.student
    name = entry.name if entry else student.student_id
    return Line(decision, student.key, name, student.student_id, entry.school if entry else "")
