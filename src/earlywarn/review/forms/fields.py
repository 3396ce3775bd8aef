"""Fields that forms share: a sentence as a person writes it, one line, a day; and the number that a form bears."""

import unicodedata
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from earlywarn.printable import one_line
from earlywarn.review.models.work import WORDS


class Once(forms.Form):
    """A form with a number of its own, so that a second click keeps no second row; its ids begin with ``name``."""

    name = "form"
    # The desk says what is missing, on top and at the field; a browser's own bubble says less and goes away.
    use_required_attribute = False
    form = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, data: Any = None, **given: Any) -> None:
        super().__init__(data, **{"auto_id": f"{self.name}-%s", "label_suffix": "", **given})


class Sentence(forms.CharField):
    """Words that a person writes, over several lines if need be; kept as written but for control letters."""

    widget = forms.Textarea

    def __init__(self, **given: Any) -> None:
        messages = {
            "required": given.pop("missing", _("Write a sentence.")),
            "max_length": _("Write at most %(limit_value)d letters; these are %(show_value)d."),
        }
        super().__init__(max_length=WORDS, error_messages=messages, **given)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Give no ``maxlength``: a browser would cut what was pasted, without a word."""
        return {"rows": 3}

    def to_python(self, value: Any) -> str:
        """Give the words with plain line ends; a line end counts as one letter."""
        plain = str(value or "").replace("\r\n", "\n").replace("\r", "\n")
        return super().to_python(_without_controls(plain)) or ""


class OneLine(forms.CharField):
    """A few words on one line."""

    def to_python(self, value: Any) -> str:
        """Give the words without line breaks, controls and marks of direction."""
        return one_line(super().to_python(value) or "")


class Day(forms.DateField):
    """A day, as the browser's own calendar gives it."""

    def __init__(self, **given: Any) -> None:
        messages = {"required": _("Give a day."), "invalid": _("Give a day, such as 2026-11-14.")}
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, error_messages=messages, **given)


def _without_controls(text: str) -> str:
    return "".join(letter for letter in text if letter in "\n\t" or unicodedata.category(letter) != "Cc")
