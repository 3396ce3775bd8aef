"""A made-up district for tests: schools with their own luck, students who move up a grade a year."""

from pathlib import Path

import numpy as np
import pandas as pd

YEARS = (2021, 2022, 2023, 2024)
GRADES = ("1", "2", "3", "4")


def student_years(schools: int = 24, per_school: int = 30, seed: int = 7) -> pd.DataFrame:
    """Give one row per student and year; one cohort, results drift with school and student."""
    rng = np.random.default_rng(seed)
    count = schools * per_school
    school = np.repeat(np.arange(schools), per_school)
    skill = rng.normal(size=count) + rng.normal(scale=0.4, size=schools)[school]
    lunch = np.where(rng.random(count) < 0.25 + 0.3 * (skill < 0), "F", "N")
    rows = []
    for place, (year, grade) in enumerate(zip(YEARS, GRADES, strict=True)):
        read, math = (skill * 20 + 100 * place + 400 + rng.normal(scale=12, size=count) for _ in range(2))
        read[rng.random(count) < 0.05] = np.nan
        rows.append(
            pd.DataFrame(
                {
                    "student_id": [f"{number:05d}" for number in range(count)],
                    "school_id": [f"S{number:02d}" for number in school],
                    "school_year": year,
                    "grade": grade,
                    "read": read.round(1),
                    "math": math.round(1),
                    "absent": rng.poisson(6, count),
                    "track": rng.choice(["red", "green", "blue"], count),
                    "sex": rng.choice(["F", "M"], count),
                    "lunch": lunch,
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


def write_district(folder: Path, **options: int) -> tuple[Path, Path]:
    """Write history.csv and experiment.toml; gives their paths."""
    roster, config = folder / "history.csv", folder / "experiment.toml"
    student_years(**options).to_csv(roster, index=False)
    config.write_text(TOML, encoding="utf-8")
    return roster, config


TOML = """
name = "made-up"
title = "A made-up district"
seed = 3

[standard]
id = "made-up-standard"
title = "reading and mathematics at grade level by the end of the next grade"
grades = ["1", "2", "3", "4"]
cuts = [
  { subject = "reading", grade = "1", cut = 390, spread = 20 },
  { subject = "reading", grade = "2", cut = 490, spread = 20 },
  { subject = "reading", grade = "3", cut = 590, spread = 20 },
  { subject = "reading", grade = "4", cut = 690, spread = 20 },
  { subject = "mathematics", grade = "1", cut = 390, spread = 20 },
  { subject = "mathematics", grade = "2", cut = 490, spread = 20 },
  { subject = "mathematics", grade = "3", cut = 590, spread = 20 },
  { subject = "mathematics", grade = "4", cut = 690, spread = 20 },
]

[roster]
results = { reading = "read", mathematics = "math" }

[cohort]
grades = ["1", "2", "3"]
test_year = 2023
known_inputs = ["reading", "mathematics"]

[[features]]
name = "reading"
type = "result"
subject = "reading"
column = "read"
title = "Reading result"
unit = "points"
risk = "lower"
changeable = true

[[features]]
name = "mathematics"
type = "result"
subject = "mathematics"
column = "math"
title = "Mathematics result"
unit = "points"
risk = "lower"

[[features]]
name = "absent"
type = "number"
column = "absent"
title = "Days absent"
unit = "days"
risk = "higher"
minimum = 0

[[features]]
name = "track"
type = "category"
column = "track"
title = "Track"

[groups]
[groups.attributes.sex]
column = "sex"
title = "Sex"
values = { F = "Girls", M = "Boys" }
[groups.attributes.lunch]
column = "lunch"
title = "Free lunch"
values = { F = "Free lunch", N = "No free lunch" }
reference = "N"

[[indicators]]
input = "reading"
below = 0.0
[[indicators]]
input = "mathematics"
below = 0.0

[candidates]
last_result = ["reading", "mathematics"]

[[levels]]
name = "High"
start = 0.5
[[levels]]
name = "Moderate"
start = 0.25
[[levels]]
name = "Low"
start = 0.0
"""
