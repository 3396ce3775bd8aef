"""Accounts made from the command line, with a password made at random; refuses a reach that a role does not have."""

import secrets
from dataclasses import dataclass

from axes.utils import reset
from django.core.exceptions import ValidationError

from earlywarn.errors import Fault, UsageError
from earlywarn.review.models import Account, Role

LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""Without letters that look alike."""


@dataclass(frozen=True)
class Wanted:
    """An account as asked for; an existing one is given a new password and whatever else is named."""

    username: str
    role: str = ""
    name: str = ""
    caseloads: tuple[str, ...] = ()
    schools: tuple[str, ...] = ()


@dataclass(frozen=True)
class Made:
    """An account and its password, which is shown once and kept nowhere."""

    username: str
    password: str
    words: str


def make_account(wanted: Wanted) -> Made:
    """Make an account, or give one that exists a new password.

    Raises
    ------
    UsageError
        A new account without a role, a name that cannot be one, or a reach that the role does not have.
    """
    known = Account.objects.filter(username=wanted.username).first()
    account = known or Account(username=wanted.username)
    account.role = wanted.role or account.role
    account.caseloads = list(wanted.caseloads) or account.caseloads
    account.schools = list(wanted.schools) or account.schools
    if wanted.name:
        bare, bracket, said = wanted.name.partition(" (")  # "(made up)" stays with the last name
        account.first_name, _, last = bare.rpartition(" ")
        account.last_name = last + bracket + said
    _check(account)
    password = new_password()
    account.set_password(password)
    account.save()
    unlock(account)
    return Made(account.username, password, _words(account))


def unlock(account: Account) -> None:
    """Forget the wrong passwords that were tried for an account, so that a new one opens it at once."""
    reset(username=account.get_username())


def new_password() -> str:
    """Give a password of four groups of five letters: 98 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4))


def _check(account: Account) -> None:
    roles = ", ".join(Role.values)
    if not account.role:
        raise UsageError(Fault("--role", "a new account needs one", roles, "name what the account is for"))
    if account.schools and account.role != Role.LEAD:
        found, remedy = f"an account of role '{account.role}' has no schools", "leave it out, or give --role lead"
        raise UsageError(Fault("--school", found, "for a school lead alone", remedy))
    if account.caseloads and account.role != Role.COUNSELOR:
        found, remedy = f"an account of role '{account.role}' has no caseload", "leave it out, or give --role counselor"
        raise UsageError(Fault("--caseload", found, "for a counselor alone", remedy))
    try:
        account.full_clean(exclude=["password"])
    except ValidationError as error:
        faults = [(name, " ".join(words)) for name, words in error.message_dict.items()]
        raise UsageError(Fault(name, words, remedy="give another") for name, words in faults) from None


def _words(account: Account) -> str:
    reach = {Role.COUNSELOR: account.caseloads, Role.LEAD: account.schools}.get(Role(account.role), [])
    return f"{Role(account.role).label}{': ' if reach else ''}{', '.join(reach)}"
