"""The zones of a made-up state: a few elementary schools that feed one middle and one high school.

A zone is made on its own, so a state of any size needs the memory of one zone. It refuses fewer students
than the smallest zone holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from earlywarn.errors import Fault, UsageError
from earlywarn.synth import assumed

MOST_STUDENTS, MOST_YEARS = 100_000_000, 20


@dataclass(frozen=True)
class Plan:
    """How many students a year, how many school years, and the seed of every draw."""

    students: int
    years: int
    seed: int

    @property
    def school_years(self) -> range:
        """The school years, oldest first."""
        return range(assumed.NEWEST_YEAR - self.years + 1, assumed.NEWEST_YEAR + 1)


@dataclass(frozen=True)
class Zone:
    """One zone: its number from 1, its district's, its students a year and its elementary schools."""

    number: int
    district: int
    students: int
    elementaries: int

    @property
    def school_ids(self) -> tuple[str, ...]:
        """The ids of its schools: the elementary ones, the middle and the high school."""
        return tuple(f"{self.number:05d}{place:02d}" for place in range(1, self.elementaries + 3))

    @property
    def levels(self) -> tuple[str, ...]:
        """The level of each school."""
        return ("elementary",) * self.elementaries + ("middle", "high")


def check_plan(plan: Plan) -> None:
    """Refuse sizes that cannot be made.

    Raises
    ------
    UsageError
        Too few or too many students or years.
    """
    limits = (
        ("--students", plan.students, assumed.SMALLEST_ZONE, MOST_STUDENTS),
        ("--years", plan.years, 1, MOST_YEARS),
        ("--seed", plan.seed, 0, 2**63 - 1),
    )
    faults = [
        Fault(option, f"{value:,}", f"{least:,} to {most:,}", "give a number in this range")
        for option, value, least, most in limits
        if not least <= value <= most
    ]
    if faults:
        raise UsageError(faults)


def zones(plan: Plan) -> Iterator[Zone]:
    """Give zones until their students are those of the plan, exactly."""
    rng = np.random.default_rng([plan.seed, 0])
    typical = min(assumed.TYPICAL_ZONE, plan.students / assumed.ZONES_AT_LEAST)
    left, number, district = plan.students, 0, 1
    while left:
        number += 1
        drawn = typical * np.exp(assumed.ZONE_SPREAD * rng.standard_normal())
        size = int(np.clip(drawn, assumed.SMALLEST_ZONE, assumed.LARGEST_ZONE))
        size = left if left - size < assumed.SMALLEST_ZONE else size
        district += int(number > 1 and rng.random() < 0.4)
        primary = size * 6 / len(assumed.GRADES)
        yield Zone(number, district, size, max(1, round(primary / assumed.TYPICAL_ELEMENTARY)))
        left -= size
