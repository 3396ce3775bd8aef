"""Whose students: every query of the desk begins here, scoped to the account that asks."""

from datetime import date

from django.db.models import Q, QuerySet

from earlywarn.review.models import Account, Entry, Publication, Role, State
from earlywarn.review.models.accounts import texts
from earlywarn.review.rights import Right, rights_of
from earlywarn.review.standing import hidden_by

HEAVY = ("card", "about", "allocation", "followed")
"""Columns that no list needs."""


def shown(today: date) -> tuple[list[Publication], list[Publication]]:
    """Give the current publications that may be shown and those that may not any more, newest first."""
    current = Publication.objects.filter(state=State.CURRENT).defer(*HEAVY).order_by("-as_of", "model")
    hidden = [publication for publication in current if hidden_by(publication, today)]
    return [publication for publication in current if publication not in hidden], hidden


def entries_of(account: Account, publications: list[Publication]) -> QuerySet[Entry]:
    """Give the entries of the students that are an account's own; of all others nothing is known."""
    own = _own(account)
    if own is None or not publications:
        return Entry.objects.none()
    return Entry.objects.filter(own, publication__in=publications)


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
