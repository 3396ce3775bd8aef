"""One student, on one page that prints: why, what helps, what would change it, what was decided and planned."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from earlywarn.review.handed import places_of
from earlywarn.review.listing import next_to_review, rows_of
from earlywarn.review.models.lists import LONGEST
from earlywarn.review.own import desk_of, own_entry
from earlywarn.review.rights import Right, needs
from earlywarn.review.scope import entries_of
from earlywarn.review.sheet import told_of
from earlywarn.review.so_far import forms_for, so_far


@needs(Right.REVIEW)
@require_GET
def student(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show one student: why, what helps, what would change it, what was decided and planned."""
    desk, entry = desk_of(request), own_entry(request, key)
    publication = desk.publication_of(entry)
    context = {
        "entry": entry,
        "row": rows_of([entry], desk.publications, desk.today)[0],
        "told": told_of(entry, publication),
        "first": entry.first_name[:LONGEST] or entry.name,
        "own": [publication],
        "places": places_of(entry.supports, publication.allocation) if entry.supports else (),
        "today": desk.today,
        "next": next_to_review(entries_of(desk.account, desk.publications), entry),
        "so_far": so_far(entry, desk),
    }
    return render(request, "desk/student.html", context | forms_for(entry))
