"""What every page shows: the way round, who is signed in, and what stands behind the list."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from earlywarn.review.rights import Right, rights_of


@dataclass(frozen=True)
class Way:
    """One link of the way round."""

    url: str
    words: Any
    current: bool


_WAYS = (
    ("students", _("Students to review"), Right.REVIEW),
    ("plans", _("Plans and checks"), Right.REVIEW),
    ("school", _("Schools"), Right.SCHOOL),
    ("corrections", _("Data to correct"), Right.CORRECTIONS),
    ("record", _("Record"), Right.RECORD),
    ("admin:review_account_changelist", _("Accounts"), Right.ACCOUNTS),
    ("about", _("About this list"), Right.ABOUT),
)


def desk(request: HttpRequest) -> dict[str, Any]:
    """Give the context of every page."""
    account = getattr(request, "user", None)
    if account is None or not account.is_authenticated:
        return {"nav": ()}
    own = rights_of(account)
    here = request.resolver_match.view_name if request.resolver_match else ""
    ways = [Way(reverse(name), words, here == name) for name, words, right in _WAYS if right in own]
    return {"nav": ways, "account": account}
