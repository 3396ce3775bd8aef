"""Published lists: a score run as the desk shows it, and each student's place in it."""

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

LONGEST = 120
"""Letters of a name that are shown."""


class State(models.TextChoices):
    """Where a publication stands: staged and seen by nobody, current, or past."""

    STAGED = "staged", _("being loaded")
    CURRENT = "current", _("shown")
    PAST = "past", _("earlier")


class Publication(models.Model):
    """One score run with the names of one people file.

    Attributes
    ----------
    digest
        Of all that was published: manifest, people file, allocation, what was followed. The same again is no news.
    folder
        Where the score run lies; the desk looks there whether the list was withdrawn since.
    standard
        The one standard, in words.
    card, about, allocation, followed
        The scorecard's JSON, and what "About this list", the list and the school pages tell; made when published.
    """

    run = models.CharField(max_length=120)
    folder = models.TextField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State.choices, default=State.STAGED)
    model = models.CharField(max_length=200)
    version = models.PositiveIntegerField()
    as_of = models.DateField()
    standard = models.TextField(blank=True)
    card = models.TextField()
    card_sha256 = models.CharField(max_length=64)
    verdict = models.CharField(max_length=12)
    standing = models.TextField()
    expires = models.DateField(null=True)
    expiry_waived = models.BooleanField(default=False)
    waived = models.BooleanField(default=False)
    withdrawn = models.TextField(blank=True)
    made_up = models.BooleanField(default=False)
    about = models.JSONField(default=dict)
    allocation = models.JSONField(default=dict)
    followed = models.JSONField(default=dict)
    published_at = models.DateTimeField(auto_now_add=True)
    published_by = models.CharField(max_length=150)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("model",), condition=models.Q(state=State.CURRENT), name="one_current_list_a_model"
            ),
        )

    def __str__(self) -> str:
        return f"{self.model} {self.as_of}"

    def is_expired(self, today: date) -> bool:
        """Tell whether a provisional verdict is over and its expiry not waived."""
        return self.expires is not None and today > self.expires and not self.expiry_waived


class Paper(models.Model):
    """A page that came with a publication, such as the audit, kept apart since it is large."""

    publication = models.ForeignKey(Publication, models.CASCADE, related_name="papers")
    name = models.CharField(max_length=40)
    content = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("publication", "name"), name="one_paper_a_name"),)

    def __str__(self) -> str:
        return self.name


class Since(models.TextChoices):
    """What changed for a student since the list before."""

    FIRST = "first", _("first list")
    NEW = "new", _("new on this list")
    HIGHER = "higher", _("higher level than before")
    LOWER = "lower", _("lower level than before")
    OFF = "off", _("no longer on this list")
    SAME = "same", _("as before")


class Entry(models.Model):
    """One student in one publication; nothing of any group.

    Attributes
    ----------
    level_order
        0 for the highest level; null where there is no level.
    reasons, strengths, missing
        Names of inputs between bars, the heaviest first: ``|reading|absent|``.
    values
        Input -> value as scored; a result is its distance to the standard in spreads.
    sought
        Name and number without accents and capitals, for the search.
    """

    publication = models.ForeignKey(Publication, models.CASCADE, related_name="entries")
    student = models.ForeignKey("review.Student", models.CASCADE, related_name="entries")
    school = models.CharField(max_length=200)
    grade = models.CharField(max_length=200)
    counselor = models.CharField(max_length=200, blank=True)
    counselor_name = models.CharField(max_length=200, blank=True)
    first_name = models.TextField(blank=True)
    last_name = models.TextField(blank=True)
    born = models.DateField(null=True)
    sought = models.TextField(blank=True)
    scored = models.BooleanField()
    level = models.CharField(max_length=60, blank=True)
    level_order = models.SmallIntegerField(null=True)
    level_before = models.CharField(max_length=60, blank=True)
    rank = models.PositiveIntegerField(null=True)
    flagged = models.BooleanField()
    reasons = models.TextField(blank=True)
    strengths = models.TextField(blank=True)
    missing = models.TextField(blank=True)
    values = models.JSONField(default=dict)
    since = models.CharField(max_length=8, choices=Since.choices, default=Since.FIRST)
    since_input = models.TextField(blank=True)
    supports = models.TextField(blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("publication", "student"), name="one_entry_a_student"),)
        indexes = (
            models.Index(fields=("publication", "counselor", "flagged")),
            models.Index(fields=("publication", "school", "flagged")),
            models.Index(fields=("student", "publication")),
        )

    def __str__(self) -> str:
        return f"entry {self.pk}"

    @property
    def name(self) -> str:
        """First and last name, or the student's number where no people file was given; no name fills a page."""
        name = f"{self.first_name} {self.last_name}".strip() or self.student.student_id
        return name if len(name) <= LONGEST else f"{name[:LONGEST]}…"
