"""A student who is the account's own, or no page at all: the same answer as for one who does not exist."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils import timezone

from earlywarn.review.models import Account, Entry, Publication
from earlywarn.review.record.middleware import seen
from earlywarn.review.scope import entries_of, shown


@dataclass(frozen=True)
class Desk:
    """What one request may see: the account, the day, the lists that are shown and those that are hidden by now."""

    account: Account
    today: date
    publications: list[Publication]
    hidden: list[Publication]

    def publication_of(self, entry: Entry) -> Publication:
        """Give the shown list that an entry stands on."""
        return next(one for one in self.publications if one.pk == entry.publication_id)


def desk_of(request: HttpRequest) -> Desk:
    """Give what a request of a signed-in account may see; asked of the database once a request."""
    known: Desk | None = getattr(request, "_desk", None)
    if known is None:
        assert isinstance(request.user, Account)
        known = Desk(request.user, timezone.localdate(), *shown(timezone.localdate()))
        request._desk = known  # type: ignore[attr-defined] # kept with the request, gone with it
    return known


def own_entry(request: HttpRequest, key: UUID) -> Entry:
    """Give the newest entry of one's own student, and put the look on record.

    Raises
    ------
    Http404
        There is no such student, or it is not theirs: nobody can tell which. The attempt is on record as denied.
    """
    desk = desk_of(request)
    own = entries_of(desk.account, desk.publications).filter(student__key=key)
    entry = (
        own.select_related("student__owner", "student__added_by", "publication").order_by("-publication__as_of").first()
    )
    if entry is None:
        seen(request).denied, seen(request).words = True, f"student {key}"
        raise Http404
    seen(request).students.append(entry.student_id)
    return entry


def own_entries(request: HttpRequest, keys: list[str]) -> list[Entry]:
    """Give the newest entries of several of one's own students in the order asked for; one query.

    Raises
    ------
    Http404
        One of them is not theirs or does not exist: then nothing is shown of any, and the attempt is on record.
    """
    desk, wanted = desk_of(request), list(dict.fromkeys(map(_key, keys)))
    own = entries_of(desk.account, desk.publications).filter(student__key__in=[key for key in wanted if key])
    newest_last = own.select_related("student__owner").order_by("publication__as_of")
    found = {entry.student.key: entry for entry in newest_last}
    missing = [key for key in wanted if key not in found]
    if missing:
        seen(request).denied, seen(request).words = True, f"student {missing[0] or 'without a key'}"
        raise Http404
    entries = [found[key] for key in wanted if key]
    seen(request).students += [entry.student_id for entry in entries]
    return entries


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
