"""The scorecard of a publication, read from the database once a process; and what it says of an entry in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from earlywarn.review.models import Entry, Publication
from earlywarn.scorecard.reasons import sentence, value_words
from earlywarn.scorecard.table import PointsTable, Scorecard, from_bytes


@dataclass(frozen=True)
class Level:
    """A level as a word and a shape: so many circles filled, of so many."""

    name: str
    filled: int
    of: int


@dataclass(frozen=True)
class Card:
    """A scorecard with its tables by input."""

    scorecard: Scorecard
    tables: dict[str, PointsTable]

    def sentences(self, entry: Entry, names: Iterable[str]) -> list[str]:
        """Say some inputs of an entry as reasons are said."""
        return [
            sentence(self.tables[name], entry.values.get(name), entry.grade) for name in names if name in self.tables
        ]

    def value(self, entry: Entry, name: str) -> str:
        """Say one value without the input's title."""
        return value_words(self.tables[name].spec, entry.values.get(name), entry.grade)

    def titles(self, names: Iterable[str]) -> list[str]:
        """Give the titles of inputs."""
        return [self.tables[name].spec.title for name in names if name in self.tables]

    def level(self, name: str) -> Level | None:
        """Give a level's shape; None where there is no level of this name."""
        names = [level.name for level in self.scorecard.levels]
        return Level(name, len(names) - names.index(name), len(names)) if name in names else None


def card_of(publication: Publication) -> Card:
    """Give the scorecard of a publication."""
    return _card(publication.pk)


def names_in(text: str) -> list[str]:
    """Give the names that stand between bars."""
    return [name for name in text.split("|") if name]


@lru_cache(maxsize=32)
def _card(publication: int) -> Card:
    text = Publication.objects.values_list("card", flat=True).get(pk=publication)
    card = from_bytes(text.encode(), "published scorecard")
    return Card(card, {table.spec.name: table for table in card.tables})
