"""How the desk's templates write a value and a place: a number never parts from its unit."""

import re

from django import template
from django.utils.translation import gettext as _

register = template.Library()

_UNIT = re.compile(r"(?<=\d) (?=[^\W\d]|%)")


@register.filter
def unparted(text: object) -> str:
    """Keep a number and its unit on one line.

    Examples
    --------
    >>> unparted("Days absent: 14 % of days").replace("\u00a0", "_")
    'Days absent: 14_% of days'
    """
    return _UNIT.sub("\u00a0", str(text))


@register.filter
def school(number: str) -> str:
    """Say a school: by its number as ``School 12``; one that has a name says it itself."""
    return _("School %(number)s") % {"number": number} if number and " " not in number else number


@register.filter
def of_hundred(share: float) -> str:
    """Write a share as so many of 100.

    Examples
    --------
    >>> of_hundred(0.405)
    '40'
    """
    return f"{100 * share:.0f}"
