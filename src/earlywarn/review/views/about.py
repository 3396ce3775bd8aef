"""About."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from earlywarn.review.rights import Right, needs


@needs(Right.ABOUT)
@require_GET
def about(request: HttpRequest) -> HttpResponse:
    """Show what the list is."""
    raise Http404


@needs(Right.ABOUT)
@require_GET
def card(request: HttpRequest) -> HttpResponse:
    """Show the model card."""
    raise Http404


@needs(Right.ABOUT)
@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    """Show the audit."""
    raise Http404


@needs(Right.ABOUT)
@require_GET
def audit_style(request: HttpRequest) -> HttpResponse:
    """Give the audit's style sheet."""
    raise Http404
