"""The people file of a made-up state: names of syllables that nobody has, birth dates, counselors' caseloads.

Every last name ends in "(made up)"; names say nothing of any group.
"""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from earlywarn import arrow
from earlywarn.columns import Ints
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
    count = len(year.number)
    first, last, short = (rng.integers(0, size, count) for size in (len(_FIRST), len(_LAST), len(_STARTS)))
    counselor, names = _caseloads(zone, year, rng)
    columns = {
        "student_id": id_texts(SPARE_IDS + before + year.number),
        "first_name": _pick(_FIRST, first),
        "last_name": _pick(_LAST, last),
        "preferred_name": _pick(_STARTS, np.where(rng.random(count) < 0.08, short, -1)),
        "birth_date": _birth_dates(year, rng),
        "counselor_id": _pick([f"C{zone.number:05d}{place:03d}" for place in range(len(names))], counselor),
        "counselor_name": _pick(names, counselor),
        MADE_UP: _pick([YES], np.zeros(count, np.int64)),
    }
    return pa.table({name: columns[name] for name in PEOPLE_COLUMNS}).replace_schema_metadata(METADATA)


def _pick(names: Any, places: Any) -> Any:
    return arrow.strings(names).take(arrow.integers(np.maximum(places, 0), places >= 0))


def _caseloads(zone: Zone, year: Year, rng: np.random.Generator) -> tuple[Ints, list[str]]:
    """Give each student a counselor of the own school, and the counselors' names."""
    school = np.asarray(year.columns["school"], dtype=np.int64)
    sizes = np.bincount(school, minlength=zone.elementaries + 2)
    counselors = -(-sizes // CASELOAD)
    starts = np.cumsum(counselors) - counselors
    order = np.argsort(school, kind="stable")
    place = np.empty(len(school), np.int64)
    place[order] = np.arange(len(school)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    total = int(counselors.sum())
    firsts, lasts = rng.integers(0, len(_FIRST), total), rng.integers(0, len(_LAST), total)
    names = [f"{_FIRST[first]} {_LAST[last]}" for first, last in zip(firsts, lasts, strict=True)]
    return starts[school] + place // CASELOAD, names


def _birth_dates(year: Year, rng: np.random.Generator) -> Any:
    """Draw birth dates: five years old by the first of September of kindergarten, and not yet six."""
    grade = np.asarray(year.columns["grade"], dtype=np.int64)
    day = rng.integers(0, 365, len(grade))
    oldest = date(year.school_year - 1 - 6 - int(grade.max(initial=0)), 9, 2)
    youngest = date(year.school_year - 1 - 5, 9, 1)
    days = [(oldest + timedelta(place)).isoformat() for place in range((youngest - oldest).days + 1)]
    grades = range(int(grade.max(initial=0)) + 1)
    from_oldest = [(date(year.school_year - 7 - place, 9, 2) - oldest).days for place in grades]
    return _pick(days, np.array(from_oldest)[grade] + day)
