"""Schools."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from earlywarn.review.rights import Right, needs


@needs(Right.SCHOOL)
@require_GET
def schools(request: HttpRequest) -> HttpResponse:
    """Show reasons and supports by school and grade, small cells suppressed."""
    raise Http404
