"""Deciding: a view on a place on the list, adding by hand, and the clerk's list of data to correct."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from earlywarn.review import corrections as asked
from earlywarn.review import decisions
from earlywarn.review.forms.words import AddForm, CorrectedForm, DecideForm
from earlywarn.review.listing import A_PAGE
from earlywarn.review.models import Account, Decision, Entry
from earlywarn.review.own import desk_of, own_entry
from earlywarn.review.record.middleware import seen
from earlywarn.review.rights import Right, needs
from earlywarn.review.so_far import forms_for, so_far


@needs(Right.REVIEW)
@require_POST
def add(request: HttpRequest, key: UUID) -> HttpResponse:
    """Add a student who was not flagged."""
    desk, entry, form = desk_of(request), own_entry(request, key), AddForm(request.POST)
    seen(request).words = "added by hand"
    if form.is_valid() and decisions.add(entry, desk.account, form.said, desk.today):
        messages.success(request, _("Added to the list."))
        return redirect("student", key)
    if not form.errors:
        words = _("This student is on the list already. Your sentence is not saved: you can keep it as a note.")
        form.add_error(None, words)
    return again(request, entry, {"form": form, "add_form": form})


@needs(Right.REVIEW)
@require_POST
def decide(request: HttpRequest, key: UUID) -> HttpResponse:
    """Keep what a person says to a place on the list."""
    desk, entry = desk_of(request), own_entry(request, key)
    form = DecideForm(request.POST, views=decisions.views_for(entry))
    if not form.is_valid():
        return again(request, entry, {"form": form, "decide_form": form})
    decisions.decide(entry, desk.account, form.said)
    seen(request).words = f"view: {form.said.view.value}"
    messages.success(request, _("Your view is saved."))
    return redirect("student", key)


def again(request: HttpRequest, entry: Entry, forms: dict[str, Any]) -> HttpResponse:
    """Show a form again with what was written and what is to be mended, above what was done so far."""
    context = {"entry": entry, "so_far": so_far(entry, desk_of(request)), **forms_for(entry), **forms}
    return render(request, "desk/decide.html", context, status=422)


@needs(Right.CORRECTIONS)
@require_GET
def corrections(request: HttpRequest) -> HttpResponse:
    """Show the data that people said are wrong."""
    show = request.GET.get("show", "")
    show = show if show in asked.LISTS else "open"
    page = Paginator(asked.LISTS[show](), A_PAGE).get_page(request.GET.get("page"))
    context = {"show": show, "page": page, "rows": _lines(request, list(page.object_list))}
    return render(request, "desk/corrections.html", context)


@needs(Right.CORRECTIONS)
@require_POST
def corrected(request: HttpRequest, number: int) -> HttpResponse:
    """Close a line of the correction list."""
    decision = asked.asked().filter(pk=number).first()
    if decision is None:
        raise Http404
    form, account = CorrectedForm(request.POST, number=number), request.user
    assert isinstance(account, Account)
    seen(request).words = f"line {number}"
    if form.is_valid() and asked.correct(number, account, form.cleaned_data["words"]):
        seen(request).students.append(decision.student_id)
        messages.success(request, _("Closed. The student is back on the list to review."))
        return redirect("corrections")
    status = 422 if form.errors else 409
    if not form.errors:
        form.add_error(None, _("Somebody else closed this line first. Your sentence is not saved."))
    decision.refresh_from_db()
    rows = [(line, form) for line, _empty in _lines(request, [decision])]
    return render(request, "desk/corrections.html", {"show": "", "form": form, "rows": rows}, status=status)


def _lines(request: HttpRequest, decisions: list[Decision]) -> list[tuple[asked.Line, CorrectedForm]]:
    seen(request).students += [one.student_id for one in decisions]
    return [(line, CorrectedForm(number=line.decision.pk)) for line in asked.lines_of(decisions)]
