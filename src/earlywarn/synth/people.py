"""Made-up people for a made-up state or a roster: names of syllables that nobody has, birth dates, caseloads.

Every last name ends in "(made up)"; names say nothing of any group.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from earlywarn import arrow
from earlywarn.columns import Ints
from earlywarn.synth import assumed
from earlywarn.synth.life import Year
from earlywarn.synth.rows import MADE_UP, METADATA, SPARE_IDS, YES, id_texts
from earlywarn.synth.zones import Plan, Zone

CASELOAD = 350
"""Students of one counselor, at most."""

PEOPLE_COLUMNS = (
    "student_id", "first_name", "last_name", "preferred_name", "birth_date", "counselor_id", "counselor_name", MADE_UP,
)  # fmt: skip
_STARTS = ("Ba", "Ce", "Do", "Fi", "Gu", "Ha", "Jo", "Ke", "Lu", "Mi", "No", "Pa", "Ru", "Se", "Ti", "Vo", "Wu", "Za")
_ENDS = ("bel", "dor", "fin", "gal", "kin", "lor", "mus", "nak", "pol", "rith", "sev", "tam", "vik", "zan")
_FIRST = tuple(start + end for start in _STARTS for end in _ENDS)
_LAST = tuple(f"{start}{middle}{end} (made up)" for start in _STARTS for middle in ("ra", "lo", "mi") for end in _ENDS)


def people_table(zone: Zone, year: Year, before: int, plan: Plan) -> Any:
    """Give a zone's people of one year as a pyarrow table; ids as in its roster."""
    rng = np.random.default_rng([plan.seed, zone.number, 1])
    school, grade = (np.asarray(year.columns[name], dtype=np.int64) for name in ("school", "grade"))
    who = _Enrolled(id_texts(SPARE_IDS + before + year.number), school, grade, year.school_year)
    return _table(who, f"C{zone.number:05d}", rng)


def made_up_people(
    student_id: Sequence[str], school_id: Sequence[str], grade: Sequence[str], school_year: int, seed: int
) -> Any:
    """Give made-up people for students of a roster, one row each, as a pyarrow table of PEOPLE_COLUMNS.

    Counselors have students of one school, 350 at most. Birth dates go by grade: on time, K to 12; a student of another
    grade has none.

    Parameters
    ----------
    student_id, school_id, grade
        One entry a student, each student once.
    school_year
        The year in which the school year ends.

    Examples
    --------
    >>> table = made_up_people(["007", "12"], ["1", "1"], ["K", "3"], 1989, seed=1)
    >>> table["student_id"].to_pylist(), table["last_name"][0].as_py().endswith("(made up)")
    (['007', '12'], True)
    """
    schools = {name: place for place, name in enumerate(sorted(set(school_id)))}
    grades = {name: place for place, name in enumerate(assumed.GRADES)}
    who = _Enrolled(
        student_id=arrow.strings(student_id),
        school=np.array([schools[name] for name in school_id], dtype=np.int64),
        grade=np.array([grades.get(name, -1) for name in grade], dtype=np.int64),
        school_year=school_year,
    )
    return _table(who, "C", np.random.default_rng([seed, 1]))


@dataclass(frozen=True)
class _Enrolled:
    """Students by id, the number of their school, and their grade's place in ``assumed.GRADES``, -1 for another."""

    student_id: Any
    school: Ints
    grade: Ints
    school_year: int


def _table(who: _Enrolled, prefix: str, rng: np.random.Generator) -> Any:
    """Draw everyone's name, birth date and counselor; counselors' ids begin with ``prefix``."""
    count = len(who.school)
    first, last, short = (rng.integers(0, size, count) for size in (len(_FIRST), len(_LAST), len(_STARTS)))
    counselor, names = _caseloads(who.school, rng)
    columns = {
        "student_id": who.student_id,
        "first_name": _pick(_FIRST, first),
        "last_name": _pick(_LAST, last),
        "preferred_name": _pick(_STARTS, np.where(rng.random(count) < 0.08, short, -1)),
        "birth_date": _birth_dates(who, rng),
        "counselor_id": _pick([f"{prefix}{place:03d}" for place in range(len(names))], counselor),
        "counselor_name": _pick(names, counselor),
        MADE_UP: _pick([YES], np.zeros(count, np.int64)),
    }
    return pa.table({name: columns[name] for name in PEOPLE_COLUMNS}).replace_schema_metadata(METADATA)


def _pick(names: Any, places: Any) -> Any:
    return arrow.strings(names).take(arrow.integers(np.maximum(places, 0), places >= 0))


def _caseloads(school: Ints, rng: np.random.Generator) -> tuple[Ints, list[str]]:
    """Give each student a counselor of the own school, and the counselors' names."""
    sizes = np.bincount(school)
    counselors = -(-sizes // CASELOAD)
    starts = np.cumsum(counselors) - counselors
    order = np.argsort(school, kind="stable")
    place = np.empty(len(school), np.int64)
    place[order] = np.arange(len(school)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    total = int(counselors.sum())
    firsts, lasts = rng.integers(0, len(_FIRST), total), rng.integers(0, len(_LAST), total)
    names = [f"{_FIRST[first]} {_LAST[last]}" for first, last in zip(firsts, lasts, strict=True)]
    return starts[school] + place // CASELOAD, names


def _birth_dates(who: _Enrolled, rng: np.random.Generator) -> Any:
    """Draw birth dates: five years old by the first of September of kindergarten, and not yet six."""
    highest = int(who.grade.max(initial=0))
    day = rng.integers(0, 365, len(who.grade))
    oldest = date(who.school_year - 1 - 6 - highest, 9, 2)
    youngest = date(who.school_year - 1 - 5, 9, 1)
    days = [(oldest + timedelta(place)).isoformat() for place in range((youngest - oldest).days + 1)]
    from_oldest = [(date(who.school_year - 7 - place, 9, 2) - oldest).days for place in range(highest + 1)]
    return _pick(days, np.where(who.grade < 0, -1, np.array(from_oldest)[who.grade] + day))
