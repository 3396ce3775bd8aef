"""Sheets on paper: of a meeting, and for a family."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from earlywarn.review.family import family_of
from earlywarn.review.meeting import MOST, talked_of
from earlywarn.review.own import desk_of, own_entries, own_entry
from earlywarn.review.record.middleware import seen
from earlywarn.review.rights import Right, needs


@needs(Right.REVIEW)
@require_GET
def family(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show the sheet for a family, in plain words."""
    entry = own_entry(request, key)
    return render(request, "desk/family.html", {"entry": entry, "family": family_of(entry, desk_of(request))})


@needs(Right.REVIEW)
@require_GET
def meeting(request: HttpRequest) -> HttpResponse:
    """Show the sheet of a meeting for chosen students; with one that is not theirs there is no sheet at all."""
    keys = list(dict.fromkeys(request.GET.getlist("s")))
    if len(keys) > MOST:
        return render(request, "desk/meeting.html", {"most": MOST, "asked": len(keys)}, status=422)
    desk, entries = desk_of(request), own_entries(request, keys)
    seen(request).words = f"{len(entries)} students"
    context = {"day": desk.today, "most": MOST, "talked": talked_of(entries, desk)}
    return render(request, "desk/meeting.html", context)
