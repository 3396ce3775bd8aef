"""Notes."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from earlywarn.review.rights import Right, needs


@needs(Right.REVIEW)
@require_POST
def note(request: HttpRequest, key: UUID) -> HttpResponse:
    """Keep a note."""
    raise Http404
