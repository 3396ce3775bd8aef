"""What the record is asked for: of one student, one account, one day, or refusals alone; what cannot be is said."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from earlywarn.review.models import Account, RecordedStudent, RecordFile, RecordLine, Student

A_PAGE = 50

WHAT = {
    "home": gettext_lazy("Came in"),
    "health": gettext_lazy("Sign of life"),
    "sign-in": gettext_lazy("Sign-in"),
    "sign-out": gettext_lazy("Sign-out"),
    "password": gettext_lazy("Own password"),
    "students": gettext_lazy("List: students to review"),
    "not-enough-data": gettext_lazy("List: not enough data"),
    "find": gettext_lazy("Looked for students"),
    "student": gettext_lazy("Student's page"),
    "family": gettext_lazy("Family sheet"),
    "add": gettext_lazy("Added a student by hand"),
    "decide": gettext_lazy("Said yes or no to a place on the list"),
    "note": gettext_lazy("Wrote a note"),
    "new-plan": gettext_lazy("New plan"),
    "plan": gettext_lazy("Plan"),
    "check-plan": gettext_lazy("Weekly check of a plan"),
    "end-plan": gettext_lazy("Ended a plan"),
    "plans": gettext_lazy("List: plans and checks"),
    "meeting": gettext_lazy("Meeting sheet"),
    "school": gettext_lazy("Schools"),
    "corrections": gettext_lazy("List: data to correct"),
    "corrected": gettext_lazy("Closed data to correct"),
    "export": gettext_lazy("Export"),
    "about": gettext_lazy("About this list"),
    "audit": gettext_lazy("Audit"),
    "audit-style": gettext_lazy("Audit"),
    "record": gettext_lazy("This record"),
    "no such page": gettext_lazy("No such page"),
}
"""What was asked for, in words, by the name of its address."""


OUTCOMES = {
    200: gettext_lazy("answered"),
    302: gettext_lazy("done"),
    404: gettext_lazy("no such page"),
    409: gettext_lazy("not saved: somebody else was first"),
    422: gettext_lazy("not saved: something was to be mended"),
}
"""What a request came to, in words, by the answer's code."""


class Asked(forms.Form):
    """What of the record is asked for; nothing given asks for all of it."""

    student = forms.CharField(label=gettext_lazy("Student number"), required=False, max_length=200)
    user = forms.CharField(label=gettext_lazy("User name"), required=False, max_length=150)
    day = forms.DateField(
        label=gettext_lazy("Day"),
        required=False,
        error_messages={"invalid": gettext_lazy("Give a day, such as 2026-11-14.")},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    denied = forms.BooleanField(label=gettext_lazy("Only what was refused"), required=False)

    def clean_student(self) -> Student | None:
        """Give the student of a number or a key."""
        said = self.cleaned_data["student"].strip()
        if not said:
            return None
        found = Student.objects.filter(student_id=said).first() or _by_key(said)
        if found is None:
            raise forms.ValidationError(_("The desk knows no student with this number. Check it."))
        return found

    def clean_user(self) -> Account | None:
        """Give the account of a username."""
        said = self.cleaned_data["user"].strip()
        found = Account.objects.filter(username=said).first() if said else None
        if said and found is None:
            raise forms.ValidationError(_("There is no account with this user name. Check it."))
        return found

    def lines(self) -> QuerySet[RecordLine]:
        """Give what is asked for, newest first."""
        lines, asked = RecordLine.objects.order_by("-at", "-pk"), self.cleaned_data
        if asked["student"]:
            lines = lines.filter(pk__in=RecordedStudent.objects.filter(student=asked["student"].pk).values("line"))
        if asked["user"]:
            lines = lines.filter(account=asked["user"].pk)
        if asked["denied"]:
            lines = lines.filter(denied=True)
        if asked["day"]:
            first, last = (timezone.make_aware(datetime.combine(asked["day"], of)) for of in (time.min, time.max))
            lines = lines.filter(at__gte=first, at__lte=last)
        return lines

    def words(self) -> str:
        """Say what was asked for, for the record itself; a student stands in its own column there."""
        asked = self.cleaned_data
        said = (asked["user"] and f"of {asked['user'].username}", asked["day"] and f"on {asked['day']}")
        return " ".join(part for part in said if part)


def _by_key(said: str) -> Student | None:
    try:
        return Student.objects.filter(key=UUID(said)).first()
    except ValueError:
        return None


def what_words(name: str) -> str:
    """Say what was asked for; pages of Django's admin are about accounts."""
    return str(WHAT.get(name) or _("Accounts"))


def told(lines: list[RecordLine]) -> list[dict[str, Any]]:
    """Say some lines in words, with how many students each concerns; one query."""
    numbers = dict(
        RecordedStudent.objects.filter(line__in=[line.pk for line in lines])
        .values_list("line")
        .annotate(Count("pk"))
        .order_by()
    )
    return [
        {
            "at": line.at,
            "username": line.username,
            "what": what_words(line.what),
            "words": line.words,
            "outcome": _outcome(line),
            "students": numbers.get(line.pk, 0),
        }
        for line in lines
    ]


def _outcome(line: RecordLine) -> str:
    if line.denied:
        return _("refused")
    if line.status is None:
        return _("asked to change something")
    return str(OUTCOMES.get(line.status) or _("answered with code %(status)s") % {"status": line.status})


def damaged() -> int:
    """Give how many lines of the files could not be read."""
    return RecordFile.objects.aggregate(all=Sum("damaged"))["all"] or 0
