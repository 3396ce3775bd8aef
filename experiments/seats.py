"""What each way of sharing seats out reached on Project STAR, with the true later outcomes.

``python -m experiments.seats --partitions 5`` parts the schools of STAR into four districts by lot, several times. Each
district is scored by a model that learnt from the other schools' earlier years, and gives seats for 10 % of its scored
students by each policy; outcomes are opened only then. Sums over the four districts, and so over every school once, are
printed as means over the partitions. It chooses nothing and registers nothing; STAR is public, so counts are exact.
"""

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.base import clone

from earlywarn.allocate.outcome import carry_out
from earlywarn.allocate.quotas import Offer
from earlywarn.allocate.reach import Reached, reached_by_group
from earlywarn.allocate.students import Students
from earlywarn.allocate.supports import Support
from earlywarn.candidates.catalogue import Role, catalogue
from earlywarn.candidates.crossfit import risk_and_points
from earlywarn.candidates.learn import with_groups
from earlywarn.capacity import make_list
from earlywarn.cli.terminal import guarded
from earlywarn.cohort import Cohort, build_cohort, split
from earlywarn.columns import MET, MISSED, UNKNOWN, Coded, Floats, Ints
from earlywarn.config.allocation import Policy
from earlywarn.config.experiment import Experiment
from earlywarn.config.load import load_experiment
from earlywarn.datasets import star
from earlywarn.roster.door import open_roster

DISTRICTS, SHARE, FLOOR = 4, 0.10, 4
LEAST = 30
"""Groups with fewer students who missed the standard are not printed."""
POLICIES = (
    Policy(name="equal by school", share="school"),
    Policy(name="equal by student", share="student"),
    Policy(name="by need"),
    Policy(name="by need with floors", floor=FLOOR),
)
ANY = "any reason"
EVERYONE = "Everyone"
PAIRS = (("Free lunch", "No free lunch"), ("Black", "White"), ("Girls", "Boys"))


@dataclass(frozen=True)
class District:
    """The scored students of a district, their groups, and what came; the outcome chooses nobody."""

    students: Students
    groups: Reached
    outcome: Ints


def districts(frame: pd.DataFrame, experiment: Experiment, partition: int) -> Iterator[District]:
    """Part the schools of the test year by lot and give each part, scored by what the others teach."""
    year = experiment.cohort.test_year
    names = np.sort(frame.loc[frame["school_year"] == year, "school_id"].unique())
    for drawn in np.array_split(np.random.default_rng(partition).permutation(names), DISTRICTS):
        inside = frame["school_id"].isin(set(drawn))
        touched = frame["student_id"].isin(set(frame.loc[inside, "student_id"]))
        there = inside & (frame["school_year"] == year)
        later = frame["student_id"].isin(set(frame.loc[there, "student_id"])) & (frame["school_year"] > year)
        taught = split(_cohort(frame[~touched], experiment), experiment).train
        judged = _cohort(frame[there | later], experiment)
        yield _district(taught, judged.take(judged.tests & judged.enough), experiment)


def shared_out(district: District) -> Iterator[pd.DataFrame]:
    """Give what each policy reached, of everyone and of each group, a row a school."""
    students, outcome = district.students, district.outcome
    school, everyone = students.school, np.ones(len(students), dtype=bool)
    for policy in POLICIES:
        shared, faults = carry_out(policy, _offer(students))
        assert not faults, faults
        assert shared.proof.gap == 0
        for name, member in zip((EVERYONE, *district.groups.words), (everyone, *district.groups.member), strict=True):
            seated = member & shared.reached
            known = outcome != UNKNOWN
            parts = {
                "seats": seated,
                "expected to miss": member * students.risk,
                "expected": seated * students.risk,
                "missed": member & (outcome == MISSED),
                "seated, missed": seated & (outcome == MISSED),
                "seated, met": seated & (outcome == MET),
                "seated, unknown": seated & ~known,
                "of known, expected": (seated & known) * students.risk,
                "of known, luck": (seated & known) * students.risk * (1 - students.risk),
            }
            sums = {key: np.bincount(school.codes, part, len(school.names)) for key, part in parts.items()}
            yield pd.DataFrame(sums).assign(policy=policy.name, group=name, school=school.names)


def table(partitions: int) -> pd.DataFrame:
    """Give the sums over all districts, by partition, policy and group."""
    frame = star()
    with as_file(files("earlywarn") / "demo.toml") as config:
        experiment = load_experiment(config)
    parts = [
        part.assign(partition=number)
        for number in range(partitions)
        for district in districts(frame, experiment, number)
        for part in shared_out(district)
    ]
    return pd.concat(parts).set_index(["partition", "policy", "group", "school"])


def _cohort(frame: pd.DataFrame, experiment: Experiment) -> Cohort:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.csv"
        frame.to_csv(path, index=False)
        door = open_roster(path, experiment)
    return build_cohort(door.roster, door.groups, experiment)


def _district(taught: Cohort, judged: Cohort, experiment: Experiment) -> District:
    (model,) = (
        each.model for each in catalogue(experiment) if each.name == "piecewise" and each.role is Role.PROMOTABLE
    )
    fitted = clone(model).fit(with_groups(taught), taught.outcome)
    risk, points = risk_and_points(fitted, with_groups(judged))
    groups = reached_by_group(judged.groups, experiment.groups)
    return District(_students(judged, risk, points, experiment.seed), groups, judged.outcome)


def _students(judged: Cohort, risk: Floats, points: Floats, seed: int) -> Students:
    """Lay out students as allocate has them; all have the one reason that the one support answers."""
    count = len(judged)
    return Students(
        rows=np.arange(count),
        school=_coded(judged.frame["school"]),
        grade=_coded(judged.frame["grade"]),
        level=Coded(np.zeros(count, dtype=np.int32), ("-",)),
        risk=risk,
        rank=make_list(points, judged.frame["student_id"].to_numpy(dtype=object), seed, 1).rank,
        reasons=Coded(np.zeros(count, dtype=np.int32), (ANY,)),
        starts=np.arange(count + 1),
    )


def _coded(column: pd.Series) -> Coded:
    names, codes = np.unique(column.to_numpy(dtype=str), return_inverse=True)
    return Coded(codes.astype(np.int32), tuple(names.tolist()))


def _offer(students: Students) -> Offer:
    seats = round(SHARE * len(students))
    support = Support("tutoring", seats, "-", students.school.names, students.grade.names, (ANY,), 0, seats, 1)
    return Offer(students, (support,), students.answered_by((support,)), seed=1)


def against_by_need(sums: pd.DataFrame, name: str) -> pd.DataFrame:
    """Give how far each policy lies from by need: mean over partitions, 95 % over schools, least and most.

    Policies move seats between schools and add none. So the unit is the school, and what a school differs by is told
    apart from what its seats more or fewer would bring anyhow: the interval is of the residuals of that line.
    """
    everyone = sums.xs(EVERYONE, level="group")[[name, "seats"]]
    apart = everyone.sub(everyone.xs("by need", level="policy")).drop(index="by need", level="policy")
    each = apart.groupby(["policy", "partition"], sort=False)
    total = each[name].sum().groupby("policy", sort=False)
    half = each.apply(lambda part: _half(part[name].to_numpy(), part["seats"].to_numpy()))
    mean, half = total.mean(), half.groupby("policy", sort=False).mean()
    return pd.DataFrame(
        {"mean": mean, "low95": mean - half, "high95": mean + half, "least": total.min(), "most": total.max()}
    )


def _half(apart: Floats, seats: Floats) -> float:
    """Give half of the 95 % interval of a sum over schools, the seats of which add up to none more."""
    line = stats.linregress(seats, apart)
    left = apart - line.intercept - line.slope * seats
    count = len(apart)
    return float(stats.t.ppf(0.975, count - 2) * np.sqrt(count * np.square(left).sum() / (count - 2)))


def by_group(sums: pd.DataFrame) -> pd.DataFrame:
    """Give the share with a seat, of those expected to miss and of those who did, by group; means over partitions."""
    each = sums.groupby(["group", "policy", "partition"], sort=False).sum()
    mean = each.groupby(["group", "policy"], sort=False).mean()
    return pd.DataFrame(
        {
            "missed": mean["missed"],
            "expected reach": mean["expected"] / mean["expected to miss"],
            "actual reach": mean["seated, missed"] / mean["missed"],
            "seats unknown": mean["seated, unknown"] / mean["seats"],
        }
    )


def gaps(sums: pd.DataFrame, one: str, other: str) -> pd.DataFrame:
    """Give how much more of one group than of another had a seat, of those who missed; 95 % by leaving schools out."""
    counts = sums[["seated, missed", "missed"]]
    rows = []
    for (policy, partition), part in counts.groupby(["policy", "partition"], sort=False):
        pair = [part.xs(group, level="group").to_numpy() for group in (one, other)]
        value = np.subtract(*(each.sum(axis=0)[0] / each.sum(axis=0)[1] for each in pair))
        left = [each.sum(axis=0) - each for each in pair]
        without = left[0][:, 0] / left[0][:, 1] - left[1][:, 0] / left[1][:, 1]
        error = np.sqrt((len(without) - 1) * np.var(without))
        half = stats.t.ppf(0.975, len(without) - 1) * error
        rows.append(
            {"policy": policy, "partition": partition, "gap": value, "low95": value - half, "high95": value + half}
        )
    return pd.DataFrame(rows).set_index(["policy", "partition"]).groupby("policy", sort=False).mean()


def by_school(sums: pd.DataFrame) -> pd.DataFrame:
    """Give how far what came in a school lies from its risks, beside what the luck of each student explains.

    Of seated students with a known outcome: the mean over schools of (missed - expected) squared over the variance by
    luck alone (1 if that were all), and in how many schools what came lies within 1.96 of its standard deviations.
    """
    everyone = sums.xs(EVERYONE, level="group")
    everyone = everyone[everyone["of known, luck"] > 0]
    apart = everyone["seated, missed"] - everyone["of known, expected"]
    z = np.square(apart) / everyone["of known, luck"]
    each = z.groupby("policy", sort=False)
    return pd.DataFrame({"mean square": each.mean(), "within": each.apply(lambda part: (part < 1.96**2).mean())})


def main() -> None:
    """Print everyone by policy, differences to by need, and groups."""
    parser = argparse.ArgumentParser(prog="python -m experiments.seats", description=__doc__)
    parser.add_argument("--partitions", type=int, default=5)
    sums = table(parser.parse_args().partitions)
    print("Everyone, means over partitions")
    everyone = sums.xs(EVERYONE, level="group").groupby(["policy", "partition"], sort=False).sum()
    print(everyone.groupby("policy", sort=False).mean().round(1).T.to_string())
    for name in ("expected", "seated, missed", "seated, met", "seated, unknown"):
        print(f"\nAgainst by need: {name}")
        print(against_by_need(sums, name).round(1).to_string())
    print("\nBy school: what came against its risks")
    print(by_school(sums).round(2).to_string())
    reach = by_group(sums)
    print("\nBy group: of those expected to miss, and of those who did, the share with a seat")
    print(reach[reach["missed"] >= LEAST].round(3).to_string())
    for one, other in PAIRS:
        print(f"\n{one} above {other}, of those who missed the standard")
        print(gaps(sums, one, other).round(3).to_string())


if __name__ == "__main__":
    raise SystemExit(guarded(main))
