"""Plans in words: the list of plans and checks, what a plan says line by line, and where two versions of it differ."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from earlywarn.review.models import Account, Entry, Plan, PlanCheck, PlanEdit, Publication, Tier
from earlywarn.review.plans import Planned
from earlywarn.review.scope import entries_of


@dataclass(frozen=True)
class PlanRow:
    """One line of plans and checks."""

    number: int
    key: str
    name: str
    grade: str
    school: str
    type: str
    tier: str
    goal: str
    owner: str
    start: date
    end: date
    due: date
    is_due: bool
    ended_on: date | None


@dataclass(frozen=True)
class Side:
    """One line of what a plan says; ``differs`` where it stands beside another version."""

    label: str
    value: str
    differs: bool = False


def active_plans() -> QuerySet[Plan]:
    """Give the plans in force, those due first on top: a day that is past comes before one that is not."""
    return _known(ended_on__isnull=True).order_by(Coalesce("next_check", "end"), "pk")


def ended_plans() -> QuerySet[Plan]:
    """Give the plans that were ended, the latest first."""
    return _known(ended_on__isnull=False).order_by("-ended_on", "-pk")


LISTS = {"active": active_plans, "ended": ended_plans}


def plans_of(students: list[int]) -> QuerySet[Plan]:
    """Give all plans of some students, oldest first; one query."""
    return _known(student__in=students).order_by("at", "pk")


def own_plans(plans: QuerySet[Plan], account: Account, publications: list[Publication]) -> QuerySet[Plan]:
    """Keep the plans of an account's own students."""
    return plans.filter(student__in=entries_of(account, publications).values("student"))


def entries_for(plans: list[Plan], account: Account, publications: list[Publication]) -> dict[int, Entry]:
    """Give student row -> newest own entry, for the names; one query."""
    own = entries_of(account, publications).filter(student__in={plan.student_id for plan in plans})
    return {one.student_id: one for one in own.select_related("student").order_by("publication__as_of")}


def row_of(plan: Plan, entry: Entry, today: date) -> PlanRow:
    """Say one plan in words."""
    return PlanRow(
        number=plan.pk,
        key=str(entry.student.key),
        name=entry.name,
        grade=entry.grade,
        school=entry.school,
        type=plan.type,
        tier=_tier(plan.tier),
        goal=plan.goal,
        owner=plan.owner.words,
        start=plan.start,
        end=plan.end,
        due=plan.due,
        is_due=plan.ended_on is None and plan.due <= today,
        ended_on=plan.ended_on,
    )


def sides(planned: Planned, ended_on: date | None = None) -> list[Side]:
    """Say what a plan says, line by line, and whether it was ended."""
    return [
        Side(_("What"), planned.type),
        Side(_("Tier"), _tier(planned.tier)),
        Side(_("Goal"), planned.goal),
        Side(_("Owner"), planned.owner.words),
        Side(_("Start"), _day(planned.start)),
        Side(_("End"), _day(planned.end)),
        Side(_("Next check"), _day(planned.next_check)),
        Side(_("Ended on"), _day(ended_on)),
    ]


def beside(yours: list[Side], theirs: list[Side]) -> tuple[list[Side], list[Side]]:
    """Mark the lines in which two versions differ; a line that neither has is left out."""
    pairs = [(a, b) for a, b in zip(yours, theirs, strict=True) if a.value or b.value]
    marked = [(a.value != b.value, a, b) for a, b in pairs]
    return (
        [Side(a.label, a.value, differs) for differs, a, _b in marked],
        [Side(b.label, b.value, differs) for differs, _a, b in marked],
    )


def sides_before(before: dict[str, Any]) -> list[Side]:
    """Say what a plan was before an edit."""
    kept = {name: date.fromisoformat(before[name]) for name in ("start", "end", "next_check") if before[name]}
    owner = Account(username=before["owner_words"])
    names = {name: before[name] for name in ("type", "tier", "goal")}
    return sides(Planned(**{"next_check": None, **names, **kept, "owner": owner}))[:-1]


def last_saved(plan: Plan) -> PlanEdit | PlanCheck | None:
    """Give the last change of a plan, an edit or a look, with who made it; two queries."""
    edit = PlanEdit.objects.filter(plan=plan).select_related("by").order_by("at", "pk").last()
    seen = PlanCheck.objects.filter(plan=plan).select_related("by").order_by("at", "pk").last()
    return max((one for one in (edit, seen) if one is not None), key=lambda one: one.at, default=None)


def _known(**which: Any) -> QuerySet[Plan]:
    return Plan.objects.filter(**which).select_related("owner")


def _tier(tier: str) -> str:
    return str(dict(Tier.choices).get(tier, tier))


def _day(day: date | None) -> str:
    return date_format(day, "j F Y") if day else ""
