"""Plans."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from earlywarn.review.rights import Right, needs


@needs(Right.REVIEW)
@require_GET
def plans(request: HttpRequest) -> HttpResponse:
    """Show the plans of one's own students, those due first."""
    raise Http404


@needs(Right.REVIEW)
def new(request: HttpRequest, key: UUID) -> HttpResponse:
    """Plan support."""
    raise Http404


@needs(Right.REVIEW)
def plan(request: HttpRequest, key: UUID, number: int) -> HttpResponse:
    """Show and change a plan."""
    raise Http404


@needs(Right.REVIEW)
@require_POST
def check(request: HttpRequest, key: UUID, number: int) -> HttpResponse:
    """Keep what a weekly look found."""
    raise Http404


@needs(Right.REVIEW)
@require_POST
def end(request: HttpRequest, key: UUID, number: int) -> HttpResponse:
    """End a plan."""
    raise Http404
