"""What a figure lacks is told in numbers, on the right side of a comparison, and gives no small count away."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earlywarn.audit.figures import Figure, Form
from earlywarn.config.sections import Evidence
from earlywarn.estimate import Estimate
from earlywarn.groups import Cell
from earlywarn.report.evidence import UNKNOWN_SCHOOLS, lacks
from earlywarn.report.findings import Audited, Findings
from earlywarn.report.privacy import Discretion
from earlywarn.report.reading import Reading

GIRLS = Cell(("sex",), ("F",))
NEED = Evidence(schools=8, students=30, events=10, non_events=10)
OPEN = Discretion(10, frozenset(), frozenset())


def figure(students: int, events: int, schools: float = 20.0, measure: str = "prevalence") -> Figure:
    return Figure(measure, GIRLS, "", 0.3, None, "too little data", students, events, students - events, schools)


def test_with_enough_evidence_nothing_is_lacking() -> None:
    assert lacks(figure(30, 10), NEED, OPEN) == ()


def test_what_is_lacking_is_told_in_numbers_that_may_be_known() -> None:
    assert lacks(figure(24, 12), NEED, OPEN) == ("at least 6 more outcomes",)
    assert lacks(figure(400, 200, 2.4), NEED, OPEN) == ("at least 6 more schools",)
    need = replace_events(40)
    assert lacks(figure(100, 31), need, OPEN) == ("at least 9 more students who missed the standard",)


def replace_events(events: int) -> Evidence:
    return NEED.model_copy(update={"events": events})


def test_a_small_count_is_not_told_nor_is_what_it_would_take_to_reach_the_need() -> None:
    assert lacks(figure(100, 4), NEED, OPEN) == ("fewer than 10 students who missed the standard, 10 are needed",)


def test_a_group_too_small_to_be_told_of_is_not_parted_further() -> None:
    assert lacks(figure(8, 3), NEED, OPEN) == ("fewer than 10 outcomes, 30 are needed",)


def test_a_count_that_gives_another_away_is_told_roughly() -> None:
    rounded = replace(OPEN, rounded=frozenset({GIRLS}))
    assert lacks(figure(24, 12), NEED, rounded) == ("about 20 outcomes, 30 are needed",)


@given(students=st.integers(10, 60), share=st.floats(0, 1), minimum=st.integers(5, 15), needed=st.integers(1, 40))
def test_no_sentence_lets_a_count_below_the_minimum_be_reckoned(
    students: int, share: float, minimum: int, needed: int
) -> None:
    events = round(share * students)
    need = Evidence(schools=8, students=needed, events=needed, non_events=needed)
    told = lacks(figure(students, events), need, replace(OPEN, minimum=minimum))
    known = {needed - int(more) for more in re.findall(r"at least (\d+) more (?:outcome|student)", " ".join(told))}
    assert all(number >= minimum for number in known)
    small = [part for part in (events, students - events) if part < minimum]
    if small:
        assert known == set()  # an exact whole would give the small part away beside the other one


@pytest.mark.parametrize(
    ("measure", "told"),
    (
        ("recall", "students who missed the standard and were flagged"),
        ("overlooked_share", "students who were overlooked"),
        ("false_alarm_rate", "students who were flagged in vain"),
        ("share_flagged", "students who were flagged"),
        ("missing:age", "students who lack it"),
    ),
)
def test_each_measure_names_whom_it_counts(measure: str, told: str) -> None:
    assert told in lacks(figure(100, 2, measure=measure), NEED, OPEN)[0]


def test_where_schools_are_not_known_that_is_said_and_no_number_of_schools() -> None:
    assert lacks(figure(100, 50, 1.0), NEED, OPEN, schools_known=False) == (UNKNOWN_SCHOOLS,)


def test_a_group_that_may_not_be_shown_lacks_nothing_but_says_its_reason(findings: Findings) -> None:
    reading = Reading(findings.audited)
    small = next(cell for cell in reading.singles if cell.slug == "sex-missing")
    found = reading.figure("recall", small)
    assert reading.lacks(found) == ()
    assert reading.why_not(found) == "fewer than 10 students: not shown"


def test_what_the_reference_lacks_is_told_of_the_reference(findings: Findings) -> None:
    audited = findings.audited
    own, gap = (
        next(f for f in audited.figures if f.measure == "recall" and f.cell.slug == "lunch-F" and f.versus == versus)
        for versus in ("", "lunch-N")
    )
    short = replace(gap, estimate=None, students=24, events=12, non_events=12, schools=30.0)
    reading = Reading(_with(audited, gap, short))
    assert own.estimate is not None
    assert reading.why_not(short).startswith("too little data: of No free lunch ")


def test_a_rough_interval_is_told_only_where_no_part_is_a_small_count(findings: Findings) -> None:
    audited = findings.audited
    (own,) = (
        f for f in audited.figures
        if (f.measure, f.cell.slug, f.versus, f.form) == ("recall", "lunch-F", "", Form.VALUE)
    )  # fmt: skip
    rough = Estimate(0.4, 0.1, 5.0)
    reading = Reading(audited)
    assert reading.rough(replace(own, estimate=None, rough=rough)) == rough
    assert reading.rough(replace(own, estimate=None, rough=rough, events=9)) is None


def _with(audited: Audited, old: Figure, new: Figure) -> Audited:
    return replace(audited, figures=tuple(new if figure is old else figure for figure in audited.figures))
