"""Accounts: a person, their role, and whose students are theirs."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What an account is for; rights.py says what each may do."""

    COUNSELOR = "counselor", _("Counselor")
    LEAD = "lead", _("School lead")
    DATA = "data", _("District data team")
    ANALYST = "analyst", _("Equity analyst")
    ADMIN = "admin", _("Administrator")


class Account(AbstractUser):
    """A person who signs in.

    A change of role, caseload or schools holds from the next request on: every query starts from this row.
    """

    role = models.CharField(_("role"), max_length=16, choices=Role.choices)
    caseloads = models.JSONField(
        _("caseloads"), default=list, blank=True, help_text=_("Counselor numbers of the people file.")
    )
    schools = models.JSONField(_("schools"), default=list, blank=True, help_text=_("School numbers of a school lead."))

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """The name for people."""
        return self.get_full_name() or self.username
