"""What people decide, plan and note; a decision and a note are never altered, a plan keeps what it was."""

from datetime import date

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from earlywarn.review.models.accounts import Role
from earlywarn.review.models.students import Student

WORDS = 2000
"""Letters of a sentence that a person writes, at most."""


class View(models.TextChoices):
    """What a person says to a student's place on the list."""

    AGREE = "agree", _("Yes, plan support")
    SUPPORTED = "supported", _("No: already supported")
    DATA = "data", _("No: the data are wrong")
    MOVED = "moved", _("No: moved away or to another school")
    NOT_NEEDED = "not_needed", _("No: not needed now")
    OTHER = "other", _("No: another reason")
    ADDED = "added", _("Added to the list by hand")
    OFF = "off", _("No: take off the list again")


WITH_WORDS = (View.DATA, View.NOT_NEEDED, View.OTHER, View.ADDED)
"""Views that say too little without a sentence."""


class _Written(models.Model):
    """Something that one person wrote of one student. ``form`` makes a second click on the same form no second row."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="%(class)ss")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    form = models.UUIDField(unique=True)

    class Meta:
        abstract = True


class Decision(_Written):
    """One view of one person, of the list of one day. ``corrected_*`` closes a line of the correction list."""

    publication = models.ForeignKey("review.Publication", models.PROTECT, related_name="+")
    view = models.CharField(max_length=12, choices=View.choices)
    words = models.TextField(max_length=WORDS, blank=True)
    corrected_at = models.DateTimeField(null=True)
    corrected_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    corrected_words = models.TextField(max_length=WORDS, blank=True)


class Note(_Written):
    """A note. ``roles`` names who else than its writer may read it; none named: whoever may see the student."""

    words = models.TextField(max_length=WORDS)
    roles = models.JSONField(default=list, blank=True)

    def is_for(self, account: models.Model) -> bool:
        """Tell whether an account that may see the student may read the note."""
        return not self.roles or self.by_id == account.pk or getattr(account, "role", "") in self.roles


class Tier(models.TextChoices):
    """How much support, as multi-tiered systems of support have it."""

    ALL = "1", _("Tier 1: for every student")
    SOME = "2", _("Tier 2: in a small group")
    ONE = "3", _("Tier 3: for one student")


class Plan(_Written):
    """Support for one student: six weeks by default, looked at every week. ``publication`` was shown when it was made.

    ``edition`` grows with every change: who writes on an older one is told, and nothing is overwritten unseen.
    """

    publication = models.ForeignKey("review.Publication", models.PROTECT, related_name="+")
    type = models.CharField(_("type of support"), max_length=120)
    tier = models.CharField(_("tier"), max_length=1, choices=Tier.choices)
    goal = models.TextField(_("goal"), max_length=WORDS)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    start = models.DateField(_("start"))
    end = models.DateField(_("end"))
    next_check = models.DateField(_("next check"), null=True)
    ended_on = models.DateField(null=True)
    edition = models.PositiveIntegerField(default=1)

    @property
    def due(self) -> date:
        """The day of the next look; after the last one, the day on which the plan runs out."""
        return self.next_check or self.end


class PlanEdit(_Written):
    """What a plan was before one edit, so that nothing that was written is lost."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="edits")
    before = models.JSONField()


class PlanCheck(_Written):
    """One look at how a plan goes."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="checks")
    on = models.DateField()
    words = models.TextField(max_length=WORDS)


ROLES_OF_NOTES = (Role.COUNSELOR, Role.LEAD)
"""Roles that see students, and so may be named as readers of a note."""
