"""What changed for each student since the list before, read from a score run's changes.csv.

It refuses a file that is not the one the run wrote; a run that was held against no earlier one has no changes.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from earlywarn.errors import Fault, ScorecardError
from earlywarn.files import sha256_of
from earlywarn.formula import formula_safe
from earlywarn.score_run import open_run
from earlywarn.scorecard.history import change_words, within

CHANGES = "changes.csv"


class Place(StrEnum):
    """A student's place on the list against the list before, as changes.csv has it."""

    NEVER = "not on the list"
    LEFT = "no longer on the list"
    NEW = "new on the list"
    STAYED = "on the list as before"


@dataclass(frozen=True)
class Change:
    """What changed for one student.

    Attributes
    ----------
    list_input, level_input
        What moved the place and the level most, by title and, on the list, with its values then and now.
    level_before, level_now
        "" where not scored.
    """

    place: Place
    list_cause: str
    list_input: str
    level_before: str
    level_now: str
    level_cause: str
    level_input: str
    standing_before: str
    standing_now: str

    @property
    def input(self) -> str:
        """The title of the input that moved the level most or, where that did not move, the place; "" for none."""
        return _title(self.level_input) or _title(self.list_input)

    @property
    def words(self) -> str:
        """Say it in a line for the list: ``New on the list. Moderate → High: mathematics result``."""
        level = change_words(self.level_before or None, self.level_now or None, _title(self.level_input))
        moved = self.place in (Place.NEW, Place.LEFT)
        told = [_place_words(self.place, "" if level else _title(self.list_input)), *([level] if level else [])]
        return ". ".join(told if moved else told[1:])


def read_changes(folder: Path, student_ids: Iterable[str]) -> Mapping[str, Change]:
    """Read what changed, by student; of a student who is not among ``student_ids`` by the id as the file shows it.

    Ids in the file are harmless in a spreadsheet, which ``student_ids``, those of the score run, undo.

    Raises
    ------
    UsageError, ScorecardError
        No score run; or the file is gone, altered or not of the form that ``score`` writes.
    """
    written = open_run(folder).manifest.files.get(CHANGES)
    if written is None:
        return {}
    path = folder / CHANGES
    content = path.read_bytes() if path.is_file() else b""
    if sha256_of(content) != written:
        raise _refused(path, "not the file that this score run wrote")
    ids = {formula_safe(student_id): student_id for student_id in student_ids}
    rows = csv.DictReader(io.StringIO(content.decode(), newline=""))
    try:
        return {ids.get(row["student_id"], row["student_id"]): _change(row) for row in rows}
    except (KeyError, ValueError):
        raise _refused(path, "not the form of changes.csv") from None


def _change(row: Mapping[str, str]) -> Change:
    names = [name for name in Change.__dataclass_fields__ if name != "place"]
    return Change(place=Place(row["list"]), **{name: row[name] for name in names})


def _refused(path: Path, found: str) -> ScorecardError:
    return ScorecardError(Fault(str(path), found, "the bytes named in manifest.json", "score the roster again"))


def _place_words(place: Place, title: str) -> str:
    words = place.value[:1].upper() + place.value[1:]
    return f"{words}: {within(title)}" if title else words


ARROW = " -> "
NO_TITLE = ("no one input", "not known")
"""What stands in place of a title where no input can be named; the second with its reason."""


def _title(told: str) -> str:
    """Give the title of an input that may stand with its values then and now."""
    title = told[: told.rindex(": ", 0, told.index(ARROW))] if ARROW in told else told
    return "" if title.split(": ")[0] in NO_TITLE else title
