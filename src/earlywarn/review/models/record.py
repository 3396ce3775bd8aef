"""The record: who saw or did what with which student, and when; loaded from files, and only ever added to.

The database itself refuses to alter or delete a line (migration 0002); a migration that alters these tables on SQLite
makes them anew and must set that up again.
"""

from typing import Any, NoReturn

from django.db import NotSupportedError, models


class _Lines(models.QuerySet[Any]):
    """Lines that can be added and read."""

    def update(self, **fields: Any) -> NoReturn:
        """Refuse."""
        _refuse()

    def delete(self) -> NoReturn:
        """Refuse."""
        _refuse()


class _Added(models.Model):
    """A row that is added once and never altered."""

    objects = _Lines.as_manager()

    class Meta:
        abstract = True

    def save(self, **how: Any) -> None:
        """Add a row; refuse to alter one."""
        if self.pk is not None:
            _refuse()
        super().save(**how)

    def delete(self, using: Any = None, keep_parents: bool = False) -> NoReturn:
        """Refuse."""
        _refuse()


def _refuse() -> NoReturn:
    raise NotSupportedError("the record is only ever added to")


class RecordFile(models.Model):
    """How far one file of the record was loaded, in bytes; ``damaged`` counts lines that could not be read."""

    name = models.CharField(max_length=80, unique=True)
    loaded = models.BigIntegerField(default=0)
    damaged = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class RecordLine(_Added):
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


class RecordedStudent(_Added):
    """That a line of the record concerns a student; a line of a list concerns all that it showed."""

    line = models.ForeignKey(RecordLine, models.PROTECT, related_name="students")
    student = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=("student", "line")),)

    def __str__(self) -> str:
        return f"line {self.line_id}"
