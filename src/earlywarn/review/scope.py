"""Whose students: every query of the desk begins here, scoped to the account that asks."""

from datetime import date

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KT

from earlywarn.review.models import Account, Entry, Publication, Role, State
from earlywarn.review.models.accounts import texts
from earlywarn.review.rights import Right, rights_of
from earlywarn.review.standing import hidden_by

HEAVY = ("card", "about", "allocation", "followed")
"""Columns that no list needs."""


def shown(today: date) -> tuple[list[Publication], list[Publication]]:
    """Give the current publications that may be shown and those that may not any more, newest first."""
    of_current = Publication.objects.filter(state=State.CURRENT).defer(*HEAVY).order_by("-as_of", "model")
    current: list[Publication] = [*of_current.annotate(approved_by=KT("allocation__approved_by"))]
    hidden = [publication for publication in current if hidden_by(publication, today)]
    return [publication for publication in current if publication not in hidden], hidden


def entries_of(account: Account, publications: list[Publication]) -> QuerySet[Entry]:
    """Give the entries of the students that are an account's own; of all others nothing is known."""
    own = _own(account)
    if own is None or not publications:
        return Entry.objects.none()
    return Entry.objects.filter(own, publication__in=publications)


def who_may_see(student: int, publications: list[Publication]) -> list[Account]:
    """Give the accounts whose own a student is, by name; for one student that is one query for each of two tables."""
    own = Entry.objects.filter(student=student, publication__in=publications)
    places = set(own.values_list("counselor", "school"))
    counselors, schools = ({place[side] for place in places} - {""} for side in (0, 1))
    reach = {
        Role.COUNSELOR: lambda account: counselors & set(texts(account.caseloads)),
        Role.LEAD: lambda account: schools & set(texts(account.schools)),
    }
    accounts = Account.objects.filter(role__in=reach, is_active=True).order_by("last_name", "first_name", "username")
    return [account for account in accounts if reach[Role(account.role)](account)]


def counted_for(account: Account, publications: list[Publication]) -> QuerySet[Entry]:
    """Give the entries that may be counted for an account, in sums alone: of its schools, or for analysts of all."""
    if Right.SCHOOL not in rights_of(account) or not publications:
        return Entry.objects.none()
    every = Entry.objects.filter(publication__in=publications)
    return every.filter(school__in=texts(account.schools)) if account.role == Role.LEAD else every


def _own(account: Account) -> Q | None:
    if Right.REVIEW not in rights_of(account):
        return None
    codes, schools = texts(account.caseloads), texts(account.schools)
    own = {Role.COUNSELOR: Q(counselor__in=codes), Role.LEAD: Q(school__in=schools)}
    return own.get(Role(account.role))
