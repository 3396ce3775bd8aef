"""Alarms: a typing error in a code is shouted, wherever it was made; usual noise is not."""

import numpy as np
import pytest

from earlywarn.columns import Coded, RowCounts
from earlywarn.errors import UsageError
from earlywarn.roster.profile import Profile, profile_of, read_profile
from earlywarn.roster.shifts import compare
from earlywarn.roster.tally import Tally
from earlywarn.roster.terms import Kind
from tests.roster.made import DEMO_SERVING

SCHOOLS, STUDENTS, CODES = 60, 26_000, ("F", "N", "Not Eligibile", "R")
COLUMNS = ("lunch", "sex", "race", "language", "disability")


def district(seed: int, between: float = 1.0, typo: str = "", share: float = 0.0) -> Profile:
    """Draw one year's roster: schools keep their mix, up to a yearly effect, and their students are new."""
    rng, fixed = np.random.default_rng(seed), np.random.default_rng(7)
    size = fixed.gamma(3, 1, SCHOOLS)
    school = rng.choice(SCHOOLS, STUDENTS, p=size / size.sum()).astype(np.int32)
    values: dict[tuple[str, Kind], object] = {("school", Kind.SCHOOL): coded(school, [f"s{i}" for i in range(SCHOOLS)])}
    for column in COLUMNS:
        lean = fixed.normal(size=SCHOOLS) * between + rng.normal(size=SCHOOLS) * 0.2 * between
        free = rng.random(STUDENTS) < 1 / (1 + np.exp(-lean[school]))
        values[column, Kind.TEXT] = coded(np.where(free, 0, 1).astype(np.int32), CODES)
    lunch = values["lunch", Kind.TEXT]
    wrong = {"": 0, "one school": school == np.argmax(np.bincount(school)), "everywhere": rng.random(STUDENTS) < share}
    lunch.codes[np.asarray(wrong[typo]) & (lunch.codes == 1)] = 2  # type: ignore[attr-defined]
    tally = Tally()
    tally.add(values, np.ones(STUDENTS, dtype=bool))  # type: ignore[arg-type]
    return profile_of(tally, RowCounts(STUDENTS, STUDENTS, 0, 0), DEMO_SERVING)


def coded(codes: np.ndarray, names: list[str] | tuple[str, ...]) -> Coded:
    return Coded(codes, tuple(names))


@pytest.mark.parametrize("between", [0.0, 1.0])
def test_where_nothing_changed_alarms_are_rare(between: float) -> None:
    alarms = sum(len(compare(district(2 * i, between), district(2 * i + 1, between)).alarms) for i in range(40))
    assert alarms <= 2  # of 40 checks with ten shares each


@pytest.mark.parametrize("typo", ["one school", "everywhere"])
def test_a_misspelt_code_is_alarmed_however_much_schools_differ(typo: str) -> None:
    changes = compare(district(1), district(2, typo=typo, share=0.08))
    found = {(shift.column, shift.code) for shift in changes.alarms}
    assert ("lunch", "Not Eligibile") in found
    assert {column for column, _ in found} == {"lunch"}


def some_have(seed: int, blanked: float = 0.0, rare: str = "I") -> Profile:
    """Draw one year of a column that a third of the schools fill, and of a code that few students have."""
    rng, fixed = np.random.default_rng(seed), np.random.default_rng(8)
    size, is_high = fixed.gamma(3, 1, SCHOOLS), fixed.random(SCHOOLS) < 1 / 3
    school = rng.choice(SCHOOLS, STUDENTS, p=size / size.sum()).astype(np.int32)
    filled = 1 / (1 + np.exp(-3 - rng.normal(size=SCHOOLS) * 0.3)) * is_high
    has = (rng.random(STUDENTS) < filled[school]) & (rng.random(STUDENTS) >= blanked)
    few = (
        rng.random(STUDENTS) < 0.005 * np.exp(fixed.normal(size=SCHOOLS) * 0.8 + rng.normal(size=SCHOOLS) * 0.1)[school]
    )
    tally = Tally()
    values = {
        ("school", Kind.SCHOOL): coded(school, [f"s{i}" for i in range(SCHOOLS)]),
        ("gpa", Kind.NUMBER): np.where(has, 3.0, np.nan),
        ("race", Kind.TEXT): coded(few.astype(np.int32), ["W", rare]),
    }
    tally.add(values, np.ones(STUDENTS, dtype=bool))  # type: ignore[arg-type]
    return profile_of(tally, RowCounts(STUDENTS, STUDENTS, 0, 0), DEMO_SERVING)


def alarms_of(before: Profile, now: Profile) -> set[tuple[str, str]]:
    return {(shift.column, shift.code) for shift in compare(before, now).alarms}


@pytest.mark.parametrize("blanked", [0.05, 0.5, 1.0])
def test_cells_gone_from_a_column_that_only_some_schools_fill_are_alarmed(blanked: float) -> None:
    assert alarms_of(some_have(1), some_have(2, blanked)) == {("gpa", "")}


def test_a_rare_code_written_another_way_everywhere_is_alarmed() -> None:
    assert alarms_of(some_have(1), some_have(2, rare="AI")) == {("race", "I"), ("race", "AI")}


def test_alarms_are_rare_for_unchanged_columns_of_some_schools_and_rare_codes() -> None:
    assert sum(bool(alarms_of(some_have(2 * i), some_have(2 * i + 1))) for i in range(60)) <= 2


def test_a_thousand_misspelt_of_a_large_state_are_alarmed_though_they_are_few_of_all() -> None:
    before, now = district(1), district(2)
    thousand = np.zeros_like(now.rows)
    thousand[3] = 260  # one in a hundred
    codes = {**now.codes["lunch"], "Not Eligibile": thousand}
    changed = Profile(now.counts, now.schools, now.rows, {**now.codes, "lunch": codes}, now.missing)
    assert ("lunch", "Not Eligibile") in {(shift.column, shift.code) for shift in compare(before, changed).alarms}


def test_a_school_that_is_gone_and_rows_that_are_gone_are_told() -> None:
    one = district(1)
    fewer = Profile(RowCounts(20_000, 19_000, 0, 1_000), one.schools - 1, one.rows, one.codes, one.missing)
    assert compare(one, fewer).loud == (
        "rows in: 26,000 then, 20,000 now",
        "schools: 60 then, 59 now",
        "rows quarantined: 0.0% then, 5.0% now",
    )


def test_a_profile_read_back_is_the_same() -> None:
    one = district(1)
    again = read_profile(one.to_json(), "x")
    assert again.to_json() == one.to_json()
    assert not compare(one, again).alarms


@pytest.mark.parametrize("raw", [None, {}, [], {"format": "other"}, {"format": "earlywarn-roster-profile/1"}])
def test_what_is_no_profile_is_refused(raw: object) -> None:
    with pytest.raises(UsageError, match="no profile of a roster"):
        read_profile(raw, "x.json")


def test_a_code_of_few_rows_does_not_stand_in_a_profile() -> None:
    tally, nine = Tally(), 9
    values = {
        ("s", Kind.SCHOOL): coded(np.zeros(nine, np.int32), ["1"]),
        ("g", Kind.TEXT): coded(np.zeros(nine, np.int32), ["Ann"]),
    }
    tally.add(values, np.ones(nine, dtype=bool))  # type: ignore[arg-type]
    assert "Ann" not in str(profile_of(tally, RowCounts(9, 9, 0, 0), DEMO_SERVING).to_json())
