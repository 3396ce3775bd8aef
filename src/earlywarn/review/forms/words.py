"""The forms of a view, of adding by hand, of a note, of a correction and of a look at a plan."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from earlywarn.review.decisions import Said
from earlywarn.review.forms.fields import Day, Once, Sentence
from earlywarn.review.models import Plan, View
from earlywarn.review.models.work import ROLES_OF_NOTES, WITH_WORDS
from earlywarn.review.plans import Looked


class DecideForm(Once):
    """Agree or disagree; nothing is preselected."""

    name = "decide"
    view = forms.ChoiceField(
        label=_("Does this student need support now?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one of these.")},
    )
    words = Sentence(
        label=_("In a sentence"),
        help_text=_(
            "Part of the student's record. Needed if the data are wrong, if support is not needed now, and for another "
            "reason. You can say otherwise later: all views are kept, and the latest counts."
        ),
        required=False,
    )

    def __init__(self, data: Any = None, *, views: Sequence[View], **given: Any) -> None:
        super().__init__(data, **given)
        self.fields["view"].choices = [(view.value, view.label) for view in views]  # type: ignore[attr-defined]

    def clean(self) -> None:
        """Ask for a sentence where the view says too little without one."""
        view, words = self.cleaned_data.get("view"), self.cleaned_data.get("words")
        if view in WITH_WORDS and words == "":
            asked = {View.DATA: _now("Write in a sentence which data are wrong, so that they can be corrected.")}
            self.add_error("words", asked.get(View(view), _now("Write in a sentence why.")))

    @property
    def said(self) -> Said:
        """Give the view of a valid form."""
        return Said(View(self.cleaned_data["view"]), self.cleaned_data["words"], self.cleaned_data["form"])


class AddForm(Once):
    """Why somebody who was not flagged is added."""

    name = "add"
    words = Sentence(
        label=_("Why this student should be on the list, in a sentence"),
        help_text=_(
            "What did you see that the data do not show? Part of the student's record. Then you can plan support."
        ),
        missing=_("Write in a sentence why this student should be on the list."),
    )

    @property
    def said(self) -> Said:
        """Give the reason of a valid form."""
        return Said(View.ADDED, self.cleaned_data["words"], self.cleaned_data["form"])


class NoteForm(Once):
    """A note, and who else may read it."""

    name = "note"
    words = Sentence(
        label=_("Note"), help_text=_("A note cannot be changed once it is saved."), missing=_("Write the note.")
    )
    roles = forms.MultipleChoiceField(
        label=_("Only for"),
        help_text=_("With none chosen, all who may see this student read it. You can always read your own."),
        choices=[(role.value, role.label) for role in ROLES_OF_NOTES],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"invalid_choice": _("Choose one of these.")},
    )


class CorrectedForm(forms.Form):
    """What was corrected."""

    use_required_attribute = False
    words = Sentence(
        label=_("What was corrected"),
        help_text=_("The student's counselors read this. If the data were right, say so."),
        missing=_("Write in a sentence what was corrected."),
    )

    def __init__(self, data: Any = None, *, number: int) -> None:
        super().__init__(data, auto_id=f"line-{number}-%s", label_suffix="")


class CheckForm(Once):
    """How a plan goes."""

    name = "check"
    on = Day(label=_("Day of the check"))
    words = Sentence(label=_("How does it go?"), missing=_("Write in a sentence how it goes."))

    def __init__(self, data: Any = None, *, plan: Plan, today: date) -> None:
        super().__init__(data, initial={"on": today})
        self.plan, self.today = plan, today

    def clean_on(self) -> date:
        """Refuse a day before the plan began, and one that is still to come."""
        on: date = self.cleaned_data["on"]
        if self.plan.start > self.today:
            raise forms.ValidationError(_("This plan has not begun yet: it begins on %s.") % _said(self.plan.start))
        if not self.plan.start <= on <= self.today:
            words = _("Give a day from %(start)s, when the plan began, to today.") % {"start": _said(self.plan.start)}
            raise forms.ValidationError(words)
        return on

    @property
    def looked(self) -> Looked:
        """Give what a valid form says."""
        return Looked(self.cleaned_data["on"], self.cleaned_data["words"], self.cleaned_data["form"])


class EndForm(Once):
    """How a plan went."""

    name = "end"
    words = Sentence(
        label=_("How did it go?"),
        help_text=_("What changed, and what should happen next?"),
        missing=_("Write in a sentence how it went."),
    )

    def looked(self, today: date) -> Looked:
        """Give what a valid form says, as of today."""
        return Looked(today, self.cleaned_data["words"], self.cleaned_data["form"])


def _said(day: date) -> str:
    return date_format(day, "j F Y")
