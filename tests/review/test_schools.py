"""Sums by school and grade tell no number below ten, and none from which one follows."""

from collections import defaultdict
from datetime import date
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from earlywarn.review.load import Published, publish
from earlywarn.review.models import Account, Entry, Plan, Publication, Role, Student
from earlywarn.review.sums import LEVEL, LIST, REASON, Counts, Place, Sums, blocks_of, counts_of, sums_of, tell
from tests.review.made import Made, made_account, made_desk, made_ready

pytestmark = pytest.mark.django_db
WIDE = Made(students=600, schools=2)


def test_a_hidden_number_keeps_at_least_three_values_whatever_the_levels_and_the_list_say() -> None:
    """Every table of one school and grade with three levels: who knows all that is told cannot tell a hidden one."""
    fits: dict[Any, tuple[set[int], set[int], set[int]]] = defaultdict(lambda: (set(), set(), set()))
    for high, moderate, low in product(range(25), range(25), range(45)):
        if high + moderate + low < 45:  # every table with a list of about 40 at most
            told = tuple(tell(number) for number in (high + moderate + low, high, moderate))
            for values, number in zip(fits[told], (high, moderate, low), strict=True):
                values.add(number)
    hidden = [values for told in fits.values() for values in told if min(values) < 10]
    assert min(len(values) for values in hidden) >= 3
    assert len(fits) == 28


_PLACES = [Place(school, grade) for school in ("S1", "S2") for grade in ("1", "2", "3")]
_KEYS = [(place, *what) for place in _PLACES for what in ((LIST, ""), (LEVEL, "High"), (REASON, "reading"))]
_OF = Publication()
_COUNTS = st.tuples(*(st.integers(0, 40) for _ in _KEYS))
_BELOW = st.tuples(*(st.integers(0, 9) for _ in _KEYS))


@given(_COUNTS, _BELOW)
def test_the_page_is_the_same_whatever_is_hidden(numbers: tuple[int, ...], others: tuple[int, ...]) -> None:
    """So no subtraction, across grades, schools, totals or tables, gives one back."""
    counts = dict(zip(_KEYS, numbers, strict=True))
    changed = {key: others[at] if number < 10 else number for at, (key, number) in enumerate(counts.items())}
    assert blocks_of(_sums(counts)) == blocks_of(_sums(changed))


@given(_COUNTS)
def test_a_lead_is_told_of_a_school_what_an_analyst_is_told_of_it(numbers: tuple[int, ...]) -> None:
    counts = dict(zip(_KEYS, numbers, strict=True))
    own = {key: number for key, number in counts.items() if key[0].school == "S1"}
    (lead,) = blocks_of(_sums(own))
    assert lead == next(block for block in blocks_of(_sums(counts)) if block.school == "S1")


def _sums(counts: Counts) -> Sums:
    from earlywarn.review.sums import Measure

    measures = (Measure(LIST, "", "list"), Measure(LEVEL, "High", "High"), Measure(REASON, "reading", "Reading"))
    told = {
        (place, one): tell(counts[place, one.section, one.name])
        for place in {place for place, _section, _name in counts}
        for one in measures
    }
    return Sums(_OF, measures, told)


@pytest.fixture
def wide(db: None) -> Published:
    return made_desk(WIDE)


def test_a_lead_sees_own_schools_alone_and_an_analyst_all(wide: Published, client: Client) -> None:
    client.force_login(made_account(Role.LEAD))
    page = client.get("/schools/")
    assert {block.school for block in page.context["page"]} == {"S1"}
    client.force_login(made_account(Role.ANALYST))
    page = client.get("/schools/")
    assert {block.school for block in page.context["page"]} == {"", "S1", "S2"}


def test_a_lead_without_schools_is_told_nothing(wide: Published, client: Client) -> None:
    client.force_login(made_account(Role.LEAD, schools=[]))
    assert list(client.get("/schools/").context["page"]) == []


def test_the_numbers_are_those_of_the_list_to_the_nearest_ten(wide: Published, client: Client) -> None:
    sums = sums_of(wide.publication, counts_of(Entry.objects.all())[wide.publication.pk])
    for (place, measure), told in sums.told.items():
        if measure.section == LIST:
            on_list = Entry.objects.filter(school=place.school, grade=place.grade, flagged=True).count()
            assert told == tell(on_list)
            assert abs(told.about - on_list) <= 5
    assert any(measure.section == REASON and told.about for (_place, measure), told in sums.told.items())


def test_no_student_and_no_lowest_level_stands_on_the_page(wide: Published, client: Client) -> None:
    client.force_login(made_account(Role.ANALYST))
    page = client.get("/schools/").content.decode()
    assert "Support the surroundings, not only the child" in page
    assert "fewer than" in page
    assert "about " in page
    assert "Low" not in page
    numbers = Student.objects.values_list("student_id", flat=True)
    assert not any(number in page for number in numbers)
    assert "Last" not in page


def test_a_support_whose_number_is_hidden_everywhere_is_not_named(wide: Published, client: Client) -> None:
    account = made_account(Role.COUNSELOR)
    flagged = list(Student.objects.filter(entries__flagged=True, entries__school="S1", entries__grade="1"))
    assert len(flagged) >= 12
    for place, student in enumerate(flagged[:12]):
        _plan(student, account, "Reading group")
        if place < 9:
            _plan(student, account, "Walks with Ms Rare")
    client.force_login(made_account(Role.ANALYST))
    page = client.get("/schools/").content.decode()
    assert "Reading group" in page
    assert "Rare" not in page
    assert "Rare" not in client.get("/export/schools.csv").content.decode()


def _plan(student: Student, owner: Account, kind: str) -> None:
    day = date(2026, 11, 20)
    publication = Publication.objects.get()
    Plan.objects.create(
        publication=publication,
        student=student,
        by=owner,
        owner=owner,
        form=uuid4(),
        type=kind,
        tier="2",
        goal="Read",
        start=day,
        end=day,
    )


def test_the_page_costs_the_same_queries_for_many_schools(client: Client, django_assert_max_num_queries: Any) -> None:
    made_desk(Made(students=400, schools=20))
    client.force_login(made_account(Role.ANALYST))
    client.get("/schools/")
    with django_assert_max_num_queries(9):
        page = client.get("/schools/")
    assert len(page.content) < 60_000


def test_what_was_handed_on_stands_beside_the_sums_and_a_place_on_the_list(client: Client) -> None:
    allocation = {
        "policy_in_words": "By need, school by school.", "approved_by": "",
        "supports": [{"name": "tutoring", "seats": 40, "words": "Three hours a week"}],
    }  # fmt: skip
    followed = {
        "score_run": "2025-11-14-abc", "followed_on": "2026-07-01", "sentences": ["Every level held its word."],
        "promises": [{"level": "High", "words": "said 61 of 100, came 60"}],
        "reach": [
            {"group": "All students", "stage": "missed", "students": 500, "suppressed": False, "about": True},
            {"group": "All students", "stage": "on the list", "students": 188, "suppressed": False, "about": False,
             "share": {"share": 0.37, "low": 0.31, "high": 0.42}},
            {"group": "Girls", "stage": "missed", "students": 220, "suppressed": False},
            {"group": "Girls", "stage": "on the list", "students": None, "suppressed": True},
            {"group": "Housing: doubled up", "stage": "missed", "students": None, "suppressed": True},
            {"group": "Housing: doubled up", "stage": "on the list", "students": None, "suppressed": True},
        ],
    }  # fmt: skip
    supports = {f"{number:05d}": "tutoring" for number in range(1, 61)}
    publish(made_ready(allocation=allocation, followed=followed, supports=supports))
    client.force_login(made_account(Role.LEAD))
    page = client.get("/schools/").content.decode()
    for words in ("By need, school by school.", "nobody has approved it", "Every level held its word.", "not shown"):
        assert words in page
    funnel = page[page.index("about 500") :]
    assert "188<br>" in funnel
    assert "37 (31–42)" in funnel
    assert "Too few students to be shown: Housing: doubled up." in funnel
    assert funnel.count("not shown") == 1
    assert "Place proposed, not approved: tutoring" in client.get("/students/").content.decode()


def test_places_of_students_who_are_not_on_the_list_are_counted_and_found(client: Client) -> None:
    allocation = {"policy_in_words": "By need.", "approved_by": "The board", "supports": []}
    publish(made_ready(allocation=allocation, supports={f"{number:05d}": "tutoring" for number in range(1, 61)}))
    client.force_login(made_account(Role.LEAD))
    page = client.get("/students/").content.decode()
    assert "Place kept for tutoring" in page
    placed = Entry.objects.filter(school="S1", supports="tutoring", flagged=False).count()
    assert placed > 0
    assert f"{placed} places for support are of students not on this list" in page
    found = client.get("/students/find?places=1").content.decode()
    assert f"{placed} students found" in found
    assert "An allocation gave these students a place" in found


def test_a_students_page_says_what_the_place_is_and_who_approved_it(client: Client) -> None:
    support = {"name": "tutoring", "seats": 40, "words": "Three hours a week"}
    allocation = {"policy_in_words": "By need.", "approved_by": "The board", "supports": [support]}
    publish(made_ready(allocation=allocation, supports={f"{number:05d}": "tutoring" for number in range(1, 61)}))
    client.force_login(made_account(Role.LEAD))
    entry = Entry.objects.filter(school="S1", supports="tutoring").first()
    assert entry is not None
    page = client.get(f"/students/{entry.student.key}/").content.decode()
    assert "tutoring: Three hours a week. Approved by The board." in page
    listed = client.get("/schools/").content.decode()
    assert f"{Entry.objects.filter(school='S1', supports='tutoring').count()} in your schools" in listed
