"""Decide."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from earlywarn.review.rights import Right, needs


@needs(Right.REVIEW)
@require_POST
def add(request: HttpRequest, key: UUID) -> HttpResponse:
    """Add a student who was not flagged."""
    raise Http404


@needs(Right.REVIEW)
@require_POST
def decide(request: HttpRequest, key: UUID) -> HttpResponse:
    """Keep what a person says to a place on the list."""
    raise Http404


@needs(Right.CORRECTIONS)
@require_GET
def corrections(request: HttpRequest) -> HttpResponse:
    """Show the data that people said are wrong."""
    raise Http404


@needs(Right.CORRECTIONS)
@require_POST
def corrected(request: HttpRequest, number: int) -> HttpResponse:
    """Close a line of the correction list."""
    raise Http404
