"""The lists: students to review, those without enough data, and finding any student of one's own."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from earlywarn.review import listing
from earlywarn.review.models import Entry
from earlywarn.review.own import Desk, desk_of
from earlywarn.review.record.middleware import seen
from earlywarn.review.rights import Right, needs
from earlywarn.review.scope import entries_of


@needs(Right.REVIEW)
@require_GET
def students(request: HttpRequest) -> HttpResponse:
    """Show who may need support, of one's own students."""
    desk, filters = desk_of(request), listing.Filters.read(request.GET)
    own = entries_of(desk.account, desk.publications)
    context = _shown(request, desk, filters.narrow(listing.to_review(own))) | listing.counts(own, desk.today)
    return render(request, "desk/students.html", context | _asked(own, desk, filters))


@needs(Right.REVIEW)
@require_GET
def not_enough_data(request: HttpRequest) -> HttpResponse:
    """Show whom the model could not score: nothing is known of their need, which is not the same as none."""
    desk = desk_of(request)
    own = entries_of(desk.account, desk.publications).filter(scored=False)
    return render(request, "desk/not_enough_data.html", _shown(request, desk, listing.by_name(own)))


@needs(Right.REVIEW)
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Find any student of one's own, flagged or not, to look at or add by hand; or whoever has a place and no flag."""
    desk, filters = desk_of(request), listing.Filters.read(request.GET)
    own = entries_of(desk.account, desk.publications)
    placed = "places" in request.GET and not filters.q
    found = listing.Filters(q=filters.q, status="").narrow(own) if filters.q else own.none()
    context = _shown(request, desk, listing.by_name(own.filter(listing.PLACED) if placed else found))
    return render(request, "desk/find.html", context | {"filters": filters, "placed": placed})


def _shown(request: HttpRequest, desk: Desk, entries: QuerySet[Entry]) -> dict[str, Any]:
    """Give one page of entries in words, and put whom it shows on record."""
    page = listing.page_of(entries, request.GET.get("page"))
    rows = list(page.object_list)
    seen(request).students += [entry.student_id for entry in rows]
    query = request.GET.copy()
    query.pop("page", None)
    return {
        "page": page,
        "rows": listing.rows_of(rows, desk.publications, desk.today),
        "publications": desk.publications,
        "today": desk.today,
        "query": query.urlencode(),
    }


def _asked(own: QuerySet[Entry], desk: Desk, filters: listing.Filters) -> dict[str, Any]:
    return {"filters": filters, "choices": listing.choices(listing.to_review(own).order_by(), desk.publications)}
