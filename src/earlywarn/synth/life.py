"""A zone's students through the years: who comes, what a school year brings, who leaves; one record a year.

Every year has exactly the zone's students. A seat is held by one student after another; whoever takes a seat
has an id that nobody had before. Grades are not repeated, and a student who leaves the zone leaves the state.
"""

from dataclasses import dataclass

import numpy as np

from earlywarn.columns import Bools, Floats, Ints
from earlywarn.synth import assumed
from earlywarn.synth.students import Columns, Place, Random, enter, groups_of, place_of, settle
from earlywarn.synth.zones import Plan, Zone

SUBJECTS = ("reading", "mathematics")
_TOP = len(assumed.GRADES)
_SHIFTED = f"{assumed.SHIFTED_SUBJECT}_result"


@dataclass(frozen=True)
class Year:
    """One zone's students in one school year; ``number`` counts the zone's students in order of entry."""

    school_year: int
    number: Ints
    columns: Columns


@dataclass(frozen=True)
class _World:
    """What all years of a zone share."""

    place: Place
    plan: Plan
    rng: Random


@dataclass
class _Seats:
    """Who holds each seat, and since when; a seat's holder starts kindergarten in ``starts``."""

    starts: Ints
    number: Ints
    held: Bools
    students: Columns
    last: dict[str, Floats]


def live(zone: Zone, plan: Plan) -> list[Year]:
    """Give a zone's years, oldest first, each with what the year after says of the same students.

    The year before the first is lived as well and then dropped, so that the first has results of last year.
    """
    rng = np.random.default_rng([plan.seed, zone.number])
    world, first = _World(place_of(zone, rng), plan, rng), plan.school_years[0]
    seats = _empty_seats(zone, plan)
    years = []
    for school_year in range(first - 1, assumed.NEWEST_YEAR + 1):
        active = np.flatnonzero((seats.starts <= school_year) & (school_year < seats.starts + _TOP))
        year = _one_year(seats, active, school_year, world)
        years.append(year)
    return [_with_outcomes(*pair, rng) for pair in zip(years[1:], [*years[2:], None], strict=True)]


def _empty_seats(zone: Zone, plan: Plan) -> _Seats:
    """Lay out the seats of every group that starts kindergarten together, so that each year fills all grades."""
    starts = np.arange(plan.school_years[0] - _TOP, assumed.NEWEST_YEAR + 1)
    sizes = zone.students // _TOP + (starts % _TOP < zone.students % _TOP)
    count = int(sizes.sum())
    students = enter(count, Place(0.5, np.full(7, 1 / 7), 0.0, np.ones(1), np.zeros(3)), np.random.default_rng(0))
    last = {subject: np.full(count, np.nan) for subject in SUBJECTS}
    return _Seats(np.repeat(starts, sizes), np.zeros(count, np.int64), np.zeros(count, bool), students, last)


def _one_year(seats: _Seats, at: Ints, school_year: int, world: _World) -> Year:
    place, plan, rng = world.place, world.plan, world.rng
    new = ~seats.held[at]
    _take_seats(seats, at[new], place, rng)
    students = {name: values[at] for name, values in seats.students.items()}
    grade, since = school_year - seats.starts[at], school_year - plan.school_years[0]
    groups = groups_of(students, grade, since, place)
    settle(students, new, groups, place)
    students["skill"] = students["skill"] + assumed.SKILL_A_YEAR
    moved = _moved(students, new, grade, place, rng)
    columns: Columns = students | groups | {"grade": grade, "new": new, "school": moved}
    for part in (_attendance, _behaviour, _tests, _courses, _programmes):
        columns |= part(columns, place, rng)
    if plan.years > 1 and school_year == assumed.NEWEST_YEAR:
        columns[_SHIFTED] = columns[_SHIFTED] + assumed.SCALE_SHIFT
    columns |= {f"{subject}_last": np.where(new, np.nan, seats.last[subject][at]) for subject in SUBJECTS}
    columns["leaves"] = leaves = _leaves(columns, rng)
    columns |= _dates(columns, leaves, rng)
    _go_on(seats, at, columns, leaves, rng)
    return Year(school_year, seats.number[at].copy(), columns)


def _take_seats(seats: _Seats, at: Ints, place: Place, rng: Random) -> None:
    for name, values in enter(len(at), place, rng).items():
        seats.students[name][at] = values
    taken = int(seats.number.max(initial=0))
    seats.number[at] = np.arange(taken + 1, taken + 1 + len(at))
    seats.held[at] = True


def _moved(students: Columns, new: Bools, grade: Ints, place: Place, rng: Random) -> Ints:
    """Give the place of each student's school in the zone; 3 % change their elementary school in a year."""
    count = len(place.schools)
    other = rng.choice(count, size=len(grade), p=place.schools)
    moves = (rng.random(len(grade)) < 0.03) & ~new & (grade > 0)
    students["elementary"] = np.where(moves, other, students["elementary"])
    return np.where(grade <= 5, students["elementary"], np.where(grade <= 8, count, count + 1)).astype(np.int64)


def _attendance(columns: Columns, place: Place, rng: Random) -> Columns:
    """Draw days: entry during the year, and absences beta-binomial around school, lunch, housing, skill, grade."""
    grade, count = columns["grade"], len(columns["grade"])
    late = rng.random(count) < np.where(columns["new"] & (grade > 0), 0.30, 0.015)
    first_day = np.where(late, rng.integers(15, 150, count), 0)
    logit = (
        -3.05
        + 0.40 * columns["lunch"]
        + 0.60 * columns["housing"]
        + 0.20 * columns["special"]
        - 0.15 * columns["skill"]
        + place.school_luck[columns["school"]]
        + 0.25 * (grade == 0)
        + 0.30 * (grade > 8)
    )
    mean = 1 / (1 + np.exp(-logit))
    tendency = rng.beta(12 * mean, 12 * (1 - mean))
    return {"first_day": first_day, "tendency": tendency, "tardy": rng.poisson(60 * tendency * mean.clip(0.03))}


def _behaviour(columns: Columns, place: Place, rng: Random) -> Columns:
    """Draw incidents, none for most students: who has any, then how many."""
    grade, count = columns["grade"], len(columns["grade"])
    logit = (
        -2.7
        + 0.40 * columns["lunch"]
        - 0.45 * columns["skill"]
        + 0.50 * (columns["sex"] == 1)
        + 0.30 * columns["special"]
        + 0.60 * (grade > 5)
    )
    some = rng.random(count) < 1 / (1 + np.exp(-logit))
    incidents = np.where(some, rng.geometric(0.55, count), 0)
    suspensions = rng.binomial(incidents, np.where(grade > 5, 0.22, 0.08))
    return {"incidents": incidents, "suspensions": suspensions, "extra": rng.binomial(2 * suspensions, 0.4)}


def _tests(columns: Columns, place: Place, rng: Random) -> Columns:
    """Draw this year's state test results: skill, the subject, the school and noise; none where not tested."""
    grade, count = columns["grade"], len(columns["grade"])
    often_absent = columns["tendency"] > 0.15
    chance = (
        assumed.UNTESTED
        + assumed.UNTESTED_LUNCH * columns["lunch"]
        + assumed.UNTESTED_DISABILITY * columns["special"]
        + assumed.UNTESTED_ABSENT * often_absent
        + assumed.UNTESTED_NEW_LEARNER * (columns["new"] & columns["learner"])
    )
    untested = (rng.random(count) < chance) | (grade < 3) | (grade > 8)
    school = place.school_luck[columns["school"]] * -0.5
    made: Columns = {}
    for subject in SUBJECTS:
        missing = untested | (rng.random(count) < 0.008)
        z = columns["skill"] + columns[subject] + school + rng.normal(0, assumed.TEST_NOISE, count)
        points = np.rint(assumed.scale_centre(0) + assumed.SCALE_A_GRADE * grade + assumed.SCALE_POINTS * z)
        limited = points.clip(assumed.SCALE_MINIMUM, assumed.SCALE_MAXIMUM - assumed.SCALE_SHIFT)
        made[f"{subject}_result"] = np.where(missing, np.nan, limited)
    return made


def _courses(columns: Columns, place: Place, rng: Random) -> Columns:
    """Draw marks (grade 1 on), the grade point average and courses not passed (grade 6 on)."""
    grade, count = columns["grade"], len(columns["grade"])
    effort = columns["skill"] - 4 * (columns["tendency"] - 0.07)
    marks = {
        f"{subject}_mark": np.where(
            grade >= 1, np.rint(77 + 8.5 * (effort + columns[subject]) + rng.normal(0, 8, count)).clip(0, 100), np.nan
        )
        for subject in SUBJECTS
    }
    attempted = np.where(grade >= 9, 6 + (rng.random(count) < 0.35), np.nan)
    taken = np.where(grade >= 9, np.nan_to_num(attempted), 6).astype(np.int64)
    not_passed = rng.binomial(taken, 1 / (1 + np.exp(3.4 + 1.1 * effort)))
    gpa = np.round((2.75 + 0.55 * effort + rng.normal(0, 0.35, count)).clip(0, 4), 2)
    later = grade >= 6
    return marks | {
        "gpa": np.where(later, gpa, np.nan),
        "not_passed": np.where(later, not_passed, np.nan),
        "attempted": attempted,
        "earned": attempted - not_passed,
    }


def _programmes(columns: Columns, place: Place, rng: Random) -> Columns:
    """Draw who was tutored; more often who has a low skill, so that the raw effect of tutoring looks wrong."""
    return {"tutoring": rng.random(len(columns["grade"])) < 0.04 + 0.10 * (columns["skill"] < -0.8)}


def _leaves(columns: Columns, rng: Random) -> Bools:
    chance = (
        assumed.LEAVE
        + assumed.LEAVE_LUNCH * columns["lunch"]
        + assumed.LEAVE_HOUSING * columns["housing"]
        + assumed.LEAVE_NEW * (columns["first_day"] > 0)
    )
    return np.asarray(rng.random(len(chance)) < chance)


def _dates(columns: Columns, leaves: Bools, rng: Random) -> Columns:
    """Give days enrolled, with the last day of those who leave during the year, and the days of absence."""
    first = columns["first_day"]
    early = leaves & (rng.random(len(first)) < 0.25) & (first < 100)
    last = np.where(early, rng.integers(150, 179, len(first)), assumed.SCHOOL_DAYS)
    enrolled = last - first
    absent = rng.binomial(enrolled, columns["tendency"])
    return {
        "tardy": np.minimum(columns["tardy"], enrolled - absent),
        "early": early,
        "last_day": last,
        "enrolled": enrolled,
        "absent": absent,
        "excused": rng.binomial(absent, 0.62),
        "days_suspended": np.minimum(columns["suspensions"] + columns["extra"], enrolled),
    }


def _go_on(seats: _Seats, at: Ints, columns: Columns, leaves: Bools, rng: Random) -> None:
    """Carry skill, school and results into the next year, and free the seats of those who leave."""
    change = (
        assumed.SKILL_ABSENT * (columns["tendency"] - 0.07)
        + assumed.SKILL_INCIDENT * np.minimum(columns["incidents"], 4)
        + assumed.SKILL_TUTORING * columns["tutoring"]
        + rng.normal(0, assumed.SKILL_CHANGE, len(leaves))
    )
    # The part of the subject that is this year's alone stays in the noise of the test.
    seats.students["skill"][at] = columns["skill"] + change
    seats.students["elementary"][at] = columns["elementary"]
    for subject in SUBJECTS:
        seats.last[subject][at] = columns[f"{subject}_result"]
    seats.held[at] = ~leaves


def _with_outcomes(year: Year, after: Year | None, rng: Random) -> Year:
    """Add what the next year's tests say of the same students; unknown where they left or were not tested."""
    there = _places(year, after)
    later = {
        f"{subject}_after": np.where(there >= 0, _at(after, f"{subject}_result")[there], np.nan) for subject in SUBJECTS
    }
    cut = assumed.cut_of(0) + assumed.SCALE_A_GRADE * (year.columns["grade"] + 1)
    points = np.stack([*later.values()])
    missed = np.any(points < cut, axis=0)
    met = ~missed & ~np.isnan(points).any(axis=0)
    leaving = (year.columns["grade"] == _TOP - 1) & (after is not None)
    finished = rng.random(len(cut)) < 1 / (1 + np.exp(-2.4 - 1.1 * year.columns["skill"]))
    return Year(
        year.school_year,
        year.number,
        year.columns
        | later
        | {
            "outcome": np.where(missed, 1, np.where(met, 0, -1)),
            "graduated": np.where(leaving, finished.astype(np.int64), -1),
        },
    )


def _places(year: Year, after: Year | None) -> Ints:
    """Give each student's place in the next year, -1 for none."""
    if after is None:
        return np.full(len(year.number), -1)
    place = np.full(int(max(year.number.max(), after.number.max())) + 1, -1)
    place[after.number] = np.arange(len(after.number))
    return place[year.number]


def _at(after: Year | None, name: str) -> Floats:
    """Give a column of the next year; one blank where there is none, which no place points to."""
    return np.array([np.nan]) if after is None else np.asarray(after.columns[name], dtype=np.float64)
