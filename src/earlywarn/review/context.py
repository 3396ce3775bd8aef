"""What every page shows: the way round, who is signed in, the one standard, and what stands behind the list."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from earlywarn.columns import Outcome
from earlywarn.review.models import Account, Publication
from earlywarn.review.own import desk_of
from earlywarn.review.rights import Right, rights_of
from earlywarn.review.standing import hidden_by


@dataclass(frozen=True)
class Way:
    """One link of the way round."""

    url: str
    words: Any
    current: bool


@dataclass(frozen=True)
class Standing:
    """One sentence that stands with a list on every page."""

    title: str
    words: str
    url: str = ""
    link: str = ""


_WAYS = (
    ("students", gettext_lazy("Students to review"), Right.REVIEW),
    ("plans", gettext_lazy("Plans and checks"), Right.REVIEW),
    ("school", gettext_lazy("Schools"), Right.SCHOOL),
    ("corrections", gettext_lazy("Data to correct"), Right.CORRECTIONS),
    ("record", gettext_lazy("Record"), Right.RECORD),
    ("admin:review_account_changelist", gettext_lazy("Accounts"), Right.ACCOUNTS),
    ("about", gettext_lazy("About this list"), Right.ABOUT),
)


def desk(request: HttpRequest) -> dict[str, Any]:
    """Give the context of every page."""
    account = getattr(request, "user", None)
    if not isinstance(account, Account):
        return {"nav": ()}
    own, here = rights_of(account), request.resolver_match.view_name if request.resolver_match else ""
    here_now = desk_of(request)
    shown = here_now.publications
    return {
        "nav": [Way(reverse(name), words, here == name) for name, words, right in _WAYS if right in own],
        "account": account,
        "standard": " · ".join(dict.fromkeys(one.standard for one in shown if one.standard)),
        "standing": [*_of_shown(shown), *_of_hidden(here_now.hidden, here_now.today)],
    }


def _of_shown(shown: list[Publication]) -> Iterator[Standing]:
    """Say what a reader must know of the lists that are shown."""
    several = len(shown) > 1
    for one in shown:
        of_which = f" ({one.model})" if several else ""
        link = {"url": reverse("about"), "link": _("What that means")}
        if one.waived:
            yield Standing(_("This list stands by a waiver.") + of_which, one.standing, **link)
        elif one.verdict == Outcome.PROVISIONAL and one.expires:
            title = _("This list is provisional until %(day)s.") % {"day": date_format(one.expires, "j F Y")}
            words = _("For some groups there is not yet enough evidence that a level means the same.")
            yield Standing(title + of_which, words, **link)
        if one.made_up:
            yield Standing(
                _("Made-up names."), _("Nobody bears these names; they are here to try the desk.") + of_which
            )


def _of_hidden(hidden: list[Publication], today: date) -> Iterator[Standing]:
    """Say which lists are not shown any more, and why."""
    for one in hidden:
        title = _("The list of %(day)s is not shown any more.") % {"day": date_format(one.as_of, "j F Y")}
        yield Standing(title, hidden_by(one, today))
