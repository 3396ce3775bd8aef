"""A zone's year as the columns of a roster file: canonical names, text ids, and "made_up" in every row."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from earlywarn import arrow
from earlywarn.columns import Bools, Ints
from earlywarn.synth import assumed
from earlywarn.synth.life import Year
from earlywarn.synth.students import Columns
from earlywarn.synth.zones import Zone

MADE_UP, YES = "made_up", "yes"
METADATA = {b"made_up": b"yes", b"by": b"earlywarn synth"}

ID_SPACE, ID_STEP, ID_START = 1_000_000_000, 618_033_989, 271_828_183
"""Ids have nine digits, spread over all of them by one step that shares no factor with their number."""

SPARE_IDS = 2_000_000
"""The first places of the id space are kept for planted faults."""


def id_numbers(places: Ints) -> Ints:
    """Give the ids of places in the id space, as whole numbers; no two places have the same."""
    # 0 <= place < 1e9 and the step is below 1e9: the product stays below 2**63.
    return np.asarray((places % ID_SPACE * ID_STEP + ID_START) % ID_SPACE, dtype=np.int64)


def id_texts(places: Ints) -> Any:
    """Give ids as text, nine digits, leading zeros kept."""
    import pyarrow.compute as pc

    return pc.utf8_lpad(pa.array(id_numbers(places)).cast(pa.string()), 9, padding="0")


def roster_table(zone: Zone, year: Year, before: int) -> Any:
    """Give a zone's roster of one year as a pyarrow table.

    Parameters
    ----------
    before
        Students of the zones before this one: ids go on from there.
    """
    c, shown = year.columns, _shown_by_name(zone, year)
    ids = id_texts(SPARE_IDS + before + year.number)
    parts = {name: make(c) for name, make in _MAKERS.items()}
    columns = {"student_id": ids} | shown | parts | {MADE_UP: _same(YES, len(ids))}
    return pa.table({name: columns[name] for name in ROSTER_COLUMNS}).replace_schema_metadata(METADATA)


def dated(school_year: int) -> list[str]:
    """Give the day of each school day of a year, and after the last the first day of the holidays."""
    start = date.fromisoformat(f"{school_year - 1}-{assumed.FIRST_DAY}")
    days = (date.fromisoformat(f"{school_year}-{assumed.LAST_DAY}") - start).days
    return [(start + timedelta(round(day * days / assumed.SCHOOL_DAYS))).isoformat() for day in range(181)]


def _shown_by_name(zone: Zone, year: Year) -> dict[str, Any]:
    c, count, days = year.columns, len(year.number), dated(year.school_year)
    return {
        "school_id": _codes(c["school"], zone.school_ids),
        "school_year": _same(str(year.school_year), count),
        "as_of": _same(f"{year.school_year}-06-30", count),
        "entry_date": _codes(c["first_day"], days),
        "exit_date": _codes(np.where(c["early"], c["last_day"], -1), days),
    }


def _same(text: str, count: int) -> Any:
    return _codes(np.zeros(count, np.int64), [text])


def _codes(codes: Any, names: Sequence[str]) -> Any:
    """Give ``names[code]``, null for -1, as plain text: the writer of CSV takes no dictionaries."""
    places = np.asarray(codes)
    return arrow.strings(names).take(arrow.integers(np.maximum(places, 0), places >= 0))


def _flags(name: str) -> Callable[[Columns], Any]:
    return lambda c: _yes_no(np.asarray(c[name], dtype=bool))


def _yes_no(values: Bools) -> Any:
    return _codes(values.astype(np.int64), ("N", "Y"))


def _whole(name: str) -> Callable[[Columns], Any]:
    """Give whole numbers, NaN as null."""

    def make(c: Columns) -> Any:
        values = np.asarray(c[name], dtype=np.float64)
        return arrow.integers(np.nan_to_num(values), ~np.isnan(values))

    return make


def _floats(name: str) -> Callable[[Columns], Any]:
    return lambda c: arrow.floats(np.asarray(c[name], dtype=np.float64))


def _race_2024(c: Columns) -> Any:
    """Give the answers to the one question: the category of 1997 and the student's own draw decide."""
    names = sorted({answer for answers in assumed.RACES_2024.values() for answer, _ in answers})
    codes = np.zeros(len(c["race"]), np.int64)
    for place, race in enumerate(assumed.RACES):
        answers = assumed.RACES_2024[race]
        chosen = np.searchsorted(np.cumsum([share for _, share in answers])[:-1], c["answer"], side="right")
        codes = np.where(c["race"] == place, np.array([names.index(answer) for answer, _ in answers])[chosen], codes)
    return _codes(codes, names)


def _lunch(c: Columns) -> Any:
    return _codes(np.where(c["free"], 0, np.where(c["lunch"], 1, 2)), ("F", "R", "N"))


def _housing(c: Columns) -> Any:
    """Give where a student lives: housed, or doubled up, in a shelter, a hotel, unsheltered; by the own draw."""
    how = np.searchsorted((0.76, 0.89, 0.96), c["answer"], side="right") + 1
    return _codes(np.where(c["housing"], how, 0), ("N", "D", "S", "H", "U"))


def _rate(c: Columns) -> Any:
    return arrow.floats(np.round(1 - c["absent"] / np.maximum(c["enrolled"], 1), 4))


_MAKERS: Mapping[str, Callable[[Columns], Any]] = {
    "grade": lambda c: _codes(c["grade"], assumed.GRADES),
    "days_enrolled": _whole("enrolled"),
    "days_absent": _whole("absent"),
    "days_absent_excused": _whole("excused"),
    "days_tardy": _whole("tardy"),
    "attendance_rate": _rate,
    "incidents": _whole("incidents"),
    "suspensions": _whole("suspensions"),
    "days_suspended": _whole("days_suspended"),
    "gpa": _floats("gpa"),
    "credits_earned": _whole("earned"),
    "credits_attempted": _whole("attempted"),
    "courses_failed": _whole("not_passed"),
    "mark_reading": _whole("reading_mark"),
    "mark_mathematics": _whole("mathematics_mark"),
    "result_reading": _whole("reading_result"),
    "result_mathematics": _whole("mathematics_result"),
    "result_reading_last": _whole("reading_last"),
    "result_mathematics_last": _whole("mathematics_last"),
    "sex": lambda c: _codes(c["sex"], ("F", "M", "X")),
    "race_1997": lambda c: _codes(c["race"], assumed.RACES),
    "race_2024": _race_2024,
    "lunch": _lunch,
    "language": _flags("learner"),
    "disability": lambda c: _yes_no(np.asarray(c["special"] | c["section_504"])),
    "housing": _housing,
    "foster": _flags("foster"),
    "migrant": _flags("migrant"),
    "military": _flags("military"),
    "special_education": _flags("special"),
    "section_504": _flags("section_504"),
    "english_services": _flags("learner"),
    "gifted": _flags("gifted"),
    "tutoring": _flags("tutoring"),
    "met_standard": lambda c: _codes(c["outcome"], ("Y", "N")),
    "outcome_reading": _whole("reading_after"),
    "outcome_mathematics": _whole("mathematics_after"),
    "graduated": lambda c: _codes(c["graduated"], ("N", "Y")),
}

KEYS = ("student_id", "school_id", "school_year", "grade", "as_of", "entry_date", "exit_date")
ROSTER_COLUMNS = (*KEYS, *(name for name in _MAKERS if name not in KEYS), MADE_UP)
"""The header of a made-up roster."""
