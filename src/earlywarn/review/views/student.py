"""One student, on one page that prints: why, what helps, what would change it, what was decided and planned."""

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from earlywarn.review.listing import rows_of
from earlywarn.review.models import Entry
from earlywarn.review.own import desk_of, own_entry
from earlywarn.review.rights import Right, needs
from earlywarn.review.sheet import told_of


@needs(Right.REVIEW)
@require_GET
def student(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show one student: why, what helps, what would change it, what was decided and planned."""
    return student_page(request, own_entry(request, key), {})


def student_page(request: HttpRequest, entry: Entry, forms: dict[str, Any], status: int = 200) -> HttpResponse:
    """Show a student with forms as they were filled in, where something in them is to be mended."""
    desk = desk_of(request)
    publication = next(one for one in desk.publications if one.pk == entry.publication_id)
    context = {
        "entry": entry,
        "row": rows_of([entry], desk.publications, desk.today)[0],
        "told": told_of(entry, publication),
        "first": entry.first_name or entry.name,
        "own": [publication],
        "today": desk.today,
        "form_number": uuid4(),
        **forms,
    }
    return render(request, "desk/student.html", context, status=status)
