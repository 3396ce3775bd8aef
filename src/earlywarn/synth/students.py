"""What made-up students are when they enter: skill, groups and programmes; drawn zone by zone, nothing real.

A chance that drifts from year to year is kept as the student's own draw, held against the year's share: so
who has lunch support this year had it for a reason that does not change with the seed of the year.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earlywarn.columns import Bools, Floats, Ints
from earlywarn.synth import assumed
from earlywarn.synth.zones import Zone

Random = np.random.Generator
Columns = dict[str, NDArray[Any]]

DRAWN = ("lunch", "special", "section_504", "learner", "gifted", "housing", "foster", "migrant", "military")
"""What a student's own draw decides, each against a share that may depend on the year."""


@dataclass(frozen=True)
class Place:
    """What a zone is like: its share of lunch support, its shares of race, its luck, its schools' weights."""

    poverty: float
    races: Floats
    luck: float
    schools: Floats
    school_luck: Floats


def place_of(zone: Zone, rng: Random) -> Place:
    """Draw what a zone is like."""
    poverty = float(np.clip(rng.beta(2.2, 2.8), 0.05, 0.95))
    logs = np.log(assumed.RACE_SHARES) + np.array(assumed.RACE_BY_POVERTY) * (poverty - 0.44)
    shares = np.exp(logs + rng.normal(0, 0.6, len(logs)))
    return Place(
        poverty=poverty,
        races=shares / shares.sum(),
        luck=float(rng.normal(0, assumed.SKILL_ZONE)),
        schools=rng.dirichlet(np.full(zone.elementaries, 12.0)),
        school_luck=rng.normal(0, 0.22, zone.elementaries + 2),
    )


def enter(count: int, place: Place, rng: Random) -> Columns:
    """Draw ``count`` students who enter a zone; skill is finished by ``settle``, once their groups are known."""
    race = rng.choice(len(assumed.RACES), size=count, p=place.races)
    made: Columns = {name: rng.random(count) for name in DRAWN}
    return made | {
        "sex": rng.choice(3, size=count, p=(0.4885, 0.51, 0.0015)),
        "race": race,
        "answer": rng.random(count),
        "elementary": rng.choice(len(place.schools), size=count, p=place.schools),
        "skill": rng.normal(0, assumed.SKILL_SPREAD, count),
        "reading": rng.normal(0, assumed.SUBJECT_SPREAD, count),
        "mathematics": rng.normal(0, assumed.SUBJECT_SPREAD, count),
    }


def groups_of(students: Columns, grade: Ints, since: int, place: Place) -> dict[str, Bools]:
    """Tell who is in which group in a year, ``since`` years after the first one."""
    race, logit = students["race"], np.log(place.poverty / (1 - place.poverty))
    lunch = _share(logit + np.array(assumed.LUNCH_BY_RACE)[race]) + assumed.LUNCH_A_YEAR * since
    special = assumed.SPECIAL_EDUCATION + assumed.SPECIAL_EDUCATION_A_YEAR * since + 0.03 * (students["sex"] == 1)
    # English learners are reclassified as they go up: half of them within some six years.
    learner = np.array(assumed.LEARNER_BY_RACE)[race] * np.exp(-grade / 8)
    has_lunch = students["lunch"] < lunch
    shares: dict[str, Any] = {
        "special": special,
        "section_504": 0.03,
        "learner": learner,
        "gifted": 0.02 + 0.09 * _share(3 * (students["skill"] - 1)),
        "housing": 0.012 + 0.035 * has_lunch,
        "foster": 0.003 + 0.005 * has_lunch,
        "migrant": np.where(race == 0, 0.015, 0.002),
        "military": 0.02,
    }
    found = {name: np.asarray(students[name] < share) for name, share in shares.items()}
    return found | {"lunch": np.asarray(has_lunch), "free": np.asarray(students["lunch"] < 0.82 * lunch)}


def settle(students: Columns, new: Bools, groups: dict[str, Bools], place: Place) -> None:
    """Finish the skill of those who are new: what lunch, language, disability and the zone add."""
    added = (
        assumed.SKILL_CENTRE
        + place.luck
        + assumed.SKILL_LUNCH * groups["lunch"]
        + assumed.SKILL_DISABILITY * groups["special"]
        + assumed.SKILL_LEARNER * groups["learner"]
    )
    students["skill"] = students["skill"] + np.where(new, added, 0.0)


def _share(logit: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-logit)))
