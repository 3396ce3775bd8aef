"""What may be exported, by whom: each list as rows in words, scoped as its page is; no rank, no risk, no group."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from earlywarn.review import asked, listing, sums
from earlywarn.review.models import Decision, Entry, Plan, View
from earlywarn.review.own import Desk
from earlywarn.review.record.load import load
from earlywarn.review.rights import Right
from earlywarn.review.scope import counted_for, entries_of

MOST = 100_000
"""Rows of one export at most; its first line says so where there are more."""


@dataclass(frozen=True)
class Exported:
    """Rows for people, every cell a text, and the students that they are about."""

    title: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    students: tuple[int, ...]
    left_out: int = 0


@dataclass(frozen=True)
class Kind:
    """One list that may be exported, and the right that it needs."""

    right: Right
    make: Callable[[Desk, QueryDict], Exported]


def day_words(day: date | None) -> str:
    """Give a day as pages do."""
    return date_format(day, "j F Y") if day else ""


def moment_words(at: datetime) -> str:
    """Give a moment; to the second, in the desk's zone."""
    return date_format(at, "j F Y, H:i:s")


def _students(desk: Desk, query: QueryDict) -> Exported:
    filters = listing.Filters.read(query)
    found = filters.narrow(listing.to_review(entries_of(desk.account, desk.publications)))
    return _of_entries(_("Students to review"), found, desk)


def _not_enough_data(desk: Desk, query: QueryDict) -> Exported:
    found = listing.in_order(entries_of(desk.account, desk.publications).filter(scored=False))
    return _of_entries(_("Not enough data"), found, desk)


def _of_entries(title: str, found: QuerySet[Entry], desk: Desk) -> Exported:
    entries = list(found[:MOST])
    rows = listing.rows_of(entries, desk.publications, desk.today)
    return Exported(
        title,
        (
            *(_("Student number"), _("Student"), _("School"), _("Grade"), _("Support priority")),
            *(_("Reasons"), _("Strengths"), _("Not recorded"), _("Since last list")),
            *(_("Status"), _("Owner"), _("Next check"), _("List of")),
        ),
        [_cells(row) for row in rows],
        tuple(entry.student_id for entry in entries),
        _left_out(found, len(entries)),
    )


def _cells(row: listing.Row) -> tuple[str, ...]:
    return (
        *(row.number, row.name, row.school, row.grade, row.level.name if row.level else _("Not enough data")),
        *("; ".join(part) for part in (row.reasons, row.strengths, row.not_recorded)),
        *(row.since_words, row.review, row.owner, day_words(row.next_check), day_words(row.as_of)),
    )


def _plans(desk: Desk, query: QueryDict) -> Exported:
    own = entries_of(desk.account, desk.publications).order_by("publication__as_of")
    found = Plan.objects.filter(student__in=own.values("student")).select_related("student", "owner")
    plans = list(found.order_by("next_check", "pk")[:MOST])
    newest = _newest(own, plans)
    heads = (
        *(_("Student number"), _("Student"), _("School"), _("Grade"), _("Type of support"), _("Tier"), _("Goal")),
        *(_("Owner"), _("Start"), _("End"), _("Next check"), _("Ended")),
    )
    rows = [
        (
            *_who(newest.get(plan.student_id), plan.student.student_id),
            *(plan.type, plan.get_tier_display(), plan.goal, plan.owner.words),
            *(day_words(day) for day in (plan.start, plan.end, plan.next_check, plan.ended_on)),
        )
        for plan in plans
    ]
    return Exported(_("Plans"), heads, rows, _distinct(plans), _left_out(found, len(plans)))


def _corrections(desk: Desk, query: QueryDict) -> Exported:
    found = Decision.objects.filter(view=View.DATA).select_related("student", "by", "corrected_by")
    decisions = list(found.order_by("at", "pk")[:MOST])
    shown = Entry.objects.filter(publication__in=desk.publications).order_by("publication__as_of")
    newest = _newest(shown, decisions)
    heads = (
        *(_("Student number"), _("Student"), _("School"), _("Grade"), _("What is wrong"), _("Said by"), _("Said on")),
        *(_("Corrected on"), _("Corrected by"), _("What was done")),
    )
    rows = [
        (
            *_who(newest.get(one.student_id), one.student.student_id),
            *(one.words, one.by.words, moment_words(one.at)),
            moment_words(one.corrected_at) if one.corrected_at else "",
            one.corrected_by.words if one.corrected_by else "",
            one.corrected_words,
        )
        for one in decisions
    ]
    return Exported(_("Data to correct"), heads, rows, _distinct(decisions), _left_out(found, len(decisions)))


def _schools(desk: Desk, query: QueryDict) -> Exported:
    counts, titles = sums.counts_of(counted_for(desk.account, desk.publications)), sums.titles()
    told = [sums.sums_of(one, counts[one.pk]) for one in desk.publications if one.pk in counts]
    rows = [
        (
            *(one.publication.model, day_words(one.publication.as_of), place.school, place.grade),
            *(titles[measure.section], measure.words, one.told[place, measure].words),
        )
        for one in told
        for place in one.places
        for measure in one.measures
    ]
    heads = (_("Model"), _("List of"), _("School"), _("Grade"), _("Section"), _("What is counted"), _("Students"))
    return Exported(_("Schools"), heads, rows[:MOST], (), max(0, len(rows) - MOST))


def _record(desk: Desk, query: QueryDict) -> Exported:
    load(settings.RECORD_FOLDER)
    form = asked.Asked(query)
    if not form.is_valid():
        raise Http404
    found = form.lines()
    lines = list(found[:MOST])
    rows = [
        (
            *(moment_words(row["at"]), row["username"], row["what"], row["words"]),
            *(str(row["students"]), row["outcome"]),
        )
        for start in range(0, len(lines), 1000)
        for row in asked.told(lines[start : start + 1000])
    ]
    student = form.cleaned_data["student"]
    heads = (_("When"), _("Who"), _("What"), _("Words"), _("Students"), _("Answer"))
    return Exported(_("Record"), heads, rows, (student.pk,) if student else (), _left_out(found, len(lines)))


def _newest(entries: QuerySet[Entry], of: Iterable[Plan | Decision]) -> dict[int, Entry]:
    """Give the newest entry of each student; ``entries`` stand with the newest last."""
    wanted = {one.student_id for one in of}
    found = entries.filter(student__in=wanted).select_related("student")
    return {entry.student_id: entry for entry in found}


def _who(entry: Entry | None, number: str) -> tuple[str, ...]:
    return (number, entry.name, entry.school, entry.grade) if entry else (number, "", "", "")


def _distinct(of: Iterable[Plan | Decision]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(one.student_id for one in of))


def _left_out(found: QuerySet[Any], given: int) -> int:
    return found.count() - given if given == MOST else 0


EXPORTS: Mapping[str, Kind] = {
    "students": Kind(Right.REVIEW, _students),
    "not-enough-data": Kind(Right.REVIEW, _not_enough_data),
    "plans": Kind(Right.REVIEW, _plans),
    "corrections": Kind(Right.CORRECTIONS, _corrections),
    "schools": Kind(Right.SCHOOL, _schools),
    "record": Kind(Right.RECORD, _record),
}
"""Name in the address -> what is exported."""
