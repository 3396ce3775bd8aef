"""Notes: written once, never altered."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from earlywarn.review import notes
from earlywarn.review.forms.words import NoteForm
from earlywarn.review.own import desk_of, own_entry
from earlywarn.review.record.middleware import seen
from earlywarn.review.rights import Right, needs
from earlywarn.review.views.decide import again


@needs(Right.REVIEW)
@require_POST
def note(request: HttpRequest, key: UUID) -> HttpResponse:
    """Keep a note."""
    desk, entry, form = desk_of(request), own_entry(request, key), NoteForm(request.POST)
    seen(request).words = "note"
    if not form.is_valid():
        return again(request, entry, {"form": form, "note_form": form})
    kept = form.cleaned_data
    notes.keep(entry, desk.account, kept["words"], kept["roles"], kept["form"])
    messages.success(request, _("Your note is saved."))
    return redirect("student", key)
