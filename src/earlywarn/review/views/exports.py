"""Exports."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from earlywarn.review.rights import Right, needs


@needs(Right.OWN)
@require_GET
def export(request: HttpRequest, what: str, form: str) -> HttpResponse:
    """Give a list as CSV or XLSX."""
    raise Http404
