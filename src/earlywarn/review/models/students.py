"""A student's lasting row: what links one list to the next, and where the review stands."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Review(models.TextChoices):
    """Where the review of a student stands."""

    TO_REVIEW = "to_review", _("To review")
    AGREED = "agreed", _("Support to plan")
    PLAN = "plan", _("Plan active")
    DATA = "data", _("Data to correct")
    SUPPORTED = "supported", _("Already supported")
    MOVED = "moved", _("Moved")
    NOT_NEEDED = "not_needed", _("Not needed")
    OTHER = "other", _("Other")


OPEN = (Review.TO_REVIEW, Review.AGREED, Review.PLAN, Review.DATA)
"""Reviews in which something is still to be done."""
CLOSED = (Review.SUPPORTED, Review.MOVED, Review.NOT_NEEDED, Review.OTHER)


class Student(models.Model):
    """One student over all lists. ``key`` stands in addresses; the student's own number never does."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    student_id = models.CharField(max_length=200, unique=True)
    review = models.CharField(max_length=12, choices=Review.choices, default=Review.TO_REVIEW)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    next_check = models.DateField(null=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    added_on = models.DateField(null=True)
    added_why = models.TextField(blank=True)

    def __str__(self) -> str:
        return str(self.key)
