"""Notes on a student: never altered, and read only by those for whom they were written."""

from collections.abc import Sequence
from uuid import UUID

from earlywarn.review.models import Account, Entry, Note
from earlywarn.review.once import number_of


def keep(entry: Entry, account: Account, words: str, roles: Sequence[str], form: UUID) -> Note:
    """Keep a note; the same click again keeps no second one."""
    row = {"student_id": entry.student_id, "by": account, "words": words, "roles": sorted(roles)}
    return Note.objects.get_or_create(form=number_of(form, account, words, *sorted(roles)), defaults=row)[0]


def notes_for(account: Account, student: int) -> list[Note]:
    """Give the notes on a student that an account which may see the student may read, oldest first; one query."""
    written = Note.objects.filter(student=student).select_related("by").order_by("at", "pk")
    return [note for note in written if note.is_for(account)]
