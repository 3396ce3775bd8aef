"""The list of students to review: filters from the address, order by support priority, rows in words."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, F, Q, QuerySet, When
from django.http import QueryDict
from django.utils.translation import gettext as _

from earlywarn.review.cards import Card, Level, card_of, names_in
from earlywarn.review.folded import folded
from earlywarn.review.models import Entry, Publication, Review, Since
from earlywarn.review.models.students import OPEN

A_PAGE = 25
ANY_OPEN = "open"
ON_LIST = Q(flagged=True) | Q(student__added_on__isnull=False)
PLACED = ~Q(supports="") & Q(flagged=False, student__added_on__isnull=True)
"""Whom an allocation gave a place and who is not on the list."""


@dataclass(frozen=True)
class Filters:
    """What the address asks for; an unknown value finds nothing, and nothing is ever an error."""

    q: str = ""
    school: str = ""
    grade: str = ""
    reason: str = ""
    status: str = ANY_OPEN
    owner: str = ""
    changed: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> "Filters":
        """Read the filters; letters that no name has (NUL, broken ones) are left out."""
        given = {field.name: _clean(str(query[field.name])) for field in fields(cls) if field.name in query}
        return cls(**given)

    @property
    def any(self) -> bool:
        """Whether anything but the usual is asked for."""
        return self != Filters()

    def narrow(self, entries: QuerySet[Entry]) -> QuerySet[Entry]:
        """Give the entries that are asked for."""
        entries = entries.filter(self._found()) if self.q else entries
        exact = {"school": self.school, "grade": self.grade, "since": self.changed}
        entries = entries.filter(**{name: value for name, value in exact.items() if value})
        if self.reason:
            entries = entries.filter(reasons__contains=f"|{self.reason}|")
        if self.owner:
            entries = (
                entries.filter(student__owner__isnull=True)
                if self.owner == "nobody"
                else entries.filter(student__owner__username=self.owner)
            )
        if self.status == ANY_OPEN:
            return entries.filter(student__review__in=OPEN)
        return entries.filter(student__review=self.status) if self.status else entries

    def _found(self) -> Q:
        found = Q()
        for word in folded(self.q).split():
            found &= Q(sought__contains=word)
        return found


def _clean(text: str) -> str:
    return "".join(letter for letter in text[:200] if letter.isprintable()).strip()


@dataclass(frozen=True)
class Row:
    """One line of the list, in words."""

    key: str
    name: str
    number: str
    grade: str
    school: str
    level: Level | None
    reasons: list[str]
    strengths: list[str]
    not_recorded: list[str]
    since: str
    since_words: str
    is_new: bool
    review: str
    owner: str
    next_check: date | None
    is_due: bool
    by_hand: bool
    on_list: bool
    as_of: date
    supports: str
    is_approved: bool


def to_review(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Give who is on the list: flagged, or added by a person; by support priority, and never with a rank.

    Whoever a person added without a level comes first: the person saw what the data do not show.
    """
    return in_order(entries.filter(ON_LIST))


def in_order(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Order entries by support priority."""
    return entries.order_by(*_order()).select_related("student__owner")


def next_to_review(own: QuerySet[Entry], after: Entry) -> UUID | None:
    """Give the key of who is to review next after one, in the order of the list; after the last, of the first.

    One query; None where nobody else is to review. No name is in it: a link shows nobody.
    """
    waiting = own.filter(ON_LIST, student__review=Review.TO_REVIEW).exclude(student=after.student_id)
    if after.level_order is not None:
        same = Q(level_order=after.level_order, rank__gt=-1 if after.rank is None else after.rank)
        passed = Case(When(Q(level_order__gt=after.level_order) | same, then=0), default=1)
        waiting = waiting.order_by(passed, *_order())
    else:
        waiting = waiting.order_by(*_order())
    return waiting.values_list("student__key", flat=True).first()


def _order() -> tuple[Any, ...]:
    return (F("level_order").asc(nulls_first=True), F("rank").asc(nulls_first=True), "pk")


def by_name(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Order entries by name."""
    return entries.order_by("last_name", "first_name", "pk").select_related("student__owner")


def page_of(entries: QuerySet[Entry], number: str | None) -> Page[Entry]:
    """Give one page of entries; a number out of range gives the nearest."""
    return Paginator(entries, A_PAGE).get_page(number)


def rows_of(entries: list[Entry], publications: list[Publication], today: date) -> list[Row]:
    """Say each entry in words."""
    by_number = {publication.pk: publication for publication in publications}
    return [_row(entry, by_number[entry.publication_id], today) for entry in entries]


def _row(entry: Entry, publication: Publication, today: date) -> Row:
    card, student = card_of(publication), entry.student
    return Row(
        key=str(student.key),
        name=entry.name,
        number=student.student_id,
        grade=entry.grade,
        school=entry.school,
        level=card.level(entry.level),
        reasons=card.sentences(entry, names_in(entry.reasons)),
        strengths=card.sentences(entry, names_in(entry.strengths)),
        not_recorded=card.titles(names_in(entry.missing)),
        since=entry.since,
        since_words=_since_words(entry, card),
        is_new=entry.since == Since.NEW,
        review=str(Review(student.review).label),
        owner=student.owner.words if student.owner else "",
        next_check=student.next_check,
        is_due=student.next_check is not None and student.next_check <= today,
        by_hand=student.added_on is not None and not entry.flagged,
        on_list=entry.flagged or student.added_on is not None,
        as_of=publication.as_of,
        supports=entry.supports,
        is_approved=bool(getattr(publication, "approved_by", "")),
    )


def _since_words(entry: Entry, card: Card) -> str:
    """Say what changed: ``Moderate → High: Reading result``."""
    moved = {Since.HIGHER, Since.LOWER}
    if entry.since in moved or (entry.since == Since.NEW and entry.level_before not in ("", entry.level)):
        change = f"{entry.level_before} → {entry.level}"
        return f"{change}: {entry.since_input}" if entry.since_input else change
    if entry.since in {Since.NEW, Since.OFF} and entry.since_input:
        return entry.since_input
    return {Since.SAME: _("As before"), Since.FIRST: _("First list"), Since.OFF: _("No longer on this list")}.get(
        Since(entry.since), ""
    )


def counts(own: QuerySet[Entry], today: date) -> dict[str, int]:
    """Count one's own students: all, on the list, to review, in progress, with a check due, without enough data."""
    to_review = Q(student__review=Review.TO_REVIEW)
    return own.aggregate(
        caseload=Count("pk"),
        on_list=Count("pk", filter=ON_LIST),
        placed=Count("pk", filter=PLACED),
        waiting=Count("pk", filter=ON_LIST & to_review),
        in_progress=Count("pk", filter=ON_LIST & Q(student__review__in=OPEN) & ~to_review),
        due=Count("student", filter=Q(student__next_check__lte=today), distinct=True),
        not_enough=Count("pk", filter=Q(scored=False)),
    )


def choices(entries: QuerySet[Entry], publications: list[Publication]) -> dict[str, Any]:
    """Give what the filters offer, of one's own students alone; one query."""
    owner = [f"student__owner__{name}" for name in ("username", "first_name", "last_name")]
    seen = list(entries.values_list("school", "grade", "since", *owner).distinct())
    reasons = {table.spec.name: table.spec.title for one in publications for table in card_of(one).scorecard.tables}
    owners = {name: f"{first} {last}".strip() or name for *_place, name, first, last in seen if name}
    changes = {since for _school, _grade, since, *_owner in seen}
    return {
        "schools": sorted({school for school, *_rest in seen}, key=_by_number),
        "grades": sorted({grade for _school, grade, *_rest in seen}, key=_by_number),
        "owners": sorted(owners.items(), key=lambda pair: pair[1]),
        "reasons": sorted(reasons.items(), key=lambda pair: pair[1]),
        "statuses": Review.choices,
        "changes": [(value, label) for value, label in Since.choices if value in changes - {Since.FIRST}],
    }


def _by_number(text: str) -> str:
    return text.zfill(12)
