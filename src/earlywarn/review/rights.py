"""Who may do what: every view names one right, every role has some; whatever names none is refused.

Rights follow from the account's role at the moment of the request. Which students are someone's own is decided in
the query (scope.py), never here.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from earlywarn.review.headers import Answer
from earlywarn.review.models.accounts import Account, Role


class Right(StrEnum):
    """What a view needs."""

    ANYONE = "anyone"  # before signing in
    OWN = "own"  # one's own account, and the home page
    ABOUT = "about"  # what the list is, who approved it, whom it works for
    REVIEW = "review"  # students, within one's own caseload or school
    SCHOOL = "school"  # sums by school, small cells suppressed
    CORRECTIONS = "corrections"  # the clerk's list of data to correct
    ACCOUNTS = "accounts"
    RECORD = "record"


_ALL = {Right.ANYONE, Right.OWN, Right.ABOUT}
RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.COUNSELOR: frozenset(_ALL | {Right.REVIEW}),
    Role.LEAD: frozenset(_ALL | {Right.REVIEW, Right.SCHOOL}),
    Role.DATA: frozenset(_ALL | {Right.CORRECTIONS, Right.ACCOUNTS}),
    Role.ANALYST: frozenset(_ALL | {Right.SCHOOL}),
    Role.ADMIN: frozenset(_ALL | {Right.ACCOUNTS, Right.RECORD}),
}

NAMESPACES: Mapping[str, Right] = {"admin": Right.ACCOUNTS}
"""Rights of views that are not ours, by the namespace of their addresses."""

_View = TypeVar("_View", bound=Callable[..., HttpResponseBase])


def needs(right: Right) -> Callable[[_View], _View]:
    """Name the right that a view needs."""

    def named(view: _View) -> _View:
        view.right = right  # type: ignore[attr-defined] # a mark on the function, read by Guard
        return view

    return named


def rights_of(account: object) -> frozenset[Right]:
    """Give the rights of whoever asks."""
    if not isinstance(account, Account) or not account.is_active:
        return frozenset({Right.ANYONE})
    return RIGHTS.get(Role(account.role), frozenset({Right.ANYONE})) if account.role in Role.values else frozenset()


def right_of(view: Callable[..., Any], namespace: str) -> Right | None:
    """Give the right that a view needs; None where it names none."""
    return getattr(view, "right", None) or NAMESPACES.get(namespace)


class Guard:
    """Middleware that lets a request through to a view only by a right."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.answer(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Refuse what no rule allows; who has not signed in is asked to."""
        match = request.resolver_match
        right = right_of(view, match.namespaces[0] if match and match.namespaces else "")
        if right is Right.ANYONE:
            return None
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        if right is None or right not in rights_of(request.user):
            raise PermissionDenied
        return None


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the sign-in page; htmx, which would put that page into a list, is told to leave this one."""
    answer = redirect_to_login(request.get_full_path())
    return HttpResponse(headers={"HX-Redirect": answer.url}) if "HX-Request" in request.headers else answer


class ByRole(ModelBackend):
    """Django's permissions, derived from the role: who may keep accounts may do so in Django's admin."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Tell whether a role carries a permission; no row of the database gives one."""
        kept = ("review.view_account", "review.add_account", "review.change_account")
        return perm in kept and Right.ACCOUNTS in rights_of(user_obj)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Tell whether a role has to do with an app in the admin."""
        return app_label == "review" and Right.ACCOUNTS in rights_of(user_obj)

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Give none: rights are asked for, never listed."""
        return set()
