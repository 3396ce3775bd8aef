"""Sheets."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from earlywarn.review.rights import Right, needs


@needs(Right.REVIEW)
@require_GET
def family(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show the sheet for a family, in plain words."""
    raise Http404


@needs(Right.REVIEW)
@require_GET
def meeting(request: HttpRequest) -> HttpResponse:
    """Show the sheet of a meeting for chosen students."""
    raise Http404
