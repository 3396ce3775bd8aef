"""Records."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from earlywarn.review.rights import Right, needs


@needs(Right.RECORD)
@require_GET
def record(request: HttpRequest) -> HttpResponse:
    """Show who saw and did what."""
    raise Http404
