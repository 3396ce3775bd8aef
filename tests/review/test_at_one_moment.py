"""Two people at one moment, in two processes' worth of connections: one change holds, no row is doubled or lost."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from django.db import connections

from earlywarn.review import decisions, plans
from earlywarn.review.models import Account, Decision, Plan, PlanEdit, Publication, Student, View
from tests.review.desk_words import planned_by, student_of
from tests.review.made import Role, made_account, made_desk

pytestmark = pytest.mark.on_postgresql
ROUNDS = 10
_Answer = TypeVar("_Answer")


@pytest.fixture
def both(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Account, Account]]:
    """Two accounts whose rows other connections see. Django's own flush would empty the record, which forbids it."""
    with django_db_blocker.unblock():
        yield made_account(Role.COUNSELOR), made_account(Role.LEAD)
        for kind in (PlanEdit, Plan, Decision, Publication, Student, Account):
            kind.objects.all().delete()


def _at_once(acts: list[Callable[[], _Answer]]) -> list[_Answer]:
    gate = Barrier(len(acts))

    def begin(act: Callable[[], _Answer]) -> _Answer:
        gate.wait()
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(begin, acts))


def test_of_two_changes_of_one_edition_one_holds_and_the_other_is_told(both: tuple[Account, Account]) -> None:
    entry, owner = student_of(made_desk()), both[0]
    plan = plans.make(entry, owner, planned_by(owner), uuid4())
    for edition in range(1, ROUNDS + 1):
        held = _at_once(
            [
                lambda who=who, edition=edition: plans.change(
                    plan, who, planned_by(owner, goal=f"{who.username} {edition}"), edition, uuid4()
                )
                for who in both
            ]
        )
        assert sorted(held) == [False, True]
    assert Plan.objects.get().edition == ROUNDS + 1
    assert PlanEdit.objects.count() == ROUNDS


def test_one_form_sent_twice_at_one_moment_makes_one_row(both: tuple[Account, Account]) -> None:
    entry, (who, _other) = student_of(made_desk()), both
    for _round in range(ROUNDS):
        said = decisions.Said(View.AGREE, "Seen.", uuid4())
        _at_once([lambda said=said: decisions.decide(entry, who, said)] * 4)
    assert Decision.objects.count() == ROUNDS


def test_of_two_who_add_one_student_at_one_moment_one_does_and_the_other_is_told(
    both: tuple[Account, Account],
) -> None:
    from datetime import date

    entry = student_of(made_desk(), flagged=False)
    added = _at_once(
        [
            lambda who=who: decisions.add(
                entry, who, decisions.Said(View.ADDED, f"Seen by {who}.", uuid4()), date(2026, 11, 14)
            )
            for who in both
        ]
    )
    assert sorted(added) == [False, True]
    assert Decision.objects.get().by == Student.objects.get(pk=entry.student_id).added_by
