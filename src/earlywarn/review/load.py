"""The loader behind ``earlywarn publish``: staged first, seen by nobody, then switched in one short transaction.

The same publication again changes nothing. One that was stopped leaves staged rows that the next one removes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from earlywarn.columns import Outcome, Status
from earlywarn.errors import BusyError, Fault, UsageError
from earlywarn.printable import one_line
from earlywarn.promotions import EXPIRY, Promotion
from earlywarn.review.folded import folded
from earlywarn.review.models import Entry, Paper, Publication, Review, Since, State, Student
from earlywarn.review.models.students import CLOSED
from earlywarn.review.standing import note_withdrawn
from earlywarn.score_run import INPUTS, SCORES, StoredRun
from earlywarn.scorecard.table import Scorecard

CHUNK = 2000
"""Students staged in one transaction; a desk in use waits no longer than for so many."""
BAR = "|"
LOCK = 0x6561726C79
"""Number of the publisher's lock in PostgreSQL."""


@dataclass(frozen=True)
class Ready:
    """All that is published together, checked and read by the command.

    Attributes
    ----------
    inputs_moved
        Student number -> title of the input that moved the level or the place most, from the run's own changes.
    supports
        Student number -> supports of the chosen allocation.
    papers
        Name -> text of the pages that came with the promotion.
    """

    run: StoredRun
    card: Scorecard
    promotion: Promotion
    digest: str
    by: str
    people: Mapping[str, Any] = field(default_factory=dict)
    made_up: bool = False
    inputs_moved: Mapping[str, str] = field(default_factory=dict)
    supports: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    papers: Mapping[str, str] = field(default_factory=dict)
    allocation: Mapping[str, Any] = field(default_factory=dict)
    followed: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Published:
    """What is shown now; ``fresh`` is false where it was already."""

    publication: Publication
    fresh: bool
    students: int
    flagged: int
    named: int


def publish(ready: Ready) -> Published:
    """Stage a score run and switch to it; the caller holds the desk folder's lock.

    Raises
    ------
    UsageError
        The run was withdrawn elsewhere, has no inputs, or is older than the list that is shown.
    """
    _lock_database()
    Publication.objects.filter(state=State.STAGED).delete()
    note_withdrawn(Publication.objects.exclude(state=State.STAGED))
    known = Publication.objects.filter(digest=ready.digest, withdrawn="").order_by("pk").last()
    newer = _newer(ready)
    if known is not None and (known.state == State.CURRENT or newer is not None):
        return _published(known, fresh=False)
    _check(ready, newer)
    staged = _stage(ready)
    replaced = _switch(staged)
    Entry.objects.filter(publication__in=replaced).delete()
    Paper.objects.filter(publication__in=replaced).delete()
    return _published(staged, fresh=True)


def _newer(ready: Ready) -> Publication | None:
    """Give the list that is shown instead, if it is of a later day and was not withdrawn."""
    shown = Publication.objects.filter(state=State.CURRENT, model=ready.run.manifest.name, withdrawn="")
    return shown.filter(as_of__gt=ready.run.manifest.as_of).first()


def _lock_database() -> None:
    """Hold the one publisher's lock of a PostgreSQL that machines share; it goes with the command's connection."""
    if connection.vendor != "postgresql":
        return  # a database in the desk's folder is guarded by the folder's lock
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            remedy = "try again when it has ended"
            raise BusyError(Fault("DATABASE_URL", "another machine publishes into this database", remedy=remedy))


def _check(ready: Ready, newer: Publication | None) -> None:
    where, manifest = str(ready.run.folder), ready.run.manifest
    withdrawn = Publication.objects.exclude(withdrawn="").filter(Q(run=ready.run.name) | Q(digest=ready.digest))
    if (known := withdrawn.first()) is not None:
        found, remedy = f"a copy of a run that was {known.withdrawn}", "score the roster again, and publish that"
        raise UsageError(Fault(where, found, "a run that was not withdrawn", remedy))
    if INPUTS not in manifest.files:
        remedy = "score the roster again without --no-inputs"
        raise UsageError(Fault(where, "this run was written without the inputs that the desk shows", remedy=remedy))
    if newer is not None:
        found = f"its day is {manifest.as_of}, and the desk shows the list of {newer.as_of}"
        remedy = "publish a newer run; a newer list that is wrong is withdrawn first, by 'earlywarn withdraw'"
        raise UsageError(Fault(where, found, "a run of the same day or a later one", remedy))


def _published(publication: Publication, fresh: bool) -> Published:
    entries = publication.entries
    return Published(
        publication,
        fresh,
        students=entries.count(),
        flagged=entries.filter(flagged=True).count(),
        named=entries.exclude(last_name="", first_name="").count(),
    )


def _stage(ready: Ready) -> Publication:
    manifest, promotion = ready.run.manifest, ready.promotion
    staged = Publication.objects.create(
        run=ready.run.name,
        folder=str(ready.run.folder.absolute()),
        digest=ready.digest,
        model=manifest.name,
        version=manifest.version,
        as_of=manifest.as_of,
        standard=dict(ready.card.serving.get("standard", {})).get("title", ""),
        card=ready.card.to_bytes().decode(),
        card_sha256=manifest.scorecard,
        verdict=promotion.verdict.value,
        standing=promotion.standing,
        expires=promotion.expires if promotion.verdict is Outcome.PROVISIONAL else None,
        expiry_waived=any(waiver.rule == EXPIRY for waiver in promotion.waivers),
        waived=bool(promotion.waivers),
        made_up=ready.made_up,
        about=dict(ready.about),
        allocation=dict(ready.allocation),
        followed=dict(ready.followed),
        published_by=ready.by,
    )
    Paper.objects.bulk_create(Paper(publication=staged, name=name, content=text) for name, text in ready.papers.items())
    before = _Before.of(staged)
    for rows in _chunks(ready):
        with transaction.atomic():
            students = _students([row["student_id"] for row in rows])
            entries = [_entry(row, students[row["student_id"]], ready, before) for row in rows]
            for entry in entries:
                entry.publication = staged
            Entry.objects.bulk_create(entries)
    return staged


def _switch(staged: Publication) -> list[int]:
    """Show the staged list instead of the one before, all at once; give the publications whose rows may go."""
    with transaction.atomic():
        same_run = list(Publication.objects.filter(run=staged.run).exclude(pk=staged.pk).values_list("pk", flat=True))
        Publication.objects.filter(model=staged.model, state=State.CURRENT).update(state=State.PAST)
        Publication.objects.filter(pk=staged.pk).update(state=State.CURRENT)
        if not same_run:
            worse = Entry.objects.filter(publication=staged, flagged=True, since__in=(Since.NEW, Since.HIGHER))
            again = Student.objects.filter(review__in=CLOSED, pk__in=worse.values("student"))
            again.update(review=Review.TO_REVIEW)
    staged.refresh_from_db()
    return same_run


def _chunks(ready: Ready) -> Iterator[list[dict[str, Any]]]:
    """Read scores and inputs side by side; students out of scope are not the desk's."""
    scores, inputs = ready.run.table(SCORES), ready.run.table(INPUTS)
    for start in range(0, len(scores), CHUNK):
        rows = scores.slice(start, CHUNK).to_pylist()
        values = inputs.slice(start, CHUNK).to_pylist()
        for row, value in zip(rows, values, strict=True):
            if row["student_id"] != value["student_id"]:
                raise AssertionError("scores and inputs are of other students")
            row["values"] = {name: one for name, one in value.items() if name != "student_id" and one is not None}
        kept = [row for row in rows if row["status"] != Status.OUT_OF_SCOPE]
        if kept:
            yield kept


def _students(numbers: list[str]) -> dict[str, Student]:
    """Give the lasting rows of some students, made where there are none yet."""
    Student.objects.bulk_create([Student(student_id=number) for number in numbers], ignore_conflicts=True)
    return {student.student_id: student for student in Student.objects.filter(student_id__in=numbers)}


@dataclass(frozen=True)
class _Before:
    """The list before: student row -> whether flagged, level and its order; None where there was none."""

    places: Mapping[int, tuple[bool, str, int | None]] | None

    @classmethod
    def of(cls, staged: Publication) -> "_Before":
        earlier = Publication.objects.filter(model=staged.model, state__in=(State.CURRENT, State.PAST), withdrawn="")
        last = earlier.filter(as_of__lte=staged.as_of).exclude(run=staged.run).order_by("-as_of", "-pk").first()
        if last is None:
            return cls(None)
        rows = last.entries.values_list("student_id", "flagged", "level", "level_order")
        return cls({student: (flagged, level, order) for student, flagged, level, order in rows.iterator()})

    def since(self, student: int, flagged: bool, order: int | None) -> tuple[Since, str]:
        """Say what changed, and the level before."""
        if self.places is None:
            return Since.FIRST, ""
        was_flagged, level, before = self.places.get(student, (False, "", None))
        if flagged != was_flagged:
            return (Since.NEW if flagged else Since.OFF), level
        if order is None or before is None or order == before:
            return Since.SAME, level
        return (Since.HIGHER if order < before else Since.LOWER), level


def _entry(row: Mapping[str, Any], student: Student, ready: Ready, before: _Before) -> Entry:
    number, orders = row["student_id"], {level.name: place for place, level in enumerate(ready.card.levels)}
    order = orders.get(row["level"]) if row["level"] else None
    since, level_before = before.since(student.pk, row["flagged"], order)
    person = ready.people.get(number)
    names = _names(person)
    return Entry(
        student=student,
        school=row["school_id"] or "",
        grade=row["grade"] or "",
        **names,
        sought=folded(f"{names.get('first_name', '')} {names.get('last_name', '')} {number}"),
        scored=row["status"] == Status.SCORED,
        level=row["level"] or "",
        level_order=order,
        level_before=level_before,
        rank=row["rank"],
        flagged=row["flagged"],
        reasons=_between_bars(row["reasons"]),
        strengths=_between_bars(row["strengths"]),
        missing=_between_bars(row["missing_inputs"]),
        values=row["values"],
        since=since,
        since_input=ready.inputs_moved.get(number, ""),
        supports=ready.supports.get(number, ""),
    )


def _names(person: Any | None) -> dict[str, Any]:
    if person is None:
        return {}
    return {
        "first_name": one_line(person.preferred_name or person.first_name or ""),
        "last_name": one_line(person.last_name or ""),
        "born": person.birth_date,
        "counselor": person.counselor_id or "",
        "counselor_name": one_line(person.counselor_name or ""),
    }


def _between_bars(names: list[str] | None) -> str:
    return f"{BAR}{BAR.join(names)}{BAR}" if names else ""
