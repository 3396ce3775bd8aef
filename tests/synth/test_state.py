"""A made-up state: the same seed gives the same bytes, every row says so, and it looks like a state."""

import csv
import tracemalloc
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earlywarn.config.load import load_experiment
from earlywarn.errors import UsageError
from earlywarn.registry.store import Registry
from earlywarn.roster.door import open_roster
from earlywarn.synth import assumed
from earlywarn.synth.rows import ROSTER_COLUMNS, SPARE_IDS, id_numbers
from earlywarn.synth.state import EXPERIMENT, NOTICE, PEOPLE, ROSTERS, SCHOOLS, Order, make_state
from earlywarn.synth.zones import Plan, zones
from earlywarn.train import train

PLAN = Plan(students=4000, years=4, seed=11)
MEMORY = 60_000_000
"""Bytes that 200,000 students may take at most while they are made; a table of them all would take over 150 MB."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("state") / "made-up"
    make_state(Order(PLAN, out))
    return out


@pytest.fixture(scope="module")
def rows(folder: Path) -> pd.DataFrame:
    parts = [pd.read_csv(path, dtype=str) for path in sorted((folder / ROSTERS).iterdir())]
    return pd.concat(parts, ignore_index=True)


def numbers(rows: pd.DataFrame, column: str) -> pd.Series:
    return rows[column].astype(float)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@settings(max_examples=12)
@given(students=st.integers(130, 900), years=st.integers(1, 3), seed=st.integers(0, 5), dirty=st.integers(0, 1))
def test_the_same_seed_gives_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, students: int, years: int, seed: int, dirty: int
) -> None:
    tmp = tmp_path_factory.mktemp("twice")
    plan = Plan(max(students, 300 * dirty), years, seed)
    for name in ("one", "two"):
        make_state(Order(plan, tmp / name, dirty))
    assert bytes_of(tmp / "one") == bytes_of(tmp / "two")


def test_another_seed_gives_another_state(folder: Path, tmp_path: Path) -> None:
    make_state(Order(Plan(PLAN.students, PLAN.years, PLAN.seed + 1), tmp_path / "other"))
    ours, other = bytes_of(folder), bytes_of(tmp_path / "other")
    assert all(ours[name] != other[name] for name in ours if name.startswith(ROSTERS))


@pytest.mark.parametrize("rows_a_group", [1, 700, 10**6])
def test_written_in_other_blocks_the_rows_are_the_same(tmp_path: Path, rows_a_group: int) -> None:
    plan = Plan(2000, 2, 3)
    make_state(Order(plan, tmp_path / "csv"))
    make_state(Order(plan, tmp_path / "parquet", format="parquet", rows_a_group=rows_a_group))
    for year in plan.school_years:
        whole = pq.read_table(tmp_path / "parquet" / ROSTERS / f"roster-{year}.parquet")
        text = pd.read_csv(tmp_path / "csv" / ROSTERS / f"roster-{year}.csv", dtype=str)
        stored = whole.to_pandas().astype(object)
        for column in ("student_id", "school_id", "race_2024", "entry_date", "lunch"):
            assert stored[column].tolist() == text[column].tolist()
        assert numbers(stored, "result_reading").equals(numbers(text, "result_reading"))


def test_every_file_says_that_it_is_made_up(folder: Path, tmp_path: Path) -> None:
    tables = [*(folder / ROSTERS).iterdir(), folder / PEOPLE, folder / SCHOOLS]
    assert len(tables) == PLAN.years + 2
    for path in tables:
        assert set(pd.read_csv(path, dtype=str)["made_up"]) == {"yes"}
    assert (folder / EXPERIMENT).read_text("utf-8").startswith("# MADE UP")
    assert (folder / NOTICE).read_text("utf-8").startswith("MADE UP")
    make_state(Order(Plan(200, 1, 1), tmp_path / "parquet", format="parquet"))
    stored = pq.read_schema(tmp_path / "parquet" / ROSTERS / f"roster-{assumed.NEWEST_YEAR}.parquet")
    assert stored.metadata[b"made_up"] == b"yes"


def test_every_year_has_exactly_the_students_asked_for_once_each(rows: pd.DataFrame) -> None:
    assert tuple(rows.columns) == ROSTER_COLUMNS
    assert rows.groupby("school_year").size().to_dict() == {str(year): PLAN.students for year in PLAN.school_years}
    assert not rows.duplicated(["student_id", "school_year"]).any()
    assert rows["student_id"].str.fullmatch(r"\d{9}").all()


def test_students_keep_their_id_and_move_up_a_grade(rows: pd.DataFrame) -> None:
    place = rows["grade"].map(assumed.GRADES.index) - rows["school_year"].astype(int)
    assert len(set(zip(rows["student_id"], place, strict=True))) == len(set(rows["student_id"]))
    stayed = rows.groupby("student_id").size()
    assert 0.3 < (stayed > 1).mean() < 1
    for column in ("sex", "race_1997", "race_2024"):
        assert len(rows[["student_id", column]].drop_duplicates()) == len(set(rows["student_id"]))


def test_days_and_dates_agree(rows: pd.DataFrame) -> None:
    enrolled, absent = numbers(rows, "days_enrolled"), numbers(rows, "days_absent")
    assert ((absent >= 0) & (absent <= enrolled) & (enrolled <= assumed.SCHOOL_DAYS)).all()
    assert (numbers(rows, "days_absent_excused") <= absent).all()
    assert (numbers(rows, "days_suspended") <= enrolled).all()
    assert np.allclose(numbers(rows, "attendance_rate"), 1 - absent / enrolled, atol=6e-5)
    assert (rows["entry_date"] < rows["as_of"]).all()
    assert (rows["exit_date"].isna() | (rows["exit_date"] <= rows["as_of"])).all()
    late = rows["entry_date"].str[5:] != assumed.FIRST_DAY
    assert 0.01 < late.mean() < 0.15
    assert (enrolled[late] < assumed.SCHOOL_DAYS).all()
    assert 0.1 < (absent / enrolled >= 0.1).mean() < 0.35


def test_an_outcome_is_what_the_next_year_says_of_the_same_student(rows: pd.DataFrame) -> None:
    later = rows[["student_id", "school_year", "result_reading", "result_mathematics"]].copy()
    later["school_year"] = (later["school_year"].astype(int) - 1).astype(str)
    both = rows.merge(later, on=["student_id", "school_year"], how="left", suffixes=("", "_next"))
    for subject in ("reading", "mathematics"):
        assert numbers(both, f"outcome_{subject}").equals(numbers(both, f"result_{subject}_next"))
    newest = rows["school_year"] == str(assumed.NEWEST_YEAR)
    assert rows.loc[newest, ["met_standard", "outcome_reading", "graduated"]].isna().all(axis=None)
    assert set(rows.loc[~newest, "met_standard"].dropna()) == {"Y", "N"}


def test_last_years_result_is_the_one_of_last_years_row(rows: pd.DataFrame) -> None:
    before = rows[["student_id", "school_year", "result_reading"]].copy()
    before["school_year"] = (before["school_year"].astype(int) + 1).astype(str)
    both = rows.merge(before, on=["student_id", "school_year"], suffixes=("", "_before"))
    assert len(both) > 2 * PLAN.students
    assert numbers(both, "result_reading_last").equals(numbers(both, "result_reading_before"))


def test_groups_have_different_base_rates_and_unknown_outcomes(rows: pd.DataFrame) -> None:
    served = rows[rows["grade"].isin(list("34567")) & (rows["school_year"] != str(assumed.NEWEST_YEAR))]
    missed = (served["met_standard"] == "N")[served["met_standard"].notna()]
    by_lunch = missed.groupby(served["lunch"]).mean()
    assert by_lunch["F"] > by_lunch["N"] + 0.1
    assert missed.groupby(served["disability"]).mean().diff()["Y"] > 0.08
    assert missed.groupby(served["language"]).mean()["Y"] > missed.mean() + 0.05
    unknown = served["met_standard"].isna()
    assert unknown.groupby(served["lunch"]).mean()["F"] > unknown.groupby(served["lunch"]).mean()["N"] + 0.02
    moved = served["entry_date"].str[5:] != assumed.FIRST_DAY
    assert unknown[moved].mean() > unknown[~moved].mean() + 0.02
    assert 0.2 < missed.mean() < 0.5


def test_the_drift_is_the_one_that_is_told(rows: pd.DataFrame) -> None:
    year = rows["school_year"].astype(int)
    for column, codes, wanted in (
        ("lunch", ["F", "R"], assumed.LUNCH_A_YEAR),
        ("special_education", ["Y"], assumed.SPECIAL_EDUCATION_A_YEAR),
    ):
        shares = rows[column].isin(codes).groupby(year).mean()
        slope = np.polyfit(shares.index, shares, 1)[0]
        assert 0.2 * wanted < slope < 2.5 * wanted
    tested = rows[rows["grade"] == "5"]
    gap = numbers(tested, "result_mathematics").groupby(tested["school_year"]).mean()
    gap -= numbers(tested, "result_reading").groupby(tested["school_year"]).mean()
    assert 0 < gap.iloc[-1] - gap.iloc[:-1].mean() < 3 * assumed.SCALE_SHIFT


def test_most_students_have_no_incident_and_a_few_have_many(rows: pd.DataFrame) -> None:
    incidents = numbers(rows, "incidents")
    assert 0.7 < (incidents == 0).mean() < 0.95
    assert incidents.max() >= 5
    assert (numbers(rows, "suspensions") <= incidents).all()


def test_schools_have_realistic_sizes_and_grades(rows: pd.DataFrame, folder: Path) -> None:
    schools = pd.read_csv(folder / SCHOOLS, dtype=str).set_index("school_id")
    newest = rows[rows["school_year"] == str(assumed.NEWEST_YEAR)]
    sizes = newest.groupby("school_id").size()
    assert sizes.to_dict() == schools["students"].astype(int).to_dict()
    assert len(set(schools["district_id"])) > 1
    for school, group in newest.groupby("school_id"):
        spans = [assumed.GRADES.index(schools.loc[school, name]) for name in ("first_grade", "last_grade")]
        assert group["grade"].map(assumed.GRADES.index).between(*spans).all()
    large = list(zones(Plan(600_000, 1, 1)))
    each = [zone.students * 6 / 13 / zone.elementaries for zone in large]
    assert sum(zone.students for zone in large) == 600_000
    assert 300 < np.median(each) < 550
    assert max(each) < 900
    assert np.std([zone.students for zone in large]) > 800


def test_people_have_made_up_names_and_a_counselor_of_bounded_caseload(folder: Path, rows: pd.DataFrame) -> None:
    people = pd.read_csv(folder / PEOPLE, dtype=str)
    newest = rows[rows["school_year"] == str(assumed.NEWEST_YEAR)]
    assert people["student_id"].tolist() == newest["student_id"].tolist()
    assert people["last_name"].str.endswith("(made up)").all()
    assert people["counselor_name"].str.endswith("(made up)").all()
    assert people.groupby("counselor_id").size().max() <= 350
    assert newest["school_id"].groupby(people["counselor_id"].to_numpy()).nunique().max() == 1
    grade = newest["grade"].map(assumed.GRADES.index).to_numpy()
    age = assumed.NEWEST_YEAR - 1 - people["birth_date"].str[:4].astype(int) - grade
    assert age.isin([5, 6]).all()


@given(st.lists(st.integers(0, 10**9 - 1), min_size=2, unique=True))
def test_no_two_places_have_the_same_id(places: list[int]) -> None:
    ids = id_numbers(np.array(places))
    assert len(set(ids.tolist())) == len(places)
    assert ((ids >= 0) & (ids < 10**9)).all()


def test_a_large_state_needs_the_memory_of_a_zone(tmp_path: Path) -> None:
    tracemalloc.start()
    make_state(Order(Plan(200_000, 1, 2), tmp_path / "large"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MEMORY


def test_one_state_can_be_checked_and_learnt_from(folder: Path, tmp_path: Path) -> None:
    whole = tmp_path / "history.csv"
    whole.write_text("".join(joined(folder)), encoding="utf-8")
    experiment = load_experiment(folder / EXPERIMENT)
    door = open_roster(whole, experiment)
    assert door.counts.accepted == door.counts.rows_in == PLAN.students * PLAN.years
    home = tmp_path / "models"
    trained = train(whole, folder / EXPERIMENT, home, Registry(home), date(2026, 7, 1), lambda step: None)
    assert 0.75 < trained.findings.unseen.figures["auc"].value < 0.9


def joined(folder: Path) -> Iterator[str]:
    for place, path in enumerate(sorted((folder / ROSTERS).iterdir())):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        yield from lines[place > 0 :]


@pytest.mark.parametrize(
    ("plan", "more", "told"),
    [
        (Plan(100, 1, 1), {}, "--students"),
        (Plan(500, 21, 1), {}, "--years"),
        (Plan(500, 1, -1), {}, "--seed"),
        (Plan(500, 1, 1), {"format": "xlsx"}, "--format"),
        (Plan(500, 1, 1), {"format": "parquet", "dirty": 1}, "Parquet has types"),
        (Plan(500, 1, 1), {"dirty": 2}, "1 to 1 here"),
    ],
)
def test_what_cannot_be_made_is_refused_and_leaves_no_folder(
    tmp_path: Path, plan: Plan, more: dict[str, object], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        make_state(Order(plan, tmp_path / "out", **more))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there already"):
        make_state(Order(Plan(200, 1, 1), tmp_path))


def test_the_ids_of_students_and_spare_ids_never_meet(rows: pd.DataFrame) -> None:
    spare = set(id_numbers(np.arange(SPARE_IDS)).tolist())
    assert spare.isdisjoint(set(rows["student_id"].astype(int)))


def test_cells_need_no_quotes(folder: Path) -> None:
    for path in (folder / ROSTERS).iterdir():
        text = path.read_text("utf-8")
        assert '"' not in text
        assert {len(row) for row in csv.reader(text.splitlines())} == {len(ROSTER_COLUMNS)}
