"""Plans: the list of those due, and one plan with its changes, checks and end."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from earlywarn.review import plan_rows
from earlywarn.review import plans as planning
from earlywarn.review.forms.plans import PlanForm, initial_of
from earlywarn.review.forms.words import CheckForm, EndForm
from earlywarn.review.listing import A_PAGE
from earlywarn.review.models import Account, Entry, Plan, Review
from earlywarn.review.own import desk_of, own_entry
from earlywarn.review.record.middleware import seen
from earlywarn.review.rights import Right, needs
from earlywarn.review.scope import who_may_see


@needs(Right.REVIEW)
@require_GET
def plans(request: HttpRequest) -> HttpResponse:
    """Show the plans of one's own students, those due first."""
    desk, show = desk_of(request), request.GET.get("show", "")
    show = show if show in plan_rows.LISTS else "active"
    own = plan_rows.own_plans(plan_rows.LISTS[show](), desk.account, desk.publications)
    page = Paginator(own, A_PAGE).get_page(request.GET.get("page"))
    here = list(page.object_list)
    entries = plan_rows.entries_for(here, desk.account, desk.publications)
    seen(request).students += [one.student_id for one in here]
    rows = [plan_rows.row_of(one, entries[one.student_id], desk.today) for one in here]
    return render(request, "desk/plans.html", {"show": show, "page": page, "rows": rows})


@needs(Right.REVIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, key: UUID) -> HttpResponse:
    """Plan support."""
    desk, entry = desk_of(request), own_entry(request, key)
    initial = {"owner": desk.account.pk, "start": desk.today}
    form = PlanForm(request.POST or None, owners=_owners(request, entry), made_on=desk.today, initial=initial)
    if form.is_valid():
        made = planning.make(entry, desk.account, form.planned, form.cleaned_data["form"])
        seen(request).words = f"plan {made.pk}: made"
        messages.success(request, _("The plan is saved."))
        return redirect("plan", key, made.pk)
    context = {"entry": entry, "form": form, "types": planning.USUAL_TYPES}
    return render(request, "desk/new_plan.html", context, status=422 if form.is_bound else 200)


@needs(Right.REVIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, key: UUID, number: int) -> HttpResponse:
    """Show and change a plan."""
    entry = own_entry(request, key)
    here = _own_plan(request, entry, number)
    if request.method != "POST":
        return _page(request, entry, here, {})
    owners = _owners(request, entry)
    form = PlanForm(request.POST, owners=owners, made_on=here.at.date())
    if not form.is_valid():
        return _page(request, entry, here, {"form": form, "plan_form": form})
    edition, click = form.cleaned_data["edition"] or 0, form.cleaned_data["form"]
    if not planning.change(here, desk_of(request).account, form.planned, edition, click):
        return _conflict(request, entry, _own_plan(request, entry, number), form, owners)
    return _saved(request, entry, here, _("The plan is saved."), "changed")


@needs(Right.REVIEW)
@require_POST
def check(request: HttpRequest, key: UUID, number: int) -> HttpResponse:
    """Keep what a weekly look found."""
    desk, entry = desk_of(request), own_entry(request, key)
    here = _own_plan(request, entry, number)
    form = CheckForm(request.POST, plan=here, today=desk.today)
    if not form.is_valid():
        return _page(request, entry, here, {"form": form, "check_form": form})
    planning.look(here, desk.account, form.looked)
    return _saved(request, entry, here, _("The check is saved."), "checked")


@needs(Right.REVIEW)
@require_POST
def end(request: HttpRequest, key: UUID, number: int) -> HttpResponse:
    """End a plan."""
    desk, entry = desk_of(request), own_entry(request, key)
    here, form = _own_plan(request, entry, number), EndForm(request.POST)
    if not form.is_valid():
        return _page(request, entry, here, {"form": form, "end_form": form})
    planning.end(here, desk.account, form.looked(desk.today))
    return _saved(request, entry, here, _ended(entry), "ended")


def _ended(entry: Entry) -> str:
    entry.student.refresh_from_db()
    if entry.student.review == Review.TO_REVIEW:
        return _("The plan is ended. The student is to review again: is support still needed?")
    return _("The plan is ended.")


def _own_plan(request: HttpRequest, entry: Entry, number: int) -> Plan:
    found = plan_rows.plans_of([entry.student_id]).select_related("by").filter(pk=number).first()
    if found is None:
        seen(request).denied, seen(request).words = True, f"plan {number}"
        raise Http404
    return found


def _owners(request: HttpRequest, entry: Entry) -> list[Account]:
    return who_may_see(entry.student_id, desk_of(request).publications)


def _saved(request: HttpRequest, entry: Entry, here: Plan, told: str, done: str) -> HttpResponse:
    seen(request).words = f"plan {here.pk}: {done}"
    messages.success(request, told)
    return redirect("plan", entry.student.key, here.pk)


def _page(request: HttpRequest, entry: Entry, here: Plan, bound: dict[str, Any]) -> HttpResponse:
    """Show a plan; of a form that is to be mended what was written."""
    desk, status = desk_of(request), 422 if bound else 200
    made_on = here.at.date()
    forms = {
        "plan_form": PlanForm(owners=_owners(request, entry), made_on=made_on, initial=initial_of(here)),
        "check_form": CheckForm(plan=here, today=desk.today),
        "end_form": EndForm(),
    }
    context = {
        "entry": entry,
        "plan": here,
        "row": plan_rows.row_of(here, entry, desk.today),
        "says": plan_rows.sides(planning.Planned.of(here)),
        "checks": here.checks.select_related("by").order_by("-on", "-pk"),
        "edits": [(one, plan_rows.sides_before(one.before)) for one in here.edits.select_related("by").order_by("-pk")],
        "types": planning.USUAL_TYPES,
    }
    return render(request, "desk/plan.html", {**context, **forms, **bound}, status=status)


def _conflict(request: HttpRequest, entry: Entry, now: Plan, sent: PlanForm, owners: list[Account]) -> HttpResponse:
    """Show both texts and the ways on; neither is lost, and neither takes the other's place by itself."""
    yours, theirs = plan_rows.beside(
        plan_rows.sides(sent.planned), plan_rows.sides(planning.Planned.of(now), now.ended_on)
    )
    again = {**{name: sent.data.get(name) for name in sent.fields}, "edition": now.edition, "form": str(uuid4())}
    last, here = plan_rows.last_saved(now), reverse("plan", args=[entry.student.key, now.pk])
    context = {
        "yours": yours,
        "theirs": theirs,
        "saved_by": last.by.words if last else "",
        "saved_at": last.at if last else None,
        "edit_url": "" if now.ended_on else here,
        "save_url": here,
        "leave_url": reverse("student", args=[entry.student.key]),
        "form": None if now.ended_on else PlanForm(again, owners=owners, made_on=now.at.date()),
    }
    seen(request).words = f"plan {now.pk}: changed by somebody else first"
    return render(request, "409.html", context, status=409)
