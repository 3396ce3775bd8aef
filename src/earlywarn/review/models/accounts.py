"""Accounts: a person, their role, and whose students are theirs."""

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What an account is for; rights.py says what each may do."""

    COUNSELOR = "counselor", _("Counselor")
    LEAD = "lead", _("School lead")
    DATA = "data", _("District data team")
    ANALYST = "analyst", _("Equity analyst")
    ADMIN = "admin", _("Administrator")


def texts(value: object) -> list[str]:
    """Give the numbers in a stored list; whatever is no list of texts reaches nobody."""
    return [one for one in value if isinstance(one, str) and one] if isinstance(value, list) else []


def validate_texts(value: object) -> None:
    """Refuse what is no list of texts."""
    if not isinstance(value, list) or texts(value) != value:
        raise ValidationError(_("Give numbers, with commas between them."), code="texts")


class Account(AbstractUser):
    """A person who signs in.

    A change of role, caseload or schools holds from the next request on: every query starts from this row.
    """

    role = models.CharField(_("role"), max_length=16, choices=Role.choices)
    caseloads = models.JSONField(
        _("caseloads"),
        default=list,
        blank=True,
        validators=[validate_texts],
        help_text=_("Counselor numbers of the people file, with commas between them."),
    )
    schools = models.JSONField(
        _("schools"),
        default=list,
        blank=True,
        validators=[validate_texts],
        help_text=_("School numbers of a school lead, with commas between them."),
    )

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """The name for people."""
        return self.get_full_name() or self.username
