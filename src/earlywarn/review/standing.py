"""Whether a published list may still be shown: not once it was withdrawn or its provisional verdict is over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.utils.translation import gettext as _

from earlywarn.errors import EarlywarnError
from earlywarn.review.models import Publication
from earlywarn.score_run import MANIFEST, open_run


@dataclass(frozen=True)
class _Looked:
    stamp: tuple[int, int]
    words: str


_LOOKED: dict[str, _Looked] = {}
"""Folder -> what was read when its manifest last changed, so that a page costs one look at a file's date."""


def hidden_by(publication: Publication, today: date) -> str:
    """Say why a list is not shown any more; empty while it is."""
    withdrawn = publication.withdrawn or _withdrawn_on_disk(publication.folder)
    if withdrawn:
        return _("This list was %(words)s.") % {"words": withdrawn}
    if publication.is_expired(today):
        return _(
            "Its verdict was provisional and ended on %(day)s. A new audit or a waiver by name brings it back."
        ) % {"day": publication.expires}
    return ""


def note_withdrawn(publications: Iterable[Publication]) -> None:
    """Keep with a publication that its run was withdrawn, as its folder says: then it stays so without the folder."""
    for publication in publications:
        if words := "" if publication.withdrawn else _withdrawn_on_disk(publication.folder):
            Publication.objects.filter(pk=publication.pk).update(withdrawn=words)


def _withdrawn_on_disk(folder: str) -> str:
    """Read whether the score run was withdrawn since; a folder that is not on this machine says nothing."""
    try:
        stat = (Path(folder) / MANIFEST).stat()
    except OSError:
        return ""
    stamp, known = (stat.st_mtime_ns, stat.st_ino), _LOOKED.get(folder)
    if known is None or known.stamp != stamp:
        known = _LOOKED[folder] = _Looked(stamp, _words(Path(folder)))
    return known.words


def _words(folder: Path) -> str:
    try:
        withdrawal = open_run(folder).withdrawal
    except EarlywarnError:
        return ""
    return withdrawal.words if withdrawal else ""
