"""Missed, met, unknown; the split; and that nothing after as_of reaches a feature or a fit."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earlywarn.cohort import Split, build_cohort, draw_schools, outcome_by_standard, split
from earlywarn.columns import MET, MISSED, UNKNOWN, Coded, Roster
from earlywarn.config.experiment import Experiment
from earlywarn.config.load import parse_experiment
from earlywarn.errors import EvidenceError
from earlywarn.groups import part
from tests.district import TOML, student_years

EXPERIMENT: Experiment = parse_experiment(TOML.encode(), "test.toml")


def planned(**changes: object) -> Experiment:
    """Give the experiment with another [cohort]."""
    return EXPERIMENT.model_copy(update={"cohort": EXPERIMENT.cohort.model_copy(update=changes)})


def coded(column: pd.Series) -> Coded:
    codes, names = pd.factorize(column, sort=True)
    return Coded(codes.astype(np.int32), tuple(str(name) for name in names))


def opened(frame: pd.DataFrame) -> tuple[Roster, object]:
    """Give what the door would, without a file."""
    numbers = {name: frame[name].to_numpy(dtype=float) for name in ("read", "math", "absent")}
    roster = Roster(
        student_id=frame["student_id"].to_numpy(dtype=object),
        school_id=coded(frame["school_id"]),
        school_year=frame["school_year"].to_numpy(),
        grade=coded(frame["grade"]),
        numbers=numbers,
        texts={"track": coded(frame["track"])},
        lines=np.arange(len(frame)),
    )
    return roster, part({name: coded(frame[name]) for name in ("sex", "lunch")}, EXPERIMENT.groups)


@pytest.mark.parametrize(
    ("read", "math", "outcome"),
    [
        (489, 600, MISSED),
        (490, 490, MET),
        (np.nan, 489, MISSED),
        (np.nan, 490, UNKNOWN),
        (600, np.nan, UNKNOWN),
        (np.nan, np.nan, UNKNOWN),
    ],
)
def test_any_known_subject_below_is_missed_and_unknown_is_never_met(read: float, math: float, outcome: int) -> None:
    results = {"reading": np.array([read], dtype=float), "mathematics": np.array([math], dtype=float)}
    found = outcome_by_standard(EXPERIMENT.standard, np.array(["2"], dtype=object), results)
    assert found.tolist() == [outcome]


def test_a_grade_without_a_cut_has_no_outcome() -> None:
    results = {"reading": np.array([1.0]), "mathematics": np.array([1.0])}
    assert outcome_by_standard(EXPERIMENT.standard, np.array(["9"], dtype=object), results).tolist() == [UNKNOWN]


def test_the_outcome_is_next_years_by_next_grades_cut() -> None:
    frame = student_years(schools=2, per_school=5)
    one = frame["student_id"] == "00000"
    frame.loc[one & (frame["grade"] == "2"), ["read", "math"]] = [489.0, 700.0]
    cohort = build_cohort(*opened(frame), EXPERIMENT)
    held = (cohort.frame["student_id"] == "00000") & (cohort.frame["grade"] == "1")
    assert cohort.outcome[held.to_numpy()].tolist() == [MISSED]


def test_a_student_who_repeats_the_grade_or_is_gone_has_an_unknown_outcome() -> None:
    frame = student_years(schools=2, per_school=5)
    later = frame["school_year"] == 2022
    frame.loc[later & (frame["student_id"] == "00001"), "grade"] = "1"
    frame = frame[~(later & (frame["student_id"] == "00002"))]
    cohort = build_cohort(*opened(frame), EXPERIMENT)
    first = (cohort.frame["school_year"] == 2021).to_numpy()
    found = dict(zip(cohort.frame["student_id"][first], cohort.outcome[first], strict=True))
    assert found["00001"] == UNKNOWN
    assert found["00002"] == UNKNOWN
    assert found["00003"] != UNKNOWN


def test_what_happens_after_as_of_changes_no_feature() -> None:
    frame = student_years(schools=4, per_school=10)
    changed = frame.copy()
    changed.loc[changed["school_year"] == 2024, ["read", "math"]] = -1.0
    inputs = [spec.name for spec in EXPERIMENT.inputs]
    before, after = (build_cohort(*opened(each), EXPERIMENT) for each in (frame, changed))
    served = before.frame["school_year"] <= 2023
    pd.testing.assert_frame_equal(before.frame.loc[served, inputs], after.frame.loc[served, inputs])
    assert (before.outcome != after.outcome).any()


def test_every_training_outcome_was_known_when_the_test_began() -> None:
    parts = split(build_cohort(*opened(student_years()), EXPERIMENT), EXPERIMENT)
    as_of = EXPERIMENT.cohort.as_of(EXPERIMENT.cohort.test_year)
    assert all(EXPERIMENT.cohort.as_of(year + 1) <= as_of for year in parts.train.frame["school_year"])
    assert set(parts.test.frame["school_year"]) == {2023}
    assert (parts.train.outcome != UNKNOWN).all()


def test_the_test_keeps_students_of_unknown_outcome() -> None:
    frame = student_years()
    gone = (frame["school_year"] == 2024) & (frame["student_id"] < "00100")
    parts = split(build_cohort(*opened(frame[~gone]), EXPERIMENT), EXPERIMENT)
    assert (parts.test.outcome == UNKNOWN).sum() >= 100


def test_a_student_with_both_results_missing_has_not_enough_data() -> None:
    frame = student_years(schools=2, per_school=5)
    frame.loc[frame["student_id"] == "00000", ["read", "math"]] = np.nan
    cohort = build_cohort(*opened(frame), EXPERIMENT)
    assert not cohort.enough[(cohort.frame["student_id"] == "00000").to_numpy()].any()
    assert cohort.enough[(cohort.frame["student_id"] == "00001").to_numpy()].all()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: f.assign(read=1.0, math=1.0), "one class only: every student missed"),
        (lambda f: f.assign(read=9999.0, math=9999.0), "one class only: every student met"),
        (lambda f: f[f["school_id"] < "S05"], "too few to cross-fit"),
        (lambda f: f[f["school_year"] < 2024], "no student with a known outcome"),
    ],
)
def test_what_cannot_teach_or_test_is_refused_in_words(spoil: object, message: str) -> None:
    with pytest.raises(EvidenceError, match=message) as caught:
        split(build_cohort(*opened(spoil(student_years())), EXPERIMENT), EXPERIMENT)
    assert caught.value.exit_code == 1


def test_past_results_are_distances_in_spreads_of_their_own_grade() -> None:
    cohort = build_cohort(*opened(student_years(schools=2, per_school=3)), EXPERIMENT)
    roster, _ = opened(student_years(schools=2, per_school=3))
    first = (cohort.frame["grade"] == "2").to_numpy()
    raw = roster.numbers["math"][np.array(roster.grade.texts()) == "2"]
    assert cohort.frame["mathematics"][first].to_numpy() == pytest.approx((raw - 490) / 20)


HELD_OUT = planned(test_schools=0.5)


def parted(frame: pd.DataFrame, experiment: Experiment = HELD_OUT) -> Split:
    return split(build_cohort(*opened(frame), experiment), experiment)


def moved(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Send one student in ten to another school, each in one year."""
    rng = np.random.default_rng(seed)
    frame["school_id"] = np.where(rng.random(len(frame)) < 0.1, rng.permutation(frame["school_id"]), frame["school_id"])
    return frame


@given(seed=st.integers(0, 2**32), share=st.floats(0.3, 0.7))
@settings(max_examples=20)
def test_no_school_and_no_student_stands_on_both_sides(seed: int, share: float) -> None:
    frame = moved(student_years(schools=40, per_school=8), seed)
    parts = parted(frame, planned(test_schools=share).model_copy(update={"seed": seed}))
    schools, students = set(parts.test.frame["school"]), set(parts.train.frame["student_id"])
    assert len(schools) == int(share * 40 + 0.5)
    assert not students & set(parts.test.frame["student_id"])
    assert not students & set(frame.loc[frame["school_id"].isin(schools), "student_id"])
    assert set(parts.test.frame["school_year"]) == {2023}


def test_a_student_who_comes_to_a_held_out_school_after_the_test_year_does_not_teach() -> None:
    frame = student_years()
    parts = parted(frame)
    one, there = parts.train.frame["student_id"].iloc[0], parts.test.frame["school"].iloc[0]
    frame.loc[(frame["student_id"] == one) & (frame["school_year"] == 2024), "school_id"] = there
    assert one not in set(parted(frame).train.frame["student_id"])


def test_held_out_schools_are_tested_in_the_test_year_and_no_later_row_teaches() -> None:
    years = parted(student_years(), planned(test_year=2022, test_schools=0.5))
    assert set(years.train.frame["school_year"]) == {2021, 2022}
    assert set(years.test.frame["school_year"]) == {2022}


def test_one_cohort_without_a_later_year_can_be_tested_in_schools_held_out() -> None:
    frame = student_years()
    frame = frame[frame["school_year"] >= 2023]
    assert set(parted(frame).train.frame["school_year"]) == {2023}
    with pytest.raises(EvidenceError, match="no student with a known outcome"):
        parted(frame, EXPERIMENT)


def test_the_same_seed_draws_the_same_schools_whatever_the_order_of_the_rows() -> None:
    frame = student_years()
    there = [set(parted(each).test.frame["school"]) for each in (frame, frame.sample(frac=1, random_state=0))]
    assert there[0] == there[1]
    other = HELD_OUT.model_copy(update={"seed": EXPERIMENT.seed + 1})
    assert set(parted(frame, other).test.frame["school"]) != there[0]


def test_the_draw_can_be_checked_by_hand() -> None:
    # printf 3:A | sha256sum, and so on: A 016b, B f6db, C 71da
    assert draw_schools(["C", "A", "B", "A"], 0.34, 3) == {"A"}
    assert draw_schools(["C", "A", "B"], 0.5, 3) == {"A", "C"}


def test_a_school_without_a_student_of_the_test_year_in_scope_is_not_drawn() -> None:
    frame = student_years()
    gone = (frame["school_id"] >= "S12") & (frame["school_year"] == 2023)
    parts = parted(frame[~gone], planned(test_schools=0.9))
    assert parts.test.frame["school"].nunique() == 11


def test_the_outcome_may_be_due_more_than_a_year_later() -> None:
    frame = student_years(schools=4, per_school=10)
    frame = frame[frame["school_year"].isin([2021, 2024])].replace({"grade": {"4": "2"}})
    at_once, later = (build_cohort(*opened(frame), planned(outcome_years=years)) for years in (1, 3))
    held = (later.frame["school_year"] == 2021).to_numpy()
    assert (at_once.outcome == UNKNOWN).all()
    assert (later.outcome[held] != UNKNOWN).any()
    assert not later.teaches.any()


@pytest.mark.parametrize(("test_year", "taught"), [(2024, {2021}), (2025, {2021, 2022})])
def test_an_outcome_that_takes_three_years_teaches_three_years_later(test_year: int, taught: set[int]) -> None:
    cohort = build_cohort(*opened(student_years(schools=2)), planned(test_year=test_year, outcome_years=3))
    assert set(cohort.frame["school_year"][cohort.teaches]) == taught


def test_other_years_may_end_on_another_day() -> None:
    cohort = replace_year_end("12-31")
    assert cohort.school_year(cohort.as_of(2023)) == 2023
    assert EXPERIMENT.cohort.school_year(EXPERIMENT.cohort.as_of(2023).replace(month=9)) == 2024


def replace_year_end(day: str) -> object:
    return EXPERIMENT.cohort.model_copy(update={"year_ends": day})
