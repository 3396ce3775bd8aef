"""One click, one row: the number under which a form is kept, and a student's row held while something is written."""

from uuid import UUID, uuid5

from earlywarn.review.models import Account, Student


def number_of(form: UUID, account: Account, *written: object) -> UUID:
    """Give the number of what one person wrote on one form.

    The same click again gives the same number, and the table refuses a second row. Whoever goes back and writes
    something else on the same form gets another: it is kept too, never dropped unseen.
    """
    return uuid5(form, "\x1f".join(map(str, (account.pk, *written))))


def held(student: int) -> Student:
    """Give a student's row, held until the transaction ends, so that two who write at once do so in turn."""
    return Student.objects.select_for_update().get(pk=student)
