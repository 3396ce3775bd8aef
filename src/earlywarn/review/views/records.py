"""The record, for administrators: who saw and did what with which student, and when."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from earlywarn.review import asked
from earlywarn.review.record.load import load
from earlywarn.review.record.middleware import seen
from earlywarn.review.rights import Right, needs


@needs(Right.RECORD)
@require_GET
def record(request: HttpRequest) -> HttpResponse:
    """Show who saw and did what, newest first, with what still lay in the files."""
    load(settings.RECORD_FOLDER)
    form = asked.Asked(request.GET)
    if not form.is_valid():
        return render(request, "desk/record.html", {"form": form, "damaged": asked.damaged()}, status=422)
    if student := form.cleaned_data["student"]:
        seen(request).students.append(student.pk)
    seen(request).words = form.words()
    page = Paginator(form.lines(), asked.A_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "rows": asked.told(list(page.object_list)), "damaged": asked.damaged()}
    return render(request, "desk/record.html", context)
