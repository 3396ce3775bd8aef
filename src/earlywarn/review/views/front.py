"""The front door: signing in, the way to one's first page, and a sign of life."""

from typing import Any

from django.contrib.auth import views as auth
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.messages.views import SuccessMessageMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from earlywarn.review.models import Account
from earlywarn.review.record.middleware import seen
from earlywarn.review.rights import Right, needs, rights_of

_FIRST = (
    (Right.REVIEW, "students"),
    (Right.SCHOOL, "school"),
    (Right.CORRECTIONS, "corrections"),
    (Right.RECORD, "record"),
)


@needs(Right.OWN)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the first page of one's role."""
    own = rights_of(request.user)
    return redirect(next((name for right, name in _FIRST if right in own), "about"))


@needs(Right.ANYONE)
@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Say that the desk and its database answer; nothing else."""
    Account.objects.exists()
    return HttpResponse("well\n", content_type="text/plain")


class _SignIn(auth.LoginView):
    redirect_authenticated_user = True

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Put a refused attempt on record: by the account if there is such a one, else without a name."""
        username = form.cleaned_data.get("username", "")  # empty where it holds what no name can
        known = Account.objects.filter(username=username).values_list("username", flat=True).first()
        seen(self.request).denied, seen(self.request).words = True, f"sign-in refused: {known or 'no such account'}"
        return super().form_invalid(form)


class _NewPassword(PasswordChangeForm):
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["new_password2"].label = gettext_lazy("New password once more")
        self.fields["new_password2"].help_text = ""


class _Password(SuccessMessageMixin, auth.PasswordChangeView):  # type: ignore[type-arg] # of Django's own form
    form_class = _NewPassword
    success_message = gettext_lazy("Your password is changed.")


sign_in = needs(Right.ANYONE)(_SignIn.as_view())
sign_out = needs(Right.ANYONE)(auth.LogoutView.as_view())
password = needs(Right.OWN)(_Password.as_view(success_url="/"))
