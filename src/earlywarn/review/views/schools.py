"""Schools: what stands behind the lists, in sums, so that the surroundings can be supported too."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from earlywarn.columns import ROUNDED_TO
from earlywarn.review import sums
from earlywarn.review.handed import Funnel, funnel_of, holds
from earlywarn.review.models import Publication, Role
from earlywarn.review.own import Desk, desk_of
from earlywarn.review.rights import Right, needs
from earlywarn.review.scope import counted_for, entries_of

A_PAGE = 6


@needs(Right.SCHOOL)
@require_GET
def schools(request: HttpRequest) -> HttpResponse:
    """Show reasons and supports by school and grade, small cells suppressed."""
    blocks = [block for one in sums_for(desk_of(request)) for block in sums.blocks_of(one)]
    names = sorted({block.school for block in blocks if block.school})
    school = request.GET.get("school", "")
    shown = [block for block in blocks if block.school == school] if school else blocks
    page = Paginator(shown, A_PAGE).get_page(request.GET.get("page"))
    several = len({block.publication.pk for block in blocks}) > 1
    context = {"page": page, "schools": names, "school": school, "several": several, "least": ROUNDED_TO}
    return render(request, "desk/schools.html", context | {"handed": _handed(desk_of(request))})


def _handed(desk: Desk) -> list[tuple[Any, Any, Funnel | None]]:
    """Give what allocate and follow handed on with each list: sums that may be told, and no student."""
    shown = [one.pk for one in desk.publications]
    with_both = Publication.objects.filter(pk__in=shown).only("allocation", "followed").order_by("-as_of", "model")
    return [(_with_own(one, desk), one.followed, funnel_of(one.followed)) for one in with_both]


def _with_own(publication: Publication, desk: Desk) -> dict[str, Any]:
    """Give an allocation with the places of a lead's own schools, who sees each of these students anyway."""
    told = dict(publication.allocation)
    if told and desk.account.role == Role.LEAD:
        own = [*entries_of(desk.account, [publication]).exclude(supports="").values_list("supports", flat=True)]
        told["supports"] = [{**each, "own": sum(holds(one, each["name"]) for one in own)} for each in told["supports"]]
    return told


def sums_for(desk: Desk) -> list[sums.Sums]:
    """Give what is told of each list to an account."""
    counts = sums.counts_of(counted_for(desk.account, desk.publications))
    return [sums.sums_of(one, counts[one.pk]) for one in desk.publications if one.pk in counts]
