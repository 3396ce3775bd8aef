"""Exports: any list as CSV or XLSX, by the right of the list, with every student in it on record."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from earlywarn.review.exported import EXPORTS
from earlywarn.review.own import desk_of
from earlywarn.review.record.middleware import seen
from earlywarn.review.rights import Right, needs, rights_of
from earlywarn.review.written import FORMS, mark


@needs(Right.OWN)
@require_GET
def export(request: HttpRequest, what: str, form: str) -> HttpResponse:
    """Give a list as CSV or XLSX."""
    kind, written = EXPORTS.get(what), FORMS.get(form)
    if kind is None or written is None:
        raise Http404
    if kind.right not in rights_of(request.user):
        raise PermissionDenied
    desk, now = desk_of(request), timezone.now()
    exported = kind.make(desk, request.GET)
    seen(request).students += exported.students
    seen(request).words = f"{what}.{form}, {len(exported.rows)} rows"
    line = mark(exported, f"{desk.account.words} ({desk.account.get_username()})", now)
    name = f"CONFIDENTIAL-{what}-{desk.today}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store, private"}
    return HttpResponse(written.write(exported, line, now), content_type=written.content_type, headers=headers)
