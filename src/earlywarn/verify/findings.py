"""What was looked at in a score run, in plain words, and what does not hold; never a student's value or id."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Told(StrEnum):
    """What is said of one thing that was looked at."""

    HOLDS = "holds"
    FAULT = "fault"
    NOT_LOOKED = "not looked at"


WORDS = {
    "manifest": "the manifest has the form of its schema and its counts add up",
    "files": "every file has the bytes that the manifest names; none is missing, none is surplus",
    "standing": "the promotion stands in the home's record, and the scorecard has the bytes that were promoted",
    "rows": "scores.parquet has as many rows of each status as the manifest counts",
    "ids": "every student in scope stands once",
    "beside": "groups.parquet and inputs.parquet hold the same students in the same order",
    "values": "risk fits points and level fits risk; who was not scored has none of them",
    "ranks": "ranks run from 1 without a gap, the highest points first",
    "flagged": "the first seats are flagged, as many as the capacity allows; ties at the cut go by the stated hash",
    "flags": "flags.csv holds the flagged students with their school, grade and level, and no others",
    "quarantine": "quarantine.csv holds as many rows as the manifest counts",
    "again": "a sample scored again from inputs.parquet has the same points, risk, level, reasons and strengths",
    "roster": "a sample scored again from the roster has the same points, risk, level, reasons and strengths",
}
"""What is looked at, in this order; the names are the same for ever."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; ``why_not`` says why it could not be."""

    name: str
    faults: tuple[str, ...] = ()
    why_not: str = ""

    @property
    def words(self) -> str:
        """What holds, if it holds."""
        return WORDS[self.name]

    @property
    def told(self) -> Told:
        """Whether it holds."""
        if self.faults:
            return Told.FAULT
        return Told.NOT_LOOKED if self.why_not else Told.HOLDS


@dataclass
class Faults:
    """Faults in the making: sentences, and rows counted by sentence."""

    said: dict[str, list[str]] = field(default_factory=dict)
    rows: dict[str, Counter[str]] = field(default_factory=dict)
    not_looked: dict[str, str] = field(default_factory=dict)

    def say(self, name: str, *sentences: str) -> None:
        """Add what is wrong as a whole."""
        self.said.setdefault(name, []).extend(sentences)

    def count(self, name: str, sentence: str, rows: int) -> None:
        """Add rows of which the same is wrong."""
        if rows:
            self.rows.setdefault(name, Counter())[sentence] += int(rows)

    def leave(self, name: str, why: str) -> None:
        """Say why something was not looked at."""
        self.not_looked.setdefault(name, why)

    def findings(self) -> tuple[Finding, ...]:
        """Give all that was looked at, in the order of WORDS."""
        return tuple(
            Finding(name, (*self.said.get(name, ()), *self._counted(name)), self.not_looked.get(name, ""))
            for name in WORDS
        )

    def _counted(self, name: str) -> tuple[str, ...]:
        return tuple(
            f"{count:,} {'row' if count == 1 else 'rows'}: {sentence}"
            for sentence, count in self.rows.get(name, Counter()).items()
        )
