"""About this list: the one standard, who let the model serve, its card in plain words, and its audit."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from earlywarn.review.about import About
from earlywarn.review.audit_page import AuditPage, linked_to, with_style
from earlywarn.review.models import Paper, Publication
from earlywarn.review.own import desk_of
from earlywarn.review.rights import Right, needs


@needs(Right.ABOUT)
@require_GET
def about(request: HttpRequest) -> HttpResponse:
    """Show what each list is, for whom it works, who approved it and when that ends."""
    shown = desk_of(request).publications
    lists = [(one, _about(one), linked_to(_paper(one, "first"), f"{reverse('audit')}?list={one.pk}")) for one in shown]
    return render(request, "desk/about.html", {"lists": lists})


@needs(Right.ABOUT)
@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    """Show the whole audit, as it was promoted."""
    one = _asked(request)
    page = AuditPage(css="", first="", whole=_paper(one, "whole"))
    return HttpResponse(with_style(page, f"{reverse('audit-style')}?list={one.pk}"))


@needs(Right.ABOUT)
@require_GET
def audit_style(request: HttpRequest) -> HttpResponse:
    """Give the audit's own style sheet."""
    return HttpResponse(_paper(_asked(request), "css"), content_type="text/css")


def _asked(request: HttpRequest) -> Publication:
    """Give the list that is asked for, of those that are shown; the newest if none is."""
    shown, number = desk_of(request).publications, request.GET.get("list")
    found = next((one for one in shown if number in (None, str(one.pk))), None)
    if found is None:
        raise Http404
    return found


def _about(publication: Publication) -> About:
    """Read what was kept when the list was published; its audit lies apart, since it is large."""
    return About.from_json(publication.about | {"audit": {"css": "", "first": "", "whole": ""}})


def _paper(publication: Publication, name: str) -> str:
    return str(Paper.objects.values_list("content", flat=True).get(publication=publication, name=name))
