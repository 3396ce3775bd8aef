"""Groups: parted at the door, missing is a group of its own, and nobody is in two cells at once."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import earlywarn
from earlywarn.columns import Coded
from earlywarn.config.load import load_experiment
from earlywarn.groups import EVERYONE, MISSING, OTHER, Cell, GroupTable, membership, part

GROUPS = load_experiment(Path(earlywarn.__file__).parent / "demo.toml").groups


def coded(values: list[str | None]) -> Coded:
    names = tuple(sorted({value for value in values if value is not None}))
    codes = [-1 if value is None else names.index(value) for value in values]
    return Coded(np.array(codes, dtype=np.int32), names)


def table(**columns: list[str | None]) -> GroupTable:
    length = len(next(iter(columns.values())))
    blank: list[str | None] = [None] * length
    return part({name: coded(columns.get(name, blank)) for name in ("sex", "race", "lunch")}, GROUPS)


def test_a_declared_value_that_nobody_has_still_stands_in_the_table() -> None:
    race = table(race=["B", "W"]).attributes["race"]
    assert race.names == ("W", "B", "A", "H", "I", "O", MISSING)
    assert race.texts() == ["B", "W"]


def test_a_value_that_nobody_declared_is_a_group_too() -> None:
    sex = table(sex=["X"] * 10 + ["F"]).attributes["sex"]
    assert sex.names == ("F", "M", "X", MISSING)
    assert sex.texts()[-2:] == ["X", "F"]


def test_undeclared_values_of_few_students_are_pooled_since_they_may_be_a_name() -> None:
    sex = table(sex=["Ada L.", "12 May", "F"]).attributes["sex"]
    assert sex.names == ("F", "M", OTHER, MISSING)
    assert sex.texts() == [OTHER, OTHER, "F"]


def test_a_missing_value_is_a_group_of_its_own() -> None:
    assert table(lunch=[None, "F"]).attributes["lunch"].texts() == [MISSING, "F"]


def test_a_table_without_rows_keeps_its_groups() -> None:
    empty = table(sex=[])
    assert len(empty) == 0
    assert empty.attributes["sex"].names == ("F", "M", MISSING)


def test_taking_rows_keeps_the_names() -> None:
    both = table(sex=["F", "M", None])
    assert both.take(np.array([2, 0])).attributes["sex"].texts() == [MISSING, "F"]
    assert len(both.take(np.array([True, False, False]))) == 1


def test_the_first_combination_is_everyone() -> None:
    found = membership(table(sex=["F", "M"]), depth=2)
    assert found.cells[0] == EVERYONE
    assert found.codes[0].tolist() == [0, 0]


@pytest.mark.parametrize(("depth", "combinations"), [(1, 4), (2, 7), (3, 8), (9, 8)])
def test_there_is_one_combination_for_each_set_of_attributes(depth: int, combinations: int) -> None:
    assert len(membership(table(sex=["F", "M"]), depth).codes) == combinations


values = st.lists(
    st.tuples(st.sampled_from(["F", "M", None]), st.sampled_from(["W", "B", "Z", None]), st.sampled_from(["F", "N"])),
    min_size=1,
    max_size=20,
)


def columns(rows: list[tuple[str | None, ...]]) -> dict[str, list[str | None]]:
    return {name: [row[place] for row in rows] for place, name in enumerate(("sex", "race", "lunch"))}


@given(rows=values)
def test_every_student_is_in_the_one_cell_of_each_combination_that_has_their_values(
    rows: list[tuple[str | None, ...]],
) -> None:
    groups = table(**columns(rows))
    found = membership(groups, depth=3)
    texts = {name: attribute.texts() for name, attribute in groups.attributes.items()}
    for codes in found.codes:
        for student, code in enumerate(codes.tolist()):
            cell = found.cells[code]
            assert cell.values == tuple(texts[name][student] for name in cell.attributes)


@given(rows=values, order=st.randoms(use_true_random=False))
def test_shuffling_students_changes_no_cell_and_nobodys_cell(rows: list[tuple[str | None, ...]], order: object) -> None:
    places = list(range(len(rows)))
    order.shuffle(places)  # type: ignore[attr-defined]
    first = membership(table(**columns(rows)), depth=2)
    second = membership(table(**columns([rows[place] for place in places])), depth=2)
    assert first.cells == second.cells
    np.testing.assert_array_equal(first.codes[:, places], second.codes)


def test_no_two_cells_share_a_slug() -> None:
    cells = membership(table(sex=["F", "M"], race=["B", None], lunch=["N", "F"]), depth=3).cells
    assert len({cell.slug for cell in cells}) == len(cells)


def test_a_slug_is_safe_for_a_file_and_for_mlflow() -> None:
    assert EVERYONE.slug == "all"
    assert Cell(("lunch", "race"), ("F", "Two or more / other")).slug == "lunch-F.race-Two_or_more___other_4f34bd"
    assert Cell(("sex",), (MISSING,)).slug == "sex-missing"


def test_a_cell_has_words_for_people() -> None:
    assert EVERYONE.words(GROUPS) == "All students"
    assert Cell(("lunch", "race"), ("F", "B")).words(GROUPS) == "Free lunch, Black"
    assert Cell(("race",), (MISSING,)).words(GROUPS) == "Race and ethnicity not recorded"
    assert Cell(("race",), ("Z",)).words(GROUPS) == "Race and ethnicity 'Z'"
    assert Cell(("lunch", "race"), ("F", "B")).depth == 2


def test_no_two_values_share_a_slug() -> None:
    """A metric key without the group's own name lets each group overwrite the last."""
    values = ("A/B", "A-B", "A_B", "missing", "(not recorded)", "Ä", "_")
    assert len({Cell(("race",), (value,)).slug for value in values}) == len(values)


def test_a_plan_may_ask_for_intersections_of_any_depth() -> None:
    plan = GROUPS.model_copy(update={"depth": 1})
    assert type(plan).model_validate(plan.model_dump() | {"depth": 4}).depth == 4
    four = GroupTable({name: coded(["x", "y"]) for name in "abcd"})
    deepest = [cell for cell in membership(four, 4).cells if cell.depth == 4]
    assert {cell.values for cell in deepest} >= {("x",) * 4, ("y",) * 4}
