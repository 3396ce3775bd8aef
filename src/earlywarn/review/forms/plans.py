"""The form of a plan; it refuses days that do not fit together, all of them at once."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from earlywarn.review.forms.fields import Day, Once, OneLine, Sentence
from earlywarn.review.models import Account, Plan, Tier
from earlywarn.review.plans import A_WEEK, SIX_WEEKS, Planned

A_YEAR = timedelta(days=366)
RULES: Sequence[tuple[str, Callable[[date, date, date, date], bool], Any]] = (
    ("start", lambda made, start, end, check: abs(start - made) > A_YEAR, _("Give a start within a year of today.")),
    ("end", lambda made, start, end, check: end < start, _("The end cannot be before the start.")),
    ("end", lambda made, start, end, check: end - start > A_YEAR, _("Give an end within a year of the start.")),
    ("next_check", lambda made, start, end, check: check < start, _("The next check cannot be before the start.")),
    (
        "next_check",
        lambda made, start, end, check: check > max(start, end),
        _("The next check cannot be after the end."),
    ),
)
"""Field, when its day does not fit (made on, start, end, next check), and what is said then."""


class PlanForm(Once):
    """What is planned, by whom, from when to when.

    Parameters
    ----------
    owners
        Accounts that may see the student.
    made_on
        The day on which the plan is or was made; it begins within a year of that.
    """

    name = "plan"
    type = OneLine(
        label=_("What is planned"),
        max_length=120,
        widget=forms.TextInput(attrs={"list": "types", "autocomplete": "off"}),
        help_text=_("One of the usual supports, or another in your own words."),
        error_messages={"required": _("Say what is planned."), "max_length": _("Say it in at most 120 letters.")},
    )
    tier = forms.ChoiceField(
        label=_("Tier"),
        choices=Tier.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a tier."), "invalid_choice": _("Choose one of these tiers.")},
    )
    goal = Sentence(
        label=_("Goal"),
        help_text=_(
            "What becomes possible, not what is lacking. For instance: reads a page aloud by January and tells "
            "what happened in it."
        ),
        missing=_("Write the goal in a sentence."),
    )
    owner = forms.TypedChoiceField(
        label=_("Who looks after it"),
        coerce=int,
        error_messages={
            "required": _("Choose who looks after it."),
            "invalid_choice": _("Choose somebody who may see this student."),
        },
    )
    start = Day(label=_("Start"))
    end = Day(label=_("End"), required=False, help_text=_("Left empty: six weeks after the start."))
    next_check = Day(
        label=_("Next check"), required=False, help_text=_("Left empty: a week after the start. Then every week.")
    )
    edition = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(self, data: Any = None, *, owners: Sequence[Account], made_on: date, **given: Any) -> None:
        super().__init__(data, **given)
        self.owners, self.made_on = {account.pk: account for account in owners}, made_on
        choices = [("", _("Choose a person"))] + [(account.pk, account.words) for account in owners]
        self.fields["owner"].choices = choices  # type: ignore[attr-defined]
        if (data or self.initial).get("edition"):
            self.fields["next_check"].help_text = _("Left empty: none before the end.")

    def clean(self) -> None:
        """Fill in the usual days, and say of every day that does not fit why."""
        start: date | None = self.cleaned_data.get("start")
        if start is None:
            return
        usual_end = min(start, date.max - SIX_WEEKS) + SIX_WEEKS
        end = date.max if "end" in self.errors else self.cleaned_data["end"] or usual_end
        check = self.cleaned_data.get("next_check") or self._usual_check(start, end)
        unfit = [(name, words) for name, is_unfit, words in RULES if is_unfit(self.made_on, start, end, check or start)]
        for name, words in unfit:
            if name not in self.errors:
                self.add_error(name, words)
        self.cleaned_data |= {"end": end, "next_check": check}

    def _usual_check(self, start: date, end: date) -> date | None:
        """Give a week after the start for a new plan; of an older one whoever leaves it empty means none."""
        if self.cleaned_data.get("edition"):
            return None
        return min(min(start, date.max - A_WEEK) + A_WEEK, max(start, end))

    @property
    def planned(self) -> Planned:
        """Give the plan of a valid form."""
        fields = {name: self.cleaned_data[name] for name in Planned.__dataclass_fields__ if name != "owner"}
        return Planned(**fields, owner=self.owners[self.cleaned_data["owner"]])


def initial_of(plan: Plan) -> dict[str, Any]:
    """Give what a plan says now as a form shows it."""
    return {name: getattr(plan, name) for name in ("type", "tier", "goal", "start", "end", "next_check", "edition")} | {
        "owner": plan.owner_id
    }
