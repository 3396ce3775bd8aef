"""What people have done for a student so far, the latest first; of notes, those that the reader may read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from earlywarn.review import notes
from earlywarn.review.decisions import decisions_of, views_for
from earlywarn.review.forms.words import AddForm, DecideForm, NoteForm
from earlywarn.review.models import Decision, Entry, Note, Plan, PlanCheck, PlanEdit, Role, View
from earlywarn.review.own import Desk
from earlywarn.review.plan_rows import PlanRow, plans_of, row_of


@dataclass(frozen=True)
class Event:
    """One thing that somebody did; ``only_for`` names who may read it, where not all may."""

    at: datetime
    by: str
    what: str
    words: str
    only_for: str = ""


@dataclass(frozen=True)
class SoFar:
    """All of it; ``plans`` are those in force, ``to_correct`` whether data wait to be corrected."""

    events: list[Event]
    plans: list[PlanRow]
    ended: list[PlanRow]
    to_correct: bool


def so_far(entry: Entry, desk: Desk) -> SoFar:
    """Tell what was done for a student; five queries."""
    student = entry.student_id
    decisions, plans = list(decisions_of([student])), list(plans_of([student]).select_related("by"))
    edits = list(PlanEdit.objects.filter(student=student).select_related("by", "plan").order_by("-pk"))
    first = {edit.plan_id: edit.before for edit in edits}  # of several the earliest, whose plan was as it was made
    checks = PlanCheck.objects.filter(student=student).select_related("by", "plan")
    told = [
        *(event for decision in decisions for event in _of_decision(decision)),
        *(_of_note(note) for note in notes.notes_for(desk.account, student)),
        *(_of_plan(plan, first.get(plan.pk, {})) for plan in plans),
        *(Event(one.at, one.by.words, _("Changed: %(type)s") % {"type": one.plan.type}, "") for one in edits),
        *(Event(one.at, one.by.words, _("Check: %(type)s") % {"type": one.plan.type}, one.words) for one in checks),
    ]
    rows = [row_of(plan, entry, desk.today) for plan in plans]
    return SoFar(
        events=sorted(told, key=lambda event: event.at, reverse=True),
        plans=[row for row in rows if row.ended_on is None],
        ended=[row for row in rows if row.ended_on is not None],
        to_correct=any(one.view == View.DATA and one.corrected_at is None for one in decisions),
    )


def forms_for(entry: Entry) -> dict[str, Any]:
    """Give the empty forms of a student's page; one that was sent and is to be mended takes its place."""
    on_list = entry.flagged or entry.student.added_on is not None
    return {
        "decide_form": DecideForm(views=views_for(entry)),
        "note_form": NoteForm(),
        "add_form": None if on_list else AddForm(),
    }


def _of_decision(one: Decision) -> Iterator[Event]:
    yield Event(one.at, one.by.words, str(View(one.view).label), one.words)
    if one.corrected_at is not None and one.corrected_by is not None:
        yield Event(one.corrected_at, one.corrected_by.words, _("Data corrected"), one.corrected_words)


def _of_plan(plan: Plan, before: dict[str, Any]) -> Event:
    """Tell what was planned in the words of whoever planned it; others may have changed them since."""
    type_then, goal_then = before.get("type", plan.type), before.get("goal", plan.goal)
    return Event(plan.at, plan.by.words, _("Planned: %(type)s") % {"type": type_then}, goal_then)


def _of_note(note: Note) -> Event:
    only_for = ", ".join(str(Role(role).label) for role in note.roles)
    return Event(note.at, note.by.words, _("Note"), note.words, only_for)
