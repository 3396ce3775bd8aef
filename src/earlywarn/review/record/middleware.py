"""Every request of an account is put on record before its answer leaves; what cannot be recorded is not shown."""

from contextlib import nullcontext
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone

from earlywarn.review.headers import Answer
from earlywarn.review.record.file import Line, write

CHANGES = ("POST", "PUT", "PATCH", "DELETE")
LONGEST = 200
NOWHERE = "no such page"


@dataclass
class Seen:
    """What a view adds to its line: the students it showed, and words."""

    students: list[int] = field(default_factory=list)
    words: str = ""
    denied: bool = False


class Recorded:
    """Middleware that writes the line; a view adds to ``request.seen``."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, once the answer is on record; a change is on record before it is made, too, or is not made."""
        request.seen = Seen()  # type: ignore[attr-defined] # read by views through ``seen``
        number = uuid4()
        request.record_number = number  # type: ignore[attr-defined]
        who, sent = _who(request), request.method in CHANGES
        changes = sent and who[0] is not None  # signing in hashes a password: not while nobody else could write
        try:
            if sent:
                _arrived(request)
            if changes:
                _write(request, number, None)
            with transaction.atomic() if changes else nullcontext():
                response = self.answer(request)
                if who[0] is not None or request.user.is_authenticated or seen(request).denied:
                    _write(request, number, response.status_code, who)
                if changes and response.status_code >= 500:
                    transaction.set_rollback(True)
        except OSError:
            if who[0] is None:
                logout(request)
            return render(request, "503.html", status=503)
        return response


def seen(request: HttpRequest) -> Seen:
    """Give what a view may add to."""
    return request.seen  # type: ignore[attr-defined, no-any-return]


def _arrived(request: HttpRequest) -> int:
    """Read all that was sent, and refuse too much of it, before the transaction takes SQLite's one write lock.

    A body that comes slowly, or never ends, would else keep everybody from writing; files would fill the disk.
    """
    return len(request.body)


def _who(request: HttpRequest) -> tuple[int | None, str]:
    return (request.user.pk, request.user.get_username()) if request.user.is_authenticated else (None, "")


def _write(request: HttpRequest, number: UUID, status: int | None, before: tuple[int | None, str] = (None, "")) -> None:
    """Write one line; of whoever signed out meanwhile, the account is that of before."""
    account, username = _who(request) if request.user.is_authenticated else before
    known = seen(request)
    line = Line(
        at=timezone.now(),
        request=number,
        account=account,
        username=username,
        what=_name(request),
        method=request.method or "",
        status=status,
        denied=known.denied or status == 403,
        students=tuple(dict.fromkeys(known.students)),
        words=(known.words or _address(request, status))[:LONGEST],
    )
    write(settings.RECORD_FOLDER, line)


def _name(request: HttpRequest) -> str:
    """Give the name of the address; before the answer is begun, it has to be looked up."""
    try:
        match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return NOWHERE
    return match.view_name or NOWHERE


def _address(request: HttpRequest, status: int | None) -> str:
    return request.path if status in (403, 404) else ""
