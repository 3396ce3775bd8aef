"""The full STAR file as rosters: what is refused, what the layout holds, and that the split keeps its word on it."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from earlywarn.cohort import Cohort, Split, build_cohort, split
from earlywarn.columns import MET, MISSED, UNKNOWN
from earlywarn.config.load import load_experiment
from earlywarn.errors import RefusedError, UsageError
from earlywarn.roster.door import open_roster
from experiments.star_full import FILE, LAYOUTS, read_star, roster

FOLDER = Path(__file__).parents[2] / "experiments"
NAMES = {"0002": "0002-star-state-objectives", "0003": "0003-star-grade8-dropout"}


@dataclass(frozen=True)
class Laid:
    """One experiment's roster and what the config makes of it."""

    frame: pd.DataFrame
    cohort: Cohort
    parts: Split


@pytest.fixture(scope="module")
def star(shared_data: Path) -> pd.DataFrame:
    return read_star(shared_data)


@pytest.fixture(scope="module")
def laid(star: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Laid]:
    return {number: _lay_out(star, number, tmp_path_factory.mktemp("star")) for number in NAMES}


def _lay_out(star: pd.DataFrame, number: str, folder: Path) -> Laid:
    frame, experiment = roster(star, LAYOUTS[number]), load_experiment(FOLDER / f"{NAMES[number]}.toml")
    frame.to_csv(folder / "roster.csv", index=False)
    door = open_roster(folder / "roster.csv", experiment)
    assert door.counts.accepted == len(frame)
    cohort = build_cohort(door.roster, door.groups, experiment)
    return Laid(frame, cohort, split(cohort, experiment))


def test_a_folder_without_the_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="let --data name the folder that holds"):
        read_star(tmp_path)


def test_another_file_of_that_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).parent.mkdir()
    (tmp_path / FILE).write_bytes(b"PAR1")
    with pytest.raises(RefusedError, match="not the file that the notes tell of"):
        read_star(tmp_path)


@pytest.mark.needs_shared
@pytest.mark.parametrize(
    ("number", "rows", "served", "schools", "outcomes"),
    [
        ("0002", 26_796, 6_840, 75, {MET: 3_055, MISSED: 1_771, UNKNOWN: 2_014}),
        ("0003", 56_983, 6_514, 406, {MET: 3_397, MISSED: 723, UNKNOWN: 2_394}),
    ],
)
def test_the_rosters_hold_the_students_of_the_file(
    laid: dict[str, Laid], number: str, rows: int, served: int, schools: int, outcomes: dict[int, int]
) -> None:
    found = laid[number]
    assert len(found.frame) == rows
    assert not found.frame.duplicated(["student_id", "school_year"]).any()
    assert len(found.cohort) == served
    assert found.cohort.frame["school"].nunique() == schools
    assert dict(enumerate(np.bincount(found.cohort.outcome))) == outcomes


@pytest.mark.needs_shared
def test_the_state_standard_is_that_of_grade_3_in_the_file(star: pd.DataFrame, laid: dict[str, Laid]) -> None:
    frame = laid["0002"].cohort.frame
    file = star.assign(student_id=star["stdntid"].astype(str)).set_index("student_id").loc[frame["student_id"]]
    below = (file["g3readbsobjpct"] < 80) | (file["g3mathbsobjpct"] < 80)
    assert ((laid["0002"].cohort.outcome == MISSED) == below.to_numpy()).all()


@pytest.mark.needs_shared
def test_who_did_not_graduate_is_told_by_the_files_own_codes(star: pd.DataFrame) -> None:
    told = pd.crosstab(star["hsgrdadd"], star["hsgrdcol"])
    assert told.to_numpy().sum() == 4_992
    assert told.loc[["PROBABLY DROPPED OUT", "PROBABLY GRADUATED"]].to_numpy().sum() == 378
    assert (star["hsgrdcol"].notna() & star["g8schid"].isna()).sum() == 872
    not_graduated = {"DROPPED OUT", "GED", "PROBABLY DROPPED OUT"}
    assert {code for code, row in told.iterrows() if row["NO"]} == not_graduated
    assert {code for code, row in told.iterrows() if row["YES"]} == {"GRADUATED", "PROBABLY GRADUATED"}


@pytest.mark.needs_shared
def test_the_files_percentage_of_reading_objectives_in_grade_2_is_of_mathematics(star: pd.DataFrame) -> None:
    known = star["g2readbsobjpct"].notna() & star["g2mathbsraw"].notna()
    of_mathematics = (100 * star["g2mathbsraw"] / 60).round()
    assert (star["g2readbsobjpct"] == of_mathematics)[known].mean() > 0.999
    assert abs(star["g2readbsobjpct"] - 100 * star["g2readbsobjraw"] / 12)[known].mean() > 5


@pytest.mark.needs_shared
def test_the_spreads_and_the_fifths_in_the_configs_are_those_of_the_file(laid: dict[str, Laid]) -> None:
    tests, graduation = (load_experiment(FOLDER / f"{name}.toml") for name in NAMES.values())
    spread = laid["0002"].frame.groupby("grade")[["reading", "mathematics"]].std().round(1)
    assert all(cut.spread == spread.loc[cut.grade, cut.subject] for cut in tests.standard.cuts)
    assert graduation.standard.cuts[0].spread == round(laid["0003"].frame["graduated"].std(), 2)
    served = laid["0003"].cohort.frame
    _, disruption, *results = graduation.indicators
    assert disruption.above == served[disruption.input].quantile(0.8)
    assert [rule.below for rule in results] == [served[rule.input].quantile(0.2) for rule in results]
    assert round(served["effort"].notna().mean(), 2) == 0.46


@pytest.mark.needs_shared
@pytest.mark.parametrize(("number", "taught", "tested", "held_out"), [
    ("0002", 3_293, 2_148, 23), ("0003", 2_391, 2_264, 122),
])  # fmt: skip
def test_no_student_and_no_school_stands_on_both_sides(
    laid: dict[str, Laid], number: str, taught: int, tested: int, held_out: int
) -> None:
    train, test, frame = laid[number].parts.train.frame, laid[number].parts.test.frame, laid[number].frame
    there = frame["school_id"].astype(str).isin(set(test["school"]))
    assert not set(frame.loc[there, "student_id"].astype(str)) & set(train["student_id"])
    assert (len(train), len(test), test["school"].nunique()) == (taught, tested, held_out)


@pytest.mark.needs_shared
@pytest.mark.parametrize("number", NAMES)
def test_the_note_tells_how_many_outcomes_are_unknown_in_each_group(laid: dict[str, Laid], number: str) -> None:
    note = (FOLDER / f"{NAMES[number]}.md").read_text("utf-8")
    cohort = laid[number].cohort
    told = {
        (attribute, value): (int(rows.sum()), int((cohort.outcome[rows] == UNKNOWN).sum()))
        for attribute, coded in cohort.groups.attributes.items()
        for place, value in enumerate(coded.names)
        if (rows := coded.codes == place).sum() >= 100
    }
    assert len(told) >= 9
    missing = [row for row in told.values() if not re.search(rf"\| {row[0]:,} \| {row[1]:,} \(", note)]
    assert missing == []
