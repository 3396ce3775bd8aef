"""What a curious reader could subtract is hidden or rounded."""

from earlywarn.audit.figures import Figure
from earlywarn.groups import EVERYONE, Cell
from earlywarn.report.findings import Counted
from earlywarn.report.privacy import discretion, nearest

GIRLS, BOYS, REST = (Cell(("sex",), (value,)) for value in ("F", "M", "?"))


def figures(sizes: dict[Cell, int]) -> list[Figure]:
    return [
        Figure(measure, cell, "", 0.5, None, "", size, size, 0, 9.0)
        for cell, size in sizes.items()
        for measure in ("share_flagged", "prevalence")
    ]


def test_a_group_below_the_minimum_is_hidden_and_its_siblings_are_rounded() -> None:
    sizes = {EVERYONE: 1004, GIRLS: 487, BOYS: 513, REST: 0}
    found = discretion(figures(sizes), [], 10)
    assert found.hidden == {REST}
    assert found.rounded == {GIRLS, BOYS}
    assert found.count(GIRLS, 487) == "about 490"
    assert found.count(EVERYONE, 1004) == "1,004"


def test_siblings_stay_exact_when_nothing_small_is_left_over() -> None:
    sizes = {EVERYONE: 1000, GIRLS: 487, BOYS: 513, REST: 0}
    assert discretion(figures(sizes), [], 10).rounded == frozenset()


def test_students_not_scored_count_too() -> None:
    sizes = {EVERYONE: 1000, GIRLS: 487, BOYS: 513, REST: 0}
    counted = [
        Counted(cell, students, 1, 1, 1, 1)
        for cell, students in ((EVERYONE, 1014), (GIRLS, 493), (BOYS, 517), (REST, 4))
    ]
    assert discretion(figures(sizes), counted, 10).rounded == {GIRLS, BOYS}


def test_where_groups_meet_the_parents_are_subtracted_as_well() -> None:
    free, paid = (Cell(("lunch",), (value,)) for value in "FN")
    crossed = {Cell(("lunch", "sex"), (a, b)): 0 for a in "FN" for b in "FM"}
    sizes = {EVERYONE: 100, GIRLS: 50, BOYS: 50, free: 46, paid: 54} | crossed
    for (a, b), size in {("F", "F"): 0, ("F", "M"): 42, ("N", "F"): 46, ("N", "M"): 8}.items():
        sizes[Cell(("lunch", "sex"), (a, b))] = size
    sizes[Cell(("lunch", "sex"), ("N", "M"))] = 0
    found = discretion(figures(sizes), [], 10)
    assert Cell(("lunch", "sex"), ("F", "M")) in found.rounded
    assert Cell(("lunch", "sex"), ("N", "F")) in found.rounded


def test_a_small_part_hides_the_exact_whole() -> None:
    found = discretion(figures({EVERYONE: 1000}), [], 10)
    assert found.counts(EVERYONE, 1000, 996, 4) == ("about 1,000", "about 1,000", "fewer than 10")
    assert found.counts(EVERYONE, 1000, 900, 100) == ("1,000", "900", "100")


def test_nearest_ten() -> None:
    assert [nearest(number) for number in (484, 485, 494, 10)] == [480, 490, 490, 10]
