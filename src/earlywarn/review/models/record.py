"""The record: who saw or did what with which student, and when; loaded from files, and only ever added to."""

from django.db import models


class RecordFile(models.Model):
    """How far one file of the record was loaded, in bytes; ``damaged`` counts lines that could not be read."""

    name = models.CharField(max_length=80, unique=True)
    loaded = models.BigIntegerField(default=0)
    damaged = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class RecordLine(models.Model):
    """One request of one account, or a denied attempt.

    ``status`` is that of the answer; null for the line that is written before something is changed.
    """

    at = models.DateTimeField()
    request = models.UUIDField()
    account = models.BigIntegerField(null=True)
    username = models.CharField(max_length=150, blank=True)
    what = models.CharField(max_length=60)
    method = models.CharField(max_length=10)
    status = models.PositiveSmallIntegerField(null=True)
    denied = models.BooleanField(default=False)
    words = models.TextField(blank=True)

    class Meta:
        indexes = (models.Index(fields=("account", "at")), models.Index(fields=("at",)))

    def __str__(self) -> str:
        return f"{self.what} {self.at:%Y-%m-%d}"


class RecordedStudent(models.Model):
    """That a line of the record concerns a student; a line of a list concerns all that it showed."""

    line = models.ForeignKey(RecordLine, models.PROTECT, related_name="students")
    student = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=("student", "line")),)

    def __str__(self) -> str:
        return f"line {self.line_id}"
