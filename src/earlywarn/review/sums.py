"""Sums of the list by school and grade; refuses to tell a number below ten, or anything from which one follows.

Each number of one school and grade is told by itself: below ten not at all, else to the nearest ten. Whatever goes
over several grades or schools is added up from what is told, so it says nothing more of what is not. The lowest level
is left out: levels and the list would else add up, and a difference could tell one that is hidden.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from earlywarn.columns import ROUNDED_TO
from earlywarn.review.cards import card_of, names_in
from earlywarn.review.listing import to_review
from earlywarn.review.models import Entry, Publication, Review

LIST, LEVEL, REASON, STEP, SUPPORT = "list", "level", "reason", "step", "support"
REVIEWED, AGREED, PLANNED = "reviewed", "agreed", "planned"


@dataclass(frozen=True)
class Told:
    """All that is told of a number: about how many, and in how many grades of schools it is below ten."""

    about: int
    hidden: int

    def __add__(self, other: "Told") -> "Told":
        return Told(self.about + other.about, self.hidden + other.hidden)

    @property
    def words(self) -> str:
        """The number for people."""
        if not self.about:
            return _("fewer than %(number)s") % {"number": ROUNDED_TO * self.hidden} if self.hidden else _("none told")
        words = _("about %(number)s or more") if self.hidden else _("about %(number)s")
        return words % {"number": f"{self.about:,}"}


NOTHING = Told(0, 0)


def tell(count: int) -> Told:
    """Give what is told of one number of one school and grade.

    Examples
    --------
    >>> tell(9), tell(14), tell(15)
    (Told(about=0, hidden=1), Told(about=10, hidden=0), Told(about=20, hidden=0))
    """
    if count < ROUNDED_TO:
        return Told(0, 1)
    return Told(ROUNDED_TO * ((count + ROUNDED_TO // 2) // ROUNDED_TO), 0)


@dataclass(frozen=True)
class Measure:
    """What is counted: a section of the page and a name in it."""

    section: str
    name: str
    words: str


@dataclass(frozen=True)
class Place:
    """One grade of one school."""

    school: str
    grade: str


@dataclass(frozen=True)
class Sums:
    """What is told of one list; of every grade of every school that it may be told of."""

    publication: Publication
    measures: tuple[Measure, ...]
    told: Mapping[tuple[Place, Measure], Told]

    @property
    def places(self) -> list[Place]:
        """School by school, grade by grade."""
        return sorted({place for place, _measure in self.told}, key=lambda place: (place.school, place.grade))


@dataclass(frozen=True)
class Row:
    """One measure in words, by grade and over all of them."""

    words: str
    cells: list[tuple[str, str]]
    over_all: str


@dataclass(frozen=True)
class Section:
    """Rows of one kind; ``few`` names those that are below ten in every grade."""

    title: str
    rows: list[Row]
    few: list[str]


@dataclass(frozen=True)
class Block:
    """One school, or all of them together where ``school`` is empty."""

    publication: Publication
    school: str
    grades: list[str]
    sections: list[Section]

    @property
    def has_rows(self) -> bool:
        """Whether any number is told."""
        return any(section.rows for section in self.sections)


Counts = Mapping[tuple[Place, str, str], int]
"""Place, section, name -> students; of what is not named, none."""


def counts_of(entries: QuerySet[Entry]) -> dict[int, Counter[tuple[Place, str, str]]]:
    """Count who is on each list, by publication; four queries, however many schools there are.

    Every grade of every school is counted, those without a student on the list too.
    """
    on_list, counts = to_review(entries).order_by(), dict[int, Counter[tuple[Place, str, str]]]()
    for publication, school, grade in entries.order_by().values_list("publication", "school", "grade").distinct():
        counts.setdefault(publication, Counter())[Place(school, grade), LIST, ""] = 0
    rows = on_list.values_list("publication", "school", "grade", "level", "reasons", "student__review")
    for publication, school, grade, level, reasons, review, count in rows.annotate(Count("pk")):
        counter, place = counts[publication], Place(school, grade)
        for section, name in _counted(level, reasons, review):
            counter[place, section, name] += count
    planned = on_list.filter(student__plans__isnull=False, student__plans__ended_on__isnull=True)
    each = planned.values_list("publication", "school", "grade")
    for publication, school, grade, count in each.annotate(Count("student", distinct=True)):
        counts[publication][Place(school, grade), STEP, PLANNED] = count
    by_type = planned.values_list("publication", "school", "grade", "student__plans__type")
    for publication, school, grade, kind, count in by_type.annotate(Count("student", distinct=True)):
        counts[publication][Place(school, grade), SUPPORT, kind] = count
    return counts


def _counted(level: str, reasons: str, review: str) -> Iterator[tuple[str, str]]:
    yield LIST, ""
    yield LEVEL, level
    yield from ((REASON, name) for name in names_in(reasons))
    if review != Review.TO_REVIEW:
        yield STEP, REVIEWED
    if review in (Review.AGREED, Review.PLAN):
        yield STEP, AGREED


def sums_of(publication: Publication, counts: Counts) -> Sums:
    """Tell the counts of one list; a support that is below ten everywhere is not named: a person wrote its name."""
    places = {place for place, _section, _name in counts}
    supports = {name for (_place, section, name), n in counts.items() if section == SUPPORT and tell(n).about}
    measures = (*_measures(publication), *(Measure(SUPPORT, name, name) for name in sorted(supports)))
    told = {
        (place, measure): tell(counts.get((place, measure.section, measure.name), 0))
        for place in places
        for measure in measures
    }
    return Sums(publication, measures, told)


def _measures(publication: Publication) -> tuple[Measure, ...]:
    card = card_of(publication).scorecard
    return (
        Measure(LIST, "", _("On the list")),
        *(Measure(LEVEL, level.name, level.name) for level in card.levels[:-1]),
        *(Measure(REASON, table.spec.name, table.spec.title) for table in card.tables),
        Measure(STEP, REVIEWED, _("Reviewed by a person")),
        Measure(STEP, AGREED, _("Support agreed")),
        Measure(STEP, PLANNED, _("With a plan now")),
    )


def titles() -> dict[str, str]:
    """Give the title of each section."""
    return {
        LIST: _("Students"),
        LEVEL: _("Levels, the lowest left out"),
        REASON: _("Reasons"),
        STEP: _("What was done"),
        SUPPORT: _("Support in plans"),
    }


def blocks_of(sums: Sums) -> list[Block]:
    """Give all schools together, where there are several, and each school."""
    schools = sorted({place.school for place in sums.places})
    several = [_block(sums, "", sums.places)] if len(schools) > 1 else []
    each = (_block(sums, school, [place for place in sums.places if place.school == school]) for school in schools)
    return [*several, *each]


def _block(sums: Sums, school: str, places: list[Place]) -> Block:
    grades = sorted({place.grade for place in places})
    sections = [_section(sums, name, title, places) for name, title in titles().items()]
    return Block(sums.publication, school, grades, [one for one in sections if one.rows or one.few])


def _section(sums: Sums, section: str, title: str, places: list[Place]) -> Section:
    rows, few = [], []
    for measure in (measure for measure in sums.measures if measure.section == section):
        by_grade: dict[str, Told] = {}
        for place in places:
            by_grade[place.grade] = by_grade.get(place.grade, NOTHING) + sums.told[place, measure]
        over_all = _added(by_grade.values())
        cells = [(grade, by_grade[grade].words) for grade in sorted(by_grade)]
        if over_all.about:
            rows.append(Row(measure.words, cells, over_all.words))
        else:
            few.append(measure.words)
    return Section(title, rows, few)


def _added(told: Iterable[Told]) -> Told:
    return sum(told, NOTHING)
