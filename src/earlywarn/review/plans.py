"""Plans of support: made, changed, looked at and ended; what was written before stays, and nobody overwrites unseen."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy

from earlywarn.review.models import Account, Entry, Plan, PlanCheck, PlanEdit, Review, Student
from earlywarn.review.once import held, number_of

SIX_WEEKS, A_WEEK = timedelta(weeks=6), timedelta(weeks=1)
USUAL_TYPES = (
    gettext_lazy("Tutoring in mathematics"),
    gettext_lazy("Tutoring in reading"),
    gettext_lazy("Help with homework"),
    gettext_lazy("Attendance: call and agreement with the family"),
    gettext_lazy("Mentor at school"),
    gettext_lazy("Check in, check out every day"),
    gettext_lazy("Talk with the family"),
    gettext_lazy("Support at the start at a new school"),
    gettext_lazy("Health: nurse, glasses, hearing"),
)


@dataclass(frozen=True)
class Planned:
    """What a plan says; the owner may see the student."""

    type: str
    tier: str
    goal: str
    owner: Account
    start: date
    end: date
    next_check: date | None

    @classmethod
    def of(cls, plan: Plan) -> "Planned":
        """Give what a plan says now."""
        return cls(plan.type, plan.tier, plan.goal, plan.owner, plan.start, plan.end, plan.next_check)


@dataclass(frozen=True)
class Looked:
    """What somebody saw of a plan on one day."""

    on: date
    words: str
    form: UUID


def make(entry: Entry, account: Account, planned: Planned, form: UUID) -> Plan:
    """Make a plan; the review stands at it from now on. The same click again gives the same plan."""
    row = {"student_id": entry.student_id, "publication_id": entry.publication_id, "by": account, **vars(planned)}
    with transaction.atomic():
        student = held(entry.student_id)
        number = number_of(form, account, *_plain(planned).values())
        plan, fresh = Plan.objects.get_or_create(form=number, defaults=row)
        if fresh:
            student.review = Review.PLAN
            _follow(student)
    return plan


def change(plan: Plan, account: Account, planned: Planned, edition: int, form: UUID) -> bool:
    """Change a plan, and keep what it was; give False where it was changed or ended since that edition.

    The same click again, or a change that changes nothing, is no news and gives True.
    """
    with transaction.atomic():
        student = held(plan.student_id)
        number = number_of(form, account, edition, *_plain(planned).values())
        if PlanEdit.objects.filter(form=number).exists():
            return True
        now = Plan.objects.select_related("owner").get(pk=plan.pk)
        if now.edition != edition or now.ended_on is not None:
            return False
        if Planned.of(now) == planned:
            return True
        before = _plain(Planned.of(now)) | {"edition": edition}
        PlanEdit.objects.create(form=number, student=student, by=account, plan=now, before=before)
        Plan.objects.filter(pk=plan.pk).update(**vars(planned), edition=edition + 1)
        _follow(student)
    return True


def look(plan: Plan, account: Account, looked: Looked) -> None:
    """Keep what a look at a plan found; the next one is a week on, or on the last day of the plan.

    A look at a plan that somebody ended meanwhile is kept as well: words that were sent are not lost.
    """
    with transaction.atomic():
        student = held(plan.student_id)
        now = Plan.objects.get(pk=plan.pk)
        if _keep(now, account, looked) and now.ended_on is None:
            last = max(now.checks.values_list("on", flat=True))  # one that is told late does not turn the calendar back
            now.next_check = min(last + A_WEEK, now.end) if last < now.end else None
            now.edition += 1
            now.save()
            _follow(student)


def end(plan: Plan, account: Account, looked: Looked) -> None:
    """End a plan with a sentence on how it went.

    Without another active plan the review goes back to where it began: that a plan is over does not say that support
    is no longer needed, nor that there is any. A person says so.
    """
    with transaction.atomic():
        student = held(plan.student_id)
        now = Plan.objects.get(pk=plan.pk)
        if _keep(now, account, looked) and now.ended_on is None:
            now.ended_on, now.next_check = looked.on, None
            now.edition += 1
            now.save()
            _follow(student)


def _keep(plan: Plan, account: Account, looked: Looked) -> bool:
    row = {"student_id": plan.student_id, "by": account, "plan": plan, "on": looked.on, "words": looked.words}
    number = number_of(looked.form, account, plan.pk, looked.on, looked.words)
    return PlanCheck.objects.get_or_create(form=number, defaults=row)[1]


def _follow(student: Student) -> None:
    """Let the student's owner and next check follow the active plan that is due first."""
    active = Plan.objects.filter(student=student, ended_on__isnull=True).select_related("owner")
    first = min(active, key=lambda plan: (plan.due, plan.pk), default=None)
    student.next_check = first.due if first else None
    if first:
        student.owner = first.owner
    elif student.review == Review.PLAN:
        student.review = Review.TO_REVIEW
    student.save()


def _plain(planned: Planned) -> dict[str, Any]:
    """Give a plan as JSON has it, its owner by number and by name."""
    dates = {name: value.isoformat() for name, value in vars(planned).items() if isinstance(value, date)}
    return {**vars(planned), **dates, "owner": planned.owner.pk, "owner_words": planned.owner.words}
