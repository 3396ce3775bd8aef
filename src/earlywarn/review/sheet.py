"""What the desk tells of one student: reasons and strengths by weight, values over time, what a level means.

All of it is read from the published scorecard and the student's own values; no risk, rank or group is in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from earlywarn.columns import InputSpec, InputType
from earlywarn.review.cards import Card, Level, card_of, names_in
from earlywarn.review.models import Entry, Plan, Publication, State
from earlywarn.review.scope import HEAVY
from earlywarn.scorecard.history import over_time
from earlywarn.scorecard.otherwise import Otherwise, otherwise, weights
from earlywarn.scorecard.reasons import sentence, value_words
from earlywarn.scorecard.table import LevelMeaning, PointsTable


@dataclass(frozen=True)
class Why:
    """One reason or strength; ``weight`` is 0 to 100, the heaviest being 100."""

    title: str
    words: str
    weight: int
    less: bool


@dataclass(frozen=True)
class Meaning:
    """What a level meant last time, of 100 students; None where there was too little data."""

    level: Level
    missed: int | None
    low: int | None
    high: int | None

    @property
    def met(self) -> int | None:
        """How many of 100 met the standard."""
        return None if self.missed is None else 100 - self.missed


@dataclass(frozen=True)
class Course:
    """One input over the lists so far, as a chart and a sentence."""

    title: str
    words: str
    values: list[tuple[date, float, str]]
    typical: float | None
    typical_words: str


@dataclass(frozen=True)
class Change:
    """What the level would be at other values."""

    words: str
    level: Level
    stays: bool


@dataclass(frozen=True)
class Around:
    """One support, and what a school can change as the lists before and after its start had it; no word of a cause."""

    support: str
    start: date
    rows: list[tuple[str, str, str]]


@dataclass(frozen=True)
class Told:
    """The whole of it."""

    why: list[Why]
    helps: list[Why]
    not_recorded: list[str]
    meaning: Meaning | None
    courses: list[Course]
    changes: list[Change]
    around: list[Around]
    levels: list[tuple[date, Level | None, bool]]


def told_of(entry: Entry, publication: Publication) -> Told:
    """Tell one student of their own entry, of those on earlier lists, and of supports; two queries."""
    card, past = card_of(publication), _past(entry)
    heavy = {name: round(weight) for name, weight in weights(card.scorecard, _full(card, entry)).items()}
    return Told(
        why=[_why(card, entry, name, heavy, less=False) for name in names_in(entry.reasons) if name in card.tables],
        helps=[_why(card, entry, name, heavy, less=True) for name in names_in(entry.strengths) if name in card.tables],
        not_recorded=card.titles(names_in(entry.missing)),
        meaning=_meaning(card, entry.level),
        courses=list(_courses(card, past, entry)),
        changes=[_change(card, one) for one in _otherwise(card, entry)],
        around=[around for plan in _plans(entry) if (around := _around(card, past, plan, entry.grade)).rows],
        levels=[(one.publication.as_of, card.level(one.level), one.flagged) for one in reversed(past)],
    )


def _past(entry: Entry) -> list[Entry]:
    """Give this student's entries on every list of the same model that was not withdrawn, oldest first."""
    shown = Entry.objects.filter(student_id=entry.student_id, publication__state__in=(State.CURRENT, State.PAST))
    same = shown.filter(publication__withdrawn="", publication__model=entry.publication.model)
    known = same.select_related("publication").defer(*(f"publication__{name}" for name in HEAVY))
    return list(known.order_by("publication__as_of", "pk"))


def _full(card: Card, entry: Entry) -> dict[str, float | str | None]:
    return {name: entry.values.get(name) for name in card.tables}


def _why(card: Card, entry: Entry, name: str, heavy: dict[str, int], *, less: bool) -> Why:
    table, value = card.tables[name], entry.values.get(name)
    words = sentence(table, value, entry.grade).removeprefix(f"{table.spec.title}: ")
    return Why(table.spec.title, words, heavy.get(name, 0), less)


def _meaning(card: Card, name: str) -> Meaning | None:
    level, known = card.level(name), {one.name: one for one in card.scorecard.levels}
    if level is None:
        return None
    return Meaning(level, *_of_100(known[name]))


def _of_100(level: LevelMeaning) -> tuple[int | None, int | None, int | None]:
    if level.share is None or level.low is None or level.high is None:
        return None, None, None
    return round(100 * level.share), round(100 * level.low), round(100 * level.high)


def _courses(card: Card, past: list[Entry], entry: Entry) -> Iterator[Course]:
    """Chart the inputs that are a reason, a strength or changeable, once there are two lists to compare."""
    own = set(names_in(entry.reasons)) | set(names_in(entry.strengths))
    for name, table in card.tables.items():
        points = [(one.publication.as_of, one.values.get(name)) for one in past]
        if sum(value is not None for _day, value in points) < 2 or not (name in own or table.spec.changeable):
            continue
        yield _course(table, points, entry.grade)


def _course(table: PointsTable, points: list[tuple[date, float | str | None]], grade: str) -> Course:
    told, spec = over_time(table, points, grade), table.spec
    if spec.type is InputType.CATEGORY:
        return Course(spec.title, told.words, [], None, "")
    known = [(day, float(value), _brief(spec, value, grade)) for day, value in points if value is not None]
    typical = _("typical %(value)s") % {"value": _brief(spec, table.typical, grade)}
    return Course(spec.title, told.words, known, told.typical, typical)


def _brief(spec: InputSpec, value: float | str, grade: str) -> str:
    """Say a value in the few letters that stand beside a line: ``24 below``, ``14 %``, ``2``."""
    words = value_words(spec, value, grade)
    number = words.split(" ", 1)[0]
    if spec.type is InputType.RESULT:
        return f"{number} {words.removesuffix(' the standard').rsplit(' ', 1)[1]}"
    return f"{number}\u00a0%" if spec.unit.startswith("%") else number


def _otherwise(card: Card, entry: Entry) -> tuple[Otherwise, ...]:
    return otherwise(card.scorecard, _full(card, entry), entry.grade) if entry.scored else ()


def _change(card: Card, one: Otherwise) -> Change:
    level = card.level(one.level)
    assert level is not None  # it is a level of the same scorecard
    return Change(one.words, level, one.stays)


def _plans(entry: Entry) -> list[Plan]:
    return list(Plan.objects.filter(student_id=entry.student_id).order_by("-start", "-pk"))


def _around(card: Card, past: list[Entry], plan: Plan, grade: str) -> Around:
    """Give each changeable number on the last list up to a plan's start and on the newest one after it."""
    before = [one for one in past if one.publication.as_of <= plan.start]
    after = [one for one in past if one.publication.as_of > plan.start]
    rows = []
    for name, table in card.tables.items():
        then, now = (one[-1].values.get(name) if one else None for one in (before, after))
        if table.spec.changeable and table.spec.type is not InputType.CATEGORY and then is not None:
            words = value_words(table.spec, now, grade) if after else ""
            rows.append((table.spec.title, value_words(table.spec, then, grade), words))
    return Around(plan.type, plan.start, rows)
