"""What the tests of the desk's pages share: a student of a counselor, a form as a browser sends it, hostile texts."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from earlywarn.review.load import Published
from earlywarn.review.models import Account, Entry
from earlywarn.review.plans import Planned

DAY = timedelta(days=1)
HOSTILE = (
    "<script>alert(1)</script>",
    "=HYPERLINK(1)",
    "\u202eabc",
    "x" * 10_000,
    "\N{FAMILY}\N{ZERO WIDTH JOINER}\N{ROCKET}",
    "'\"><img src=x onerror=alert(1)>",
)


def student_of(desk: Published, place: int = 0, counselor: str = "C1", flagged: bool = True) -> Entry:
    entries = desk.publication.entries.filter(counselor=counselor, flagged=flagged, scored=True)
    return entries.select_related("student").order_by("rank", "pk")[place]


def send(client: Client, address: str, **fields: Any) -> Any:
    """Post a form with a number of its own, unless one is given."""
    return client.post(address, {"form": str(uuid4()), **fields})


def of(entry: Entry, what: str = "") -> str:
    return f"/students/{entry.student.key}/{what}"


def planned_by(owner: Account, start: date | None = None, **more: Any) -> Planned:
    start = start or timezone.localdate()
    usual = {"type": "Tutoring", "tier": "2", "goal": "Reads a page aloud.", "owner": owner, "start": start}
    return Planned(**{**usual, "end": start + 42 * DAY, "next_check": start + 7 * DAY, **more})
