"""Student."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from earlywarn.review.rights import Right, needs


@needs(Right.REVIEW)
@require_GET
def student(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show one student: why, what helps, what would change it, what was decided and planned."""
    raise Http404
